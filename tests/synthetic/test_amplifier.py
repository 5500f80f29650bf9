"""Filters, artefact, mains, drift."""

import numpy as np
import pytest

from pipeline.synthetic.amplifier import Artefact, Clock, amplified, artefact_uv, artefacts, drift, mains
from pipeline.synthetic.parameters import Parameters, generator

CLOCK = Clock(4000.0, -150.0, 2000)
TIMES = CLOCK.times_ms


def test_clock_has_the_pulse_on_a_sample_and_can_begin_earlier():
    assert np.abs(TIMES).min() == 0.0
    earlier = CLOCK.earlier(300.0)
    assert earlier.times_ms[-CLOCK.n_samples :] == pytest.approx(TIMES)


@pytest.mark.parametrize(("hz", "gain"), [(0.5, 0.05), (10.0, 0.707), (120.0, 1.0), (1500.0, 0.707)])
def test_amplifier_passes_its_band(hz, gain):
    clock = Clock(4000.0, -1000.0, 16000)
    wave = np.sin(2 * np.pi * hz * clock.times_ms / 1000)
    heard = amplified(wave, clock, Parameters())[-8000:]
    assert np.sqrt(2 * np.mean(heard**2)) == pytest.approx(gain, abs=0.02)


def test_amplifier_is_causal():
    step = (TIMES >= 0).astype(float)
    assert (amplified(step, CLOCK, Parameters())[TIMES < 0] == 0).all()


def test_artefact_starts_at_the_pulse_and_decays():
    seen = artefact_uv(Artefact(np.array([5000.0, 0.0]), np.array([1.0, np.nan])), CLOCK, Parameters())
    assert (seen[:, TIMES < 0] == 0).all()
    assert (seen[1] == 0).all()
    assert seen[0].max() == pytest.approx(5000, rel=0.25)
    one, two = np.interp([2.5, 4.5], TIMES, seen[0])
    assert one / two == pytest.approx(np.exp(2.0), rel=0.1)
    assert abs(np.interp(20.0, TIMES, seen[0])) < 2.0


def test_artefact_is_in_its_range_and_absent_without_a_pulse():
    drawn = artefacts(np.array([1.0, 1.0, np.nan]), Parameters(), generator("artefact"))
    assert (np.abs(drawn.peak_uv[:2]) > 700).all()
    assert (np.abs(drawn.peak_uv[:2]) < 13000).all()
    assert drawn.peak_uv[2] == 0


def test_mains_is_of_its_frequency_with_a_phase_for_each_trial():
    seen = mains(40, CLOCK, Parameters(mains_uv=2.0), generator("mains"))
    spectrum = np.fft.rfft(seen) / (CLOCK.n_samples / 2)
    assert np.abs(spectrum[:, 25]) == pytest.approx(np.full(40, 2.0), rel=0.1)
    assert np.abs(np.exp(1j * np.angle(spectrum[:, 25])).mean()) < 0.4


def test_drift_is_slow():
    seen = drift(40, CLOCK, Parameters(), generator("drift"))
    assert np.abs(np.diff(seen, axis=-1)).max() < 0.02
    assert seen.mean(1).std() > 2
