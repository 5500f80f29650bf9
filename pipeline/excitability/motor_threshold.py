"""Motor threshold from a log of pulses, by every rule of the field, or as it was entered."""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Ge, Gt, Lt

from ..pulse_table import CRITERION_UV
from .cells import Estimate, said
from .graded_threshold import Graded, graded_amplitude
from .threshold_rules import maximum_likelihood, mills_nithi, relative_frequency, tally

SPREAD, LAPSE, FEW_PULSES = 0.07, 0.01, 10
"""Defaults of ML-PEST, the same for both thresholds."""


class Threshold(NamedTuple):
    """Motor threshold.

    Attributes
    ----------
    relative_frequency_5_10 : Estimate
        Lowest intensity at which, and at all higher ones, at least half of the first 10 pulses succeed; no interval.
    relative_frequency_10_20 : Estimate
        The same with the first 20 pulses of each intensity.
    mills_nithi : Estimate
        Mean of the lowest intensity at which the first 10 pulses all succeed and the highest at which none does; no
        interval.
    ml_pest : Estimate
        Intensity that the response probability of a cumulative Gaussian puts at one half, with likelihood interval.
    graded_amplitude : Estimate
        Intensity at which the median size is the criterion, by the posterior of a curve through the sizes themselves.
    entered : Estimate
        What the tables of the study state: not measured here, no interval.
    """

    relative_frequency_5_10: Estimate
    relative_frequency_10_20: Estimate
    mills_nithi: Estimate
    ml_pest: Estimate
    graded_amplitude: Estimate
    entered: Estimate


def rmt(
    intensity_mso: np.ndarray,
    peak_to_peak_uv: np.ndarray,
    background_peak_to_peak_uv: np.ndarray,
    entered_rmt_mso: np.ndarray,
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
        ML-PEST and graded amplitude: share of pulses whose outcome has nothing to do with the threshold. Awiszus has 0,
        for pulses that he placed himself; with 0 one failed pulse far above threshold, in another block, moves the
        estimate by several %MSO.
    min_pulses : int
        ML-PEST and graded amplitude: fewer pulses than this get the status few_pulses.

    References
    ----------
    Rossini 1994 and 2015 (5/10, 50 µV); Mills & Nithi 1997; Awiszus 2003 (ML-PEST); graded amplitude: own.
    """
    heard = background_peak_to_peak_uv[np.isfinite(background_peak_to_peak_uv)]
    background_uv = float(np.median(heard)) if len(heard) else 0.0
    sizes = Graded(intensity_mso, peak_to_peak_uv, criterion_uv, background_uv)
    counted = by_rule(intensity_mso, peak_to_peak_uv - criterion_uv, spread, lapse, min_pulses)
    return Threshold(*counted, graded_amplitude(sizes, lapse, min_pulses), entered(entered_rmt_mso))


def amt(
    intensity_mso: np.ndarray,
    peak_to_peak_uv: np.ndarray,
    background_peak_to_peak_uv: np.ndarray,
    entered_amt_mso: np.ndarray,
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
        ML-PEST and graded amplitude: share of pulses whose outcome has nothing to do with the threshold. Awiszus has 0,
        for pulses that he placed himself; with 0 one failed pulse far above threshold, in another block, moves the
        estimate by several %MSO.
    min_pulses : int
        ML-PEST and graded amplitude: fewer pulses than this get the status few_pulses.

    References
    ----------
    Rossini 2015 (5/10, 200 µV; that it is an excess over the background is own); Mills & Nithi 1997; Awiszus 2003
    (ML-PEST); graded amplitude: own.
    """
    excess_uv = peak_to_peak_uv - background_peak_to_peak_uv
    counted = by_rule(intensity_mso, excess_uv - criterion_uv, spread, lapse, min_pulses)
    sizes = Graded(intensity_mso, excess_uv, criterion_uv, 0.0)
    return Threshold(*counted, graded_amplitude(sizes, lapse, min_pulses), entered(entered_amt_mso))


def by_rule(
    intensity_mso: np.ndarray, above_uv: np.ndarray, spread: float, lapse: float, min_pulses: int
) -> tuple[Estimate, Estimate, Estimate, Estimate]:
    """Threshold by the rules that count successes: 5/10, 10/20, Mills and Nithi, ML-PEST.

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
        none = Estimate(np.nan, status=lacking)
        return none, none, none, none
    intensity, hits = intensity_mso[usable], above_uv[usable] >= 0
    status = said(some_missing=not usable.all())
    first_10, first_20 = tally(intensity, hits, 10), tally(intensity, hits, 20)
    return (
        relative_frequency(first_10, 10, status),
        relative_frequency(first_20, 20, status),
        mills_nithi(first_10, status),
        maximum_likelihood(tally(intensity, hits), spread, lapse, min_pulses, status),
    )


def entered(threshold_mso: np.ndarray) -> Estimate:
    """A threshold that the study's tables state for these trials (n_pulses,), NaN where they do not."""
    stated = np.unique(threshold_mso[np.isfinite(threshold_mso)])
    if len(stated) != 1:
        return Estimate(np.nan, method="entered", status="mixed_entries" if len(stated) else "no_values")
    return Estimate(float(stated[0]), method="entered", status="entered")
