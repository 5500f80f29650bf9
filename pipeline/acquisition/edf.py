"""EDF and BDF files: what their header says, and their samples in the header's unit, read where they are wanted.

The layout is that of Kemp et al. 1992 (EDF), Kemp & Olivan 2003 (EDF+) and BioSemi's 24-bit variant (BDF).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..errors import ReadError
from .limits import MOST_RATE_HZ

MAIN_BYTES = 256
BEGINNINGS = (b"\xffBIOSEMI", b"0".ljust(8))
"""First bytes of a BDF and of an EDF file."""
FIELDS = {
    "label": 16,
    "transducer": 80,
    "unit": 8,
    "physical_min": 8,
    "physical_max": 8,
    "digital_min": 8,
    "digital_max": 8,
    "filter": 80,
    "n_samples": 8,
    "reserved": 32,
}
"""Fields of a signal in the header and their bytes; each holds all signals in turn."""
ANNOTATIONS = ("EDF Annotations", "BDF Annotations")
BLOCK_BYTES = 1 << 24
"""About how much of a file is read at once: bounds memory."""


class Header(NamedTuple):
    """What an EDF or BDF header says."""

    names: tuple[str, ...]
    units: tuple[str, ...]
    n_per_record: tuple[int, ...]
    """Samples of each signal in one data record."""
    limits: tuple[tuple[float, float, float, float], ...]
    """Physical minimum and maximum, digital minimum and maximum of each signal."""
    n_records: int
    record_s: float
    gaps: bool
    """Data records need not follow one another without a pause (EDF+D, BDF+D)."""
    n_bytes: int
    """Length of the header."""
    sample_bytes: int

    def rate_hz(self, name: str) -> float:
        """Sampling rate of a signal."""
        return self.n_per_record[self.names.index(name)] / self.record_s

    def n_samples(self, name: str) -> int:
        """Samples of a signal in the whole file."""
        return self.n_per_record[self.names.index(name)] * self.n_records

    @property
    def signals(self) -> list[int]:
        """Index of each signal that is not annotations."""
        return [index for index, name in enumerate(self.names) if name not in ANNOTATIONS]

    @property
    def record_bytes(self) -> int:
        """Length of a data record."""
        return sum(self.n_per_record) * self.sample_bytes


def header_of(path: Path) -> Header:
    """Header of an EDF or BDF file, checked against the file's size.

    Raises
    ------
    ReadError
        Where it is no such file, or shorter or longer than its header says.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(MAIN_BYTES)
        if start[:8] not in BEGINNINGS:
            raise ReadError("is not an EDF or BDF file: it does not begin as one")
        try:
            n_bytes = int(start[184:192]) if size >= MAIN_BYTES else MAIN_BYTES
            if size < n_bytes:
                raise ReadError(f"is truncated: it ends within its header, after {size} of {n_bytes} bytes")
            found = _parsed(start, file.read(max(0, n_bytes - MAIN_BYTES)))
        except (ValueError, IndexError, OverflowError) as error:
            raise ReadError(f"is not an EDF or BDF file: its header is not as the format says ({error})") from error
    missing = found.n_bytes + found.n_records * found.record_bytes - size
    if missing > 0:
        raise ReadError(
            f"is truncated: its header says {found.n_records} data records of {found.record_s:g} s, "
            f"{missing} of {size + missing} bytes are missing"
        )
    if -missing >= found.record_bytes:
        raise ReadError(f"holds {-missing} bytes more than the {found.n_records} data records its header says")
    return found


def samples(path: Path, of: Header, names: Sequence[str], kept: np.ndarray | None = None) -> np.ndarray:
    """(n_channels, n_kept) of signals of one rate, in the unit of the header and the order of `names`.

    Parameters
    ----------
    path : Path
        The file.
    of : Header
        Its header.
    names : sequence of str (n_channels,)
        The signals.
    kept : array (n_kept,) of int, optional
        Which samples, rising; all where it is not given.

    Raises
    ------
    ReadError
        Where a signal has no range, or the file is shorter than it was.
    """
    chosen = [of.names.index(name) for name in names]
    for name, (low, high, digital_low, digital_high) in zip(names, (of.limits[each] for each in chosen), strict=True):
        if not np.isfinite([low, high]).all() or low == high or not -(2**23) <= digital_low < digital_high < 2**23:
            raise ReadError(
                f"channel {name!r} has no range in the header: physical {low:g} to {high:g}, "
                f"digital {digital_low:g} to {digital_high:g}"
            )
    kept = np.arange(of.n_samples(names[0])) if kept is None else kept
    values = np.empty((len(chosen), len(kept)))
    begins = [sum(of.n_per_record[:each]) * of.sample_bytes for each in chosen]
    for part, content, at in _blocks(path, of, of.n_per_record[chosen[0]], kept):
        for row, first in zip(values, begins, strict=True):
            row[part] = _counts(content, at + first, of.sample_bytes)
    low, high, digital_low, digital_high = np.array([of.limits[each] for each in chosen]).T[..., None]
    gain = (high - low) / (digital_high - digital_low)
    values *= gain
    values += low - digital_low * gain
    return values


