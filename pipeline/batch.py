"""Every subject of a study: run, catch, write; the only place with executors and locks."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import io
import multiprocessing
import os
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import NamedTuple

import filelock
from threadpoolctl import threadpool_limits

from . import config as configs
from . import flow, notices, output, recordings
from .atomic import write_bytes
from .config import Config
from .errors import ConfigError, PipelineError, did_you_mean
from .recordings import Recording

OF_IMPORTS = (DeprecationWarning, PendingDeprecationWarning, ImportWarning)
DONE, FAILED, LOCKED = "done", "failed", "locked"
STUDY_LOCK_S = 60.0
"""How long a run waits for another one to write what belongs to all subjects: three small files."""


class Outcome(NamedTuple):
    """How one subject fared."""

    subject: str
    outcome: str
    n_used: int = 0
    n_rejected: int = 0
    seconds: float = 0.0
    message: str = ""


class Job(NamedTuple):
    """All that a worker needs for one subject."""

    subject: str
    recordings: tuple[Recording, ...]
    participant: Mapping[str, str]
    config: Config


def run(
    config: Path | str | Config,
    *,
    subjects: Sequence[str] | None = None,
    jobs: int = 1,
    output: Path | str | None = None,
    on_outcome: Callable[[Outcome], None] | None = None,
) -> list[Outcome]:
    """Run a study: one results file a subject. What `mep run` calls.

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

    Returns
    -------
    list of Outcome
        One a subject, in the study's order. A subject that fails is named with the reason; its earlier results stay.

    Raises
    ------
    ConfigError
        Where the config, the study's tables or the output folder are wrong: nothing has run.
    """
    settled = config if isinstance(config, Config) else configs.load(config)
    if output is not None:
        settled = dataclasses.replace(settled, output=Path(os.path.normpath(Path(output).absolute())))
    planned = plan(settled, subjects)
    _prepare(settled)
    outcomes = {}
    for outcome in _outcomes(planned, jobs):
        outcomes[outcome.subject] = outcome
        if on_outcome:
            on_outcome(outcome)
    result = [outcomes[job.subject] for job in planned]
    _log(result, settled)
    return result


def plan(config: Config, subjects: Sequence[str] | None = None) -> list[Job]:
    """The subjects to run with their recordings; `ConfigError` for subjects the study does not have."""
    found: dict[str, list[Recording]] = {}
    for each in recordings.find_recordings(config.input):
        found.setdefault(each.subject, []).append(each)
    wanted = subjects or config.settings["study"]["subjects"] or sorted(found)
    wanted = list(dict.fromkeys(each.removeprefix("sub-") for each in wanted))
    for subject in wanted:
        if subject not in found:
            raise ConfigError(f"subject {subject!r} has no recording in {config.input}; {did_you_mean(subject, found)}")
    config.check(flow.labels_of(each) for subject in wanted for each in found[subject])
    rows = recordings.participants(config.input)
    return [Job(subject, tuple(found[subject]), rows.get(subject, {}), config) for subject in wanted]


def _prepare(config: Config) -> None:
    output.check(config)
    try:
        output.prepare(config)
        with filelock.FileLock(output.lock_file(config), timeout=STUDY_LOCK_S):
            output.describe(config)
    except PipelineError as error:
        raise ConfigError(f"study.output: {error}") from None
    except OSError as error:
        raise ConfigError(f"study.output: {config.output} cannot be written: {error.strerror or error}") from None


def _outcomes(jobs: Sequence[Job], n_processes: int) -> Iterator[Outcome]:
    if min(n_processes, len(jobs)) <= 1:
        yield from map(run_subject, jobs)
        return
    broken = []
    with _pool(min(n_processes, len(jobs))) as pool:
        futures: dict[Future[Outcome], Job] = {pool.submit(run_subject, job): job for job in jobs}
        for future in as_completed(futures):
            try:
                yield future.result()
            except BrokenProcessPool:
                broken.append(futures[future])
    for job in broken:  # one killed worker takes its pool along: each of those left gets a process of its own
        with _pool(1) as pool:
            try:
                yield pool.submit(run_subject, job).result()
            except BrokenProcessPool:
                yield Outcome(job.subject, FAILED, message="its process was killed, perhaps for want of memory")


def _pool(n_processes: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(n_processes, mp_context=multiprocessing.get_context("spawn"))


def run_subject(job: Job) -> Outcome:
    """All stages of one subject, under its lock; never raises."""
    start = time.monotonic()
    lock = filelock.FileLock(output.lock_file(job.config, job.subject))
    try:
        with lock.acquire(timeout=0):
            outcome = _under_lock(job)
    except filelock.Timeout:
        return Outcome(job.subject, LOCKED, message="another run is writing this subject; run again when it is done")
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"{lock.lock_file}: this file, the subject's lock, cannot be written: {reason}"
        outcome = Outcome(job.subject, FAILED, message=message)
    return outcome._replace(seconds=time.monotonic() - start)


def _under_lock(job: Job) -> Outcome:
    try:
        with warnings.catch_warnings(record=True) as caught, threadpool_limits(1):
            warnings.simplefilter("always")
            for category in OF_IMPORTS:  # given once a process, so they would tell the first subject from the others
                warnings.simplefilter("ignore", category)
            recorded = [part for each in job.recordings for part in flow.record(each, job.config)]
            summarised = flow.summarise(recorded, job.subject, job.config, job.participant)
        said = dict.fromkeys(f"{each.category.__name__}: {each.message}" for each in caught)
        output.write_subject(job.subject, summarised, job.participant, job.config, tuple(said))
        used, rejected = notices.counts(summarised)
        return Outcome(job.subject, DONE, used, rejected, message=notices.message(summarised))
    except PipelineError as error:
        return Outcome(job.subject, FAILED, message=str(error))
    except Exception as error:  # a fault of ours must not take the batch down; its traceback goes to the log
        text = f"unexpected {type(error).__name__}: {error}"
        with contextlib.suppress(PipelineError, OSError):
            output.write_log(job.config, f"sub-{job.subject}_error.txt", traceback.format_exc())
        return Outcome(
            job.subject, FAILED, message=f"{text} (traceback in logs/sub-{job.subject}_error.txt; please report)"
        )


def _log(outcomes: Sequence[Outcome], config: Config) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(Outcome._fields)
    writer.writerows(outcomes)
    lock = filelock.FileLock(output.lock_file(config), timeout=STUDY_LOCK_S)
    with contextlib.suppress(PipelineError, OSError), lock:  # a log is never needed for a number
        write_bytes(config.output / "logs" / "run.tsv", text.getvalue().encode())
