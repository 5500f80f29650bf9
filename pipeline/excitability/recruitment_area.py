"""Area under the recruitment curve, which needs no fit."""

from typing import Annotated, NamedTuple

import numpy as np
import scipy
from annotated_types import Ge

from .cells import Estimate, said
from .intervals import TAILS
from .recruitment import FEW_INTENSITIES, FEW_TRIALS


class RecruitmentArea(NamedTuple):
    """Area under the recruitment curve.

    Attributes
    ----------
    trapezoid : Estimate
        Under straight lines between the mean sizes of neighbouring intensities, over the tested range.
    """

    trapezoid: Estimate


def recruitment_auc(
    intensity_mso: np.ndarray,
    peak_to_peak_uv: np.ndarray,
    /,
    *,
    min_intensities: Annotated[int, Ge(2)] = FEW_INTENSITIES,
) -> RecruitmentArea:
    """Area under the mean size over intensity, from the lowest to the highest intensity tested.

    Only areas over the same range compare: `method` says which it is. Trials without a response stay in with the
    size of their noise. The interval takes sizes to spread in proportion to their mean, alike at every intensity;
    where no intensity has two trials there is none.

    Parameters
    ----------
    min_intensities : int
        Fewer different intensities than this give no value.

    References
    ----------
    Trapezoidal rule. Interval (delta method on the logarithmic scale, pooled coefficient of variation): own.
    """
    known = np.isfinite(intensity_mso)
    fit = known & np.isfinite(peak_to_peak_uv)
    levels, level, n = np.unique(intensity_mso[fit], return_inverse=True, return_counts=True)
    n_used, few = int(fit.sum()), len(levels) < min_intensities
    status = said(
        no_intensity=not known.any(),
        no_values=known.any() and not fit.any(),
        some_missing=0 < n_used < len(fit),
        few_intensities=len(levels) > 0 and few,
        few_trials=0 < n_used < FEW_TRIALS,
    )
    if few:
        return RecruitmentArea(Estimate(np.nan, n_used=n_used, method="trapezoid", status=status))
    sizes, gaps = peak_to_peak_uv[fit], np.diff(levels)
    parts = (np.append(gaps, 0.0) + np.append(0.0, gaps)) / 2 * np.bincount(level, sizes) / n
    freedom = int((n - 1).sum())
    apart = sizes * n[level] / np.bincount(level, sizes)[level] - 1
    spread = np.sqrt((apart**2).sum() / freedom) if freedom else np.nan
    error = spread * np.sqrt((parts**2 / n).sum()) / parts.sum()
    low, high = parts.sum() * np.exp(scipy.special.stdtrit(max(freedom, 1), TAILS) * error)
    method = f"trapezoid, {levels[0]:g} to {levels[-1]:g} %MSO, delta method on log scale"
    return RecruitmentArea(Estimate(float(parts.sum()), float(low), float(high), n_used, method, status))
