"""The recordings of a study: a BIDS dataset, a recordings.tsv, or one file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from . import design, visits
from .errors import ConfigError
from .study_tables import check_once, check_open, inside, label, read
from .visits import NOTHING, Visit, Visits

NAME = re.compile(r"sub-[0-9a-zA-Z+]+(_[a-z]+-[0-9a-zA-Z+]+)*")
BIDS_FILES = (".edf", ".bdf")
FOLDERS = ("sub-*", "sub-*/emg", "sub-*/ses-*", "sub-*/ses-*/emg")
PLACES = ("sub-*/emg/*_emg.*", "sub-*/ses-*/emg/*_emg.*")
PLACE_COLUMNS = ("file", "subject", "session", "task", "run", "reader", "use", "reason")
"""Columns of recordings.tsv that say which recording it is; every other one is carried to its trials."""
LEFT_OUT = ("no", "0", "false")
USED = ("yes", "1", "true", "")


@dataclass(frozen=True)
class Recording:
    """One recording of a study."""

    subject: str
    session: str
    task: str
    run: str
    id: str
    """Its name, unique in the study and legal in BIDS, such as sub-01_ses-pm_task-rest."""
    path: Path
    reader: str = ""
    """Name of the reader; "" where the file's ending says it."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Columns of the pulse table that hold for every trial, as far as the study's tables say them."""

    def of(self, stated: Visits) -> Visit:
        """What the study's tables say of its visit."""
        return stated.get(self.subject, {}).get(self.session, NOTHING)


def find_recordings(input: Path, stated: Visits | None = None) -> list[Recording]:  # noqa: A002 - the config's name
    """The recordings of a study, by subject, session, task and run.

    Parameters
    ----------
    input : path
        A folder with `recordings.tsv`, or else an EMG-BIDS dataset; such a table itself (a .tsv with the columns
        `file` and `subject`); or one recording.
    stated : mapping, optional
        The study's visits, where they have been read already.

    Raises
    ------
    ConfigError
        Where there is none, or a table is wrong: all that is wrong with it, a line each.
    """
    input = Path(input)  # noqa: A001
    if not input.exists():
        raise ConfigError(f"study.input: {input} does not exist; expected a BIDS dataset, a recordings.tsv or a file")
    stated = visits.of(study_folder(input)) if stated is None else stated
    if input.is_dir():
        table = input / "recordings.tsv"
        found = _of_table(table, stated) if table.is_file() else _of_bids(input, stated)
    else:
        found = _of_table(input, stated) if _is_table_of_recordings(input) else [_visited(_alone(input), stated)]
    return sorted(found, key=_order)


def _visited(recording: Recording, stated: Visits) -> Recording:
    """A recording with the columns of trials that its visit states, below its own."""
    below = design.of_trials(recording.of(stated).columns)
    return replace(recording, columns=dict(sorted({**below, **recording.columns}.items())))


def _order(recording: Recording) -> tuple[Any, ...]:
    run = recording.run
    return (recording.subject, recording.session, recording.task, int(run) if run.isdigit() else 0, run, recording.id)


def _of_bids(folder: Path, stated: Visits) -> list[Recording]:
    check_open([folder, *(each for below in FOLDERS for each in sorted(folder.glob(below)))])
    paths = sorted(each for place in PLACES for each in folder.glob(place) if each.suffix in BIDS_FILES)
    problems = [
        f"{each.relative_to(folder).as_posix()}: its name is not sub-<label>[_ses-<label>]_task-<label>..._emg"
        for each in paths
        if not NAME.fullmatch(_id(each)) or not _fits_folder(each, folder)
    ]
    if problems:
        raise ConfigError("\n".join(problems))
    check_once(str(folder), "recording", [(each.name, _id(each)) for each in paths])
    found, scans = [], {each: _scans(each, folder) for each in dict.fromkeys(path.parent.parent for path in paths)}
    for path in paths:
        row = scans[path.parent.parent].get(path.relative_to(path.parent.parent).as_posix(), {})
        own = _named(path, _entities(_id(path)), design.of_trials(row))
        if _is_used(row.get("use", "") or own.of(stated).columns.get("use", ""), f"{path.name}: "):
            found.append(_visited(own, stated))
    if not found:
        raise ConfigError(
            f"study.input: no recordings in {folder}; expected sub-<label>/[ses-<label>/]emg/*_emg.edf or .bdf, "
            f"or a recordings.tsv with a row for each file"
        )
    return found


def without_recording(input: Path) -> list[str]:  # noqa: A002
    """Sidecars of a BIDS dataset whose recording is not there, from the dataset's folder."""
    if not input.is_dir() or (input / "recordings.tsv").is_file():
        return []
    paths = [each for place in PLACES for each in input.glob(place)]
    there = [(each.parent, set(_id(each).split("_"))) for each in paths if each.suffix in BIDS_FILES]
    sidecars = [each for each in paths if each.suffix == ".json"]
    alone = [
        each for each in sidecars
        if not any(each.parent == folder and set(_id(each).split("_")) <= parts for folder, parts in there)
    ]  # fmt: skip
    return [each.relative_to(input).as_posix() for each in sorted(alone)]


def _fits_folder(path: Path, folder: Path) -> bool:
    places = path.relative_to(folder).parts[:-2]
    own = _entities(_id(path))
    return list(places) == [f"{name}-{own[name]}" for name in ("sub", "ses") if name in own]


