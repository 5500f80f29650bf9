"""95 % intervals by resampling trials. All give NaN where the data cannot bear one."""

from collections.abc import Callable

import numpy as np
import scipy

from .intervals import NONE, TAILS, Interval

N_BOOT = 2000
"""Draws of a bootstrap where a config says nothing."""
MIN_BOOTSTRAP = 3
"""A bootstrap of two trials says nothing, and a spread needs two of them after one is left out."""


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
    influence = _influence(statistic(values[_all_but_one(n)], axis=-1))
    return _corrected(boot, float(estimate), float(np.abs(values).max()), influence)


def bca_of_two(
    statistic: Callable[..., np.ndarray],
    first: np.ndarray,
    second: np.ndarray,
    draws_first: np.ndarray,
    draws_second: np.ndarray,
    /,
) -> Interval:
    """Bias-corrected and accelerated bootstrap interval of what two independent samples say together.

    Parameters
    ----------
    statistic : callable
        Values (..., n_first) and (..., n_second) -> (...), taking `axis`.
    first, second : array (n_first,), (n_second,)
        One value a trial, all finite.
    draws_first, draws_second : array (n_boot, n_first), (n_boot, n_second)
        Indices of resampled trials of each, as `resampled` gives them.

    Returns
    -------
    Interval
        NaN where either sample has fewer than three trials, or neither varies.

    References
    ----------
    Efron 1987, J Am Stat Assoc 82:171; acceleration of several samples: Davison and Hinkley 1997, Bootstrap Methods
    and their Application, section 5.3, the influence of a trial being what the jackknife says of it. Ties as in `bca`.
    """
    if min(len(first), len(second)) < MIN_BOOTSTRAP or np.ptp(first) == np.ptp(second) == 0:
        return NONE
    boot = statistic(first[draws_first], second[draws_second], axis=-1)
    estimate = float(statistic(first, second, axis=-1))
    influence = np.concatenate(
        [
            _influence(statistic(first[_all_but_one(len(first))], second[None], axis=-1)),
            _influence(statistic(first[None], second[_all_but_one(len(second))], axis=-1)),
        ]
    )
    return _corrected(boot, estimate, abs(estimate), influence)


def _all_but_one(n: int) -> np.ndarray:
    """(n, n - 1) indices with each trial left out in turn."""
    return np.arange(n)[None, :].repeat(n, axis=0)[~np.eye(n, dtype=bool)].reshape(n, n - 1)


def _influence(left_out: np.ndarray) -> np.ndarray:
    """(n,) how much each trial moves a statistic, by what is found without it; over the size of its sample."""
    n = len(left_out)
    return (n - 1) / n * (left_out.mean() - left_out)


def _corrected(boot: np.ndarray, estimate: float, scale: float, influence: np.ndarray) -> Interval:
    """The quantiles of a bootstrap that hold the estimate; draws as near it as rounding is to `scale` are ties."""
    # the same trials summed in another order differ in their last bits: those draws are ties, not above or below
    tied = np.abs(boot - estimate) <= 1e-12 * scale
    below = ((boot < estimate) & ~tied).mean() + tied.mean() / 2
    bias = scipy.special.ndtri(np.clip(below, 0.5 / len(boot), 1 - 0.5 / len(boot)))
    squares = (influence**2).sum()
    acceleration = (influence**3).sum() / (6 * squares**1.5) if squares > 0 else 0.0
    z = bias + scipy.special.ndtri(TAILS)
    return Interval(*np.quantile(boot, scipy.special.ndtr(bias + z / (1 - acceleration * z))).tolist())


def resampled(n: int, n_boot: int, rng: np.random.Generator) -> np.ndarray:
    """(n_boot, n) indices of trials drawn with replacement."""
    return rng.integers(0, max(n, 1), (n_boot, n))


def of_mean_size(values: np.ndarray, draws: np.ndarray) -> Interval:
    """Bootstrap-t interval of the logarithm of a mean, taken back: of the mean of sizes, which are skewed.

    Parameters
    ----------
    values : array (n,)
        One value a trial, none below zero.
    draws : array (n_boot, n)
        Indices of resampled trials, as `resampled` gives them.

    Returns
    -------
    Interval
        NaN for fewer than three trials, trials that are all alike, a mean of zero, or trials too few to bound it.

    References
    ----------
    Efron 1981, Can J Stat 9:139 (bootstrap-t), on the logarithmic scale with the delta method's standard error, since
    the BCa interval of a mean of skewed sizes is too narrow (benchmarks/metrics_single_pulse.py; docs/measures.md).
    """
    n = len(values)
    if n < MIN_BOOTSTRAP or np.ptp(values) == 0 or values.mean() <= 0 or values.min() < 0:
        return NONE
    drawn = values[draws]
    means, errors = drawn.mean(axis=-1), drawn.std(axis=-1, ddof=1)
    fit = errors > 1e-9 * means  # one trial drawn again and again varies by rounding alone
    mean, error = float(values.mean()), float(values.std(ddof=1))
    deviates = np.log(means[fit] / mean) / (errors[fit] / means[fit])
    with np.errstate(over="ignore"):
        limits = mean * np.exp(-np.quantile(deviates, TAILS[::-1]) * error / mean)
    return Interval(*limits.tolist()) if np.isfinite(limits).all() else NONE
