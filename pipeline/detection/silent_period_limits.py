"""Silent periods between limits: published rules that ask where the EMG of a single trial lies below a level."""

from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt, Le

from .. import windows
from .background import centred, mean_where
from .chunks import trial_by_trial
from .silent_period import (
    Examined,
    SilentPeriod,
    background_mean,
    cortical,
    described,
    examined,
    first_index,
    forward_mean,
    judged,
)

SHORTEST_MS = 0.25
"""The derivative is a change over at least this long, so that fast sampling does not make it one of noise."""


@trial_by_trial
def mean_consecutive_difference(
    emg_uv: np.ndarray,
    times_ms: np.ndarray,
    background_ms: np.ndarray,
    response_ms: np.ndarray,
    state: np.ndarray,
    pulse: np.ndarray,
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
    part = examined(emg_uv, times_ms, background_ms, response_ms, cortical(state, pulse))
    activity, n_bin = _rectified_change(part, difference_ms), part.n(bin_ms)
    level, mean = forward_mean(activity, n_bin, before=n_bin // 2), background_mean(part, activity)
    consecutive = np.full(level.shape, np.nan)
    consecutive[:, n_bin:] = np.abs(level[:, n_bin:] - level[:, :-n_bin])
    mcd = mean_where(consecutive, part.background(n_bin * part.step_ms) & np.isfinite(consecutive))
    above = _above(level, mean - n_mcd * mcd)
    begin = _begin(part, above, silent_ms, late_ms)
    first = _back(part, above, begin, 5.0, 0.5)
    full = _back(part, above, first, full_ms, full_fraction)
    return SilentPeriod(*described(part, judged(part, activity, (begin, first, full), min_ms)))


@trial_by_trial
def rectified_derivative(
    emg_uv: np.ndarray,
    times_ms: np.ndarray,
    background_ms: np.ndarray,
    response_ms: np.ndarray,
    state: np.ndarray,
    pulse: np.ndarray,
    /,
    *,
    fraction: Annotated[float, Gt(0), Le(1)] = 0.5,
    mean_ms: Annotated[float, Gt(0)] = 5.0,
    late_ms: Annotated[float, Ge(0)] = 20.0,
    silent_ms: Annotated[float, Gt(0)] = 10.0,
    min_ms: Annotated[float, Gt(0)] = 20.0,
    full_ms: Annotated[float, Gt(0)] = 25.0,
) -> SilentPeriod:
    """Silent period by the rectified first derivative of the EMG (Julkunen et al. 2013).

    Of the paper only the abstract was at hand: it names the rectified derivative, no threshold and no smoothing. Ours
    are: the derivative is the change over 0.25 ms (a sample at least); it is averaged over `mean_ms` about each
    sample; silence is below `fraction` of the background's mean for `silent_ms`; the first return exceeds it in half
    of the next 5 ms, the full return in half of the next `full_ms`.

    Parameters
    ----------
    fraction : float
        Limit of silence, as a fraction of the mean rectified derivative of the background.
    mean_ms : float
        Stretch that is averaged.
    late_ms : float
        How long after the response window a silent period may begin.
    silent_ms : float
        How long the EMG must stay below the limit for a silent period to begin.
    min_ms : float
        Shortest silent period, to its first return.
    full_ms : float
        Stretch in half of which the EMG must be back for the full return.
    """
    part = examined(emg_uv, times_ms, background_ms, response_ms, cortical(state, pulse))
    activity, n_mean = _rectified_change(part, SHORTEST_MS), part.n(mean_ms)
    mean = background_mean(part, activity)
    above = _above(forward_mean(activity, n_mean, before=n_mean // 2), fraction * mean)
    begin = _begin(part, above, silent_ms, late_ms)
    first = _back(part, above, begin, 5.0, 0.5)
    full = _back(part, above, first, full_ms, 0.5)
    return SilentPeriod(*described(part, judged(part, activity, (begin, first, full), min_ms)))


@trial_by_trial
def mean_crossing(
    emg_uv: np.ndarray,
    times_ms: np.ndarray,
    background_ms: np.ndarray,
    response_ms: np.ndarray,
    state: np.ndarray,
    pulse: np.ndarray,
    /,
    *,
    background_last_ms: Annotated[float, Gt(0)] = 40.0,
    late_ms: Annotated[float, Ge(0)] = 20.0,
    silent_ms: Annotated[float, Gt(0)] = 10.0,
    min_ms: Annotated[float, Gt(0)] = 20.0,
    full_ms: Annotated[float, Gt(0)] = 25.0,
) -> SilentPeriod:
    """Silent period by crossings of the mean background EMG (Daskalakis et al. 2003).

    The mean of the rectified EMG of the last `background_last_ms` before the pulse is the limit. Known to us are the
    40 ms and the use of crossings, not what the paper does about a rectified single trial, which crosses its mean
    hundreds of times a second. Ours: silence begins where the rectified EMG stays below the limit for `silent_ms`,
    the first return is the first sample above it, and the full return the first that exceeds it and lies before
    `full_ms` whose mean does.

    Parameters
    ----------
    background_last_ms : float
        How much of the background's end gives the limit.
    late_ms : float
        How long after the response window a silent period may begin.
    silent_ms : float
        How long the EMG must stay below the limit for a silent period to begin.
    min_ms : float
        Shortest silent period, to its first return.
    full_ms : float
        Stretch whose mean must exceed the limit for the full return.
    """
    part = examined(emg_uv, times_ms, background_ms, response_ms, cortical(state, pulse))
    activity = np.abs(centred(part.emg_uv.astype(float), part.times_ms, part.background_ms))
    last = np.maximum(part.background_ms, part.background_ms[:, 1:] - np.array([background_last_ms, 0.0]))
    mean = background_mean(part._replace(background_ms=last), activity)
    above = _above(activity, mean)
    begin = _begin(part, above, silent_ms, late_ms)
    at = np.arange(activity.shape[1])
    first = first_index((above == 1) & (at >= begin[:, None]))
    stays = _above(forward_mean(activity, part.n(full_ms)), mean)
    full = first_index((above == 1) & (stays == 1) & (at >= first[:, None]))
    return SilentPeriod(*described(part, judged(part, activity, (begin, first, full), min_ms)))


def _rectified_change(part: Examined, over_ms: float) -> np.ndarray:
    """(n_examined, n_samples) rectified change of the signal over a stretch about each sample; NaN at the ends."""
    signal, n = part.emg_uv, part.n(over_ms)
    out = np.full(signal.shape, np.nan)
    out[:, n // 2 : signal.shape[1] - n + n // 2] = np.abs(signal[:, n:] - signal[:, :-n])
    return out


def _above(level: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """(n_examined, n_samples) 1.0 above the limit, 0.0 below it, NaN where that is unknown."""
    known = np.isfinite(level) & np.isfinite(limit)[:, None]
    return np.where(known, level > limit[:, None], np.nan)


def _begin(part: Examined, above: np.ndarray, silent_ms: float, late_ms: float) -> np.ndarray:
    """(n_examined,) first sample of `silent_ms` below the limit, after the response's later peak."""
    peak, latest = part.later_peak(), part.times_ms <= part.response_ms[:, 1:] + late_ms
    silent = windows.held(above == 0, part.n(silent_ms))
    return first_index(silent & (np.arange(above.shape[1]) >= peak[:, None]) & latest)


def _back(part: Examined, above: np.ndarray, since: np.ndarray, for_ms: float, fraction: float) -> np.ndarray:
    """(n_examined,) first sample above the limit, `since` a sample, with a fraction of what follows above it too."""
    after = np.arange(above.shape[1]) >= since[:, None]
    return first_index(after & (above == 1) & (forward_mean(above, part.n(for_ms)) >= fraction - 1e-9))
