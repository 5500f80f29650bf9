"""Averages of accepted trials, for each muscle and condition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

    from ..trials import Trials


class Averages(NamedTuple):
    """Average responses, a row for each muscle, side and combination of conditions."""

    table: pd.DataFrame
    """muscle, side, the columns averaged by, n_used and n_rejected."""
    mean_uv: np.ndarray
    """(n_rows, n_samples) mean of the accepted trials; NaN where none is."""
    rectified_mean_uv: np.ndarray
    """(n_rows, n_samples) mean of the rectified accepted trials; NaN where none is."""


def averages(trials: Trials, rows: pd.DataFrame, by: Sequence[str]) -> Averages:
    """Mean and rectified mean of accepted trials.

    Parameters
    ----------
    trials : Trials
        The epochs.
    rows : DataFrame
        What `detect` gives of them: a row for each trial and muscle, with `excluded`.
    by : sequence of str
        Columns of `rows` whose combinations are kept apart, such as `["condition"]`.

    Raises
    ------
    ConfigError
        Where `rows` lacks a column.
    """
    import pandas as pd

    for name in ("trial", "muscle", "side", "excluded", *by):
        if name not in rows:
            raise ConfigError(f"averages: no column {name!r}; {did_you_mean(name, rows.columns)}")
    table, means, rectified = [], [], []
    channels = {name: index for index, name in enumerate(zip(trials.muscles, trials.sides, strict=True))}
    for key, group in rows.groupby(["muscle", "side", *by], sort=True, dropna=False):
        used = group["trial"].to_numpy(np.intp)[~group["excluded"].to_numpy(bool)]
        signal = trials.emg_uv[used, channels[str(key[0]), str(key[1])]].astype(float)
        table.append((*key, len(used), len(group) - len(used)))
        means.append(_mean(signal))
        rectified.append(_mean(np.abs(signal)))
    shape = (len(table), trials.emg_uv.shape[-1])
    return Averages(
        pd.DataFrame(table, columns=["muscle", "side", *by, "n_used", "n_rejected"]),
        np.reshape(means, shape),
        np.reshape(rectified, shape),
    )


def _mean(signal: np.ndarray) -> np.ndarray:
    """(n_samples,) mean over the trials that have each sample; NaN where none has."""
    known = np.isfinite(signal)
    count = known.sum(0)
    total = np.where(known, signal, 0.0).sum(0)
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
