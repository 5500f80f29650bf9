"""HDF5 in and out: the only place that writes results.

A file is a pure function of what it holds: it is built in memory, with constant chunks and no times, then written
whole to a fixed temporary name in the same folder and moved over the old one, so that a reader sees the old file or
the new one. Tables are groups of 1-D datasets with attributes `unit`, `meaning` and `method`; flags are int8, words
UTF-8, missing numbers NaN.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from . import datasets, guarded
from .atomic import write_bytes
from .columns import Column
from .guarded import FORMAT, opened
from .trials import Trials

if TYPE_CHECKING:
    import h5py
    import pandas as pd

RESULTS, EPOCHS = "results", "conditioned epochs"
Write = Callable[[Path, bytes], None]
LIBVER = ("v108", "v110")


@dataclass(frozen=True)
class Table:
    """A table to write, and 2-D signals that go along with its rows."""

    frame: pd.DataFrame
    columns: Mapping[str, Column]
    signals: Mapping[str, np.ndarray] = field(default_factory=dict)
    times_ms: np.ndarray | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


def results_file(folder: Path, subject: str) -> Path:
    """A subject's results in an output folder."""
    return folder / f"sub-{subject}" / f"sub-{subject}_desc-excitability_emg.h5"


def write_results(
    path: Path, tables: Mapping[str, Table], attributes: Mapping[str, str], write: Write = write_bytes
) -> None:
    """Write a results file whole.

    Parameters
    ----------
    path : Path
        The final name; its folder is made.
    tables : mapping of str to Table
        Group name -> table.
    attributes : mapping of str to str
        Attributes of the file.
    write : callable
        What puts the bytes in place; see `atomic.together`.

    Raises
    ------
    WriteError
        Where it cannot be written; the earlier file, if any, is untouched.
    """

    def fill_in(file: h5py.File) -> None:
        for name, table in tables.items():
            _write_table(file.create_group(name), table)

    write(path, _image(fill_in, {"content": RESULTS, **attributes}))


def write_epochs(
    path: Path, trials: Trials, columns: Mapping[str, Column], attributes: Mapping[str, str], write: Write = write_bytes
) -> None:
    """Write the conditioned epochs of one recording whole; `write` and errors as of `write_results`."""

    def fill_in(file: h5py.File) -> None:
        _write_epochs(file.create_group("epochs"), trials, columns)
        _write_table(file.create_group("pulses"), Table(trials.pulses, columns))

    write(path, _image(fill_in, {"content": EPOCHS, **attributes}))


def read_results(path: Path | str) -> dict[str, pd.DataFrame]:
    """Tables of a results file, by group.

    Returns
    -------
    dict of str to DataFrame
        Flags are bool, missing numbers NaN. Signals of `averages` come as long columns, one row an average and time.
        `attrs` of each hold the group's attributes and `units`.

    Raises
    ------
    ReadError
        Where the file is missing or damaged, is not a results file, or is of a newer layout.
    """
    return {name: _long(table) for name, table in read_tables(path).items()}


def read_tables(path: Path | str, groups: Sequence[str] = ()) -> dict[str, Table]:
    """Tables of a results file as they were written, their signals apart: all, or those of some groups.

    Raises
    ------
    ReadError
        As `read_results`.
    """
    with opened(Path(path), RESULTS) as file:
        found = guarded.members(file)
        return {name: _read_table(group) for name, group in found.items() if not groups or name in groups}


def read_epochs(path: Path | str) -> Trials:
    """Conditioned epochs of one recording; errors as `read_results`."""
    with opened(Path(path), EPOCHS) as file:
        groups = guarded.members(file)
        group = guarded.members(groups["epochs"])
        notes = {name.removeprefix("note_"): guarded.values(group[name]) for name in group if name.startswith("note_")}
        return Trials(
            guarded.values(group["emg_uv"]),
            guarded.values(group["time_ms"]),
            list(guarded.values(group["muscle"])),
            _read_table(groups["pulses"]).frame,
            list(guarded.values(group["side"])),
            notes,
        )


