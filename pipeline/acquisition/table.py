"""Tables of samples (CSV, TSV): epochs one below the other, or one continuous recording."""

import csv
import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import annotated_types
import numpy as np

from ..errors import ReadError, did_you_mean
from .channels import Channel, selected
from .cutting import samples_of
from .limits import MOST_CELL, MOST_COLUMNS
from .pulses import Pulses, from_events, from_markers
from .recorded import Recorded, around
from .settings import Common
from .tsv import MISSING, read_tsv

if TYPE_CHECKING:
    import pandas as pd

TO_MS = {"time_ms": 1.0, "time_s": 1000.0}
MOST_MS = 1e15
"""A later time than this is none: 30,000 years."""


def read(
    path: Path,
    common: Common,
    /,
    *,
    separator: str = "",
    decimal: Literal[".", ","] = ".",
    rate_hz: Annotated[float, annotated_types.Gt(0)] | None = None,
    pulse: str = "",
) -> list[Recorded]:
    """Tables with one column a channel. The unit is stated in the config (`unit`): the file has none.

    A table with a column `trial` holds epochs, each with the same times in `time_ms` (or `time_s`), 0 at the pulse. One
    without it is a continuous recording, its times in `time_s` (or `time_ms`) or given by `rate_hz`; its pulses are in
    a column `marker` (a marker held over several rows counts once, at the first), or in <name>_events.tsv beside it.

    Parameters
    ----------
    separator : str
        Between the columns; empty: a tab in .tsv, else whichever of comma, semicolon and tab the first line holds.
    decimal : str
        Decimal point, or a decimal comma.
    rate_hz : float
        Sampling rate of a continuous table without a column of times.
    pulse : str
        Kind of pulse of every trial of a table of epochs, where no trial table and no table of the study says it.
    """
    frame = _frame(path, separator, decimal)
    channels = selected(dict.fromkeys(_channel_names(frame), ""), common.channels)
    emg = _numbers(frame, [each.name for each in channels])
    if "trial" in frame:
        return [_epochs(frame, emg, channels, pulse)]
    rate_hz, first_s = _clock(frame, rate_hz)
    found = _pulses(path, frame, common, rate_hz, first_s)
    at = samples_of(found.at_s, rate_hz, len(frame), found.rows, first_s)
    return [around(emg.T, rate_hz, at, found, channels, common.epoch_ms)]


def files(path: Path) -> list[Path]:
    """The table, and the events beside it."""
    return [path, _events_beside(path)]


def _events_beside(path: Path) -> Path:
    return path.with_name(f"{path.stem}_events.tsv")


def _frame(path: Path, separator: str, decimal: str) -> "pd.DataFrame":
    import pandas as pd

    names, separator = _header(path, separator)
    _check_rows(path, len(names))
    kinds: dict[Any, Any] = {"trial": str, "marker": str}
    options: dict[str, Any] = {"sep": separator, "decimal": decimal, "dtype": kinds, "names": names, "header": 0}
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # of cells that no column takes
        try:
            frame = pd.read_csv(path, encoding="utf-8-sig", index_col=False, low_memory=False, **options)
        except pd.errors.ParserWarning as error:
            raise ReadError(f"is not a table: a row has more cells than the {len(names)} columns") from error
        except (ValueError, OverflowError) as error:  # among them errors of decoding and of pandas' parser
            raise ReadError(f"is not a table: {str(error).strip()}") from error
    if not len(frame):
        raise ReadError("has a header, but no rows")
    return frame


