"""Amplitudes without their noise: right on average, honest about what is not known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.detection import detect

EARLY_ONSET = {"onset": {"method": "rising_glr"}}
NAMES = ["peak_to_peak_corrected_uv", "peak_to_peak_corrected_low_uv", "peak_to_peak_corrected_high_uv"]


def sizes(trials):
    """Raw, corrected, lower and upper amplitude, (4, n_trials)."""
    return detect(trials, EARLY_ONSET)[["peak_to_peak_uv", *NAMES]].to_numpy(float).T


@pytest.mark.parametrize("snr", [5.0, 10.0, 20.0, 100.0])
def test_the_bias_of_noise_is_gone_and_the_interval_holds_the_truth(recording, snr):
    raw, found, low, high = sizes(recording(200, snr=snr, rms_uv=2.0, seed=3)[0])
    truth = 2.0 * snr
    assert abs(found.mean() - truth) < (1.25 if snr == 5 else 0.35) * 2.0
    if snr == 5:
        assert raw.mean() - truth > 0.7 * 2.0
    assert 0.90 <= ((low <= truth) & (truth <= high)).mean() <= 0.99
    assert (high - low).mean() < 8 * 2.0


@pytest.mark.parametrize("state", ["rest", "active"])
def test_without_a_response_the_interval_holds_nothing_and_nothing_is_negative(recording, state):
    raw, found, low, high = sizes(recording(200, snr=0.0, rms_uv=2.0, state=state, seed=4)[0])
    assert (low == 0).mean() >= 0.93
    assert 0.3 <= (found == 0).mean() <= 0.7
    assert (found >= 0).all()
    assert (low <= found).all()
    assert (found <= high).all()
    assert (high > 0).all()
    assert found.mean() < 0.35 * raw.mean()


def test_a_flat_background_has_nothing_to_correct_and_a_missing_trial_stays_missing(recording):
    trials, _ = recording(6, snr=100.0)
    emg = trials.emg_uv.copy()
    emg[1] = 0.0
    emg[1, 0, (trials.times_ms > 20) & (trials.times_ms < 25)] = 80.0
    emg[4] = np.nan
    raw, found, low, high = sizes(trials.replace(emg_uv=emg))
    assert raw[1] == found[1] == low[1] == high[1] == 80.0
    assert np.isnan([found[4], low[4], high[4]]).all()
    assert np.isfinite(found[[0, 2, 3, 5]]).all()


@settings(max_examples=6, deadline=None)
@given(gain=st.sampled_from([-1.0, 8.0, -0.25]), order=st.permutations(range(12)))
def test_gain_polarity_and_order(recording, gain, order):
    trials, _ = recording(12, snr=8.0)
    expected = sizes(trials)
    np.testing.assert_allclose(sizes(trials.replace(emg_uv=gain * trials.emg_uv)), abs(gain) * expected, rtol=1e-4)
    np.testing.assert_allclose(sizes(trials.take(np.array(order))), expected[:, list(order)], rtol=1e-6)


def test_one_trial_and_a_background_shorter_than_the_response(recording):
    trials, _ = recording(1, snr=50.0)
    rows = detect(trials, EARLY_ONSET | {"background_ms": (-25, -5)})
    assert abs(rows["peak_to_peak_corrected_uv"][0] / rows["peak_to_peak_uv"][0] - 1) < 0.1


def test_windows_of_several_lengths_and_states_each_have_their_table(recording):
    trials, _ = recording(40, snr=10.0)
    kinds = np.where(np.arange(40) % 2, "single", "root")
    states = np.where(np.arange(40) < 20, "rest", "active")
    _, found, low, high = sizes(trials.replace(pulses=trials.pulses.assign(pulse=kinds, state=states)))
    assert np.isfinite([found, low, high]).all()
