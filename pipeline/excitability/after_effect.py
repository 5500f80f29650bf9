"""After an intervention (PAS, rTMS): how much larger or smaller MEPs are, for how long, and when they are back."""

from collections.abc import Callable
from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Gt

from .bootstrap import N_BOOT
from .cells import Estimate, said
from .ratio import Count, Draws, Limits, Ratio, ratios
from .time_course import After, Course, after, area, geometric, of_means
from .time_course import ratios as of_blocks

FEW_TRIALS = 10
"""Trials of a block below which its log ratio is uncertain. Own choice."""
AVERAGES = {"geometric": geometric, "of_means": of_means}
WORDS = {"geometric": "geometric means", "of_means": "means"}


class Area(NamedTuple):
    """Area under the natural log ratio of later blocks to the block before, over time; below 0 is depression.

    Attributes
    ----------
    geometric : Estimate
        Of the blocks' geometric means.
    of_means : Estimate
        Of the blocks' means.
    geometric_per_minute : Estimate
        The first over the minutes from first to last later block: the mean log ratio, weighted by time.
    of_means_per_minute : Estimate
        The same of the second.
    """

    geometric: Estimate
    of_means: Estimate
    geometric_per_minute: Estimate
    of_means_per_minute: Estimate


class Peak(NamedTuple):
    """Log ratio of the later block that differs most from the block before, with its sign.

    Attributes
    ----------
    geometric : Estimate
        Of the blocks' geometric means; a maximum over blocks, which grows with their number; no interval.
    of_means : Estimate
        The same of the blocks' means.
    """

    geometric: Estimate
    of_means: Estimate


class Return(NamedTuple):
    """When sizes are back at what they were before.

    Attributes
    ----------
    geometric : Estimate
        Minutes after the intervention of the first block from which on every log ratio of geometric means lies within
        the limits; no interval. Where the last block is still outside, ci_low is its time, a lower bound.
    of_means : Estimate
        The same of the blocks' means.
    """

    geometric: Estimate
    of_means: Estimate


def after_effect(
    peak_to_peak_uv: np.ndarray,
    minutes_after: np.ndarray,
    timepoint_code: np.ndarray,
    before_peak_to_peak_uv: np.ndarray,
    before_minutes_after: np.ndarray,
    before_timepoint_code: np.ndarray,
    rng: np.random.Generator,
    /,
    *,
    min_trials: Count = FEW_TRIALS,
    n_boot: Draws = N_BOOT,
) -> Ratio:
    """MEPs of all blocks after an intervention, taken together, over those of the block before it.

    Parameters
    ----------
    min_trials : int
        A block of fewer trials than this, or as few before, gets the status few_trials.
    n_boot : int
        Draws of the bootstrap.

    References
    ----------
    Ratio to the block before: Stefan 2000 (PAS), Chen 1997 (1 Hz rTMS), unverified. That all later trials weigh the
    same: own.
    """
    before = (before_peak_to_peak_uv, before_minutes_after, before_timepoint_code)
    found = after((peak_to_peak_uv, minutes_after, timepoint_code), before, min_trials)
    wrong = found.wrong or said(not_positive=np.median(found.before_uv) <= 0)
    if wrong:
        return Ratio(*[Estimate(np.nan, status=wrong)] * len(Ratio._fields))
    return ratios(found.sizes_uv, found.before_uv, Limits(rng, n_boot), found.status)


def after_effect_auc(
    peak_to_peak_uv: np.ndarray,
    minutes_after: np.ndarray,
    timepoint_code: np.ndarray,
    before_peak_to_peak_uv: np.ndarray,
    before_minutes_after: np.ndarray,
    before_timepoint_code: np.ndarray,
    /,
    *,
    min_trials: Count = FEW_TRIALS,
) -> Area:
    """Area under the log ratio over the minutes after an intervention, from the first to the last block after it.

    Parameters
    ----------
    min_trials : int
        A block of fewer trials than this, or as few before, gets the status few_trials.

    References
    ----------
    Trapezoidal rule. Log ratio as the measure of change, and the interval (errors of the blocks and of the block
    before, which is in all of them; Satterthwaite 1946): own.
    """
    before = (before_peak_to_peak_uv, before_minutes_after, before_timepoint_code)
    found = after((peak_to_peak_uv, minutes_after, timepoint_code), before, min_trials)
    return Area(*(_of(found, name, made) for made in (_area, _area_per_minute) for name in AVERAGES))


