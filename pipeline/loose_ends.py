"""What a study states that meets nothing: overrides, decisions, and files beside a recording that is not there."""

from __future__ import annotations

from collections.abc import Sequence

from . import decisions, layers, participants, recipes, recordings, visits
from .config import Config
from .plan import Job


def of(config: Config, jobs: Sequence[Job]) -> list[str]:
    """What must be said of a study, as far as that is known without reading a recording.

    Parameters
    ----------
    config : Config
        The study's.
    jobs : sequence of Job
        The subjects to run, whose decisions are looked at.
    """
    said = [f"{path}: there is no recording beside it" for path in recordings.without_recording(config.input)]
    said += _visits(config, jobs)
    said += _participants(config, jobs)
    if config.overrides:
        labels = [recipes.labels_of(each) for each in recordings.find_recordings(config.input)]
        said += layers.idle(config.overrides, labels, None)
    for job in jobs:
        names = [each.id for each in job.recordings]
        said += [
            f"{decisions.place(config).name}: {text}" for text in decisions.strays(job.decisions, names, clocks=False)
        ]
    return said


def _participants(config: Config, jobs: Sequence[Job]) -> list[str]:
    """Participants that have no recording; the study is only looked through again where there may be one."""
    run = {job.subject for job in jobs}
    absent = [each for each in participants.rows(config.input) if each not in run]
    if not absent or config.settings["study"]["subjects"]:
        return []
    there = {each.subject for each in recordings.find_recordings(config.input)}
    return [f"participants.tsv: sub-{each} has no recording" for each in absent if each not in there]


def _visits(config: Config, jobs: Sequence[Job]) -> list[str]:
    """Visits that have no recording; the study is only looked through again where there may be one."""
    folder = recordings.study_folder(config.input)
    alone = any(set(job.visits) - {each.session for each in job.recordings} for job in jobs)
    if not alone and visits.subjects(folder) <= {job.subject for job in jobs}:
        return []
    stated = visits.of(folder)
    found = recordings.find_recordings(config.input, stated)
    return visits.without_recording(stated, [(each.subject, each.session) for each in found])
