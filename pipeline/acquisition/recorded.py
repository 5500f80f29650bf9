"""What a reader hands over, and how it becomes Trials: units, pulse table, fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..errors import ReadError
from ..trials import Trials
from .channels import Channel
from .cutting import cut
from .limits import inside
from .pulses import Pulses, check_apart, completed
from .settings import Common
from .sidecars import study_folder
from .tsv import read_tsv
from .units import to_uv

if TYPE_CHECKING:
    import pandas as pd
STUDY_MARKS = ("dataset_description.json", "recordings.tsv")
"""Files that the folder of a study holds."""


class Recorded(NamedTuple):
    """Epochs of one clock, as a reader gives them."""

    emg: np.ndarray
    """(n_trials, n_channels, n_samples) in the unit of each channel; NaN where a sample is missing."""
    times_ms: np.ndarray
    """(n_samples,) 0 at the pulse."""
    channels: tuple[Channel, ...]
    table: pd.DataFrame
    """(n_trials rows) columns of the pulse table, as far as the file gives them."""
    notes: Mapping[str, np.ndarray] = {}
    at_s: np.ndarray | None = None
    """(n_trials,) time of each pulse in a continuous recording; None for a file of epochs."""
    rows: tuple[str, ...] = ()
    """(n_trials,) what to call each pulse in an error."""


def around(
    signal: np.ndarray,
    rate_hz: float,
    at: np.ndarray,
    found: Pulses,
    channels: list[Channel],
    epoch_ms: tuple[float, float],
    starts: np.ndarray | None = None,
) -> Recorded:
    """Epochs cut from a continuous `signal` (n_channels, n_samples) around the samples `at` (n_pulses,)."""
    emg, times_ms = cut(signal, at, rate_hz, epoch_ms, starts)
    return Recorded(emg, times_ms, tuple(channels), found.table, {}, found.at_s, found.rows)


def trial_table(path: Path, common: Common) -> Path | None:
    """The trial table that goes with a recording, None where there is none.

    Raises
    ------
    ReadError
        Where the config names one outside of the study. A table of recordings has been asked the same when it was read.
    """
    own = common.columns.get("trial_table")
    if not (name := str(own or common.trial_table)):
        return None
    table = path.parent / name.replace("{stem}", path.stem)
    if not own and not inside(table, folder := study_folder(path, STUDY_MARKS)):
        raise ReadError(
            f"trial_table is {name!r}, outside of the study's folder {folder}; expected a table in it. Where the study "
            f"has a recordings.tsv, its column trial_table may name one in any folder beside it"
        )
    return table


def finished(recorded: Recorded, path: Path, common: Common) -> Trials:
    """Trials in µV with a complete pulse table and the fingerprint of each raw epoch.

    Raises
    ------
    ReadError
        Where units, pulse table or times are not what they must be.
    """
    if not recorded.emg.size:
        raise ReadError(f"no samples in it: {len(recorded.emg)} trials of {recorded.emg.shape[-1]} samples")
    beside = trial_table(path, common)
    if beside is not None and not beside.is_file():
        raise ReadError(f"there is no trial table {beside.name!r} in {beside.parent}")
    columns = {name: value for name, value in common.columns.items() if name != "trial_table"}
    table = completed(recorded.table, read_tsv(beside) if beside else None, columns)
    if recorded.at_s is not None:
        check_apart(table["pulse"].to_numpy(object), recorded.at_s, recorded.rows)
    names, own = [each.name for each in recorded.channels], [each.unit for each in recorded.channels]
    emg_uv = to_uv(recorded.emg, names, own, common.unit)
    emg_uv.flags.writeable = False  # nobody else has it: Trials need not copy it
    notes = {**recorded.notes, "fingerprint": fingerprints(emg_uv)}
    muscles, sides = [each.muscle for each in recorded.channels], [each.side for each in recorded.channels]
    return Trials(emg_uv, recorded.times_ms, muscles, table, sides, notes)


def fingerprints(emg_uv: np.ndarray) -> np.ndarray:
    """(n_trials, n_muscles) BLAKE2b of the little-endian float32 samples of each epoch, 16 hexadecimal digits."""
    epochs = np.ascontiguousarray(emg_uv, "<f4").reshape(-1, emg_uv.shape[-1])
    return np.array([hashlib.blake2b(each.data, digest_size=8).hexdigest() for each in epochs]).reshape(
        emg_uv.shape[:2]
    )
