"""HDF5 files opened with distrust: nothing outside of a file is read, and what is damaged is an error of ours."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .errors import ReadError

if TYPE_CHECKING:
    import h5py

FORMAT = 3
"""Version of the layout; a file of a newer layout is refused."""
DAMAGE = (OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError)
"""What h5py raises, and what reading raises, wherever the damage of a file is."""
SIGNATURE = b"\x89HDF\r\n\x1a\n"
MOST_PACKED = 1100
"""A dataset that claims more than this many times what is stored is not read: gzip packs 1032 to 1 at best."""
MOST_UNSTORED = 1 << 20
"""Bytes that a dataset may claim in any case."""


@contextlib.contextmanager
def opened(path: Path, content: str) -> Iterator[h5py.File]:
    """A file of this content ("" for any); what h5py raises while it is read becomes an error that names the file."""
    import h5py

    if not path.is_file():
        raise ReadError(f"{path}: {'is a folder, expected a file' if path.is_dir() else 'there is no such file'}")
    try:
        with h5py.File(path, "r", locking="best-effort") as file:
            found, layout = file.attrs.get("content", ""), int(file.attrs.get("mep_pipeline_format", 0))
            if not layout or (content and found != content):
                holds = f" (it holds {found})" if layout else ""
                raise ReadError(f"{path.name}: not a file of {content or 'results'} written by mep-pipeline{holds}")
            if layout > FORMAT:
                known = f"this version reads ({FORMAT})"
                raise ReadError(f"{path.name}: layout {layout} is newer than {known}; update mep-pipeline")
            yield file
    except ReadError as error:
        named = str(error).startswith(path.name)
        raise ReadError(str(error) if named else f"{path.name}: {error}") from None
    except PermissionError as error:
        raise ReadError(f"{path}: cannot be read: {error.strerror}") from None
    except DAMAGE as error:
        raise ReadError(f"{path.name}: not an HDF5 file, cut short or damaged: {error}") from None


def layout(path: Path) -> int:
    """Version of the layout of a results or epochs file, 0 where it cannot be opened."""
    import h5py

    try:
        with h5py.File(path, "r", locking="best-effort") as file:
            return int(file.attrs.get("mep_pipeline_format", 0))
    except DAMAGE:
        return 0


def is_ours(path: Path, content: str, *, damaged: bool = False) -> bool:
    """Whether a file is of this content and was written here, by whatever version.

    Parameters
    ----------
    path : Path
        The file.
    content : str
        What it should hold.
    damaged : bool
        What is said of a file that begins as HDF5 does, or is empty, and cannot be opened.
    """
    import h5py

    try:
        with path.open("rb") as file:
            start = file.read(len(SIGNATURE))
    except OSError:
        return False
    if start and start != SIGNATURE:
        return False
    try:
        with h5py.File(path, "r", locking="best-effort") as file:
            return bool(file.attrs.get("content", "") == content and file.attrs.get("mep_pipeline_format", 0))
    except DAMAGE:
        return damaged


def values(data: h5py.Dataset) -> np.ndarray:
    """A dataset as an array: words as str, flags as bool.

    Raises
    ------
    ReadError
        Where it is kept outside of the file, holds objects, or claims more than the file can hold.
    """
    if data.external or data.is_virtual:
        raise ReadError(f"{data.name} lies in another file; that is not followed")
    held = data.id.get_storage_size()
    if data.nbytes > max(held * MOST_PACKED, MOST_UNSTORED):
        raise ReadError(f"{data.name} claims {data.nbytes} bytes but holds {held}; not read")
    if data.dtype.kind == "O":
        return data.asstr()[()]
    if data.dtype.kind not in "biuf":
        raise ReadError(f"{data.name} is of type {data.dtype}; expected numbers, flags or words")
    return data[()].astype(bool) if "flag" in data.attrs else data[()]


def members(group: h5py.Group) -> dict[str, h5py.Dataset | h5py.Group]:
    """What a group holds itself; `ReadError` where it holds a link to elsewhere."""
    import h5py

    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise ReadError(f"{group.name.rstrip('/')}/{name} is a link to elsewhere; that is not followed")
    return {name: group[name] for name in group}
