"""The response to a pair of stimuli over the response to its test pulse alone, and when there is such a ratio."""

from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple

import numpy as np
import pydantic
from annotated_types import Ge, Gt

from .bootstrap import N_BOOT, bca_of_two, resampled
from .cells import Estimate, said
from .intervals import NONE, log_t_of_means, log_t_of_two

FEW_TRIALS = 20
"""Pairs and test pulses below which a ratio is uncertain (20-30: Biabani 2018, unverified)."""
SAME_MSO = 1.0
"""Intensities that differ by no more than this are the same."""
RESPONDS_UV = 50.0
"""A conditioning stimulus whose median response reaches this at rest is above threshold."""
MEANS = {
    "bca": "ratio of means, BCa bootstrap of both samples",
    "log_t": "ratio of means, Welch's t of the log response ratio",
}
"""Interval of the ratio of means -> its method in words."""
GEOMETRIC = "ratio of geometric means, Welch's t on log scale"
MEDIANS = "ratio of medians, BCa bootstrap of both samples"


def _rising(value: tuple[float, float | None]) -> tuple[float, float | None]:
    if value[1] is not None and value[0] >= value[1]:
        raise ValueError("expected the least and the most, such as [500, 1500]; null for no upper limit")
    return value


Range = Annotated[
    tuple[Annotated[float, Gt(0)], Annotated[float, Gt(0)] | None],
    pydantic.AfterValidator(_rising),
]
Spans = tuple[Annotated[float, Gt(0)], ...]
Positive = Annotated[float, Ge(0)]
Count = Annotated[int, Ge(1)]
Draws = Annotated[int, Ge(100)]
Means = Literal["bca", "log_t"]


class Ratio(NamedTuple):
    """Size of the conditioned response relative to the test response; below 1 is inhibition.

    Attributes
    ----------
    ratio_of_means : Estimate
        Mean conditioned over mean test response.
    geometric_ratio : Estimate
        The same of geometric means, with Welch's t interval on the log scale.
    ratio_of_medians : Estimate
        The same of medians.
    percent_change : Estimate
        100 times the ratio of means less 1; negative is inhibition.
    """

    ratio_of_means: Estimate
    geometric_ratio: Estimate
    ratio_of_medians: Estimate
    percent_change: Estimate


class Pairs(NamedTuple):
    """Paired trials, and the test pulses they are held against."""

    peak_to_peak_uv: np.ndarray
    """(n_pairs,)"""
    intensity_mso: np.ndarray
    """(n_pairs,) of the test pulse of each pair."""
    test_uv: np.ndarray
    """(n_test,) peak-to-peak of test pulses alone."""
    test_background_uv: np.ndarray
    """(n_test,) RMS of the EMG before them."""


class Gate(NamedTuple):
    """What the test response must be, and how many trials there should be."""

    test_uv: tuple[float, float | None]
    min_test_to_background: float
    min_trials: int


class Limits(NamedTuple):
    """How intervals are made."""

    rng: np.random.Generator
    n_boot: int = N_BOOT
    means: Means = "log_t"
    """Interval of the ratio of means."""


def compared(
    pairs: Pairs,
    gate: Gate,
    limits: Limits,
    faults: Mapping[str, bool] | None = None,
    remarks: Mapping[str, bool] | None = None,
) -> Ratio:
    """The ratio in every convention, or the reason why there is none.

    Parameters
    ----------
    pairs : Pairs
        The trials; those without a value are left out and said.
    gate : Gate
        Demands on the test response, which is judged by its median, and on the number of trials.
    limits : Limits
        Source of chance, draws and kind of the intervals.
    faults, remarks : mapping of str to bool, optional
        Further status codes, and whether they hold; where a fault does there is no number.

    Returns
    -------
    Ratio
        `n_used` counts pairs and test pulses.
    """
    own, test = (each[np.isfinite(each)] for each in (pairs.peak_to_peak_uv, pairs.test_uv))
    known = pairs.intensity_mso[np.isfinite(pairs.intensity_mso)]
    apart = np.abs(known - np.median(known)).max() if len(known) else 0.0
    wrong = said(
        no_values=not len(own),
        no_test_pulses=not len(test),
        mixed_test_intensity=apart > SAME_MSO,
        **_gated(test, pairs.test_background_uv, gate),
        **(faults or {}),
    )
    status = said(
        some_missing=len(own) < len(pairs.peak_to_peak_uv) or len(test) < len(pairs.test_uv),
        few_trials=min(len(own), len(test)) < gate.min_trials,
        no_intensity=len(known) < len(pairs.intensity_mso),
        **(remarks or {}),
    )
    if wrong:
        return Ratio(*[Estimate(np.nan, status=wrong)] * 4)
    return ratios(own, test, limits, status)


def ratios(own: np.ndarray, test: np.ndarray, limits: Limits, status: str = "") -> Ratio:
    """Ratios of two samples (n_own,) and (n_test,) of finite sizes in every convention; trials are never paired up."""
    n = len(own) + len(test)
    draws = [resampled(len(each), limits.n_boot, limits.rng) for each in (own, test)]
    zero = min(own.min(), test.min()) <= 0
    mean, median = (float(each(own, test)) for each in (_of_means, _of_medians))
    of_mean = of_median = of_logs = NONE
    if test.min() > 0:
        of_median = bca_of_two(_of_medians, own, test, *draws)
        of_mean = log_t_of_means(own, test) if limits.means == "log_t" else bca_of_two(_of_means, own, test, *draws)
    geometric = np.nan
    if not zero:
        geometric = float(np.exp(np.log(own).mean() - np.log(test).mean()))
        of_logs = log_t_of_two(own, test)
    no_log = ";".join(filter(None, [status, said(not_positive=zero)]))
    percent, low, high = (100 * (each - 1) for each in (mean, *of_mean))
    method = MEANS[limits.means]
    return Ratio(
        Estimate(mean, *of_mean, n, method, status),
        Estimate(geometric, *of_logs, n, GEOMETRIC, no_log),
        Estimate(median, *of_median, n, MEDIANS, status),
        Estimate(percent, low, high, n, f"100 (R - 1), R {method}", status, "%"),
    )


def _gated(test: np.ndarray, background_uv: np.ndarray, gate: Gate) -> dict[str, bool]:
    if not len(test):
        return {}
    least, most = gate.test_uv
    median = float(np.median(test))
    known = background_uv[np.isfinite(background_uv)]
    floor = gate.min_test_to_background * float(np.median(known)) if len(known) else 0.0
    return {"test_too_small": median < max(least, floor), "test_too_large": most is not None and median > most}


def _of_means(own: np.ndarray, test: np.ndarray, axis: int = -1) -> np.ndarray:
    return own.mean(axis) / test.mean(axis)


def _of_medians(own: np.ndarray, test: np.ndarray, axis: int = -1) -> np.ndarray:
    return np.median(own, axis) / np.median(test, axis)
