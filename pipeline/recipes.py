"""Recipes: what the product of each stage is made from, part by part; the key of each follows from them.

A recipe is plain data, kept with the results, so that a later run can say which part of it differs:

- *acquisition*: content of the files, the recording's own row of the study's tables, reader, settings, code;
- *conditioning*: the key before, steps, windows, code;
- *detection*: the key before, settings of each muscle, windows, conditions, labels, decisions, library of shapes, code;
- *excitability*: content of the rows and of the averages that are read, the participant's row, settings, norms,
  code.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import acquisition, code, detection, excitability, hints, keys, muscles, shape_library
from .config import Config
from .errors import ConfigError, ReadError
from .muscles import Profile
from .norms import Norm
from .recordings import Recording
from .shape_library import Library

if TYPE_CHECKING:
    import pandas as pd

STAGES = ("acquisition", "conditioning", "detection", "excitability")
KEYS = tuple(f"{stage}_key" for stage in STAGES[:-1])
"""Keys of one clock."""
BETWEEN = {
    "conditioning": ("flow", "recipes", "store", "datasets"),
    "detection": ("decisions", "joining"),
    "excitability": ("flow", "joining"),
}
"""Modules of the frame that hand a stage what it works on, or keep what it made."""
DECIDED = ("trial", "muscle", "side", "column", "value", "fingerprint")
"""Columns of a decision that a number can depend on."""
Recipe = dict[str, Any]


@dataclass(frozen=True)
class Chosen:
    """What a config says for the channels of one clock."""

    profiles: tuple[Profile, ...]
    """One a channel."""
    sections: Mapping[str, Mapping[str, Any]]
    """The detection section of each muscle."""


def labels_of(recording: Recording) -> dict[str, str]:
    """The labels that an override may name."""
    return {name: getattr(recording, name) for name in ("subject", "session", "task", "run")}


def chosen(channels: Iterable[Sequence[str]], labels: Mapping[str, str], config: Config) -> Chosen:
    """Profile of each channel (muscle and side) and detection section of each muscle, overrides applied."""
    named = [muscle for muscle, _ in channels]
    found = {muscle: _of_muscle(muscle, labels, config) for muscle in dict.fromkeys(named)}
    return Chosen(tuple(found[muscle][1] for muscle in named), {muscle: own[0] for muscle, own in found.items()})


def _of_muscle(muscle: str, labels: Mapping[str, str], config: Config) -> tuple[Mapping[str, Any], Profile]:
    own = {**labels, "muscle": muscle}
    section = config.section("detection", own)
    general = {name: section.get(name) for name in detection.PROFILE_SETTINGS}
    profiles = {muscles.short_name(name): stated for name, stated in config.section("muscles", own).items()}
    stated = profiles.get(muscles.short_name(muscle)) or {}
    above = {name: value for name, value in stated.items() if value is not None}
    return section, muscles.profile(muscle, {**general, **above})


def of_recording(recording: Recording, config: Config, files: Mapping[str, str]) -> Recipe:
    """The recipe of a recording as far as it is known before the recording is read; its `clocks` are empty."""
    labels = labels_of(recording)
    settings = config.section("acquisition", labels)
    reader = acquisition.reader_of(recording.path, recording.reader)
    others = {each.name for each in acquisition.READERS} - {reader.name}
    used = {name: value for name, value in settings.items() if name not in others}
    return {
        "labels": {**labels, "recording": recording.id},
        "acquisition": {
            "files": dict(files),
            "columns": dict(recording.columns),
            "reader": reader.name,
            "settings": used,
            "channels": list(settings.get("channels") or ()),
        },
        "conditioning": config.section("conditioning", labels),
        "conditions": config.section("conditions", {"subject": recording.subject}),
        "library": _library(config.shapes),
        "clocks": {},
    }


def clock(channels: Sequence[Sequence[str]], made: Chosen, decisions: Sequence[Mapping[str, Any]]) -> Recipe:
    """The recipe of one clock: its channels, their windows and settings, and the decisions on its trials."""
    by_section: dict[str, list[str]] = {}
    for muscle, section in made.sections.items():
        by_section.setdefault(json.dumps(without_windows(section), sort_keys=True), []).append(muscle)
    return {
        "channels": [list(each) for each in channels],
        "windows": [vars(each) for each in made.profiles],
        "detection": [[names, json.loads(text)] for text, names in by_section.items()],
        "decisions": [[str(each.get(name, "")) for name in DECIDED] for each in decisions],
    }


def without_windows(section: Mapping[str, Any]) -> dict[str, Any]:
    """A detection section whose windows have gone into the profiles."""
    return {name: value for name, value in section.items() if name not in detection.PROFILE_SETTINGS}


def library(config: Config) -> Library | None:
    """The study's own library of shapes, None for the shipped one; `ConfigError` where it cannot be read."""
    if config.shapes is None:
        return None
    try:
        return _read(config.shapes, _library(config.shapes)[config.shapes.name])
    except OSError as error:
        reason = error.strerror or error
        raise ConfigError(f"{config.file.name}: study.shapes: {config.shapes} cannot be read: {reason}") from None
    except ReadError as error:
        raise ConfigError(f"{config.file.name}: study.shapes: {error}") from None


