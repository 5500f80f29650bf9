"""Numbers in MATLAB files of version 7.3, which are HDF5: what lies in the file itself, and nothing it points to.

Links to other places and files, samples kept in other files, virtual datasets and references are not followed, and no
filter but those MATLAB writes is run.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ReadError, did_you_mean
from .limits import FREE_BYTES, MOST_SAMPLES, check_packed, unpacked

if TYPE_CHECKING:
    import h5py

DEFLATE = 1
FILTERS = {DEFLATE: "gzip", 2: "shuffle", 3: "fletcher32"}
"""HDF5's number of a filter -> its name; others may be libraries that a file asks to load."""
LARGE_CHUNK_BYTES = 2**20
"""A packed chunk up to this size cannot become more than 1 GB, as deflate packs at most 1032 to 1."""


def numbers(path: Path, names: Collection[str]) -> dict[str, np.ndarray]:
    """Arrays of numbers by their dotted path, with their dimensions as MATLAB shows them.

    Raises
    ------
    ReadError
        Where the file is damaged, or there is no array of numbers of that name in it.
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            found = {}
            for name in names:
                dataset = _dataset(file, name)
                _check(dataset, name, path.stat().st_size)
                found[name] = dataset[()].T  # MATLAB writes the last dimension first
            return found
    # What h5py makes of HDF5's errors, wherever a file is damaged (its table of errors in h5py/_errors).
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError, AttributeError) as error:
        raise ReadError(f"is not a readable MATLAB 7.3 file: {type(error).__name__}: {error}") from error


def _dataset(file: h5py.File, name: str) -> h5py.Dataset:
    import h5py

    node: Any = file
    for part in name.replace("/", ".").split("."):
        there = _members(node)
        if part not in there:
            raise ReadError(f"there is no variable {name!r} in the file; {did_you_mean(part, there)}")
        link = node.get(part, getlink=True)
        if not isinstance(link, h5py.HardLink):
            raise ReadError(f"variable {name!r} is a link ({type(link).__name__}) to another place; links are not read")
        node = node[part]
    if not isinstance(node, h5py.Dataset):
        raise ReadError(f"variable {name!r} is a struct; name one of its fields: {', '.join(_members(node))}")
    return node


def _members(node: Any) -> list[str]:
    import h5py

    names = node if isinstance(node, h5py.Group) else []
    return [each for each in names if isinstance(each, str) and not each.startswith("#")]


def _check(dataset: h5py.Dataset, name: str, file_bytes: int) -> None:
    """That a dataset holds numbers, in this file, and no more than its bytes can be."""
    what = f"variable {name!r}"
    if dataset.dtype.kind not in "fiu":
        raise ReadError(f"{what} holds {dataset.dtype}, expected numbers; export it as a numeric array")
    if dataset.external or dataset.is_virtual:
        raise ReadError(f"{what} keeps its samples in another file, which is not read; save them in the file itself")
    if math.prod(dataset.shape) > MOST_SAMPLES:
        raise ReadError(f"{what} has the dimensions {dataset.shape}, more than is read at once")
    n_bytes, stored = math.prod(dataset.shape) * dataset.dtype.itemsize, dataset.id.get_storage_size()
    if stored > file_bytes or (dataset.chunks is None and stored < n_bytes):
        raise ReadError(f"{what} claims {n_bytes} bytes and keeps {stored} in a file of {file_bytes}")
    if dataset.chunks is not None:
        chunk_bytes = math.prod(dataset.chunks) * dataset.dtype.itemsize
        check_packed(what, max(n_bytes, chunk_bytes), stored)
        _check_chunks(dataset, what, chunk_bytes)


def _check_chunks(dataset: h5py.Dataset, what: str, chunk_bytes: int) -> None:
    """That only known filters pack the chunks, and none becomes more than a chunk holds."""
    made = dataset.id.get_create_plist()
    filters = [made.get_filter(index)[0] for index in range(made.get_nfilters())]
    if len(set(filters)) < len(filters) or not set(filters) <= set(FILTERS):
        raise ReadError(f"{what} is packed with HDF5's filters {filters}; expected {', '.join(FILTERS.values())}")
    large: list[tuple[int, ...]] = []

    def note(chunk: Any) -> None:
        if chunk.size > LARGE_CHUNK_BYTES and not chunk.filter_mask:
            large.append(chunk.chunk_offset)

    dataset.id.chunk_iter(note)
    for offset in large if DEFLATE in filters else ():
        _, packed = dataset.id.read_direct_chunk(offset)
        if len(unpacked(packed, chunk_bytes + FREE_BYTES)) > chunk_bytes:
            raise ReadError(f"{what} holds a chunk that unpacks to more than the {chunk_bytes} bytes it claims")
