"""Silent periods: how long a contraction is interrupted, trial by trial; what every method of finding one shares."""

from typing import Any, NamedTuple

import numpy as np

from .. import windows
from .background import mean_where

MAGNETIC = ("single", "paired", "nerve_tms", "rtms", "none")
"""Kinds of pulse after which a cortical silent period is looked for; a trial without a pulse is examined as well."""
HALF_MS = 1.0
"""`Examined.change` compares the means of two stretches that touch, each this long: blind to the slow wave which a
recorder's high-pass leaves after a large response, and to most of the noise above the band of EMG."""


class SilentPeriod(NamedTuple):
    """The cortical silent period of each trial in contraction.

    Attributes
    ----------
    cortical_sp_present : (n_trials,)
        True where the contraction is interrupted after the pulse; always False at rest.
    cortical_sp_onset_ms : (n_trials,)
        When the EMG falls silent, from the pulse.
    cortical_sp_first_return_ms : (n_trials,)
        When EMG appears again for the first time, even as a burst, from the pulse.
    cortical_sp_full_return_ms : (n_trials,)
        When EMG is back to stay, from the pulse.
    cortical_sp_censored : (n_trials,)
        True where a silent period lasts longer than the epoch: a return that is not seen is NaN.
    cortical_sp_depth_percent : (n_trials,)
        How far the EMG falls: 100 less the RMS of its fast changes from the onset of silence to the first return (or
        the end of the epoch), in percent of the background's.
    """

    cortical_sp_present: np.ndarray
    cortical_sp_onset_ms: np.ndarray
    cortical_sp_first_return_ms: np.ndarray
    cortical_sp_full_return_ms: np.ndarray
    cortical_sp_censored: np.ndarray
    cortical_sp_depth_percent: np.ndarray


class Examined(NamedTuple):
    """The trials that are examined for a silent period, and their signal from the background on."""

    which: np.ndarray
    """(n_trials,) True for the trials that are examined."""
    emg_uv: np.ndarray
    """(n_examined, n_samples)"""
    times_ms: np.ndarray
    """(n_samples,)"""
    background_ms: np.ndarray
    """(n_examined, 2)"""
    response_ms: np.ndarray
    """(n_examined, 2)"""

    @property
    def step_ms(self) -> float:
        """Time between samples."""
        return 1000.0 / windows.rate_hz(self.times_ms)

    def n(self, duration_ms: float) -> int:
        """How many samples a duration takes."""
        return windows.n_samples(duration_ms, self.times_ms)

    def change(self) -> np.ndarray:
        """(n_examined, n_samples) mean of the `HALF_MS` up to each sample, less that of as much before it; NaN unknown.

        It looks back only, so that nothing is seen of an EMG that has not returned yet.
        """
        return change(self.emg_uv, self.n(HALF_MS))

    def background(self, lost_ms: float = 0.0) -> np.ndarray:
        """(n_examined, n_samples) the background, but for `lost_ms` at its beginning."""
        return windows.inside(self.times_ms, self.background_ms + np.array([lost_ms, 0.0]))

    def later_peak(self) -> np.ndarray:
        """(n_examined,) index of the later of the response's two peaks; 0 where the window has no sample."""
        part = windows.cut(self.emg_uv, self.times_ms, self.response_ms)
        if not part.times_ms.size:
            return np.zeros(len(self.emg_uv), np.intp)
        known = part.inside & np.isfinite(part.values)
        high = np.where(known, part.values, -np.inf).argmax(-1)
        low = np.where(known, part.values, np.inf).argmin(-1)
        return np.maximum(high, low) + np.searchsorted(self.times_ms, part.times_ms[0])


class Found(NamedTuple):
    """Silent periods by sample, (n_examined,); `n_samples` stands for none."""

    present: np.ndarray
    onset: np.ndarray
    first: np.ndarray
    full: np.ndarray
    level: np.ndarray
    """Mean square of the signal's change between onset and first return, as a share of the background's."""


def examined(
    emg_uv: np.ndarray,
    times_ms: np.ndarray,
    background_ms: np.ndarray,
    response_ms: np.ndarray,
    which: np.ndarray,
) -> Examined:
    """The trials that are examined, cut to what follows the beginning of the earliest background."""
    background, response = background_ms[which], response_ms[which]
    start = background[:, 0].min() if which.any() else times_ms[0]
    first = int(np.searchsorted(times_ms, start - windows.ROUNDING_MS))
    return Examined(which, emg_uv[which, first:], times_ms[first:], background, response)


def cortical(state: np.ndarray, pulse: np.ndarray) -> np.ndarray:
    """(n_trials,) True where a cortical silent period is looked for: in contraction, after TMS of the cortex."""
    active = state == "active"
    return active & np.isin(pulse.astype(str), MAGNETIC) if active.any() else active


def nothing(n_trials: int) -> tuple[np.ndarray, ...]:
    """The same columns as `described` for trials none of which is examined."""
    no, unknown = np.zeros(n_trials, bool), np.full(n_trials, np.nan)
    return no, unknown, unknown.copy(), unknown.copy(), no.copy(), unknown.copy()


