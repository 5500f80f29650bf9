"""The M wave: the largest one, its latency, and the MEP in terms of it."""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Ge

from .bootstrap import N_BOOT, of_mean_size, resampled
from .cells import Estimate, said
from .intervals import NONE, log_t, of_median

NEAR = 0.9
"""Currents within 10 % of the highest are its plateau; an M wave of 90 % of the largest is supramaximal."""
BELOW = 0.7
"""Currents from here up to the plateau show whether it is one."""
FIRST = 5
FEW_MEPS = 20


class Mmax(NamedTuple):
    """Peak-to-peak amplitude of the largest M wave.

    Attributes
    ----------
    plateau : Estimate
        Median over the trials within 10 % of the highest current, with the order-statistic interval.
    largest : Estimate
        The largest M wave of a single trial; no interval.
    """

    plateau: Estimate
    largest: Estimate


class MLatency(NamedTuple):
    """Latency of the M wave from the nerve pulse (distal motor latency), over supramaximal trials.

    Attributes
    ----------
    median : Estimate
        Median, with the order-statistic interval.
    shortest_of_first_5 : Estimate
        Shortest of the first five; no interval.
    """

    median: Estimate
    shortest_of_first_5: Estimate


class MepToMmax(NamedTuple):
    """Size of the MEP in percent of the largest M wave.

    Attributes
    ----------
    amplitude_mean : Estimate
        Mean peak-to-peak amplitude over that of the largest M wave.
    amplitude_geometric_mean : Estimate
        The same of the geometric mean, with a t interval on the log scale.
    area_mean : Estimate
        Mean area over that of the largest M wave, over the trials that have an area.
    """

    amplitude_mean: Estimate
    amplitude_geometric_mean: Estimate
    area_mean: Estimate


class Plateau(NamedTuple):
    """Where the M wave is as large as it gets."""

    uv: float
    """Median peak-to-peak over its trials; NaN where no trial has an M wave."""
    trials: np.ndarray
    """(n_trials,) True where a trial is of it."""
    status: str


def plateau(m_peak_to_peak_uv: np.ndarray, m_present: np.ndarray, nerve_ma: np.ndarray) -> Plateau:
    """The trials within 10 % of the highest current; of the largest M wave where no current is declared.

    Where lower currents were tried too, those next to the plateau tell
    whether it is one: it still grows where their median is under 90 % of its own.
    """
    there = np.isfinite(m_peak_to_peak_uv) & (m_present > 0)
    if not there.any():
        return Plateau(np.nan, there, "no_mmax")
    known = np.isfinite(nerve_ma)
    if not (known & there).any():
        of = there & (m_peak_to_peak_uv >= NEAR * m_peak_to_peak_uv[there].max())
        return Plateau(float(np.median(m_peak_to_peak_uv[of])), of, "no_current")
    highest = nerve_ma[known].max()
    of = there & known & (nerve_ma >= NEAR * highest)
    if not of.any():
        return Plateau(np.nan, of, "no_mmax")
    uv = float(np.median(m_peak_to_peak_uv[of]))
    lower = known & (nerve_ma >= BELOW * highest) & (nerve_ma < NEAR * highest) & np.isfinite(m_peak_to_peak_uv)
    grows = lower.any() and np.median(m_peak_to_peak_uv[lower]) < NEAR * uv
    return Plateau(uv, of, said(m_still_grows=grows))


def supramaximal(m_peak_to_peak_uv: np.ndarray, m_present: np.ndarray, nerve_ma: np.ndarray) -> np.ndarray:
    """(n_trials,) True where the M wave reaches 90 % of the largest: all motor fibres are stimulated, about."""
    return np.nan_to_num(m_peak_to_peak_uv) >= NEAR * plateau(m_peak_to_peak_uv, m_present, nerve_ma).uv


def mmax(m_peak_to_peak_uv: np.ndarray, m_present: np.ndarray, nerve_ma: np.ndarray, /) -> Mmax:
    """Peak-to-peak amplitude of the largest M wave, over all currents of nerve pulses.

    References
    ----------
    Largest M wave to supramaximal stimulation: the field's standard. Plateau as 10 % of the highest current: own.
    Interval of the median: Thompson 1936.
    """
    there = np.isfinite(m_peak_to_peak_uv) & (m_present > 0)
    of = plateau(m_peak_to_peak_uv, m_present, nerve_ma)
    top = m_peak_to_peak_uv[of.trials & np.isfinite(nerve_ma)]
    middle = float(np.median(top)) if len(top) else np.nan
    largest = float(m_peak_to_peak_uv[there].max()) if there.any() else np.nan
    alone = "" if of.status == "no_current" else of.status
    return Mmax(
        Estimate(middle, *of_median(top), len(top), "median within 10 % of the highest current", of.status),
        Estimate(largest, n_used=int(there.sum()), method="largest trial, no interval", status=alone),
    )


