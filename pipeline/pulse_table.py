"""The pulse table of Trials: the columns that are interpreted, and what is checked of every column."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np

from .errors import ReadError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

PULSES = {
    "single": "one TMS pulse",
    "paired": "conditioning and test TMS pulse; 0 ms is the test pulse",
    "nerve": "electrical stimulation of a nerve",
    "nerve_tms": "electrical stimulation of a nerve, then TMS; 0 ms is the TMS pulse",
    "nerve_pair": "two electrical stimuli of a nerve; 0 ms is the second",
    "root": "magnetic stimulation of a spinal root",
    "rtms": "a pulse of repetitive TMS",
    "mvc": "maximal voluntary contraction, no pulse",
    "none": "no pulse: a null trial",
}
"""Kinds of pulse, and what each means."""
MVC = "mvc"
"""The kind that is a maximal contraction. Detection takes its trials for a state of their own, not rest nor active."""

PULSE_COLUMNS = {
    "pulse": "kind of pulse",
    "intensity_mso": "intensity of the (test) TMS pulse, % of maximal stimulator output",
    "conditioning_mso": "intensity of the conditioning TMS pulse, % of maximal stimulator output",
    "isi_ms": "inter-stimulus interval: how long the first pulse comes before 0 ms",
    "stim_site": "where the stimulus is given",
    "stim_side": "side the stimulus is given on, L or R",
    "hotspot_muscle": "muscle the stimulation aims at",
    "hotspot_side": "side of the muscle the stimulation aims at, L or R",
    "nerve_ma": "current of the nerve stimulus, mA",
    "state": "rest or active",
    "mvc_percent": "target contraction, % of maximal voluntary contraction",
    "timepoint": "position in the study's design (pre, post0, post10, ...)",
    "block": "block of the session the trial belongs to",
    "onset_s": "time of the pulse in its recording, s",
    "minutes_after": "minutes since the intervention or exercise",
}
"""Columns of the pulse table that are interpreted; any other column is carried along untouched."""

ENTERED = {
    "entered_rmt_mso": "resting motor threshold as it was noted in the laboratory, % of maximal stimulator output",
    "entered_amt_mso": "active motor threshold as it was noted in the laboratory, % of maximal stimulator output",
}
"""Columns that are numbers where a study has them; they describe no pulse."""

NUMERIC_COLUMNS = ("intensity_mso", "conditioning_mso", "isi_ms", "nerve_ma", "mvc_percent", "onset_s", "minutes_after")
SIDES = ("L", "R", "")
STATES = ("rest", "active", "")
CRITERION_UV = {"rest": 50.0, "active": 200.0}
"""Smallest peak-to-peak amplitude that counts as an MEP in each state (in contraction, an excess over background)."""
PAIRS = ("paired", "nerve_tms", "nerve_pair")
"""Kinds of pulse that begin with another stimulus, `isi_ms` before the one at 0."""
MOST = {"intensity_mso": 100.0, "conditioning_mso": 100.0, "isi_ms": np.inf, "nerve_ma": np.inf, "mvc_percent": np.inf,
        **dict.fromkeys(ENTERED, 100.0)}  # fmt: skip
"""Columns that cannot be negative -> the most they can be."""


def checked(pulses: pd.DataFrame, n_trials: int, reserved: Collection[str]) -> pd.DataFrame:
    """A copy of a pulse table with numbers where numbers belong, and NaN or "" for what is missing.

    Parameters
    ----------
    pulses : DataFrame (n_trials rows)
        As it was read; `n/a` is missing.
    n_trials : int
        How many rows there must be.
    reserved : collection of str
        Names that no column may have.

    Raises
    ------
    ReadError
        Where a column's name cannot be kept, a number, word or interval cannot be, or `pulse` is missing: the trial,
        what it says, and what was expected.
    """
    if "pulse" not in pulses.columns:
        raise ReadError(f"Trials: the pulse table has no column 'pulse' ({did_you_mean('pulse', pulses.columns)})")
    if len(pulses) != n_trials:
        raise ReadError(f"Trials: {len(pulses)} rows of pulses for {n_trials} trials")
    pulses = pulses.reset_index(drop=True).set_axis([str(name) for name in pulses.columns], axis="columns").copy()
    _check_names([str(name) for name in pulses], reserved)
    for name in {*PULSE_COLUMNS, *ENTERED} & set(pulses):
        pulses[name] = _numbers(pulses, name) if name in (*NUMERIC_COLUMNS, *ENTERED) else _words(pulses[name])
    _check_words(pulses)
    _check_known(pulses, "pulse", tuple(PULSES))
    _check_known(pulses, "state", STATES)
    for name in ("stim_side", "hotspot_side"):
        _check_known(pulses, name, SIDES)
    _check_intervals(pulses)
    return pulses


def _check_names(names: list[str], reserved: Collection[str]) -> None:
    """That results can hold each column under its name: HDF5 takes `/` for a path and `.` for the group itself."""
    for name in names:
        if not name.strip():
            raise ReadError("pulse table: a column has no name; name it")
        if "/" in name or name == "." or any(unicodedata.category(each) in ("Cc", "Cs") for each in name):
            raise ReadError(
                f"pulse table: results cannot hold column {name!r} under this name; rename it (no slash, no control "
                f"characters)"
            )
        if name in reserved:
            raise ReadError(f"pulse table: column {name!r} has the name of a column of results; rename it")
        if names.count(name) > 1:
            raise ReadError(f"pulse table: column {name!r} stands twice; rename one of them")


def _numbers(pulses: pd.DataFrame, name: str) -> pd.Series:
    import pandas as pd

    own = pulses[name]
    numbers = pd.to_numeric(own.mask(own == "n/a"), errors="coerce").astype(float)
    missing = own.isna() | own.isin(["n/a", ""])
    _refuse(pulses, name, numbers.isna() & ~missing, "a number")
    _refuse(pulses, name, numbers.abs() == np.inf, "a finite number, n/a where it is not known")
    if (most := MOST.get(name)) is not None:
        within = "0 or more" if np.isinf(most) else f"0 to {most:g} (% of maximal stimulator output)"
        _refuse(pulses, name, (numbers < 0) | (numbers > most), within)
        if name.endswith("_mso"):
            _refuse(pulses, name, (numbers > 0) & (numbers < 1), "percent, not a fraction of 1")
    return numbers


def _words(own: pd.Series) -> pd.Series:
    return own.astype(object).where(own.notna(), "").replace("n/a", "").astype(str)


def _refuse(pulses: pd.DataFrame, name: str, wrong: pd.Series, expected: str) -> None:
    if wrong.any():
        trial = int(wrong.to_numpy().argmax())
        found = pulses[name][trial]
        written = repr(found) if isinstance(found, str) else f"{found:g}"
        raise ReadError(f"pulse table, trial {trial}: {name} is {written}, expected {expected}")


def _check_words(pulses: pd.DataFrame) -> None:
    """That results can hold each cell: HDF5 ends a word at a NUL character."""
    for name in [str(each) for each in pulses if pulses[each].dtype.kind == "O"]:
        _refuse(pulses, name, pulses[name].astype(str).str.contains("\0", regex=False), "no NUL character in a word")


def _check_known(pulses: pd.DataFrame, column: str, words: tuple[str, ...]) -> None:
    if column in pulses and (wrong := ~pulses[column].isin(words)).any():
        trial = int(wrong.to_numpy().argmax())
        word = pulses[column][trial]
        near = did_you_mean(word, filter(None, words))
        raise ReadError(f"pulse table, trial {trial}: {column} {word!r} is unknown; {near}")


def _check_intervals(pulses: pd.DataFrame) -> None:
    """That it is known when the first pulse of a pair comes: the background must end before it."""
    isi_ms = pulses["isi_ms"].to_numpy(float) if "isi_ms" in pulses else np.full(len(pulses), np.nan)
    wrong = pulses["pulse"].isin(PAIRS).to_numpy() & ~(isi_ms > 0)
    if wrong.any():
        trial = int(wrong.argmax())
        kind, found = pulses["pulse"][trial], "not stated" if np.isnan(isi_ms[trial]) else f"{isi_ms[trial]:g}"
        raise ReadError(
            f"pulse table, trial {trial}: pulse is {kind!r}, but isi_ms is {found} ({int(wrong.sum())} such trials); "
            f"state in isi_ms how long before 0 ms its first pulse comes, in ms and more than 0"
        )
