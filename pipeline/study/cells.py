"""What the analyses of a study share: the columns of the frame they are given, and what one of their cells is."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ..excitability import METRICS

if TYPE_CHECKING:
    import pandas as pd

CELL = ("metric", "convention", "state", "side", "muscle", "level")
"""Columns that tell numbers of a study apart that must not be mixed; `level` is the pulse, comparable over subjects."""

VISIT = ("session", "arm", "period", "sequence", "time_of_day", "timepoint")
"""Columns that say when a number was taken; each is there in every frame, "" where it is not known."""

PERSON = ("subject", "group")
"""Columns that say of whom a number is; `group` is "" where it is not known."""

LOGARITHMIC = frozenset((metric.name, unit) for metric in METRICS if metric.log
                        for unit in (metric.unit, "µV", "mV", "µV·ms"))  # fmt: skip
"""Metrics compared as logarithms, in their own unit and in those of sizes, which a convention of them may have."""


def logarithmic(metric: str, unit: str) -> bool:
    """Whether a metric's numbers of this unit are compared as logarithms: sizes, and ratios of sizes."""
    return (metric, unit) in LOGARITHMIC


def on_scale(values: np.ndarray, log: bool) -> np.ndarray:
    """(n,) values, or their natural logarithms; NaN where a value has none."""
    if not log:
        return values
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(values > 0, np.log(values), np.nan)


def apart(metrics: "pd.DataFrame") -> Iterator[tuple[dict[str, str], "pd.DataFrame"]]:
    """Each cell's names and unit, and its rows that have a value, in the order in which the cells first come."""
    valued = metrics[metrics["value"].notna()]
    for names, own in valued.groupby([*CELL, "unit"], sort=False):
        yield dict(zip((*CELL, "unit"), map(str, names), strict=True)), own
