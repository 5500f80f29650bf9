"""Libraries of MEP shapes: the shipped one, and files of a laboratory's own.

A library is a .npz file: `shapes` (n_shapes, n_samples) integers of any scale, `rate_hz`, and `before`, the sample at
which each shape first exceeds 1 % of its peak. The shipped one is made by ``python -m pipeline.synthetic.shapes``, one
that holds a laboratory's own responses too by ``mep shapes``.
"""

from __future__ import annotations

import io
import math
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from .errors import ReadError

SHIPPED = Path(__file__).with_name("mep_shapes.npz")
MOST_BYTES = 2**27
"""The largest library: 50 times the shipped one, unpacked. Own choice."""
FULL_SCALE = 32_000
PARTS = ("shapes", "rate_hz", "before")


@dataclass(frozen=True, eq=False)
class Library:
    """Noise-free MEPs.

    Parameters
    ----------
    shapes : array (n_shapes, n_samples)
        Of any scale; to be written, of up to `FULL_SCALE` from peak to peak.
    rate_hz : float
        Their sampling rate.
    before : int
        Sample at which each begins: the first beyond 1 % of its peak.
    """

    shapes: np.ndarray
    rate_hz: float
    before: int

    def content(self) -> bytes:
        """The file that holds it: the same bytes for the same shapes."""
        memory = io.BytesIO()
        shapes = np.round(self.shapes).astype(np.int16)
        np.savez_compressed(memory, shapes=shapes, rate_hz=self.rate_hz, before=self.before)
        return memory.getvalue()


@cache
def shipped() -> Library:
    """The library that the package ships."""
    return read(SHIPPED)


def read(path: Path) -> Library:
    """A library from its file.

    Raises
    ------
    ReadError
        Where the file is no library: not .npz, larger than one can be, or with other content than the module says.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(each.file_size for each in packed.infolist())
            if size > MOST_BYTES:
                raise ValueError(f"{size >> 20} MB unpacked, where {MOST_BYTES >> 20} MB are the most")
            shapes, rate_hz, before = (_array(packed, name) for name in PARTS)
        found = Library(shapes.astype(np.float32), float(rate_hz), int(before))
        _check(found)
    except OSError as error:
        raise ReadError(f"{path}: cannot be read: {error.strerror or error}") from None
    except Exception as error:  # zipfile, zlib and numpy raise whatever the damage of a file leads them into
        said = f"{type(error).__name__}: {error}"
        raise ReadError(
            f"{path.name}: not a library of shapes as `mep shapes` writes it, or damaged ({said})"
        ) from None
    return found


def _array(packed: zipfile.ZipFile, name: str) -> np.ndarray:
    """One array of numbers; what its header claims is not allocated before as much is there."""
    with packed.open(f"{name}.npy") as file:
        if np.lib.format.read_magic(file) != (1, 0):
            raise ValueError(f"{name} is of an unknown version")
        shape, by_column, dtype = np.lib.format.read_array_header_1_0(file)
        if dtype.kind not in "iuf":
            raise ValueError(f"{name} is of {dtype}, not of numbers")
        n_bytes = math.prod(shape) * dtype.itemsize
        data = file.read(MOST_BYTES)
    if len(data) != n_bytes:
        raise ValueError(f"{name} has {len(data)} bytes, its header says {n_bytes}")
    return np.frombuffer(data, dtype).reshape(shape, order="F" if by_column else "C")


def _check(found: Library) -> None:
    shapes = found.shapes
    if shapes.ndim != 2 or not shapes.size or not np.isfinite(shapes).all() or not shapes.any(-1).all():
        raise ValueError(f"shapes {shapes.shape}; expected rows that are finite, each with a response in it")
    if not 500.0 <= found.rate_hz <= 1e6 or not 0 <= found.before < shapes.shape[1] - 1:
        raise ValueError(f"rate_hz {found.rate_hz:g} and before {found.before} cannot be")