def _blocks(path: Path, of: Header, n: int, kept: np.ndarray) -> Iterator[tuple[slice, bytes, np.ndarray]]:
    """Which of the samples `kept` lie in a part of the file, its bytes, and where in these each sample would begin.

    That is if the signal, with `n` samples a record, stood first in its record. One byte goes ahead of the part.
    """
    at_once = max(1, BLOCK_BYTES // of.record_bytes)
    edges = np.append(np.arange(0, of.n_records, at_once), of.n_records)
    among = np.searchsorted(kept, edges * n)
    with path.open("rb") as file:
        for (first, last), (start, stop) in zip(pairwise(edges), pairwise(among), strict=True):
            if start == stop:
                continue
            file.seek(of.n_bytes + int(first) * of.record_bytes - 1)
            content = file.read(int(last - first) * of.record_bytes + 1)
            if len(content) <= (last - first) * of.record_bytes:
                raise ReadError("has changed while it was read")
            record, within = np.divmod(kept[start:stop] - first * n, n)
            yield slice(start, stop), content, record * of.record_bytes + within * of.sample_bytes + 1


def _counts(content: bytes, at: np.ndarray, sample_bytes: int) -> np.ndarray:
    """The little-endian numbers of two or three bytes that begin at these places, none of them the first."""
    if sample_bytes == 2:
        return np.ndarray(len(content) - 1, "<i2", content, strides=(1,))[at]
    # the byte before a sample makes it four; shifted out again it leaves the sign where it belongs
    return np.ndarray(len(content) - 3, "<i4", content, strides=(1,))[at - 1] >> 8


def record_onsets_s(path: Path, of: Header) -> np.ndarray:
    """(n_records,) start of each data record from the first, as the first annotation in each says.

    Raises
    ------
    ReadError
        Where the records do not say it.
    """
    where = [index for index, name in enumerate(of.names) if name in ANNOTATIONS]
    if not where:
        raise ReadError("has data records with pauses (EDF+D), but no annotations that say when each begins")
    records = np.fromfile(path, np.uint8, of.n_records * of.record_bytes, offset=of.n_bytes)
    if records.size != of.n_records * of.record_bytes:
        raise ReadError("has changed while it was read")
    records = records.reshape(of.n_records, of.record_bytes)
    first = sum(of.n_per_record[: where[0]]) * of.sample_bytes
    last = first + of.n_per_record[where[0]] * of.sample_bytes
    try:
        onsets_s = np.array([float(bytes(record).split(b"\x14", 1)[0]) for record in records[:, first:last]])
    except ValueError as error:
        raise ReadError(f"has a data record that does not say when it begins: {error}") from error
    if not (np.isfinite(onsets_s).all() and (np.diff(onsets_s) > 0).all()):
        raise ReadError("has data records that do not begin one after the other, by what their annotations say")
    return onsets_s - onsets_s[0]


def _parsed(start: bytes, rest: bytes) -> Header:
    n_signals, n_records, record_s = int(start[252:256]), int(start[236:244]), float(start[244:252])
    if n_records < 0 or not 0 < record_s < np.inf or n_signals < 1:
        raise ValueError(f"{n_signals} signals, {n_records} data records of {record_s:g} s; was the recording closed?")
    fields, at = {}, 0
    for name, width in FIELDS.items():
        part = rest[at : at + width * n_signals].decode("latin-1")
        fields[name] = [part[k * width : (k + 1) * width].strip() for k in range(n_signals)]
        at += width * n_signals
    if len(rest) != at:
        raise ValueError(f"{len(rest)} bytes for {n_signals} signals")
    n_per_record = tuple(map(int, fields["n_samples"]))
    if min(n_per_record) < 1:
        raise ValueError(f"{min(n_per_record)} samples of a signal in a data record")
    if max(n_per_record) / record_s > MOST_RATE_HZ:
        raise ValueError(f"{max(n_per_record)} samples in a data record of {record_s:g} s are no rate of EMG")
    names = fields["label"]
    limits = [_limits(fields, k) if names[k] not in ANNOTATIONS else (-1.0, 1.0, -1.0, 1.0) for k in range(n_signals)]
    return Header(
        tuple(names),
        tuple(fields["unit"]),
        n_per_record,
        tuple(limits),
        n_records,
        record_s,
        start[192:197] in (b"EDF+D", b"BDF+D"),
        MAIN_BYTES + at,
        3 if start[0] == 0xFF else 2,
    )


def _limits(fields: dict[str, list[str]], signal: int) -> tuple[float, float, float, float]:
    low, high, digital_low, digital_high = (
        float(fields[name][signal]) for name in ("physical_min", "physical_max", "digital_min", "digital_max")
    )
    return low, high, digital_low, digital_high
