"""Motor threshold from a log of pulses: relative frequency, and maximum likelihood."""

from typing import Annotated, NamedTuple

import numpy as np
import scipy
from annotated_types import Ge, Gt, Lt

from ..pulse_table import CRITERION_UV
from .cells import Estimate, said

GRID_MSO = np.arange(1, 1001) / 10
LOG_LIKELIHOOD_DROP = 1.92
"""Half the 95 % point of chi-square with one degree of freedom."""
SPREAD, LAPSE, FEW_PULSES = 0.07, 0.01, 10
"""Defaults of ML-PEST, the same for both thresholds."""
PSEUDO_HIT_MSO, PSEUDO_MISS_MSO = 100.0, 0.0
WIDEST_STEP_MSO = 5.0
"""Steps of a hunt for the threshold are at most this wide; across a wider one it can lie anywhere."""


class Threshold(NamedTuple):
    """Motor threshold.

    Attributes
    ----------
    relative_frequency_5_10 : Estimate
        Lowest intensity at which, and at all higher ones, at least half of the first 10 pulses succeed; no interval.
    relative_frequency_10_20 : Estimate
        The same with the first 20 pulses of each intensity.
    ml_pest : Estimate
        Intensity that the response probability of a cumulative Gaussian puts at one half, with likelihood interval.
    """

    relative_frequency_5_10: Estimate
    relative_frequency_10_20: Estimate
    ml_pest: Estimate


class Tally(NamedTuple):
    """Pulses of each intensity, in rising order."""

    intensity_mso: np.ndarray
    n_hits: np.ndarray
    n: np.ndarray


def rmt(
    intensity_mso: np.ndarray,
    peak_to_peak_uv: np.ndarray,
    /,
    *,
    criterion_uv: Annotated[float, Gt(0)] = CRITERION_UV["rest"],
    spread: Annotated[float, Gt(0)] = SPREAD,
    lapse: Annotated[float, Ge(0), Lt(0.5)] = LAPSE,
    min_pulses: Annotated[int, Ge(1)] = FEW_PULSES,
) -> Threshold:
    """Resting motor threshold from all single pulses at rest, over conditions and in the order of recording.

    Parameters
    ----------
    criterion_uv : float
        Smallest peak-to-peak amplitude that counts as a response.
    spread : float
        ML-PEST: standard deviation of the Gaussian as a share of the threshold.
    lapse : float
        ML-PEST: share of pulses whose outcome has nothing to do with the threshold. The paper has 0, for pulses that
        it placed itself; with 0 one failed pulse far above threshold, in another block, moves the estimate by several
        %MSO.
    min_pulses : int
        ML-PEST: fewer pulses than this get the status few_pulses.

    References
    ----------
    Rossini 1994 and 2015 (5/10, 50 µV); Awiszus 2003 (ML-PEST).
    """
    return threshold(intensity_mso, peak_to_peak_uv - criterion_uv, spread, lapse, min_pulses)


def amt(
    intensity_mso: np.ndarray,
    peak_to_peak_uv: np.ndarray,
    background_peak_to_peak_uv: np.ndarray,
    /,
    *,
    criterion_uv: Annotated[float, Gt(0)] = CRITERION_UV["active"],
    spread: Annotated[float, Gt(0)] = SPREAD,
    lapse: Annotated[float, Ge(0), Lt(0.5)] = LAPSE,
    min_pulses: Annotated[int, Ge(1)] = FEW_PULSES,
) -> Threshold:
    """Active motor threshold from all single pulses in contraction, over conditions and in the order of recording.

    Parameters
    ----------
    criterion_uv : float
        Smallest excess of the peak-to-peak amplitude over that of an equally long background that counts.
    spread : float
        ML-PEST: standard deviation of the Gaussian as a share of the threshold.
    lapse : float
        ML-PEST: share of pulses whose outcome has nothing to do with the threshold. The paper has 0, for pulses that
        it placed itself; with 0 one failed pulse far above threshold, in another block, moves the estimate by several
        %MSO.
    min_pulses : int
        ML-PEST: fewer pulses than this get the status few_pulses.

    References
    ----------
    Rossini 2015 (5/10, 200 µV; that it is an excess over the background is own); Awiszus 2003 (ML-PEST).
    """
    excess_uv = peak_to_peak_uv - background_peak_to_peak_uv
    return threshold(intensity_mso, excess_uv - criterion_uv, spread, lapse, min_pulses)


def threshold(
    intensity_mso: np.ndarray, above_uv: np.ndarray, spread: float, lapse: float, min_pulses: int
) -> Threshold:
    """Threshold by all conventions.

    Parameters
    ----------
    intensity_mso : array (n_pulses,)
        Intensity of each pulse in the order of recording, NaN where unknown.
    above_uv : array (n_pulses,)
        How far the response exceeds the criterion; 0 or more is a hit, NaN unknown.
    spread, lapse, min_pulses : float, float, int
        As in `rmt`.
    """
    known = np.isfinite(intensity_mso)
    usable = known & np.isfinite(above_uv)
    lacking = said(no_intensity=not known.any(), no_values=known.any() and not usable.any())
    if lacking:
        return Threshold(*[Estimate(np.nan, status=lacking)] * 3)
    intensity, hits = intensity_mso[usable], above_uv[usable] >= 0
    status = said(some_missing=not usable.all())
    return Threshold(
        relative_frequency(tally(intensity, hits, 10), 10, status),
        relative_frequency(tally(intensity, hits, 20), 20, status),
        maximum_likelihood(tally(intensity, hits), spread, lapse, min_pulses, status),
    )


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
        return Estimate(np.nan, n_used=n_used, method=method, status=_joined(status, "not_bracketed"))
    at = int(success.argmax())
    few = of.n[max(at - 1, 0) : at + 1].min() < n_pulses
    coarse = at > 0 and of.intensity_mso[at] - of.intensity_mso[at - 1] > WIDEST_STEP_MSO
    status = _joined(status, said(few_pulses=few, coarse_steps=coarse, not_bracketed=at == 0))
    value = float(of.intensity_mso[at])
    if at == 0:
        return Estimate(np.nan, ci_high=value, n_used=n_used, method=method, status=status)
    return Estimate(value, n_used=n_used, method=method, status=status)


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
    return Estimate(value, low, high, n, method, _joined(status, codes))


def _log_share(z: np.ndarray, lapse: float) -> np.ndarray:
    certain = scipy.special.log_ndtr(z)
    return np.logaddexp(np.log(lapse), np.log1p(-2 * lapse) + certain) if lapse else certain


def _joined(*codes: str) -> str:
    return ";".join(filter(None, codes))
