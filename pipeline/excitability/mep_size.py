"""Size of the MEP: average, spread, and how often there is one."""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Ge

from .bootstrap import N_BOOT, bca, of_mean_size, resampled
from .cells import Estimate, Metric, said
from .intervals import NONE, Interval, log_t, of_sd, proportion

FEW_TRIALS = 20
"""Fewer trials than this make an average uncertain (20-30: Goldsworthy 2016, Cuypers 2014)."""
MEAN = "mean, bootstrap-t of its logarithm"
MEDIAN = "median, BCa bootstrap"
MOST_LOG_SD = 10.0
"""A spread beyond this has no CV that a number can hold."""

Count = Annotated[int, Ge(1)]
Draws = Annotated[int, Ge(100)]


class Amplitude(NamedTuple):
    """Peak-to-peak amplitude of the MEP.

    Attributes
    ----------
    mean : Estimate
        Arithmetic mean over trials.
    median : Estimate
        Median over trials.
    geometric_mean : Estimate
        Exponential of the mean of the logarithms, with a t interval on that scale.
    """

    mean: Estimate
    median: Estimate
    geometric_mean: Estimate


class Variability(NamedTuple):
    """Spread of the peak-to-peak amplitude over trials.

    Attributes
    ----------
    cv : Estimate
        Standard deviation (n - 1) over mean.
    log_sd : Estimate
        Standard deviation (n - 1) of the natural logarithms.
    """

    cv: Estimate
    log_sd: Estimate


class Probability(NamedTuple):
    """How often there is an MEP.

    Attributes
    ----------
    fraction : Estimate
        Trials with an MEP over trials.
    """

    fraction: Estimate


class Area(NamedTuple):
    """Area of the MEP.

    Attributes
    ----------
    mean : Estimate
        Arithmetic mean over trials.
    median : Estimate
        Median over trials.
    """

    mean: Estimate
    median: Estimate


def mep_amplitude(
    peak_to_peak_uv: np.ndarray, rng: np.random.Generator, /, *, min_trials: Count = FEW_TRIALS, n_boot: Draws = N_BOOT
) -> Amplitude:
    """Average peak-to-peak amplitude; trials without a response stay in with the amplitude of their noise.

    Parameters
    ----------
    min_trials : int
        Fewer trials than this get the status few_trials.
    n_boot : int
        Draws of the bootstrap.

    References
    ----------
    Trials for a stable average: Cuypers 2014 (30), Goldsworthy 2016 (20, unverified). Intervals: Efron 1981
    (bootstrap-t of the mean), Efron 1987 (BCa of the median).
    """
    values, status = _used(peak_to_peak_uv, min_trials)
    mean, median = _averages(values, status, rng, n_boot)
    return Amplitude(mean, median, _geometric_mean(values, status))


def mep_variability(peak_to_peak_uv: np.ndarray, /, *, min_trials: Count = FEW_TRIALS) -> Variability:
    """Spread of the peak-to-peak amplitude from trial to trial, with the amplitudes of trials without a response.

    Parameters
    ----------
    min_trials : int
        Fewer trials than this get the status few_trials.

    References
    ----------
    Definitions: own. Intervals: chi-square of the logarithms, as if sizes were log-normal; a CV that log-normal sizes
    of this spread would not have gets none.
    """
    values, status = _used(peak_to_peak_uv, min_trials)
    if len(values) < 2 or values.min() <= 0:
        status = ";".join(filter(None, [status, said(not_positive=(values <= 0).any())]))
        return Variability(*[Estimate(np.nan, n_used=len(values), status=status)] * 2)
    n, found, logs = len(values), float(values.std(ddof=1) / values.mean()), np.log(values)
    limits = of_sd(logs)
    of_cv = Interval(*np.sqrt(np.expm1(np.minimum(limits, MOST_LOG_SD) ** 2)).tolist())
    held = of_cv if of_cv.low <= found <= of_cv.high else NONE
    return Variability(
        Estimate(found, *held, n, "SD / mean, chi-square as if log-normal", status),
        Estimate(float(logs.std(ddof=1)), *limits, n, "SD of ln, chi-square as if normal", status),
    )


def mep_probability(mep_present: np.ndarray, /, *, min_trials: Count = FEW_TRIALS) -> Probability:
    """Fraction of trials with an MEP, by the criterion of detection.

    Parameters
    ----------
    min_trials : int
        Fewer trials than this get the status few_trials.

    References
    ----------
    Interval: Wilson 1927.
    """
    values, status = _used(mep_present, min_trials)
    n_hits, n = int(values.sum()), len(values)
    return Probability(proportion(n_hits, n, status))


def mep_area(
    area_uv_ms: np.ndarray, rng: np.random.Generator, /, *, min_trials: Count = FEW_TRIALS, n_boot: Draws = N_BOOT
) -> Area:
    """Average area of the rectified MEP over the trials that have an area; one without an onset has none.

    Parameters
    ----------
    min_trials : int
        Fewer trials than this get the status few_trials.
    n_boot : int
        Draws of the bootstrap.

    References
    ----------
    Definition: own. Intervals: Efron 1981 (bootstrap-t of the mean), Efron 1987 (BCa of the median).
    """
    values, status = _used(area_uv_ms, min_trials)
    return Area(*_averages(values, status, rng, n_boot))


def _used(values: np.ndarray, min_trials: int) -> tuple[np.ndarray, str]:
    finite = values[np.isfinite(values)]
    n, n_all = len(finite), len(values)
    return finite, said(no_values=not n, some_missing=0 < n < n_all, few_trials=0 < n < min_trials)


def _averages(values: np.ndarray, status: str, rng: np.random.Generator, n_boot: int) -> tuple[Estimate, Estimate]:
    n = len(values)
    if not n:
        return Estimate(np.nan, method=MEAN, status=status), Estimate(np.nan, method=MEDIAN, status=status)
    draws = resampled(n, n_boot, rng)
    mean = Estimate(float(np.mean(values)), *of_mean_size(values, draws), n, MEAN, status)
    return mean, Estimate(float(np.median(values)), *bca(np.median, values, draws), n, MEDIAN, status)


def _geometric_mean(values: np.ndarray, status: str) -> Estimate:
    n, method = len(values), "geometric mean, t on log scale"
    if not n:
        return Estimate(np.nan, method=method, status=status)
    if values.min() <= 0:
        return Estimate(np.nan, n_used=n, method=method, status=";".join(filter(None, [status, "not_positive"])))
    return Estimate(float(np.exp(np.log(values).mean())), *log_t(values), n, method, status)


PULSES = ("single", "paired", "nerve_tms")
METRICS = (
    Metric("mep_amplitude", mep_amplitude, "µV", pulses=PULSES, log=True),
    Metric("mep_variability", mep_variability, "", pulses=PULSES),
    Metric("mep_probability", mep_probability, "", pulses=PULSES),
    Metric("mep_area", mep_area, "µV·ms", pulses=PULSES, log=True),
)
"""The metrics of this file, each with its unit and the trials it is computed from."""
