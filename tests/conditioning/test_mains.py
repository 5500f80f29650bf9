"""Mains: gone where it is, nothing touched where it is not."""

import numpy as np
import pytest

from pipeline.conditioning import condition

ONLY = ["mains"]


def hum(times_ms, hz, n_trials, seed=5, sizes_uv=(20.0, 5.0, 8.0)):
    phase = np.random.default_rng(seed).uniform(0, 2 * np.pi, (n_trials, len(sizes_uv), 1))
    multiples = hz * np.arange(1, len(sizes_uv) + 1)[:, None]
    return (np.array(sizes_uv)[:, None] * np.sin(2e-3 * np.pi * multiples * times_ms + phase)).sum(1)


@pytest.mark.parametrize("hz", [50.0, 60.0])
def test_hum_of_any_phase_is_removed(make, emg, mep, times_ms, hz):
    clean = emg(60, rms_uv=3.0) + mep
    added = hum(times_ms, hz, 60)
    found = condition(make(clean + added), ONLY)
    left = found.emg_uv[:, 0] - clean
    assert (left**2).mean() < 0.05**2 * (added**2).mean()
    assert (found.notes["mains_hz"] == hz).all()


@pytest.mark.parametrize("rms_uv", [2.0, 100.0])
@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_removed_where_there_is_none(make, emg, mep, rms_uv, seed):
    raw = emg(40, rms_uv=rms_uv, seed=seed) + mep
    found = condition(make(raw), ONLY)
    assert ((found.emg_uv[:, 0] - raw) ** 2).mean() < 0.01 * rms_uv**2
    assert np.isnan(found.notes["mains_hz"]).all()


def test_false_alarms_are_rare(make, emg):
    raw = emg(5000).reshape(50, 100, 1250)
    wrong = [np.isfinite(condition(make(each, "none"), ONLY).notes["mains_hz"]).any() for each in raw]
    assert sum(wrong) <= 1


def test_one_strong_trial_is_enough_and_one_of_noise_is_not(make, emg, times_ms):
    clean = emg(1, rms_uv=2.0)
    found = condition(make(clean + hum(times_ms, 50, 1, sizes_uv=(50.0,))), ONLY)
    assert found.notes["mains_hz"] == 50
    assert ((found.emg_uv[0, 0] - clean) ** 2).mean() < 0.05**2 * 1250
    assert np.isnan(condition(make(clean), ONLY).notes["mains_hz"]).all()


def test_hum_in_contraction_is_removed_only_where_it_is(make, emg, times_ms):
    still, moved = emg(60, rms_uv=5.0), emg(60, rms_uv=5.0, seed=1)
    raw = np.stack([still, moved + hum(times_ms, 50, 60, sizes_uv=(10.0,))], 1)
    found = condition(make(raw, muscles=("FDI", "TA")), ONLY)
    np.testing.assert_array_equal(found.emg_uv[:, 0], raw[:, 0].astype(np.float32))
    assert np.isnan(found.notes["mains_hz"][:, 0]).all()
    assert (found.notes["mains_hz"][:, 1] == 50).all()


def test_the_response_is_neither_fitted_nor_cut(make, emg, times_ms):
    noise = emg(40, rms_uv=2.0) + hum(times_ms, 50, 40)
    window = (times_ms >= 15) & (times_ms <= 50)
    response = np.where(window, 2000 * np.sin(2e-3 * np.pi * 50 * times_ms), 0.0)
    quiet, found = (condition(make(each), ONLY).emg_uv[:, 0] for each in (noise, noise + response))
    np.testing.assert_allclose(found - quiet, np.tile(response, (40, 1)), atol=2e-3)


def test_a_burst_in_one_trial_is_not_taken_for_hum(make, emg, times_ms):
    clean = emg(40, rms_uv=2.0)
    clean[7, times_ms < -90] += 400 * np.sin(2e-3 * np.pi * 50 * times_ms[times_ms < -90])
    added = hum(times_ms, 50, 40, sizes_uv=(4.0,))
    found = condition(make(clean + added), ONLY).emg_uv[:, 0]
    others = np.arange(40) != 7
    assert ((found - clean)[others] ** 2).mean() < 0.3**2 * (added**2).mean()
    assert np.ptp(found[7, times_ms > 0] - clean[7, times_ms > 0]) < 16


def test_bursts_at_the_start_of_every_epoch_are_not_hum(make, emg, times_ms):
    raw = emg(40, rms_uv=2.0)
    raw[:, times_ms < -100] += 300 * np.sin(2e-3 * np.pi * 50 * times_ms[times_ms < -100])
    found = condition(make(raw), ONLY)
    np.testing.assert_array_equal(found.emg_uv[:, 0], raw.astype(np.float32))


def test_the_stated_then_the_noted_frequency_is_used(make, emg, times_ms):
    raw = emg(40, rms_uv=2.0) + hum(times_ms, 60, 40)
    noted = make(raw, notes={"mains_hz": np.full((40, 1), 50.0)})
    assert np.isnan(condition(noted, ONLY).notes["mains_hz"]).all()
    assert (condition(noted, [{"mains": {"mains_hz": 60}}]).notes["mains_hz"] == 60).all()
    unknown = make(raw, notes={"mains_hz": np.full((40, 1), np.nan)})
    assert (condition(unknown, ONLY).notes["mains_hz"] == 60).all()


def test_gain_polarity_order_and_offset(make, emg, times_ms):
    raw = emg(30, rms_uv=2.0) + hum(times_ms, 50, 30)
    expected = condition(make(raw), ONLY).emg_uv
    np.testing.assert_allclose(condition(make(-8 * raw), ONLY).emg_uv, -8 * expected, atol=1e-3)
    np.testing.assert_allclose(condition(make(raw + 256), ONLY).emg_uv, expected + 256, atol=2e-3)
    turned = np.random.default_rng(0).permutation(30)
    np.testing.assert_allclose(condition(make(raw[turned]), ONLY).emg_uv, expected[turned], atol=1e-4)


def test_a_missing_trial_changes_no_other(make, emg, times_ms):
    raw = emg(30, rms_uv=2.0) + hum(times_ms, 50, 30)
    raw[4] = np.nan
    found = condition(make(raw), ONLY)
    assert np.isnan(found.emg_uv[4]).all()
    assert np.isnan(found.notes["mains_hz"][4]).all()
    without = condition(make(np.delete(raw, 4, 0)), ONLY)
    np.testing.assert_allclose(np.delete(found.emg_uv, 4, 0), without.emg_uv, atol=1e-4)


def test_epochs_too_short_to_tell_and_constant_signals_stay_as_they_are(make, emg, times_ms):
    short = (times_ms >= -30) & (times_ms <= 60)
    raw = (emg(20) + hum(times_ms, 50, 20))[:, short]
    found = condition(make(raw, at_ms=times_ms[short]), ONLY)
    np.testing.assert_array_equal(found.emg_uv[:, 0], raw.astype(np.float32))
    flat = make(np.full((3, 1250), 5.0))
    np.testing.assert_array_equal(condition(flat, ONLY).emg_uv, flat.emg_uv)


def test_harmonics_beyond_half_the_rate_are_left_out(make):
    at_ms = np.arange(-60, 76) / 0.25
    raw = np.random.default_rng(0).normal(size=(30, len(at_ms))) + hum(at_ms, 50, 30, sizes_uv=(20.0, 5.0))
    found = condition(make(raw, at_ms=at_ms), ONLY)
    assert (found.notes["mains_hz"] == 50).all()
    assert found.emg_uv.std() < 1.3
