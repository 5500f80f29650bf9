"""The noise of a recording: its colour, learnt before the pulse, and the signal with that colour taken off.

EMG and its noise are coloured, and colour misleads every test of "more than noise". All is done on means of some
neighbouring samples, taken at every sample: a response one sample later gives the same numbers one sample later.
"""

from typing import NamedTuple

import numpy as np
import scipy

from .. import windows
from .background import level
from .groups import alike

BEFORE_MS, BEHIND_MS = 16.0, 10.0
"""How much about the response window is looked at too."""

STEP_MS = 0.4
"""Length of the means, as far as the sampling rate allows it: EMG at the skin holds little above 1 kHz."""

ORDER = 6
"""Order of the autoregressive model of the noise."""

CHUNK = 256
"""Trials at a time: what is worked on stays close to the processor."""

OWN_PART = 0.7
"""How much of a trial's noise power is its own, the rest the median of its group: a background is short."""

FLOOR = 1e-3
"""Noise is taken as at least this part of the signal's largest value, so that noiseless trials can be measured."""


class Whitened(NamedTuple):
    """Signals about the response, their noise white and of RMS 1."""

    values: np.ndarray
    """(n_trials, n_kept) whitened signal; values `stride` samples apart are independent of one another."""
    smooth_uv: np.ndarray
    """(n_trials, n_kept) means of `stride` samples from each on, about the background's mean."""
    times_ms: np.ndarray
    """(n_kept,)"""
    before: np.ndarray
    """(n_trials, n_steps) whitened background, a value every `stride` samples."""
    scale_uv: np.ndarray
    """(n_trials,) what the whitened signal was divided by."""
    noise_uv: np.ndarray
    """(n_trials,) RMS of the means in the background."""
    colour: np.ndarray
    """(ORDER + 1,) whitening filter over means `stride` samples apart; the first coefficient is 1."""
    stride: int

    @property
    def sample_ms(self) -> float:
        """From one sample to the next."""
        return 1000.0 / windows.rate_hz(self.times_ms)

    @property
    def step_ms(self) -> float:
        """From one independent value to the next."""
        return self.stride * self.sample_ms

    def only(self, trials: np.ndarray) -> "Whitened":
        """Some of the trials."""
        own = {name: getattr(self, name)[trials] for name in ("values", "smooth_uv", "before", "scale_uv", "noise_uv")}
        return self._replace(**own)


class Group(NamedTuple):
    """Trials of one state and with the same windows: they share their noise and their shape."""

    trials: np.ndarray
    """(n_trials,) which trials these are."""
    signal: Whitened
    window_ms: np.ndarray
    """(2,) their response window."""

    def inside(self, at_ms: np.ndarray) -> np.ndarray:
        """(n_trials,) times inside of the response window and not at its edges; else NaN."""
        return windows.inner(at_ms, self.window_ms, self.signal.sample_ms)


def groups(
    emg_uv: np.ndarray, times_ms: np.ndarray, background_ms: np.ndarray, response_ms: np.ndarray, state: np.ndarray
) -> list[Group]:
    """Trials that are alike, whitened from `BEFORE_MS` before their response window to `BEHIND_MS` behind it."""
    made = []
    for trials in alike(state, background_ms, response_ms):
        window = response_ms[trials[0]]
        span = window[0] - BEFORE_MS, window[1] + BEHIND_MS
        signal = whitened(emg_uv[trials], times_ms, background_ms[trials], span)
        made.append(Group(trials, signal, window))
    return made


def stride_of(rate_hz: float) -> int:
    """How many samples are averaged at a sampling rate."""
    return max(1, round(STEP_MS * rate_hz / 1000.0))


