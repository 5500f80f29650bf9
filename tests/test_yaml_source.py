"""YAML is read strictly, and every key has its place."""

import pytest

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
