"""Noise at rest and motor units in contraction."""

import dataclasses

import numpy as np
import pytest
import scipy.signal

from pipeline.synthetic.amplifier import Clock
from pipeline.synthetic.noise import Silence, contraction, resting_noise
from pipeline.synthetic.parameters import MUSCLES, Parameters, generator
from pipeline.synthetic.units import motor_units

CLOCK = Clock(4000.0, -150.0, 2000)
UNITS = motor_units(MUSCLES["FDI"], generator("units"))
NEVER = np.full(50, np.nan)


def rms(signal):
    return np.sqrt(np.mean(signal**2, axis=-1))


@pytest.mark.parametrize("noise_uv", [0.5, 5.0])
def test_noise_has_the_rms_asked_for(noise_uv):
    noise = resting_noise(50, CLOCK, Parameters(noise_uv=noise_uv), generator("noise"))
    assert np.median(rms(noise)) == pytest.approx(noise_uv, rel=0.05)


def test_noise_falls_with_frequency():
    parameters = dataclasses.replace(Parameters(), low_pass_hz=1500.0)
    noise = resting_noise(200, CLOCK, parameters, generator("colour"))
    hz, power = scipy.signal.welch(noise, 4000.0, nperseg=800)
    density = np.sqrt(power.mean(0))
    ratio = density[hz == 40] / density[hz == 640]
    assert ratio == pytest.approx(16**0.6, rel=0.15)


def test_contraction_has_the_rms_asked_for():
    silence = Silence(NEVER, NEVER, NEVER)
    held = contraction(np.full(50, 40.0), silence, UNITS, CLOCK, Parameters(), generator("held"))
    assert np.sqrt(np.mean(held.emg_uv**2)) == pytest.approx(40.0, rel=0.02)
    assert np.isnan(held.first_return_ms).all()


def test_no_unit_fires_in_the_silent_period_and_all_are_back_after_it():
    silence = Silence(np.full(50, 40.0), np.full(50, 140.0), np.full(50, 165.0))
    held = contraction(np.full(50, 40.0), silence, UNITS, CLOCK, Parameters(), generator("silent"))
    times_ms = CLOCK.times_ms
    quiet, after = (times_ms > 110) & (times_ms < 140), times_ms > 185
    assert rms(held.emg_uv[:, quiet]).max() < 4.0
    assert np.median(rms(held.emg_uv[:, after])) == pytest.approx(40.0, rel=0.15)
    assert (held.first_return_ms >= 140.0).all()
    assert np.median(held.first_return_ms) < 160.0


def test_trials_at_rest_have_no_contraction():
    strength = np.where(np.arange(50) < 3, 12.0, 0.0)
    held = contraction(strength, Silence(NEVER, NEVER, NEVER), UNITS, CLOCK, Parameters(), generator("some"))
    assert (held.emg_uv[3:] == 0).all()
    assert (rms(held.emg_uv[:3]) > 5).all()
