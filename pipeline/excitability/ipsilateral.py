"""Ipsilateral silent period: how the stimulation of a hemisphere interrupts the contraction of its own side."""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Ge

from .cells import Estimate, said

FEW_TRIALS = 15
"""The silent period of an average of fewer trials is uncertain (15 to 20 are usual; Fleming & Newham give 20)."""
SURE = 0.8
"""Of recordings without a silent period 3 % reach this part of resampled averages that have one; own choice."""
METHOD = "average of rectified trials, bootstrap over trials"

Count = Annotated[int, Ge(1)]


class IpsilateralTime(NamedTuple):
    """A time of the ipsilateral silent period.

    Attributes
    ----------
    average : Estimate
        In the average of the rectified trials of the condition.
    """

    average: Estimate


class IpsilateralDepth(NamedTuple):
    """How far the average falls in the ipsilateral silent period.

    Attributes
    ----------
    average : Estimate
        100 less the average between onset and end in percent of the background; the same number as the normalised area,
        what the average lacks over what a complete silence of the same duration would lack.
    """

    average: Estimate


class IpsilateralArea(NamedTuple):
    """What the average lacks in the ipsilateral silent period.

    Attributes
    ----------
    average : Estimate
        Area between the background and the average from onset to end, the background being 100 %.
    """

    average: Estimate


class Averages(NamedTuple):
    """What is known of the averages of one cell, (n_averages,) each."""

    n_used: np.ndarray
    onset_ms: np.ndarray
    found: np.ndarray
    """Part of averages of resampled trials that have a silent period."""


def ipsi_sp_onset(
    average_at: np.ndarray,
    average_n_used: np.ndarray,
    average_sp_onset_ms: np.ndarray,
    average_sp_onset_low_ms: np.ndarray,
    average_sp_onset_high_ms: np.ndarray,
    average_sp_found_fraction: np.ndarray,
    /,
    *,
    min_trials: Count = FEW_TRIALS,
) -> IpsilateralTime:
    """Onset of the ipsilateral silent period, from the pulse, in the average of rectified trials.

    Parameters
    ----------
    min_trials : int
        Averages of fewer trials than this get the status few_trials.

    References
    ----------
    Average of rectified trials: the field's standard; the rule for onset and end, and the interval: own. Where several
    recordings hold the condition: mean of their averages, each weighted by its trials (own).
    """
    limits = (average_sp_onset_ms, average_sp_onset_low_ms, average_sp_onset_high_ms)
    of = (average_at, average_n_used, average_sp_onset_ms, average_sp_found_fraction)
    return IpsilateralTime(averaged_estimate(of, limits, min_trials))


def ipsi_sp_duration(
    average_at: np.ndarray,
    average_n_used: np.ndarray,
    average_sp_onset_ms: np.ndarray,
    average_sp_duration_ms: np.ndarray,
    average_sp_duration_low_ms: np.ndarray,
    average_sp_duration_high_ms: np.ndarray,
    average_sp_found_fraction: np.ndarray,
    /,
    *,
    min_trials: Count = FEW_TRIALS,
) -> IpsilateralTime:
    """Duration of the ipsilateral silent period, from its onset to its end; averages as for `ipsi_sp_onset`.

    Parameters
    ----------
    min_trials : int
        Averages of fewer trials than this get the status few_trials.

    References
    ----------
    Average of rectified trials: the field's standard (20 trials: Fleming & Newham 2017, unverified).
    """
    limits = (average_sp_duration_ms, average_sp_duration_low_ms, average_sp_duration_high_ms)
    of = (average_at, average_n_used, average_sp_onset_ms, average_sp_found_fraction)
    return IpsilateralTime(averaged_estimate(of, limits, min_trials))


def ipsi_sp_depth(
    average_at: np.ndarray,
    average_n_used: np.ndarray,
    average_sp_onset_ms: np.ndarray,
    average_sp_depth_percent: np.ndarray,
    average_sp_depth_low_percent: np.ndarray,
    average_sp_depth_high_percent: np.ndarray,
    average_sp_found_fraction: np.ndarray,
    /,
    *,
    min_trials: Count = FEW_TRIALS,
) -> IpsilateralDepth:
    """Depth of the ipsilateral silent period, which is its normalised area too; averages as for `ipsi_sp_onset`.

    Parameters
    ----------
    min_trials : int
        Averages of fewer trials than this get the status few_trials.

    References
    ----------
    Mean in the silent period over that of the background: the field's standard.
    """
    limits = (average_sp_depth_percent, average_sp_depth_low_percent, average_sp_depth_high_percent)
    of = (average_at, average_n_used, average_sp_onset_ms, average_sp_found_fraction)
    return IpsilateralDepth(averaged_estimate(of, limits, min_trials))


def ipsi_sp_area(
    average_at: np.ndarray,
    average_n_used: np.ndarray,
    average_sp_onset_ms: np.ndarray,
    average_sp_area_ms: np.ndarray,
    average_sp_area_low_ms: np.ndarray,
    average_sp_area_high_ms: np.ndarray,
    average_sp_found_fraction: np.ndarray,
    /,
    *,
    min_trials: Count = FEW_TRIALS,
) -> IpsilateralArea:
    """Area of the ipsilateral silent period under the background; averages as for `ipsi_sp_onset`.

    Parameters
    ----------
    min_trials : int
        Averages of fewer trials than this get the status few_trials.

    References
    ----------
    Area under the background: the field's standard; in percent of it, so that electrodes do not count: own.
    """
    limits = (100 * average_sp_area_ms, 100 * average_sp_area_low_ms, 100 * average_sp_area_high_ms)
    of = (average_at, average_n_used, average_sp_onset_ms, average_sp_found_fraction)
    return IpsilateralArea(averaged_estimate(of, limits, min_trials))


def averaged_estimate(of: tuple[np.ndarray, ...], limits: tuple[np.ndarray, ...], min_trials: int) -> Estimate:
    """One number of the averages of a cell, given the columns of its trials: value, low and high, (n_trials,) each."""
    at, *known = of
    first = np.unique(at, return_index=True)[1]
    averages = Averages(*(each[first] for each in known))
    value, low, high = (each[first] for each in limits)
    there = np.isfinite(value)
    n, begun = averages.n_used[there if there.any() else ...], np.isfinite(averages.onset_ms)
    total = int(n.sum())
    status = said(
        no_silent_period=not begun.any(),
        no_end=begun.any() and not there.any(),
        some_missing=there.any() and not there.all(),
        not_reproduced=there.any() and bool((averages.found[there] < SURE).any()),
        few_trials=total < min_trials,
    )
    if not there.any():
        return Estimate(np.nan, n_used=total, method=METHOD, status=status)
    share = n / n.sum()
    middle = float(share @ value[there])
    below, above = (float(np.linalg.norm(share * (each - value)[there])) for each in (low, high))
    several = f"; mean of {len(n)} averages" if len(n) > 1 else ""
    return Estimate(middle, middle - below, middle + above, total, METHOD + several, status)
