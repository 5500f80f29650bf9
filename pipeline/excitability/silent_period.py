"""Cortical silent period."""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Ge

from .cells import Estimate, said
from .intervals import of_median, proportion

FEW_TRIALS = 10
"""A silent period is averaged over at least as many trials."""


class SilentPeriod(NamedTuple):
    """Duration of the cortical silent period: from where it is counted, and which return of the EMG ends it.

    Attributes
    ----------
    first_return_from_mep_onset : Estimate
        From the onset of the MEP to the first return of EMG.
    first_return_from_stimulus : Estimate
        From the pulse to the first return of EMG.
    first_return_from_mep_end : Estimate
        From the end of the MEP to the first return of EMG.
    full_return_from_mep_onset : Estimate
        From the onset of the MEP to the full return of EMG.
    full_return_from_stimulus : Estimate
        From the pulse to the full return of EMG.
    full_return_from_mep_end : Estimate
        From the end of the MEP to the full return of EMG.
    """

    first_return_from_mep_onset: Estimate
    first_return_from_stimulus: Estimate
    first_return_from_mep_end: Estimate
    full_return_from_mep_onset: Estimate
    full_return_from_stimulus: Estimate
    full_return_from_mep_end: Estimate


class Depth(NamedTuple):
    """How far the EMG falls in the silent period.

    Attributes
    ----------
    median : Estimate
        100 less the EMG in silence in percent of the background.
    """

    median: Estimate


class Occurrence(NamedTuple):
    """How often there is a cortical silent period.

    Attributes
    ----------
    fraction : Estimate
        Trials with a silent period over trials examined for one.
    """

    fraction: Estimate


def cortical_sp(
    cortical_sp_present: np.ndarray,
    cortical_sp_censored: np.ndarray,
    cortical_sp_first_return_ms: np.ndarray,
    cortical_sp_full_return_ms: np.ndarray,
    onset_ms: np.ndarray,
    mep_end_ms: np.ndarray,
    /,
    *,
    min_trials: Annotated[int, Ge(1)] = FEW_TRIALS,
) -> SilentPeriod:
    """Median duration of the cortical silent period over the trials that have one.

    A silent period whose end lies beyond the recorded time is longer than every other: it ranks last, and the median
    is NaN where half of them are such. Trials examined and without a silent period count in `cortical_sp_probability`.
    A trial with one, but without the time it is counted from, is left out of that convention.

    Parameters
    ----------
    min_trials : int
        Fewer silent periods than this get the status few_trials.

    References
    ----------
    Conventions and ranking: own. Interval: Thompson 1936.
    """
    examined, has = examined_and_silent(cortical_sp_present, cortical_sp_censored)
    starts = (onset_ms, np.zeros(len(has)), mep_end_ms)
    ends = (cortical_sp_first_return_ms, cortical_sp_full_return_ms)
    return SilentPeriod(*[median_duration(end, start, examined, has, min_trials) for end in ends for start in starts])


def cortical_sp_depth(
    cortical_sp_present: np.ndarray,
    cortical_sp_censored: np.ndarray,
    cortical_sp_depth_percent: np.ndarray,
    /,
    *,
    min_trials: Annotated[int, Ge(1)] = FEW_TRIALS,
) -> Depth:
    """Median depth of the cortical silent period over the trials that have one.

    Parameters
    ----------
    min_trials : int
        Fewer silent periods than this get the status few_trials.

    References
    ----------
    Definition: own. Interval: Thompson 1936.
    """
    examined, has = examined_and_silent(cortical_sp_present, cortical_sp_censored)
    depth = cortical_sp_depth_percent[has & np.isfinite(cortical_sp_depth_percent)]
    none = said(no_values=has.any() or not examined.any(), no_silent_period=examined.any() and not has.any())
    if not len(depth):
        return Depth(Estimate(np.nan, method="median, order statistics", status=none))
    codes = said(some_missing=len(depth) < has.sum() or not examined.all(), few_trials=len(depth) < min_trials)
    low, high = of_median(depth)
    return Depth(Estimate(float(np.median(depth)), low, high, len(depth), "median, order statistics", codes))


def cortical_sp_probability(
    cortical_sp_present: np.ndarray,
    cortical_sp_censored: np.ndarray,
    /,
    *,
    min_trials: Annotated[int, Ge(1)] = FEW_TRIALS,
) -> Occurrence:
    """Fraction of trials with a cortical silent period, ended or not; over intensity it gives the SP threshold.

    Parameters
    ----------
    min_trials : int
        Fewer trials than this get the status few_trials.

    References
    ----------
    Interval: Wilson 1927.
    """
    examined, has = examined_and_silent(cortical_sp_present, cortical_sp_censored)
    n, n_hits = int(examined.sum()), int(has.sum())
    status = said(no_values=not n, some_missing=0 < n < len(has), few_trials=0 < n < min_trials)
    return Occurrence(proportion(n_hits, n, status))


def examined_and_silent(present: np.ndarray, censored: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which trials were examined, and which of them have a silent period: one that does not end is one."""
    unended = np.nan_to_num(censored) > 0
    return np.isfinite(present) | unended, (np.nan_to_num(present) > 0) | unended


def median_duration(
    end_ms: np.ndarray, start_ms: np.ndarray, examined: np.ndarray, has: np.ndarray, min_trials: int
) -> Estimate:
    """Median over the trials that have a silent period; one without an end ranks longest."""
    dated = has & np.isfinite(start_ms)
    duration = np.where(np.isfinite(end_ms), end_ms - start_ms, np.inf)[dated]
    n = len(duration)
    missing = int((examined & (dated | ~has)).sum()) < len(has)
    method = "median, censored longest, order statistics"
    if not n:
        none = said(no_values=has.any() or not examined.any(), no_silent_period=examined.any() and not has.any())
        return Estimate(np.nan, n_used=n, method=method, status=none)
    middle, limits = float(np.median(duration)), of_median(duration)
    codes = said(
        some_missing=missing,
        few_trials=n < min_trials,
        censored=np.isinf(middle),
        interval_open=np.isinf(limits.high),
    )
    low, high = (limit if np.isfinite(limit) else np.nan for limit in limits)
    return Estimate(middle if np.isfinite(middle) else np.nan, low, high, n, method, codes)
