"""Differences, standardised differences and areas under the ROC curve of samples of subjects, with 95 % intervals."""

from typing import Literal, NamedTuple

import numpy as np
import scipy

from ..excitability.intervals import NONE, TAILS, Interval

AreaInterval = Literal["score", "delong"]
ALIKE = 1e-12
"""Values that differ by less than this part of the largest are taken for the same: their spread is rounding."""


class Effect(NamedTuple):
    """An estimate with the limits of its interval."""

    value: float
    low: float = float("nan")
    high: float = float("nan")


class Difference(NamedTuple):
    """Mean of a second sample less that of a first, and the p value of their being the same."""

    value: float
    low: float
    high: float
    p: float


NO_DIFFERENCE = Difference(*[float("nan")] * 4)


def varies(values: np.ndarray) -> bool:
    """Whether two values or more differ by more than rounding."""
    return len(values) > 1 and bool(np.ptp(values) > ALIKE * np.abs(values).max())


def noncentrality(t: float, freedom: float) -> Interval:
    """Interval of the non-centrality parameter of a t statistic: where it would lie at either tail.

    References
    ----------
    Cumming & Finch 2001, Educ Psychol Meas 61:532.
    """
    low, high = scipy.special.nctdtrinc(freedom, TAILS[::-1], t)
    return Interval(float(low), float(high)) if np.isfinite(low + high) else NONE


def of_changes(changes: np.ndarray) -> tuple[Effect, float]:
    """Standardised response mean of changes (n,), and the p value of a paired t test.

    The mean over the standard deviation, which is Cohen's d_z too; NaN for fewer than two changes, or all alike.

    References
    ----------
    Liang 1990, Med Care 28:632; interval from the non-central t distribution: Cumming & Finch 2001.
    """
    n = len(changes)
    if not varies(changes):
        return Effect(np.nan), np.nan
    mean = float(changes.mean() / changes.std(ddof=1))
    t = mean * np.sqrt(n)
    limits = noncentrality(t, n - 1)
    p = 2.0 * scipy.special.stdtr(n - 1, -abs(t))
    return Effect(mean, *(each / np.sqrt(n) for each in limits)), float(p)


def welch(first: np.ndarray, second: np.ndarray) -> Difference:
    """Difference of the means of two independent samples (n_first,), (n_second,) that may spread unequally.

    References
    ----------
    Welch 1947, Biometrika 34:28. NaN where either has fewer than two values, or neither varies.
    """
    both = first, second
    if min(map(len, both)) < 2 or not (varies(first) or varies(second)):
        return NO_DIFFERENCE
    squares = np.array([each.var(ddof=1) / len(each) if varies(each) else 0.0 for each in both])
    freedom = squares.sum() ** 2 / (squares**2 / [len(each) - 1 for each in both]).sum()
    error, value = np.sqrt(squares.sum()), second.mean() - first.mean()
    half = scipy.special.stdtrit(freedom, TAILS[1]) * error
    p = 2.0 * scipy.special.stdtr(freedom, -abs(value / error))
    return Difference(float(value), float(value - half), float(value + half), float(p))


def hedges(first: np.ndarray, second: np.ndarray) -> Effect:
    """Hedges' g: the second mean less the first, over the pooled standard deviation, free of small-sample bias.

    The interval is that of the population's standardised difference, from the non-central t distribution; it holds for
    equal spreads. NaN where either sample has fewer than two values, or both do not vary.

    References
    ----------
    Hedges 1981, J Educ Stat 6:107 (exact correction); Hedges & Olkin 1985; interval: Cumming & Finch 2001.
    """
    n = np.array([len(first), len(second)])
    if n.min() < 2 or not (varies(first) or varies(second)):
        return Effect(np.nan)
    freedom = n.sum() - 2
    pooled = np.sqrt((((n - 1) * [first.var(ddof=1), second.var(ddof=1)]).sum()) / freedom)
    unit = np.sqrt(n.prod() / n.sum())
    d = (second.mean() - first.mean()) / pooled
    gamma = scipy.special.gammaln
    unbiased = np.exp(gamma(freedom / 2) - gamma((freedom - 1) / 2)) / np.sqrt(freedom / 2)
    limits = noncentrality(d * unit, freedom)
    return Effect(float(d * unbiased), *(float(each / unit) for each in limits))


def auc(first: np.ndarray, second: np.ndarray, interval: AreaInterval = "score") -> Effect:
    """Chance that a value of the second sample is larger than one of the first, ties counted half.

    Parameters
    ----------
    first, second : array (n_first,), (n_second,)
        One value a subject.
    interval : str
        delong: the normal interval of DeLong's variance, cut at 0 and 1; score: Wilson's interval of a proportion of
        as many subjects as have DeLong's variance, which covers 94 to 95 % where the other covers 88 to 93 (10 to 30
        subjects in each sample).

    Returns
    -------
    Effect
        No limits where either sample has fewer than two values, or where the samples do not overlap: the variance is
        then estimated as none.

    References
    ----------
    DeLong 1988, Biometrics 44:837; Wilson 1927, J Am Stat Assoc 22:209; the two together: own.
    """
    if not len(first) or not len(second):
        return Effect(np.nan)
    larger = (np.sign(second[:, None] - first[None, :]) + 1.0) / 2.0
    area = float(larger.mean())
    if min(larger.shape) < 2 or area in (0.0, 1.0):
        return Effect(area)
    variance = sum(larger.mean(axis=1 - at).var(ddof=1) / larger.shape[at] for at in (0, 1))
    z = scipy.special.ndtri(TAILS[1])
    if interval == "delong":
        low, high = np.clip(area + np.array([-z, z]) * np.sqrt(variance), 0.0, 1.0)
        return Effect(area, float(low), float(high))
    share = z**2 * variance / (area * (1.0 - area))
    half = np.sqrt(share * (area * (1.0 - area) + share / 4.0))
    return Effect(area, *(float((area + share / 2.0 + side * half) / (1.0 + share)) for side in (-1.0, 1.0)))