def _header(path: Path, separator: str) -> tuple[list[str], str]:
    """Names of the columns, and what stands between them."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        text = file.read(MOST_CELL + 1).lstrip("\r\n")
    first, *rest = text.splitlines() or [""]
    if not rest and len(text) > MOST_CELL:
        raise ReadError(f"is not a table: its first line is longer than {MOST_CELL} characters")
    found = [mark for mark in ("\t", ";", ",") if mark in first]
    separator = separator or ("\t" if path.suffix.lower() == ".tsv" else (found or [","])[0])
    if separator == r"\s+":
        names = first.split()
    elif len(separator) == 1 and separator not in '"\r\n':
        names = [name.strip() for name in next(csv.reader([first], delimiter=separator), [])]
    else:
        raise ReadError(f"separator is {separator!r}; expected one character, or \\s+ for any white space")
    if twice := [name for name, n in Counter(names).items() if n > 1]:
        raise ReadError(f"column {twice[0]!r} stands twice")
    if len(names) > MOST_COLUMNS:
        raise ReadError(f"has {len(names)} columns, more than the {MOST_COLUMNS} that are read")
    return names, separator


def _check_rows(path: Path, n_columns: int) -> None:
    """That rows are about as long as the header: missing cells would take memory that the file does not."""
    n_lines = 0
    with path.open("rb") as file:
        while piece := file.read(2**20):
            n_lines += max(piece.count(b"\n"), piece.count(b"\r"))
    if n_lines * n_columns > path.stat().st_size + n_columns:
        raise ReadError(f"is not a table: its {n_lines} lines are too short for {n_columns} columns")


def _channel_names(frame: "pd.DataFrame") -> list[str]:
    return [str(name) for name in frame if name not in ("trial", "marker", *TO_MS)]


def _numbers(frame: "pd.DataFrame", names: list[str]) -> np.ndarray:
    """(n_rows, n_columns) of numbers."""
    import pandas as pd

    columns = []
    for name in names:
        numbers = pd.to_numeric(frame[name], errors="coerce")
        if (bad := numbers.isna() & frame[name].notna()).any():
            line = int(bad.to_numpy().argmax())
            raise ReadError(f"line {line + 2}: column {name!r} holds {frame[name].iloc[line]!r}, expected a number")
        columns.append(numbers.to_numpy(float))
    return np.stack(columns, axis=1)


def _times_ms(frame: "pd.DataFrame", unit: str) -> np.ndarray:
    """(n_rows,) of a column of times."""
    times_ms = _numbers(frame, [unit])[:, 0] * TO_MS[unit]
    if (wrong := ~(np.abs(times_ms) <= MOST_MS)).any():
        line = int(wrong.argmax())
        raise ReadError(f"line {line + 2}: {unit} is {frame[unit].iloc[line]!r}, expected a time")
    return times_ms


def _epochs(frame: "pd.DataFrame", emg: np.ndarray, channels: list[Channel], pulse: str) -> Recorded:
    import pandas as pd

    unit = next((name for name in TO_MS if name in frame), None)
    if unit is None:
        raise ReadError(
            f"has a column 'trial', but neither time_ms nor time_s; {did_you_mean('time_ms', frame.columns)}"
        )
    trial, names = pd.factorize(frame["trial"].str.strip())
    if (trial < 0).any():
        raise ReadError(f"line {int((trial < 0).argmax()) + 2}: column 'trial' is empty")
    n_samples = np.bincount(trial)
    if np.ptp(n_samples):
        short, long = int(n_samples.argmin()), int(n_samples.argmax())
        raise ReadError(
            f"trial {names[short]!r} has {n_samples[short]} rows, trial {names[long]!r} {n_samples[long]}; "
            f"expected the same"
        )
    times_ms = _times_ms(frame, unit)
    order = np.lexsort((times_ms, trial))
    times_ms = times_ms[order].reshape(len(names), -1)
    step_ms = (times_ms[0, -1] - times_ms[0, 0]) / max(1, times_ms.shape[1] - 1)
    if (differing := np.abs(times_ms - times_ms[0]).max(-1) > 0.01 * step_ms).any():
        raise ReadError(f"trial {names[int(differing.argmax())]!r} has other times than trial {names[0]!r}")
    epochs = emg[order].reshape(*times_ms.shape, -1).swapaxes(1, 2)
    table = pd.DataFrame({"trial_name": np.asarray(names, object)})
    return Recorded(epochs, times_ms[0], tuple(channels), table.assign(pulse=pulse) if pulse else table)


def _clock(frame: "pd.DataFrame", rate_hz: float | None) -> tuple[float, float]:
    """Sampling rate and time of the first row in s."""
    unit = next((name for name in TO_MS if name in frame), None)
    if unit is None:
        if rate_hz is None:
            raise ReadError(
                "has no column time_s or time_ms; state its sampling rate: acquisition: {table: {rate_hz: ...}}"
            )
        return rate_hz, 0.0
    times_s = _times_ms(frame, unit) / 1000.0
    n = len(times_s)
    step_s = (times_s[-1] - times_s[0]) / max(1, n - 1)
    if not step_s > 0:
        raise ReadError(f"column {unit!r} does not rise from its first to its last row")
    away = np.abs(times_s - (times_s[0] + np.arange(n) * step_s))
    if not (away < 0.5 * step_s).all():
        line = int((~(away < 0.5 * step_s)).argmax()) + 2
        raise ReadError(f"line {line}: {unit} does not rise evenly; rows are missing or it is too coarsely rounded")
    return 1.0 / step_s, float(times_s[0])


def _pulses(path: Path, frame: "pd.DataFrame", common: Common, rate_hz: float, first_s: float) -> Pulses:
    events = _events_beside(path)
    if "marker" in frame:
        words = frame["marker"].fillna("").str.strip().to_numpy(str)
        begins = np.append(True, words[1:] != words[:-1]) & ~np.isin(words, MISSING)
        row = np.flatnonzero(begins)
        return from_markers(words[row], first_s + row / rate_hz, common.markers)
    if events.is_file():
        return from_events(read_tsv(events), events.name, common.markers)
    raise ReadError(
        f"it is not known when the pulses came: there is no column 'trial' or 'marker', and no {events.name} beside it"
    )
