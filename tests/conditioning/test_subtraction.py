"""Artefacts that decay into the response: gone, with the response as it was."""

import numpy as np
import pytest

from pipeline.conditioning import condition
from pipeline.conditioning.decay import fitted
from pipeline.detection import detect

BRIDGED = ["mains", "artefact", "offset", "band_pass"]
SUBTRACTED = ["mains", "subtract_artefact", "artefact", "offset", "band_pass"]
ONLY = ["subtract_artefact"]
EARLY_ONSET = {"onset": {"method": "rising_glr"}}


def decay(times_ms, n_trials, peak_uv, tau_ms, seed=0):
    """Artefacts whose size and decay differ by a few per cent from trial to trial."""
    rng = np.random.default_rng(seed)
    peak = peak_uv * np.exp(rng.normal(0, 0.05, (n_trials, 1)))
    tau = tau_ms * np.exp(rng.normal(0, 0.03, (n_trials, 1)))
    return peak * np.exp(-np.clip(times_ms, 0, None) / tau) * (times_ms >= 0)


@pytest.fixture(scope="module")
def responses(emg, mep, times_ms):
    """(30, n_samples) responses of 100 µV to 2 mV in noise of 3 µV, with hum."""
    rng = np.random.default_rng(1)
    size = np.exp(rng.uniform(np.log(0.1), np.log(2.0), (30, 1)))
    hum = 4 * np.sin(2e-3 * np.pi * 50 * times_ms + rng.uniform(0, 6.3, (30, 1)))
    return emg(30, rms_uv=3.0) + size * mep + hum


@pytest.mark.parametrize("limit_uv", [np.inf, 5e3])
@pytest.mark.parametrize("tau_ms", [0.3, 1.0, 3.0, 10.0])
@pytest.mark.parametrize("peak_uv", [1e3, -1e4])
def test_neither_onset_nor_size_moves(make, responses, times_ms, peak_uv, tau_ms, limit_uv):
    clean = detect(condition(make(responses), BRIDGED), EARLY_ONSET)
    raw = np.clip(responses + decay(times_ms, 30, peak_uv, tau_ms), -limit_uv, limit_uv)
    found = detect(condition(make(raw), SUBTRACTED), EARLY_ONSET)
    moved = (found["onset_ms"] - clean["onset_ms"]).abs()
    assert (moved <= 0.5).mean() >= 0.93
    change = (found["peak_to_peak_uv"] / clean["peak_to_peak_uv"] - 1).abs()
    assert change.median() < 0.005
    assert change.max() < 0.03
    assert found["artefact_residual_uv"].median() < 4


def test_a_bridge_alone_does_not_do_that(make, responses, times_ms):
    clean = detect(condition(make(responses), BRIDGED), EARLY_ONSET)
    found = detect(condition(make(responses + decay(times_ms, 30, 1e4, 5.0)), BRIDGED), EARLY_ONSET)
    assert (found["peak_to_peak_uv"] / clean["peak_to_peak_uv"] - 1).abs().median() > 0.1
    assert found["artefact_residual_uv"].median() > 300


def test_a_trial_without_an_artefact_stays_as_it_is(make, emg, mep):
    for rms_uv in (2.0, 40.0):
        raw = make(emg(200, rms_uv=rms_uv) + mep)
        np.testing.assert_array_equal(condition(raw, ONLY).emg_uv, raw.emg_uv)


def test_a_response_that_begins_before_its_window_is_not_taken_for_an_artefact(make, emg, mep):
    early = np.roll(mep, -7 * 5)
    raw = make(emg(20, rms_uv=2.0) + early)
    np.testing.assert_array_equal(condition(raw, ONLY).emg_uv, raw.emg_uv)


def test_the_artefact_of_each_trial_is_its_own(make, emg, times_ms):
    tau = np.linspace(1.0, 8.0, 24)[:, None]
    artefact = 3e3 * np.exp(-np.clip(times_ms, 0, None) / tau) * (times_ms >= 0)
    clean = emg(24, rms_uv=2.0)
    left = condition(make(clean + artefact), ONLY).emg_uv[:, 0] - clean
    assert np.abs(left[:, times_ms > 15]).max() < 10
    assert np.abs(artefact[:, times_ms > 15]).max() > 400


def test_gain_and_polarity_pass_through(make, emg, times_ms):
    raw = emg(10) + decay(times_ms, 10, 5e3, 4.0)
    expected = condition(make(raw), ONLY).emg_uv
    np.testing.assert_allclose(condition(make(-4 * raw), ONLY).emg_uv, -4 * expected, atol=0.05)


def test_electrical_stimuli_and_trials_without_a_pulse_are_left_alone(make, emg, times_ms):
    raw = emg(4) + decay(times_ms, 4, 5e3, 4.0)
    for pulse in ("nerve", "none"):
        trials = make(raw, pulse)
        found = condition(trials, ONLY)
        np.testing.assert_array_equal(found.emg_uv, trials.emg_uv)
    assert np.isnan(found.notes["artefact_residual_uv"]).all()


def test_missing_and_constant_trials_change_no_other(make, emg, times_ms):
    raw = emg(6) + decay(times_ms, 6, 5e3, 4.0)
    raw[2], raw[4] = np.nan, 7.0
    found = condition(make(raw), ONLY).emg_uv[:, 0]
    assert np.isnan(found[2]).all()
    np.testing.assert_array_equal(found[4], 7.0)
    assert np.abs(found[[0, 1, 3, 5]][:, times_ms > 15]).max() < 60


def test_two_exponentials_are_told_apart():
    since_ms = np.arange(65) / 5.0
    noise = np.random.default_rng(0).normal(size=(5, 65))
    signal = 4000 * np.exp(-since_ms / 0.8) + 300 * np.exp(-since_ms / 9.0) + noise
    found = fitted(signal, np.ones(5), since_ms, np.eye(1, 65)[0])
    np.testing.assert_allclose(np.sort(found.decay_ms, -1), [[0.8, 9.0]] * 5, rtol=0.05)
    np.testing.assert_allclose(found.at(since_ms), signal - noise, atol=3)
