"""Whether arms and groups were alike before anything was done."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import scipy

from ..conditions import natural
from ..excitability.intervals import TAILS
from ..excitability.pairing import named
from ..excitability.references import REFERENCE
from .cells import VISIT, apart, logarithmic, on_scale
from .mixed import fit
from .modelled import CONTROL
from .multiplicity import holm
from .nested import Nested
from .terms import categories, design
from .visits import OF_CELL, SCALE, framed, once

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    **OF_CELL,
    "scale": SCALE,
    "between": "arm or group",
    "first": "label that the other is held against; nothing where all are compared together",
    "second": "the other label; nothing where all are compared together",
    "n_first": "subjects with a baseline there; of all labels where all are compared together",
    "n_second": "subjects with a baseline there",
    "difference": "second less first, on `scale`",
    "ci_low": "lower limit of its 95 % interval, not corrected",
    "ci_high": "upper limit of its 95 % interval, not corrected",
    "standardised": "difference over the root of the mean of both variances",
    "statistic": "t of two labels, F of all",
    "df_numerator": "degrees of freedom of the numerator of F; 1 for t",
    "df": "degrees of freedom of t, of the denominator of F",
    "p": "two-sided p",
    "p_holm": "p after Holm's correction within `family`",
    "family": "the tests that are corrected together",
    "method": "how the baselines are compared",
    "status": "ok, or why there is no test",
}
"""Columns of the table, and what they mean."""
PAIRED = "paired t of subjects with both; standardised by the root mean variance"
UNPAIRED = "Welch's t, one mean a subject; standardised by the root mean variance"
TOGETHER = {
    True: "F of arms after subjects, least squares",
    False: "F of one-way analysis of variance, one mean a subject",
}
UNDECLARED = "no baseline is declared: no reference timepoint, and several visits or timepoints in the study"
READING = "chance alone makes one of twenty p < 0.05 where labels were drawn: read the standardised difference"


class Compared(NamedTuple):
    """Two labels held against each other."""

    difference: float
    se: float
    df: float
    standardised: float


def baselines(
    metrics: "pd.DataFrame",
    /,
    *,
    reference: tuple[str, ...] = REFERENCE,
    sham: str = "sham",
    control: tuple[str, ...] = CONTROL,
) -> "pd.DataFrame":
    """Baselines of arms and of groups held against each other, cell by cell.

    A subject's baselines in one arm, or of one group, are averaged on the scale of the comparison. Arms are compared
    within subjects where any subject has several. In a study without timepoints, of one visit a subject, all values
    are baselines; elsewhere a number without timepoint, be it of a whole visit with timepoints before and after or of
    one visit among several, is none, and the row says so.

    Parameters
    ----------
    reference : tuple of str
        Timepoints before whatever the study does: the first of these that is there is the baseline.
    sham : str
        The arm that others are held against.
    control : tuple of str
        Groups that others are held against: the first of these that is there.

    Returns
    -------
    DataFrame
        The columns of `COLUMNS`: a row for each label but the first, and one for all together where there are more.

    References
    ----------
    Standardised difference: Austin 2009, Stat Med 28:3083. Why its size says more than the test: Senn 1994, Stat Med
    13:1715. Welch 1947, Biometrika 34:28; Holm 1979, Scand J Stat 6:65.
    """
    rows = []
    single = _single(metrics)
    for names, own in apart(once(metrics)):
        log = logarithmic(names["metric"], names["unit"])
        declared = single or not untimed(own)
        before = at_baseline(own, reference) if declared else own
        before = before.assign(value=on_scale(before["value"].to_numpy(float), log))
        before = before[np.isfinite(before["value"].to_numpy(float))]
        for column, first in (("arm", (sham,)), ("group", control)):
            kind = {**names, "scale": "log" if log else "raw", "between": column}
            if declared:
                rows += [{**kind, **each} for each in _compared(before, column, first)]
            elif before[column][before[column] != ""].nunique() > 1:
                rows.append({**kind, "first": "", "second": "", "method": "", "status": UNDECLARED})
    table = framed(rows, COLUMNS)
    what = np.where(table["second"] == "", "joint tests", "tests of two") if len(table) else np.empty(0, object)
    return corrected(
        table, [f"{each} of baselines between {by}s" for each, by in zip(what, table["between"], strict=True)]
    )


def at_baseline(own: "pd.DataFrame", reference: tuple[str, ...]) -> "pd.DataFrame":
    """The rows of the first of these timepoints that is there; all where no timepoint is declared."""
    if untimed(own):
        return own
    return own[own["timepoint"] == named(reference, list(dict.fromkeys(map(str, own["timepoint"]))))]


def untimed(own: "pd.DataFrame") -> bool:
    """Whether none of the rows has a timepoint."""
    return bool((own["timepoint"] == "").all())


def _single(metrics: "pd.DataFrame") -> bool:
    """Whether the study, with all its rows, has no timepoint and one visit a subject."""
    visits = metrics[["subject", *VISIT]].drop_duplicates()
    return untimed(metrics) and not visits.duplicated("subject").any()


def corrected(table: "pd.DataFrame", families: Sequence[str]) -> "pd.DataFrame":
    """The table with Holm's correction, and how many tests each family has."""
    p = table["p"].to_numpy(float)
    sizes = table.assign(_own=families, _made=~np.isnan(p)).groupby("_own")["_made"].transform("sum")
    words = [f"{n} {name}" if made else "" for n, name, made in zip(sizes, families, ~np.isnan(p), strict=True)]
    return table.assign(p_holm=holm(p, np.array(families, object).astype(str)), family=words)


