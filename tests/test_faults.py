"""What pydantic finds wrong is said in plain words, once, where it stands."""

from typing import Annotated, Literal

import pydantic
import pytest
from annotated_types import Ge, Gt, Le, Len, Lt

from pipeline import faults


class Settings(pydantic.BaseModel):
    """One setting of each kind."""

    model_config = pydantic.ConfigDict(extra="forbid", allow_inf_nan=False)
    number: float = 1.0
    positive: Annotated[float, Gt(0)] = 1.0
    share: Annotated[float, Ge(0), Le(1)] = 0.5
    below: Annotated[float, Lt(5)] = 1.0
    count: int = 1
    flag: bool = True
    word: str = ""
    words: str | list[str] = ""
    pair: Annotated[list[float], Len(2, 2)] | None = None
    window: Annotated[list[float], Len(2, 2)] | dict[str, Annotated[list[float], Len(2, 2)]] | None = None
    axes: Literal["time", "trial"] = "time"
    channels: dict[str, dict[Literal["muscle", "side"], str]] = {}


class Needed(pydantic.BaseModel):
    """A setting that must be stated."""

    input: str


def said(values, model=Settings):
    with pytest.raises(pydantic.ValidationError) as error:
        model.model_validate(values, strict=True)
    return faults.problems(error.value, model.model_fields, values)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("number", "1", "expected a number, but it is '1'"),
        ("number", None, "expected a number, but it is empty"),
        ("number", True, "expected a number, but it is true"),
        ("number", float("nan"), "expected a finite number, but it is nan"),
        ("positive", 0, "expected a number greater than 0, but it is 0"),
        ("share", -0.5, "expected a number greater than or equal to 0, but it is -0.5"),
        ("share", 2, "expected a number less than or equal to 1, but it is 2"),
        ("below", 5, "expected a number less than 5, but it is 5"),
        ("count", 1.5, "expected a whole number, but it is 1.5"),
        ("count", "x", "expected a whole number, but it is 'x'"),
        ("flag", "no", "expected true or false, but it is 'no'"),
        ("word", 7, 'expected text, but it is 7; a label of digits stands in quotes, such as "07"'),
        ("word", False, "expected text, but it is false"),
        ("words", 7, 'expected text or a list, but it is 7; a label of digits stands in quotes, such as "07"'),
        ("pair", [1], "expected a list of 2 or more, but it is [1]"),
        ("pair", [1, 2, 3], "expected a list of 2 or fewer, but it is [1, 2, 3]"),
        ("pair", "1-2", "expected a list, but it is '1-2'"),
        ("window", 3, "expected a list or a mapping, but it is 3"),
        ("axes", "tiem", "expected 'time' or 'trial', but it is 'tiem'"),
        ("channels", [], "expected a mapping, but it is []"),
        ("word", ["x" * 80], f"expected text, but it is ['{'x' * 55}..."),
    ],
)
def test_a_value_of_the_wrong_kind(name, value, text):
    assert said({name: value}) == [((name,), text)]


def test_the_place_is_that_in_the_config():
    assert said({"words": ["a", 7]}) == [
        (("words", 1), 'expected text, but it is 7; a label of digits stands in quotes, such as "07"')
    ]
    assert said({"window": {"tms": [1]}}) == [(("window", "tms"), "expected a list of 2 or more, but it is [1]")]
    assert said({"pair": [1, "x"]}) == [(("pair", 1), "expected a number, but it is 'x'")]
    assert said({"channels": {"a": {"muscle": 3}}})[0][0] == ("channels", "a", "muscle")


def test_names_that_are_wrong_or_missing():
    assert said({"nmber": 1})[0][1].startswith("no setting 'nmber'; did you mean 'number'? It has: axes, below,")
    text = "no setting 'musle'; did you mean 'muscle'? It has: muscle, side"
    assert said({"channels": {"a": {"musle": "FDI"}}}) == [(("channels", "a", "musle"), text)]
    assert said({}, Needed) == [(("input",), "'input' is missing; it must be stated")]


def test_every_fault_is_said():
    assert len(said({"number": "x", "count": 1.5, "axes": 3, "other": 1})) == 4


@pytest.mark.parametrize(
    ("at", "text", "line"),
    [
        (("detection", "onset", "n_sd"), "expected a number", "detection.onset.n_sd: expected a number"),
        (("detection", "onset", "n_std"), "no setting 'n_std'; ...", "detection.onset: no setting 'n_std'; ..."),
        (("study", "input"), "'input' is missing; it must be stated", "study: 'input' is missing; it must be stated"),
        (("detecton",), "no setting 'detecton'", "no setting 'detecton'"),
        (("conditioning", 2), "expected a step", "conditioning.2: expected a step"),
        ((), "expected a mapping", "expected a mapping"),
    ],
)
def test_a_text_names_a_setting_once(at, text, line):
    assert faults.located(at, text) == line
