"""BrainVision: .vhdr with its .vmrk and its samples."""

import math
import re
from collections.abc import Mapping
from pathlib import Path, PureWindowsPath
from typing import Any, NamedTuple

import numpy as np

from ..errors import ConfigError, ReadError, did_you_mean
from .channels import Channel, selected
from .cutting import samples_of
from .limits import content
from .pulses import from_markers
from .recorded import Recorded, around
from .settings import Common

TYPES = {"INT_16": "<i2", "UINT_16": "<u2", "INT_32": "<i4", "IEEE_FLOAT_32": "<f4"}
ORIENTATIONS = ("MULTIPLEXED", "VECTORIZED")
"""Whether all channels of a sample stand together, or all samples of a channel."""
WHOLE = re.compile(r"[0-9]{1,18}")
DEFAULT_UNIT = "uV"
"""What a channel is in where the header leaves its unit out (BrainVision Core Data Format 1.0)."""
MARKER = re.compile(r"(?P<kind>[^,]*),(?P<name>.*?),(?P<at>[0-9]{1,18}),[0-9]+,[0-9]+(,|$)")
"""Kind, description, position, size and channel of an entry."""
GAP = "New Segment"
"""Kind of the marker that begins each part recorded without interruption."""


class Markers(NamedTuple):
    """Markers of a recording, in their order."""

    kinds: np.ndarray
    """(n_markers,) such as Stimulus."""
    names: np.ndarray
    """(n_markers,) such as S255, without spaces."""
    at: np.ndarray
    """(n_markers,) index of the sample."""


def read(path: Path, common: Common, /) -> list[Recorded]:
    """BrainVision recordings; the config says which channels record which muscle, and which marker is the pulse.

    A marker goes by its description (`S255`) or by its kind and description (`Stimulus/S255`). A marker `New Segment`
    is a gap: epochs do not reach across it.
    """
    header = _sections(path)
    units = _units(header)
    channels = selected(units, common.channels)
    data, markers_file = _parts(path, header)
    n_samples, rate_hz = _n_samples(data, header), _rate_hz(header)
    markers = _markers(markers_file)
    segment = markers.kinds == GAP
    starts = np.unique(np.append(0, markers.at[segment]))
    markers = Markers(*(each[~segment] for each in markers))
    names, meant = _named(markers, common.markers)
    found = from_markers(names, markers.at / rate_hz, meant)
    at = samples_of(found.at_s, rate_hz, n_samples, found.rows)
    signal = _samples(data, header, n_samples, channels)
    return [around(signal, rate_hz, at, found, channels, common.epoch_ms, starts[starts < n_samples])]


def files(path: Path) -> list[Path]:
    """The header, the samples and the markers."""
    return [path, *_parts(path, _sections(path))]


def _sections(path: Path) -> dict[str, dict[str, str]]:
    """Sections of a header or marker file -> their entries."""
    written = content(path)
    if not written.startswith(b"Brain"):
        raise ReadError(f"{path.name} is not a BrainVision file: its first line does not say so")
    try:
        text = written.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = written.decode("latin-1")
    sections: dict[str, dict[str, str]] = {}
    entries: dict[str, str] = {}
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            entries = sections.setdefault(line.strip("[]").lower(), {})
        elif "=" in line and not line.startswith(";"):
            key, _, value = line.partition("=")
            entries.setdefault(key.strip(), value.strip())
    return sections


def _entry(header: Mapping[str, Mapping[str, str]], section: str, name: str) -> str:
    try:
        return header[section][name]
    except KeyError:
        raise ReadError(f"the header has no entry {name!r} in [{section}]") from None


def _parts(path: Path, header: Mapping[str, Mapping[str, str]]) -> tuple[Path, Path]:
    """The files of the samples and of the markers."""
    parts = []
    for name in ("DataFile", "MarkerFile"):
        written = _entry(header, "common infos", name).replace("$b", path.stem)
        if written != PureWindowsPath(written).name:  # knows both slashes
            raise ReadError(f"the header names {written!r} ({name}); expected the name of a file beside it, no path")
        file = path.parent / written
        if not file.is_file():
            raise ReadError(f"the header names {file.name!r} ({name}), which is not beside it")
        parts.append(file)
    return parts[0], parts[1]


def _rate_hz(header: Mapping[str, Mapping[str, str]]) -> float:
    written = _entry(header, "common infos", "SamplingInterval")
    interval_us = _float(written)
    if not 1e-3 < interval_us < 1e9:
        raise ReadError(f"SamplingInterval is {written!r}, expected a time in µs")
    return 1e6 / interval_us


def _n_samples(data: Path, header: Mapping[str, Mapping[str, str]]) -> int:
    """How many samples a channel has, by the size of the binary file."""
    if _entry(header, "common infos", "DataFormat").upper() != "BINARY":
        raise ReadError("its samples are text (DataFormat=ASCII); export them as BINARY")
    kind = _entry(header, "binary infos", "BinaryFormat")
    n_channels = _entry(header, "common infos", "NumberOfChannels")
    if kind not in TYPES or not WHOLE.fullmatch(n_channels) or not int(n_channels):
        raise ReadError(f"the header says {n_channels!r} channels of {kind!r}; expected {', '.join(TYPES)}")
    frame, size = int(n_channels) * np.dtype(TYPES[kind]).itemsize, data.stat().st_size
    stated = header["common infos"].get("DataPoints", "")
    n_samples = int(stated) if WHOLE.fullmatch(stated) else size // frame
    if size != n_samples * frame or not n_samples:
        raise ReadError(
            f"{data.name} is truncated: it holds {size} bytes, {size / frame:.2f} samples of {n_channels} channels; "
            f"expected {n_samples or 'at least one'}"
        )
    return n_samples