def attributes(path: Path | str, content: str = "") -> dict[str, str]:
    """Attributes of a results or epochs file; errors as `read_results`."""
    with opened(Path(path), content) as file:
        return {name: str(value) for name, value in file.attrs.items()}


def _image(fill_in: Callable[[h5py.File], None], attributes: Mapping[str, str]) -> bytes:
    """The bytes of a file, made in memory."""
    import h5py

    memory = io.BytesIO()
    with h5py.File(memory, "w", libver=LIBVER) as file:
        file.attrs["mep_pipeline_format"] = np.int32(FORMAT)
        for name, value in attributes.items():
            file.attrs[name] = value
        fill_in(file)
    return memory.getvalue()


def _write_epochs(group: h5py.Group, trials: Trials, columns: Mapping[str, Column]) -> None:
    axes = {
        "trial": np.arange(trials.n_trials, dtype=np.int32),
        "channel": np.arange(len(trials.muscles), dtype=np.int32),
        "time_ms": trials.times_ms,
    }
    for name, values in axes.items():
        datasets.axis(group, values, datasets.known(columns, name))
    for name, words in (("muscle", trials.muscles), ("side", trials.sides)):
        data = datasets.column(group, name, np.array(words, object), datasets.known(columns, name))
        data.dims[0].attach_scale(group["channel"])
    datasets.signal(group, trials.emg_uv, tuple(axes), datasets.known(columns, "emg_uv"))
    for name, note in trials.notes.items():
        data = datasets.column(group, f"note_{name}", note, datasets.known(columns, name))
        data.dims[0].attach_scale(group["trial"])
        data.dims[1].attach_scale(group["channel"])


def _write_table(group: h5py.Group, table: Table) -> None:
    import h5py

    for name, value in table.attributes.items():
        group.attrs[name] = value
    group.attrs["order"] = np.array([str(name) for name in table.frame], dtype=h5py.string_dtype())
    datasets.axis(group, np.arange(len(table.frame), dtype=np.int32), datasets.known(table.columns, "row"))
    for name in map(str, table.frame):
        data = datasets.column(group, name, table.frame[name].to_numpy(), datasets.known(table.columns, name))
        data.dims[0].attach_scale(group["row"])
    if table.times_ms is not None:
        datasets.axis(group, table.times_ms, datasets.known(table.columns, "time_ms"))
    for name, values in table.signals.items():
        datasets.signal(group, values, ("row", "time_ms"), datasets.known(table.columns, name))


def _read_table(group: h5py.Group) -> Table:
    import pandas as pd

    plain = guarded.members(group)
    signals = {name: data for name, data in plain.items() if len(data.shape) == 2}
    names = [name for name in group.attrs.get("order", sorted(set(plain) - set(signals))) if name in plain]
    names = [name for name in names if name not in ("row", "time_ms") and name not in signals]
    units = {name: str(data.attrs.get("unit", "")) for name, data in plain.items()}
    return Table(
        pd.DataFrame({name: guarded.values(plain[name]) for name in names}),
        {name: Column(name, unit, "") for name, unit in units.items()},
        {name: guarded.values(data) for name, data in signals.items()},
        guarded.values(plain["time_ms"]) if "time_ms" in plain else None,
        {name: str(value) for name, value in group.attrs.items() if name != "order"},
    )


def _long(table: Table) -> pd.DataFrame:
    """A table with its signals as long columns, units and attributes in `attrs`."""
    frame = table.frame
    if table.signals and table.times_ms is not None:
        frame = frame.loc[frame.index.repeat(len(table.times_ms))].reset_index(drop=True)
        frame["time_ms"] = np.tile(table.times_ms, len(table.frame))
        for name, values in table.signals.items():
            frame[name] = values.ravel().astype(float)
    frame.attrs["units"] = {str(name): table.columns[str(name)].unit for name in frame}
    frame.attrs.update(table.attributes)
    return frame
