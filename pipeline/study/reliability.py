"""How well a study's own repeated baselines agree: ICC, standard error of measurement, smallest detectable change."""

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import scipy

from ..conditions import natural
from ..excitability.intervals import TAILS
from ..excitability.references import REFERENCE
from .cells import CELL, VISIT, logarithmic, on_scale
from .effects import ALIKE
from .visits import OF_CELL, OWN, SCALE, framed, once, within

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    **OF_CELL,
    "group": "group of the subjects; empty where all groups are in it",
    "arm": "arm of the study; empty where all arms are in it",
    "time_of_day": "time of day; empty where all are in it",
    "n_subjects": "subjects with a value at every repeat",
    "n_repeats": "repeats compared",
    "n_incomplete": "subjects with a value who lack one of these repeats, or have no logarithm there: not in it",
    "repeats": "their periods or sessions, joined by ,",
    "scale": SCALE,
    "mean": "mean of all values, in `unit`; the geometric mean where the scale is log",
    "icc_agreement": "ICC(2,1), absolute agreement of single values, repeats as a random sample",
    "icc_agreement_low": "lower limit of its 95 % interval",
    "icc_agreement_high": "upper limit of its 95 % interval",
    "icc_consistency": "ICC(3,1), consistency of single values, repeats as they are",
    "icc_consistency_low": "lower limit of its 95 % interval",
    "icc_consistency_high": "upper limit of its 95 % interval",
    "sem": "standard error of measurement, the root of the error mean square, on `scale`",
    "sem_low": "lower limit of its 95 % interval",
    "sem_high": "upper limit of its 95 % interval",
    "mdc95": "smallest detectable change of one subject, 1.96 sqrt(2) SEM, on `scale`",
    "mdc95_rise_percent": "the smallest detectable rise in percent; where the scale is log",
    "mdc95_fall_percent": "the smallest detectable fall in percent, negative; where the scale is log",
    "method": "how the numbers were made",
    "status": "ok, or why there are no numbers",
}
"""Columns of the table, and what they mean."""

METHOD = "two-way ANOVA of complete subjects, F intervals; SEM root error mean square, chi-square interval"
MDC95 = 1.96 * 2.0**0.5
"""Standard errors of measurement in the smallest detectable change."""
MIN_SUBJECTS = 3
NUMBERS = tuple(name for name in COLUMNS if name.startswith(("icc", "sem", "mdc95")))


class Squares(NamedTuple):
    """Mean squares of a table of subjects by repeats."""

    subjects: float
    repeats: float
    error: float
    n: int
    k: int


def reliability(
    metrics: "pd.DataFrame",
    /,
    *,
    reference: tuple[str, ...] = REFERENCE,
    baseline_sessions: tuple[str, ...] = (),
    baseline_arms: tuple[str, ...] = (),
    same: tuple[Literal["group", "arm", "time_of_day"], ...] = ("time_of_day",),
) -> "pd.DataFrame":
    """Agreement of each subject's repeated baselines, cell by cell.

    A repeat is the reference timepoint of a period, or of a session where periods are not declared; where a subject
    has no timepoints declared, each session. Where subjects lack repeats those repeats are compared that leave the
    most degrees of freedom, (subjects - 1) x (repeats - 1), in subjects who have them all.

    Parameters
    ----------
    reference : tuple of str
        Timepoints before whatever the study does: the first of these that a visit has is its baseline.
    baseline_sessions : tuple of str
        Sessions that are repeats; empty for all. Name them where the study treats between sessions: what is treated
        is no repeat of what was not.
    baseline_arms : tuple of str
        Arms whose sessions are repeats; empty for all.
    same : tuple of str
        What repeats share beside the cell, each with numbers of its own: group, arm, time_of_day.

    References
    ----------
    McGraw & Wong 1996, Psychol Methods 1:30 (ICC(A,1) and ICC(C,1), which Shrout & Fleiss 1979 name ICC(2,1) and
    ICC(3,1)); Weir 2005, J Strength Cond Res 19:231 (SEM from the error mean square, MDC95). Which repeats are
    compared where some are missing: own.
    """
    rows = within(within(once(metrics), "session", baseline_sessions), "arm", baseline_arms)
    rows = _baselines(rows, reference)
    cell = [*CELL, "unit", *same]
    found = []
    for labels, own in rows.groupby(cell, sort=False):
        names: dict[str, Any] = dict(zip(cell, map(str, labels), strict=True))
        log = logarithmic(names["metric"], names["unit"])
        pooled = dict.fromkeys(("group", "arm", "time_of_day"), "")
        found.append({**pooled, **names, "scale": "log" if log else "raw", "method": METHOD, **_numbers(own, log)})
    return framed(found, COLUMNS)


def _baselines(rows: "pd.DataFrame", reference: tuple[str, ...]) -> "pd.DataFrame":
    """Of each visit the reference timepoint; of a subject without timepoints everything."""
    order = {name.lower(): at for at, name in reversed(list(enumerate(reference)))}
    rows = rows.assign(_place=rows["timepoint"].astype(str).str.lower().map(order).astype(float))
    visit = rows.groupby([*OWN, *(name for name in VISIT if name != "timepoint")])["_place"]
    first = rows["_place"] == visit.transform("min")
    declared = rows.assign(_declared=rows["timepoint"] != "").groupby(OWN)["_declared"].transform("any")
    return rows[first | ~declared.astype(bool)]


