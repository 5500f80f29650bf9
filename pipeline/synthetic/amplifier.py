"""What the recording chain adds: its filters, the artefact of the pulse, power line, drift."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy

from .parameters import Parameters

TAIL_MS = 10.0
HARMONICS = ((1, 1.0), (3, 1 / 3), (5, 0.1))


class Clock(NamedTuple):
    """The samples of an epoch."""

    rate_hz: float
    start_ms: float
    n_samples: int

    @property
    def times_ms(self) -> np.ndarray:
        """(n_samples,) time of each sample; 0 is the pulse."""
        return self.start_ms + np.arange(self.n_samples) * (1000.0 / self.rate_hz)

    def earlier(self, lead_ms: float) -> Clock:
        """The same clock, begun earlier by whole samples, so that filters have settled when the epoch starts."""
        extra = round(lead_ms * self.rate_hz / 1000.0)
        return Clock(self.rate_hz, self.start_ms - extra * 1000.0 / self.rate_hz, self.n_samples + extra)


class Artefact(NamedTuple):
    """The artefact of each pulse, (n_trials,)."""

    peak_uv: np.ndarray
    decay_ms: np.ndarray


def amplified(signal_uv: np.ndarray, clock: Clock, parameters: Parameters) -> np.ndarray:
    """A signal (..., n_samples) after the amplifier: causal high-pass and low-pass."""
    high = scipy.signal.butter(1, parameters.high_pass_hz, "highpass", fs=clock.rate_hz, output="sos")
    return scipy.signal.sosfilt(high, band_limited(signal_uv, clock, parameters), axis=-1)


def band_limited(signal_uv: np.ndarray, clock: Clock, parameters: Parameters) -> np.ndarray:
    """A signal (..., n_samples) after the amplifier's low-pass alone."""
    corner_hz = min(parameters.low_pass_hz, 0.4 * clock.rate_hz)
    low = scipy.signal.butter(2, corner_hz, "lowpass", fs=clock.rate_hz, output="sos")
    return scipy.signal.sosfilt(low, signal_uv, axis=-1)


def artefacts(relative: np.ndarray, parameters: Parameters, rng: np.random.Generator) -> Artefact:
    """Size and decay of each pulse's artefact; a recording has its own, trials differ by a few per cent.

    Parameters
    ----------
    relative : array (n_trials,)
        Intensity over the threshold; NaN (no pulse) gives no artefact.
    parameters : Parameters
        The ranges.
    rng : numpy.random.Generator
        Source of chance.
    """
    low_uv, high_uv = parameters.artefact_uv
    size_uv = low_uv * (high_uv / low_uv) ** rng.random() if low_uv > 0 else 0.0
    decay_ms = rng.uniform(*parameters.artefact_decay_ms)
    sign = rng.choice((-1.0, 1.0))
    peak_uv = sign * size_uv * relative * np.exp(rng.normal(0.0, 0.05, len(relative)))
    each_ms = decay_ms * np.exp(rng.normal(0.0, 0.03, len(relative)))
    return Artefact(np.nan_to_num(peak_uv), np.where(np.isnan(relative), np.nan, each_ms))


def artefact_uv(artefact: Artefact, clock: Clock, parameters: Parameters) -> np.ndarray:
    """The artefact in each trial (n_trials, n_samples): it starts at 0 ms and decays exponentially.

    Size and decay are those seen after the amplifier's high-pass, so only the low-pass is applied.
    """
    times_ms = clock.times_ms
    after_ms = np.maximum(times_ms, 0.0)
    share = parameters.artefact_tail_share
    decay_ms = np.where(np.isnan(artefact.decay_ms), 1.0, artefact.decay_ms)[:, None]
    shape = (1.0 - share) * np.exp(-after_ms / decay_ms) + share * np.exp(-after_ms / TAIL_MS)
    return band_limited(artefact.peak_uv[:, None] * shape * (times_ms >= -1e-6), clock, parameters)


def mains(n_trials: int, clock: Clock, parameters: Parameters, rng: np.random.Generator) -> np.ndarray:
    """Power-line interference (n_trials, n_samples): a phase for each trial, the line some mHz off its nominal."""
    times_s = clock.times_ms / 1000.0
    hz = parameters.mains_hz + rng.normal(0.0, 0.01, (n_trials, 1))
    out = np.zeros((n_trials, clock.n_samples))
    for number, share in HARMONICS:
        phase = rng.uniform(0.0, 2.0 * np.pi, (n_trials, 1))
        out += parameters.mains_uv * share * np.sin(2.0 * np.pi * number * hz * times_s + phase)
    return out


def drift(n_trials: int, clock: Clock, parameters: Parameters, rng: np.random.Generator) -> np.ndarray:
    """Offset and slow wander of the baseline (n_trials, n_samples), as left after the amplifier."""
    offset = rng.normal(0.0, parameters.drift_uv, (n_trials, 1))
    hz = rng.uniform(0.1, 0.8, (n_trials, 1))
    phase = rng.uniform(0.0, 2.0 * np.pi, (n_trials, 1))
    return offset + parameters.drift_uv * np.sin(2.0 * np.pi * hz * clock.times_ms / 1000.0 + phase)
