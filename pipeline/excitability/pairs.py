"""The interval between the two stimuli of a pair, in a word: what tells paired-pulse measures of one visit apart."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..muscles import limb
from .cells import PAIR, Metric, of, ordered

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("paired", "nerve_tms", "nerve_pair")
"""Kinds of pulse that are pairs."""
VISIT = ("session", "timepoint", "state", "side", "muscle")


def with_interval(rows: "pd.DataFrame") -> "pd.DataFrame":
    """Rows with `interval`: `isi2` in the trials of a pair 2 ms apart, missing in all others.

    A condition names the intensities too, but they follow the thresholds of the day: between visits it is the interval
    that is the same. Where a muscle has pairs of one interval and several conditioning stimuli in one visit, these are
    told apart: `isi2_cs40`.
    """
    parts = {text: text.split("_") for text in set(rows["condition"])}
    isi = {text: next((each for each in of if each.startswith("isi")), None) for text, of in parts.items()}
    first = {
        text: next((each for each in of[1:] if each.startswith("cs") or each.endswith("ma")), "")
        for text, of in parts.items()
    }
    own = rows.assign(interval=rows["condition"].map(isi).astype(object), first=rows["condition"].map(first))
    pairs = own["interval"].notna()
    own.loc[~pairs, "interval"] = None
    several = own[pairs].groupby([*VISIT, "interval"], dropna=False)["first"].transform("nunique") > 1
    told = own.loc[pairs, "interval"] + "_" + own.loc[pairs, "first"]
    own.loc[pairs, "interval"] = told.where(several & (own.loc[pairs, "first"] != ""), own.loc[pairs, "interval"])
    return own.drop(columns="first")


class Unasked(NamedTuple):
    """Pairs that no metric is made of."""

    side: str
    muscle: str
    pulse: str
    isi_ms: float
    n_trials: int
    metrics: tuple[tuple[str, tuple[float, ...]], ...]
    """Metrics that would be made of them, the nearest first, and what the setting `isi_ms` of each would be."""


def unasked(
    rows: "pd.DataFrame", metrics: Sequence[Metric], settings: Mapping[str, Mapping[str, Any]]
) -> list[Unasked]:
    """Pairs of pulses whose interval no metric asks for, by muscle and interval.

    Parameters
    ----------
    rows : DataFrame
        Labelled rows of one subject.
    metrics : sequence of Metric
        All metrics.
    settings : mapping
        Name of a metric -> its settings, complete.
    """
    if not rows["pulse"].isin(KINDS).any():
        return []
    table = ordered(with_interval(rows))
    found: dict[tuple[str, str, str, float], int] = {}
    for pulse in KINDS:
        asking = _asking(metrics, pulse)
        for cell in of(table, Metric("", unasked, "", per=PAIR, pulses=(pulse,))):
            if cell.target == "not_target" or any(each.covers(cell, settings[each.name]) for each in asking):
                continue
            isi_ms = round(float(np.median(table.numbers("isi_ms")[cell.rows])), 2)
            key = (cell.names["side"], cell.names["muscle"], pulse, isi_ms)
            found[key] = found.get(key, 0) + len(cell.rows)
    return [Unasked(*key, count, _would(key, metrics, settings)) for key, count in sorted(found.items())]


def _asking(metrics: Sequence[Metric], pulse: str) -> list[Metric]:
    return [each for each in metrics if each.only and each.only[0] == "isi_ms" and pulse in each.pulses]


def _would(
    key: tuple[str, str, str, float], metrics: Sequence[Metric], settings: Mapping[str, Mapping[str, Any]]
) -> tuple[tuple[str, tuple[float, ...]], ...]:
    _, muscle, pulse, isi_ms = key
    fit = [each for each in _asking(metrics, pulse) if each.limbs is None or limb(muscle) in each.limbs]
    asked = {each.name: tuple(settings[each.name]["isi_ms"]) for each in fit}
    nearest = sorted(asked, key=lambda name: _far(asked[name], isi_ms))
    return tuple((name, tuple(sorted({*asked[name], isi_ms}))) for name in nearest)


def _far(asked_ms: Sequence[float], isi_ms: float) -> float:
    return float(np.abs(np.log(np.array(asked_ms) / isi_ms)).min()) if asked_ms else np.inf
