"""How the cortical silent period depends on the intensity of the pulse: its curve, and its threshold."""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Ge, Gt, Lt

from .cells import Estimate, said
from .fitted_curve import Quantity, estimate, largest, s50, slope
from .motor_threshold import FEW_PULSES, LAPSE, SPREAD, by_rule
from .recruitment import FEW_INTENSITIES, FEW_TRIALS, Levels
from .silent_period import examined_and_silent
from .silent_period_fit import durations, fitted


class SilentPeriodCurve(NamedTuple):
    """What is read from the curve of the silent period's duration over intensity, by how the duration is counted.

    Attributes
    ----------
    first_return_from_mep_onset : Estimate
        Duration from the onset of the MEP to the first return of EMG.
    first_return_from_stimulus : Estimate
        Duration from the pulse to the first return of EMG.
    full_return_from_mep_onset : Estimate
        Duration from the onset of the MEP to the full return of EMG.
    full_return_from_stimulus : Estimate
        Duration from the pulse to the full return of EMG.
    """

    first_return_from_mep_onset: Estimate
    first_return_from_stimulus: Estimate
    full_return_from_mep_onset: Estimate
    full_return_from_stimulus: Estimate


class InhibitoryThreshold(NamedTuple):
    """Threshold of the cortical silent period.

    Attributes
    ----------
    relative_frequency_5_10 : Estimate
        Lowest intensity at which, and at all higher ones, at least half of the first 10 trials have a silent period;
        no interval.
    ml_pest : Estimate
        Intensity that the probability of a silent period, a cumulative Gaussian, puts at one half, with likelihood
        interval.
    """

    relative_frequency_5_10: Estimate
    ml_pest: Estimate


def cortical_sp_curve_max(
    intensity_mso: np.ndarray,
    cortical_sp_present: np.ndarray,
    cortical_sp_censored: np.ndarray,
    cortical_sp_first_return_ms: np.ndarray,
    cortical_sp_full_return_ms: np.ndarray,
    onset_ms: np.ndarray,
    /,
    *,
    min_intensities: Levels = FEW_INTENSITIES,
) -> SilentPeriodCurve:
    """Plateau of the cortical silent period's duration over intensity.

    The curve is a Boltzmann for the median duration, around which durations scatter by Student's t with 5 degrees of
    freedom. A trial that was examined and has no silent period counts as shorter than the shortest of its cell, one
    whose silent period does not end within the recorded time as longer than the longest.

    Parameters
    ----------
    min_intensities : int
        Fewer different intensities than this give no value.

    References
    ----------
    Kimiskidis 2005 (stimulus-response curve, Boltzmann); likelihood and interval: own.
    """
    ends = (cortical_sp_first_return_ms, cortical_sp_full_return_ms)
    of = (intensity_mso, cortical_sp_present, cortical_sp_censored, onset_ms)
    return _read(of, ends, min_intensities, largest, True)


def cortical_sp_curve_slope(
    intensity_mso: np.ndarray,
    cortical_sp_present: np.ndarray,
    cortical_sp_censored: np.ndarray,
    cortical_sp_first_return_ms: np.ndarray,
    cortical_sp_full_return_ms: np.ndarray,
    onset_ms: np.ndarray,
    /,
    *,
    min_intensities: Levels = FEW_INTENSITIES,
) -> SilentPeriodCurve:
    """Largest slope of the cortical silent period's duration over intensity; curve as for `cortical_sp_curve_max`.

    Parameters
    ----------
    min_intensities : int
        Fewer different intensities than this give no value.

    References
    ----------
    Kimiskidis 2005.
    """
    ends = (cortical_sp_first_return_ms, cortical_sp_full_return_ms)
    of = (intensity_mso, cortical_sp_present, cortical_sp_censored, onset_ms)
    return _read(of, ends, min_intensities, slope, True)


def cortical_sp_curve_v50(
    intensity_mso: np.ndarray,
    cortical_sp_present: np.ndarray,
    cortical_sp_censored: np.ndarray,
    cortical_sp_first_return_ms: np.ndarray,
    cortical_sp_full_return_ms: np.ndarray,
    onset_ms: np.ndarray,
    /,
    *,
    min_intensities: Levels = FEW_INTENSITIES,
) -> SilentPeriodCurve:
    """Intensity at which the cortical silent period is half the plateau; curve as for `cortical_sp_curve_max`.

    Parameters
    ----------
    min_intensities : int
        Fewer different intensities than this give no value.

    References
    ----------
    Kimiskidis 2005.
    """
    ends = (cortical_sp_first_return_ms, cortical_sp_full_return_ms)
    of = (intensity_mso, cortical_sp_present, cortical_sp_censored, onset_ms)
    return _read(of, ends, min_intensities, s50, False)


def inhibitory_threshold(
    intensity_mso: np.ndarray,
    cortical_sp_present: np.ndarray,
    cortical_sp_censored: np.ndarray,
    /,
    *,
    spread: Annotated[float, Gt(0)] = SPREAD,
    lapse: Annotated[float, Ge(0), Lt(0.5)] = LAPSE,
    min_pulses: Annotated[int, Ge(1)] = FEW_PULSES,
) -> InhibitoryThreshold:
    """Lowest intensity that evokes a cortical silent period, from all trials that were examined for one.

    Parameters
    ----------
    spread : float
        ML-PEST: standard deviation of the Gaussian as a share of the threshold.
    lapse : float
        ML-PEST: share of pulses whose outcome has nothing to do with the threshold.
    min_pulses : int
        ML-PEST: fewer pulses than this get the status few_pulses.

    References
    ----------
    Own: the rules of the motor threshold (Rossini 2015, Awiszus 2003) on whether there is a silent period.
    """
    examined, has = examined_and_silent(cortical_sp_present, cortical_sp_censored)
    above = np.where(examined, np.where(has, 1.0, -1.0), np.nan)
    relative, *_, likeliest = by_rule(intensity_mso, above, spread, lapse, min_pulses)
    return InhibitoryThreshold(relative, likeliest)


def _read(
    of: tuple[np.ndarray, ...], ends: tuple[np.ndarray, ...], min_intensities: int, quantity: Quantity, logarithm: bool
) -> SilentPeriodCurve:
    intensity_mso, present, censored, onset_ms = of
    examined, has = examined_and_silent(present, censored)
    starts = (onset_ms, np.zeros(len(has)))
    return SilentPeriodCurve(
        *[
            _estimate(intensity_mso, durations(examined, has, start, end), min_intensities, quantity, logarithm)
            for end in ends
            for start in starts
        ]
    )


def _estimate(
    intensity_mso: np.ndarray, duration_ms: np.ndarray, min_intensities: int, quantity: Quantity, logarithm: bool
) -> Estimate:
    known = np.isfinite(intensity_mso)
    usable = known & ~np.isnan(duration_ms)
    n, n_levels = int(usable.sum()), len(np.unique(intensity_mso[usable]))
    silent = usable & (duration_ms > 0)
    censored = silent.any() and bool(np.isinf(duration_ms[silent]).mean() >= 0.5)
    status = said(
        no_intensity=not known.any(),
        no_values=known.any() and not n,
        some_missing=0 < n < len(known),
        few_intensities=0 < n_levels < min_intensities,
        few_trials=0 < n < FEW_TRIALS,
        no_silent_period=n > 0 and not silent.any(),
        censored=censored,
    )
    if n_levels < min_intensities or not silent.any() or censored:
        return Estimate(np.nan, n_used=n, status=status)
    return estimate(fitted(intensity_mso[usable], duration_ms[usable]), status, quantity, logarithm)
