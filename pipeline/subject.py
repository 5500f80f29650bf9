"""One subject of a study: what differs from an earlier run is made anew, under the subject's lock, and written."""

from __future__ import annotations

import contextlib
import json
import platform
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import filelock
from threadpoolctl import threadpool_limits

from . import code, decisions, flow, hints, keys, notices, output, plan, store, versions
from .atomic import together
from .earlier import UnusableError, usable
from .errors import PipelineError, ReadError
from .flow import Recorded
from .plan import Job, Plan, Planned
from .store import Write

DONE, UNCHANGED, FAILED, LOCKED = "done", "unchanged", "failed", "locked"
LOCK_S = 0.5
"""How long another holder of a subject's lock is waited for: a look at it takes a moment, a run of it does not."""
ONE_AT_A_TIME = threading.Lock()
"""Warnings and BLAS threads are of the whole process: one with several threads takes one subject at a time."""


class Outcome(NamedTuple):
    """How one subject fared."""

    subject: str
    outcome: str
    n_used: int = 0
    n_rejected: int = 0
    seconds: float = 0.0
    message: str = ""


def unchanged(job: Job) -> Outcome | None:
    """The outcome of a subject whose results are as a run would leave them, as far as what is remembered tells.

    None where something differs, or where it could only be known by reading a raw file or the results.
    """
    hint = hints.read(output.hint_file(job.config, job.subject))
    if "outcome" not in hint or job.fresh or job.rehash:
        return None
    try:
        if hint["results"]["identity"] != hints.identity(output.results_file(job.config.output, job.subject)):
            return None  # the results are not those whose outcome is remembered
        if plan.of(job, reading=False, hint=hint).nothing:
            return Outcome(job.subject, UNCHANGED, *hint["outcome"])
    except (PipelineError, hints.UnknownHashError, OSError, KeyError, ValueError, TypeError):
        return None
    return None


def run_elsewhere(job: Job, own_code: str) -> Outcome:
    """As `run`, on another machine, where this package must be what it is on the one that asks; never raises."""
    if code_here() != own_code:
        message = f"mep-pipeline on the worker {platform.node()} is not the one here; install the same on both"
        return Outcome(job.subject, FAILED, message=message)
    return run(job)


@cache
def code_here() -> str:
    """Hash of all code that running a subject may reach."""
    return keys.of(versions.own(), code.hashes("subject"))


