"""Milliseconds to samples: the only place where a time becomes an index.

Conventions: `times_ms` is (n_samples,), rises evenly, and is 0 at the pulse. A window is closed at both ends; a
sample belongs to it when its time lies inside, half a nanosecond of rounding forgiven. Windows *per trial* are
(n_trials, 2) and may differ from trial to trial.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

ROUNDING_MS = 5e-7


class Cut(NamedTuple):
    """The part of each trial that its window covers."""

    values: np.ndarray
    """(n_trials, n_kept) view of the signal between the earliest start and the latest end."""
    times_ms: np.ndarray
    """(n_kept,)"""
    inside: np.ndarray
    """(n_trials, n_kept) True where the trial's own window covers the sample; not to be written to."""
    whole: bool = False
    """Whether `inside` is known to be True throughout."""

    @property
    def known(self) -> np.ndarray:
        """(n_trials, n_kept) True where the trial's own window covers a sample that is not missing."""
        return self.inside & np.isfinite(self.values)

    def only(self, trials: np.ndarray) -> Cut:
        """The same of the trials where a mask is True; not a copy where that is everywhere."""
        return self if trials.all() else self._replace(values=self.values[trials], inside=self.inside[trials])


def rate_hz(times_ms: np.ndarray) -> float:
    """Sampling rate of an evenly spaced time axis (at least two samples), in Hz."""
    return 1000.0 * (len(times_ms) - 1) / float(times_ms[-1] - times_ms[0])


def n_samples(duration_ms: float, times_ms: np.ndarray) -> int:
    """How many samples a duration takes, at least one."""
    return max(1, round(duration_ms * rate_hz(times_ms) / 1000.0))


def nearest(times_ms: np.ndarray, at_ms: np.ndarray | float) -> np.ndarray:
    """Index of the sample nearest to `at_ms` (any shape), kept inside the epoch; NaN gives 0."""
    step_ms = 1000.0 / rate_hz(times_ms)
    index = np.rint((np.nan_to_num(np.asarray(at_ms, float)) - times_ms[0]) / step_ms)
    return np.clip(index, 0, len(times_ms) - 1).astype(np.intp)


def inside(times_ms: np.ndarray, windows_ms: np.ndarray) -> np.ndarray:
    """Boolean (..., n_samples): which samples lie in windows (..., 2); a NaN window covers none."""
    first, stop = span(times_ms, windows_ms)
    index = numbers(len(times_ms))
    return (index >= first[..., None]) & (index < stop[..., None])


def span(times_ms: np.ndarray, windows_ms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Index (...) of the first sample in windows (..., 2), and of the first behind; both 0 for a NaN window."""
    windows_ms = np.asarray(windows_ms, float)
    first = np.searchsorted(times_ms, windows_ms[..., 0] - ROUNDING_MS, "left")
    stop = np.searchsorted(times_ms, windows_ms[..., 1] + ROUNDING_MS, "right")
    known, kind = ~np.isnan(windows_ms).any(-1), numbers(len(times_ms)).dtype
    return np.where(known, first, 0).astype(kind), np.where(known, stop, 0).astype(kind)


def numbers(n_samples: int) -> np.ndarray:
    """(n_samples,) 0, 1, 2, ... in the smallest type that holds them and `n_samples`: small ones compare faster."""
    return np.arange(n_samples, dtype=np.int16 if n_samples < 2**15 else np.int32)


def cut(signal: np.ndarray, times_ms: np.ndarray, windows_ms: np.ndarray) -> Cut:
    """The samples of (n_trials, n_samples) that windows (n_trials, 2) cover.

    The view spans from the earliest start to the latest end over trials, so that equal windows cost nothing; what a
    trial's own window does not cover is False in `inside`.
    """
    first, stop = span(times_ms, windows_ms)
    some = stop > first
    if not some.any():
        return Cut(signal[:, :0], times_ms[:0], np.zeros((len(signal), 0), bool))
    start, end = int(first[some].min()), int(stop[some].max())
    index, values, times_ms = numbers(len(times_ms))[start:end], signal[:, start:end], times_ms[start:end]
    if (first == start).all() and (stop == end).all():
        return Cut(values, times_ms, np.broadcast_to(True, values.shape), whole=True)
    return Cut(values, times_ms, (index >= first[:, None]) & (index < stop[:, None]))


def held(mask: np.ndarray, n: int) -> np.ndarray:
    """Where a run of at least `n` True samples *begins or continues for n more*: True at i if mask[i:i+n] are all True.

    Shape as `mask` (any leading axes, samples last); the last n-1 samples cannot start such a run and are False.
    """
    if n <= 1:
        return mask
    if mask.shape[-1] < n:
        return np.zeros_like(mask)
    out, length = mask.copy(), 1
    while length < n:  # a run of twice the length is two runs that touch or overlap
        step = min(length, n - length)
        out[..., :-step] &= out[..., step:]
        length += step
    out[..., mask.shape[-1] - n + 1 :] = False
    return out


def first_time(mask: np.ndarray, times_ms: np.ndarray) -> np.ndarray:
    """(n_trials,) time of the first True sample of each row, NaN where there is none."""
    if not mask.shape[-1]:
        return np.full(mask.shape[:-1], np.nan)
    return np.where(mask.any(-1), times_ms[mask.argmax(-1)], np.nan)


def last_time(mask: np.ndarray, times_ms: np.ndarray) -> np.ndarray:
    """(n_trials,) time of the last True sample of each row, NaN where there is none."""
    return first_time(mask[..., ::-1], times_ms[::-1])


def inner(at_ms: np.ndarray, windows_ms: np.ndarray, sample_ms: float) -> np.ndarray:
    """(n_trials,) times inside of windows (2,) or (n_trials, 2) and not on the sample at their edges; else NaN."""
    inside = (at_ms > windows_ms[..., 0] + 0.5 * sample_ms) & (at_ms < windows_ms[..., 1] - 0.5 * sample_ms)
    return np.where(inside, at_ms, np.nan)
