"""Latency of the MEP."""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Ge

from .cells import Estimate, said
from .intervals import of_median, of_sd

FIRST = 5
"""A minimum falls with the number of trials, so that it is always taken over as many."""


class Latency(NamedTuple):
    """Latency of the MEP from the pulse.

    Attributes
    ----------
    shortest_of_first_5 : Estimate
        Shortest onset of the first five accepted trials that have one, in the order of recording; no interval.
    median : Estimate
        Median over the trials that have an onset, with the order-statistic interval.
    sd : Estimate
        Standard deviation (n - 1) over the same trials, with a chi-square interval.
    """

    shortest_of_first_5: Estimate
    median: Estimate
    sd: Estimate


def mep_latency(
    onset_ms: np.ndarray,
    onset_alone_ms: np.ndarray,
    /,
    *,
    min_trials: Annotated[int, Ge(1)] = 5,
) -> Latency:
    """Latency of the MEP over the accepted trials in which an onset was found.

    The shortest is taken of onsets found in each trial alone: a template that draws trials together would lengthen it.

    Parameters
    ----------
    min_trials : int
        Fewer onsets than this give median and SD the status few_trials; the shortest always wants five.

    References
    ----------
    Shortest of at least five: clinical custom, source unverified; that it is of the first five is own. Interval of
    the median: Thompson 1936; of the SD: the chi-square distribution.
    """
    onsets, first = onset_ms[np.isfinite(onset_ms)], onset_alone_ms[np.isfinite(onset_alone_ms)][:FIRST]
    n = len(onsets)
    short = said(no_values=not len(first), few_trials=0 < len(first) < FIRST)
    status = said(no_values=not n, few_trials=0 < n < min_trials)
    shortest = float(first.min()) if len(first) else np.nan
    middle = float(np.median(onsets)) if n else np.nan
    spread = float(onsets.std(ddof=1)) if n > 1 else np.nan
    return Latency(
        Estimate(shortest, n_used=len(first), method="shortest of the first 5, no interval", status=short),
        Estimate(middle, *of_median(onsets), n, "median, order statistics", status),
        Estimate(spread, *of_sd(onsets), n, "SD, chi-square as if onsets were normal", status),
    )
