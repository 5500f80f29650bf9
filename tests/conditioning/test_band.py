"""Band: the filter keeps what is in it, where it is."""

import numpy as np
import pytest

from pipeline.conditioning import condition
from pipeline.errors import ConfigError, MeasureError


def filtered(trials, **settings):
    return condition(trials, [{"band_pass": {"spare_response": False, **settings}}]).emg_uv[:, 0]


def test_a_symmetric_pulse_stays_symmetric(make):
    at_ms = np.arange(-600, 601) / 5.0
    raw = np.exp(-((at_ms / 3.0) ** 2))[None] * 1000
    found = filtered(make(raw, at_ms=at_ms), low_hz=10, high_hz=800)[0]
    np.testing.assert_allclose(found, found[::-1], atol=0.1)
    np.testing.assert_allclose(found[300:901], found[900:299:-1], atol=0.02)
    assert at_ms[found.argmax()] == 0


@pytest.mark.parametrize(("low_hz", "high_hz", "hz"), [(20, None, 20), (None, 300, 300), (20, 2000, 2000)])
@pytest.mark.parametrize("order", [1, 2, 4])
def test_both_passes_together_attenuate_by_3_db_at_a_cut_off(make, low_hz, high_hz, hz, order):
    at_ms = np.arange(-5000, 5000) / 5.0
    raw = make(np.sin(2e-3 * np.pi * hz * at_ms)[None], at_ms=at_ms)
    found = filtered(raw, low_hz=low_hz, high_hz=high_hz, order=order)[0, 2500:7500]
    assert 20 * np.log10(found.std() * np.sqrt(2)) == pytest.approx(-3.01, abs=0.05)


def test_the_default_leaves_the_middle_of_the_band_and_takes_drift(make):
    at_ms = np.arange(-2500, 2500) / 5.0
    for hz, gain in ((100, 1.0), (2000, 1.0), (1, 0.0)):
        raw = make(100 * np.sin(2e-3 * np.pi * hz * at_ms)[None], at_ms=at_ms)
        found = filtered(raw)[0, 1000:4000]
        assert found.std() * np.sqrt(2) / 100 == pytest.approx(gain, abs=0.01)


def test_the_ends_of_an_epoch_are_as_in_a_longer_one(make, emg):
    long_ms = np.arange(-2500, 2500) / 5.0
    raw = emg(100, n_samples=5000)
    whole = filtered(make(raw, at_ms=long_ms))
    part = (long_ms >= -110) & (long_ms <= 140)
    error = filtered(make(raw[:, part], at_ms=long_ms[part])) - whole[:, part]
    assert np.sqrt((error**2).mean(0)).max() < 0.1 * 5.0


def test_gain_polarity_order_of_trials_and_offset(make, emg):
    raw = emg(5)
    expected = filtered(make(raw))
    np.testing.assert_allclose(filtered(make(-4 * raw)), -4 * expected, atol=1e-4)
    np.testing.assert_allclose(filtered(make(raw + 100)), expected, atol=1e-4)
    turned = [3, 0, 4, 2, 1]
    np.testing.assert_array_equal(filtered(make(raw[turned])), expected[turned])


def test_a_trial_does_not_depend_on_how_many_there_are(make, emg):
    raw = emg(700)
    np.testing.assert_array_equal(filtered(make(raw))[600:601], filtered(make(raw[600:601])))


def test_a_missing_sample_stays_in_its_trial(make, emg):
    raw = emg(3)
    expected = filtered(make(raw))
    raw[1, 30] = np.nan
    found = filtered(make(raw))
    assert np.isnan(found[1]).all()
    np.testing.assert_array_equal(found[[0, 2]], expected[[0, 2]])


def test_what_cannot_be_filtered_is_said(make, emg):
    raw = make(emg(1))
    with pytest.raises(MeasureError, match="2500 Hz is not below half the sampling rate of 5000 Hz"):
        filtered(raw, high_hz=2500)
    with pytest.raises(ConfigError, match="low_hz 300 is not below high_hz 200"):
        filtered(raw, low_hz=300, high_hz=200)
    with pytest.raises(ConfigError, match="neither low_hz nor high_hz"):
        filtered(raw, low_hz=None)
    with pytest.raises(MeasureError, match="last 249.8 ms, but a cut-off of 1 Hz needs 500 ms"):
        filtered(raw, low_hz=1)
    with pytest.raises(ConfigError, match="conditioning.0.band_pass.low_hz: .*greater than 0"):
        filtered(raw, low_hz=-1)


def test_a_spared_response_keeps_its_size_and_does_not_sag_or_leak(make, times_ms):
    leg = 2000 * np.sin(2 * np.pi * (times_ms - 20) / 28) * ((times_ms >= 20) & (times_ms <= 48))
    before = (times_ms > -100) & (times_ms < 19)
    plain, spared = (filtered(make(leg[None]), spare_response=spare)[0] for spare in (False, True))
    assert np.abs(plain[before]).max() > 20
    assert np.abs(spared[before]).max() < 0.01
    np.testing.assert_allclose(spared, leg, atol=0.01)
    assert np.ptp(plain) < 0.999 * np.ptp(leg)


def test_drift_is_taken_from_a_spared_response_as_well(make, times_ms):
    drift = 40 * np.sin(2 * np.pi * 1.5 * times_ms / 1000)
    found = filtered(make(drift[None]), spare_response=True)[0]
    middle = (times_ms > -60) & (times_ms < 90)
    assert np.abs(found[middle]).max() < 0.15 * np.abs(drift).max()


def test_a_gain_and_polarity_change_nothing_else_where_the_response_is_spared(make, emg):
    raw = emg(4)
    expected = filtered(make(raw), spare_response=True)
    np.testing.assert_allclose(filtered(make(-3 * raw), spare_response=True), -3 * expected, atol=1e-4)
