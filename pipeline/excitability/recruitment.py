"""Recruitment curve: how the size of the MEP grows with the intensity of the pulse."""

from typing import Annotated, Any, NamedTuple

import numpy as np
from annotated_types import Ge, Gt

from ..pulse_table import CRITERION_UV
from .cells import Estimate, said
from .fitted_curve import estimate, largest, reaching, s50, slope, tangent_threshold
from .recruitment_fit import fitted, usable

FEW_INTENSITIES = 5
FEW_TRIALS = 20
"""Of a curve; fewer trials than this get the status few_trials."""
FLOOR_UV = CRITERION_UV["rest"]

Levels = Annotated[int, Ge(FEW_INTENSITIES)]
Size = Annotated[float, Gt(0)]


class Recruitment(NamedTuple):
    """What is read from a fitted recruitment curve.

    Attributes
    ----------
    boltzmann : Estimate
        Of a Boltzmann curve.
    rectified_logistic : Estimate
        Of a logistic that runs into zero at a finite intensity.
    """

    boltzmann: Estimate
    rectified_logistic: Estimate


def recruitment_s50(
    intensity_mso: np.ndarray,
    peak_to_peak_uv: np.ndarray,
    background_peak_to_peak_uv: np.ndarray,
    /,
    *,
    min_intensities: Levels = FEW_INTENSITIES,
    floor_uv: Size = FLOOR_UV,
) -> Recruitment:
    """Intensity at which the median MEP is half the largest, from all single pulses of a state.

    The curve is the median size over intensity, around which the natural logarithms scatter by Student's t with 5
    degrees of freedom; intervals are by the delta method with a t quantile. Maximum, midpoint or steepness at the end
    of their ranges give no value (at_bound).

    Parameters
    ----------
    min_intensities : int
        Fewer different intensities than this give no value.
    floor_uv : float
        A smaller size is no response, only known to be smaller; twice the median background where that is larger.

    References
    ----------
    Devanne 1997 (Boltzmann); Tyagi 2024 (rectified logistic). Likelihood, floor and interval: own.
    """
    trials = (intensity_mso, peak_to_peak_uv, background_peak_to_peak_uv)
    return _of_curve(trials, floor_uv, min_intensities, s50)


def recruitment_threshold(
    intensity_mso: np.ndarray,
    peak_to_peak_uv: np.ndarray,
    background_peak_to_peak_uv: np.ndarray,
    /,
    *,
    min_intensities: Levels = FEW_INTENSITIES,
    floor_uv: Size = FLOOR_UV,
) -> Recruitment:
    """Intensity at which the steepest tangent of the recruitment curve meets zero; fit as for `recruitment_s50`.

    Parameters
    ----------
    min_intensities : int
        Fewer different intensities than this give no value.
    floor_uv : float
        A smaller size is no response, only known to be smaller; twice the median background where that is larger.

    References
    ----------
    Tangent: Carroll 2001 (unverified). Curves: Devanne 1997, Tyagi 2024.
    """
    trials = (intensity_mso, peak_to_peak_uv, background_peak_to_peak_uv)
    return _of_curve(trials, floor_uv, min_intensities, tangent_threshold)


def recruitment_slope(
    intensity_mso: np.ndarray,
    peak_to_peak_uv: np.ndarray,
    background_peak_to_peak_uv: np.ndarray,
    /,
    *,
    min_intensities: Levels = FEW_INTENSITIES,
    floor_uv: Size = FLOOR_UV,
) -> Recruitment:
    """Largest slope of the recruitment curve; fit as for `recruitment_s50`.

    Parameters
    ----------
    min_intensities : int
        Fewer different intensities than this give no value.
    floor_uv : float
        A smaller size is no response, only known to be smaller; twice the median background where that is larger.

    References
    ----------
    Devanne 1997, Tyagi 2024.
    """
    trials = (intensity_mso, peak_to_peak_uv, background_peak_to_peak_uv)
    return _of_curve(trials, floor_uv, min_intensities, slope, True)


def recruitment_mep_max(
    intensity_mso: np.ndarray,
    peak_to_peak_uv: np.ndarray,
    background_peak_to_peak_uv: np.ndarray,
    /,
    *,
    min_intensities: Levels = FEW_INTENSITIES,
    floor_uv: Size = FLOOR_UV,
) -> Recruitment:
    """Plateau of the recruitment curve, the largest median size; fit as for `recruitment_s50`.

    Parameters
    ----------
    min_intensities : int
        Fewer different intensities than this give no value.
    floor_uv : float
        A smaller size is no response, only known to be smaller; twice the median background where that is larger.

    References
    ----------
    Devanne 1997, Tyagi 2024.
    """
    trials = (intensity_mso, peak_to_peak_uv, background_peak_to_peak_uv)
    return _of_curve(trials, floor_uv, min_intensities, largest, True)


def s1mv(
    intensity_mso: np.ndarray,
    peak_to_peak_uv: np.ndarray,
    background_peak_to_peak_uv: np.ndarray,
    /,
    *,
    size_uv: Size = 1000.0,
    min_intensities: Levels = FEW_INTENSITIES,
    floor_uv: Size = FLOOR_UV,
) -> Recruitment:
    """Intensity at which the median MEP at rest is 1 mV, by the recruitment curve; fit as for `recruitment_s50`.

    There is none where the curve does not reach the size within the tested intensities (out_of_range).

    Parameters
    ----------
    size_uv : float
        The size wanted.
    min_intensities : int
        Fewer different intensities than this give no value.
    floor_uv : float
        A smaller size is no response, only known to be smaller; twice the median background where that is larger.

    References
    ----------
    Own; curves: Devanne 1997, Tyagi 2024.
    """
    trials = (intensity_mso, peak_to_peak_uv, background_peak_to_peak_uv)
    return _of_curve(trials, floor_uv, min_intensities, reaching(size_uv), False, True)


def _of_curve(
    columns: tuple[np.ndarray, np.ndarray, np.ndarray], floor_uv: float, min_intensities: int, *quantity: Any
) -> Recruitment:
    trials, lacking = usable(*columns, floor_uv)
    n, n_levels = len(trials.size_uv), len(np.unique(trials.intensity_mso))
    status = said(few_intensities=0 < n_levels < min_intensities, few_trials=0 < n < FEW_TRIALS)
    status = ";".join(filter(None, [lacking, status]))
    if n_levels < min_intensities:
        return Recruitment(*[Estimate(np.nan, n_used=n, status=status)] * 2)
    return Recruitment(*[estimate(curve, status, *quantity) for curve in fitted(trials)])
