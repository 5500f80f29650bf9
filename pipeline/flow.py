"""The stages in order for one recording and for one subject, each with the key of what it made."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from . import (
    acquisition,
    conditioning,
    conditions,
    decisions,
    detection,
    excitability,
    joining,
    recipes,
    versions,
)
from .config import Config
from .decisions import Decisions
from .earlier import Earlier, usable
from .errors import MeasureError, PipelineError
from .heard import heard
from .recipes import Chosen, Recipe
from .recordings import Recording
from .trials import Trials

if TYPE_CHECKING:
    import pandas as pd

    from .detection.averages import Averages


@dataclass(frozen=True)
class Recorded:
    """What the first three stages made of one clock of one recording, now or in an earlier run."""

    name: str
    """Name of the recording; a second clock of the same file is told apart by a number."""
    rows: pd.DataFrame
    averages: Averages
    times_ms: np.ndarray
    entry: Mapping[str, Any]
    """Its row in the table of recordings."""
    recipe: Recipe
    """What the recording was made from, all of its clocks."""
    sections: Mapping[str, Mapping[str, Any]]
    """The detection section of each muscle."""
    conditioned: Trials | None = None
    """The conditioned epochs, where they were just made or read."""
    raw_warnings: str = "[]"
    """What was warned of before detection, as JSON."""

    @property
    def own(self) -> Mapping[str, Any]:
        """What the recipe says of this clock."""
        found: Mapping[str, Any] = self.recipe["clocks"][self.name]
        return found

    @property
    def labels(self) -> dict[str, str]:
        """Subject, session, task and run."""
        return {name: value for name, value in self.recipe["labels"].items() if name != "recording"}


@dataclass(frozen=True)
class Summarised:
    """What all stages make of one subject."""

    recorded: Sequence[Recorded]
    rows: pd.DataFrame
    metrics: pd.DataFrame
    contrasts: pd.DataFrame
    rows_key: str
    key: str
    warnings: tuple[str, ...]
    versions: str


def record(
    recording: Recording, config: Config, files: Mapping[str, str] | None = None, decided: Decisions = ()
) -> list[Recorded]:
    """Acquisition, conditioning and detection of one recording, from its raw file.

    Parameters
    ----------
    recording : Recording
        The recording.
    config : Config
        The study's config.
    files : mapping of str to str, optional
        Hash of each file that is read; without them the keys are of no use.
    decided : sequence of mapping
        A reviewer's decisions on it.

    Raises
    ------
    ReadError, MeasureError, ConfigError
        With the recording's name in front.
    """
    with _naming(recording.id), heard() as said:
        recipe = recipes.of_recording(recording, config, files or {})
        settings = config.section("acquisition", recipes.labels_of(recording))
        found = acquisition.load(recording.path, settings, reader=recording.reader, columns=recording.columns)
        if not found or not any(trials.n_trials for trials in found):
            raise MeasureError("no pulse was found in it; expected at least one trial")
        names = [recording.id if n == 0 else f"{recording.id}_recording-{n + 1}" for n in range(len(found))]
        cleaned = {}
        for name, trials in zip(names, found, strict=True):
            made = clock(recipe, name, channels(trials), config, decided)
            cleaned[name] = conditioning.condition(trials, recipe["conditioning"], profiles=made.profiles)
    return [measured(recipe, name, trials, config, (decided, said)) for name, trials in cleaned.items()]


def measured(
    recipe: Recipe, name: str, conditioned: Trials, config: Config, given: tuple[Decisions, Sequence[str]]
) -> Recorded:
    """Detection of one clock from its conditioned epochs; `given` are decisions and what was warned of before."""
    labels = recipe["labels"]
    with _naming(labels["recording"]), heard() as said:
        chosen = clock(recipe, name, channels(conditioned), config, given[0])
        by_muscle = {muscle: recipes.without_windows(section) for muscle, section in chosen.sections.items()}
        on_trials, left = decisions.fitting(given[0], name, conditioned)
        library = recipes.library(config)
        rows = detection.detect(
            conditioned, decisions=on_trials, profiles=chosen.profiles, by_muscle=by_muscle, library=library
        )
        rows = joining.plain(_labelled(rows, recipe, name))
        found = detection.averages(conditioned, rows, list(conditions.AVERAGED_BY), chosen.profiles)
        left += decisions.stale(on_trials, rows)
    own = recipe["clocks"][name]
    own["pulse_columns"] = [str(each) for each in conditioned.pulses]
    entry = {
        "recording": name,
        **{label: labels[label] for label in ("session", "task", "run")},
        "rate_hz": conditioned.rate_hz,
        "n_trials": conditioned.n_trials,
        "epoch_from_ms": float(conditioned.times_ms[0]),
        "epoch_to_ms": float(conditioned.times_ms[-1]),
        "input_files": ";".join(f"{file} {sha}" for file, sha in recipe["acquisition"]["files"].items()),
        **recipes.clock_keys(recipe, name),
        "row_columns": json.dumps(joining.kinds(rows), ensure_ascii=False),
        "decisions_not_applied": json.dumps(left, ensure_ascii=False),
        "warnings": json.dumps(list(dict.fromkeys([*given[1], *said])), ensure_ascii=False),
        "versions": versions.here(),
        "status": "ok",
    }
    averages = found._replace(table=joining.plain(found.table))
    raw_warnings = json.dumps(list(given[1]), ensure_ascii=False)
    times_ms, sections = conditioned.times_ms, chosen.sections
    return Recorded(name, rows, averages, times_ms, entry, recipe, sections, conditioned, raw_warnings)


def kept(recipe: Recipe, name: str, config: Config, earlier: Earlier) -> Recorded:
    """What an earlier run made of one clock."""
    entry = earlier.entry(name)
    averages, times_ms = earlier.averages(name)
    sections = recipes.chosen(recipe["clocks"][name]["channels"], recipe["labels"], config).sections
    return Recorded(name, earlier.rows(name), averages, times_ms, entry, recipe, sections)


def summarise(
    recorded: Sequence[Recorded],
    config: Config,
    subject: str,
    participant: Mapping[str, str],
    earlier: Earlier | None = None,
) -> Summarised:
    """Excitability of one subject from what its recordings gave; metrics of an earlier run where nothing differs."""
    rows = joining.joined([each.rows for each in recorded])
    settings = config.section("excitability", {"subject": subject})
    averages = averaged(recorded)
    rows_key = recipes.rows_key(rows, excitability.read_averages(averages))
    key = recipes.metrics_key(rows_key, participant, settings, recipes.norms_hash(config))
    if earlier is not None and key == earlier.made.get("metrics_key"):
        table, of_contrasts = earlier.metrics()
        with usable():
            said, made = json.loads(table.attributes["warnings"]), table.attributes["versions"]
            return Summarised(recorded, rows, table.frame, of_contrasts.frame, rows_key, key, tuple(said), made)
    with heard() as said:
        metrics = excitability.summarise(rows, settings, averages, participant, recipes.norms(config))
        contrasts = excitability.contrasted(rows, metrics, settings)
    made_of = joining.plain(metrics), joining.plain(contrasts)
    return Summarised(recorded, rows, *made_of, rows_key, key, tuple(said), versions.here())


def averaged(recorded: Sequence[Recorded]) -> pd.DataFrame:
    """The tables of averages of recordings, one below the other."""
    return joining.joined([joining.plain(each.averages.table.assign(recording=each.name)) for each in recorded])


def clock(recipe: Recipe, name: str, own: Sequence[Sequence[str]], config: Config, decided: Decisions) -> Chosen:
    """What the config says for the channels of one clock; the recipe takes it up."""
    chosen = recipes.chosen(own, recipe["labels"], config)
    on_it = [each for each in decided if each["recording"] == name]
    recipe["clocks"][name] = {**recipe["clocks"].get(name, {}), **recipes.clock(own, chosen, on_it)}
    return chosen


def channels(trials: Trials) -> list[tuple[str, str]]:
    """Muscle and side of each channel."""
    return list(zip(trials.muscles, trials.sides, strict=True))


def _labelled(rows: pd.DataFrame, recipe: Recipe, name: str) -> pd.DataFrame:
    """Rows with their recording's names and each trial's paradigm, condition and target."""
    own = {"recording": name, **{label: recipe["labels"][label] for label in ("session", "task", "run")}}
    rows = rows.drop(columns=[column for column in own if column in rows])
    for at, (column, value) in enumerate(own.items()):
        rows.insert(at, column, value)
    return conditions.label(rows, recipe["conditions"])


@contextlib.contextmanager
def _naming(recording: str) -> Iterator[None]:
    """Puts a recording's name in front of what goes wrong within."""
    try:
        yield
    except PipelineError as error:
        # A reader's error begins with the file's name, which in BIDS begins with the recording's.
        named = str(error).startswith(recording)
        raise type(error)(str(error) if named else f"{recording}: {error}") from None


def without_epochs(recorded: Recorded) -> Recorded:
    """The same without its conditioned epochs, so that their memory is free."""
    return dataclasses.replace(recorded, conditioned=None)
