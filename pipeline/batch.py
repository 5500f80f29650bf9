"""Every subject of a study: skip, run, catch, report."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import io
import os
import traceback
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import filelock

from . import cluster, loose_ends, output, plan, study_stage, subject, workers
from . import config as configs
from .atomic import write_bytes
from .config import Config
from .errors import ConfigError, PipelineError, ReadError, StudyError
from .plan import Job, Step
from .study import analyses
from .subject import DONE, FAILED, LOCKED, UNCHANGED, Outcome

__all__ = ["DONE", "FAILED", "FAILS", "FINE", "LOCKED", "UNCHANGED", "Options", "Outcome", "dry_run", "run"]

FINE = (DONE, UNCHANGED)
FAILS = "fails"
"""In place of a stage: the subject would fail."""
STUDY_LOG = "study_error.txt"
STUDY_LOCK_S = 60.0
"""How long a run waits for another one to write what belongs to all subjects: three small files."""


class Options(NamedTuple):
    """How a study is run: none of these changes a number."""

    jobs: int = 1
    """Processes of this machine."""
    fresh: bool = False
    """Make everything anew, whatever an earlier run left."""
    rehash: bool = False
    """Read every file to see whether it changed, whatever is remembered of it."""
    scheduler: str = ""
    """Address of a Dask scheduler whose workers run the subjects."""
    shard: tuple[int, int] = (1, 1)
    """Which part of how many of the subjects, from 1."""
    on_plan: Callable[[int], None] = lambda _: None
    """Called with the number of subjects before the first of them."""
    on_warning: Callable[[str], None] = lambda _: None
    """Called with what is not as the config says, though a run can do without: an override that meets nothing."""
    on_study: Callable[[str], None] = lambda _: None
    """Called with what became of the tables of the study, where the config asks for any."""
    on_stop: Callable[[], None] = lambda: None
    """Called at the first Ctrl-C, after which what runs is finished and nothing more begins."""


def run(
    config: Path | str | Config,
    *,
    subjects: Sequence[str] | None = None,
    jobs: int = 1,
    output: Path | str | None = None,
    on_outcome: Callable[[Outcome], None] | None = None,
    options: Options | None = None,
) -> list[Outcome]:
    """Run a study: one results file a subject, where something differs from an earlier run. What `mep run` calls.

    Parameters
    ----------
    config : path or Config
        The study's config.
    subjects : sequence of str, optional
        Only these subjects.
    jobs : int
        Processes; each takes one subject at a time. With more than one, call this from a script's main guard.
    output : path, optional
        Folder of the results, instead of the config's.
    on_outcome : callable, optional
        Called with each subject's outcome as it comes.
    options : Options, optional
        Everything else about how it is run; its `jobs` goes above.

    Returns
    -------
    list of Outcome
        One a subject, in the study's order. A subject that fails is named with the reason; its earlier results stay.

    Raises
    ------
    ConfigError
        Where the config, the study's tables or the output folder are wrong: nothing has run.
    StudyError
        Where all subjects have run, but the tables of the study (the config's section `statistics`) cannot be made.
    """
    settled, chosen = _settled(config, output), options or Options(jobs)
    todo = _jobs(settled, subjects, chosen)
    analyses.check(settled.settings[study_stage.SECTION]["tables"])
    _prepare(settled)
    chosen.on_plan(len(todo))
    outcomes: dict[str, Outcome] = {}
    try:
        for outcome in _outcomes(todo, chosen):
            outcomes[outcome.subject] = outcome
            if on_outcome:
                on_outcome(outcome)
    finally:
        result = [outcomes[job.subject] for job in todo if job.subject in outcomes]
        _log(result, settled, chosen)
    asked = settled.settings[study_stage.SECTION]["tables"]
    if not _is_whole(subjects, chosen):
        chosen.on_study("the study's tables are left as they are: a run of all subjects makes them" if asked else "")
    elif any(each.outcome == LOCKED for each in result):
        chosen.on_study("the study's tables are left as they are: another run is writing a subject" if asked else "")
    else:
        _study(settled, result, chosen)
    return result


def _is_whole(subjects: Sequence[str] | None, options: Options) -> bool:
    """Whether a run has every subject: only then are the tables of the study made."""
    return not subjects and options.shard == (1, 1)


def _study(config: Config, outcomes: Sequence[Outcome], options: Options) -> None:
    """The tables of the study, where something differs from an earlier run."""
    there = [each.subject for each in outcomes if each.outcome in FINE]
    left_out = [each.subject for each in outcomes if each.outcome not in FINE]
    try:
        with filelock.FileLock(output.lock_file(config, of="statistics"), timeout=STUDY_LOCK_S):
            asked = study_stage.wanted(config, there, left_out)
            options.on_study(_brought(config, asked, left_out, options))
    except filelock.Timeout:
        raise StudyError("the study's tables were not made: another run is making them") from None
    except PipelineError as error:
        raise StudyError(f"the study's tables were not made: {error}") from None
    except Exception as error:  # a fault of ours: the subjects' results are there all the same
        with contextlib.suppress(PipelineError, OSError):
            output.write_log(config, STUDY_LOG, traceback.format_exc())
        text = f"unexpected {type(error).__name__}: {error} (traceback in logs/{STUDY_LOG}; please report)"
        raise StudyError(f"the study's tables were not made: {text}") from None


def _brought(config: Config, asked: study_stage.Wanted, left_out: Sequence[str], options: Options) -> str:
    """Make the tables where they are not as they should be; what became of them."""
    if not asked.names:
        return "the study's tables were removed: none is asked for" if study_stage.clear(config) else ""
    without = f"; without {', '.join(left_out)}" if left_out else ""
    if not asked.parts["results"]:
        raise ReadError("no subject has results")
    if options.fresh or study_stage.why(config, asked):
        written = study_stage.make(config, asked)
        return f"wrote {len(written)} files of the study's tables, of {len(asked.parts['results'])} subjects{without}"
    return f"the study's tables are as they were{without}"


def dry_run(
    config: Path | str | Config,
    *,
    subjects: Sequence[str] | None = None,
    output: Path | str | None = None,
    options: Options | None = None,
) -> list[Step]:
    """What a run would do, stage by stage, and why; nothing is written. A subject that would fail has its reason.

    Parameters and errors are those of `run`.
    """
    settled, chosen = _settled(config, output), options or Options()
    steps: list[Step] = []
    todo = _jobs(settled, subjects, chosen)
    for job in todo:
        try:
            steps += plan.of(job, running=False).steps()
        except (PipelineError, OSError) as error:
            steps.append(Step(job.subject, "", FAILS, str(error)))
    if settled.settings[study_stage.SECTION]["tables"] and _is_whole(subjects, chosen):
        asked = study_stage.wanted(settled, [job.subject for job in todo])
        if why := "if results come out otherwise" if steps else study_stage.why(settled, asked):
            steps.append(Step("", "", study_stage.SECTION, why))
    return steps


def _settled(config: Path | str | Config, folder: Path | str | None) -> Config:
    settled = config if isinstance(config, Config) else configs.load(config)
    if folder is not None:
        settled = dataclasses.replace(settled, output=Path(os.path.normpath(Path(folder).absolute())))
    output.check(settled)
    return settled


def _jobs(config: Config, subjects: Sequence[str] | None, options: Options) -> list[Job]:
    """The subjects of this shard."""
    part, parts = options.shard
    if not 1 <= part <= parts:
        raise ConfigError(f"shard {part}/{parts}: expected I/N with I from 1 to N")
    todo = plan.jobs(config, subjects, options.fresh, options.rehash)[part - 1 :: parts]
    output.check_source(config)
    for text in loose_ends.of(config, todo):
        options.on_warning(text)
    return todo


def _prepare(config: Config) -> None:
    try:
        output.prepare(config)
        with filelock.FileLock(output.lock_file(config), timeout=STUDY_LOCK_S):
            output.describe(config)
    except (PipelineError, filelock.Timeout, NotImplementedError) as error:
        raise ConfigError(f"study.output: {error}") from None
    except OSError as error:
        raise ConfigError(f"study.output: {config.output} cannot be written: {error.strerror or error}") from None


def _outcomes(jobs: Sequence[Job], options: Options) -> Iterator[Outcome]:
    todo = []
    for job in jobs:  # what is as a run would leave it needs no process
        if outcome := subject.unchanged(job):
            yield outcome
        else:
            todo.append(job)
    if options.scheduler:
        elsewhere = partial(subject.run_elsewhere, own_code=subject.code_here())
        yield from cluster.run(workers.Work(elsewhere, _lost, options.on_stop), todo, options.scheduler)
    else:
        work = workers.Work(subject.run, _lost, options.on_stop)
        yield from workers.here(work, todo, min(options.jobs, len(todo)))


def _lost(job: Job, why: str) -> Outcome:
    return Outcome(job.subject, FAILED, message=why)


def _log(outcomes: Sequence[Outcome], config: Config, options: Options) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(Outcome._fields)
    writer.writerows(outcomes)
    part, parts = options.shard
    name = "run.tsv" if parts == 1 else f"run_shard-{part}of{parts}.tsv"
    with contextlib.suppress(PipelineError, OSError):  # a log is never needed for a number
        write_bytes(config.output / "logs" / name, text.getvalue().encode())
