"""What a study holds, and all that does not fit, before anything runs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

from . import conditions, flow, layers, loose_ends, notices, output, plan, recipes
from .config import Config
from .errors import PipelineError, did_you_mean
from .excitability import paradigms
from .gaps import Gaps
from .layers import plain, plains
from .pulse_table import MVC
from .study import analyses

if TYPE_CHECKING:
    import pandas as pd

NOISE_HITS = 0.01
"""Share of a session's own pre-stimulus windows that may reach the MEP criterion by noise alone."""


class Found(NamedTuple):
    """What `mep check` says."""

    recordings: pd.DataFrame
    """One row a recording: trials, pulses, muscles, rate."""
    cells: pd.DataFrame
    """Trials by paradigm, session, timepoint, state, condition and muscle, for each subject."""
    problems: list[str]
    warnings: list[str]
    paradigms: pd.DataFrame
    """Trials by subject, paradigm, session, timepoint, state and muscle."""
    missing: list[str]
    """What the paradigms lack."""


def study(config: Config) -> Found:
    """Read every recording, measure it, and count what is there.

    Parameters
    ----------
    config : Config
        A checked config.

    Returns
    -------
    Found
        With every recording that cannot be read or measured among `problems`.
    """
    import pandas as pd

    jobs = plan.jobs(config)
    output.check(config)
    output.check_source(config)
    looked = [_subject(job) for job in jobs]
    problems, warnings = (
        [text for each in looked for text in getattr(each, name)] for name in ("problems", "warnings")
    )
    muscles = list(dict.fromkeys(name for each in looked for name in each.muscles))
    labels = [recipes.labels_of(each) for job in jobs for each in job.recordings]
    known = muscles if not problems else None  # what could not be read may hold the muscle
    problems += layers.idle(config.overrides, labels, known)
    warnings += _unused_profiles(config, known)
    warnings += loose_ends.of(dataclasses.replace(config, overrides=()), jobs)
    try:
        analyses.check(config.settings["statistics"]["tables"])
    except PipelineError as error:
        problems.append(str(error))
    cells = [each.cells for each in looked if each.cells is not None]
    table = pd.concat(cells, ignore_index=True) if cells else pd.DataFrame()
    gaps = Gaps({job.subject: each.found for job, each in zip(jobs, looked, strict=True) if each.found})
    made = pd.DataFrame([entry for each in looked for entry in each.made])
    return Found(made, table, problems, warnings, gaps.trials, gaps.missing)


class _Looked(NamedTuple):
    """What was seen of one subject."""

    made: list[dict[str, object]]
    problems: list[str]
    warnings: list[str]
    muscles: list[str]
    cells: pd.DataFrame | None = None
    found: paradigms.Found | None = None


def _subject(job: plan.Job) -> _Looked:
    import pandas as pd

    seen, kept = _Looked([], [], [], []), []
    for recording in job.recordings:
        try:
            recorded = flow.record(recording, job.config, decided=job.decisions)
        except PipelineError as error:
            seen.problems.append(str(error))
            continue
        seen.made.extend(_entry(job.subject, each) for each in recorded)
        seen.warnings.extend(notices.notices(recorded))
        seen.muscles.extend(muscle for each in recorded for muscle, _ in each.own["channels"])
        kept += [flow.without_epochs(each) for each in recorded]
    if not kept:
        return seen
    rows = pd.concat([each.rows for each in kept], ignore_index=True)
    settings = job.config.section("excitability", {"subject": job.subject})
    seen.warnings.extend(_noise(job.subject, rows, job.config))
    seen.warnings.extend(f"sub-{job.subject}: {text}" for text in notices.unasked(rows, settings))
    counted = conditions.counts(rows)
    counted.insert(0, "subject", job.subject)
    try:
        metrics = flow.summarise(kept, job.config, job.subject, job.participant).metrics
    except PipelineError as error:
        seen.problems.append(f"sub-{job.subject}: {error}")
        return seen._replace(cells=counted)
    return seen._replace(cells=counted, found=paradigms.found(rows, metrics, settings, flow.averaged(kept)))


def _entry(subject: str, recorded: flow.Recorded) -> dict[str, object]:
    trials = recorded.conditioned
    assert trials is not None
    kinds = trials.pulses["pulse"].value_counts()
    names = [f"{side} {muscle}".strip() for muscle, side in recorded.own["channels"]]
    return {
        "subject": subject,
        "recording": recorded.name,
        "trials": trials.n_trials,
        "pulses": ", ".join(f"{kind} {count}" for kind, count in kinds.items()),
        "muscles": ", ".join(names),
        "rate_hz": trials.rate_hz,
        "epoch_ms": f"{trials.times_ms[0]:g} to {trials.times_ms[-1]:g}",
        "rejected": int(recorded.rows.loc[recorded.rows["target"] != "not_target", "excluded"].sum()),
    }


def _unused_profiles(config: Config, muscles: list[str] | None) -> list[str]:
    known = plains("muscle", muscles or ())
    unused = [name for name in config.settings["muscles"] if muscles is not None and plain("muscle", name) not in known]
    return [f"muscles: no recording has a muscle {name!r}; {did_you_mean(name, muscles or ())}" for name in unused]


def _noise(subject: str, rows: pd.DataFrame, config: Config) -> list[str]:
    """Sessions where noise alone would reach the resting criterion in trials that are not excluded."""
    criterion_uv = config.section("detection", {"subject": subject})["presence"].get("rest_uv")
    fit = (rows["target"] != "not_target") & (rows["pulse"] != MVC) & ~rows["excluded"].astype(bool)
    at_rest = rows[(rows["state"] == "rest") & fit]
    said = []
    for (session, muscle), own in at_rest.groupby(["session", "muscle"]):
        share = float((own["background_peak_to_peak_uv"] >= criterion_uv).mean())
        if share > NOISE_HITS:
            where = f"sub-{subject}{f' ses-{session}' if session else ''} {muscle}"
            said.append(
                f"{where}: noise alone reaches {criterion_uv:g} µV in {share:.0%} of the accepted pre-stimulus windows "
                "at rest; thresholds and MEP probability would be biased"
            )
    return said
