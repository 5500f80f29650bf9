"""Motor threshold from the sizes of the responses, not from whether they reach a criterion."""

from typing import NamedTuple

import numpy as np
import scipy

from .cells import Estimate, said
from .intervals import TAILS

COARSE_MSO, FINE_MSO, MARGIN_MSO, HIGHEST_MSO = 1.0, 0.1, 20.0, 100.0
"""The posterior's grids, the fine one where the coarse one has weight, and how far beyond the tested they go."""
NOTHING = 1e-6
"""A weight, over the largest, that is none."""
STEEPNESS = np.geomspace(4.0, 50.0, 9)
"""Steepness of the curve times its threshold."""
LARGEST = np.geomspace(4.0, 200.0, 7)
"""Largest median size over the criterion."""
LOG_SD = np.geomspace(0.15, 1.2, 7)
"""Spread of the sizes around their median, SD of the natural logarithm."""
FLOOR, CLEAR = 0.5, 2.0
"""Sizes under this share of the criterion, or under so many times the background, are no response."""


class Graded(NamedTuple):
    """Sizes of responses."""

    intensity_mso: np.ndarray
    """(n_pulses,)"""
    size_uv: np.ndarray
    """(n_pulses,)"""
    criterion_uv: float
    background_uv: float
    """What is measured where there is no response."""


class Levels(NamedTuple):
    """What the posterior needs of the pulses at each intensity, arrays (n_levels,)."""

    intensity_mso: np.ndarray
    n: np.ndarray
    """Responses."""
    mean: np.ndarray
    """Mean of ln (size / criterion) of these."""
    squares: np.ndarray
    """Sum of squares around it."""
    n_without: np.ndarray
    """Pulses without a response."""


def graded_amplitude(of: Graded, lapse: float, min_pulses: int) -> Estimate:
    """Median and central 95 % of the posterior of the intensity at which the median size is the criterion.

    The median size is a Boltzmann curve in intensity; around it the sizes are log-normal, and one under the floor says
    only that it is, a share `lapse` of pulses failing at any intensity. Steepness, largest size and spread are
    averaged over grids that are even on the logarithmic scale, as is the threshold on its own.
    """
    method = "graded amplitude, posterior median and central 95 %"
    known = np.isfinite(of.intensity_mso)
    fit = known & np.isfinite(of.size_uv)
    lacking = said(no_intensity=not known.any(), no_values=known.any() and not fit.any())
    if lacking:
        return Estimate(np.nan, method=method, status=lacking)
    intensity, size, n = of.intensity_mso[fit], of.size_uv[fit], int(fit.sum())
    hits = size >= of.criterion_uv
    # a floor over the criterion would hide what the threshold is about
    floor = min(max(FLOOR, CLEAR * of.background_uv / of.criterion_uv), 1.0)
    low, value, high, edge = _summary(_levels(intensity, size / of.criterion_uv, floor), floor, lapse)
    if hits.all() or not hits.any():
        value, low, high = np.nan, np.nan if hits.all() else low, high if hits.all() else np.nan
    codes = said(
        some_missing=n < len(fit), few_pulses=n < min_pulses, not_bracketed=np.isnan(value), interval_at_edge=edge
    )
    return Estimate(value, low, high, n, method, codes)


def _levels(intensity_mso: np.ndarray, ratio: np.ndarray, floor: float) -> Levels:
    levels, level = np.unique(intensity_mso, return_inverse=True)
    there = ratio >= floor
    logs = np.log(np.where(there, ratio, 1.0))
    n = np.bincount(level, there)
    mean = np.bincount(level, logs) / np.maximum(n, 1)
    squares = np.bincount(level, np.where(there, (logs - mean[level]) ** 2, 0.0))
    return Levels(levels, n, mean, squares, np.bincount(level) - n)


def _summary(of: Levels, floor: float, lapse: float) -> tuple[float, float, float, bool]:
    """2.5 %, 50 % and 97.5 % of the posterior, and whether it runs into the end of the grid."""
    first = max(float(of.intensity_mso[0]) - MARGIN_MSO, COARSE_MSO)
    last = min(float(of.intensity_mso[-1]) + MARGIN_MSO, HIGHEST_MSO)
    coarse = np.arange(first, last + COARSE_MSO / 2, COARSE_MSO)
    weight = _posterior(coarse, of, floor, lapse)
    there = coarse[weight > NOTHING]
    grid = np.arange(max(there[0] - COARSE_MSO, first), min(there[-1] + COARSE_MSO, last), FINE_MSO)
    share = np.cumsum(_posterior(grid, of, floor, lapse))
    # a weight is that of the step around its threshold
    low, middle, high = np.interp([TAILS[0], 0.5, TAILS[1]], share / share[-1], grid + FINE_MSO / 2)
    edge = low < first + COARSE_MSO or high > last - COARSE_MSO
    return float(low), float(middle), float(high), bool(edge)


def _posterior(grid: np.ndarray, of: Levels, floor: float, lapse: float) -> np.ndarray:
    """Weight (n_grid,) of each threshold."""
    at, steepness, largest = grid[:, None, None, None], STEEPNESS[:, None, None], LARGEST[:, None]
    exponent = steepness * (of.intensity_mso / at - 1) - np.log(largest - 1)
    median = np.log(largest) - np.logaddexp(0.0, -exponent)
    apart = (of.n * (of.mean - median) ** 2).sum(axis=-1) + of.squares.sum()
    without = of.n_without > 0
    log_weights = []
    for spread in LOG_SD:
        missed = scipy.special.ndtr((np.log(floor) - median[..., without]) / spread)
        log_missed = np.log(np.maximum(lapse + (1 - lapse) * missed, 1e-300)) @ of.n_without[without]
        log_weights.append(log_missed - apart / (2 * spread**2) - of.n.sum() * np.log(spread))
    log_weight = scipy.special.logsumexp(np.stack(log_weights), axis=(0, 2, 3))
    return np.asarray(np.exp(log_weight - log_weight.max()))
