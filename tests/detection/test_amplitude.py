"""Sizes of known shapes."""

import numpy as np

from pipeline import windows
from pipeline.detection.amplitude import onset_to_end, peak_to_peak

TIMES_MS = np.arange(-100.0, 120.0, 0.25)
BACKGROUND = np.array([[-95.0, -5.0]])
RESPONSE = np.array([[15.0, 50.0]])
NONE = np.array([np.nan])


def pulse(height=100.0, begin=20.0, end=30.0):
    return np.where(windows.inside(TIMES_MS, np.array([begin, end])), height, 0.0)[None]


def area(emg, onset, state="rest", silent=NONE):
    return onset_to_end(
        emg, TIMES_MS, BACKGROUND, RESPONSE, np.array([onset]), np.array([state], object), np.asarray(silent, float)
    )


def test_peaks_and_their_times():
    emg = np.zeros((1, len(TIMES_MS)))
    emg[0, TIMES_MS == 22.0], emg[0, TIMES_MS == 26.5], emg[0, TIMES_MS == 5.0] = -30.0, 50.0, 900.0
    found = peak_to_peak(emg, TIMES_MS, RESPONSE)
    assert (found.peak_to_peak_uv[0], found.peak_max_ms[0], found.peak_min_ms[0]) == (80.0, 26.5, 22.0)


def test_missing_samples_are_left_out_and_a_missing_trial_is_nan():
    emg = np.concatenate([pulse(), np.full((1, len(TIMES_MS)), np.nan)])
    emg[0, TIMES_MS == 25.0] = np.nan
    found = peak_to_peak(emg, TIMES_MS, np.repeat(RESPONSE, 2, 0))
    assert found.peak_to_peak_uv[0] == 100.0
    assert np.isnan([each[1] for each in found]).all()


def test_area_and_end_of_a_rectangle():
    found = area(pulse(), 20.0)
    np.testing.assert_allclose(found.mep_end_ms, 30.25)
    np.testing.assert_allclose(found.area_uv_ms, 100.0 * 10.0, rtol=0.03)


def test_a_short_gap_does_not_end_the_response():
    emg = pulse(begin=20, end=24) - pulse(begin=30, end=34)
    np.testing.assert_allclose(area(emg, 20.0).mep_end_ms, 34.25)
    np.testing.assert_allclose(area(pulse(begin=20, end=24) - 0.5 * pulse(begin=38, end=40), 20.0).mep_end_ms, 24.25)


def test_in_contraction_the_silent_period_ends_the_response_and_the_background_is_taken_off():
    wave = 10.0 * np.where(np.arange(len(TIMES_MS)) % 2, 1.0, -1.0)
    emg = np.where(TIMES_MS < 20, wave, 0.0) + pulse()
    found = area(emg, 20.0, "active", [40.0])
    assert found.mep_end_ms[0] == 40.0
    np.testing.assert_allclose(found.area_uv_ms, 100.0 * 10.25 - 10.0 * 20.0, rtol=0.03)


def test_no_onset_no_area():
    assert np.isnan([each[0] for each in area(pulse(), np.nan)]).all()


def test_a_response_that_does_not_end_has_no_area():
    assert np.isnan(area(pulse(end=119.0), 20.0).area_uv_ms).all()


def test_an_onset_decided_late_does_not_give_a_negative_duration():
    noise = np.random.default_rng(4).normal(size=(1, len(TIMES_MS)))
    made = area(noise + pulse(500.0, 20.0, 30.0), 45.0)
    assert not made.mep_duration_ms[0] < 0
