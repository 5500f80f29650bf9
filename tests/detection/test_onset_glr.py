"""Whitening makes coloured noise white, and the ramp's onset follows the response."""

import numpy as np
import pytest

from pipeline.detection.onset_glr import autoregression, glr, rising_glr, whitened_rise

RATE_HZ = 4000.0
TIMES_MS = np.arange(-120.0, 80.0, 1000.0 / RATE_HZ)
WINDOWS = {"background_ms": (-100.0, -5.0), "response_ms": (12.0, 50.0)}


def coloured(n_trials, seed=0):
    """(n_trials, n_samples) noise whose samples follow x[k] = 1.2 x[k-1] - 0.5 x[k-2] + e, e of SD 1."""
    rng = np.random.default_rng(seed)
    out = np.zeros((n_trials, len(TIMES_MS) + 200))
    for k in range(2, out.shape[1]):
        out[:, k] = 1.2 * out[:, k - 1] - 0.5 * out[:, k - 2] + rng.normal(size=n_trials)
    return out[:, 200:]


def given(emg):
    windows = [np.tile(WINDOWS[name], (len(emg), 1)) for name in ("background_ms", "response_ms")]
    return emg, TIMES_MS, *windows


def ramped(n_trials, at_ms, seed=1):
    rise = np.clip((TIMES_MS - at_ms) / 3.0, 0, None) * np.exp(-np.clip(TIMES_MS - at_ms, 0, None) / 4.0)
    return coloured(n_trials, seed) + 300.0 * rise


def test_a_model_of_known_coefficients_is_found():
    filters, variance = autoregression(coloured(200), 2, np.zeros(200))
    np.testing.assert_allclose(filters.mean(0), [1.0, -1.2, 0.5], atol=0.03)
    np.testing.assert_allclose(variance.mean(), 1.0, atol=0.05)


def test_a_flat_background_gives_a_filter_and_no_warning():
    filters, variance = autoregression(np.zeros((2, 100)), 6, np.ones(2))
    np.testing.assert_allclose(filters, [[1, 0, 0, 0, 0, 0, 0]] * 2, atol=1e-12)
    assert (variance >= 1).all()


def test_fewer_samples_than_the_order_asks_for():
    filters, _ = autoregression(np.random.default_rng(0).normal(size=(3, 4)), 6, np.zeros(3))
    assert filters.shape == (3, 7)
    assert np.isfinite(filters).all()


def test_whitened_noise_has_power_1():
    rise = whitened_rise(*given(coloured(300)), order=4)
    assert abs(rise.power[:, :-10].mean() - 1) < 0.1
    whole = rise.power[:, :40] - 1
    assert abs(np.mean(whole[:, 1:] * whole[:, :-1])) < 0.15 * np.mean(whole**2)


@pytest.mark.parametrize("method", [glr, rising_glr])
@pytest.mark.parametrize("at_ms", [18.0, 24.0])
def test_onsets_follow_the_response(method, at_ms):
    found = method(*given(ramped(40, at_ms)), np.ones(40, bool)).onset_ms
    assert abs(np.median(found) - at_ms) < 1
    assert np.isnan(method(*given(ramped(4, at_ms)), np.zeros(4, bool)).onset_ms).all()


@pytest.mark.parametrize("method", [glr, rising_glr])
def test_gain_and_polarity_leave_times(method):
    emg = ramped(10, 22.0)
    first = method(*given(emg), np.ones(10, bool)).onset_ms
    np.testing.assert_allclose(method(*given(-7.0 * emg), np.ones(10, bool)).onset_ms, first)


def test_no_trials():
    assert rising_glr(*given(np.zeros((0, len(TIMES_MS)))), np.zeros(0, bool)).onset_ms.shape == (0,)