def _numbers(own: "pd.DataFrame", log: bool) -> dict[str, Any]:
    """What one cell says: counts, repeats and numbers, or a status."""
    values, names = _wide(own, log)
    chosen = _chosen(np.isfinite(values))
    full = np.isfinite(values[:, chosen]).all(axis=1)
    complete = values[np.ix_(full, chosen)]
    mean = float(complete.mean()) if complete.size else np.nan
    counts = {
        "n_subjects": len(complete), "n_repeats": len(chosen), "n_incomplete": len(values) - len(complete),
        "repeats": ", ".join(names[at] for at in chosen), "mean": float(np.exp(mean)) if log else mean,
    }  # fmt: skip
    if len(chosen) < 2:
        return {**counts, "status": "fewer than 2 repeats"}
    if len(complete) < MIN_SUBJECTS:
        return {**counts, "status": f"fewer than {MIN_SUBJECTS} subjects with all repeats"}
    return {**counts, **_of_table(complete, log)}


def _wide(own: "pd.DataFrame", log: bool) -> tuple[np.ndarray, list[str]]:
    """Values on their scale (n_subjects, n_repeats), NaN where there is none; the repeats' names in natural order."""
    repeat = _repeats(own)
    names = sorted(set(repeat), key=natural)
    place = {name: at for at, name in enumerate(names)}
    subjects, row = np.unique(own["subject"].to_numpy(str), return_inverse=True)
    values = np.full((len(subjects), len(names)), np.nan)
    values[row, [place[each] for each in repeat]] = on_scale(own["value"].to_numpy(float), log)
    return values, names


def _repeats(own: "pd.DataFrame") -> list[str]:
    """(n_rows,) the repeat of each row: its period, else its session, else all that tells visits apart."""
    subject, period, session = (own[name].astype(str).tolist() for name in ("subject", "period", "session"))
    if all(period) and len(set(zip(subject, period, strict=True))) == len(own):
        return period
    if len(set(zip(subject, session, strict=True))) == len(own):
        return session
    return [" ".join(filter(None, map(str, row))) for row in own[list(VISIT)].itertuples(index=False)]


def _chosen(there: np.ndarray) -> np.ndarray:
    """Index of the repeats to compare, of (n_subjects, n_repeats) which values there are."""
    order = np.argsort(-there.sum(axis=0), kind="stable")
    complete = np.logical_and.accumulate(there[:, order], axis=1).sum(axis=0)
    freedom = (complete - 1) * np.arange(len(order))
    n = int(np.argmax(freedom[1:])) + 2 if len(order) > 1 else 1
    return np.sort(order[:n])


def _of_table(values: np.ndarray, log: bool) -> dict[str, Any]:
    """The numbers of a complete table (n_subjects, n_repeats), on its scale."""
    squares = mean_squares(values)
    if not squares.subjects and not squares.error:
        return {"sem": 0.0, "mdc95": 0.0, "status": "subjects do not differ, nor do repeats: no ICC"}
    freedom = (squares.n - 1) * (squares.k - 1)
    sem = np.sqrt(squares.error)
    limits = np.sqrt(freedom * squares.error / scipy.special.chdtri(freedom, TAILS))
    mdc = MDC95 * sem
    percent = (100.0 * np.expm1(mdc), 100.0 * np.expm1(-mdc)) if log else (np.nan, np.nan)
    status = "ok" if squares.error else "repeats do not differ within subjects: no intervals"
    numbers = (*icc_agreement(squares), *icc_consistency(squares), sem, *limits, mdc, *percent)
    return {**dict(zip(NUMBERS, map(float, numbers), strict=True)), "status": status}


def mean_squares(values: np.ndarray) -> Squares:
    """Mean squares of a two-way table without replication, (n_subjects, n_repeats); what is rounding is 0."""
    n, k = values.shape
    subjects, repeats = values.mean(axis=1), values.mean(axis=0)
    error = values - subjects[:, None] - repeats + values.mean()
    least = (ALIKE * np.abs(values).max()) ** 2
    found = [k * subjects.var(ddof=1), n * repeats.var(ddof=1), (error**2).sum() / ((n - 1) * (k - 1))]
    rows, columns, rest = (float(each) if each > least else 0.0 for each in found)
    return Squares(rows, columns, rest, n, k)


def icc_agreement(squares: Squares) -> tuple[float, float, float]:
    """ICC(2,1) with its interval; NaN where there is no error to take it from."""
    rows, columns, error, n, k = squares
    icc = (rows - error) / (rows + (k - 1) * error + k * (columns - error) / n)
    if not error or icc >= 1.0:
        return icc, np.nan, np.nan
    a, b = k * icc / (n * (1 - icc)), 1 + k * icc * (n - 1) / (n * (1 - icc))
    parts = a * columns, b * error
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / (k - 1) + parts[1] ** 2 / ((n - 1) * (k - 1)))
    below, above = (scipy.special.fdtri(*pair, TAILS[1]) for pair in ((n - 1, freedom), (freedom, n - 1)))
    rest = k * columns + (k * n - k - n) * error
    low = n * (rows - below * error) / (below * rest + n * rows)
    high = n * (above * rows - error) / (rest + n * above * rows)
    return icc, float(low), float(high)


def icc_consistency(squares: Squares) -> tuple[float, float, float]:
    """ICC(3,1) with its interval; NaN where there is no error to take it from."""
    rows, _, error, n, k = squares
    icc = (rows - error) / (rows + (k - 1) * error)
    if not error:
        return icc, np.nan, np.nan
    of_error = (n - 1) * (k - 1)
    low = rows / error / scipy.special.fdtri(n - 1, of_error, TAILS[1])
    high = rows / error * scipy.special.fdtri(of_error, n - 1, TAILS[1])
    return icc, float((low - 1) / (low + k - 1)), float((high - 1) / (high + k - 1))
