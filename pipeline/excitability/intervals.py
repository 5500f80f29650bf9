"""95 % intervals of a mean, a median, a spread, a proportion. All give NaN where the data cannot bear one."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import scipy

from .cells import Estimate

N_BOOT = 2000
"""Draws of a bootstrap where a config says nothing."""
LEVEL = 0.95
TAILS = np.array([(1 - LEVEL) / 2, (1 + LEVEL) / 2])
MIN_BOOTSTRAP = 3
"""A bootstrap of two trials says nothing, and a spread needs two of them after one is left out."""


class Interval(NamedTuple):
    """Limits of an interval."""

    low: float
    high: float


NONE = Interval(float("nan"), float("nan"))


def bca(statistic: Callable[..., np.ndarray], values: np.ndarray, draws: np.ndarray) -> Interval:
    """Bias-corrected and accelerated bootstrap interval.

    Parameters
    ----------
    statistic : callable
        Values (..., n) -> (...), taking `axis`.
    values : array (n,)
        One value a trial, all finite.
    draws : array (n_boot, n)
        Indices of resampled trials, as `resampled` gives them.

    Returns
    -------
    Interval
        NaN for fewer than three trials or trials that are all alike.

    References
    ----------
    Efron 1987, J Am Stat Assoc 82:171. Ties of the bootstrap with the estimate count half, and a bootstrap that lies
    wholly on one side of the estimate counts as half a draw on the other: the paper speaks of neither.
    """
    n = len(values)
    if n < MIN_BOOTSTRAP or np.ptp(values) == 0:
        return NONE
    estimate, boot = statistic(values, axis=-1), statistic(values[draws], axis=-1)
    # the same trials summed in another order differ in their last bits: those draws are ties, not above or below
    tied = np.abs(boot - estimate) <= 1e-12 * np.abs(values).max()
    below = ((boot < estimate) & ~tied).mean() + tied.mean() / 2
    bias = scipy.special.ndtri(np.clip(below, 0.5 / len(boot), 1 - 0.5 / len(boot)))
    others = np.arange(n)[None, :].repeat(n, axis=0)[~np.eye(n, dtype=bool)].reshape(n, n - 1)
    left_out = statistic(values[others], axis=-1)
    apart = left_out.mean() - left_out
    squares = (apart**2).sum()
    acceleration = (apart**3).sum() / (6 * squares**1.5) if squares > 0 else 0.0
    z = bias + scipy.special.ndtri(TAILS)
    return Interval(*np.quantile(boot, scipy.special.ndtr(bias + z / (1 - acceleration * z))).tolist())


def resampled(n: int, n_boot: int, rng: np.random.Generator) -> np.ndarray:
    """(n_boot, n) indices of trials drawn with replacement."""
    return rng.integers(0, max(n, 1), (n_boot, n))


def log_t(values: np.ndarray) -> Interval:
    """Student's t interval of the mean of the logarithms of positive values (n,), taken back: of a geometric mean."""
    n = len(values)
    logs = np.log(values)
    if n < 2 or np.ptp(logs) == 0:
        return NONE
    half = scipy.special.stdtrit(n - 1, TAILS[1]) * logs.std(ddof=1) / np.sqrt(n)
    return Interval(float(np.exp(logs.mean() - half)), float(np.exp(logs.mean() + half)))


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
