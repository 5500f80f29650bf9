"""Averages of accepted trials, for each muscle and condition, and the silent period of those in contraction."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .. import muscles, windows
from ..errors import ConfigError, did_you_mean
from .silent_period import HALF_MS, change
from .silent_period_average import IPSILATERAL_MS, NONE, AverageSilentPeriod, average_sp

if TYPE_CHECKING:
    import pandas as pd

    from ..muscles import Profile
    from ..trials import Trials

LATE_MS = 20.0
"""How long after the response window a cortical silent period may begin."""
KINDS = {
    "cortical": "stimulated side and recorded side differ, or the stimulated side is not declared",
    "ipsilateral": "stimulated side and recorded side are the same",
}
"""What the silent period of an average is; "" where none is looked for."""


class Averages(NamedTuple):
    """Average responses, a row for each muscle, side and combination of conditions."""

    table: pd.DataFrame
    """muscle, side, the columns averaged by, n_used and n_rejected; average_sp_kind (see `KINDS`) and the columns of
    `AverageSilentPeriod`, which are empty and NaN but for single TMS pulses in contraction."""
    mean_uv: np.ndarray
    """(n_rows, n_samples) mean of the accepted trials; NaN where none is."""
    rectified_mean_uv: np.ndarray
    """(n_rows, n_samples) mean of the rectified accepted trials; NaN where none is."""


def averages(
    trials: Trials, rows: pd.DataFrame, by: Sequence[str], profiles: Sequence[Profile] | None = None
) -> Averages:
    """Mean and rectified mean of accepted trials.

    Parameters
    ----------
    trials : Trials
        The epochs.
    rows : DataFrame
        What `detect` gives of them: a row for each trial and muscle, with `excluded`.
    by : sequence of str
        Columns of `rows` whose combinations are kept apart, such as `["condition"]`.
    profiles : sequence of Profile, optional
        One for each channel, for the background of the silent period; the shipped ones where absent.

    Raises
    ------
    ConfigError
        Where `rows` lacks a column.
    """
    import pandas as pd

    for name in ("trial", "muscle", "side", "excluded", *by):
        if name not in rows:
            raise ConfigError(f"averages: no column {name!r}; {did_you_mean(name, rows.columns)}")
    table, means, rectified, silent = [], [], [], []
    channels = {name: index for index, name in enumerate(zip(trials.muscles, trials.sides, strict=True))}
    for key, group in rows.groupby(["muscle", "side", *by], sort=True, dropna=False):
        used = group["trial"].to_numpy(np.intp)[~group["excluded"].to_numpy(bool)]
        signal = trials.emg_uv[used, channels[str(key[0]), str(key[1])]].astype(float)
        table.append((*key, len(used), len(group) - len(used)))
        means.append(_mean(signal))
        rectified.append(_mean(np.abs(signal)))
        accepted = group[~group["excluded"].to_numpy(bool)]
        own = profiles[channels[str(key[0]), str(key[1])]] if profiles is not None else None
        silent.append(_silent_period(signal, trials.times_ms, accepted, by, own))
    shape = (len(table), trials.emg_uv.shape[-1])
    counts = pd.DataFrame(table, columns=["muscle", "side", *by, "n_used", "n_rejected"])
    kinds = pd.Series([kind for kind, _ in silent], name="average_sp_kind", dtype=object)
    found = pd.DataFrame([each for _, each in silent], columns=AverageSilentPeriod._fields, dtype=float)
    return Averages(
        pd.concat([counts, kinds, found], axis=1),
        np.reshape(means, shape),
        np.reshape(rectified, shape),
    )


def _mean(signal: np.ndarray) -> np.ndarray:
    """(n_samples,) mean over the trials that have each sample; NaN where none has."""
    known = np.isfinite(signal)
    count = known.sum(0)
    total = np.where(known, signal, 0.0).sum(0)
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)


def _silent_period(
    signal: np.ndarray, times_ms: np.ndarray, rows: pd.DataFrame, by: Sequence[str], profile: Profile | None
) -> tuple[str, AverageSilentPeriod]:
    """Its kind and what was found, of the accepted trials (n_used, n_samples) of one average and their rows.

    What is rectified is the signal's change, so that the slow wave after a large response is not taken for EMG.
    """
    known = {"state", "pulse", "response_from_ms", "response_to_ms"} <= set(rows)
    if not (known and len(rows) and (rows["state"] == "active").all() and (rows["pulse"] == "single").all()):
        return "", NONE
    stimulated = set(rows["stim_side"].astype(str)) if "stim_side" in rows else {""}
    if len(stimulated) > 1:
        return "", NONE
    window = np.array(profile.background_ms if profile is not None else muscles.BACKGROUND_MS, float)
    n = windows.n_samples(HALF_MS, times_ms)
    rectified, times_ms = np.abs(change(signal, n))[:, 2 * n - 1 :], times_ms[n - 1 : len(times_ms) - n]
    response_ms = rows[["response_from_ms", "response_to_ms"]].to_numpy(float)[0]
    names = [str(rows[name].iloc[0]) for name in ("muscle", "side", *by)]
    seed = int.from_bytes(hashlib.blake2b("\0".join(names).encode(), digest_size=16).digest(), "little")
    kind = "ipsilateral" if stimulated == {names[1]} != {""} else "cortical"
    response = windows.inside(times_ms, response_ms)
    peak_ms = times_ms[np.where(response, np.nan_to_num(_mean(rectified)), -1.0).argmax()]
    search_ms = IPSILATERAL_MS if kind == "ipsilateral" else (peak_ms, response_ms[1] + LATE_MS)
    given = rectified, times_ms, window, np.array(search_ms), np.random.default_rng(seed)
    return kind, average_sp(*given, edges="box" if kind == "ipsilateral" else "limit")
