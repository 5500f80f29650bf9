"""The H reflex over the current of the nerve stimulus: its mean at each, and its top."""

from typing import NamedTuple

import numpy as np

SAME_MA = 0.1
"""Currents are the same to one decimal."""
HIGH = 0.7
"""Currents about the largest reflex whose mean is this part of it, or more, give its top."""


class Levels(NamedTuple):
    """Currents in rising order, (n_levels,) each."""

    ma: np.ndarray
    n: np.ndarray
    mean: np.ndarray


def levels_of(nerve_ma: np.ndarray, values: np.ndarray) -> Levels:
    """Count and mean of values (n_trials,) at each current; trials without one are left out."""
    known = np.isfinite(nerve_ma)
    ma, level = np.unique(np.round(nerve_ma[known] / SAME_MA), return_inverse=True)
    n = np.bincount(level, minlength=len(ma))
    return Levels(ma * SAME_MA, n, np.bincount(level, values[known], len(ma)) / np.maximum(n, 1))


def top_of(nerve_ma: np.ndarray, sizes: np.ndarray, levels: Levels) -> float:
    """Top of the parabola through the trials of the currents about the largest mean; NaN where there is none.

    Those are the currents on either side whose means are 70 % of it or more, at least one on each.
    """
    if len(levels.ma) < 3:
        return np.nan
    at, last = int(levels.mean.argmax()), len(levels.ma) - 1
    low = np.flatnonzero(levels.mean < HIGH * levels.mean.max())
    first = min(max(low[low < at], default=-1) + 1, max(at - 1, 0))
    stop = max(min(low[low > at], default=last + 1) - 1, min(at + 1, last))
    used = (nerve_ma > levels.ma[first] - SAME_MA / 2) & (nerve_ma < levels.ma[stop] + SAME_MA / 2)
    if stop - first < 2:
        return np.nan
    x = nerve_ma[used] - levels.ma[at]
    bend, slope, height = np.polyfit(x, sizes[used], 2)
    top = -slope / (2.0 * bend) if bend < 0 else np.nan
    return float(height + slope * top / 2.0) if x.min() <= top <= x.max() else np.nan
