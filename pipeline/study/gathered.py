"""The metrics and contrasts of every subject of a folder of results, with what describes subjects and visits."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import excitability, store
from ..errors import ConfigError, ReadError
from ..excitability.contrasts import COLUMNS as CONTRASTS
from .cells import PERSON, VISIT
from .covariates import TAKEN, columns_of_people, facts, people, scales, spelt, timed, visits
from .levels import PERCENT_RMT, levels
from .pulses import given

if TYPE_CHECKING:
    import pandas as pd

    Tables = Mapping[str, pd.DataFrame]

NEEDED = ("trials", "metrics", "contrasts", "provenance")
FIRST = (*PERSON, *VISIT)


class Gathered(NamedTuple):
    """What a study's results hold."""

    metrics: pd.DataFrame
    """One row a subject and metric: subject, group, what describes the visit, other covariates, then the columns of
    `/metrics` with `level`, the condition in words that all subjects share. Scales of visits are rows as well."""
    contrasts: pd.DataFrame
    """One row a subject and contrast: subject, its covariates, then the columns of `/contrasts`."""
    covariates: tuple[str, ...]
    """Columns of `metrics` that describe the subject or the visit."""
    settings: Mapping[str, str]
    """The settings that hold for the first subject, by section, as JSON."""
    failed: tuple[str, ...]
    """Why a subject's results cannot be read, one text a file."""
    people: pd.DataFrame
    """One row a subject: the columns of participants.tsv as words."""
    pulses: pd.DataFrame
    """One row a subject and kind of pulse that was given, see `pulses.given`."""


def gathered(
    folder: Path,
    subjects: Collection[str] | None = None,
    every_trial: bool = False,
    percent_rmt: Sequence[float] = PERCENT_RMT,
) -> Gathered:
    """Every subject of a folder of results.

    What is the same in all trials of a session (or of a session and timepoint), and was not made by detection (arm,
    period, time of day), is a covariate of the visit, and so is what the study's tables say of the session (scales,
    clock time); every column of participants.tsv is one of the subject. Rows of muscles that are not the target and
    have no value are left out.

    Parameters
    ----------
    folder : Path
        Output folder of `mep run`.
    subjects : collection of str, optional
        Only these.
    every_trial : bool
        Metrics are computed anew from all trials, excluded ones too; contrasts stay those of the results.
    percent_rmt : sequence of float
        Percentages of the resting motor threshold that the protocol asks for, see `levels`.

    Raises
    ------
    ConfigError
        Where the folder holds no results that can be read.
    """
    read, failed = _read(folder, subjects)
    if not read:
        raise ConfigError("\n".join(failed))
    return of_tables(read, every_trial, percent_rmt)._replace(failed=tuple(failed))


def of_tables(read: Mapping[str, Tables], every_trial: bool, percent_rmt: Sequence[float] = PERCENT_RMT) -> Gathered:
    """The same of tables in memory: subject -> the tables of its results, at least those of `NEEDED`."""
    import pandas as pd

    of_people = columns_of_people(read)
    seen = {subject: visits(found, of_people) for subject, found in read.items()}
    once = timed(seen.values())
    who = spelt(people(read, {str(name) for each in seen.values() for name in each}))
    parts = [_of_subject(subject, found, seen[subject], (every_trial, once)) for subject, found in read.items()]
    metrics = pd.concat(parts, ignore_index=True)
    metrics = metrics.merge(who, on="subject", validate="many_to_one")
    metrics = metrics.assign(**{name: _words(metrics, name) for name in FIRST})
    own = list(dict.fromkeys(name for name in (*FIRST, *metrics) if name not in TAKEN))
    metrics = metrics.assign(level=levels(metrics, percent_rmt))
    return Gathered(
        metrics[["subject", *own, *_with_level(excitability.COLUMNS)]],
        _all(read, "contrasts").merge(who, on="subject")[["subject", *who.columns[1:], *CONTRASTS]],
        tuple(own),
        facts(next(iter(read.values())), "settings."),
        (),
        who,
        given({subject: each["trials"] for subject, each in read.items()}),
    )


def _with_level(names: Collection[str]) -> list[str]:
    return [each for name in names for each in ((name, "level") if name == "condition" else (name,))]


def subjects_of(folder: Path) -> list[str]:
    """Subjects that have results in a folder."""
    files = folder.glob(store.results_file(Path(), "*").as_posix())
    return sorted(file.parent.name.removeprefix("sub-") for file in files)


def _read(folder: Path, subjects: Collection[str] | None) -> tuple[dict[str, Tables], list[str]]:
    """The tables of each subject, and why some have none."""
    there = subjects_of(folder)
    if not there:
        raise ConfigError(f"{folder}: no results in it; expected the output folder of `mep run`")
    read: dict[str, Tables] = {}
    failed = []
    for subject in there:
        file = store.results_file(folder, subject)
        if subjects is not None and subject not in subjects:
            continue
        try:
            found = {name: table.frame for name, table in store.read_tables(file).items()}
        except ReadError as error:
            failed.append(str(error))
            continue
        if missing := [group for group in NEEDED if group not in found]:
            failed.append(f"{file.name}: it has no table {missing[0]!r}, as older versions wrote; run the study again")
            continue
        read[subject] = found
    return read, failed


def _of_subject(subject: str, found: Tables, of_visits: pd.DataFrame, how: tuple[bool, bool]) -> pd.DataFrame:
    """Metrics and scales of a subject with the covariates of its visits; `how`: of every trial, scales by timepoint."""
    import pandas as pd

    metrics = _of_every_trial(found) if how[0] else found["metrics"]
    metrics = metrics[(metrics["status"] != "not_target") | metrics["value"].notna()]
    both = [metrics, *([own] if len(own := scales(of_visits, how[1])) else [])]
    whole = pd.concat(both, ignore_index=True) if len(both) > 1 else metrics
    whole = whole.merge(of_visits, on=["session", "timepoint"], how="left", validate="many_to_one")
    return whole.assign(subject=subject)


def _of_every_trial(found: Tables) -> pd.DataFrame:
    """Metrics of all trials; those of averages stay those of accepted trials, which averages are made of."""
    import pandas as pd

    settings = json.loads(facts(found, "settings.").get("excitability", "{}"))
    averages = [table for name, table in found.items() if name.startswith("averages")]
    whole = pd.concat(averages, ignore_index=True) if averages else None
    return excitability.summarise(found["trials"].assign(excluded=False), settings, whole)


def _words(metrics: pd.DataFrame, name: str) -> Any:
    """A column of the design, "" where it is not known."""
    return metrics[name].fillna("").astype(str) if name in metrics else ""


def _all(read: Mapping[str, Tables], group: str) -> pd.DataFrame:
    import pandas as pd

    filled: Sequence[pd.DataFrame] = [each[group].assign(subject=subject) for subject, each in read.items()]
    return pd.concat([each for each in filled if len(each)] or filled[:1], ignore_index=True)