def described(part: Examined, found: Found) -> tuple[np.ndarray, ...]:
    """Present, onset, first return, full return, censored and depth of every trial, in the order of `SilentPeriod`."""
    times = np.append(part.times_ms, np.nan)
    onset, first, full = (np.where(found.present, times[each], np.nan) for each in found[1:4])
    censored = found.present & (np.isnan(first) | np.isnan(full))
    depth = np.where(found.present, 100.0 * (1.0 - np.sqrt(found.level)), np.nan)
    return (
        _spread(found.present, part.which, False),
        *(_spread(each, part.which, np.nan) for each in (onset, first, full)),
        _spread(censored, part.which, False),
        _spread(depth, part.which, np.nan),
    )


def _spread(values: np.ndarray, which: np.ndarray, absent: Any) -> np.ndarray:
    out = np.full(len(which), absent)
    out[which] = values
    return out


class Summed(NamedTuple):
    """Running sums of (n_trials, n_samples), from which the mean over any stretch follows at once."""

    total: np.ndarray
    """(n_trials, n_samples + 1) sum of the known values before each sample."""
    missing: np.ndarray | None
    """(n_trials, n_samples + 1) count of the unknown ones; None where all are known."""

    def ahead(self, n: int, before: int = 0) -> np.ndarray:
        """(n_trials, n_samples) mean of n values, `before` of them before each; NaN where one is missing."""
        out = np.full((len(self.total), self.total.shape[1] - 1), np.nan)
        n_means = self.total.shape[1] - n
        if n_means > 0:
            mean = out[:, before : before + n_means]
            np.subtract(self.total[:, n:], self.total[:, :-n], out=mean)
            mean /= n
            if self.missing is not None:
                mean[self.missing[:, n:] > self.missing[:, :-n]] = np.nan
        return out


def summed(values: np.ndarray) -> Summed:
    """Running sums of values (n_trials, n_samples), NaN where one is unknown."""
    total, missing = np.zeros((len(values), values.shape[1] + 1)), None
    np.cumsum(values, -1, out=total[:, 1:], dtype=float)
    if not np.isfinite(total[:, -1]).all():
        unknown = ~np.isfinite(values)
        missing = np.zeros(total.shape, np.int32)
        np.cumsum(unknown, -1, out=missing[:, 1:])
        np.cumsum(np.where(unknown, 0.0, values), -1, out=total[:, 1:])
    return Summed(total, missing)


def change(signal: np.ndarray, n: int) -> np.ndarray:
    """(n_trials, n_samples) mean of the n samples up to each, less that of the n before them; NaN unknown."""
    out: np.ndarray = np.full(signal.shape, np.nan)
    n_kept = out.shape[1] - 2 * n + 1
    if n_kept > 0:
        mean = summed(signal).ahead(n)
        np.subtract(mean[:, n : n + n_kept], mean[:, :n_kept], out=out[:, 2 * n - 1 :])
    return out


def forward_mean(values: np.ndarray, n: int, before: int = 0) -> np.ndarray:
    """(n_trials, n_samples) mean of n values, `before` of them before each; NaN where one is missing."""
    return summed(values).ahead(n, before)


def first_index(mask: np.ndarray) -> np.ndarray:
    """(n_trials,) index of the first True of each row; the number of samples where there is none."""
    return np.where(mask.any(-1), mask.argmax(-1), mask.shape[-1])


def last_low(total: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """(n_trials,) the sample after the last at which a sum was at its least, up to `seen`; n_samples for none seen."""
    n = total.shape[1]
    until = np.where(np.arange(n) <= seen[:, None], total, np.inf)
    return np.where(seen < n, n - until[:, ::-1].argmin(-1), n)


def background_mean(part: Examined, activity: np.ndarray) -> np.ndarray:
    """(n_examined,) mean of the activity (n_examined, n_samples) in the background; NaN where there is none."""
    return mean_where(activity, part.background() & np.isfinite(activity))


def judged(part: Examined, activity: np.ndarray, ends: tuple[np.ndarray, ...], min_ms: float) -> Found:
    """What a rule found, onset, first and full return by sample, present where there is a silence.

    That is where it lasts `min_ms` and has less than half of the background's activity (n_examined, n_samples).
    """
    n, at, (onset, first, full) = activity.shape[1], np.arange(activity.shape[1]), ends
    lasts = part.times_ms[np.minimum(first, n - 1)] - part.times_ms[np.minimum(onset, n - 1)] >= min_ms
    silent, energy = (at >= onset[:, None]) & (at < first[:, None]), np.square(part.change())
    mean = mean_where(activity, silent & np.isfinite(activity))
    known = silent & np.isfinite(energy) & (at >= onset[:, None] + 2 * part.n(HALF_MS))
    before = background_mean(part, energy)
    level = np.divide(mean_where(energy, known), before, out=np.full(len(before), np.nan), where=before > 0)
    return Found((onset < n) & lasts & (mean < 0.5 * background_mean(part, activity)), onset, first, full, level)
