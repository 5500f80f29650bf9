"""After exercise: facilitation, depression and delayed facilitation of the MEP."""

from typing import Annotated

import numpy as np
from annotated_types import Ge

from .bootstrap import N_BOOT
from .cells import Estimate, said
from .ratio import Count, Draws, Gate, Limits, Pairs, Ratio, compared

Minutes = tuple[Annotated[float, Ge(0)], Annotated[float, Ge(0)]]
FEW_TRIALS = 10
"""Trials of one minute after exercise, or before it, below which a ratio is uncertain. Own choice."""
ANY_SIZE = Gate((1e-9, None), 0.0, FEW_TRIALS)


def post_exercise_facilitation(
    peak_to_peak_uv: np.ndarray,
    minutes_after: np.ndarray,
    before_peak_to_peak_uv: np.ndarray,
    before_minutes_after: np.ndarray,
    rng: np.random.Generator,
    /,
    *,
    window_min: Minutes = (0.0, 1.0),
    min_trials: Count = FEW_TRIALS,
    n_boot: Draws = N_BOOT,
) -> Ratio:
    """MEPs in the first minute after exercise over those before it, at the same intensity.

    Parameters
    ----------
    window_min : (float, float)
        From and to when after the end of exercise, in minutes; the end is not in it.
    min_trials : int
        Fewer trials than this before or after get the status few_trials.
    n_boot : int
        Draws of the bootstrap.

    References
    ----------
    Samii 1996 (facilitation after exercise of 30 s); the window of a minute: own.
    """
    after = (peak_to_peak_uv, minutes_after)
    return _after(after, (before_peak_to_peak_uv, before_minutes_after), window_min, min_trials, Limits(rng, n_boot))


def post_exercise_depression(
    peak_to_peak_uv: np.ndarray,
    minutes_after: np.ndarray,
    before_peak_to_peak_uv: np.ndarray,
    before_minutes_after: np.ndarray,
    rng: np.random.Generator,
    /,
    *,
    window_min: Minutes = (2.0, 15.0),
    min_trials: Count = FEW_TRIALS,
    n_boot: Draws = N_BOOT,
) -> Ratio:
    """MEPs 2 to 15 minutes after fatiguing exercise over those before it, at the same intensity.

    Parameters
    ----------
    window_min : (float, float)
        From and to when after the end of exercise, in minutes; the end is not in it.
    min_trials : int
        Fewer trials than this before or after get the status few_trials.
    n_boot : int
        Draws of the bootstrap.

    References
    ----------
    Samii 1996, Samii 1997 (depression after fatigue, recovering over minutes); the window: own.
    """
    after = (peak_to_peak_uv, minutes_after)
    return _after(after, (before_peak_to_peak_uv, before_minutes_after), window_min, min_trials, Limits(rng, n_boot))


def delayed_facilitation(
    peak_to_peak_uv: np.ndarray,
    minutes_after: np.ndarray,
    before_peak_to_peak_uv: np.ndarray,
    before_minutes_after: np.ndarray,
    rng: np.random.Generator,
    /,
    *,
    window_min: Minutes = (15.0, 35.0),
    min_trials: Count = FEW_TRIALS,
    n_boot: Draws = N_BOOT,
) -> Ratio:
    """MEPs 15 to 35 minutes after exercise over those before it, at the same intensity.

    Parameters
    ----------
    window_min : (float, float)
        From and to when after the end of exercise, in minutes; the end is not in it.
    min_trials : int
        Fewer trials than this before or after get the status few_trials.
    n_boot : int
        Draws of the bootstrap.

    References
    ----------
    Entezari-Taher 1999, Scalise 2006 (absent or altered in restless legs; unverified); the window: own.
    """
    after = (peak_to_peak_uv, minutes_after)
    return _after(after, (before_peak_to_peak_uv, before_minutes_after), window_min, min_trials, Limits(rng, n_boot))


def _after(
    after: tuple[np.ndarray, np.ndarray],
    before: tuple[np.ndarray, np.ndarray],
    window_min: Minutes,
    min_trials: int,
    limits: Limits,
) -> Ratio:
    """Sizes in a window of minutes over those of the timepoint before: of no minute, or of one below 0."""
    (own, minute), (rest, rest_minute) = after, before
    inside = (minute >= window_min[0]) & (minute < window_min[1])
    baseline = rest[~(rest_minute >= 0)]
    if missing := said(no_baseline=not len(baseline), no_minutes=not np.isfinite(minute).any()):
        return Ratio(*[Estimate(np.nan, status=missing)] * len(Ratio._fields))
    pairs = Pairs(own[inside], np.zeros(inside.sum()), baseline, np.full(len(baseline), np.nan))
    return compared(pairs, ANY_SIZE._replace(min_trials=min_trials), limits)
