"""Noise-free MEPs and their truth."""

import numpy as np
import pytest

from pipeline.errors import ConfigError
from pipeline.synthetic.amplifier import Clock, amplified
from pipeline.synthetic.mep import FAMILIES, family, scaled, true_end_ms, true_onset_ms, true_peak_to_peak_uv
from pipeline.synthetic.parameters import MUSCLES, Parameters, generator
from pipeline.synthetic.units import motor_units

CLOCK = Clock(4000.0, -150.0, 2000)


def meps(name, muscle, latency_ms, size_uv):
    model = MUSCLES[muscle]
    units = motor_units(model, generator(name, muscle))
    strength = np.linspace(0.01, 1.0, len(latency_ms))
    raw = family(name)(latency_ms, strength, model, units, CLOCK, generator("chance"))
    return scaled(amplified(raw, CLOCK, Parameters()), size_uv)


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("muscle", MUSCLES)
def test_size_is_as_wanted_and_onset_follows_the_arrival(name, muscle):
    wanted = np.array([30.0, 500.0, np.nan, 4000.0])
    latency_ms = np.array([20.0, 25.0, 25.0, 30.0])
    mep_uv = meps(name, muscle, latency_ms, wanted)
    assert true_peak_to_peak_uv(mep_uv) == pytest.approx(wanted, nan_ok=True)
    late_ms = true_onset_ms(mep_uv, CLOCK.times_ms) - latency_ms
    assert np.isnan(late_ms[2])
    assert (np.delete(late_ms, 2) > -2).all()
    assert (np.delete(late_ms, 2) < 3).all()


def test_onset_and_end_by_hand():
    times_ms = np.arange(6.0)
    mep_uv = np.array([[0.0, 0.9, -1.1, 100.0, 4.0, 0.0], np.zeros(6)])
    assert true_onset_ms(mep_uv, times_ms) == pytest.approx([2.0, np.nan], nan_ok=True)
    assert true_end_ms(mep_uv, times_ms) == pytest.approx([3.0, np.nan], nan_ok=True)


def test_leg_meps_last_longer():
    latency_ms, size_uv = np.full(20, 25.0), np.full(20, 500.0)
    hand, leg = (meps("motor_unit_sum", muscle, latency_ms, size_uv) for muscle in ("FDI", "TA"))
    assert np.median(true_end_ms(leg, CLOCK.times_ms)) > np.median(true_end_ms(hand, CLOCK.times_ms)) + 5


def test_unknown_family_says_which_there_are():
    with pytest.raises(ConfigError, match="did you mean 'motor_unit_sum'"):
        family("motor_units_sum")
