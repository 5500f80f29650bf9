"""YAML is read strictly, and every key has its place."""

import contextlib
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import yaml_source
from pipeline.errors import ConfigError


def read(tmp_path, text):
    path = tmp_path / "study.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return yaml_source.read(path)


def test_values_are_plain_and_places_known(tmp_path):
    values, places = read(tmp_path, "study:\n  input: a\nlist:\n- x: no\n  y: 1e-3\n- 0.5\n")
    assert values == {"study": {"input": "a"}, "list": [{"x": "no", "y": 1e-3}, 0.5]}
    assert type(values["list"][0]["y"]) is float
    assert str(places[("study", "input")]) == "study.yaml:2:3"
    assert str(places[("list", 0, "y")]) == "study.yaml:5:3"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\na: 2\n", "study.yaml:2:1: found duplicate key"),
        ("a: !!python/object:os.system x\n", "study.yaml:1:4: tag .* is not allowed"),
        ("a: &x [1]\nb: *x\n", "anchor or alias 'x' is not allowed"),
        ("a: [1, 2\n", "study.yaml:2:1: "),
        ("- 1\n", "study.yaml:1:1: expected a mapping"),
        ("", "expected a mapping"),
        (b"a: \xff\n", "not UTF-8"),
        ("a: \x07\n", "study.yaml"),
    ],
)
def test_a_fault_is_said_with_its_place(tmp_path, text, said):
    with pytest.raises(ConfigError, match=said):
        read(tmp_path, text)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(ConfigError, match="none.yaml: cannot be read: No such file"):
        yaml_source.read(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "study.yaml:1:4: anchor or alias 'a' is not allowed"),
        ("a: !!python/object/apply:os.system [x]\n", "study.yaml:1:4: tag .*os.system is not allowed"),
        ("!!map\na: 1\n", "tag .* is not allowed"),
        ("<<: {a: 1}\n", "study.yaml:1:1: the key << is not allowed"),
        ("%YAML 1.1\n---\na: 1:30:00\n", "another version of YAML than 1.2"),
        ("a: " + "[" * 100_000, "study.yaml:1:23: this is more than 20 levels deep"),
        ("- " * 100_000, "more than 20 levels deep"),
        ("a: " + "9" * 5000, "not YAML: Exceeds the limit"),
        ("a: 0x" + "f" * 5000, "a whole number is longer than 18 digits"),
        ("a: 2001-13-45\n", "not YAML: month must be in 1..12"),
        ('a: "\\ud800"\n', "half a letter"),
        ('"\\ud800": 1\n', "half a letter"),
        ('a: "\\UFFFFFFFF"\n', "not YAML"),
        ("a: 0x_\n", "not YAML"),
        (b"a: \0\n", "study.yaml"),
        ("a: " + "x" * 2**18, "larger than 256 kB"),
    ],
)
def test_what_a_stranger_may_write(tmp_path, text, said):
    with pytest.raises(ConfigError, match=said) as error:
        read(tmp_path, text)
    assert len(str(error.value)) < 1000


def test_a_file_without_end_is_read_to_a_bound(tmp_path):
    path = tmp_path / "study.yaml"
    with path.open("wb") as file:
        file.truncate(10**8)
    with pytest.raises(ConfigError, match="larger than 256 kB"):
        yaml_source.read(path)


CONFIG = """study: {input: a, output: "b"}
muscles:
  FDI: {response_ms: {tms: [15, 50]}}
conditioning:
- artefact: {until_ms: 5}
overrides:
- where: {subject: '07'}
  detection: {onset: {n_sd: 4.5e0}}
"""
ODD = ("&a", "*a", "!!str", "? ", "- ", ": ", "\n", "\t", "{", "]", "'", '"\\x', "|", ">+2", "%", "@", "---\n", "...",
       "1e999", "0o9", "2001-1-1", "0x_", "~", "<<", "\0", "\x85", "\ufeff", "#", "= ", "_")  # fmt: skip


@settings(max_examples=int(os.environ.get("MEP_MUTATIONS", "100")), derandomize=True, deadline=None, database=None)
@given(
    st.lists(st.tuples(st.integers(0, len(CONFIG)), st.integers(0, 9), st.sampled_from(ODD)), min_size=1, max_size=4)
)
def test_a_mutated_config_is_read_or_an_error_of_ours(tmp_path_factory, mutations):
    text = CONFIG
    for at, n_lost, added in mutations:
        text = text[:at] + added + text[at + n_lost :]
    with contextlib.suppress(ConfigError):
        source = read(tmp_path_factory.mktemp("config"), text)
        assert all(str(place).startswith("study.yaml:") for place in source.places.values())
