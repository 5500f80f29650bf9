"""95 % intervals of a mean, a median, a spread, a proportion. All give NaN where the data cannot bear one."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy

from .cells import Estimate

LEVEL = 0.95
TAILS = np.array([(1 - LEVEL) / 2, (1 + LEVEL) / 2])


class Interval(NamedTuple):
    """Limits of an interval."""

    low: float
    high: float


NONE = Interval(float("nan"), float("nan"))


def log_t_of_two(first: np.ndarray, second: np.ndarray) -> Interval:
    """Welch's t interval of the difference of the means of logarithms of positive values, taken back: of a ratio.

    Parameters
    ----------
    first, second : array (n_first,), (n_second,)
        Positive values, one a trial; the ratio is that of the geometric mean of the first to that of the second.

    Returns
    -------
    Interval
        NaN where either sample has fewer than two trials, or neither varies.

    References
    ----------
    Welch 1947, Biometrika 34:28.
    """
    if min(len(first), len(second)) < 2:
        return NONE
    logs = np.log(first), np.log(second)
    errors = [each.var(ddof=1) / len(each) if np.ptp(each) else 0.0 for each in logs]
    return welch(float(logs[0].mean() - logs[1].mean()), errors, [len(first), len(second)])


def log_t_of_means(first: np.ndarray, second: np.ndarray) -> Interval:
    """Welch's t interval of the logarithm of the ratio of two means, taken back.

    Parameters
    ----------
    first, second : array (n_first,), (n_second,)
        One value a trial, their means positive.

    Returns
    -------
    Interval
        NaN where either sample has fewer than two trials, or neither varies.

    References
    ----------
    Variance of the log response ratio: Hedges 1999, Ecology 80:1150; Welch's degrees of freedom are own.
    """
    both = first, second
    if min(len(first), len(second)) < 2 or min(first.mean(), second.mean()) <= 0:
        return NONE
    errors = [each.var(ddof=1) / (len(each) * each.mean() ** 2) if np.ptp(each) else 0.0 for each in both]
    return welch(float(np.log(first.mean() / second.mean())), errors, [len(first), len(second)])


def welch(log_ratio: float, errors: Sequence[float], counts: Sequence[int]) -> Interval:
    """Limits of a ratio, from its logarithm and the squared standard error that each sample brings to it."""
    squares, less_one = np.array(errors), np.array(counts) - 1
    if not squares.any():
        return NONE
    freedom = squares.sum() ** 2 / (squares**2 / less_one).sum()
    half = scipy.special.stdtrit(freedom, TAILS[1]) * np.sqrt(squares.sum())
    return Interval(float(np.exp(log_ratio - half)), float(np.exp(log_ratio + half)))


def log_t(values: np.ndarray) -> Interval:
    """Student's t interval of the mean of the logarithms of positive values (n,), taken back: of a geometric mean."""
    n = len(values)
    logs = np.log(values)
    if n < 2 or np.ptp(logs) == 0:
        return NONE
    half = scipy.special.stdtrit(n - 1, TAILS[1]) * logs.std(ddof=1) / np.sqrt(n)
    return Interval(float(np.exp(logs.mean() - half)), float(np.exp(logs.mean() + half)))


def of_mean(values: np.ndarray) -> Interval:
    """Student's t interval of a mean (n,); NaN for fewer than two trials or trials that are all alike."""
    n = len(values)
    if n < 2 or np.ptp(values) == 0:
        return NONE
    half = float(scipy.special.stdtrit(n - 1, TAILS[1]) * values.std(ddof=1) / np.sqrt(n))
    return Interval(float(values.mean()) - half, float(values.mean()) + half)


def of_sd(values: np.ndarray) -> Interval:
    """Chi-square interval of the standard deviation (n - 1) of normal values; NaN for fewer than two, or all alike.

    References
    ----------
    The field's standard for normal values.
    """
    n = len(values)
    if n < 2 or np.ptp(values) == 0:
        return NONE
    limits = (n - 1) / scipy.special.chdtri(n - 1, TAILS)
    return Interval(*(float(values.std(ddof=1)) * np.sqrt(limits)).tolist())


def of_median(values: np.ndarray) -> Interval:
    """Distribution-free interval of a median: the order statistics between which it lies with at least 95 %.

    Parameters
    ----------
    values : array (n,)
        Infinite values are allowed and rank as such; a limit may be infinite.

    Returns
    -------
    Interval
        NaN for fewer than six trials, which have no such interval.

    References
    ----------
    Thompson 1936, Ann Math Stat 7:122.
    """
    n = len(values)
    rank = int((scipy.special.bdtr(np.arange(n), n, 0.5) <= TAILS[0]).sum()) if n else 0
    if not rank:
        return NONE
    ordered = np.sort(values)
    return Interval(float(ordered[rank - 1]), float(ordered[n - rank]))


def wilson(n_hits: int, n: int) -> Interval:
    """Score interval of a proportion.

    References
    ----------
    Wilson 1927, J Am Stat Assoc 22:209.
    """
    if not n:
        return NONE
    z = float(scipy.special.ndtri(TAILS[1]))
    share = n_hits / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return Interval(float(max(centre - half, 0.0)), float(min(centre + half, 1.0)))


def proportion(n_hits: int, n: int, status: str) -> Estimate:
    """A share of trials with Wilson's interval; NaN where there is no trial."""
    return Estimate(n_hits / n if n else np.nan, *wilson(n_hits, n), n, "proportion, Wilson", status)
