"""MATLAB files of epochs, version 5 to 7 and 7.3."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import annotated_types
import numpy as np

from ..errors import ConfigError, ReadError, did_you_mean
from ..pulse_table import PULSES
from .channels import Channel, selected
from .mat_elements import numbers as of_elements
from .mat_groups import numbers as of_groups
from .recorded import Recorded
from .settings import Common

Axis = Literal["trial", "channel", "time"]
HDF5 = b"\x89HDF\r\n\x1a\n"


def read(
    path: Path,
    common: Common,
    /,
    *,
    axes: list[Axis] | None = None,
    variable: str = "",
    channel_names: list[str] | None = None,
    rate_hz: Annotated[float, annotated_types.Gt(0)] | None = None,
    first_ms: float | None = None,
    times: str = "",
    times_unit: Literal["ms", "s"] = "ms",
    pulse: str = "",
) -> list[Recorded]:
    """Epochs in the variables of a MATLAB file. The unit is stated in the config (`unit`): the file has none.

    Parameters
    ----------
    axes : list of str
        What the dimensions are, in the order MATLAB shows them, such as [time, trial] or [trial, channel, time].
    variable : str
        Variable with all channels, for three dimensions; a dotted path leads into structs, such as wave_data.values.
        Without it, each channel named in `channels` is a variable of its own, of two dimensions.
    channel_names : list of str
        Names of the channels in `variable`, in their order; `channels` says which of them to read.
    rate_hz : float
        Sampling rate, with `first_ms`, where the file has no variable `times`.
    first_ms : float
        Time of the first sample from the pulse.
    times : str
        Variable that holds the time of each sample from the pulse.
    times_unit : str
        Its unit, ms or s.
    pulse : str
        Kind of pulse of every trial, where no trial table and no table of the study says it.
    """
    if pulse and pulse not in PULSES:
        raise ConfigError(f"acquisition.mat_epochs: no pulse {pulse!r}; {did_you_mean(pulse, PULSES)}")
    if not axes or sorted(axes) != sorted({"time", "trial", *(["channel"] if variable else [])}):
        expected = "[trial, channel, time]" if variable else "[time, trial]"
        raise ReadError(
            f"axes are {axes or 'not stated'}; state acquisition: {{mat_epochs: {{axes: {expected}}}}} in order"
        )
    names = (channel_names or []) if variable else list(common.channels)
    channels = selected(dict.fromkeys(names, ""), common.channels)
    wanted = [variable] if variable else [each.name for each in channels]
    arrays = _arrays(path, [*wanted, *([times] if times else [])])
    if variable:
        emg = _all_channels(arrays[variable], axes, names, channels, variable)
    else:
        emg = _each_channel([arrays[name] for name in wanted], axes, wanted)
    times_ms = _times_ms(emg.shape[-1], rate_hz, first_ms, arrays.get(times), times_unit)
    return [_recorded(emg, times_ms, channels, pulse)]


def files(path: Path) -> list[Path]:
    """The file alone."""
    return [path]


def _recorded(emg: np.ndarray, times_ms: np.ndarray, channels: list[Channel], pulse: str) -> Recorded:
    import pandas as pd

    table = pd.DataFrame(index=range(len(emg)))
    return Recorded(emg, times_ms, tuple(channels), table.assign(pulse=pulse) if pulse else table)


def _all_channels(
    array: np.ndarray, axes: Sequence[str], names: Sequence[str], channels: list[Channel], variable: str
) -> np.ndarray:
    if array.ndim != 3:
        raise ReadError(
            f"variable {variable!r} has {array.ndim} dimensions {array.shape}, the config says {list(axes)}"
        )
    ordered = array.transpose([axes.index(axis) for axis in ("trial", "channel", "time")])
    if ordered.shape[1] != len(names):
        raise ReadError(f"variable {variable!r} has {ordered.shape[1]} channels, channel_names {len(names)}")
    return ordered[:, [names.index(each.name) for each in channels]]


def _each_channel(arrays: list[np.ndarray], axes: Sequence[str], names: Sequence[str]) -> np.ndarray:
    for array, name in zip(arrays, names, strict=True):
        if array.ndim != 2 or array.shape != arrays[0].shape:
            expected = arrays[0].shape if array.ndim == 2 else "two"
            raise ReadError(f"variable {name!r} has the dimensions {array.shape}; expected {expected}, {list(axes)}")
    return np.stack([array if axes[0] == "trial" else array.T for array in arrays], axis=1)


def _times_ms(
    n_samples: int, rate_hz: float | None, first_ms: float | None, stored: np.ndarray | None, unit: str
) -> np.ndarray:
    if stored is not None:
        if stored.size != n_samples:
            raise ReadError(f"the variable of times has {stored.size} values, the epochs {n_samples} samples")
        with np.errstate(over="ignore", invalid="ignore"):  # Trials refuse times that are not finite
            return stored.ravel() * (1e3 if unit == "s" else 1.0)
    if rate_hz is None or first_ms is None:
        raise ReadError(
            "when its samples were taken is not known; state acquisition.mat_epochs: rate_hz and first_ms, or times"
        )
    return first_ms + np.arange(n_samples) * 1000.0 / rate_hz


def _arrays(path: Path, names: Sequence[str]) -> dict[str, np.ndarray]:
    """Numeric variables by their dotted path, with their dimensions as MATLAB shows them."""
    with path.open("rb") as file:
        start = file.read(520)
    found = (of_groups if HDF5 in start[:8] + start[512:] else of_elements)(path, names)
    return {name: array.astype(float) for name, array in found.items()}
