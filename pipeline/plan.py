"""What a run would do, subject by subject and stage by stage, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from . import (
    acquisition,
    decisions,
    design,
    earlier,
    flow,
    hints,
    output,
    participants,
    reasons,
    recipes,
    recordings,
    results,
    versions,
    visits,
)
from .config import Config
from .earlier import Earlier, UnusableError
from .errors import ConfigError, did_you_mean
from .hints import Hashes
from .recipes import STAGES, Recipe
from .recordings import Recording

ROWS, EPOCHS = "rows", "epochs"
"""What of an earlier run is used again of a clock."""
FACTS = ("settings.", "participant.", "visit.")
"""How the facts of the provenance begin that come from the config and from the tables of participants and visits."""
UNKNOWN = "a hash that is kept differs"
"""A reason where the parts of a recipe are the same but its key is not, as after another version wrote it."""


class Job(NamedTuple):
    """All that is needed for one subject, on whatever machine."""

    subject: str
    recordings: tuple[Recording, ...]
    participant: Mapping[str, str]
    config: Config
    decisions: tuple[Mapping[str, Any], ...] = ()
    fresh: bool = False
    """Everything anew, whatever an earlier run left."""
    rehash: bool = False
    """Every file is read to see whether it changed, whatever is remembered of it."""
    visits: Mapping[str, Mapping[str, str]] = {}
    """Session -> what the study's tables say of the visit and not of its trials."""


class Step(NamedTuple):
    """One stage that would run, and why."""

    subject: str
    recording: str
    stage: str
    why: str


@dataclass(frozen=True)
class Planned:
    """What is to be done about one recording."""

    recording: Recording
    recipe: Recipe
    """What it would be made from; its clocks are those of an earlier run, none where they are not known."""
    keep: Mapping[str, str]
    """What is used again of each clock; empty where the raw file is read."""
    stage: str = ""
    """The first stage that runs, "" for none."""
    why: str = ""


@dataclass(frozen=True)
class Plan:
    """What is to be done about one subject."""

    job: Job
    earlier: Earlier
    recordings: tuple[Planned, ...]
    hashes: Hashes
    metrics: str = ""
    """Why excitability runs whatever the rows, "" where it does not."""
    results: str = ""
    """Why the results are written whatever the stages, "" where they stay as they are."""

    @property
    def nothing(self) -> bool:
        """Whether all is as a run would leave it."""
        return not self.results and not any(each.stage for each in self.recordings)

    def steps(self) -> Iterator[Step]:
        """The stages that would run; whether excitability does is only known when the rows are."""
        subject, running = self.job.subject, [each for each in self.recordings if each.stage]
        for each in running:
            if each.stage == STAGES[1]:
                yield Step(subject, each.recording.id, STAGES[0], "raw trials are not kept")
            for stage in STAGES[STAGES.index(each.stage) : -1]:
                why = each.why if stage == each.stage else f"{each.stage} runs"
                yield Step(subject, each.recording.id, stage, why)
        if self.metrics or running:
            yield Step(subject, "", STAGES[-1], self.metrics or "if its rows come out otherwise")
        if not self.nothing:
            yield Step(subject, "", "results", self.results or "are written anew")


def jobs(config: Config, subjects: Sequence[str] | None = None, fresh: bool = False, rehash: bool = False) -> list[Job]:
    """The subjects to run with their recordings; `ConfigError` for subjects the study does not have."""
    found: dict[str, list[Recording]] = {}
    stated = visits.of(recordings.study_folder(config.input))
    for each in recordings.find_recordings(config.input, stated):
        found.setdefault(each.subject, []).append(each)
    wanted = subjects or config.settings["study"]["subjects"] or sorted(found)
    wanted = list(dict.fromkeys(each.removeprefix("sub-") for each in wanted))
    for subject in wanted:
        if subject not in found:
            raise ConfigError(f"subject {subject!r} has no recording in {config.input}; {did_you_mean(subject, found)}")
    recipes.library(config)
    recipes.norms(config)
    config.check(recipes.labels_of(each) for subject in wanted for each in found[subject])
    rows, decided = participants.rows(config.input), decisions.read(config)
    if strangers := [each for each in decided if each not in found]:
        where = decisions.place(config).name
        raise ConfigError(f"{where}: subject {strangers[0]!r} has no recording; {did_you_mean(strangers[0], found)}")
    return [
        Job(each, tuple(found[each]), rows.get(each, {}), config, tuple(decided.get(each, ())), fresh, rehash,
            {session: design.of_visit(visit.columns) for session, visit in stated.get(each, {}).items()})
        for each in wanted
    ]  # fmt: skip


def input_files(recording: Recording, config: Config) -> list[Path]:
    """Every file that reading a recording would use."""
    settings = config.section("acquisition", recipes.labels_of(recording))
    return acquisition.files(recording.path, settings, recording.reader, recording.columns)


