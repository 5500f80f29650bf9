"""The background EMG of the trials that metrics are made of: what two values must share to be comparable."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .cells import DESIGN, Metric
from .metrics import METRICS

if TYPE_CHECKING:
    import pandas as pd

Kind = tuple[tuple[str, ...], bool]
Backgrounds = Mapping[Kind, Any]
"""Pulses that a metric is made of, and whether of one timepoint -> median background of each cell."""


def backgrounds(rows: "pd.DataFrame") -> Backgrounds:
    """Median background RMS of the accepted trials of every cell.

    Parameters
    ----------
    rows : DataFrame
        Labelled rows of one subject; without `background_rms_uv` no background is known.
    """
    import pandas as pd

    accepted = rows[~rows["excluded"].astype(bool)] if "excluded" in rows else rows
    known = accepted if "background_rms_uv" in rows else accepted.iloc[:0]
    found: dict[Kind, pd.Series] = {}
    for pulses, of_one in {_kind(each) for each in METRICS}:
        own = known[known["pulse"].isin(pulses)]
        own = own if of_one else own.assign(timepoint="")
        of_cells = own.groupby(list(DESIGN))["background_rms_uv"].median() if len(own) else pd.Series(dtype=float)
        found[pulses, of_one] = of_cells
    return found


def levels(metrics: "pd.Series", cells: "pd.DataFrame", known: Backgrounds) -> np.ndarray:
    """(n_rows,) median background of the trials that each number is made of.

    Parameters
    ----------
    metrics : Series (n_rows,)
        Names of metrics.
    cells : DataFrame (n_rows, 5)
        Their session, timepoint, state, side, muscle.
    known : mapping
        What `backgrounds` gives.
    """
    made_of = metrics.map({each.name: _kind(each) for each in METRICS})
    at = cells.itertuples(index=False, name=None)
    return np.array([known.get(kind, {}).get(cell, np.nan) for kind, cell in zip(made_of, at, strict=True)], float)


def _kind(metric: Metric) -> Kind:
    return metric.pulses, "timepoint" in metric.per
