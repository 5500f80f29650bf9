"""What electrodes record is what the truth says of it."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from pipeline.synthetic.amplifier import Clock
from pipeline.synthetic.parameters import Parameters, generator
from pipeline.synthetic.physiology import participant, physiology
from pipeline.synthetic.recording import Channel, recorded, seen

CLOCK = Clock(4000.0, -150.0, 2000)
QUIET = Parameters(
    noise_uv=0.0, mains_uv=0.0, drift_uv=0.0, artefact_uv=(0.0, 0.0), preactivated_share=0.0, contraction_uv=0.0
)


@pytest.fixture(scope="module")
def who():
    return physiology(participant("sub-02", 3), "morning", "FDI", 3, QUIET)


def look(channel, intensity_mso, parameters=QUIET, size_uv=None):
    return seen(channel, np.asarray(intensity_mso, float), CLOCK, parameters, generator("x"), size_uv)


def test_without_noise_the_signal_is_the_response(who):
    wanted = np.array([100.0, 800.0, np.nan])
    view = look(Channel(who), [60.0] * 3, size_uv=wanted)
    np.testing.assert_allclose(view.emg_uv, view.mep_uv, atol=1e-9)
    np.testing.assert_allclose(np.ptp(view.mep_uv, axis=1)[:2], wanted[:2], rtol=1e-6)
    assert not view.mep_uv[2].any()
    np.testing.assert_allclose(view.truth["peak_to_peak_uv"][:2], wanted[:2], rtol=1e-6)
    assert np.isnan(view.truth["onset_ms"]).tolist() == [False, False, True]


def test_an_onset_is_the_first_sample_over_1_percent(who):
    view = look(Channel(who), [60.0] * 5, size_uv=np.full(5, 700.0))
    large = np.abs(view.mep_uv) > 0.01 * np.abs(view.mep_uv).max(1, keepdims=True)
    np.testing.assert_array_equal(view.truth["onset_ms"], CLOCK.times_ms[large.argmax(1)])
    assert (view.truth["onset_ms"] > 15).all()


def test_a_muscle_that_is_not_reached_never_answers(who):
    view = look(Channel(who, responds=False), [90.0] * 4)
    assert np.isnan(view.truth["peak_to_peak_uv"]).all()
    assert not view.mep_uv.any()


def test_only_a_contracting_muscle_falls_silent(who):
    rest, active = (look(Channel(who, active=each), [60.0] * 6) for each in (False, True))
    assert np.isnan(rest.truth["silent_period_end_ms"]).all()
    assert (active.truth["silent_period_end_ms"] > active.truth["silent_period_onset_ms"] + 9).all()


def test_the_amplifier_clips(who):
    clipped = look(Channel(who), [70.0] * 3, dataclasses.replace(QUIET, saturation_uv=50.0), np.full(3, 900.0))
    assert np.abs(clipped.emg_uv).max() == 50.0
    np.testing.assert_allclose(clipped.truth["peak_to_peak_uv"], 900.0, rtol=1e-6)


def test_a_recording_of_several_channels(who):
    pulses = pd.DataFrame({"pulse": "single", "intensity_mso": [50.0, 60.0, 70.0]})
    pair = [Channel(who), Channel(who, side="L", responds=False)]
    trials, truth = recorded(pair, pulses, CLOCK, Parameters(), "sub-02")
    assert trials.emg_uv.shape == (3, 2, 2000)
    assert (trials.muscles, trials.sides) == (("FDI", "FDI"), ("R", "L"))
    assert truth["trial"].tolist() == [0, 0, 1, 1, 2, 2]
    assert truth["side"].tolist() == ["R", "L"] * 3
    alone, _ = recorded(pair[:1], pulses, CLOCK, Parameters(), "sub-02")
    np.testing.assert_array_equal(alone.emg_uv[:, 0], trials.emg_uv[:, 0], "a further channel changes no other")
