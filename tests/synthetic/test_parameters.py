"""What the generator is told, from texts; chance depends on names alone."""

import dataclasses
import math

import pytest

from pipeline import columns
from pipeline.errors import ConfigError
from pipeline.synthetic.parameters import MUSCLES, Parameters, generator, muscle_model, stated


def test_what_is_not_stated_is_the_default():
    assert stated([]) == Parameters()
    found = stated(["noise_uv=2", "artefact_uv=[500, 2000]"])
    assert (found.noise_uv, found.artefact_uv) == (2.0, (500.0, 2000.0))
    assert dataclasses.replace(found, noise_uv=0.7, artefact_uv=(1000.0, 10000.0)) == Parameters()
    assert Parameters().saturation_uv == math.inf


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nois_uv=2", "no parameter 'nois_uv'; did you mean 'noise_uv'"),
        ("noise_uv", "noise_uv is ''; expected a number"),
        ("noise_uv=loud", "noise_uv is 'loud'; expected a number"),
        ('noise_uv="loud"', "noise_uv: expected a number, but it is 'loud'"),
        ("noise_uv=[1, 2]", "noise_uv: expected a number, but it is .1, 2."),
    ],
)
def test_what_does_not_fit_is_said(text, said):
    with pytest.raises(ConfigError, match=f"^simulate: {said}"):
        stated([text])


def test_every_parameter_has_a_meaning():
    assert not [each.name for each in dataclasses.fields(Parameters) if not columns.meanings(Parameters).get(each.name)]


def test_an_unknown_muscle_lists_those_there_are():
    with pytest.raises(ConfigError, match="no model of muscle 'FDY'; did you mean 'FDI'. There are: FDI, TA"):
        muscle_model("FDY")
    assert muscle_model("TA") is MUSCLES["TA"]


def test_chance_depends_on_names_alone():
    first = generator("a", 1).normal(size=4).tolist()
    assert generator("a", 1).normal(size=4).tolist() == first
    assert generator("a", 2).normal(size=4).tolist() != first
    assert generator("a1").normal(size=4).tolist() != first
