"""Background EMG: level, spread and what noise alone would give as amplitude."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.detection.background import centred, pre_stimulus

TIMES_MS = np.arange(-100.0, 60.0, 0.5)
BEFORE = (TIMES_MS >= -100) & (TIMES_MS <= -5)


def windows_of(n, background=(-100.0, -5.0), response=(15.0, 50.0)):
    return np.tile(background, (n, 1)), np.tile(response, (n, 1))


def test_rms_is_about_the_mean_and_leaves_out_what_follows():
    emg = np.random.default_rng(0).normal(40, 3, (4, len(TIMES_MS)))
    emg[:, ~BEFORE] = 1e6
    found = pre_stimulus(emg, TIMES_MS, *windows_of(4))
    np.testing.assert_allclose(found.background_rms_uv, emg[:, BEFORE].std(-1))
    mean = emg[:, BEFORE].mean(-1, keepdims=True)
    np.testing.assert_allclose(found.background_mean_abs_uv, np.abs(emg[:, BEFORE] - mean).mean(-1))


def test_peak_to_peak_is_over_the_last_part_as_long_as_the_response():
    emg = np.zeros((1, len(TIMES_MS)))
    emg[0, TIMES_MS == -60.0] = 500.0
    emg[0, TIMES_MS == -30.0] = 7.0
    assert pre_stimulus(emg, TIMES_MS, *windows_of(1)).background_peak_to_peak_uv[0] == 7.0
    long = pre_stimulus(emg, TIMES_MS, *windows_of(1, response=(15.0, 75.0)))
    assert long.background_peak_to_peak_uv[0] == 500.0
    short = pre_stimulus(emg, TIMES_MS, *windows_of(1, background=(-35.0, -5.0), response=(15.0, 75.0)))
    assert short.background_peak_to_peak_uv[0] == 7.0


def test_each_trial_has_its_own_window():
    emg = np.where(TIMES_MS < -50, 2.0, 0.0) * np.where(np.arange(len(TIMES_MS)) % 2, 1, -1) * np.ones((2, 1))
    background = np.array([[-100.0, -55.0], [-45.0, -5.0]])
    found = pre_stimulus(emg, TIMES_MS, background, windows_of(2)[1])
    np.testing.assert_allclose(found.background_rms_uv, [2.0, 0.0], atol=1e-3)


def test_missing_samples_are_left_out_and_a_missing_window_is_nan():
    emg = np.random.default_rng(1).normal(0, 3, (2, len(TIMES_MS)))
    emg[0, 10:20] = np.nan
    emg[1, BEFORE] = np.nan
    found = pre_stimulus(emg, TIMES_MS, *windows_of(2))
    known = BEFORE & np.isfinite(emg[0])
    np.testing.assert_allclose(found.background_rms_uv[0], emg[0, known].std())
    assert np.isnan([each[1] for each in found]).all()


@given(st.floats(-1e4, 1e4))
def test_an_offset_changes_nothing(offset):
    emg = np.random.default_rng(2).normal(0, 3, (3, len(TIMES_MS)))
    background = windows_of(3)[0]
    np.testing.assert_allclose(
        centred(emg + offset, TIMES_MS, background), centred(emg, TIMES_MS, background), atol=1e-8
    )
