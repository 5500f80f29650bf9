"""Presence by amplitude and against noise."""

import numpy as np
import pytest

from pipeline.detection import detect
from pipeline.detection.presence import amplitude_criterion, noise_criterion


def states(*names):
    return np.array(names, dtype=object)


def test_the_criterion_in_contraction_is_an_excess_over_the_background():
    size, before = np.array([49.9, 50.0, 250.0, 250.0, np.nan]), np.array([10.0, 10.0, 40.0, 60.0, 1.0])
    found = amplitude_criterion(size, before, states("rest", "rest", "active", "active", "rest")).mep_present
    assert found.tolist() == [False, True, True, False, False]


def test_a_flat_or_missing_trial_does_not_stand_out():
    zero, nan = np.zeros(1), np.full(1, np.nan)
    for values in (zero, nan):
        found = noise_criterion(values, values, values, states("rest"))
        assert not found.mep_above_noise[0]
        assert np.isnan(found.signal_to_noise[0])
    assert noise_criterion(np.ones(1), zero, zero, states("rest")).mep_above_noise[0]


@pytest.mark.parametrize(("state", "rms_uv"), [("rest", 2.0), ("rest", 20.0), ("active", 40.0)])
def test_noise_alone_does_not_stand_out(recording, state, rms_uv):
    rows = detect(recording(600, snr=0.0, state=state, rms_uv=rms_uv, seed=5)[0])
    assert rows["mep_above_noise"].mean() <= 0.005


@pytest.mark.parametrize("rms_uv", [0.5, 2.0, 20.0])
def test_a_response_stands_out_whatever_its_size_in_uv(recording, rms_uv):
    rows = detect(recording(100, snr=15.0, rms_uv=rms_uv, seed=6)[0])
    assert rows["mep_above_noise"].mean() >= 0.98
