"""Which of a study's numbers are of one subject and visit, and which columns tell its visits apart."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..errors import ConfigError, MeasureError, did_you_mean
from .cells import CELL, PERSON, VISIT

if TYPE_CHECKING:
    import pandas as pd

Visit = tuple[Literal["session", "arm", "period", "sequence", "time_of_day", "timepoint"], ...]
OF_CELL = {
    "metric": "what is measured",
    "convention": "how it is computed",
    "state": "rest or active",
    "side": "side of the muscle",
    "muscle": "recorded muscle",
    "level": "the pulse, comparable over subjects",
    "unit": "unit of the metric's values",
}
OF_VISIT = {
    "session": "session label; empty where several are in it, as in the columns that follow",
    "arm": "arm of the study",
    "period": "period of a crossover",
    "sequence": "order of the arms in a crossover",
    "time_of_day": "time of day",
    "timepoint": "position in the study's design",
}
SCALE = "log: compared as natural logarithms; raw: as they are, in `unit`"
TIMES_OF_DAY = ("morning", "afternoon", "evening", "night", "am", "pm")
"""Names of sessions that say the time of day."""
OWN = ["subject", *CELL, "unit"]
"""Columns of one subject's numbers of one cell."""


def once(metrics: "pd.DataFrame") -> "pd.DataFrame":
    """The rows that have a value; where no time of day is declared, a session that is named for one is of that time.

    Raises
    ------
    MeasureError
        Where a column is missing, or a subject has several numbers in one cell at one visit.
    """
    needed = (*PERSON, *VISIT, *CELL, "unit", "value")
    if missing := [name for name in needed if name not in metrics]:
        raise MeasureError(f"metrics: no column {missing[0]!r}; {did_you_mean(missing[0], metrics.columns)}")
    rows = metrics[metrics["value"].notna()]
    session = rows["session"].astype(str).str.lower()
    told = (rows["time_of_day"] == "") & session.isin(TIMES_OF_DAY)
    rows = rows.assign(time_of_day=session.where(told, rows["time_of_day"]).astype(object))
    twice = rows.duplicated([*OWN, *VISIT], keep=False)
    if twice.any():
        one = rows[twice].iloc[0]
        n = int((rows[[*OWN, *VISIT]] == one[[*OWN, *VISIT]]).all(axis=1).sum())
        cell, visit = (", ".join(filter(None, map(str, one[list(names)]))) for names in (CELL, VISIT))
        raise MeasureError(
            f"metrics: subject {one['subject']} has {n} values of {cell} at visit ({visit}); expected one"
        )
    return rows


def parted(
    rows: "pd.DataFrame", cell: Sequence[str], visit: Sequence[str]
) -> Iterator[tuple[dict[str, str], np.ndarray]]:
    """Each cell at each visit: what its columns say, all of `VISIT` too, and the positions of its rows, one a subject.

    Parameters
    ----------
    rows : DataFrame
        One row a subject, cell and visit.
    cell : sequence of str
        Columns that define a cell.
    visit : sequence of str
        Columns that tell visits apart; of those of `VISIT` as few are added as it takes in a cell where a subject
        would have several rows at one. Those that are not needed are pooled over, and "".
    """
    if not len(rows):
        return
    code = rows.groupby(list(cell), sort=False).ngroup().to_numpy()
    twice = rows.duplicated(["subject", *cell, *visit], keep=False).to_numpy()
    odd = np.unique(code[twice])
    whole = np.flatnonzero(~np.isin(code, odd))
    parts = [(whole, list(visit))] if len(whole) else []
    for each in odd:
        at = np.flatnonzero(code == each)
        parts.append((at, telling(rows.iloc[at], visit)))
    for at, by in parts:
        own, key = rows.iloc[at], [*cell, *by]
        place = own.groupby(key, sort=False).ngroup().to_numpy()
        told = own[key].iloc[np.unique(place, return_index=True)[1]].astype(str).to_dict("records")
        order = np.argsort(place, kind="stable")
        ends = np.cumsum(np.bincount(place))[:-1]
        for names, positions in zip(told, np.split(at[order], ends), strict=True):
            yield {**dict.fromkeys(VISIT, ""), **{str(name): text for name, text in names.items()}}, positions


def telling(rows: "pd.DataFrame", first: Sequence[str]) -> list[str]:
    """Columns that tell the rows of one cell apart that a subject has: `first`, and as few of `VISIT` as it takes."""
    rest = [name for name in VISIT if name not in first]
    for size in range(len(rest) + 1):
        for more in itertools.combinations(rest, size):
            if not rows.duplicated(["subject", *first, *more]).any():
                return [*first, *more]
    return [*first, *rest]


def cells_of_visits(
    metrics: "pd.DataFrame", visit: Sequence[str]
) -> Iterator[tuple[dict[str, str], np.ndarray, np.ndarray]]:
    """Each cell at each visit as `parted` has them: names, (n_subjects,) values, (n_subjects,) groups in words."""
    rows = once(metrics)
    values, groups = rows["value"].to_numpy(float), rows["group"].to_numpy(object)
    for names, at in parted(rows, [*CELL, "unit"], visit):
        yield names, values[at], groups[at]


def with_group(metrics: "pd.DataFrame", group: str) -> "pd.DataFrame":
    """The metrics with `group` being that column, in words; "" where it is not known.

    Raises
    ------
    ConfigError
        Where there is no such column.
    """
    if group not in metrics:
        raise ConfigError(f"group: no column {group!r}; {did_you_mean(group, metrics.columns)}")
    own = metrics[group]
    return metrics.assign(group=own.astype(object).where(own.notna(), "").astype(str))


def within(rows: "pd.DataFrame", column: str, names: Sequence[str]) -> "pd.DataFrame":
    """The rows whose column has one of these names, whatever their case; all where no name is given.

    Raises
    ------
    ConfigError
        Where no row has one of the names.
    """
    if not names or not len(rows):
        return rows
    there = rows[column].astype(str)
    for name in names:
        if not (there.str.lower() == name.lower()).any():
            raise ConfigError(f"no {column} {name!r}; {did_you_mean(name, sorted(set(there) - {''}))}")
    return rows[there.str.lower().isin([name.lower() for name in names])]


def framed(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> "pd.DataFrame":
    """A table of these columns, in their order, with no rows where there are none."""
    import pandas as pd

    return pd.DataFrame(list(rows), columns=list(columns))
