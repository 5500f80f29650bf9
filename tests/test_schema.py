"""The pieces of a config check their part, fill in defaults, and describe themselves truly."""

from typing import Annotated, NamedTuple

import numpy as np
import pydantic
import pytest
from annotated_types import Gt
from ruamel.yaml import YAML

from pipeline import columns
from pipeline.columns import Measure
from pipeline.schema import Choice, Each, Fields, Section, Steps


class Onset(NamedTuple):
    """Onset.

    Attributes
    ----------
    onset_ms
        When it begins.
    """

    onset_ms: np.ndarray


def first(emg_uv, /, *, n_sd: Annotated[float, Gt(0)] = 3.0) -> Onset:
    """Where it first exceeds.

    Parameters
    ----------
    n_sd
        How far.
    """


def second(emg_uv, /, *, order: int = 2) -> Onset:
    """Where it jumps.

    Parameters
    ----------
    order
        Of the model.
    """


class Common(pydantic.BaseModel):
    """What all share."""

    model_config = columns.STRICT
    until_ms: float = pydantic.Field(5.0, description="end of it")
    name: str = pydantic.Field(description="a name")


ONSET = Choice(Measure("onset", (first, second)))
STEPS = Steps({"first": first, "second": second}, ("second",))


def test_fields_fill_in_and_refuse():
    assert Fields(Common).check({"name": "a"}) == ({"until_ms": 5.0, "name": "a"}, [])
    assert Fields(Common).check({"name": "a", "until_ms": 6}).value["until_ms"] == 6.0
    assert [at for at, _ in Fields(Common).check(None).problems] == [("name",)]
    assert Fields(Common).check(3) == ({}, [((), "expected a mapping, but it is 3")])


def test_a_choice_is_of_one_method():
    assert ONSET.check(None).value == {"method": "first", "n_sd": 3.0}
    assert ONSET.check({"method": "second"}).value == {"method": "second", "order": 2}
    ((at, text),) = ONSET.check({"method": "second", "n_sd": 3}).problems
    assert at == ("n_sd",)
    assert text == "no setting 'n_sd'; It has: order (method second)"
    assert ONSET.check({"method": "third"}).problems[0] == (("method",), "no method 'third'; There are: first, second")


def test_a_section_gathers_the_problems_of_its_parts():
    section = Section({"onset": ONSET}, Fields(Common))
    value, problems = section.check({"name": "x"})
    assert not problems
    assert value == {"until_ms": 5.0, "name": "x", "onset": {"method": "first", "n_sd": 3.0}}
    found = section.check({"onset": {"n_sd": -1}, "until": 3, "until_ms": "x"}).problems
    assert {at for at, _ in found} == {("until",), ("until_ms",), ("name",), ("onset", "n_sd")}


def test_each_names_its_part():
    piece = Each(Fields(Common), "name -> settings")
    assert piece.check(None) == ({}, [])
    assert piece.check({"a": {"name": "x"}, "b": {}}).problems[0][0] == ("b", "name")


@pytest.mark.parametrize(
    ("stated", "steps"),
    [
        (None, [{"second": {"order": 2}}]),
        ([], []),
        (["first", {"second": {"order": 3}}, {"first": None}], [
            {"first": {"n_sd": 3.0}}, {"second": {"order": 3}}, {"first": {"n_sd": 3.0}}]),
    ],
)  # fmt: skip
def test_steps_keep_their_order(stated, steps):
    assert STEPS.check(stated) == (steps, [])


def test_wrong_steps_are_all_said():
    found = STEPS.check(["frist", 3, None, {"first": {}, "second": {}}, {"first": {"n_sd": 0}}]).problems
    assert [at for at, _ in found] == [(0,), (1,), (2,), (3,), (4, "first", "n_sd")]
    assert found[0][1] == "no step 'frist'; did you mean 'first'? There are: first, second"
    assert found[2][1].endswith("but it is empty")
    assert STEPS.check({"first": {}}).problems[0][1].startswith("expected a list of steps")


def test_the_lines_of_yaml_are_the_defaults():
    section = Section({"onset": ONSET, "steps": STEPS, "each": Each(Fields(Common), "a name")})
    text = "\n".join(section.yaml(""))
    assert section.check(YAML(typ="safe", pure=True).load(text)) == section.check(None)
    assert "# method: second" in text
    assert "# How far." in text
    assert "name: (to be stated)" in text


def test_the_json_schema_knows_methods_names_and_bounds():
    options = ONSET.json_schema()["oneOf"]
    assert [each["properties"]["method"]["const"] for each in options] == ["first", "second"]
    assert options[0]["properties"]["n_sd"]["exclusiveMinimum"] == 0
    assert all(each["additionalProperties"] is False for each in options)
    assert "required" not in options[0], "the default needs no name"
