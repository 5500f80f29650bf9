"""EMG that is not the MEP: noise at rest, and the motor units of a contraction with their silent period."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .amplifier import Clock, amplified
from .parameters import Parameters
from .units import Units, summed

LEAD_MS = 300.0
N_FIRING = 60
RATES_HZ = (8.0, 15.0)
INTERVAL_CV = 0.2
FLAT_BELOW_HZ = 5.0


class Silence(NamedTuple):
    """The silent period of each trial, (n_trials,); NaN where there is none."""

    onset_ms: np.ndarray
    """From here no motor unit fires."""
    end_ms: np.ndarray
    """From here units begin to fire again; the share that does grows linearly."""
    full_return_ms: np.ndarray
    """From here all do."""


class Contraction(NamedTuple):
    """EMG of a contraction."""

    emg_uv: np.ndarray
    """(n_trials, n_samples)"""
    first_return_ms: np.ndarray
    """(n_trials,) onset of the first motor-unit potential after the silent period."""


def resting_noise(n_trials: int, clock: Clock, parameters: Parameters, rng: np.random.Generator) -> np.ndarray:
    """Noise at rest (n_trials, n_samples): its amplitude density falls with frequency to `noise_exponent`."""
    longer = clock.earlier(LEAD_MS)
    spectrum = np.fft.rfft(rng.normal(size=(n_trials, longer.n_samples)))
    hz = np.maximum(np.fft.rfftfreq(longer.n_samples, 1.0 / clock.rate_hz), FLAT_BELOW_HZ)
    coloured = np.fft.irfft(spectrum * hz**-parameters.noise_exponent, longer.n_samples)
    heard = amplified(coloured, longer, parameters)[:, -clock.n_samples :]
    gain = parameters.noise_uv * np.exp(rng.normal(0.0, 0.1, (n_trials, 1)))
    return gain * heard / _rms(heard) if n_trials else heard


def contraction(
    rms_uv: np.ndarray,
    silence: Silence,
    units: Units,
    clock: Clock,
    parameters: Parameters,
    rng: np.random.Generator,
) -> Contraction:
    """EMG of a voluntary contraction: trains of motor-unit potentials, 8-15 Hz, irregular, silent where told.

    Parameters
    ----------
    rms_uv : array (n_trials,)
        RMS of each trial where it is not silent, on average over trials; 0 for a trial at rest.
    silence : Silence
        The silent periods.
    units, clock, parameters, rng
        Which units fire, when samples are taken, the filters, source of chance.
    """
    emg_uv = np.zeros((len(rms_uv), clock.n_samples))
    first_return_ms = np.full(len(rms_uv), np.nan)
    if (held := np.asarray(rms_uv) > 0).any():
        quiet = Silence(*(each[held] for each in silence))
        part = _contracting(rms_uv[held], quiet, units, clock, parameters, rng)
        emg_uv[held], first_return_ms[held] = part
    return Contraction(emg_uv, first_return_ms)


def _contracting(
    rms_uv: np.ndarray,
    silence: Silence,
    units: Units,
    clock: Clock,
    parameters: Parameters,
    rng: np.random.Generator,
) -> Contraction:
    longer = clock.earlier(LEAD_MS)
    which = np.sort(rng.choice(len(units.size), N_FIRING, replace=False))
    firing = units._replace(size=units.size[which], shape=units.shape[which], delay_ms=units.delay_ms[which])
    firing_ms = _trains(len(rms_uv), longer, rng)
    kept = _kept(firing_ms, silence, rng)
    size = firing.size[:, None]
    whole = amplified(summed(firing_ms, size, firing, longer), longer, parameters)[:, -clock.n_samples :]
    heard = whole
    if not kept.all():
        heard = amplified(summed(firing_ms, size * kept, firing, longer), longer, parameters)[:, -clock.n_samples :]
    after = np.where(kept & (firing_ms >= silence.end_ms[:, None, None]), firing_ms, np.inf).min((1, 2))
    returned = after < clock.times_ms[-1]
    return Contraction(heard * (rms_uv / _rms(whole))[:, None], np.where(returned, after, np.nan))


def _trains(n_trials: int, clock: Clock, rng: np.random.Generator) -> np.ndarray:
    """(n_trials, N_FIRING, n_firings) times of firing: renewal trains with gamma intervals, begun at a random phase."""
    span_ms = clock.times_ms[-1] - clock.times_ms[0]
    n_firings = int(np.ceil(span_ms / 1000.0 * RATES_HZ[1] * 1.5)) + 4
    mean_ms = 1000.0 / rng.uniform(*RATES_HZ, (1, N_FIRING, 1))
    shape = 1.0 / INTERVAL_CV**2
    intervals = rng.gamma(shape, 1.0 / shape, (n_trials, N_FIRING, n_firings)) * mean_ms
    start_ms = clock.start_ms - rng.random((n_trials, N_FIRING, 1)) * mean_ms
    return start_ms + np.cumsum(intervals, axis=-1)


def _kept(firing_ms: np.ndarray, silence: Silence, rng: np.random.Generator) -> np.ndarray:
    onset, end, full = (each[:, None, None] for each in silence)
    back = (firing_ms - end) / np.maximum(full - end, 1e-9)
    silent = (firing_ms >= onset) & (rng.random(firing_ms.shape) >= back)
    return ~silent


def _rms(signal: np.ndarray) -> float:
    return float(np.sqrt(np.mean(signal**2)))
