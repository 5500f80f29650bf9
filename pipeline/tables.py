"""What each column of a results file means: the frame's own columns here, those of methods from their docstrings."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from . import columns, conditions, detection, excitability
from .columns import Column
from .detection.silent_period_average import average_sp
from .excitability.contrasts import COLUMNS as CONTRASTS
from .trials import NOTES, PULSE_COLUMNS

TABLES = {
    "recordings": "one row a recording: what it was made from, and the key of each stage",
    "trials": "one row a trial and muscle, excluded trials too",
    "averages": "one row an average over the accepted trials of a recording, muscle, state, timepoint, target and "
    "condition, with its signal; recordings with another time axis stand in averages_2 and so on",
    "metrics": "one row a metric and convention, by session, timepoint, state, side, muscle and condition",
    "contrasts": "one row a contrast of two values of a metric, and measure: timepoints, sessions, sides, arms",
    "qc": "one row a recording, muscle and code: how many trials are excluded or flagged, and what the code means",
    "provenance": "one row a fact: versions, settings of this subject, warnings, its rows in the study's tables",
}
"""Group of a results file -> what one of its rows is."""

EPOCHS = {
    "epochs": "the conditioned EMG with its axes, and the notes of each trial and muscle",
    "pulses": "one row a trial: the pulse table",
}
"""Group of a file of conditioned epochs -> what it holds."""

FRAME = {
    "session": "session label",
    "task": "task label: the block of the protocol",
    "run": "run label",
    "recording": "the recording's name",
    "row": "number of the row, from 0",
    "trial": "index of the trial in its recording, from 0",
    "channel": "index of the muscle in its recording, from 0",
    "muscle": "recorded muscle",
    "side": "side of the recorded muscle, L or R, empty where unknown",
    "response_from_ms": "start of the response window, from the pulse",
    "response_to_ms": "end of the response window, from the pulse",
    "flags": "codes that do not exclude, joined by ;",
    "decided": "columns that a reviewer decided, joined by ;",
    "n_used": "accepted trials that entered",
    "n_rejected": "trials that were excluded",
    "emg_uv": "conditioned EMG",
    "mean_uv": "average of the accepted trials; NaN where there is none",
    "rectified_mean_uv": "average of the rectified accepted trials; NaN where there is none",
    "average_sp_kind": "what the average's silent period is: cortical, ipsilateral (stimulated and recorded side are "
    "the same), or empty where none is looked for",
    "time_ms": "time from the pulse (for a pair, from the test pulse)",
    "n_trials": "number of trials",
    "rate_hz": "sampling rate",
    "epoch_from_ms": "first sample of the epochs, from the pulse",
    "epoch_to_ms": "last sample of the epochs, from the pulse",
    "input_files": "files read and the SHA-256 of each, joined by ;",
    "status": "ok: a recording that cannot be read or measured keeps its subject's file from being written",
    "code": "code of the reason or flag",
    "kind": "reason (excludes) or flag (does not)",
    "meaning": "what the code means",
    "name": "name of the fact",
    "value": "its value; settings as JSON",
    "acquisition_key": "hash of all that the raw trials depend on: files, settings, code",
    "conditioning_key": "hash of all that the conditioned epochs depend on",
    "detection_key": "hash of all that the rows of trials depend on",
    "row_columns": "columns of its rows of trials and the kind of each (f number, i count, b flag, O word), as JSON",
    "decisions_not_applied": "a reviewer's decisions that fit no trial, or one that changed since, as JSON",
    "warnings": "what libraries warned of while it was read and measured, as JSON",
    "versions": "Python and libraries that it was read and measured with, joined by ;",
}
"""Columns of the frame, and what they mean."""

RECORDING = ("recording", "session", "task", "run")
HELD = {
    "recordings": (*RECORDING, "rate_hz", "n_trials", "epoch_from_ms", "epoch_to_ms", "input_files",
                   "acquisition_key", "conditioning_key", "detection_key", "row_columns", "decisions_not_applied",
                   "warnings", "versions", "status"),
    "trials": (*RECORDING, "trial", "muscle", "side", *PULSE_COLUMNS, *NOTES, "response_from_ms", "response_to_ms",
               *(name for measure in detection.MEASURES for name in measure.gives),
               "flags", "decided", *conditions.COLUMNS),
    "averages": ("recording", "muscle", "side", *conditions.AVERAGED_BY, "n_used", "n_rejected", "average_sp_kind",
                 *columns.gives(average_sp), "time_ms", "mean_uv", "rectified_mean_uv"),
    "qc": ("recording", "muscle", "side", "code", "n_trials", "kind", "meaning"),
    "provenance": ("name", "value"),
    "epochs": ("emg_uv", "trial", "channel", "time_ms", "muscle", "side", *(f"note_{name}" for name in NOTES)),
    "pulses": tuple(PULSE_COLUMNS),
}  # fmt: skip
"""Group -> the columns it holds, as far as the frame names them."""


def known() -> dict[str, Column]:
    """Every column whose meaning is known, by name; a method's own columns name their default method."""
    texts: dict[str, str] = {**PULSE_COLUMNS, **NOTES, **FRAME, **conditions.COLUMNS}
    stated = {name: Column(name, columns.unit(name), text) for name, text in texts.items()}
    measured = {each.name: each for measure in detection.MEASURES for each in columns.described(measure.methods[0])}
    averaged = {each.name: each for each in columns.described(average_sp)}
    return {**measured, **averaged, **stated}


