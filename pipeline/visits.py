"""The visits of a study: one row a subject and session, of visits.tsv or of BIDS's sub-*_sessions.tsv."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from . import design
from .errors import ConfigError
from .study_tables import check_once, label, read

TABLE = "visits.tsv"
KEYS = ("subject", "session", "session_id")
"""Columns that say which visit a row is."""


class Visit(NamedTuple):
    """What the tables say of one visit."""

    where: str
    """File and line."""
    columns: Mapping[str, str]
    """Its cells by column, without the empty ones."""


NOTHING = Visit("", {})
Visits = Mapping[str, Mapping[str, Visit]]
"""Label of a subject -> label of a session, "" for none -> the visit."""


def of(folder: Path) -> Visits:
    """Every visit that a study's tables state.

    Parameters
    ----------
    folder : path
        The study's folder.

    Raises
    ------
    ConfigError
        Where a visit has two rows, a cell holds what it cannot, or two tables say different things of a visit: all that
        is wrong with them, a line each.
    """
    found: dict[str, dict[str, Visit]] = {}
    problems: list[str] = []
    tables = [folder / TABLE] if (folder / TABLE).is_file() else []
    for table in [*tables, *sorted(folder.glob("sub-*/sub-*_sessions.tsv"))]:
        for subject, session, visit in _of_table(table, problems):
            before = found.setdefault(subject, {}).get(session, NOTHING)
            problems += differing(before, visit)
            both = {**before.columns, **visit.columns}
            found[subject][session] = Visit(before.where or visit.where, both)
    if problems:
        raise ConfigError("\n".join(problems))
    return found


def _of_table(table: Path, problems: list[str]) -> Iterable[tuple[str, str, Visit]]:
    bids = table.name != TABLE
    rows = read(table, ("session_id",) if bids else ("subject", "session"))
    problems += design.problems(table.name, rows)
    found = []
    for line, row in rows:
        subject = label(table.parent.name if bids else row["subject"], "sub")
        named = row["session_id" if bids else "session"]
        session = label(named, "ses")
        for column, text, its in (("subject", row.get("subject", ""), subject), ("session", named, session)):
            if not its and (text or (column == "subject" and not bids)):
                problems.append(f"{table.name}:{line}: {column} {text!r} holds no letter or digit")
        columns = {name: text for name, text in row.items() if text and name not in KEYS}
        found.append((subject, session, Visit(f"{table.name}:{line}", columns)))
    named_once = [(f"line {line}", name(*each[:2])) for (line, _), each in zip(rows, found, strict=True)]
    check_once(table.name, "visit", named_once)
    return found


def subjects(folder: Path) -> set[str]:
    """Labels of the subjects in visits.tsv."""
    table = folder / TABLE
    return {label(row["subject"], "sub") for _, row in read(table, ("subject",))} if table.is_file() else set()


def name(subject: str, session: str) -> str:
    """A visit in words, as BIDS has it."""
    return f"sub-{subject} ses-{session}" if session else f"sub-{subject}"


def differing(visit: Visit, other: Visit) -> list[str]:
    """Where two rows say different things of one visit; a cell that is empty says nothing."""
    return [
        f"{other.where}: {column} is {other.columns[column]!r}, but {text!r} in {visit.where} of the same visit; state "
        f"it once, or the same"
        for column, text in visit.columns.items()
        if column in other.columns and column != "reason" and not _same(text, other.columns[column])
    ]


def _same(one: str, other: str) -> bool:
    try:
        return one == other or float(one) == float(other)
    except ValueError:
        return False


def without_recording(stated: Visits, recorded: Iterable[tuple[str, str]]) -> list[str]:
    """Visits of a session that has no recording, given subject and session of those that do."""
    there = set(recorded)
    return [
        f"{visit.where}: {name(subject, session)} has no recording that is used; what the row says of it only stands "
        f"in the provenance of the subject's results"
        for subject, sessions in stated.items()
        for session, visit in sessions.items()
        if (subject, session) not in there
    ]
