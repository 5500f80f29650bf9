"""A signature is a schema."""

from typing import Annotated, NamedTuple

import numpy as np
import pydantic
import pytest
from annotated_types import Gt

from pipeline import columns
from pipeline.columns import Measure
from pipeline.errors import ConfigError


class Size(NamedTuple):
    """Size.

    Attributes
    ----------
    size_uv
        How large
        it is.
    """

    size_uv: np.ndarray


class Onset(NamedTuple):
    """Onset."""

    onset_ms: np.ndarray


def largest(emg_uv, response_ms, /) -> Size:
    """Largest value."""


def threshold(emg_uv, size_uv, /, *, n_sd: Annotated[float, Gt(0)] = 3.0, run_ms: float = 1.0) -> Onset:
    """Onset by a threshold.

    Parameters
    ----------
    n_sd
        Height of the threshold.
    """


SIZE, ONSET = Measure("size", (largest,)), Measure("onset", (threshold,))


def test_units_follow_from_names():
    assert [columns.unit(name) for name in ("a_uv", "a_ms", "a_uv_ms", "a_mso", "excluded")] == [
        "µV",
        "ms",
        "µV·ms",
        "%MSO",
        "",
    ]


def test_what_a_method_needs_sets_and_gives():
    assert columns.needs(threshold) == ("emg_uv", "size_uv")
    assert list(columns.settings(threshold)) == ["n_sd", "run_ms"]
    assert columns.described(largest) == (columns.Column("size_uv", "µV", "How large it is.", "largest"),)
    assert columns.meanings(threshold)["n_sd"] == "Height of the threshold."
    assert columns.summary(threshold) == "Onset by a threshold."


def test_defaults_are_those_of_the_signature():
    assert columns.validated(threshold, None, "detection.onset") == {"n_sd": 3.0, "run_ms": 1.0}


def test_all_faults_are_said_at_once():
    with pytest.raises(ConfigError) as error:
        columns.validated(threshold, {"n_std": 2, "run_ms": "long", "n_sd": -1}, "detection.onset")
    text = str(error.value)
    assert "no setting 'n_std'; did you mean 'n_sd'? It has: n_sd, run_ms" in text
    assert "but it is 'long'" in text
    assert "greater than 0, but it is -1" in text


def test_an_unknown_method_lists_those_there_are():
    with pytest.raises(ConfigError, match="no method 'magic'; There are: threshold"):
        columns.choose(ONSET, {"method": "magic"}, "detection")


def test_order_follows_needs():
    chosen = {"onset": threshold, "size": largest}
    assert columns.order(chosen, {"emg_uv", "response_ms"}) == ["size", "onset"]
    with pytest.raises(ConfigError, match="size: largest needs 'response_ms'"):
        columns.order(chosen, {"emg_uv"})


def test_settings_are_frozen():
    model = columns.settings_model(threshold)()
    with pytest.raises(pydantic.ValidationError):
        model.n_sd = 2