def _units(header: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Name of each channel -> its unit."""
    entries = header.get("channel infos", {})
    fields = [[part.strip() for part in value.replace("\\1", "\0").split(",")] for value in entries.values()]
    units = {each[0].replace("\0", ","): (each[3] if len(each) > 3 and each[3] else DEFAULT_UNIT) for each in fields}
    if len(units) < len(fields):
        raise ReadError("a channel's name stands twice in the header; rename one of them")
    return units


def _markers(path: Path) -> Markers:
    found = []
    for entry in _sections(path).get("marker infos", {}).values():
        if not (match := MARKER.match(entry)):
            raise ReadError(f"{path.name} holds a marker that is not as the format says: {entry!r}")
        found.append((match["kind"].strip(), re.sub(r"\s", "", match["name"].replace("\\1", ",")), int(match["at"])))
    kinds, names, at = zip(*found, strict=True) if found else ((), (), ())
    # Positions count from 1.
    return Markers(np.array(kinds, str), np.array(names, str), np.array(at, np.int64) - 1)


def _named(
    markers: Markers, stated: Mapping[str, Mapping[str, Any]]
) -> tuple[np.ndarray, dict[str, Mapping[str, Any]]]:
    """Names to find the pulses by, and the config's markers under these names."""
    full = np.array([f"{kind}/{name}" for kind, name in zip(markers.kinds, markers.names, strict=True)], str)
    names, meant = markers.names.astype(object), {}
    for written, columns in stated.items():
        name = re.sub(r"\s", "", written)
        matches = (full == name) | (markers.names == name)
        if len(set(full[matches])) > 1:
            raise ReadError(
                f"marker {written!r} is of several kinds; name one: {', '.join(sorted(set(full[matches])))}"
            )
        key = full[matches][0] if matches.any() else name
        if key in meant:
            raise ConfigError(f"acquisition.markers: {written!r} is named twice")
        meant[key] = columns
        names[matches] = key
    short = {key: key.partition("/")[2] or key for key in meant}
    unique = len(set(short.values())) == len(short)
    used = short if unique else {key: key for key in meant}
    names = np.array([used.get(name, name) for name in names], str)
    return names, {used[key]: columns for key, columns in meant.items()}


def _samples(
    data: Path, header: Mapping[str, Mapping[str, str]], n_samples: int, channels: list[Channel]
) -> np.ndarray:
    """(n_channels, n_samples) in the unit of each channel.

    They are read from the file that was checked, by the header that was checked: a second reading of the header by
    another parser (mne's) could name another file.
    """
    common = header["common infos"]
    orientation = common.get("DataOrientation", ORIENTATIONS[0]).upper()
    if orientation not in ORIENTATIONS:
        raise ReadError(f"DataOrientation is {orientation!r}; {did_you_mean(orientation, ORIENTATIONS)}")
    if (domain := common.get("DataType", "TIMEDOMAIN").upper()) != "TIMEDOMAIN":
        raise ReadError(f"DataType is {domain!r}; expected TIMEDOMAIN")
    if header["binary infos"].get("UseBigEndianOrder", "NO").upper() != "NO":
        raise ReadError("its samples are in big-endian order; export them again, in little-endian order")
    at, resolution = _scaling(header, channels)
    kind, shape = TYPES[_entry(header, "binary infos", "BinaryFormat")], (n_samples, int(common["NumberOfChannels"]))
    counts = np.fromfile(data, kind)
    if counts.size != math.prod(shape):
        raise ReadError(f"{data.name} has changed while it was read")
    samples = counts.reshape(shape[::-1])[at] if orientation == "VECTORIZED" else counts.reshape(shape)[:, at].T
    with np.errstate(invalid="ignore", over="ignore"):  # damaged samples: what is not finite is refused as EMG
        return samples * resolution[:, None]


def _scaling(header: Mapping[str, Mapping[str, str]], channels: list[Channel]) -> tuple[list[int], np.ndarray]:
    """(n_channels,) place of each channel among the samples, and its unit's worth of one count."""
    names, n = list(_units(header)), int(header["common infos"]["NumberOfChannels"])
    entries = list(header["channel infos"].items())
    at, resolution = [], []
    for each in channels:
        key, value = entries[names.index(each.name)]
        number = re.fullmatch(r"[Cc]h([0-9]{1,9})", key)
        if not number or not 1 <= int(number[1]) <= n:
            raise ReadError(f"channel {each.name!r} is entry {key!r} of the header, which says {n} channels")
        fields = [part.strip() for part in value.split(",")]
        counts = _float(fields[2]) if len(fields) > 2 and fields[2] else 1.0
        if not 0 < abs(counts) < np.inf:
            raise ReadError(f"channel {each.name!r} has the resolution {fields[2]!r}, expected a number")
        at.append(int(number[1]) - 1)
        resolution.append(counts)
    return at, np.array(resolution)


def _float(written: str) -> float:
    """A number, NaN where it is none."""
    try:
        return float(written)
    except ValueError:
        return np.nan
