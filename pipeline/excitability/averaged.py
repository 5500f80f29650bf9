"""Averages of trials beside the rows of their trials: what is hardly seen in one trial is measured on an average."""

from typing import TYPE_CHECKING

import numpy as np

from ..conditions import AVERAGED_BY
from ..errors import MeasureError, did_you_mean
from ..muscles import short_name

if TYPE_CHECKING:
    import pandas as pd

KEY = ("recording", "muscle", "side", *AVERAGED_BY)
"""What tells an average from another."""
TIMES = ("onset", "duration", "area")
NUMBERS = (
    *(f"average_sp_{name}{limit}_ms" for name in TIMES for limit in ("", "_low", "_high")),
    *(f"average_sp_depth{limit}_percent" for limit in ("", "_low", "_high")),
    "average_sp_found_fraction",
)
"""Columns of the table of averages that metrics are made of."""


def read_averages(averages: "pd.DataFrame") -> "pd.DataFrame":
    """The part of a table of averages that metrics are made of: the silent periods of the stimulated side.

    Parameters
    ----------
    averages : DataFrame
        The table of averages, with `recording`.

    Returns
    -------
    DataFrame
        The columns of `KEY`, `n_used` and `NUMBERS`, in the order of the table.

    Raises
    ------
    MeasureError
        Where a column is missing.
    """
    for name in (*KEY, "n_used", "average_sp_kind", *NUMBERS):
        if name not in averages:
            raise MeasureError(f"averages: no column {name!r}; {did_you_mean(name, averages.columns)}")
    own = averages[averages["average_sp_kind"] == "ipsilateral"]
    return own[[*KEY, "n_used", *NUMBERS]].reset_index(drop=True)


def with_averages(rows: "pd.DataFrame", averages: "pd.DataFrame | None") -> "pd.DataFrame":
    """Rows with the ipsilateral silent period of the average that each trial is part of.

    Parameters
    ----------
    rows : DataFrame
        Labelled rows of one subject, of one recording where they do not name it.
    averages : DataFrame, optional
        The table of averages.

    Returns
    -------
    DataFrame
        The same rows with `ipsilateral` (whether the muscle is that of the hot-spot, on whatever side: target, unknown
        or not_target; "" where there is no such average), `average_at` (which average it is), `average_n_used` and
        `NUMBERS`, NaN where there is none.

    Raises
    ------
    MeasureError
        Where the averages lack a column, or two of them are of the same trials.
    """
    own = read_averages(averages) if averages is not None else None
    if own is None or not len(own):
        return rows.assign(ipsilateral="")
    key = [name for name in KEY if name in rows or name != "recording"]
    if own.duplicated(key).any():
        raise MeasureError("averages: two are of the same recording, muscle and condition; expected one")
    own = own.assign(average_at=np.arange(len(own), dtype=float)).rename(columns={"n_used": "average_n_used"})
    found = rows[key].merge(own, how="left", on=key).drop(columns=[*key, *(set(KEY) - set(key))])
    aimed = _aimed(rows)
    kind = np.where(found["average_at"].notna().to_numpy(), aimed, "").astype(object)
    return rows.assign(ipsilateral=kind, **{str(name): found[name].to_numpy() for name in found})


def _aimed(rows: "pd.DataFrame") -> np.ndarray:
    """(n_rows,) whether the hot-spot is of this muscle: that of the stimulated side is on the other side."""
    muscle, spot = (_short(rows, name) for name in ("muscle", "hotspot_muscle"))
    return np.select([spot == "", muscle == spot], ["unknown", "target"], "not_target").astype(object)


def _short(rows: "pd.DataFrame", name: str) -> np.ndarray:
    if name not in rows:
        return np.full(len(rows), "", object)
    short = {each: short_name(str(each)) for each in set(rows[name])}
    return np.array([short[each] for each in rows[name]], object)