def _scans(place: Path, folder: Path) -> dict[str, dict[str, str]]:
    """Rows of the scans.tsv of a subject or session, by the file they are of."""
    table = place / f"{'_'.join(place.relative_to(folder).parts)}_scans.tsv"
    rows = read(table, ("filename",)) if table.is_file() else []
    check_once(table.name, "filename", [(f"line {line}", row["filename"]) for line, row in rows])
    if problems := design.problems(table.name, rows):
        raise ConfigError("\n".join(problems))
    return {row["filename"]: row for _, row in rows}


def _of_table(table: Path, stated: Visits) -> list[Recording]:
    rows = read(table, ("file", "subject"))
    where = {line: f"{table.name}:{line}" for line, _ in rows}
    used, problems = [], design.problems(table.name, rows)
    for line, row in rows:
        try:
            own = _of_row(row, table.parent, where[line]) if _is_used(row.get("use", ""), f"{where[line]}: ") else None
            visit = own.of(stated) if own else NOTHING
            if own and _is_used(visit.columns.get("use", ""), f"{visit.where}: "):
                used.append((line, row, _visited(own, stated)))
                problems += visits.differing(visit, Visit(where[line], {each: row[each] for each in row if row[each]}))
        except ConfigError as error:
            problems.append(str(error))
    problems += _repeated((where[line], each) for line, _, each in used)
    problems += _one_label_of_two((where[line], row) for line, row, _ in used)
    if problems:
        raise ConfigError("\n".join(problems))
    if not used:
        raise ConfigError(f"{table.name}: no recordings; expected a row for each file, with `use` other than no")
    return [each for *_, each in used]


def _of_row(row: Mapping[str, str], folder: Path, where: str) -> Recording:
    path = inside(folder, row["file"], where)
    if not path.is_file():
        raise ConfigError(f"{where}: there is no file {row['file']!r} in {folder}")
    columns = {name: value for name, value in row.items() if value and name not in PLACE_COLUMNS}
    if "trial_table" in columns:
        # A recording's own table is stated from the table's folder, and kept from the recording's.
        beside = inside(folder, columns["trial_table"], where)
        columns["trial_table"] = Path(os.path.relpath(beside, path.parent)).as_posix()
    stated = {"sub": "subject", "ses": "session", "task": "task" if row.get("task") else "block", "run": "run"}
    labels = {entity: label(row.get(column, ""), entity) for entity, column in stated.items()}
    for entity, column in stated.items():
        if not labels[entity] and (row.get(column) or entity == "sub"):
            raise ConfigError(f"{where}: {column} {row.get(column, '')!r} holds no letter or digit")
    return _named(path, {entity: value for entity, value in labels.items() if value}, columns, row.get("reader", ""))


def _repeated(found: Iterable[tuple[str, Recording]]) -> Iterable[str]:
    first: dict[str, str] = {}
    for where, each in found:
        if each.id in first:
            yield (
                f"{first[each.id]} and {where} are both {each.id}; set `use` to no for one of them, or tell them apart "
                f"by session, block or run"
            )
        first.setdefault(each.id, where)


def _one_label_of_two(rows: Iterable[tuple[str, Mapping[str, str]]]) -> Iterable[str]:
    """Different names that become the same label."""
    written: dict[tuple[str, ...], tuple[str, str]] = {}
    for where, row in rows:
        subject = label(row["subject"], "sub")
        for column, entity in (("subject", "sub"), ("session", "ses"), ("task", "task"), ("block", "task")):
            text = row.get(column, "").removeprefix(f"{entity}-")
            key = (column, label(text)) if column == "subject" else (column, subject, label(text))
            before, there = written.setdefault(key, (text, where))
            if before != text:
                yield f"{where}: {column} {text!r} and {before!r} ({there}) are the same label, {label(text)!r}"


def _alone(path: Path) -> Recording:
    name = _id(path)
    if NAME.fullmatch(name):
        return _named(path, _entities(name), {})
    named = re.search(r"sub-([0-9a-zA-Z+]+)", name)
    subject = named[1] if named else label(name)
    if not subject:
        raise ConfigError(f"{path.name}: its name holds no letter or digit to name the subject by")
    return _named(path, {"sub": subject}, {})


def _named(path: Path, labels: Mapping[str, str], columns: Mapping[str, str], reader: str = "") -> Recording:
    own = {entity: labels.get(entity, "") for entity in ("sub", "ses", "task", "run")}
    name = "_".join(f"{entity}-{value}" for entity, value in labels.items())
    return Recording(own["sub"], own["ses"], own["task"], own["run"], name, path, reader, dict(sorted(columns.items())))


def _id(path: Path) -> str:
    return path.stem.removesuffix("_emg")


def _entities(name: str) -> dict[str, str]:
    pairs = (part.partition("-") for part in name.split("_"))
    return {entity: value for entity, _, value in pairs}


def _is_used(use: str, where: str) -> bool:
    if use.lower() not in (*LEFT_OUT, *USED):
        raise ConfigError(f"{where}use is {use!r}; expected yes, no, or nothing")
    return use.lower() not in LEFT_OUT


def study_folder(input: Path) -> Path:  # noqa: A002
    """The folder of the study that `input` is, or is a part of: where participants.tsv is."""
    if input.is_dir():
        return input
    subjects = [folder for folder in input.parents if folder.name.startswith("sub-")]
    return subjects[-1].parent if subjects else input.parent


def _is_table_of_recordings(path: Path) -> bool:
    if path.suffix.lower() != ".tsv" or not path.is_file():
        return False
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        names = file.readline(100_000).rstrip("\r\n").split("\t")
    return path.stem.endswith("recordings") or {"file", "subject"} <= set(names)