def m_latency(
    m_peak_to_peak_uv: np.ndarray,
    m_present: np.ndarray,
    m_onset_ms: np.ndarray,
    nerve_ma: np.ndarray,
    /,
    *,
    min_trials: Annotated[int, Ge(1)] = FIRST,
) -> MLatency:
    """Latency of the M wave, over the trials in which it reaches 90 % of the largest.

    Parameters
    ----------
    min_trials : int
        Fewer trials than this give the median the status few_trials; the shortest always wants five.

    References
    ----------
    Distal motor latency to supramaximal stimulation: the field's standard. Interval of the median: Thompson 1936.
    """
    of = plateau(m_peak_to_peak_uv, m_present, nerve_ma)
    onsets = m_onset_ms[supramaximal(m_peak_to_peak_uv, m_present, nerve_ma) & np.isfinite(m_onset_ms)]
    n, first = len(onsets), onsets[:FIRST]
    codes = [";".join(filter(None, [of.status, said(few_trials=0 < n < least)])) for least in (min_trials, FIRST)]
    middle, shortest = (float(np.median(onsets)), float(first.min())) if n else (np.nan, np.nan)
    return MLatency(
        Estimate(middle, *of_median(onsets), n, "median, order statistics", codes[0]),
        Estimate(shortest, n_used=len(first), method="shortest of the first 5, no interval", status=codes[1]),
    )


def mep_to_mmax(
    peak_to_peak_uv: np.ndarray,
    area_uv_ms: np.ndarray,
    mwave_m_peak_to_peak_uv: np.ndarray,
    mwave_m_area_uv_ms: np.ndarray,
    mwave_m_present: np.ndarray,
    mwave_nerve_ma: np.ndarray,
    rng: np.random.Generator,
    /,
    *,
    min_trials: Annotated[int, Ge(1)] = FEW_MEPS,
    n_boot: Annotated[int, Ge(100)] = N_BOOT,
) -> MepToMmax:
    """Size of the MEP in percent of the largest M wave of the same session, muscle and side.

    M waves are those of the same timepoint where it has any. The largest is the median of its plateau (see `mmax`),
    whose own error is not in the intervals.

    Parameters
    ----------
    min_trials : int
        Fewer trials than this get the status few_trials.
    n_boot : int
        Draws of the bootstrap.

    References
    ----------
    Ratio to the M wave: the field's standard. Intervals: Efron 1981 (bootstrap-t).
    """
    of = plateau(mwave_m_peak_to_peak_uv, mwave_m_present, mwave_nerve_ma)
    m_area = mwave_m_area_uv_ms[of.trials & np.isfinite(mwave_m_area_uv_ms)]
    area_uv_ms_of_m = float(np.median(m_area)) if len(m_area) else np.nan
    rest = (of.status, min_trials, rng, n_boot)
    amplitude, logs = _percent(peak_to_peak_uv, of.uv, *rest)
    return MepToMmax(amplitude, logs, _percent(area_uv_ms, area_uv_ms_of_m, *rest)[0])


def _percent(
    sizes: np.ndarray, of: float, status: str, min_trials: int, rng: np.random.Generator, n_boot: int
) -> tuple[Estimate, Estimate]:
    """Mean and geometric mean of sizes in percent of another size."""
    if not np.isfinite(of):
        return (Estimate(np.nan, status="no_mmax"),) * 2
    values = 100.0 * sizes[np.isfinite(sizes)] / of
    n = len(values)
    codes = said(no_values=not n, some_missing=0 < n < len(sizes), few_trials=0 < n < min_trials)
    status = ";".join(filter(None, [status, codes]))
    if not n:
        return (Estimate(np.nan, status=status),) * 2
    limits = of_mean_size(values, resampled(n, n_boot, rng))
    mean = Estimate(float(values.mean()), *limits, n, "mean over plateau of M, bootstrap-t of its logarithm", status)
    zero = values.min() <= 0
    value = np.nan if zero else float(np.exp(np.log(values).mean()))
    codes = ";".join(filter(None, [status, said(not_positive=zero)]))
    method = "geometric mean over plateau of M, t on log scale"
    return mean, Estimate(value, *(NONE if zero else log_t(values)), n, method, codes)
