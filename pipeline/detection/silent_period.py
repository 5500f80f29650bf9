"""The cortical silent period: how long a contraction is interrupted after an MEP, trial by trial."""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Ge, Gt, Le

from .. import windows
from .background import centred, mean_where


class SilentPeriod(NamedTuple):
    """The cortical silent period of each trial in contraction.

    Attributes
    ----------
    cortical_sp_present : (n_trials,)
        True where the contraction is interrupted after the pulse; always False at rest.
    cortical_sp_onset_ms : (n_trials,)
        When the EMG falls silent, from the pulse.
    cortical_sp_first_return_ms : (n_trials,)
        When EMG appears again for the first time, from the pulse.
    cortical_sp_full_return_ms : (n_trials,)
        When EMG is back to stay, from the pulse.
    cortical_sp_censored : (n_trials,)
        True where a silent period lasts longer than the epoch: a return that is not seen is NaN.
    """

    cortical_sp_present: np.ndarray
    cortical_sp_onset_ms: np.ndarray
    cortical_sp_first_return_ms: np.ndarray
    cortical_sp_full_return_ms: np.ndarray
    cortical_sp_censored: np.ndarray


def mean_consecutive_difference(
    emg_uv: np.ndarray,
    times_ms: np.ndarray,
    background_ms: np.ndarray,
    response_ms: np.ndarray,
    state: np.ndarray,
    peak_max_ms: np.ndarray,
    peak_min_ms: np.ndarray,
    /,
    *,
    n_mcd: Annotated[float, Gt(0)] = 0.89,
    bin_ms: Annotated[float, Gt(0)] = 5.0,
    difference_ms: Annotated[float, Gt(0)] = 1.0,
    late_ms: Annotated[float, Ge(0)] = 20.0,
    silent_ms: Annotated[float, Gt(0)] = 10.0,
    min_ms: Annotated[float, Gt(0)] = 20.0,
    full_ms: Annotated[float, Gt(0)] = 25.0,
    full_fraction: Annotated[float, Gt(0), Le(1)] = 0.6,
) -> SilentPeriod:
    """Silent period by the mean consecutive difference of the rectified EMG (Garvey 2001).

    The lower limit is mean - n_mcd·MCD of the background, MCD the mean absolute difference of consecutive values.
    Garvey's factors (0.89, 1.77, 2.66 for 1, 2, 3 SD) hold for independent values, which samples of EMG are not, and
    at 2 or 3 SD the limit of a single rectified trial lies below 0. So here values are means over `bin_ms`, MCD is
    taken between bins that touch, whatever the sampling rate, and 1 SD is the default. To be blind to the slow wave
    a high-pass filter leaves after a large MEP, the signal's change over `difference_ms` is rectified. The silent
    period begins after the later peak of the MEP, at most `late_ms` after the response window, where the EMG is below
    the limit for `silent_ms`. *First return*: the EMG exceeds the limit, and does so in half of the next 5 ms
    (Garvey). *Full return* (ours): it exceeds the limit, and does so in `full_fraction` of the next `full_ms`. A
    silent period must last `min_ms`, with less than half the background's EMG.

    Parameters
    ----------
    n_mcd : float
        How many mean consecutive differences below its mean the background's limit lies.
    bin_ms : float
        Length of the means that are compared.
    difference_ms : float
        Stretch over which the change of the signal is taken.
    late_ms : float
        How long after the response window a silent period may begin.
    silent_ms : float
        How long the EMG must stay below the limit for a silent period to begin.
    min_ms : float
        Shortest silent period, to its first return.
    full_ms : float
        Stretch in which the EMG must be back for the full return.
    full_fraction : float
        Part of `full_ms` in which the EMG must exceed the limit.
    """
    change = np.abs(_change(centred(emg_uv, times_ms, background_ms), windows.n_samples(difference_ms, times_ms)))
    n_bin = windows.n_samples(bin_ms, times_ms)
    level = _forward_mean(change, n_bin, before=n_bin // 2)
    mean, limit = _limits(change, level, times_ms, background_ms, n_mcd, n_bin)
    begin = windows.held(level < limit[:, None], windows.n_samples(silent_ms, times_ms))
    search = np.stack([np.fmax(peak_max_ms, peak_min_ms), response_ms[:, 1] + late_ms], -1)
    onset = windows.first_time(begin & windows.inside(times_ms, search) & (state == "active")[:, None], times_ms)
    above = (level > limit[:, None]) & (times_ms > onset[:, None])
    first = windows.first_time(_back(above, 5.0, 0.5, times_ms), times_ms)
    since = times_ms >= first[:, None]
    full = windows.first_time(since & _back(above, full_ms, full_fraction, times_ms), times_ms)
    until = np.where(np.isnan(first), times_ms[-1], first)
    silence = windows.inside(times_ms, np.stack([onset, until], -1)) & np.isfinite(change)
    present = (until - onset >= min_ms) & (mean_where(change, silence) < 0.5 * mean)
    onset, first, full = (np.where(present, each, np.nan) for each in (onset, first, full))
    return SilentPeriod(present, onset, first, full, present & (np.isnan(first) | np.isnan(full)))


def _limits(
    change: np.ndarray, level: np.ndarray, times_ms: np.ndarray, background_ms: np.ndarray, n_mcd: float, n_bin: int
) -> tuple[np.ndarray, np.ndarray]:
    """(n_trials,) mean of the background and the limit below which EMG is silent."""
    consecutive = np.full(level.shape, np.nan)
    consecutive[:, n_bin:] = np.abs(level[:, n_bin:] - level[:, :-n_bin])
    before = windows.inside(times_ms, background_ms)
    from_second = windows.inside(times_ms, background_ms + np.array([n_bin * 1000.0 / windows.rate_hz(times_ms), 0.0]))
    mean = mean_where(change, before & np.isfinite(change))
    return mean, mean - n_mcd * mean_where(consecutive, from_second & np.isfinite(consecutive))


def _change(signal: np.ndarray, n: int) -> np.ndarray:
    """(n_trials, n_samples) change of the signal over n samples about each; NaN at the ends."""
    out = np.full(signal.shape, np.nan)
    out[:, n // 2 : signal.shape[1] - n + n // 2] = signal[:, n:] - signal[:, :-n]
    return out


def _forward_mean(values: np.ndarray, n: int, before: int = 0) -> np.ndarray:
    """(n_trials, n_samples) mean of n values, `before` of them before each; NaN where one is missing."""
    out = np.full(values.shape, np.nan)
    if values.shape[1] >= n:
        total, missing = (
            np.pad(np.cumsum(each, -1), ((0, 0), (1, 0))) for each in (np.nan_to_num(values), np.isnan(values) * 1.0)
        )
        mean = (total[:, n:] - total[:, :-n]) / n
        mean[missing[:, n:] > missing[:, :-n]] = np.nan
        out[:, before : before + mean.shape[1]] = mean
    return out


def _back(above: np.ndarray, for_ms: float, fraction: float, times_ms: np.ndarray) -> np.ndarray:
    """Where the EMG is above its limit, now and in a fraction of what follows."""
    following = _forward_mean(above.astype(float), windows.n_samples(for_ms, times_ms))
    return above & (following >= fraction - 1e-9)
