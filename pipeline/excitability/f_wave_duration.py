"""Duration of F waves, and over that of M waves."""

from typing import NamedTuple

import numpy as np

from .cells import Estimate
from .f_wave import FEW_STIMULI, Count, waves
from .intervals import log_t_of_means, log_t_of_two, of_mean


class FDuration(NamedTuple):
    """Duration of F waves.

    Attributes
    ----------
    mean : Estimate
        Mean over the F waves, with a t interval.
    """

    mean: Estimate


class FToMDuration(NamedTuple):
    """Duration of F waves over that of the M waves of the same trials.

    Attributes
    ----------
    ratio_of_means : Estimate
        Mean duration of F waves over that of M waves.
    geometric_ratio : Estimate
        The same of geometric means, with Welch's t interval on the log scale.
    """

    ratio_of_means: Estimate
    geometric_ratio: Estimate


def f_duration(
    f_duration_ms: np.ndarray,
    f_present: np.ndarray,
    f_peak_to_peak_uv: np.ndarray,
    m_peak_to_peak_uv: np.ndarray,
    m_present: np.ndarray,
    nerve_ma: np.ndarray,
    /,
    *,
    min_stimuli: Count = FEW_STIMULI,
) -> FDuration:
    """Duration of the F waves that follow supramaximal stimuli.

    Parameters
    ----------
    min_stimuli : int
        Fewer supramaximal stimuli than this get the status few_trials.

    References
    ----------
    F-wave duration in restless legs: Congiu 2017. Interval: Student 1908.
    """
    of = waves(f_present, f_peak_to_peak_uv, (m_peak_to_peak_uv, m_present, nerve_ma), min_stimuli)
    lasted = f_duration_ms[of.found & np.isfinite(f_duration_ms)]
    if not (n := len(lasted)):
        return FDuration(Estimate(np.nan, status=of.status or "no_f_waves"))
    return FDuration(Estimate(float(lasted.mean()), *of_mean(lasted), n, "mean, t", of.status))


def f_duration_to_m_duration(
    f_duration_ms: np.ndarray,
    f_present: np.ndarray,
    m_duration_ms: np.ndarray,
    m_peak_to_peak_uv: np.ndarray,
    m_present: np.ndarray,
    nerve_ma: np.ndarray,
    /,
    *,
    min_stimuli: Count = FEW_STIMULI,
) -> FToMDuration:
    """Duration of the F waves over that of the M waves of supramaximal trials (FWD/CMAPD).

    Parameters
    ----------
    min_stimuli : int
        Fewer supramaximal stimuli than this get the status few_trials.

    References
    ----------
    FWD/CMAPD in restless legs: Congiu 2017. That the M waves are those of the same stimuli: own. Intervals: Hedges
    1999 (ratio of means), Welch 1947.
    """
    m = (m_peak_to_peak_uv, m_present, nerve_ma)
    of = waves(f_present, np.zeros(len(f_present)), m, min_stimuli)
    f, own = (
        f_duration_ms[of.found & np.isfinite(f_duration_ms)],
        m_duration_ms[of.examined & np.isfinite(m_duration_ms)],
    )
    if not len(f) or not len(own):
        return FToMDuration(*[Estimate(np.nan, status=of.status or "no_f_waves")] * 2)
    ratio, limits = float(f.mean() / own.mean()), log_t_of_means(f, own)
    logs, n = float(np.exp(np.log(f).mean() - np.log(own).mean())), len(f)
    return FToMDuration(
        Estimate(ratio, *limits, n, "ratio of means, Welch's t on log scale", of.status),
        Estimate(logs, *log_t_of_two(f, own), n, "ratio of geometric means, Welch's t on log scale", of.status),
    )
