"""What every method is given, whatever the recording does not say."""

import numpy as np
import pytest

from pipeline import muscles
from pipeline.detection.given import given_to_methods, profile_of
from pipeline.errors import MeasureError
from pipeline.trials import NOTES, NUMERIC_COLUMNS, PULSE_COLUMNS


def test_all_that_methods_may_ask_for_is_there(recording):
    trials, _ = recording(5)
    given, flags = given_to_methods(trials, 0, muscles.profile("FDI"))
    signal = {"emg_uv", "times_ms", "background_ms", "response_ms", "nerve_ms", "first_pulse_ms", "groups"}
    assert set(given) == {*PULSE_COLUMNS, *NOTES, *signal, "library"}
    assert given["emg_uv"].dtype == np.float32
    assert given["response_ms"].shape == (5, 2)
    assert all(np.isnan(given[name]).all() for name in NUMERIC_COLUMNS)
    assert set(given["stim_site"]) == {""}
    assert not flags["state_assumed"].any()


def test_a_state_that_is_not_said_is_rest_and_flagged(recording):
    trials, _ = recording(3, state="")
    given, flags = given_to_methods(trials, 0, muscles.profile("FDI"))
    assert given["state"].tolist() == ["rest"] * 3
    assert flags["state_assumed"].all()


def test_the_background_ends_before_the_first_pulse_of_a_pair(recording):
    trials, _ = recording(2)
    paired = trials.replace(pulses=trials.pulses.assign(pulse="paired", isi_ms=[3.0, 15.0]))
    given, _ = given_to_methods(paired, 0, muscles.profile("FDI"))
    assert given["background_ms"][:, 1].tolist() == [-8.0, -20.0]
    assert given["first_pulse_ms"].tolist() == [-3.0, -15.0]


@pytest.mark.parametrize(
    ("section", "window"), [({"response_ms": [15, 900]}, "response"), ({"background_ms": [-300, -5]}, "background")]
)
def test_a_window_that_the_epochs_do_not_hold(recording, section, window):
    trials, _ = recording(2)
    with pytest.raises(MeasureError, match=f"FDI.*the {window} window goes from .* epochs from -120 to"):
        given_to_methods(trials, 0, profile_of("FDI", None, section))


def test_a_section_stands_above_a_profile():
    own = muscles.profile("FDI", {"background_ms": [-90, -5]})
    assert profile_of("FDI", own, {}).background_ms == (-90, -5)
    above = profile_of("FDI", own, {"response_ms": {"tms": [16, 44]}, "background_ms": None})
    assert above.response_ms["tms"] == (16, 44)
    assert above.response_ms["root"] == own.response_ms["root"]
    assert above.background_ms == (-90, -5)
    assert set(profile_of("FDI", own, {"response_ms": [10, 20]}).response_ms.values()) == {(10, 20)}