def after_effect_peak(
    peak_to_peak_uv: np.ndarray,
    minutes_after: np.ndarray,
    timepoint_code: np.ndarray,
    before_peak_to_peak_uv: np.ndarray,
    before_minutes_after: np.ndarray,
    before_timepoint_code: np.ndarray,
    /,
    *,
    min_trials: Count = FEW_TRIALS,
) -> Peak:
    """Largest change of a block after an intervention against the block before, as a signed log ratio.

    Parameters
    ----------
    min_trials : int
        A block of fewer trials than this, or as few before, gets the status few_trials.

    References
    ----------
    Own. It is the farthest from 0 of several uncertain numbers: without any effect it is not 0.
    """
    before = (before_peak_to_peak_uv, before_minutes_after, before_timepoint_code)
    found = after((peak_to_peak_uv, minutes_after, timepoint_code), before, min_trials)
    return Peak(*(_of(found, name, _peak) for name in AVERAGES))


def after_effect_return(
    peak_to_peak_uv: np.ndarray,
    minutes_after: np.ndarray,
    timepoint_code: np.ndarray,
    before_peak_to_peak_uv: np.ndarray,
    before_minutes_after: np.ndarray,
    before_timepoint_code: np.ndarray,
    /,
    *,
    limit_log: Annotated[float, Gt(0)] | None = None,
    min_trials: Count = FEW_TRIALS,
) -> Return:
    """Minutes after an intervention from which on MEPs are as large as before it, by the blocks that were recorded.

    Parameters
    ----------
    limit_log : float or null
        A block is back where its log ratio is within this of 0, such as a minimal detectable change; null: where the
        block's own 95 % interval holds 0, which few trials reach soonest.
    min_trials : int
        A block of fewer trials than this, or as few before, gets the status few_trials.

    References
    ----------
    Own.
    """
    before = (before_peak_to_peak_uv, before_minutes_after, before_timepoint_code)
    found = after((peak_to_peak_uv, minutes_after, timepoint_code), before, min_trials)
    return Return(*(_of(found, name, lambda course, words: _back(course, words, limit_log)) for name in AVERAGES))


def _of(of: After, name: str, made: Callable[[Course, str], Estimate]) -> Estimate:
    """A number of the course of blocks in one convention, or why there is none."""
    sizes = np.concatenate([of.sizes_uv, of.before_uv])
    zero = bool(len(sizes)) and sizes.min() <= 0
    if wrong := of.wrong or said(not_positive=zero):
        return Estimate(np.nan, status=wrong)
    estimate = made(AVERAGES[name](of), WORDS[name])
    codes = ";".join(filter(None, [of.status, estimate.status]))
    return estimate._replace(n_used=len(sizes), status=codes)


def _area(course: Course, words: str) -> Estimate:
    n = len(course.minutes)
    method = f"trapezoid of the log ratio of {words}, {n} blocks, t with Welch's degrees of freedom"
    if not np.ptp(course.minutes):
        return Estimate(np.nan, method=method, status="one_block")
    value, low, high = (float(each[0]) for each in area(course))
    return Estimate(value, low, high, method=method)


def _area_per_minute(course: Course, words: str) -> Estimate:
    whole, minutes = _area(course, words), float(np.ptp(course.minutes)) or np.nan
    value, low, high = (each / minutes for each in whole[:3])
    return whole._replace(
        value=value, ci_low=low, ci_high=high, unit="", method=f"{whole.method}; over {minutes:g} min"
    )


def _peak(course: Course, words: str) -> Estimate:
    logs = of_blocks(course).value
    n = len(logs)
    method = f"largest of {n} log ratios of {words}" if n > 1 else f"log ratio of {words} of the only block"
    return Estimate(float(logs[np.abs(logs).argmax()]), method=method)


def _back(course: Course, words: str, limit_log: float | None) -> Estimate:
    line = of_blocks(course)
    outside = (line.low > 0) | (line.high < 0) if limit_log is None else np.abs(line.value) > limit_log
    unknown = limit_log is None and bool(np.isnan(line.low).any())
    within = "its 95 % interval holds 0" if limit_log is None else f"it is within {limit_log:g}"
    method = f"first of {len(outside)} blocks from which on the log ratio of {words} is back: {within}"
    status = said(
        no_interval=unknown, no_effect=not unknown and not outside.any(), not_returned=not unknown and outside[-1]
    )
    if status:
        last = float(course.minutes[-1]) if status == "not_returned" else np.nan
        return Estimate(np.nan, ci_low=last, method=method, status=status)
    return Estimate(float(course.minutes[np.flatnonzero(outside)[-1] + 1]), method=method)