def norms(config: Config) -> tuple[Norm, ...]:
    """The study's own norms, none where it names no table; `ConfigError` where it cannot be read or is wrong."""
    if config.norms is None:
        return ()
    sections = (config.settings["muscles"], *(each.stated.get("muscles") or {} for each in config.overrides))
    others = tuple(dict.fromkeys(name for each in sections for name in each))
    try:
        return _norms(config.norms, norms_hash(config)[config.norms.name], others)
    except OSError as error:
        reason = error.strerror or error
        raise ConfigError(f"{config.file.name}: study.norms: {config.norms} cannot be read: {reason}") from None


def norms_hash(config: Config) -> dict[str, str]:
    """Hash of the study's own norms by the name of their file; the shipped ones go with the code."""
    return _library(config.norms)


@cache
def _norms(path: Path, _: str, others: tuple[str, ...]) -> tuple[Norm, ...]:
    return excitability.own_norms(path, others)


def _library(path: Path | None) -> dict[str, str]:
    """Hash of a library by its name; nothing for the shipped one, which goes with the code."""
    return {path.name: _hashed(path, *hints.identity(path))} if path else {}


@cache
def _hashed(path: Path, *_: int) -> str:
    return keys.of_file(path)


@cache
def _read(path: Path, _: str) -> Library:
    return shape_library.read(path)


def acquisition_key(recipe: Recipe) -> str:
    """Key of the raw trials of a recording."""
    return keys.of(recipe["acquisition"], _digest("acquisition", recipe["acquisition"]["reader"]))


def clock_keys(recipe: Recipe, name: str) -> dict[str, str]:
    """Keys of what the first three stages make of one clock."""
    own = recipe["clocks"][name]
    acquired = acquisition_key(recipe)
    conditioned = keys.of(acquired, name, recipe["conditioning"], own["windows"], _digest("conditioning"))
    told_apart = recipe["labels"], recipe["conditions"]
    given = own["detection"], own["windows"], own["decisions"], recipe["library"]
    detected = keys.of(conditioned, told_apart, given, _digest("detection"))
    return dict(zip(KEYS, (acquired, conditioned, detected), strict=True))


def rows_key(rows: pd.DataFrame, averages: pd.DataFrame) -> str:
    """Key of what a subject's metrics are made of: its rows, and the averages that metrics read."""
    return keys.of(keys.of_frame(rows), keys.of_frame(averages))


def metrics_key(
    rows_key: str, participant: Mapping[str, str], settings: Mapping[str, Any], norms: Mapping[str, str]
) -> str:
    """Key of a subject's metrics; `norms` as of `norms_hash`."""
    return keys.of(rows_key, participant, settings, norms, _digest("excitability"))


def codes(stage: str, reader: str = "") -> dict[str, str]:
    """Hash of each file of code that a stage may run; acquisition only runs the reader it uses."""
    others = (each.read.__module__.partition(".")[2] for each in acquisition.READERS if each.name != reader)
    found = code.hashes(stage, tuple(others) if stage == "acquisition" else ())
    conditions = code.hashes("conditions") if stage == "detection" else {}
    return found | conditions | code.own(BETWEEN.get(stage, ()))


@cache
def _digest(stage: str, reader: str = "") -> str:
    return keys.of(codes(stage, reader))
