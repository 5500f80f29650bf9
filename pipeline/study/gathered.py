"""The metrics and contrasts of every subject of a folder of results, with what describes subjects and visits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import excitability, output, store, tables
from ..errors import ConfigError, ReadError
from ..excitability.contrasts import COLUMNS as CONTRASTS

if TYPE_CHECKING:
    import pandas as pd

VISIT = ["session", "timepoint"]
OF_A_PULSE = frozenset(
    {"onset_s", "block", "isi_ms", "conditioning_mso", "intensity_mso", "nerve_ma", "trial_type", "duration"}
)
"""Columns of trials that describe a pulse, even where all pulses of a visit are alike."""
NEEDED = ("trials", "metrics", "contrasts", "provenance")
PARTICIPANT = "participant."
TAKEN = frozenset({"subject", *excitability.COLUMNS, *CONTRASTS})
"""Names that no covariate may have."""


class Gathered(NamedTuple):
    """What a study's results hold."""

    metrics: pd.DataFrame
    """One row a subject and metric: subject, covariates of subject and visit, then the columns of `/metrics`."""
    contrasts: pd.DataFrame
    """One row a subject and contrast: subject, its covariates, then the columns of `/contrasts`."""
    covariates: tuple[str, ...]
    """Columns of `metrics` that describe the subject or the visit."""
    settings: Mapping[str, str]
    """The settings that hold for the first subject, by section, as JSON."""
    failed: tuple[str, ...]
    """Why a subject's results cannot be read, one text a file."""


def gathered(folder: Path) -> Gathered:
    """Every subject of a folder of results.

    What is the same in all trials of a session and timepoint, and was not made by detection (arm, period, time of day,
    scales), is a covariate of the visit; every column of participants.tsv is one of the subject. Rows of muscles that
    are not the target and have no value are left out.

    Raises
    ------
    ConfigError
        Where the folder holds no results that can be read.
    """
    import pandas as pd

    files = sorted(folder.glob(output.results_file(Path(), "*").as_posix()))
    if not files:
        raise ConfigError(f"{folder}: no results in it; expected the output folder of `mep run`")
    read: dict[str, dict[str, pd.DataFrame]] = {}
    failed = []
    for file in files:
        try:
            found = store.read_results(file)
        except ReadError as error:
            failed.append(str(error))
            continue
        if missing := [group for group in NEEDED if group not in found]:
            failed.append(f"{file.name}: it has no table {missing[0]!r}, as older versions wrote; run the study again")
            continue
        read[file.parent.name.removeprefix("sub-")] = found
    if not read:
        raise ConfigError("\n".join(failed))
    visits = pd.concat([_visits(found, subject) for subject, found in read.items()], ignore_index=True)
    people = pd.DataFrame([{"subject": subject, **_participant(found)} for subject, found in read.items()])
    covariates = [*people.columns[1:], *(name for name in visits if name not in ("subject", *VISIT))]
    metrics = _all(read, "metrics").merge(people, on="subject").merge(visits, on=["subject", *VISIT], how="left")
    metrics = metrics[(metrics["status"] != "not_target") | metrics["value"].notna()]
    contrasts = _all(read, "contrasts").merge(people, on="subject")
    return Gathered(
        metrics[["subject", *covariates, *excitability.COLUMNS]].reset_index(drop=True),
        contrasts[["subject", *people.columns[1:], *CONTRASTS]],
        tuple(covariates),
        _facts(next(iter(read.values())), "settings."),
        tuple(failed),
    )


def _all(read: Mapping[str, Mapping[str, pd.DataFrame]], group: str) -> pd.DataFrame:
    import pandas as pd

    return pd.concat([found[group].assign(subject=subject) for subject, found in read.items()], ignore_index=True)


def _participant(found: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    return {_apart(name, TAKEN): value for name, value in _facts(found, PARTICIPANT).items()}


def _facts(found: Mapping[str, pd.DataFrame], start: str) -> dict[str, str]:
    """Facts of the provenance whose names begin so, without the beginning."""
    facts = found["provenance"]
    names = facts["name"].astype(str)
    own = facts[names.str.startswith(start)]
    return dict(zip(own["name"].str.removeprefix(start), own["value"].astype(str), strict=True))


def _visits(found: Mapping[str, pd.DataFrame], subject: str) -> pd.DataFrame:
    """One row a session and timepoint: what all of its trials share."""
    trials = found["trials"]
    made = {*tables.HELD["trials"], *OF_A_PULSE} - {"minutes_after"}
    carried = [str(name) for name in trials if name not in made]
    cells = trials.groupby(VISIT, sort=True, dropna=False)
    shared = [name for name in carried if (cells[name].nunique(dropna=False) <= 1).all()]
    own = set(_participant(found))
    names = {name: f"{name}_of_visit" if name in own else _apart(name, TAKEN) for name in shared}
    return cells[shared].first().rename(columns=names).reset_index().assign(subject=subject)


def _apart(name: str, taken: Collection[str]) -> str:
    """A covariate's name, told apart from the columns of metrics."""
    return f"{name}_of_study" if name in taken else name
