"""A reviewer's decisions: `<config stem>_decisions.tsv` beside the config, an input of detection.

A row says what a value is, whatever was computed: subject, recording, trial (from 0), muscle, column, value ("" or n/a:
there is none), fingerprint (of the raw trial that was reviewed), and side where the muscle was recorded on both. Other
columns (was, who, when, note) are for people. Of two rows on the same value the later one holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from . import columns, detection
from .config import Config
from .errors import ConfigError, did_you_mean
from .study_tables import Row, label
from .study_tables import read as read_table

if TYPE_CHECKING:
    import pandas as pd

    from .trials import Trials

OF_A_CLOCK = re.compile(r"_recording-\d+$")
"""How the second clock of a recording is told apart from the first, at the end of its name."""
NEEDED = ("subject", "recording", "trial", "fingerprint", "muscle", "column", "value")
Decisions = Sequence[Mapping[str, Any]]
"""Decisions on one subject or recording: recording, trial, muscle, side, column, value, fingerprint of each."""


def place(config: Config) -> Path:
    """Where the decisions that go with a config are, if there are any."""
    return config.file.with_name(f"{config.file.stem}_decisions.tsv")


def read(config: Config) -> dict[str, list[dict[str, Any]]]:
    """The decisions on each subject, the later of two on the same value alone.

    Raises
    ------
    ConfigError
        Where the table lacks a column, or a row is about a trial that cannot be or a column that is not measured.
    """
    table = place(config)
    rows = read_table(table, NEEDED) if table.is_file() else []
    measured = [name for measure in detection.MEASURES for name in measure.gives]
    if problems := [text for row in rows for text in _wrong(row, measured)]:
        raise ConfigError("\n".join(f"{table.name}:{text}" for text in problems))
    last: dict[tuple[str, ...], dict[str, Any]] = {}
    for _, row in rows:
        own = {name: row.get(name, "") for name in ("recording", "muscle", "side", "column", "value", "fingerprint")}
        subject = label(row["subject"], "sub")
        on = (subject, row["recording"], str(int(row["trial"])), row["muscle"], own["side"], row["column"])
        last.pop(on, None)  # the order of rows is kept: of two on the same value the later one holds
        last[on] = {"subject": subject, **own, "trial": int(row["trial"])}
    result: dict[str, list[dict[str, Any]]] = {}
    for each in last.values():
        result.setdefault(each.pop("subject"), []).append(each)
    return result


def _wrong(row: Row, measured: Sequence[str]) -> Iterable[str]:
    line, cells = row
    if not (cells["trial"].isascii() and cells["trial"].isdigit()):
        yield f"{line}: trial is {cells['trial']!r}; expected its number, from 0"
    if cells["column"] not in measured:
        yield f"{line}: no column {cells['column']!r} is measured; {did_you_mean(cells['column'], measured)}"


def fitting(decisions: Decisions, recording: str, trials: Trials) -> tuple[pd.DataFrame | None, list[str]]:
    """The decisions about a trial and muscle that a recording has, None for none; and what is said of its others."""
    import pandas as pd

    own = [each for each in decisions if each["recording"] == recording]
    sided = zip(trials.muscles, trials.sides, strict=True)
    there = {*sided, *((muscle, "") for muscle in trials.muscles)}
    fit, left = [], []
    for each in own:
        if each["trial"] >= trials.n_trials:
            left.append(f"{_whom(each)}: there are {trials.n_trials} trials, from 0")
        elif impossible := _impossible(each, trials):
            left.append(f"{_whom(each)} {each['value']}: {impossible}")
        elif (each["muscle"], each["side"]) not in there:
            left.append(f"{_whom(each)}: the muscle was not recorded; {did_you_mean(each['muscle'], trials.muscles)}")
        else:
            fit.append(each)
    return (pd.DataFrame(fit) if fit else None), left


def _impossible(decision: Mapping[str, Any], trials: Trials) -> str:
    """Why a value cannot be, "" where it can or is no number."""
    try:
        value = float(decision["value"])
    except ValueError:
        return ""
    if np.isnan(value):
        return ""
    column, (first, last) = decision["column"], trials.times_ms[[0, -1]]
    unit = columns.unit(column)
    if unit == "ms" and "duration" in column and not value <= last - first:
        return f"the epoch is {last - first:g} ms long"
    if unit == "ms" and "duration" not in column and not first <= value <= last:
        return f"the epoch goes from {first:g} to {last:g} ms"
    return "it cannot be negative" if unit in ("µV", "µV·ms") and value < 0 else ""


def strays(decisions: Decisions, recordings: Iterable[str], clocks: bool = True) -> list[str]:
    """What is said of decisions on recordings that the subject does not have.

    `recordings` are names of clocks; with `clocks` False of files, whose further clocks are not known yet.
    """
    there = list(recordings)
    named = dict.fromkeys(each["recording"] for each in decisions)
    unknown = [name for name in named if (name if clocks else OF_A_CLOCK.sub("", name)) not in there]
    return [f"decision not applied: there is no recording {name!r}; {did_you_mean(name, there)}" for name in unknown]


def stale(decisions: pd.DataFrame | None, rows: pd.DataFrame) -> list[str]:
    """What is said of decisions on trials whose raw epoch is not what was reviewed."""
    said = []
    for row in decisions.to_dict("records") if decisions is not None else ():
        each = {str(name): value for name, value in row.items()}
        own = (rows["trial"] == each["trial"]) & (rows["muscle"] == each["muscle"])
        own &= rows["side"].isin([each["side"]] if each["side"] else rows["side"])
        if not (rows.loc[own, "fingerprint"] == each["fingerprint"]).all():
            said.append(f"{_whom(each)}: the trial is not what was reviewed")
    return said


def _whom(decision: Mapping[str, Any]) -> str:
    muscle = f"{decision['side']} {decision['muscle']}".strip()
    return f"trial {decision['trial']} {muscle} {decision['column']}"
