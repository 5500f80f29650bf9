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
    rows = _timed(metrics[metrics["value"].notna()])
    twice = rows.duplicated([*OWN, *VISIT], keep=False)
    if twice.any():
        one = rows[twice].iloc[0]
        n = int((rows[[*OWN, *VISIT]] == one[[*OWN, *VISIT]]).all(axis=1).sum())
        cell, visit = (", ".join(filter(None, map(str, one[list(names)]))) for names in (CELL, VISIT))
        raise MeasureError(
            f"metrics: subject {one['subject']} has {n} values of {cell} at visit ({visit}); expected one"
        )
    return rows


def _timed(rows: "pd.DataFrame") -> "pd.DataFrame":
    """The rows with the time of day that their session is named for, where none is declared."""
    session = rows["session"].astype(str).str.lower()
    told = (rows["time_of_day"] == "") & session.isin(TIMES_OF_DAY)
    return rows.assign(time_of_day=session.where(told, rows["time_of_day"]).astype(object))


def parted(
    rows: "pd.DataFrame", cell: Sequence[str], visit: Sequence[str], visits: "pd.DataFrame | None" = None
) -> Iterator[tuple[dict[str, str], np.ndarray]]:
    """Each cell at each visit: what its columns say, all of `VISIT` too, and the positions of its rows, one a subject.

    Parameters
    ----------
    rows : DataFrame
        One row a subject, cell and visit.
    cell : sequence of str
        Columns that define a cell.
    visit : sequence of str
        Columns that tell visits apart; of those of `VISIT` as few are added as it takes where a subject would have
        several. They are added for all cells alike where these columns read the same, so that who lacks what does not
        decide it. Those that are not needed are pooled over, and "".
    visits : DataFrame, optional
        Every visit of every subject, with values or without; without it those count of which a subject has several
        rows in some cell.
    """
    if not len(rows):
        return
    shown = rows[list(cell)].assign(**_shown(rows, cell, visit, visits))
    place = shown.groupby(list(shown), sort=False).ngroup().to_numpy()
    told = shown.iloc[np.unique(place, return_index=True)[1]].astype(str).to_dict("records")
    order = np.argsort(place, kind="stable")
    ends = np.cumsum(np.bincount(place))[:-1]
    for names, positions in zip(told, np.split(order, ends), strict=True):
        yield {str(name): text for name, text in names.items()}, positions


def _shown(
    rows: "pd.DataFrame", cell: Sequence[str], visit: Sequence[str], visits: "pd.DataFrame | None"
) -> dict[str, np.ndarray]:
    """(n_rows,) each column of `visit` and of `VISIT`, "" where it is pooled over."""
    rest = [name for name in VISIT if name not in visit]
    shown = {name: np.full(len(rows), "", object) for name in rest}
    every, same = (rows, ["subject", *cell]) if visits is None else (visits, ["subject"])
    twice = every[every.duplicated([*same, *visit], keep=False)]
    for at in dict.fromkeys(map(tuple, twice[list(visit)].to_numpy(object))):
        own, here = (_alike(frame, visit, at) for frame in (every, rows))
        for name in telling(every[own], visit, same)[len(visit) :]:
            shown[name][here] = rows[name].to_numpy(object)[here]
    return {**{name: rows[name].to_numpy(object) for name in visit}, **shown}


def _alike(rows: "pd.DataFrame", names: Sequence[str], values: Sequence[object]) -> np.ndarray:
    """(n_rows,) which rows have these values in these columns; all where there are no columns."""
    parts = [(rows[name] == each).to_numpy(bool) for name, each in zip(names, values, strict=True)]
    return np.logical_and.reduce([np.ones(len(rows), bool), *parts])


def telling(rows: "pd.DataFrame", first: Sequence[str], same: Sequence[str] = ("subject",)) -> list[str]:
    """Columns that tell rows apart that are alike in `same`: `first`, and as few of `VISIT` as it takes."""
    rest = [name for name in VISIT if name not in first]
    for size in range(len(rest) + 1):
        for more in itertools.combinations(rest, size):
            if not rows.duplicated([*same, *first, *more]).any():
                return [*first, *more]
    return [*first, *rest]


def cells_of_visits(
    metrics: "pd.DataFrame", visit: Sequence[str]
) -> Iterator[tuple[dict[str, str], np.ndarray, np.ndarray]]:
    """Each cell at each visit as `parted` has them: names, (n_subjects,) values, (n_subjects,) groups in words."""
    rows = once(metrics)
    visits = _timed(metrics)[["subject", *VISIT]].drop_duplicates()
    values, groups = rows["value"].to_numpy(float), rows["group"].to_numpy(object)
    for names, at in parted(rows, [*CELL, "unit"], visit, visits):
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
