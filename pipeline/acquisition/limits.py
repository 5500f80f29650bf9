"""How much is read of a file whose writer is not known: what it claims is checked before memory is taken for it.

Two rules bound a claim: what is not packed cannot hold more than its bytes, and what is packed is believed up to a
ratio that no recording of an amplifier reaches. All figures are own choices, each far above what EMG needs.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path

from ..errors import ReadError

MOST_SAMPLES = 2**31
"""A file that claims more samples than this in one array is not read: 16 GB."""
MOST_EPOCH_SAMPLES = 2**28
"""The most samples of all epochs that are cut from a recording together: 2 GB, 50,000 epochs of a second at 5 kHz."""
MOST_RATE_HZ = 1e6
"""A higher sampling rate is a mistake of its unit, or meant to take the memory: EMG is sampled below 100 kHz."""
MOST_TEXT_BYTES = 2**26
"""The longest table or sidecar beside a recording: 64 MB, a million events."""
MOST_COLUMNS = 4096
"""The most columns of a table."""
MOST_CELLS = 2**24
"""The most cells of a table beside a recording: pandas needs some 100 bytes for each."""
MOST_CELL = 131_072
"""The longest cell of a table, in characters: what Python's csv module takes by itself."""
MOST_PACKED = 200
"""How many bytes one packed byte may stand for: noise of an amplifier packs below 5, a record of zeros up to 1032."""
FREE_BYTES = 2**26
"""What may be unpacked whatever the ratio: 64 MB harm nobody."""


def content(path: Path, most: int = MOST_TEXT_BYTES) -> bytes:
    """The bytes of a small file.

    Raises
    ------
    ReadError
        Where it is larger than it may be, or no file (a pipe would never end).
    """
    if not path.is_file():
        raise ReadError(f"{path.name} is not a file")
    size = path.stat().st_size
    with path.open("rb") as file:
        found = file.read(min(size, most) + 1)
    if len(found) > most:
        raise ReadError(f"{path.name} is larger than {most >> 20} MB; what stands beside a recording is far smaller")
    return found


def most_unpacked(n_packed: int) -> int:
    """How many bytes a number of packed bytes may become."""
    return max(FREE_BYTES, MOST_PACKED * n_packed)


def check_packed(what: str, n_bytes: int, n_packed: int) -> None:
    """That packed bytes do not claim more than they may; `ReadError` with both figures."""
    if n_bytes > most_unpacked(n_packed):
        raise ReadError(f"{what} claims {n_bytes} bytes in {n_packed} packed ones; no recording packs so well")


def unpacked(packed: bytes, n_bytes: int) -> bytes:
    """The first bytes that a zlib stream holds, at most `n_bytes`; fewer where it ends before.

    Raises
    ------
    ReadError
        Where the stream is damaged.
    """
    try:
        return zlib.decompressobj().decompress(packed, n_bytes)
    except zlib.error as error:
        raise ReadError(f"is damaged: what is packed in it cannot be unpacked ({error})") from error


def inside(path: Path, folder: Path) -> bool:
    """Whether a path lies in a folder or below it, as both are written: links of the file system are followed.

    Laboratories keep recordings behind such links, and only who may write in the study can make one; what a file
    says goes nowhere.
    """
    return Path(os.path.normpath(path.absolute())).is_relative_to(os.path.normpath(folder.absolute()))
