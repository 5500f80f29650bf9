"""The analyses of a study, and the tables that the chosen ones give.

An analysis is one function and one line in `ANALYSES`: it is given the frame of all subjects' metrics (`gathered`,
columns in `cells`), its keyword-only parameters are its settings, and it returns one table.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import columns
from ..columns import Column
from ..design import SCALES
from ..errors import ConfigError, did_you_mean
from ..excitability import METRICS
from ..store import Table
from . import (
    baseline,
    carry_over,
    change,
    completeness,
    differences,
    groups,
    model_tests,
    models,
    reliability,
    responders,
    roc,
)
from .gathered import gathered
from .levels import shared

if TYPE_CHECKING:
    import pandas as pd

ACCEPTED, EVERY = "accepted", "all"
TRIALS = "trials the metrics are made of: accepted, or all (excluded ones too)"


@dataclass(frozen=True)
class Analysis:
    """A table of a study: the function that makes it, and what its columns mean."""

    function: Callable[..., pd.DataFrame]
    columns: Mapping[str, str]
    extra: str = ""
    """Extra of the package that it needs, a key of `EXTRAS`."""
    settings: str = ""
    """The table whose settings it shares; nothing where it has its own."""

    @property
    def name(self) -> str:
        """Name of the table."""
        return self.function.__name__


ANALYSES = (
    Analysis(reliability.reliability, reliability.COLUMNS),
    Analysis(change.changes, change.COLUMNS),
    Analysis(responders.responders, responders.COLUMNS),
    Analysis(groups.groups, groups.COLUMNS),
    Analysis(differences.differences, differences.COLUMNS),
    Analysis(roc.roc, roc.COLUMNS),
    Analysis(models.models, models.COLUMNS, extra="stats"),
    Analysis(model_tests.model_tests, model_tests.COLUMNS, extra="stats", settings="models"),
    Analysis(baseline.baselines, baseline.COLUMNS),
    Analysis(carry_over.carry_over, carry_over.COLUMNS),
    Analysis(completeness.missing, completeness.MISSING),
    Analysis(completeness.exclusions, completeness.EXCLUSIONS),
)
"""Every analysis, in the order of the tables."""
TABLES = tuple(each.name for each in ANALYSES)
EXTRAS = {"stats": "statsmodels"}
"""Extra of the package -> the module that it brings."""


def check(names: Sequence[str]) -> None:
    """That these analyses exist and that what they need is installed; `ConfigError` otherwise."""
    known = {each.name: each for each in ANALYSES}
    for name in names:
        if name not in known:
            raise ConfigError(f"statistics.tables: no table {name!r}; {did_you_mean(name, known)}")
        extra = known[name].extra
        if extra and importlib.util.find_spec(EXTRAS[extra]) is None:
            raise ConfigError(
                f"statistics.tables: {name} needs {EXTRAS[extra]}, which is not installed; "
                f"pip install 'mep-pipeline[{extra}]', or leave it out"
            )


def tables(
    folder: Path, subjects: Sequence[str], names: Sequence[str], settings: Mapping[str, Any]
) -> dict[str, Table]:
    """The tables of a study.

    Parameters
    ----------
    folder : Path
        Output folder of `mep run`.
    subjects : sequence of str
        Subjects whose results are taken.
    names : sequence of str
        Tables to make.
    settings : mapping
        The section `statistics` of the config.

    Returns
    -------
    dict of str to Table
        By name, in the order of `ANALYSES`.

    Raises
    ------
    ConfigError
        Where there are no results, or an analysis does not fit the study.
    MeasureError
        Where the metrics are not what an analysis needs.
    """
    kinds = (ACCEPTED, EVERY) if settings["every_trial"] else (ACCEPTED,)
    percent = tuple(settings["percent_rmt"])
    frames = {kind: wanted(gathered(folder, subjects, kind == EVERY, percent).metrics, settings) for kind in kinds}
    return of_frames(frames, names, settings)


def of_frames(
    frames: Mapping[str, pd.DataFrame], names: Sequence[str], settings: Mapping[str, Any]
) -> dict[str, Table]:
    """The same of frames in memory: what the metrics are made of (accepted or all trials) -> the frame."""
    import pandas as pd

    chosen = [each for each in ANALYSES if each.name in names]
    made = {}
    for each in chosen:
        own = columns.validated(each.function, settings[each.settings or each.name], f"statistics.{each.name}")
        parts = [each.function(frame, **own).assign(trials=kind) for kind, frame in frames.items()]
        whole = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
        told = {"trials": TRIALS, **each.columns}
        made[each.name] = Table(whole[list(told)], {name: Column(name, "", text) for name, text in told.items()})
    return made


def wanted(metrics: pd.DataFrame, settings: Mapping[str, Any]) -> pd.DataFrame:
    """The metrics, conventions and conditions that the analyses are about.

    A condition that has no name all subjects share, such as each step of a search for a threshold, is in none.
    """
    there = dict.fromkeys(metrics["metric"])
    if asked := settings["metrics"]:
        for name in asked:
            if name not in {*there, *SCALES, *(each.name for each in METRICS)}:
                raise ConfigError(f"statistics.metrics: no metric or scale {name!r}; {did_you_mean(name, there)}")
        metrics = metrics[metrics["metric"].isin(asked)]
    if pulses := settings["levels"]:
        metrics = metrics[metrics["level"].isin([*pulses, ""])]
    first = {each.name: each.conventions[0] for each in METRICS}
    stated = settings["conventions"]
    chosen = metrics["metric"].map(first | stated).fillna(metrics["convention"])
    own = metrics[(metrics["convention"] == chosen) & metrics["level"].map(shared).astype(bool)]
    return own.reset_index(drop=True)
