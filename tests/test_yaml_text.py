"""Defaults written as YAML are read back as what they are."""

import pytest
from ruamel.yaml import YAML

from pipeline import yaml_text


@pytest.mark.parametrize(
    "value",
    [1, 1.5, 1e-7, -3.0, True, False, None, "", "FDI", "true", "null", "07", "1e3", "a: b", "µV", "sd_threshold",
     [], [1.0, 2.0], {"tms": [15.0, 50.0]}, {"a": {"b": None}}, ("x", 2)],
    ids=str,
)  # fmt: skip
def test_a_value_comes_back(value):
    read = YAML(typ="safe", pure=True).load(f"a: {yaml_text.flow(value)}")["a"]
    assert read == (list(value) if isinstance(value, tuple) else value)
    assert type(read) is (list if isinstance(value, tuple) else type(value))


def test_comments_are_of_bounded_width_and_lose_no_word():
    text = "word " * 100 + "x" * 200
    lines = list(yaml_text.comment(text, "    "))
    assert all(line.startswith("    # ") for line in lines)
    assert all(len(line) <= 4 + 2 + yaml_text.WIDTH for line in lines[:-1])
    assert " ".join(line.removeprefix("    # ") for line in lines).split() == text.split()
    assert list(yaml_text.comment("", "")) == []


def test_a_meaning_says_its_unit():
    assert yaml_text.meaning("until_ms", "End of it.") == "End of it. [ms]"
    assert yaml_text.meaning("order", "Its order.") == "Its order."
    assert yaml_text.meaning("low_hz", None) == " [Hz]"
