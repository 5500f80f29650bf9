"""Change of each subject: a later timepoint against the first, one session or time of day against another."""

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..errors import ConfigError, did_you_mean
from ..excitability.pairing import named
from ..excitability.references import REFERENCE
from .cells import CELL, PERSON, VISIT, logarithmic, on_scale
from .visits import OF_CELL, OF_VISIT, OWN, SCALE, once

if TYPE_CHECKING:
    import pandas as pd

Sessions = tuple[tuple[str, str], ...]
SESSIONS: Sessions = (("morning", "evening"), ("am", "pm"))

OF_PAIR = {
    "contrast": "what is held against each other: timepoint, session or time_of_day",
    "first": "label of the first: the reference",
    "second": "label of what is held against it",
}
COLUMNS = {
    "subject": "subject label",
    "group": "group of the subject",
    **OF_CELL,
    **OF_PAIR,
    **{name: f"{text.partition(';')[0]}; empty where the two differ in it" for name, text in OF_VISIT.items()},
    "scale": SCALE,
    "first_value": "value at the first, in `unit`; NaN where there is none",
    "second_value": "value at the second, in `unit`; NaN where there is none",
    "change": "second less first on `scale`: of logarithms where it is log",
    "percent": "100 (second / first - 1), where the scale is log",
    "status": "ok, or why there is no change",
}
"""Columns of the table, and what they mean."""


def changes_of_subjects(
    metrics: "pd.DataFrame",
    /,
    *,
    reference: tuple[str, ...] = REFERENCE,
    sessions: Sessions = SESSIONS,
) -> "pd.DataFrame":
    """Each subject's change of each cell: later timepoints against the first, and named sessions.

    Two numbers are of one pair where the cell is the same, and what else tells a subject's visits apart: the arm, and
    as many of session, time of day, period and sequence as it takes. So a first and a later timepoint may be of two
    sessions, or of each of many. Cells where no subject has both are left out.

    Parameters
    ----------
    reference : tuple of str
        First timepoints: the first of these that the study has is the reference.
    sessions : tuple of (str, str)
        Pairs of sessions, or where no session is named so of times of day: the second is held against the first.

    Raises
    ------
    ConfigError
        Where no session or time of day has the name of one of a pair; pairs of the default need not be there.

    References
    ----------
    Own: log ratios of sizes and ratios, differences of times and thresholds, as the field reports them.
    """
    import pandas as pd

    rows = once(metrics)
    _check(metrics, sessions)
    found = [
        pair
        for _, own in rows.groupby("metric", sort=False)
        for pair in (*_timepoints(own, reference), *_sessions(own, sessions))
    ]
    if not found:
        return pd.DataFrame(columns=list(COLUMNS))
    return _changed(pd.concat(found, ignore_index=True))[list(COLUMNS)]


def _check(metrics: "pd.DataFrame", sessions: Sessions) -> None:
    """That both of each pair are there as sessions, or both as times of day."""
    if not len(metrics):
        return
    labels = [sorted(set(metrics[column].astype(str)) - {""}) for column in ("session", "time_of_day")]
    for pair in sessions:
        lacking = [[name for name in pair if named((name,), there) is None] for there in labels]
        if tuple(pair) not in SESSIONS and all(lacking):
            (name, *_), known = lacking[0], dict.fromkeys(itertools.chain(*labels))
            raise ConfigError(f"sessions: no session or time of day {name!r}; {did_you_mean(name, known)}")


def _timepoints(rows: "pd.DataFrame", reference: tuple[str, ...]) -> Iterator["pd.DataFrame"]:
    there = [str(each) for each in dict.fromkeys(rows["timepoint"]) if each]
    first = named(reference, there)
    if first is not None and len(there) > 1:
        own = rows[rows["timepoint"] != ""]
        by = _shared(own, "timepoint", ["arm"])
        for second in there:
            if second != first:
                yield from _both(own, "timepoint", (first, second), by)


def _sessions(rows: "pd.DataFrame", sessions: Sessions) -> Iterator["pd.DataFrame"]:
    for one, other in sessions:
        for column in ("session", "time_of_day"):
            there = [str(each) for each in dict.fromkeys(rows[column])]
            first, second = named((one,), there), named((other,), there)
            if first is not None and second is not None and first != second:
                own = rows[rows[column].isin([first, second])]
                yield from _both(own, column, (first, second), _shared(own, column, ["timepoint", "arm"]))
                break


def _shared(rows: "pd.DataFrame", contrast: str, first: Sequence[str]) -> list[str]:
    """Columns of a visit that both of a pair must share: so many that they are one each, so few that there are two."""
    rest = [name for name in ("session", "time_of_day", "period", "sequence", "timepoint", "arm")
            if name not in (contrast, *first)]  # fmt: skip
    codes = rows[[*first, *rest, contrast]].apply(lambda column: column.factorize()[0])
    codes = codes.assign(own=rows.groupby(OWN, sort=False).ngroup())
    for size in range(len(rest) + 1):
        for more in itertools.combinations(rest, size):
            by = [*first, *more]
            if not codes.duplicated(["own", *by, contrast]).any() and codes.duplicated(["own", *by]).any():
                return by
    return [*first, *rest]


def _both(rows: "pd.DataFrame", contrast: str, labels: tuple[str, str], by: Sequence[str]) -> Iterator["pd.DataFrame"]:
    """The two values of each subject side by side, and what of the visit they share."""
    key = [*PERSON, *CELL, "unit", *by]
    rest = [name for name in VISIT if name not in by]
    kept = [*key, *rest, "value"]
    sides = [rows.loc[rows[contrast] == label, kept] for label in labels]
    both = sides[0].assign(_at=np.arange(len(sides[0]))).merge(sides[1], on=key, how="outer", suffixes=("_1", "_2"))
    both = both.sort_values("_at", kind="stable")
    cell = [*CELL, "unit", *by]
    pair = (both["value_1"].notna() & both["value_2"].notna()).groupby([both[name] for name in cell]).transform("any")
    both = both[pair.astype(bool)]
    for name in rest:
        one, other = both[f"{name}_1"], both[f"{name}_2"]
        one, other = one.where(one.notna(), other), other.where(other.notna(), one)
        both = both.assign(**{name: one.where(one == other, "")})
    if len(both):
        told = {"contrast": contrast, "first": labels[0], "second": labels[1], contrast: ""}
        yield both.rename(columns={"value_1": "first_value", "value_2": "second_value"}).assign(**told)


def _changed(both: "pd.DataFrame") -> "pd.DataFrame":
    """Pairs with change, scale and status."""
    log = np.array([logarithmic(*names) for names in zip(both["metric"], both["unit"], strict=True)], bool)
    first, second = both["first_value"].to_numpy(float), both["second_value"].to_numpy(float)
    on_log = on_scale(second, log=True) - on_scale(first, log=True)
    why = {
        "no value at the first": np.isnan(first),
        "no value at the second": np.isnan(second),
        "a value of zero or below has no logarithm": log & ((first <= 0) | (second <= 0)),
    }
    status = np.select(list(why.values()), list(why), "ok")
    return both.assign(
        scale=np.where(log, "log", "raw"), change=np.where(log, on_log, second - first),
        percent=np.where(log, 100.0 * np.expm1(on_log), np.nan), status=status,
    )  # fmt: skip
