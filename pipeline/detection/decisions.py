"""A reviewer's decisions: values that replace computed ones, as long as the trial is still what was reviewed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

    from ..trials import Trials

NEEDED = ("trial", "muscle", "column", "value", "fingerprint")
MISSING = ("", "n/a", "nan")
WORDS = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}


def check_decisions(trials: Trials, decisions: pd.DataFrame | None, columns: Sequence[str]) -> None:
    """Whether each decision is about a trial, a muscle and a column that exist.

    Raises
    ------
    ConfigError
        For the first that is not.
    """
    if decisions is None:
        return
    for name in NEEDED:
        if name not in decisions:
            raise ConfigError(f"decisions: no column {name!r}; {did_you_mean(name, decisions.columns)}")
    for name, known in (("muscle", trials.muscles), ("column", columns)):
        if wrong := sorted(set(map(str, decisions[name])) - set(known)):
            raise ConfigError(f"decisions: no {name} {wrong[0]!r}; {did_you_mean(wrong[0], known)}")
    outside = [each for each in map(int, decisions["trial"]) if not 0 <= each < trials.n_trials]
    if outside:
        raise ConfigError(f"decisions: trial {outside[0]} does not exist; trials go from 0 to {trials.n_trials - 1}")


def fresh_and_stale(
    trials: Trials, channel: int, decisions: pd.DataFrame | None
) -> tuple[dict[str, dict[int, Any]], np.ndarray]:
    """Decisions on one channel that hold, by column and trial; and where one is about a trial that changed since.

    Returns
    -------
    fresh : dict
        Column -> trial -> value.
    stale : (n_trials,)
        True where a decision is not applied.
    """
    stale = np.zeros(trials.n_trials, bool)
    fresh: dict[str, dict[int, Any]] = {}
    if decisions is None:
        return fresh, stale
    of_channel = decisions["muscle"].astype(str) == trials.muscles[channel]
    if "side" in decisions:
        of_channel &= decisions["side"].fillna("").astype(str).isin([trials.sides[channel], ""])
    prints = trials.notes.get("fingerprint", np.full(trials.emg_uv.shape[:2], "", dtype=object))[:, channel]
    for row in decisions[of_channel].to_dict("records"):
        trial = int(row["trial"])
        if str(row["fingerprint"]) == str(prints[trial]):
            fresh.setdefault(str(row["column"]), {})[trial] = row["value"]
        else:
            stale[trial] = True
    return fresh, stale


def applied(found: Mapping[str, np.ndarray], fresh: Mapping[str, Mapping[int, Any]]) -> dict[str, np.ndarray]:
    """A measure's columns with the decided values in place of the computed ones."""
    out = dict(found)
    for column in set(found) & set(fresh):
        values = np.array(found[column])
        for trial, value in fresh[column].items():
            values[trial] = _as(values.dtype, value, column)
        out[column] = values
    return out


def _as(dtype: np.dtype, value: Any, column: str) -> Any:
    """A decided value in the type of its column."""
    word = str(value).strip().lower()
    if dtype.kind == "O":
        return "" if word in MISSING else str(value)
    if dtype.kind == "b":
        if word not in WORDS:
            raise ConfigError(f"decisions: {column} is {value!r}; expected true or false")
        return WORDS[word]
    try:
        return np.nan if word in MISSING else float(value)
    except ValueError:
        raise ConfigError(f"decisions: {column} is {value!r}; expected a number, or nothing") from None
