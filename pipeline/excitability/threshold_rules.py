"""Rules that read a threshold from which pulses succeed: relative frequency, its two limits, maximum likelihood."""

from typing import NamedTuple

import numpy as np
import scipy

from .cells import Estimate, said

GRID_MSO = np.arange(1, 1001) / 10
LOG_LIKELIHOOD_DROP = 1.92
"""Half the 95 % point of chi-square with one degree of freedom."""
PSEUDO_HIT_MSO, PSEUDO_MISS_MSO = 100.0, 0.0
WIDEST_STEP_MSO = 5.0
"""Steps of a hunt for the threshold are at most this wide; across a wider one it can lie anywhere."""
ALL_OF = 10
"""Pulses at an intensity that must all succeed, or all fail, for it to be a limit of Mills and Nithi."""


class Tally(NamedTuple):
    """Pulses of each intensity, in rising order."""

    intensity_mso: np.ndarray
    n_hits: np.ndarray
    n: np.ndarray


def tally(intensity_mso: np.ndarray, hits: np.ndarray, first: int | None = None) -> Tally:
    """Hits and pulses at each intensity, of the `first` pulses at that intensity where it is given."""
    levels, level, n = np.unique(intensity_mso, return_inverse=True, return_counts=True)
    order = np.argsort(level, kind="stable")
    rank = np.empty(len(level), int)
    rank[order] = np.arange(len(level)) - (np.cumsum(n) - n)[level[order]]
    counted = rank < first if first else np.ones(len(level), bool)
    weights = (hits & counted).astype(float)
    return Tally(levels, np.bincount(level, weights), np.bincount(level, counted.astype(float)))


def relative_frequency(of: Tally, n_pulses: int, status: str = "") -> Estimate:
    """Lowest intensity at which, and at all higher ones, at least half of the pulses succeed.

    Where hits fall below a half again at a higher intensity, hit rates are first made to rise by isotonic regression
    weighted by the number of pulses. Status few_pulses where the threshold, or the intensity below it, has fewer than
    `n_pulses`, coarse_steps where the intensity below it is more than 5 %MSO lower. Where the lowest intensity tested
    already succeeds, or none does, the status is not_bracketed and the value is NaN; in the first case ci_high is that
    intensity, an upper bound.
    """
    rate, method = of.n_hits / of.n, f"relative frequency {n_pulses // 2}/{n_pulses}"
    success = rate >= 0.5
    if (np.diff(success.astype(int)) < 0).any():
        # the rounding of pooled means must not turn an exact half into a failure
        success = scipy.optimize.isotonic_regression(rate, weights=of.n).x >= 0.5 - 1e-9
        method += ", isotonic"
    n_used = int(of.n.sum())
    if not success.any():
        return Estimate(np.nan, n_used=n_used, method=method, status=joined(status, "not_bracketed"))
    at = int(success.argmax())
    few = of.n[max(at - 1, 0) : at + 1].min() < n_pulses
    coarse = at > 0 and of.intensity_mso[at] - of.intensity_mso[at - 1] > WIDEST_STEP_MSO
    status = joined(status, said(few_pulses=few, coarse_steps=coarse, not_bracketed=at == 0))
    value = float(of.intensity_mso[at])
    if at == 0:
        return Estimate(np.nan, ci_high=value, n_used=n_used, method=method, status=status)
    return Estimate(value, n_used=n_used, method=method, status=status)


def mills_nithi(of: Tally, status: str = "") -> Estimate:
    """Mean of the lowest intensity at which all of 10 pulses succeed and the highest below it at which none does.

    An intensity with fewer pulses cannot be a limit (few_pulses); without both limits there is no value
    (not_bracketed). Status coarse_steps where neighbouring intensities between the limits are more than 5 %MSO apart.
    """
    n_used, method = int(of.n.sum()), "mean of upper (10/10) and lower (0/10) threshold"
    enough, all_hit, none_hit = of.n >= ALL_OF, of.n_hits == of.n, of.n_hits == 0
    upper = np.flatnonzero(enough & all_hit)
    # one that stands above the upper threshold is an accident of ten pulses
    under = of.intensity_mso < (of.intensity_mso[upper[0]] if len(upper) else np.inf)
    lower = np.flatnonzero(enough & none_hit & under)
    if not len(upper) or not len(lower):
        few = ((all_hit if not len(upper) else none_hit & under) & ~enough).any()
        codes = joined(status, said(few_pulses=few, not_bracketed=True))
        return Estimate(np.nan, n_used=n_used, method=method, status=codes)
    between = of.intensity_mso[lower[-1] : upper[0] + 1]
    coarse = said(coarse_steps=np.diff(between).max() > WIDEST_STEP_MSO)
    value = float((between[0] + between[-1]) / 2)
    return Estimate(value, n_used=n_used, method=method, status=joined(status, coarse))


def maximum_likelihood(of: Tally, spread: float, lapse: float, min_pulses: int, status: str = "") -> Estimate:
    """Threshold m with the largest likelihood on a grid of 0.1 %MSO, P(hit | I) = Phi((I - m) / (spread * m)).

    As in Awiszus 2003 a hit at 100 and a miss at 0 %MSO are added to the pulses. The interval holds every m whose
    log-likelihood is within 1.92 of the largest. Hits alone or misses alone bound the threshold on one side only:
    the value is NaN, one limit stands, and the status is not_bracketed. With a lapse g the probability is
    g + (1 - 2 g) Phi, which is not in the paper.
    """
    levels = np.append(of.intensity_mso, [PSEUDO_HIT_MSO, PSEUDO_MISS_MSO])
    n_hits, n_misses = np.append(of.n_hits, [1, 0]), np.append(of.n - of.n_hits, [0, 1])
    z = (levels - GRID_MSO[:, None]) / (spread * GRID_MSO[:, None])
    likelihood = _log_share(z, lapse) @ n_hits + _log_share(-z, lapse) @ n_misses
    inside = GRID_MSO[likelihood >= likelihood.max() - LOG_LIKELIHOOD_DROP]
    low, high = float(inside[0]), float(inside[-1])
    value = float(GRID_MSO[likelihood.argmax()])
    no_hit, no_miss = not of.n_hits.any(), bool((of.n_hits == of.n).all())
    if no_hit or no_miss:
        value, low, high = np.nan, np.nan if no_miss else low, np.nan if no_hit else high
    n = int(of.n.sum())
    edge = low == GRID_MSO[0] or high == GRID_MSO[-1]
    codes = said(few_pulses=n < min_pulses, not_bracketed=no_hit or no_miss, interval_at_edge=edge)
    method = "ML-PEST" + (f", lapse {lapse:g}" if lapse else "")
    return Estimate(value, low, high, n, method, joined(status, codes))


def _log_share(z: np.ndarray, lapse: float) -> np.ndarray:
    certain = scipy.special.log_ndtr(z)
    return np.logaddexp(np.log(lapse), np.log1p(-2 * lapse) + certain) if lapse else certain


def joined(*codes: str) -> str:
    """Codes of a status, those that say something."""
    return ";".join(filter(None, codes))
