"""EDF and BDF files: what their header says, and their samples in the header's unit.

The layout is that of Kemp et al. 1992 (EDF), Kemp & Olivan 2003 (EDF+) and BioSemi's 24-bit variant (BDF).
"""

from __future__ import annotations

from collections.abc import Sequence
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
VOLTS = {"uV": 1e-6, "\u00b5V": 1e-6, "\u03bcV": 1e-6, "mV": 1e-3}
"""What mne scales to V by the header's unit; it leaves every other unit, nV among them, as it is."""


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


def samples(path: Path, of: Header, names: Sequence[str]) -> np.ndarray:
    """(n_channels, n_samples) of signals of one rate, in the unit of the header and the order of `names`.

    Raises
    ------
    ReadError
        Where a signal has no range, or the file cannot be read.
    """
    import mne

    for name in names:
        low, high, digital_low, digital_high = of.limits[of.names.index(name)]
        if not np.isfinite([low, high]).all() or low == high or not -(2**23) <= digital_low < digital_high < 2**23:
            raise ReadError(
                f"channel {name!r} has no range in the header: physical {low:g} to {high:g}, "
                f"digital {digital_low:g} to {digital_high:g}"
            )
    read = mne.io.read_raw_bdf if of.sample_bytes == 3 else mne.io.read_raw_edf
    try:
        # Only signals of one rate are asked for: mne resamples the others to the highest. Its warnings are off since
        # what they are about (length, ranges, units) has been checked above.
        raw = read(path, include=list(names), stim_channel=False, verbose="error")
        data = raw.get_data(picks=list(names), verbose="error")
    except Exception as error:  # mne raises whatever its parsing runs into: assertions, index and value errors
        raise ReadError(f"cannot be read: {type(error).__name__}: {error}") from error
    factors = np.array([VOLTS.get(of.units[of.names.index(name)], 1.0) for name in names])
    data /= factors[:, None]
    return data


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
