"""What each column of a results file means: the frame's own columns here, those of methods from their docstrings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from . import columns, conditions, detection, excitability
from .columns import Column
from .trials import NOTES, PULSE_COLUMNS

TABLES = {
    "recordings": "one row a recording: what it was made from, and the key of each stage",
    "trials": "one row a trial and muscle",
    "averages": "one row an average over accepted trials, by muscle and condition, with its signal",
    "metrics": "one row a metric and convention, by session, timepoint, state, muscle and condition",
    "qc": "one row a recording, muscle and code: how many trials are excluded or flagged, and what the code means",
    "provenance": "one row a fact: versions, settings of this subject, warnings, the participant's row",
}
"""Group of a results file -> what one of its rows is."""

FRAME = {
    "subject": "subject label",
    "session": "session label",
    "task": "task label: the block of the protocol",
    "run": "run label",
    "recording": "the recording's name",
    "trial": "index of the trial in its recording, from 0",
    "muscle": "recorded muscle",
    "side": "side of the recorded muscle, L or R",
    "response_from_ms": "start of the response window",
    "response_to_ms": "end of the response window",
    "reasons": "codes for which the trial is excluded, joined by ;",
    "flags": "codes that do not exclude, joined by ;",
    "excluded": "the trial enters no average and no metric",
    "decided": "columns that a reviewer decided, joined by ;",
    "n_used": "trials that entered",
    "n_rejected": "trials that were excluded",
    "mean_uv": "average",
    "rectified_mean_uv": "average of the rectified signal",
    "time_ms": "time from the pulse",
    "n_trials": "number of trials",
    "rate_hz": "sampling rate",
    "epoch_from_ms": "start of the epoch",
    "epoch_to_ms": "end of the epoch",
    "input_files": "files read and the SHA-256 of each, joined by ;",
    "status": "outcome",
    "code": "code of the reason or flag",
    "kind": "reason (excludes) or flag",
    "meaning": "what it means",
    "name": "name of the fact",
    "value": "its value",
    "acquisition_key": "key of the acquisition stage",
    "conditioning_key": "key of the conditioning stage",
    "detection_key": "key of the detection stage",
}


def known() -> dict[str, Column]:
    """Every column whose meaning is known, by name; a method's own columns name their default method."""
    texts: dict[str, str] = {**PULSE_COLUMNS, **NOTES, **FRAME, **conditions.COLUMNS}
    stated = {name: Column(name, columns.unit(name), text) for name, text in texts.items()}
    measured = {each.name: each for measure in detection.MEASURES for each in columns.described(measure.methods[0])}
    return {**measured, **stated}


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
    return {name: Column(name, "", text) for name, text in excitability.COLUMNS.items()}