def run(job: Job) -> Outcome:
    """All that is to be done about one subject, under its lock; never raises."""
    start = time.monotonic()
    path = output.lock_file(job.config, job.subject)
    if not path.parent.is_dir():  # else a machine that does not share it would make one of its own
        message = f"{job.config.output}: the folder of the results is not there on {platform.node()}; is it shared?"
        return Outcome(job.subject, FAILED, message=message)
    try:
        with ONE_AT_A_TIME, filelock.FileLock(path, timeout=LOCK_S):
            outcome = _under_lock(job)
    except filelock.Timeout:
        return Outcome(job.subject, LOCKED, message="another run is writing this subject; run again when it is done")
    except (OSError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"{path}: this file, the subject's lock, cannot be written or locked: {reason}"
        outcome = Outcome(job.subject, FAILED, message=message)
    return outcome._replace(seconds=time.monotonic() - start)


def _under_lock(job: Job) -> Outcome:
    try:
        with threadpool_limits(1):
            outcome, remembered = _made(job)
    except PipelineError as error:
        outcome, remembered = Outcome(job.subject, FAILED, message=str(error)), {}
    except Exception as error:  # a fault of ours must not take the batch down; its traceback goes to the log
        log = f"sub-{job.subject}_error.txt"
        with contextlib.suppress(PipelineError, OSError):
            output.write_log(job.config, log, traceback.format_exc())
        text = f"unexpected {type(error).__name__}: {error} (traceback in logs/{log}; please report)"
        outcome, remembered = Outcome(job.subject, FAILED, message=text), {}
    _remember(job, outcome, remembered)
    return outcome


def _made(job: Job) -> tuple[Outcome, dict[str, Any]]:
    """Run what must, write it; the outcome, and what is remembered of the files."""
    try:
        return _carried_out(plan.of(job))
    except UnusableError:  # results or epochs of an earlier run that are damaged are made anew
        return _carried_out(plan.of(job._replace(fresh=True)))


def _carried_out(planned: Plan) -> tuple[Outcome, dict[str, Any]]:
    job = planned.job
    made: dict[str, Any] = dict(planned.earlier.made)
    with together() as write:
        recorded = [each for one in planned.recordings for each in _recorded(one, planned, write)]
        _check_names(recorded)
        summarised = flow.summarise(recorded, job.config, job.subject, job.participant, planned.earlier)
        if not planned.nothing:
            made = output.write_results(job.config, job.subject, summarised, job.participant, job.visits, write)
    recipes = [each.recipe for each in recorded]
    for path in output.litter(job.config, job.subject, recipes):
        with contextlib.suppress(OSError):  # open elsewhere: the next run sees it again
            path.unlink()
    used, rejected = notices.counts(summarised)
    kind = UNCHANGED if planned.nothing else DONE
    strays = decisions.strays(job.decisions, (each.name for each in recorded))
    there = {each.id for each in job.recordings}
    gone = [f"{name} is not in the study any more" for name in planned.earlier.recordings if name not in there]
    settings = job.config.section("excitability", {"subject": job.subject})
    message = "; ".join([*strays, *gone, *filter(None, [notices.message(summarised, settings)])])
    outcome = Outcome(job.subject, kind, used, rejected, message=message)
    return outcome, _seen(planned, recorded, made)


def _recorded(one: Planned, of: Plan, write: Write) -> Iterator[Recorded]:
    """What the first three stages make of one recording, or made; new epochs are written and let go."""
    config, decided = of.job.config, of.job.decisions
    if not one.keep:
        found = flow.record(one.recording, config, one.recipe["acquisition"]["files"], decided)
        of.hashes.check()
        for each in found:
            if config.settings["results"]["epochs"]:
                output.write_epochs(config, each, write)
            yield flow.without_epochs(each)
        return
    for name, kept in one.keep.items():
        if kept == plan.ROWS:
            yield flow.kept(one.recipe, name, config, of.earlier)
        else:
            path = output.epochs_file(config.output, one.recipe["labels"], name)
            with usable():
                said = json.loads(store.attributes(path, store.EPOCHS)["warnings"])
                epochs = store.read_epochs(path)
            made = flow.measured(one.recipe, name, epochs, config, (decided, said))
            yield flow.without_epochs(made)


def _check_names(recorded: Sequence[Recorded]) -> None:
    """That no two clocks bear one name: the second of a file may be called as another file is."""
    names = [each.name for each in recorded]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ReadError(f"{twice[0]}: a recording bears this name, and a part of another one with a sampling rate of "
                        f"its own; rename the recording")  # fmt: skip


def _seen(planned: Plan, recorded: Sequence[Recorded], made: dict[str, Any]) -> dict[str, Any]:
    """What is remembered of a subject's files."""
    config = planned.job.config
    epochs = {}
    for each in recorded if config.settings["results"]["epochs"] else ():
        path = output.epochs_file(config.output, each.labels, each.name)
        epochs[path.name] = {"identity": hints.identity(path), "key": each.entry["conditioning_key"]}
    path = planned.earlier.path
    results = {"identity": hints.identity(path), "hash": keys.of_file(path), "made": made}
    return {"inputs": planned.hashes.remembered(), "results": results, "epochs": epochs}


def _remember(job: Job, outcome: Outcome, seen: dict[str, Any]) -> None:
    """Keep what was seen, and how the subject fared; what failed leaves what was seen before."""
    path = output.hint_file(job.config, job.subject)
    if outcome.outcome == FAILED:
        before = {name: each for name, each in hints.read(path).items() if name not in ("outcome", "format")}
        hints.write(path, {**before, "failed": outcome.message})
    else:
        hints.write(path, {**seen, "outcome": [outcome.n_used, outcome.n_rejected, 0.0, outcome.message]})