def of_trials(sections: Iterable[Mapping[str, Any]]) -> dict[str, Column]:
    """The columns of the trials table, each with the method that gave it (methods joined by ; where muscles differ)."""
    result = known()
    chosen: dict[str, dict[str, None]] = {}
    for section in sections:
        for measure in detection.MEASURES:
            name = section[measure.name]["method"]
            for each in columns.described(measure.method(name)):
                chosen.setdefault(each.name, {})[name] = None
                result[each.name] = each
    return {
        name: Column(each.name, each.unit, each.meaning, ";".join(chosen.get(name, {})))
        for name, each in result.items()
    }


def of_metrics() -> dict[str, Column]:
    """The columns of the metrics table."""
    texts = {**excitability.COLUMNS, "row": FRAME["row"]}
    return {name: Column(name, "", text) for name, text in texts.items()}


def of_contrasts() -> dict[str, Column]:
    """The columns of the contrasts table."""
    texts = {**CONTRASTS, "row": FRAME["row"]}
    return {name: Column(name, "", text) for name, text in texts.items()}


def held(group: str) -> list[Column]:
    """The columns a group of a results or epochs file can hold, in their order, but for those carried along."""
    stated = known()
    if group in ("metrics", "contrasts"):
        return list((of_metrics() if group == "metrics" else of_contrasts()).values())
    rows = () if group == "epochs" else ("row",)
    return [dataclasses.replace(stated[name.removeprefix("note_")], name=name) for name in (*HELD[group], *rows)]


def listed() -> list[dict[str, str]]:
    """Every column of a results file and of a file of conditioned epochs, with unit and meaning."""
    return [
        {"group": f"/{group}", "column": each.name, "unit": each.unit, "meaning": each.meaning}
        for group in (*TABLES, *EPOCHS)
        for each in held(group)
    ]


def page() -> str:
    """The columns of each group, then the codes of trials, as Markdown."""
    rows = listed()
    parts = [
        section(f"/{group}", text, [row for row in rows if row["group"] == f"/{group}"], ("column", "unit", "meaning"))
        for group, text in {**TABLES, **EPOCHS}.items()
    ]
    kinds = (("reason", detection.REASONS), ("flag", detection.FLAGS))
    codes = [{"code": c, "kind": kind, "meaning": text} for kind, own in kinds for c, text in own.items()]
    parts.append(section("Codes", "`reasons` exclude a trial, `flags` do not", codes, ("code", "kind", "meaning")))
    return "\n".join(parts)


def section(title: str, text: str, rows: Sequence[Mapping[str, str]], names: Sequence[str]) -> str:
    """A heading, a sentence and a table of these columns as Markdown; the first is set as code."""
    lines = [[f"`{row[names[0]]}`", *(row[name].replace("|", "\\|") for name in names[1:])] for row in rows]
    table = [list(names), ["---"] * len(names), *lines]
    drawn = "\n".join(f"| {' | '.join(cells)} |" for cells in table)
    return f"### {title}\n\n{text[0].upper()}{text[1:]}.\n\n{drawn}\n"
