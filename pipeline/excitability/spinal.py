"""H reflex: its size against the M wave, its latency, its threshold, and its size at a stated M wave."""

from typing import Annotated, NamedTuple

import numpy as np
import scipy
from annotated_types import Ge, Gt, Lt

from .cells import Estimate, said
from .h_curve import levels_of, top_of
from .intervals import TAILS, of_median
from .m_wave import plateau, supramaximal

FEW_TRIALS = 10
CLEAR = 0.2
"""An onset is taken from H reflexes of this part of the largest, or more: of smaller ones it is uncertain."""


class HReflex(NamedTuple):
    """Size of the largest H reflex over the currents of a recruitment series.

    Attributes
    ----------
    top_of_curve : Estimate
        Top of the parabola through the trials about the largest mean of one current, in percent of Mmax; no interval.
    largest_mean : Estimate
        Largest of the means over the trials of one current, in percent of Mmax; the fewer they are, the more it exceeds
        the top of the curve (by 3 % at four trials with a coefficient of variation of 12 %); no interval.
    largest_trial : Estimate
        Largest H reflex of a single trial, in percent of Mmax; no interval.
    h_max : Estimate
        Top of the same parabola in µV; no interval.
    """

    top_of_curve: Estimate
    largest_mean: Estimate
    largest_trial: Estimate
    h_max: Estimate


class HLatency(NamedTuple):
    """Latency of the H reflex from the nerve pulse.

    Attributes
    ----------
    median : Estimate
        Median over the trials whose H reflex is 20 % of the largest or more, with the order-statistic interval.
    shortest : Estimate
        The shortest of them; no interval.
    """

    median: Estimate
    shortest: Estimate


class HThreshold(NamedTuple):
    """Current at which the H reflex appears.

    Attributes
    ----------
    half_of_trials : Estimate
        Lowest current at which, and at the next higher one, at least half of the trials have an H reflex; no interval.
    """

    half_of_trials: Estimate


class HAtM(NamedTuple):
    """Size of the H reflex where the M wave has a stated size.

    Attributes
    ----------
    interpolated : Estimate
        Curve through the trials whose M wave is near it, in percent of Mmax, with a t interval.
    """

    interpolated: Estimate


def h_reflex(
    h_peak_to_peak_uv: np.ndarray,
    h_present: np.ndarray,
    m_peak_to_peak_uv: np.ndarray,
    m_present: np.ndarray,
    nerve_ma: np.ndarray,
    /,
    *,
    min_trials: Annotated[int, Ge(1)] = FEW_TRIALS,
) -> HReflex:
    """Hmax/Mmax: the largest H reflex in percent of the largest M wave.

    Trials without an H reflex stay in with the size of their noise. Trials whose M wave reaches 90 % of the largest are
    left out: what follows them is an F wave.

    Parameters
    ----------
    min_trials : int
        Fewer trials than this get the status few_trials.

    References
    ----------
    Hmax/Mmax: the field's standard. Which trials, and the top of the curve: own.
    """
    top = plateau(m_peak_to_peak_uv, m_present, nerve_ma)
    fit = np.isfinite(h_peak_to_peak_uv) & ~supramaximal(m_peak_to_peak_uv, m_present, nerve_ma)
    sizes, n = h_peak_to_peak_uv[fit], int(fit.sum())
    if none := said(no_values=not n, no_h_reflex=n and not (h_present[fit] > 0).any()):
        return HReflex(*[Estimate(np.nan, n_used=n, status=none)] * 4)
    levels = levels_of(nerve_ma[fit], sizes)
    largest = float(levels.mean.max()) if len(levels.ma) else np.nan
    at = int(levels.mean.argmax()) if len(levels.ma) else 0
    edge = len(levels.ma) > 0 and at in (0, len(levels.ma) - 1)
    few, alone = said(few_trials=n < min_trials), said(no_current=not len(levels.ma), h_at_edge=edge)
    status = ";".join(filter(None, [top.status, few, alone if top.status != "no_current" else ""]))
    curve, of_m = top_of(nerve_ma[fit], sizes, levels), 100.0 / top.uv
    none = said(few_intensities=0 < len(levels.ma) < 3, out_of_range=len(levels.ma) >= 3 and np.isnan(curve))
    of_curve, in_uv = (";".join(filter(None, [*codes, none])) for codes in ([status], [few, alone]))
    return HReflex(
        Estimate(curve * of_m, n_used=n, method="top of a parabola over plateau of M", status=of_curve),
        Estimate(largest * of_m, n_used=n, method="largest mean of one current over plateau of M", status=status),
        Estimate(float(sizes.max()) * of_m, n_used=n, method="largest trial over plateau of M", status=status),
        Estimate(curve, n_used=n, method="top of a parabola", status=in_uv, unit="µV"),
    )


