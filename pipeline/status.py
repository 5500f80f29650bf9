"""How the subjects of a study stand: done, stale, failed, locked, or not run yet, and why; nothing is changed."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import filelock

from . import config as configs
from . import hints, output, plan, store, study_stage, versions
from .config import Config
from .errors import PipelineError
from .plan import Job

DONE, STALE, FAILED, LOCKED, NEW, GONE = "done", "stale", "failed", "locked", "new", "gone"
MEANINGS = {
    DONE: "its results are what a run would give",
    STALE: "a run would change its results",
    FAILED: "the last run of it failed",
    LOCKED: "a run is writing it",
    NEW: "it has no results yet",
    GONE: "its results are there, but the study has no recording of it",
}
"""State of a subject -> what it means."""


class State(NamedTuple):
    """How one subject stands."""

    subject: str
    state: str
    stages: str
    """The stages that would run."""
    why: str
    other_versions: str
    """Libraries that are of another version here than what its results were made with."""


def of(config: Config) -> list[State]:
    """How each subject of a study stands; raw files that changed since they were hashed are read."""
    jobs = plan.jobs(config)
    files = config.output.glob(output.results_file(Path(), "*").as_posix())
    there = {path.parent.name.removeprefix("sub-") for path in files}
    gone = sorted(there - {job.subject for job in jobs}) if not config.settings["study"]["subjects"] else []
    return [*map(_state, jobs), *(State(each, GONE, "", MEANINGS[GONE], "") for each in gone)]


def in_study(folder: Path) -> list[str] | None:
    """The subjects of the study that a folder of results was last run with, None where its recordings are not there."""
    try:
        return [job.subject for job in plan.jobs(configs.load(folder / "mep_config.yaml"))]
    except (PipelineError, OSError):
        return None


def of_tables(config: Config, subjects: Sequence[str]) -> str:
    """Why the tables of a study of these subjects are not what a run would leave, "" where they are."""
    try:
        left_out = store.attributes(config.output / study_stage.FILE).get("left_out", "").split(";")
    except PipelineError:
        left_out = []
    others = [each for each in left_out if each]
    there = [each for each in subjects if each not in others]
    try:
        return study_stage.why(config, study_stage.wanted(config, there, others))
    except PipelineError as error:
        return str(error)


def notes_on_tables(folder: Path) -> list[str]:
    """What must be said of the tables of a study before they are shown, as `notes` of subjects."""
    try:
        config = dataclasses.replace(configs.load(folder / "mep_config.yaml"), output=folder)
        why = of_tables(config, [job.subject for job in plan.jobs(config)])
    except (PipelineError, OSError):
        return []
    return [f"these are not the tables that a run would make: {why}"] if why else []


def _state(job: Job) -> State:
    hint = hints.read(output.hint_file(job.config, job.subject))
    if _locked(output.lock_file(job.config, job.subject)):
        return State(job.subject, LOCKED, "", MEANINGS[LOCKED], "")
    try:
        planned = plan.of(job, running=False)
    except (PipelineError, OSError) as error:
        return State(job.subject, FAILED, "", str(error), "")
    made = planned.earlier.made
    steps = list(planned.steps())
    stages = ", ".join(dict.fromkeys(each.stage for each in steps))
    why = "; ".join(_reasons(_first(steps)))
    others = dict.fromkeys(text for each in made.get("versions", {}).values() for text in versions.differing(each))
    if hint.get("failed") and steps:
        return State(job.subject, FAILED, stages, str(hint["failed"]), ", ".join(others))
    there = planned.earlier.path.is_file()
    state = NEW if not there else STALE if steps else DONE
    return State(job.subject, state, stages, why, ", ".join(others))


def _reasons(steps: Iterator[plan.Step]) -> list[str]:
    """Each reason once, with the recording that it is about, or how many."""
    about: dict[str, list[str]] = {}
    for each in steps:
        about.setdefault(each.why, []).append(each.recording)
    return [
        why if not names[0] else f"{names[0] if len(names) == 1 else f'{len(names)} recordings'}: {why}"
        for why, names in about.items()
    ]


def _first(steps: list[plan.Step]) -> Iterator[plan.Step]:
    """The first step of each recording, which says why the others follow."""
    seen: set[str] = set()
    for each in steps:
        if each.recording not in seen and (each.recording or not seen):
            yield each
        seen.add(each.recording)


def _locked(path: Path) -> bool:
    """Whether a process holds a lock; one that a dead process left is none."""
    if not path.is_file():
        return False
    with contextlib.suppress(OSError, NotImplementedError):
        try:
            with filelock.FileLock(path, timeout=0):
                return False
        except filelock.Timeout:
            return True
    return False


def notes(place: Path) -> list[str]:
    """What must be said of results before they are shown: which subjects are stale or failed, and why.

    They are compared with the config that their folder was last run with, as far as its recordings can be found.

    Parameters
    ----------
    place : Path
        A folder of results, or the results file of one subject.
    """
    place = place.absolute()
    folder = place if place.is_dir() else place.parent.parent
    try:
        config = dataclasses.replace(configs.load(folder / "mep_config.yaml"), output=folder)
        jobs = plan.jobs(config)
    except (PipelineError, OSError):
        return []
    there = [
        job for job in jobs if (own := output.results_file(folder, job.subject)).is_file() and place in (folder, own)
    ]
    found = [_state(job) for job in there]
    return [f"sub-{each.subject} is {each.state}: {each.why or each.stages}" for each in found if each.state != DONE]
