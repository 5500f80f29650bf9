"""The pulse table of a recording: from its events or markers, a table beside it, and the study's own tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..errors import ReadError, did_you_mean
from ..trials import RESERVED
from ..windows import ROUNDING_MS
from .tsv import MISSING, typed

if TYPE_CHECKING:
    import pandas as pd

APART_MS = 500.0
"""Two pulses closer than this, other than of rTMS, are one event written twice or one pair written as two: the longest
interval of a paired protocol is below it (long-interval inhibition: 50 to 200 ms), and the shortest between trials is
above it. Own choice."""
NO_PULSE = ("none", "mvc")


class Pulses(NamedTuple):
    """The pulses of a recording, in the order of their rows."""

    table: pd.DataFrame
    """(n_pulses rows) columns of the pulse table, `onset_s` among them."""
    at_s: np.ndarray
    """(n_pulses,) time of each in the file; `onset_s` may be another clock, where a table states it."""
    rows: tuple[str, ...]
    """(n_pulses,) what to call each pulse in an error: the marker or line it comes from."""


def from_markers(names: np.ndarray, at_s: np.ndarray, markers: Mapping[str, Mapping[str, Any]]) -> Pulses:
    """The pulses among a recording's markers, as the config says which they are.

    Parameters
    ----------
    names : array (n_markers,) of str
        Markers of the recording in their order.
    at_s : array (n_markers,)
        Time of each in the file.
    markers : mapping
        Marker that is a pulse -> the columns it stands for.

    Raises
    ------
    ReadError
        Where the config names no marker, or one that is not there: the markers there are, with their counts.
    """
    import pandas as pd

    there = counts(names)
    if not markers:
        raise ReadError(f"the config does not say which marker is the pulse; {_how_to_name(names)}. There are: {there}")
    for name in markers:
        if name not in names:
            raise ReadError(f"there is no marker {name!r}; there are: {there}")
    keep = np.isin(names, list(markers))
    # Objects, so that a whole number stays one where another marker has no such column.
    meant = pd.DataFrame([dict(each) for each in markers.values()], index=list(markers), dtype=object)
    table = meant.loc[names[keep]].reset_index(drop=True).assign(onset_s=at_s[keep], marker=names[keep])
    rows = [f"marker {n} ({name})" for n, name in zip(np.flatnonzero(keep) + 1, names[keep], strict=True)]
    return Pulses(table, at_s[keep], tuple(rows))


def from_events(events: pd.DataFrame, file: str, markers: Mapping[str, Mapping[str, Any]], column: str = "") -> Pulses:
    """The pulses of an events table: the rows whose `pulse` is given, and those the config names as markers.

    What the config says of a marker goes above what the file says of its rows, column by column; where it says
    nothing, the file's column holds.

    Parameters
    ----------
    events : DataFrame of str
        As `read_tsv` gives it; `onset` in s.
    file : str
        Its name, for errors.
    markers : mapping
        Marker that is a pulse -> the columns it stands for; needed where the table has no column `pulse`.
    column : str
        Column that holds the markers; "" is `trial_type`, or `value` where they are only found there.

    Raises
    ------
    ReadError
        Where there is no pulse, the config names a marker that is not there, or an onset is not a number.
    """
    import pandas as pd

    if "onset" not in events:
        raise ReadError(f"{file} has no column 'onset'; {did_you_mean('onset', events.columns)}")
    own = "pulse" in events
    given = ~events["pulse"].isin(MISSING).to_numpy() if own else np.zeros(len(events), bool)
    names = np.full(len(events), "", object)
    if markers or not own:
        names = _marker_column(events, file, markers, column)
    keep = given | np.isin(names, list(markers))
    if not keep.any():
        found = f"'pulse' is n/a in each of its {len(keep)} rows" if len(keep) else "it has no rows"
        raise ReadError(f"{file}: {found}; expected at least one pulse")
    rows = tuple(f"{file} line {line}" for line in events.index[keep])
    at_s = _onsets(events[keep], file)
    table = typed(events[keep].reset_index(drop=True).drop(columns="onset"))
    meant = pd.DataFrame([dict(markers.get(name, {})) for name in names[keep]], index=table.index, dtype=object)
    table = _above(meant, table)
    return Pulses(table if "onset_s" in table else table.assign(onset_s=at_s), at_s, rows)


def completed(table: pd.DataFrame, beside: pd.DataFrame | None, columns: Mapping[str, Any]) -> pd.DataFrame:
    """The pulse table with what a trial table says above it, and what the study says where neither says anything.

    A column that bears the name of one of results (`condition`, say) is carried as `given_` and its name.

    Parameters
    ----------
    table : DataFrame (n_trials rows)
        What the recording says itself.
    beside : DataFrame of str, optional
        The trial table, as `read_tsv` gives it.
    columns : mapping
        Columns that hold for every trial.

    Raises
    ------
    ReadError
        Where the trial table has another number of rows than there are trials, or a kind of pulse is not known.
    """
    import pandas as pd

    if beside is not None:
        if len(beside) != len(table):
            raise ReadError(f"the trial table has {len(beside)} rows, the recording {len(table)} trials")
        table = _above(typed(beside.reset_index(drop=True)), table)
    table = _above(table, pd.DataFrame(dict(columns), index=table.index))
    unsaid = _unsaid(table["pulse"]) if "pulse" in table else np.ones(len(table), bool)
    if unsaid.any():
        where = "nowhere given" if unsaid.all() else f"not given for trial {unsaid.argmax()}"
        raise ReadError(
            f"the kind of pulse (single, paired, ...) is {where}; state it in a column `pulse` of the events, of "
            "a trial table or of recordings.tsv, or in the config with the marker"
        )
    return table.rename(columns={name: f"given_{name}" for name in set(table) & RESERVED})


def check_apart(kind: np.ndarray, at_s: np.ndarray, rows: Sequence[str]) -> None:
    """That no two pulses, other than of rTMS, are closer than `APART_MS`.

    Raises
    ------
    ReadError
        The lines or markers of the first two that are.
    """
    real = np.flatnonzero(~np.isin(kind, NO_PULSE))
    order = real[np.argsort(at_s[real], kind="stable")]
    apart_ms = np.diff(at_s[order]) * 1000.0
    train = (kind[order[:-1]] == "rtms") & (kind[order[1:]] == "rtms")
    close = (apart_ms < APART_MS - ROUNDING_MS) & ~train
    if close.any():
        pair = int(close.argmax())
        one, two = order[pair], order[pair + 1]
        raise ReadError(
            f"{rows[one]} and {rows[two]} are {apart_ms[pair]:.3g} ms apart, at {at_s[one]:.6g} s "
            f"({int(close.sum())} such pairs). Name only the marker that is the pulse; a paired pulse is ONE row "
            f"(pulse: paired; nerve_tms or nerve_pair after a nerve stimulus) at its test pulse, with isi_ms; pulses "
            f"of a train are rtms"
        )


def counts(names: np.ndarray) -> str:
    """Names and how often each is there, such as "S254 (20), S255 (20)"."""
    unique, n = np.unique(names.astype(str), return_counts=True)
    return ", ".join(f"{name or '(empty)'} ({count})" for name, count in zip(unique, n, strict=True)) or "none"


def _marker_column(events: pd.DataFrame, file: str, markers: Mapping[str, Any], column: str) -> np.ndarray:
    if column and column not in events:
        raise ReadError(f"{file} has no column {column!r}; {did_you_mean(column, events.columns)}")
    candidates = [column] if column else [name for name in ("trial_type", "value") if name in events]
    words = {name: events[name].to_numpy(str) for name in candidates}
    for each in words.values():
        if markers and np.isin(list(markers), each).all():
            return each
    there = "; ".join(f"{name}: {counts(each)}" for name, each in words.items()) or "neither trial_type nor value"
    missing = [name for name in markers if not any(name in each for each in words.values())]
    if missing:
        raise ReadError(f"{file}: there is no marker {missing[0]!r}; there are: {there}")
    if markers:
        raise ReadError(f"{file}: no single column holds every marker that the config names; there are: {there}")
    names = next(iter(words.values()), np.array([], str))
    raise ReadError(
        f"{file} has no column 'pulse', and the config does not say which of its rows are pulses; {_how_to_name(names)}"
        f", or add a column 'pulse'. There are: {there}"
    )


def _how_to_name(names: np.ndarray) -> str:
    name = str(names[0]) if len(names) else "NAME"
    return f"name it there: acquisition: {{markers: {{{name}: {{pulse: single}}}}}}"


def _onsets(events: pd.DataFrame, file: str) -> np.ndarray:
    import pandas as pd

    at_s = pd.to_numeric(events["onset"], errors="coerce").to_numpy(float)
    if (wrong := ~np.isfinite(at_s)).any():
        row = int(wrong.argmax())
        found = events["onset"].iloc[row]
        raise ReadError(f"{file} line {events.index[row]}: onset is {found!r}, expected a time in s")
    return at_s


def _above(upper: pd.DataFrame, lower: pd.DataFrame) -> pd.DataFrame:
    """Two tables of the same rows in one: the upper one's cells, and the lower one's where those say nothing."""
    both = {name: _either(upper[name], lower[name]) for name in upper if name in lower}
    return lower.assign(**{str(name): both.get(name, upper[name]) for name in upper})


def _either(upper: pd.Series, lower: pd.Series) -> pd.Series:
    import pandas as pd

    joined = upper.astype(object).where(~_unsaid(upper), lower.astype(object))
    numbers = pd.to_numeric(joined, errors="coerce").astype(float)
    numeric = any(pd.api.types.is_numeric_dtype(each) for each in (upper, lower))
    return numbers if numeric and (numbers.notna() | _unsaid(joined)).all() else joined


def _unsaid(column: pd.Series) -> np.ndarray:
    """(n_rows,) where a column says nothing."""
    return (column.isna() | column.isin(MISSING)).to_numpy()
