"""The stages in order for one recording and for one subject, and the key of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import acquisition, code, conditioning, conditions, detection, excitability, keys, muscles, recordings
from .config import Config
from .errors import MeasureError, PipelineError
from .recordings import Recording
from .trials import Trials

if TYPE_CHECKING:
    import pandas as pd

    from .detection.averages import Averages


@dataclass(frozen=True)
class Recorded:
    """What the first three stages make of one clock of one recording."""

    name: str
    """Name of the recording; a second clock of the same file is told apart by a number."""
    conditioned: Trials
    rows: pd.DataFrame
    averages: Averages
    entry: Mapping[str, Any]
    """Its row in the table of recordings."""
    labels: Mapping[str, str]
    """Subject, session, task and run."""
    sections: tuple[Mapping[str, Any], ...]
    """The detection settings of each muscle."""


@dataclass(frozen=True)
class Summarised:
    """What all stages make of one subject."""

    recorded: Sequence[Recorded]
    metrics: pd.DataFrame
    key: str


def record(recording: Recording, config: Config) -> list[Recorded]:
    """Acquisition, conditioning and detection of one recording.

    Raises
    ------
    ReadError, MeasureError, ConfigError
        With the recording's name in front.
    """
    labels = labels_of(recording)
    try:
        settings = config.section("acquisition", labels)
        columns = recording.columns
        found = acquisition.load(recording.path, settings, reader=recording.reader, columns=columns)
        if not found or not any(trials.n_trials for trials in found):
            raise MeasureError("no pulse was found in it; expected at least one trial")
        key, files = _acquisition_key(recording, settings, config)
        names = [recording.id if n == 0 else f"{recording.id}_recording-{n + 1}" for n in range(len(found))]
        return [
            _measured(name, trials, recording, config, (key, files)) for name, trials in zip(names, found, strict=True)
        ]
    except PipelineError as error:
        # A reader's error begins with the file's name, which in BIDS begins with the recording's.
        named = str(error).startswith(recording.id)
        raise type(error)(str(error) if named else f"{recording.id}: {error}") from None


def summarise(recorded: Sequence[Recorded], subject: str, config: Config, participant: Mapping[str, str]) -> Summarised:
    """Excitability of one subject from what its recordings gave."""
    import pandas as pd

    rows = pd.concat([each.rows for each in recorded], ignore_index=True)
    labels = {"subject": subject}
    settings = config.section("excitability", labels)
    metrics = excitability.summarise(rows, settings)
    key = keys.of(keys.of_frame(rows), participant, settings, code.digest("excitability"))
    return Summarised(recorded, metrics, key)


def labelled(rows: pd.DataFrame, recording: Recording, name: str, config: Config) -> pd.DataFrame:
    """Rows with their recording's names and each trial's paradigm, condition and target."""
    own = {"recording": name, "session": recording.session, "task": recording.task, "run": recording.run}
    rows = rows.drop(columns=[column for column in own if column in rows])
    for at, (column, value) in enumerate(own.items()):
        rows.insert(at, column, value)
    return conditions.label(rows, config.section("conditions", {"subject": recording.subject}))


def muscle_settings(
    trials: Trials, labels: Mapping[str, str], config: Config
) -> dict[str, tuple[Any, muscles.Profile]]:
    """Detection section and profile of each recorded muscle, overrides applied."""
    result = {}
    for muscle in dict.fromkeys(trials.muscles):
        own = {**labels, "muscle": muscle}
        section = config.section("detection", own)
        general = {name: section.get(name) for name in ("response_ms", "background_ms")}
        profiles = {muscles.short_name(name): stated for name, stated in config.section("muscles", own).items()}
        stated = profiles.get(muscles.short_name(muscle)) or {}
        above = {name: value for name, value in stated.items() if value is not None}
        result[muscle] = section, muscles.profile(muscle, {**general, **above})
    return result


def _without_windows(section: Mapping[str, Any]) -> dict[str, Any]:
    """A detection section whose windows have gone into the profiles."""
    return {name: value for name, value in section.items() if name not in detection.PROFILE_SETTINGS}


def labels_of(recording: Recording) -> dict[str, str]:
    """The labels that an override may name."""
    return {name: getattr(recording, name) for name in ("subject", "session", "task", "run")}


def _measured(
    name: str, trials: Trials, recording: Recording, config: Config, acquired: tuple[str, Mapping[str, str]]
) -> Recorded:
    labels = labels_of(recording)
    settings = muscle_settings(trials, labels, config)
    profiles = [settings[muscle][1] for muscle in trials.muscles]
    steps = config.section("conditioning", labels)
    conditioned = conditioning.condition(trials, steps, profiles=profiles)
    sections = {muscle: settings[muscle][0] for muscle in trials.muscles}
    chosen = {muscle: _without_windows(section) for muscle, section in sections.items()}
    rows = detection.detect(conditioned, profiles=profiles, by_muscle=chosen)
    rows = labelled(rows, recording, name, config)
    averages = detection.averages(conditioned, rows, list(conditions.AVERAGED_BY))
    in_windows = [vars(profile) for profile in profiles]
    conditioning_key = keys.of(acquired[0], steps, in_windows, code.digest("conditioning"))
    told_apart = config.section("conditions", {"subject": recording.subject}), code.digest("conditions")
    detection_key = keys.of(conditioning_key, chosen, in_windows, [], told_apart, code.digest("detection"))
    entry = {
        "recording": name,
        "session": recording.session,
        "task": recording.task,
        "run": recording.run,
        "rate_hz": trials.rate_hz,
        "n_trials": trials.n_trials,
        "epoch_from_ms": float(trials.times_ms[0]),
        "epoch_to_ms": float(trials.times_ms[-1]),
        "input_files": keys.in_words(acquired[1]),
        "acquisition_key": acquired[0],
        "conditioning_key": conditioning_key,
        "detection_key": detection_key,
        "status": "ok",
    }
    return Recorded(name, conditioned, rows, averages, entry, labels, tuple(sections.values()))


def _acquisition_key(recording: Recording, settings: Mapping[str, Any], config: Config) -> tuple[str, dict[str, str]]:
    reader = acquisition.reader_of(recording.path, recording.reader)
    others = tuple(each.read.__module__.partition(".")[2] for each in acquisition.READERS if each.name != reader.name)
    root = recordings.study_folder(config.input)
    files = keys.of_files(acquisition.files(recording.path, settings, recording.reader, recording.columns), root)
    names = {each.name for each in acquisition.READERS} - {reader.name}
    used = {name: value for name, value in settings.items() if name not in names}
    return keys.of(files, dict(recording.columns), used, code.digest("acquisition", others)), files
