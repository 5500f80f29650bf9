"""Conditions of a study that are comparable over subjects: each subject's own %MSO said in percent of its threshold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..excitability.references import REFERENCE
from ..excitability.rmt_levels import CONVENTIONS

if TYPE_CHECKING:
    import pandas as pd

THRESHOLD = "rmt"
PERCENT_RMT = (100.0, 120.0, 140.0)
"""Percentages of the threshold that protocols ask for most: an intensity is taken for the nearest of these and of the
multiples of 10. Own choice: thresholds are known to 2 to 3 %."""
INTENSITY = re.compile(r"_(?:(cs|ts)([\d.]+)|([\d.]+)mso)(?=_|$)")
CURRENT = re.compile(r"_[\d.]+ma(?=_|$)")
OF_SUBJECT = ["subject", "side", "muscle"]
CELL = ["subject", "session", "timepoint", "state", "side", "muscle", "metric", "convention"]


def levels(metrics: pd.DataFrame, percent_rmt: Sequence[float] = PERCENT_RMT) -> pd.Series:
    """The condition of each row in words that all subjects share.

    An intensity becomes a percentage of the subject's resting motor threshold for that muscle (of the conventions in
    `CONVENTIONS`; of the session's timepoint before, else of the session, else of any session):
    `single_56mso` is `single_120rmt`. The current of a nerve is left out. What a subject would then have twice in a
    cell keeps its name but for the one that is nearest to the percentage; so does what has no threshold, unless it is
    the only condition of its kind in the cell, whose intensity is left out.

    Parameters
    ----------
    metrics : DataFrame
        Columns `CELL`, condition and value; of several subjects.
    percent_rmt : sequence of float
        Percentages of the threshold that the study's protocol asks for.

    Returns
    -------
    Series of str
        With the index of `metrics`.
    """
    import pandas as pd

    known = metrics[[*CELL, "condition"]].assign(rmt=_thresholds(metrics))
    cells = known[["condition", "rmt"]].drop_duplicates()
    said = [_said(text, rmt, np.array(percent_rmt, float)) for text, rmt in cells.itertuples(index=False)]
    cells = cells.assign(level=[each[0] for each in said], off=[each[1] for each in said])
    known = known.merge(cells, on=["condition", "rmt"], how="left").set_axis(metrics.index)
    nearest = known.groupby([*CELL, "level"])["off"].transform("min")
    twice = known.duplicated([*CELL, "level"], keep=False) & (
        ~(known["off"] <= nearest) | known.duplicated([*CELL, "level", "off"])
    )
    return pd.Series(np.where(twice, known["condition"], known["level"]), metrics.index, dtype=object)


def shared(level: str) -> bool:
    """Whether a level is in words that all subjects share: it states no intensity in %MSO."""
    return INTENSITY.search(level) is None


def _said(condition: str, rmt: float, asked: np.ndarray) -> tuple[str, float]:
    """A condition in percent of a threshold, and how far its percentages are off their multiples."""
    off = 0.0

    def relative(found: re.Match[str]) -> str:
        nonlocal off
        percent = 100.0 * float(found[2] or found[3]) / rmt
        near = np.append(asked, 10.0 * np.floor(percent / 10.0 + 0.5))
        rounded = near[np.abs(near - percent).argmin()]
        off += abs(percent - rounded)
        return f"_{found[1] or ''}{rounded:g}rmt"

    text = CURRENT.sub("", condition)
    if np.isnan(rmt):
        return INTENSITY.sub("", text), float("nan")
    return INTENSITY.sub(relative, text), off


def _thresholds(metrics: pd.DataFrame) -> np.ndarray:
    """(n_rows,) resting motor threshold that holds for each row, NaN where there is none."""
    own = metrics[(metrics["metric"] == THRESHOLD) & metrics["value"].notna()]
    order = {name: at for at, name in enumerate(REFERENCE)}
    rather = {name: at for at, name in enumerate(CONVENTIONS)}
    own = own.assign(
        late=own["timepoint"].str.lower().map(order).fillna(len(order)),
        coarse=own["convention"].map(rather).fillna(len(rather)),
    ).sort_values(["late", "coarse"], kind="stable")
    found = np.full(len(metrics), np.nan)
    for keys in ([*OF_SUBJECT, "session"], OF_SUBJECT):
        first = own.drop_duplicates(keys)[[*keys, "value"]].rename(columns={"value": "rmt"})
        there = metrics[keys].merge(first, on=keys, how="left")["rmt"].to_numpy(float)
        found = np.where(np.isnan(found), there, found)
    return found
