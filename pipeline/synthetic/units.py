"""Motor units: their potentials, when each arrives, and what the electrode sees of many of them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .amplifier import Clock
from .parameters import Muscle

N_UNITS = 200
N_SHAPES = 10
SIZE_RANGE = 12.0
DELAY_SHAPE = 2.0
CHUNK = 128


class Units(NamedTuple):
    """The motor units of one muscle under one electrode, smallest first, (n_units,) each."""

    delay_ms: np.ndarray
    """How much later than the fastest unit's potential this one's arrives."""
    size: np.ndarray
    """Relative size of the potential."""
    shape: np.ndarray
    """Which of the potentials below it has."""
    tau_ms: np.ndarray
    """(n_shapes,) time constant of each potential."""
    triphasic: np.ndarray
    """(n_shapes,) how much of each potential is triphasic, 0 to 1."""


def motor_units(muscle: Muscle, rng: np.random.Generator) -> Units:
    """A muscle's motor units: sizes over one decade (size principle), the larger ones conducting somewhat faster."""
    size = np.exp(np.linspace(0.0, np.log(SIZE_RANGE), N_UNITS)) * np.exp(rng.normal(0.0, 0.2, N_UNITS))
    slow = np.linspace(1.3, 0.7, N_UNITS)
    delay_ms = rng.gamma(DELAY_SHAPE, muscle.dispersion_ms / DELAY_SHAPE, N_UNITS) * slow
    tau_ms = rng.uniform(*muscle.unit_ms, N_SHAPES)
    return Units(
        delay_ms - delay_ms.min(), size, rng.integers(0, N_SHAPES, N_UNITS), tau_ms, rng.uniform(0.0, 0.4, N_SHAPES)
    )


def potentials(units: Units, rate_hz: float) -> np.ndarray:
    """The motor-unit potentials (n_shapes, n_samples), the first sample at their onset, peak near 1.

    Rosenfalck (1969) describes the intracellular potential as z³ exp(-z), z = t/tau. Its first derivative is the
    biphasic potential; the triphasic one is our choice, the second derivative of z⁴ exp(-z), which starts as smoothly.
    Neither has a net area.
    """
    last_ms = 16.0 * units.tau_ms.max()
    z = np.arange(0.0, last_ms, 1000.0 / rate_hz) / units.tau_ms[:, None]
    biphasic = (3.0 * z**2 - z**3) * np.exp(-z) / 0.784
    triphasic = (12.0 * z**2 - 8.0 * z**3 + z**4) * np.exp(-z) / 1.86
    part = units.triphasic[:, None]
    return (1.0 - part) * biphasic + part * triphasic


def summed(firing_ms: np.ndarray, weight: np.ndarray, units: Units, clock: Clock) -> np.ndarray:
    """The sum of all units' potentials in each trial (n_trials, n_samples).

    Parameters
    ----------
    firing_ms : array (n_trials, n_units, n_firings)
        Onset of each potential.
    weight : array, broadcast to the same shape
        Its size; 0 for none.
    units : Units
        Gives each unit its potential.
    clock : Clock
        The samples wanted.
    """
    shapes = potentials(units, clock.rate_hz)
    weight = np.broadcast_to(weight, firing_ms.shape)
    parts = [
        _summed_chunk(firing_ms[part : part + CHUNK], weight[part : part + CHUNK], units.shape, shapes, clock)
        for part in range(0, len(firing_ms), CHUNK)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, clock.n_samples))


def _summed_chunk(
    firing_ms: np.ndarray, weight: np.ndarray, shape: np.ndarray, shapes: np.ndarray, clock: Clock
) -> np.ndarray:
    """Firings become impulses shared between two samples, then one convolution a shape."""
    n_trials, n_shapes, n_samples = len(firing_ms), len(shapes), clock.n_samples
    at = (firing_ms - clock.start_ms) * clock.rate_hz / 1000.0
    inside = (at >= 0) & (at < n_samples - 1) & (weight != 0)
    first = np.floor(at[inside]).astype(np.intp)
    late = at[inside] - first
    trial, unit, _ = np.nonzero(inside)
    cell = (trial * n_shapes + shape[unit]) * n_samples + first
    n_cells = n_trials * n_shapes * n_samples
    impulses = np.bincount(cell, weight[inside] * (1.0 - late), n_cells)
    impulses += np.bincount(cell + 1, weight[inside] * late, n_cells)
    n_fft = _fast_length(n_samples + shapes.shape[1])
    spectra = np.fft.rfft(impulses.reshape(n_trials, n_shapes, n_samples), n_fft)
    return np.fft.irfft((spectra * np.fft.rfft(shapes, n_fft)).sum(1), n_fft)[:, :n_samples]


def _fast_length(n: int) -> int:
    """The next length with small prime factors: 2, 3, 5 or 7 times a power of two."""
    return min(factor * 2 ** max(0, math.ceil(math.log2(n / factor))) for factor in (2, 3, 5, 7))
