"""Recovery of the H reflex: what a stimulus of the same nerve leaves of it, over the interval between the two."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Ge

from .bootstrap import N_BOOT
from .cells import Estimate, said
from .intervals import NONE, Interval, welch
from .ratio import Count, Draws, Limits, Means, Spans, ratios

INTERVALS_MS = (50.0, 100.0, 150.0, 200.0, 300.0, 500.0, 1000.0)
SAME_MS = 0.2
"""Intervals so near one of those asked for are it."""
SAME_MA = 0.15
"""Currents that differ by no more than this are the same: they are told to one decimal."""
FEW_TRIALS = 5
LATE_MS = (100.0, 300.0)
FEWEST = 3
"""Intervals that an area is of at least."""


class HRecovery(NamedTuple):
    """Size of the second H reflex of a pair, in percent of the unconditioned one.

    Attributes
    ----------
    ratio_of_means : Estimate
        Mean second over mean unconditioned H reflex.
    geometric_ratio : Estimate
        The same of geometric means, with Welch's t interval on the log scale.
    ratio_of_medians : Estimate
        The same of medians.
    """

    ratio_of_means: Estimate
    geometric_ratio: Estimate
    ratio_of_medians: Estimate


class HRecoveryLate(NamedTuple):
    """Late facilitation of the H reflex, in percent of the unconditioned one.

    Attributes
    ----------
    largest_mean : Estimate
        Largest of the means over the pairs of one interval; being the largest of several it is too high by about the
        error of one of them where the curve is flat; no interval.
    mean_level : Estimate
        Mean of these means, each interval counting the same.
    """

    largest_mean: Estimate
    mean_level: Estimate


class HRecoveryArea(NamedTuple):
    """Area under the recovery curve of the H reflex.

    Attributes
    ----------
    trapezoid : Estimate
        Under straight lines between the means of neighbouring intervals, from the shortest to the longest.
    """

    trapezoid: Estimate


class Curve(NamedTuple):
    """Second H reflexes by interval, and the unconditioned ones."""

    isi_ms: np.ndarray
    """(n_intervals,) rising."""
    sizes: Sequence[np.ndarray]
    """The sizes of each, finite."""
    test: np.ndarray
    """(n_test,) finite."""

    @property
    def percent(self) -> np.ndarray:
        """(n_intervals,) mean of each in percent of that of the test reflexes."""
        return 100.0 * np.array([each.mean() for each in self.sizes]) / self.test.mean()


def h_recovery(
    h_peak_to_peak_uv: np.ndarray,
    nerve_ma: np.ndarray,
    test_h_peak_to_peak_uv: np.ndarray,
    test_h_present: np.ndarray,
    rng: np.random.Generator,
    /,
    *,
    isi_ms: Spans = INTERVALS_MS,
    min_trials: Count = FEW_TRIALS,
    interval: Means = "log_t",
    n_boot: Draws = N_BOOT,
) -> HRecovery:
    """H reflex of the second of two stimuli of a nerve in percent of that of one stimulus alone, of the same current.

    Parameters
    ----------
    isi_ms : tuple of float
        Intervals of the recovery curve, each a metric of its own.
    min_trials : int
        Fewer pairs or fewer single pulses than this get the status few_trials.
    interval : {"bca", "log_t"}
        Interval of the ratio of means: a bootstrap, or a t interval on the log scale, which is wider for few trials.
    n_boot : int
        Draws of the bootstrap.

    References
    ----------
    H2/H1 over the interval, increased late in restless legs: Rijsman 2005, Scaglione 2008 (unverified). That H1 is of
    single pulses, and the intervals: own.
    """
    del isi_ms  # which pairs these are is for the frame to say
    own, test = (each[np.isfinite(each)] for each in (h_peak_to_peak_uv, test_h_peak_to_peak_uv))
    wrong, status = _judged(h_peak_to_peak_uv, nerve_ma, test_h_peak_to_peak_uv, test_h_present)
    if wrong:
        return HRecovery(*[Estimate(np.nan, status=wrong)] * 3)
    few = said(few_trials=min(len(own), len(test)) < min_trials)
    found = ratios(own, test, Limits(rng, n_boot, interval), ";".join(filter(None, [status, few])))[:3]
    return HRecovery(*[_in_percent(each) for each in found])


def h_recovery_late(
    h_peak_to_peak_uv: np.ndarray,
    isi_ms: np.ndarray,
    nerve_ma: np.ndarray,
    test_h_peak_to_peak_uv: np.ndarray,
    test_h_present: np.ndarray,
    /,
    *,
    late_ms: tuple[Annotated[float, Ge(0)], Annotated[float, Ge(0)]] = LATE_MS,
    min_trials: Count = FEW_TRIALS,
) -> HRecoveryLate:
    """Late facilitation of the H reflex: its recovery curve from 100 to 300 ms.

    Parameters
    ----------
    late_ms : (float, float)
        From and to which interval between the two stimuli it is late, both of them in it.
    min_trials : int
        Fewer pairs of an interval, or fewer single pulses, than this get the status few_trials.

    References
    ----------
    Late facilitation increased in restless legs: Rijsman 2005, Scaglione 2008 (unverified). Window and interval: own.
    """
    late = np.where((isi_ms >= late_ms[0] - SAME_MS) & (isi_ms <= late_ms[1] + SAME_MS), isi_ms, np.nan)
    wrong, status = _judged(h_peak_to_peak_uv, nerve_ma, test_h_peak_to_peak_uv, test_h_present)
    curve = _curve(h_peak_to_peak_uv, late, test_h_peak_to_peak_uv)
    if wrong or not len(curve.isi_ms):
        return HRecoveryLate(*[Estimate(np.nan, status=wrong or "few_intervals")] * 2)
    status = ";".join(filter(None, [status, _few(curve, min_trials)]))
    at, n = int(curve.percent.argmax()), _count(curve)
    share = np.full(len(curve.isi_ms), 1.0 / len(curve.isi_ms))
    method = f"largest of {len(share)} intervals, at {curve.isi_ms[at]:g} ms; no interval"
    return HRecoveryLate(
        Estimate(float(curve.percent[at]), n_used=n, method=method, status=status),
        Estimate(
            float(share @ curve.percent), *_limits(curve, share), n, f"mean of {len(share)} intervals, log t", status
        ),
    )


def h_recovery_area(
    h_peak_to_peak_uv: np.ndarray,
    isi_ms: np.ndarray,
    nerve_ma: np.ndarray,
    test_h_peak_to_peak_uv: np.ndarray,
    test_h_present: np.ndarray,
    /,
    *,
    intervals_ms: Spans = INTERVALS_MS,
    min_trials: Count = FEW_TRIALS,
) -> HRecoveryArea:
    """Area under the recovery curve of the H reflex; only areas over the same intervals are comparable.

    Parameters
    ----------
    intervals_ms : tuple of float
        Intervals between the two stimuli that are in it, where there are pairs of them.
    min_trials : int
        Fewer pairs of an interval, or fewer single pulses, than this get the status few_trials.

    References
    ----------
    Trapezoidal rule. Interval (delta method on the logarithmic scale): own.
    """
    near = np.abs(isi_ms[:, None] - np.array(intervals_ms)) <= SAME_MS + 1e-9
    wrong, status = _judged(h_peak_to_peak_uv, nerve_ma, test_h_peak_to_peak_uv, test_h_present)
    curve = _curve(h_peak_to_peak_uv, np.where(near.any(-1), isi_ms, np.nan), test_h_peak_to_peak_uv)
    if wrong or len(curve.isi_ms) < FEWEST:
        return HRecoveryArea(Estimate(np.nan, status=wrong or "few_intervals"))
    step = np.diff(curve.isi_ms)
    width = (np.append(step, 0.0) + np.append(0.0, step)) / 2.0
    method = f"trapezoids from {curve.isi_ms[0]:g} to {curve.isi_ms[-1]:g} ms, log t"
    text = ";".join(filter(None, [status, _few(curve, min_trials)]))
    area = float(width @ curve.percent)
    return HRecoveryArea(Estimate(area, *_limits(curve, width), _count(curve), method, text))


def _judged(h_uv: np.ndarray, nerve_ma: np.ndarray, test_uv: np.ndarray, present: np.ndarray) -> tuple[str, str]:
    """Why there is no number, and what is to be said of one: a test reflex is there in half of its trials or more."""
    own, test = np.isfinite(h_uv), np.isfinite(test_uv)
    known = nerve_ma[np.isfinite(nerve_ma)]
    share = float((present[test] > 0).mean()) if test.any() else 1.0
    wrong = said(
        no_values=not own.any(),
        no_test_pulses=not test.any(),
        no_h_reflex=share == 0,
        test_too_small=0 < share < 0.5,
        mixed_current=len(known) and np.abs(known - np.median(known)).max() > SAME_MA,
    )
    return wrong, said(some_missing=not own.all() or not test.all(), no_current=len(known) < len(nerve_ma))


def _curve(h_uv: np.ndarray, isi_ms: np.ndarray, test_uv: np.ndarray) -> Curve:
    usable = np.isfinite(h_uv) & np.isfinite(isi_ms)
    at_ms = np.round(isi_ms[usable] / SAME_MS) * SAME_MS
    levels = np.unique(at_ms)
    return Curve(levels, [h_uv[usable][at_ms == each] for each in levels], test_uv[np.isfinite(test_uv)])


def _few(curve: Curve, min_trials: int) -> str:
    return said(few_trials=min(map(len, [*curve.sizes, curve.test])) < min_trials)


def _count(curve: Curve) -> int:
    return sum(map(len, [*curve.sizes, curve.test]))


def _limits(curve: Curve, weights: np.ndarray) -> Interval:
    """Of a weighted sum of the curve (n_intervals,), on the logarithmic scale, by Welch's degrees of freedom."""
    counts = [len(each) for each in [*curve.sizes, curve.test]]
    if min(counts) < 2:
        return NONE
    total = float(weights @ curve.percent)
    level = curve.test.mean()
    spread = [100.0 * each.std(ddof=1) / level for each in curve.sizes]
    errors = [(w * sd) ** 2 / len(each) / total**2 for w, sd, each in zip(weights, spread, curve.sizes, strict=True)]
    errors.append(curve.test.var(ddof=1) / level**2 / len(curve.test))
    return welch(float(np.log(total)), errors, counts)


def _in_percent(of: Estimate) -> Estimate:
    return of._replace(value=100.0 * of.value, ci_low=100.0 * of.ci_low, ci_high=100.0 * of.ci_high)
