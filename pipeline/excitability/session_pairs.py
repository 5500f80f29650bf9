"""Which sessions of a subject are held against each other: by their labels, else by the time of day of their trials."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from .pairing import named

if TYPE_CHECKING:
    import pandas as pd

BLOCK = ("arm", "period")
"""What sessions share that are held against each other by their time of day."""


def of_sessions(rows: "pd.DataFrame", column: str) -> dict[str, str]:
    """What all trials of a session say in a column, for the sessions whose trials say one thing."""
    if column not in rows:
        return {}
    known = rows[rows[column].notna() & (rows[column].astype(str) != "")].groupby("session")[column]
    return {str(session): str(words.iloc[0]) for session, words in known if words.nunique() == 1}


def session_pairs(
    wanted: Sequence[tuple[str, str]], there: Sequence[str], rows: "pd.DataFrame"
) -> Iterator[tuple[str, str]]:
    """The sessions that are held against each other, the reference first.

    Parameters
    ----------
    wanted : sequence of (str, str)
        Labels of sessions, or times of day, in any case.
    there : sequence of str
        Labels of the sessions that have metrics.
    rows : DataFrame
        Labelled rows of the subject; `time_of_day`, `arm` and `period` may be among the columns.

    Yields
    ------
    (str, str)
        Of each pair the two sessions that bear these labels. Where they do not, two sessions of these times of day,
        of the same arm and period, that share a timepoint; none where a session could go with two.
    """
    times = {session: time.lower() for session, time in of_sessions(rows, "time_of_day").items()}
    alike = _Alike(rows)
    for one, other in wanted:
        first, second = named((one,), list(there)), named((other,), list(there))
        if first is not None and second is not None:
            yield first, second
            continue
        firsts, seconds = ([each for each in there if times.get(each) == time.lower()] for time in (one, other))
        fits = [(a, b) for a in firsts for b in seconds if alike.both(a, b)]
        for a, b in fits:
            if sum(a in pair or b in pair for pair in fits) == 1:
                yield a, b


class _Alike:
    """Whether two sessions are of one block of the study."""

    def __init__(self, rows: "pd.DataFrame") -> None:
        self.blocks = [of_sessions(rows, column) for column in BLOCK]
        self.timepoints = rows.groupby("session")["timepoint"].agg(set).to_dict()

    def both(self, one: str, other: str) -> bool:
        shared = self.timepoints.get(one, set()) & self.timepoints.get(other, set())
        return bool(shared) and all(block.get(one) == block.get(other) for block in self.blocks)
