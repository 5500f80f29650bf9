"""Artefact: gone before any filter sees it, with the response as it was."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.conditioning import condition
from pipeline.conditioning.artefact import bridged
from pipeline.errors import MeasureError

ONLY = ["artefact"]


def decay(times_ms, peak_uv, tau_ms, at_ms=0.0):
    since = times_ms - at_ms
    return peak_uv * np.exp(-np.clip(since, 0, None) / tau_ms) * (since >= 0)


@pytest.mark.parametrize("peak_uv", [1e3, -5e3, 2e4])
@pytest.mark.parametrize("tau_ms", [0.5, 1.0, 2.0])
def test_response_is_what_it_was_without_an_artefact(make, emg, mep, times_ms, peak_uv, tau_ms):
    clean = emg(8) + mep
    steps = ["artefact", "offset", {"band_pass": {"low_hz": 10, "high_hz": 1000}}]
    expected = condition(make(clean), steps).emg_uv[:, 0]
    found = condition(make(clean + decay(times_ms, peak_uv, tau_ms)), steps).emg_uv[:, 0]
    window = (times_ms >= 18) & (times_ms <= 50)
    change = np.ptp(found[:, window], axis=-1) / np.ptp(expected[:, window], axis=-1)
    assert np.abs(change - 1).max() < 0.01
    shape = found[:, window] - found[:, window].mean(-1, keepdims=True)
    shape -= expected[:, window] - expected[:, window].mean(-1, keepdims=True)
    assert np.sqrt((shape**2).mean(-1)).max() < 0.01 * 1000


def test_nothing_rings_before_the_response_or_into_the_background(make, emg, times_ms):
    quiet = emg(8, rms_uv=2.0)
    steps = ["artefact", "offset", {"band_pass": {"low_hz": 10, "high_hz": 500, "spare_response": False}}]
    raw = make(quiet + decay(times_ms, 2e4, 0.7))
    found, expected = condition(raw, steps).emg_uv[:, 0], condition(make(quiet), steps).emg_uv[:, 0]
    before = (times_ms < -5) | ((times_ms > 12) & (times_ms < 20))
    assert np.abs(found - expected)[:, before].max() < 1.5
    unprotected = condition(raw, steps[1:]).emg_uv[:, 0]
    assert np.abs(unprotected - expected)[:, before].max() > 50


def test_the_zone_is_extended_as_far_as_the_artefact_lasts(make, emg, times_ms):
    peaks, taus = np.array([1e3, 5e3, 5e3, 2e4]), np.array([0.5, 1.0, 1.4, 3.0])
    raw = emg(4, rms_uv=2.0) + np.stack([decay(times_ms, *each) for each in zip(peaks, taus, strict=True)])
    until = condition(make(raw), ONLY).notes["artefact_until_ms"][:, 0]
    crossing = taus * np.log(peaks / (5 * 2.0))
    assert until[0] == 5.0
    np.testing.assert_allclose(until[1:3], crossing[1:3], atol=1.2)
    assert until[3] == 10.0


def test_a_later_burst_of_contraction_does_not_extend_the_zone(make, emg, times_ms):
    raw = emg(20, rms_uv=30.0)
    raw[:, (times_ms > 7.5) & (times_ms < 9.5)] += 500.0
    assert (condition(make(raw), ONLY).notes["artefact_until_ms"] == 5.0).all()


def test_contraction_and_mains_alone_do_not_extend_the_zone(make, emg, times_ms):
    phase = np.random.default_rng(3).uniform(0, 2 * np.pi, (200, 1))
    raw = emg(200, rms_uv=100.0) + 50 * np.sin(2e-3 * np.pi * 50 * times_ms + phase)
    until = condition(make(raw), ONLY).notes["artefact_until_ms"]
    assert (until > 5.0).mean() < 0.01


def test_an_extended_zone_stops_before_the_response_window(make, emg, times_ms):
    raw = make(emg(3) + decay(times_ms, 2e4, 50.0), "root")
    assert (condition(raw, ONLY).notes["artefact_until_ms"] == 7.0).all()


def test_an_electrical_stimulus_is_not_extended(make, emg, times_ms):
    raw = emg(3) + decay(times_ms, 2e4, 3.0)
    assert (condition(make(raw, "nerve"), ONLY).notes["artefact_until_ms"] == 2.0).all()


@pytest.mark.parametrize("isi_ms", [2.0, 15.0, 100.0])
def test_both_pulses_of_a_pair_are_bridged(make, emg, isi_ms):
    at_ms = np.arange(1600) / 5 - 220.0
    quiet = emg(4, n_samples=1600)
    raw = quiet + decay(at_ms, 5e3, 0.6, -isi_ms) + decay(at_ms, 5e3, 0.6)
    found = condition(make(raw, "paired", isi_ms=isi_ms, at_ms=at_ms), ONLY).emg_uv[:, 0]
    assert np.abs(found).max() < 60


def test_missing_samples_are_bridged_and_noted(make, emg):
    raw = emg(3) + 7.0
    raw[0, 100:150] = np.nan
    raw[1, :60] = np.nan
    raw[2] = np.nan
    found = condition(make(raw), ONLY)
    signal = found.emg_uv[:, 0]
    assert np.isfinite(signal[:2]).all()
    assert np.isnan(signal[2]).all()
    line = np.diff(signal[0, 100:150])
    np.testing.assert_allclose(line, line[0], atol=1e-4)
    assert len(np.unique(signal[1, :60])) == 1
    np.testing.assert_allclose(found.notes["missing_ms"][:2, 0], [10.0, 12.0])


def test_a_missing_stretch_that_meets_the_zone_is_bridged_with_it(make, times_ms):
    raw = np.tile(0.5 * times_ms, (1, 1))
    raw[0, (times_ms > 3) & (times_ms < 9)] = np.nan
    found = condition(make(raw), ONLY).emg_uv[0, 0]
    np.testing.assert_allclose(found, 0.5 * times_ms, atol=0.25)


def test_a_missing_trial_changes_no_other(make, emg, mep, times_ms):
    raw = emg(6) + mep + decay(times_ms, 5e3, 1.0)
    holed = raw.copy()
    holed[2] = np.nan
    others = [0, 1, 3, 4, 5]
    found = condition(make(holed), ONLY)
    expected = condition(make(raw), ONLY)
    np.testing.assert_array_equal(found.emg_uv[others], expected.emg_uv[others])


def test_residual_is_what_is_left(make, emg, times_ms):
    shift = np.where(times_ms > 3, 80.0, 0.0)
    raw = make(np.concatenate([emg(5, rms_uv=1.0) + shift, emg(5, rms_uv=1.0, seed=1)]))
    residual = condition(raw, [{"artefact": {"max_ms": 5}}]).notes["artefact_residual_uv"][:, 0]
    np.testing.assert_allclose(residual[:5], 80.0, atol=5.0)
    assert residual[5:].max() < 5.0


def test_a_trial_without_a_pulse_keeps_its_signal_and_has_no_note(make, emg):
    raw = make(emg(3), "none")
    found = condition(raw, ONLY)
    np.testing.assert_array_equal(found.emg_uv, raw.emg_uv)
    assert np.isnan(found.notes["artefact_until_ms"]).all()
    assert np.isnan(found.notes["artefact_residual_uv"]).all()


def test_until_ms_replaces_the_profile(make, emg):
    found = condition(make(emg(3)), [{"artefact": {"until_ms": 7.0}}])
    assert (found.notes["artefact_until_ms"] == 7.0).all()
    with pytest.raises(MeasureError, match="until_ms 15 reaches into the response window of FDI"):
        condition(make(emg(3)), [{"artefact": {"until_ms": 15.0}}])


@settings(max_examples=15, deadline=None)
@given(gain=st.sampled_from([-1.0, 0.25, -8.0, 64.0]), dc_uv=st.sampled_from([0.0, 512.0]))
def test_gain_polarity_and_offset_pass_through(make, emg, mep, times_ms, gain, dc_uv):
    raw = emg(5) + mep + decay(times_ms, 5e3, 1.0)
    expected = gain * condition(make(raw), ONLY).emg_uv + dc_uv
    found = condition(make(gain * raw + dc_uv), ONLY).emg_uv
    np.testing.assert_allclose(found, expected, atol=2e-3 * abs(gain))


def test_a_line_is_bridged_exactly_and_ends_hold_the_mean_of_their_side():
    line = np.tile(np.arange(20.0), (3, 1))
    gap = np.zeros((3, 20), bool)
    gap[0, 8:12], gap[1, :4], gap[2] = True, True, True
    found = bridged(line, gap)
    np.testing.assert_allclose(found[0, 8:12], np.linspace(6, 13, 6)[1:-1])
    np.testing.assert_allclose(found[1, :4], 5.0)
    assert np.isnan(found[2]).all()
    np.testing.assert_array_equal(found[:2][~gap[:2]], line[:2][~gap[:2]])