def _compared(before: "pd.DataFrame", column: str, first: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Each label against the first, then all together."""
    own = before[before[column] != ""]
    table = own.pivot_table(index="subject", columns=column, values="value", aggfunc="mean")
    labels = sorted(map(str, table), key=natural)
    if len(labels) < 2:
        return
    values = table[labels].to_numpy(float)
    paired = bool((np.isfinite(values).sum(axis=1) > 1).any()) and column == "arm"
    start = labels.index(named(first, labels) or labels[0])
    for at in (at for at in range(len(labels)) if at != start):
        counts = {"n_first": np.isfinite(values[:, start]).sum(), "n_second": np.isfinite(values[:, at]).sum()}
        yield {"first": labels[start], "second": labels[at], **counts, **_pair(values[:, start], values[:, at], paired)}
    if len(labels) > 2:
        n = int(np.isfinite(values).any(axis=1).sum())
        yield {"first": "", "second": "", "n_first": n, **_together(values, paired)}


def _pair(first: np.ndarray, second: np.ndarray, paired: bool) -> dict[str, Any]:
    method = f"{PAIRED if paired else UNPAIRED}; {READING}"
    both = np.isfinite(first) & np.isfinite(second)
    one, other = (first[both], second[both]) if paired else (first[np.isfinite(first)], second[np.isfinite(second)])
    if min(len(one), len(other)) < 2:
        return {"method": method, "status": "fewer than two subjects"}
    made = _held(one, other, paired)
    if not made.se > 0:
        return {"method": method, "difference": made.difference, "status": "nothing varies"}
    t, half = made.difference / made.se, scipy.special.stdtrit(made.df, TAILS[1]) * made.se
    return {
        "difference": made.difference, "ci_low": made.difference - half, "ci_high": made.difference + half,
        "standardised": made.standardised, "statistic": t, "df_numerator": 1, "df": made.df,
        "p": 2.0 * scipy.special.stdtr(made.df, -abs(t)), "method": method, "status": "ok",
    }  # fmt: skip


def _held(first: np.ndarray, second: np.ndarray, paired: bool) -> Compared:
    """Second less first, its standard error and degrees of freedom."""
    difference = float(second.mean() - first.mean())
    variances = np.array([first.var(ddof=1), second.var(ddof=1)])
    mean = float(np.sqrt(variances.mean()))
    standardised = difference / mean if mean > 0 else np.nan
    if paired:
        se = float((second - first).std(ddof=1) / np.sqrt(len(first)))
        return Compared(difference, se, len(first) - 1.0, standardised)
    parts = variances / (len(first), len(second))
    less_one = np.array([len(first), len(second)]) - 1.0
    df = float(parts.sum() ** 2 / (parts**2 / less_one).sum()) if parts.any() else np.nan
    return Compared(difference, float(np.sqrt(parts.sum())), df, standardised)


def _together(values: np.ndarray, paired: bool) -> dict[str, Any]:
    """All labels (n_subjects, n_labels) in one test."""
    subject, label = np.nonzero(np.isfinite(values))
    own = values[subject, label]
    factors = {"label": categories("label", [f"{each}" for each in label])}
    if paired:
        factors["subject"] = categories("subject", [f"{each}" for each in subject])
    alone = np.arange(len(own))
    made = fit(own, design([(name,) for name in factors], factors, len(own)), Nested(alone, alone))
    if made is None:
        return {"method": TOGETHER[paired], "status": "too few subjects"}
    found = made.tests["label",]
    return {
        "statistic": found.f, "df_numerator": found.df_numerator, "df": found.df, "p": found.p,
        "method": TOGETHER[paired], "status": "ok",
    }  # fmt: skip
