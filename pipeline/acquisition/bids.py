"""EMG-BIDS 1.11: EDF or BDF with its channels.tsv, events.tsv and inherited emg.json."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ReadError, did_you_mean
from .channels import Channel, muscle_and_side, selected
from .cutting import samples_of
from .edf import Header, header_of, record_onsets_s, samples
from .pulses import Pulses, from_events
from .recorded import Recorded, around
from .settings import Common
from .sidecars import applying, each_applying, merged, number
from .tsv import read_tsv
from .units import known as known_unit

if TYPE_CHECKING:
    import pandas as pd

TYPES = ("continuous", "discontinuous", "epoched")


def read(path: Path, common: Common, /, *, marker_column: str = "") -> list[Recorded]:
    """Recordings of EMG-BIDS 1.11, one for each sampling rate of the channels read.

    Channels are those of type EMG in channels.tsv, without those of status `bad`, or those the config names. Pulses
    are the rows of events.tsv whose `pulse` is not n/a, or those the config names as markers. Of RecordingType
    `epoched`, each epoch holds one pulse, at the same time from its beginning.

    Parameters
    ----------
    marker_column : str
        Column of events.tsv in which the config's markers are looked for; empty: trial_type, or value where they are
        only found there.
    """
    header = header_of(path)
    sidecar = merged(path, "emg")
    tables = applying(path, "events", ".tsv")
    if not tables:
        raise ReadError(
            f"no events.tsv applies to it (expected {path.stem.removesuffix('_emg')}_events.tsv beside it, with the "
            f"columns onset and pulse); without events it is not known when the pulses came"
        )
    found = from_events(read_tsv(tables[-1]), tables[-1].name, common.markers, marker_column)
    channels = _channels(path, header, common)
    _check_rate(header, sidecar, channels)
    rates_hz = sorted({header.rate_hz(each.name) for each in channels})
    clocks = [[each for each in channels if header.rate_hz(each.name) == rate_hz] for rate_hz in rates_hz]
    return [_one_clock(path, header, sidecar, of_rate, found, common) for of_rate in clocks]


def files(path: Path) -> list[Path]:
    """The recording, and the sidecars that apply to it."""
    said, channels, events = each_applying(path, "emg.json", "channels.tsv", "events.tsv")
    return [path, *said, *channels[-1:], *events[-1:]]


def _one_clock(
    path: Path, header: Header, sidecar: Mapping[str, Any], channels: list[Channel], found: Pulses, common: Common
) -> Recorded:
    kind = str(sidecar.get("RecordingType", "continuous")).lower()
    if kind not in TYPES:
        raise ReadError(f"RecordingType {kind!r} is unknown; {did_you_mean(kind, TYPES)}")
    if kind == "discontinuous" and not header.gaps:
        raise ReadError(
            "RecordingType is discontinuous, but the file (no EDF+D or BDF+D) does not say where its gaps are"
        )
    rate_hz = header.rate_hz(channels[0].name)
    signal = samples(path, header, [each.name for each in channels])
    if kind == "epoched":
        at = samples_of(found.at_s, rate_hz, signal.shape[1], found.rows)
        recorded = _epochs(signal, rate_hz, _epoch_s(sidecar), at, found, channels)
    elif header.gaps:
        at, starts = _samples_between_gaps(path, header, rate_hz, found)
        recorded = around(signal, rate_hz, at, found, channels, common.epoch_ms, starts)
    else:
        at = samples_of(found.at_s, rate_hz, signal.shape[1], found.rows)
        recorded = around(signal, rate_hz, at, found, channels, common.epoch_ms)
    mains_hz = number(sidecar.get("PowerLineFrequency"))
    if mains_hz is not None and mains_hz > 0:
        recorded = recorded._replace(notes={"mains_hz": np.full(recorded.emg.shape[:2], mains_hz)})
    return recorded


def _epochs(
    signal: np.ndarray, rate_hz: float, length_s: float, at: np.ndarray, found: Pulses, channels: list[Channel]
) -> Recorded:
    """The epochs of a file that holds them one after another."""
    n_samples = signal.shape[1]
    n = round(min(length_s * rate_hz, n_samples + 1))
    if not n or abs(n - length_s * rate_hz) > 1e-3 or n_samples % n:
        raise ReadError(f"{n_samples} samples at {rate_hz:g} Hz are not a whole number of epochs of {length_s:g} s")
    epoch, within = np.divmod(at, n)
    pulses_in = np.bincount(epoch, minlength=n_samples // n)
    if (wrong := pulses_in != 1).any():
        first = int(wrong.argmax())
        raise ReadError(
            f"epoch {first + 1} of {len(pulses_in)} ({first * length_s:g} to {(first + 1) * length_s:g} s) holds "
            f"{pulses_in[first]} pulses of the events, expected one ({int(wrong.sum())} such epochs)"
        )
    if np.ptp(within) > 1:
        early, late = int(within.argmin()), int(within.argmax())
        raise ReadError(
            f"the pulse is not at the same time in each epoch: {within[early] / rate_hz * 1e3:g} ms from its beginning "
            f"in {found.rows[early]}, {within[late] / rate_hz * 1e3:g} ms in {found.rows[late]}"
        )
    emg = signal.reshape(len(signal), -1, n).swapaxes(0, 1)[epoch]
    times_ms = (np.arange(n) - round(float(np.median(within)))) * 1000.0 / rate_hz
    return Recorded(emg, times_ms, tuple(channels), found.table)


def _epoch_s(sidecar: Mapping[str, Any]) -> float:
    length_s = number(sidecar.get("EpochLength"))
    if length_s is None or length_s <= 0:
        raise ReadError(
            f"RecordingType is epoched, but EpochLength is {sidecar.get('EpochLength')!r}; expected the length in s"
        )
    return length_s


def _samples_between_gaps(path: Path, header: Header, rate_hz: float, found: Pulses) -> tuple[np.ndarray, np.ndarray]:
    """(n_pulses,) the sample of each pulse, and (n_parts,) the first sample of each part without interruption."""
    starts_s = record_onsets_s(path, header)
    n = round(rate_hz * header.record_s)
    record = np.searchsorted(starts_s, found.at_s + 0.5 / rate_hz, side="right") - 1
    with np.errstate(over="ignore"):  # what overflows is in no record
        within = np.rint((found.at_s - starts_s[record]) * rate_hz)
    if (wrong := (record < 0) | ~((within >= 0) & (within < n))).any():
        row = int(wrong.argmax())
        raise ReadError(
            f"{found.rows[row]} at {found.at_s[row]:.6g} s lies in a gap of the recording or beyond its end"
        )
    begins = np.append(True, np.diff(starts_s) > header.record_s + 0.5 / rate_hz)
    return record * n + within.astype(np.int64), np.flatnonzero(begins) * n


def _channels(path: Path, header: Header, common: Common) -> list[Channel]:
    names = [header.names[index] for index in header.signals]
    in_header = {name: header.units[header.names.index(name)] for name in names}
    tables = applying(path, "channels", ".tsv")
    table = _emg_rows(read_tsv(tables[-1]), tables[-1].name, common) if tables else None
    known = {} if table is None else _muscles(table)
    chosen = selected(in_header, common.channels, known)
    for each in chosen:
        if names.count(each.name) > 1:
            raise ReadError(f"channel {each.name!r} stands twice in the file; rename one of them")
    stated = {} if table is None else dict(zip(table["name"], table.get("units", [""] * len(table)), strict=True))
    return [each._replace(unit=_unit(each, stated.get(each.name, ""), common)) for each in chosen]


def _emg_rows(table: "pd.DataFrame", file: str, common: Common) -> "pd.DataFrame":
    for column in ("name", "type"):
        if column not in table:
            raise ReadError(f"{file} has no column {column!r}; {did_you_mean(column, table.columns)}")
    emg = (table["type"].str.upper() == "EMG").to_numpy()
    for name in common.channels:
        kinds = table["type"][~emg & (table["name"] == name)]
        if len(kinds):
            raise ReadError(
                f"channel {name!r} is of type {kinds.iloc[0]} in {file}; only channels of type EMG are read"
            )
    if not emg.any():
        raise ReadError(f"{file} has no channel of type EMG")
    good = (table["status"].str.lower() != "bad").to_numpy() if "status" in table else emg
    if not (emg & good).any() and not common.channels:
        raise ReadError(f"{file}: every channel of type EMG has the status bad")
    return table[emg & (good | table["name"].isin(list(common.channels)).to_numpy())]


def _muscles(table: "pd.DataFrame") -> dict[str, tuple[str, str]]:
    columns = [table.get(name, [""] * len(table)) for name in ("name", "target_muscle", "side")]
    rows = ([value.replace("n/a", "") for value in row] for row in zip(*columns, strict=True))
    return {name: muscle_and_side(muscle, name, side) for name, muscle, side in rows}


def _unit(channel: Channel, stated: str, common: Common) -> str:
    in_header, in_table = known_unit(channel.unit), known_unit(stated)
    if in_header and in_table and in_header != in_table and not common.unit:
        raise ReadError(
            f"channel {channel.name!r}: the file's header gives its samples in {in_header}, channels.tsv in {in_table}"
            f". Correct `units` in channels.tsv, or, where the header is wrong, state acquisition: {{unit: {in_table}}}"
        )
    return in_header or in_table or channel.unit


def _check_rate(header: Header, sidecar: Mapping[str, Any], channels: list[Channel]) -> None:
    stated = number(sidecar.get("SamplingFrequency"))
    rates_hz = [header.rate_hz(each.name) for each in channels]
    if stated is not None and not np.isclose(stated, rates_hz, rtol=1e-3).any():
        raise ReadError(f"SamplingFrequency is {stated:g} Hz in emg.json, but {rates_hz[0]:g} Hz in the file's header")
