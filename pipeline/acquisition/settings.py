"""The settings every reader shares, and how they reach it."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple

import annotated_types
import pydantic

from ..errors import did_you_mean
from ..pulse_table import PULSES, SIDES


class Common(NamedTuple):
    """The shared settings, complete, and what the study's tables say of this recording."""

    epoch_ms: tuple[float, float]
    channels: Mapping[str, Mapping[Any, str]]
    markers: Mapping[str, Mapping[str, Any]]
    unit: str
    trial_table: str
    columns: Mapping[str, Any]
    """Columns of the pulse table that hold for every trial of the file, where the file does not give them itself."""


def _around_the_pulse(value: list[float]) -> list[float]:
    if not value[0] < 0 < value[1]:
        raise ValueError("an epoch begins before the pulse and ends after it, such as [-150, 500]")
    return value


def _known_sides(value: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    if wrong := [name for name, each in value.items() if each.get("side", "") not in SIDES]:
        raise ValueError(f"side of channel {wrong[0]!r} is not L, R or empty")
    return value


def _known_pulses(value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    for name, each in value.items():
        if each.get("pulse", "single") not in PULSES:
            raise ValueError(f"marker {name!r}: no pulse {each['pulse']!r}; {did_you_mean(each['pulse'], PULSES)}")
    return value


def _names_as_text(value: Any) -> Any:
    return {str(name): each for name, each in value.items()} if isinstance(value, Mapping) else value


Epoch = Annotated[list[float], annotated_types.Len(2, 2), pydantic.AfterValidator(_around_the_pulse)]
Channels = Annotated[
    dict[str, dict[Literal["muscle", "side"], str]],
    pydantic.BeforeValidator(_names_as_text),
    pydantic.AfterValidator(_known_sides),
]
Markers = Annotated[
    dict[str, dict[str, str | float | int | None]],
    pydantic.BeforeValidator(_names_as_text),
    pydantic.AfterValidator(_known_pulses),
]


def common(
    *,
    epoch_ms: Epoch = [-150.0, 500.0],  # noqa: B006 - never changed: it is the default of a settings model
    channels: Channels | None = None,
    markers: Markers | None = None,
    unit: Literal["", "uV", "µV", "mV", "V", "nV"] = "",
    trial_table: str = "",
) -> Common:
    """Settings that every reader shares.

    Parameters
    ----------
    epoch_ms : list of float
        From and to, from the pulse: what is cut out of a continuous recording. The default holds a background window
        that ends before a conditioning pulse up to 50 ms earlier, and a silent period; longer inter-stimulus intervals
        need an earlier start (-300 for 200 ms). Epoched files keep the epochs they have.
    channels : mapping, optional
        Name of a channel in the file -> its muscle and side (L or R), for the channels to read, such as
        {EMG1: {muscle: FDI, side: R}}. BIDS files say it themselves (channels.tsv) where this is not given.
    markers : mapping, optional
        Marker that is a pulse -> columns of the pulse table it stands for, such as
        {S255: {pulse: single, intensity_mso: 60}}. What it states goes above what the file's events say of these rows.
        Other markers of the file are ignored.
    unit : str
        Unit of the samples in the file: uV, mV, V or nV. It overrides what the file says; where the file says nothing
        it must be stated.
    trial_table : str
        A TSV of columns of the pulse table, one row a trial in their order, relative to the recording's folder;
        {stem} stands for the recording's name without its ending. What it says goes above what the file says.
    """
    return Common((epoch_ms[0], epoch_ms[1]), channels or {}, markers or {}, unit, trial_table, {})