def h_latency(
    h_onset_ms: np.ndarray,
    h_peak_to_peak_uv: np.ndarray,
    m_peak_to_peak_uv: np.ndarray,
    m_present: np.ndarray,
    nerve_ma: np.ndarray,
    /,
    *,
    min_trials: Annotated[int, Ge(1)] = FEW_TRIALS,
) -> HLatency:
    """Latency of the H reflex, over clear ones with an M wave under 90 % of the largest.

    Parameters
    ----------
    min_trials : int
        Fewer H reflexes than this get the status few_trials.

    References
    ----------
    Definition: the field's standard. Interval of the median: Thompson 1936.
    """
    some = np.isfinite(h_peak_to_peak_uv).any()
    there = ~supramaximal(m_peak_to_peak_uv, m_present, nerve_ma) & np.isfinite(h_onset_ms)
    clear = there & (h_peak_to_peak_uv >= CLEAR * h_peak_to_peak_uv[there].max(initial=0.0))
    onsets, n = h_onset_ms[clear], int(clear.sum())
    status = said(no_values=not some, no_h_reflex=some and not n, few_trials=0 < n < min_trials)
    middle, shortest = (float(np.median(onsets)), float(onsets.min())) if n else (np.nan, np.nan)
    return HLatency(
        Estimate(middle, *of_median(onsets), n, "median, order statistics", status),
        Estimate(shortest, n_used=n, method="shortest, no interval", status=status),
    )


def h_threshold(
    h_present: np.ndarray,
    h_peak_to_peak_uv: np.ndarray,
    m_peak_to_peak_uv: np.ndarray,
    m_present: np.ndarray,
    nerve_ma: np.ndarray,
    /,
    *,
    min_trials: Annotated[int, Ge(1)] = 4,
) -> HThreshold:
    """Lowest current of the nerve stimulus that evokes an H reflex in at least half of the trials.

    Parameters
    ----------
    min_trials : int
        Fewer trials than this at the threshold or the current below it get the status few_pulses.

    References
    ----------
    Half of the trials: the field's standard. That the next higher current must confirm it: own.
    """
    examined = np.isfinite(h_peak_to_peak_uv) & np.isfinite(h_present)
    fit = examined & ~supramaximal(m_peak_to_peak_uv, m_present, nerve_ma)
    levels, method = levels_of(nerve_ma[fit], (h_present[fit] > 0).astype(float)), "half of the trials, no interval"
    if none := said(no_values=not examined.any(), no_current=examined.any() and not len(levels.ma)):
        return HThreshold(Estimate(np.nan, method=method, status=none))
    half = levels.mean >= 0.5
    confirmed = half & np.append(half[1:], True)
    n, at = int(levels.n.sum()), int(confirmed.argmax())
    if not confirmed.any():
        return HThreshold(Estimate(np.nan, n_used=n, method=method, status="no_h_reflex"))
    value = float(levels.ma[at])
    if at == 0:
        return HThreshold(Estimate(np.nan, ci_high=value, n_used=n, method=method, status="not_bracketed"))
    few = said(few_pulses=levels.n[at - 1 : at + 1].min() < min_trials)
    return HThreshold(Estimate(value, n_used=n, method=method, status=few))


def h_at_m(
    h_peak_to_peak_uv: np.ndarray,
    m_peak_to_peak_uv: np.ndarray,
    m_present: np.ndarray,
    nerve_ma: np.ndarray,
    /,
    *,
    m_percent: Annotated[float, Gt(0), Lt(90)] = 10.0,
    within_percent: Annotated[float, Gt(0)] = 5.0,
    min_trials: Annotated[int, Ge(3)] = 5,
) -> HAtM:
    """H reflex, in percent of Mmax, where the M wave is a stated percentage of Mmax: what may be compared over time.

    Parameters
    ----------
    m_percent : float
        Size of the M wave, in percent of Mmax.
    within_percent : float
        Trials whose M wave is so near it, in percent of Mmax, are used.
    min_trials : int
        Fewer such trials give no value.

    References
    ----------
    H reflex at a constant M wave: the field's standard. A parabola over the logarithm of the M wave (a line for fewer
    than 10 trials), Student's t of the regression: own choice.
    """
    top = plateau(m_peak_to_peak_uv, m_present, nerve_ma)
    method = f"parabola (under {FEW_TRIALS} trials a line) over ln M, at M {m_percent:g} % of its plateau, t"
    m, h = 100.0 * m_peak_to_peak_uv / top.uv, 100.0 * h_peak_to_peak_uv / top.uv
    near = np.isfinite(h) & (np.abs(m - m_percent) <= within_percent) & np.isfinite(m_present) & (m > 0)
    m, h, n = np.log(m[near] / m_percent), h[near], int(near.sum())
    if n < min_trials or np.isnan(top.uv):
        return HAtM(Estimate(np.nan, n_used=n, method=method, status=top.status or said(no_trials_at_m=True)))
    powers = np.vander(m, 3 if n >= FEW_TRIALS else 2, increasing=True)
    weights = np.linalg.pinv(powers)
    rest, freedom = h - powers @ (weights @ h), n - np.linalg.matrix_rank(powers)
    error = np.sqrt(rest @ rest / freedom) * np.linalg.norm(weights[0])
    value, half = float(weights[0] @ h), float(scipy.special.stdtrit(freedom, TAILS[1]) * error)
    return HAtM(Estimate(value, value - half, value + half, n, method, top.status))
