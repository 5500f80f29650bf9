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
from ..errors import ConfigError, ReadError, did_you_mean
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
LIBRARIES = ("numpy", "scipy", "pandas", "statsmodels")
"""Libraries that tables are made with, whose versions are noted."""
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
    ReadError
        Where the results of a subject cannot be read.
    """
    kinds = (ACCEPTED, EVERY) if settings["every_trial"] else (ACCEPTED,)
    percent = tuple(settings["percent_rmt"])
    found = {kind: gathered(folder, subjects, kind == EVERY, percent) for kind in kinds}
    if failed := found[ACCEPTED].failed:
        raise ReadError("\n".join(failed))
    frames = {kind: wanted(each.metrics, settings) for kind, each in found.items()}
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
    if asked := settings["metrics"]:
        metrics = metrics[metrics["metric"].isin(asked)]
    if pulses := settings["levels"]:
        there = dict.fromkeys(metrics["level"])
        for name in pulses:
            if name not in there:
                raise ConfigError(f"statistics.levels: no pulse {name!r}; {did_you_mean(name, filter(None, there))}")
        metrics = metrics[metrics["level"].isin([*pulses, ""])]
    chosen = metrics["metric"].map(_conventions(metrics) | settings["conventions"])
    own = metrics[(metrics["convention"] == chosen) & metrics["level"].map(shared).astype(bool)]
    return own.reset_index(drop=True)


def _conventions(metrics: pd.DataFrame) -> dict[str, str]:
    """The convention of each metric that is analysed: the first that has a value in the study, else the first."""
    order = {(each.name, name): at for each in METRICS for at, name in enumerate(each.conventions)}
    cells = metrics.groupby(["metric", "convention"], sort=False)["value"].count().reset_index(name="n")
    place = [order.get(each, 0) for each in zip(cells["metric"], cells["convention"], strict=True)]
    ranked = cells.assign(none=cells["n"] == 0, place=place).sort_values(["none", "place"], kind="stable")
    return dict(ranked.drop_duplicates("metric")[["metric", "convention"]].itertuples(index=False, name=None))
