"""By how much two analyses of the same trials differ: measures of trials and where they differ most, and metrics.

Differences are second - first. Sums over many subjects are kept as `Spread`, which two of can be joined, so that no
subject's trials are held when the next one is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..pulse_table import PULSE_COLUMNS
from .changes import matched

if TYPE_CHECKING:
    import pandas as pd

QUANTILE = 1.96
"""95 % of a normal distribution lie within so many standard deviations of its mean."""
DIGITS = 3
"""Significant digits to which differences are kept for their median."""

METRIC = ("session", "timepoint", "state", "side", "muscle", "condition", "metric", "convention")
"""What a metric is known by, within a subject."""
NUMBERS = ("value", "ci_low", "ci_high", "n_used", "n_rejected")
WORDS = ("unit", "method", "status")
METRICS = (
    *METRIC, "unit", "value_first", "value_second", "difference", "moved",
    *(f"{name}_{side}" for name in (*NUMBERS[1:], *WORDS[1:]) for side in ("first", "second")),
)  # fmt: skip
"""Columns of the table of metrics that differ."""


class Spread(NamedTuple):
    """Differences of one measure, as sums that can be joined.

    Attributes
    ----------
    n : int
        Trials in which the measure is known in both.
    mean : float
        Mean difference.
    squares : float
        Sum of squared deviations from the mean.
    n_changed : int
        Trials with a difference other than 0.
    largest : float
        Largest absolute difference.
    sizes : Counter
        Absolute difference other than 0, to `DIGITS` significant digits -> number of trials.
    """

    n: int = 0
    mean: float = 0.0
    squares: float = 0.0
    n_changed: int = 0
    largest: float = 0.0
    sizes: Counter[float] = Counter()  # noqa: RUF012 - never changed in place: a sum of two is a new one


def differences(first: pd.DataFrame, second: pd.DataFrame, units: Mapping[str, str]) -> dict[str, np.ndarray]:
    """Difference second - first of every measure that is a number with a unit; columns of the pulse table are none.

    Parameters
    ----------
    first, second : DataFrame
        Rows of the same trials.
    units : mapping of str to str
        Unit of each column.

    Returns
    -------
    dict of str to array (n_trials,)
        NaN where the measure is not known in both, or the trial is excluded in one of them: such trials enter no
        average and no metric.
    """
    used = np.ones(len(first), bool)
    for frame in (first, second):
        used &= ~frame["excluded"].to_numpy(bool) if "excluded" in frame else True
    names = sorted({name for name in units if units[name] and name in first and name in second} - set(PULSE_COLUMNS))
    result = {}
    for name in names:
        if first[name].dtype.kind == second[name].dtype.kind == "f":
            one, other = first[name].to_numpy(), second[name].to_numpy()
            known = used & np.isfinite(one) & np.isfinite(other)
            result[name] = np.where(known, other, np.nan) - np.where(known, one, np.nan)
    return result


def spread(difference: np.ndarray) -> Spread:
    """Differences (n_trials,) as sums; NaN is left out."""
    known = difference[np.isfinite(difference)]
    if not len(known):
        return Spread()
    size = np.abs(known[known != 0])
    sizes: Counter[float] = Counter()
    if len(size):
        step = 10.0 ** (np.floor(np.log10(size)) - DIGITS + 1)
        rounded, count = np.unique(np.round(size / step) * step, return_counts=True)
        for each, n in zip(rounded, count, strict=True):
            sizes[float(f"{each:.{DIGITS}g}")] += int(n)
    mean = float(known.mean())
    squares = float(((known - mean) ** 2).sum())
    return Spread(len(known), mean, squares, len(size), float(size.max(initial=0.0)), sizes)


def joined(one: Spread, other: Spread) -> Spread:
    """Both together. Chan, Golub and LeVeque 1983, Am Stat 37:242: no large sums that cancel."""
    n = one.n + other.n
    if not n:
        return one
    apart = other.mean - one.mean
    return Spread(
        n,
        one.mean + apart * other.n / n,
        one.squares + other.squares + apart**2 * one.n * other.n / n,
        one.n_changed + other.n_changed,
        max(one.largest, other.largest),
        one.sizes + other.sizes,
    )


def bland_altman(of: Spread) -> dict[str, Any]:
    """Agreement of two analyses of the same trials.

    With d = second - first of each trial: mean and SD (n - 1) of d, limits of agreement mean ± 1.96 SD, between which
    95 % of differences lie where they are normal and independent. Trials of one subject are not independent, and most
    differences may be exactly 0: read the limits as a description of these trials, not as an inference about others.

    Returns
    -------
    dict
        n, n_changed, mean_difference, sd, limit_low, limit_high, largest (absolute difference), median_absolute (of
        all n, unchanged ones too; to three significant digits). NaN where there are too few trials.

    References
    ----------
    Bland and Altman 1986, Lancet 327:307. The paper takes mean ± 2 SD; 1.96 is ours.
    """
    nan = float("nan")
    sd = float(np.sqrt(of.squares / (of.n - 1))) if of.n > 1 else nan
    mean = of.mean if of.n else nan
    return {
        "n": of.n,
        "n_changed": of.n_changed,
        "mean_difference": mean,
        "sd": sd,
        "limit_low": mean - QUANTILE * sd,
        "limit_high": mean + QUANTILE * sd,
        "largest": of.largest if of.n else nan,
        "median_absolute": _median(of) if of.n else nan,
    }


def farthest(difference: np.ndarray, n: int, least: float = 0.0) -> np.ndarray:
    """Positions of the n largest absolute differences (n_trials,) beyond `least`, largest first; ties in order."""
    size = np.nan_to_num(np.abs(difference))
    order = np.argsort(-size, kind="stable")[:n]
    return order[size[order] > least]


def metric_differences(first: pd.DataFrame, second: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Metrics of one subject that are not alike, and how many there are in all.

    `moved` is the first that holds: unit (not the same, so there is no difference to take); appeared and vanished (the
    value, with or without its row); beyond interval (either value lies outside the other's interval, where that has
    one: the order of the two does not matter); no interval (another value, and neither has an interval); status; ""
    (a change within the intervals, or only of an interval, a count or the method).

    Raises
    ------
    ReadError
        Where rows of one table have the same session, timepoint, state, side, muscle, condition, metric, convention.
    """
    at = matched(first, second, METRIC, "metrics")
    one, other = (
        frame.reset_index(drop=True).reindex(index=place, columns=[*METRIC, *NUMBERS, *WORDS]).reset_index(drop=True)
        for frame, place in zip((first, second), at, strict=True)
    )
    table = one[list(METRIC)].fillna(other[list(METRIC)])
    for side, frame in (("first", one), ("second", other)):
        table = table.assign(**{f"{name}_{side}": frame[name].astype(float) for name in NUMBERS})
        table = table.assign(**{f"{name}_{side}": frame[name].astype(object).fillna("") for name in WORDS})
    there = (at[0] >= 0) & (at[1] >= 0)
    differ = {name: _differ(table[f"{name}_first"], table[f"{name}_second"]) for name in (*NUMBERS, *WORDS)}
    unit = there & differ["unit"]
    table["unit"] = table["unit_first"].where(table["unit_first"] != "", table["unit_second"])
    table["difference"] = (table["value_second"] - table["value_first"]).where(~unit)
    table["moved"] = _moved({str(name): table[name].to_numpy() for name in table}, unit, differ["status"])
    unlike = ~there | np.any(list(differ.values()), axis=0)
    return table.loc[unlike, list(METRICS)].reset_index(drop=True), len(table)