def of(job: Job, reading: bool = True, running: bool = True, hint: Mapping[str, Any] | None = None) -> Plan:
    """What is to be done about a subject.

    Parameters
    ----------
    job : Job
        The subject.
    reading : bool
        Whether a raw file may be read to hash it.
    running : bool
        Whether the plan is to be followed: if it is only to be looked at, files are not hashed where nothing is there
        that they could be compared with.
    hint : mapping, optional
        What is remembered of the subject, where it has been read already.

    Raises
    ------
    UnknownHashError
        Where a file is not remembered and may not be read.
    ReadError
        Where a file cannot be read, or a results file must not be replaced.
    """
    hint = hints.read(output.hint_file(job.config, job.subject)) if hint is None else hint
    before = earlier.read(output.results_file(job.config.output, job.subject), hint.get("results"))
    if job.fresh:
        before = Earlier(before.path, why="everything is made anew")
    hashes = Hashes(recordings.study_folder(job.config.input), {} if job.rehash else hint.get("inputs", {}), reading)
    planned = tuple(
        _of_recording(each, job, before, hashes if running or before.recipe(each.id) else None, hint.get("epochs", {}))
        for each in job.recordings
    )
    return Plan(job, before, planned, hashes, *_of_subject(job, before, planned))


def _of_recording(
    recording: Recording, job: Job, before: Earlier, hashes: Hashes | None, epochs: Mapping[str, Any]
) -> Planned:
    old, files = before.recipe(recording.id), input_files(recording, job.config)
    recipe = recipes.of_recording(recording, job.config, hashes.of(files) if hashes else hints.unread(files))
    if not old:
        return Planned(recording, recipe, {}, STAGES[0], before.why or "it is not in the results yet")
    codes = before.made["code"]
    if recipes.acquisition_key(recipe) != next(before.keys(name)["acquisition_key"] for name in old["clocks"]):
        return Planned(recording, recipe, {}, STAGES[0], reasons.reading(old, recipe, codes) or UNKNOWN)
    for name in sorted(old["clocks"], key=lambda name: (len(name), name)):  # the tenth comes after the ninth
        own = old["clocks"][name]
        recipe["clocks"][name] = {"pulse_columns": own["pulse_columns"]}
        flow.clock(recipe, name, own["channels"], job.config, job.decisions)
    keep, stage, why = {}, "", ""
    for name in recipe["clocks"]:
        now, then = recipes.clock_keys(recipe, name), before.keys(name)
        if now["conditioning_key"] != then["conditioning_key"]:
            why = reasons.conditioning(old, recipe, codes, name) or UNKNOWN
            return Planned(recording, recipe, {}, "conditioning", why)
        path = output.epochs_file(job.config.output, recipe["labels"], name)
        there = output.has_epochs(path, now["conditioning_key"], epochs)
        if job.config.settings["results"]["epochs"] and not there:
            return Planned(recording, recipe, {}, STAGES[0], "its conditioned epochs are missing")
        keep[name] = ROWS
        if now["detection_key"] != then["detection_key"]:
            stage, why = "detection", reasons.detection(old, recipe, codes, name) or UNKNOWN
            if not there:
                return Planned(recording, recipe, {}, STAGES[0], f"{why} (no conditioned epochs are kept)")
            keep[name] = EPOCHS
    return Planned(recording, recipe, keep, stage, why)


def _of_subject(job: Job, before: Earlier, planned: Sequence[Planned]) -> tuple[str, str]:
    """Why the metrics are computed and the results written even if no recording runs, "" where they stay."""
    if not before.made:
        return before.why, before.why
    settings = job.config.section("excitability", {"subject": job.subject})
    there = {each.recording.id for each in planned}
    if gone := [name for name in before.made["recordings"] if name not in there]:
        why = f"recording {gone[0]} is not in the study any more"
        return why, why
    given = job.participant, settings, recipes.norms_hash(job.config)
    key = recipes.metrics_key(before.made["rows_key"], *given)
    metrics = ""
    if key != before.made["metrics_key"]:
        metrics = reasons.excitability(before.made, *given) or UNKNOWN
    of_recordings = [each.recipe for each in planned]
    facts = results.facts(job.subject, job.config, job.participant, job.visits, of_recordings)
    if metrics:
        return metrics, metrics
    if any(each.stage for each in planned):
        return "", ""
    if results.key(before.made, facts) != before.made["results_key"]:
        return "", _stated(before, dict(facts) | {versions.OWN: versions.own()})
    if litter := output.litter(job.config, job.subject, [each.recipe for each in planned]):
        return "", f"{litter[0].name} is left over"
    return "", ""


def _stated(before: Earlier, now: Mapping[str, str]) -> str:
    """Which of the facts that results state differs, or what else of them."""
    try:
        found = before.facts()
    except UnusableError as error:
        return f"its results cannot be read ({error})"
    there = {name: value for name, value in found.items() if name in now or name.startswith(FACTS)}
    return reasons.results(there, now) or "another version of the code laid them out"
