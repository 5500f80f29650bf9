"""Offset: the background lies about zero."""

import numpy as np
import pytest

from pipeline import muscles
from pipeline.conditioning import condition
from pipeline.errors import MeasureError

ONLY = ["offset"]


def test_the_background_mean_is_removed_and_nothing_else(make, emg, mep, times_ms):
    clean = emg(6) + mep
    background = (times_ms >= -100) & (times_ms <= -5)
    clean -= clean[:, background].mean(-1, keepdims=True)
    dc_uv = np.array([0.0, 10.0, -300.0, 5e3, -2e4, 1.0])[:, None]
    found = condition(make(clean + dc_uv), ONLY).emg_uv[:, 0]
    np.testing.assert_allclose(found, clean, atol=5e-3)


def test_the_response_does_not_move_the_zero(make, times_ms):
    raw = np.where(times_ms > 20, 1000.0, 3.0)[None]
    found = condition(make(raw), ONLY).emg_uv[0, 0]
    assert found[0] == 0
    assert found[-1] == 997


def test_background_ends_before_the_first_pulse_of_a_pair(make):
    at_ms = np.arange(1600) / 5 - 220.0
    raw = np.where(at_ms > -101, 1000.0, 3.0)[None]
    found = condition(make(raw, "paired", isi_ms=100.0, at_ms=at_ms), ONLY).emg_uv[0, 0]
    assert found[0] == 0


def test_missing_samples_are_left_out_of_the_mean(make):
    raw = np.full((2, 1250), 5.0)
    raw[0, 100:200] = np.nan
    raw[1] = np.nan
    found = condition(make(raw), ONLY).emg_uv[:, 0]
    assert np.nanmax(np.abs(found[0])) == 0
    assert np.isnan(found[1]).all()


def test_constant_signals_become_zero(make):
    assert (condition(make(np.full((3, 1250), -17.25)), ONLY).emg_uv == 0).all()


def test_an_epoch_that_does_not_hold_its_background_is_an_error_that_says_so(make, emg):
    short_ms = np.arange(600) / 5 - 50.0
    raw = make(emg(2, n_samples=600), at_ms=short_ms)
    with pytest.raises(MeasureError, match=r"FDI, trial 0: the background window goes from -100 to -5 ms, but .* -50"):
        condition(raw, ONLY)
    profile = muscles.profile("FDI", {"background_ms": (-45, -5)})
    assert condition(raw, ONLY, profiles=[profile]).n_trials == 2
