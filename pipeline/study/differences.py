"""Differences between groups of subjects at each visit: effect sizes, intervals, p values."""

import itertools
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import scipy

from ..excitability.pairing import named
from .cells import logarithmic, on_scale
from .effects import auc, hedges, varies, welch
from .groups import VISITS
from .modelled import CONTROL
from .multiplicity import holm
from .visits import OF_CELL, OF_VISIT, SCALE, Visit, cells_of_visits, framed, with_group

if TYPE_CHECKING:
    import pandas as pd

Family = tuple[
    Literal[
        "metric", "convention", "state", "side", "muscle", "level", "session", "arm", "period", "sequence",
        "time_of_day", "timepoint", "first", "second",
    ],
    ...,
]  # fmt: skip
COLUMNS = {
    **OF_CELL,
    **OF_VISIT,
    "first": "first group: the reference",
    "second": "group that is held against it",
    "n_first": "subjects of the first group with a value",
    "n_second": "subjects of the second group with a value",
    "scale": SCALE,
    "difference": "mean of the second group less that of the first, on `scale`",
    "difference_low": "lower limit of its 95 % interval",
    "difference_high": "upper limit of its 95 % interval",
    "percent": "difference of the geometric means in percent of the first; where the scale is log",
    "percent_low": "lower limit of its 95 % interval",
    "percent_high": "upper limit of its 95 % interval",
    "p": "p value of Welch's t test on `scale`",
    "p_holm": "p adjusted after Holm within `family`",
    "hedges_g": "difference over the pooled standard deviation, on `scale`, free of small-sample bias",
    "hedges_g_low": "lower limit of the 95 % interval of the population's",
    "hedges_g_high": "upper limit of the 95 % interval of the population's",
    "cliffs_delta": "share of pairs of subjects where the second is larger, less that where it is smaller",
    "cliffs_delta_low": "lower limit of its 95 % interval",
    "cliffs_delta_high": "upper limit of its 95 % interval",
    "p_rank": "p value of the Mann-Whitney test",
    "p_rank_holm": "p_rank adjusted after Holm within `family`",
    "family": "columns that tell the family of tests",
    "method": "how the numbers were made",
    "status": "ok, or why numbers are missing",
}
"""Columns of the table, and what they mean."""

METHOD = (
    "one value a subject; Welch's t; Hedges' g, interval from the non-central t distribution; Cliff's delta, score "
    "interval with DeLong's variance; Mann-Whitney"
)


def differences(
    metrics: "pd.DataFrame",
    /,
    *,
    group: str = "group",
    reference: tuple[str, ...] = CONTROL,
    visits: Visit = VISITS,
    family: Family = ("metric", "convention"),
) -> "pd.DataFrame":
    """Each pair of groups held against each other at each visit, from one value a subject.

    Subjects of unknown group are left out.

    Parameters
    ----------
    group : str
        Column that says which group a subject is in; a covariate may be one.
    reference : tuple of str
        The reference is the first of these groups that there is; the other groups follow in alphabetical order.
    visits : tuple of str
        Columns that tell visits apart: session, arm, period, sequence, time_of_day, timepoint. Others are added where
        a subject would have several values of a cell.
    family : tuple of str
        Columns that tell the families within which p values are adjusted: all tests that are alike in them are one.

    References
    ----------
    Welch 1947; Hedges & Olkin 1985 (g); Cumming & Finch 2001 (its interval); Cliff 1993, Psychol Bull 114:494 (delta;
    interval by DeLong's variance of the area, of which it is twice less 1); Mann & Whitney 1947; Holm 1979.
    """
    known = with_group(metrics, group)
    known = known[known["group"] != ""]
    labels = sorted(set(known["group"]))
    first = named(reference, labels)
    labels.sort(key=lambda label: label != first)
    found = []
    for names, values, own in cells_of_visits(known, visits):
        log = logarithmic(names["metric"], names["unit"])
        there = set(own.tolist())
        for one, other in itertools.combinations([label for label in labels if label in there], 2):
            numbers = _numbers(values[own == one], values[own == other], log)
            found.append({**names, "first": one, "second": other, **numbers})
    table = framed(found, COLUMNS)
    families = table.groupby(list(family), sort=False).ngroup().to_numpy()
    adjusted = {f"{name}_holm": holm(table[name].to_numpy(float), families) for name in ("p", "p_rank")}
    return table.assign(**adjusted, family=" + ".join(family))


def _numbers(first: np.ndarray, second: np.ndarray, log: bool) -> dict[str, Any]:
    """What the values of two groups (n_first,), (n_second,) say of each other."""
    one, other = (on_scale(each, log) for each in (first, second))
    one, other = one[np.isfinite(one)], other[np.isfinite(other)]
    mean, effect = welch(one, other), hedges(one, other)
    percent = 100.0 * np.expm1(mean[:3]) if log else np.full(3, np.nan)
    delta = 2.0 * np.array(auc(first, second)) - 1.0
    numbers = {"difference": mean[:3], "percent": percent, "hedges_g": effect, "cliffs_delta": delta}
    limits = {f"{name}{end}": float(number) for name, three in numbers.items()
              for end, number in zip(("", "_low", "_high"), three, strict=True)}  # fmt: skip
    both = np.concatenate([first, second])
    enough = min(len(first), len(second)) > 1 and varies(both)
    rank = float(scipy.stats.mannwhitneyu(first, second).pvalue) if enough else np.nan
    left_out = len(both) - len(one) - len(other)
    why = {
        "fewer than 2 subjects in a group": min(len(one), len(other)) < 2,
        "no spread in either group": min(len(one), len(other)) > 1 and np.isnan(mean.value),
        "the groups do not overlap: no interval of delta": min(len(first), len(second)) > 1 and abs(delta[0]) == 1,
        f"{left_out} values of zero or below have no logarithm": left_out > 0,
    }
    return {
        "n_first": len(first), "n_second": len(second), "scale": "log" if log else "raw", **limits,
        "p": mean.p, "p_rank": rank, "method": METHOD,
        "status": "; ".join(text for text, holds in why.items() if holds) or "ok",
    }  # fmt: skip