def _median(of: Spread) -> float:
    values = np.array([0.0, *sorted(of.sizes)])
    reached = np.cumsum([of.n - of.n_changed, *(of.sizes[each] for each in values[1:])])
    middle = np.searchsorted(reached, [(of.n - 1) // 2, of.n // 2], side="right")
    return float(values[middle].mean())


def _differ(first: pd.Series, second: pd.Series) -> np.ndarray:
    return (first.ne(second) & (first.notna() | second.notna())).to_numpy(bool)


def _moved(of: dict[str, np.ndarray], unit: np.ndarray, status: np.ndarray) -> np.ndarray:
    one, other = of["value_first"], of["value_second"]
    (low, high), (low_then, high_then) = ((of[f"ci_low_{side}"], of[f"ci_high_{side}"]) for side in ("first", "second"))
    known, then = ~np.isnan(one), ~np.isnan(other)
    outside = (other < low) | (other > high) | (one < low_then) | (one > high_then)  # NaN: no limit to be beyond
    without = np.isnan([low, high, low_then, high_then]).all(0)
    another = known & then & (one != other)
    cases = {
        "unit": unit,
        "appeared": ~known & then,
        "vanished": known & ~then,
        "beyond interval": another & outside,
        "no interval": another & without,
        "status": status,
    }
    return np.select(list(cases.values()), list(cases), "").astype(object)


def rows_alike(first: pd.DataFrame, second: pd.DataFrame) -> tuple[int, int]:
    """How many rows two tables hold, a row of either once, and how many stand in both with every cell the same."""
    one, other = (Counter(map(tuple, each.astype(str).itertuples(index=False))) for each in (first, second))
    return sum((one | other).values()), sum((one & other).values())