def whitened(
    emg_uv: np.ndarray,
    times_ms: np.ndarray,
    background_ms: np.ndarray,
    span_ms: tuple[float, float],
) -> Whitened:
    """Take the colour of the noise off trials that share it.

    Parameters
    ----------
    emg_uv : (n_trials, n_samples)
        Trials of one muscle and state; a missing sample counts as the background's mean.
    times_ms : (n_samples,)
        The pulse at 0.
    background_ms : (n_trials, 2)
        Where there is noise alone, the same in all trials. One model of its colour is fitted to all of them, each
        brought to the same power; its level is each trial's own.
    span_ms : (float, float)
        The part that is wanted.
    """
    stride = stride_of(windows.rate_hz(times_ms))
    own = level(emg_uv, times_ms, background_ms)
    quiet = means(centred_at(windows.cut(emg_uv, times_ms, background_ms).values, own), stride)[:, ::stride]
    colour = pooled_colour(quiet)
    noise = filtered(quiet, colour, 1)[:, ORDER:]
    power = np.square(noise).mean(-1) if noise.shape[1] else np.zeros(len(noise), np.float32)
    drawn = drawn_together(power, power)
    first, stop = (int(each) for each in windows.span(times_ms, np.array(span_ms)))
    begin = max(first - ORDER * stride, 0)
    n_kept = max(min(stop, len(times_ms) - stride + 1) - first, 0)
    white, smooth = np.empty((2, len(emg_uv), n_kept), np.float32)
    for at in range(0, len(emg_uv), CHUNK):
        chunk = slice(at, at + CHUNK)
        mean = means(centred_at(emg_uv[chunk, begin : stop + stride - 1], own[chunk]), stride)
        white[chunk], smooth[chunk] = (each[:, first - begin :] for each in (filtered(mean, colour, stride), mean))
    floor = np.square(FLOOR * np.abs(smooth).max(-1, initial=0.0)) + np.finfo(np.float32).tiny ** 0.5
    scale = np.sqrt(np.maximum(drawn, floor)).astype(np.float32)
    white /= scale[:, None]
    rms = np.sqrt(np.square(quiet).mean(-1)) if quiet.shape[1] else np.zeros(len(quiet), np.float32)
    before = noise / scale[:, None]
    return Whitened(white, smooth, times_ms[first : first + n_kept], before, scale, rms, colour, stride)


def drawn_together(power: np.ndarray, of_all: np.ndarray) -> np.ndarray:
    """Powers of noise, each drawn towards the median of all trials that are not missing."""
    there = of_all[of_all > 0]
    return OWN_PART * power + (1.0 - OWN_PART) * (np.median(there) if len(there) else 0.0)


def centred_at(signal: np.ndarray, own_level: np.ndarray) -> np.ndarray:
    """(n_trials, n_samples) signals about a level (n_trials,), float32, 0 where a sample is missing."""
    centred = signal.astype(np.float32) - own_level[:, None].astype(np.float32)
    return centred if np.isfinite(centred.sum()) else np.nan_to_num(centred)


def means(signal: np.ndarray, n: int) -> np.ndarray:
    """(n_rows, n_samples - n + 1) means of n samples from each on."""
    kept = max(signal.shape[1] - n + 1, 0)
    total = signal[:, :kept].copy()
    for shift in range(1, n):
        total += signal[:, shift : shift + kept]
    return total / np.float32(n)


def pooled_colour(noise: np.ndarray) -> np.ndarray:
    """(ORDER + 1,) prediction-error filter of noise (n_trials, n_steps) by the Yule-Walker equations."""
    n = noise.shape[1]
    power = np.einsum("tn,tn->t", noise, noise, dtype=float)
    some = power > 0
    if not some.any() or n <= ORDER + 1:
        return np.eye(1, ORDER + 1)[0]
    unit = noise[some] / np.sqrt(power[some])[:, None]
    products = [np.einsum("tn,tn->", unit[:, lag:], unit[:, : n - lag]) for lag in range(ORDER + 1)]
    covariance = np.array(products)
    covariance[0] *= 1.0 + 1e-4
    return np.append(1.0, -scipy.linalg.solve_toeplitz(covariance[:-1], covariance[1:]))


def filtered(signal: np.ndarray, colour: np.ndarray, stride: int) -> np.ndarray:
    """(n_rows, n_samples) a whitening filter over values `stride` samples apart; zeros come before the first."""
    out, part = signal.copy(), np.empty_like(signal)
    for lag, weight in enumerate(colour[1:].astype(np.float32), 1):
        n = max(signal.shape[1] - lag * stride, 0)
        out[:, lag * stride :] += np.multiply(signal[:, :n], weight, out=part[:, :n])
    return out
