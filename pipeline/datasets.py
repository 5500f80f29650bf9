"""Datasets of plain HDF5: what a column, an axis and a signal of a table are in a file.

Flags are int8, counts int32, numbers float64 with NaN for what is missing, words UTF-8, signals float32. Each dataset
says its unit and meaning, and is attached to the axes it lies along. Chunks are constant, so that the same content
gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .columns import Column

if TYPE_CHECKING:
    import h5py

CARRIED = "as it stands in the recording's tables"
"""Meaning of a column that is carried along and not interpreted."""
CHUNK_ROWS = 4096
CHUNK_TRIALS = 16


def known(columns: Mapping[str, Column], name: str) -> Column:
    """The column of that name; one that is carried along where it is not known."""
    return columns.get(name, Column(name, "", CARRIED))


def axis(group: h5py.Group, values: np.ndarray, of: Column) -> None:
    """Write an axis: a dimension scale that other datasets are attached to."""
    data = group.create_dataset(of.name, data=values)
    data.make_scale(of.name)
    _describe(data, of)


def column(group: h5py.Group, name: str, values: np.ndarray, of: Column) -> h5py.Dataset:
    """Write a column, of any number of dimensions, in the type that its values have."""
    import h5py

    kind = values.dtype.kind
    if kind == "b":
        data = group.create_dataset(name, data=values.astype(np.int8))
        data.attrs["flag"] = np.int8(1)
    elif kind in "iu":
        data = group.create_dataset(name, data=values.astype(np.int32))
    elif kind == "f":
        packed = {"chunks": (min(CHUNK_ROWS, len(values)), *values.shape[1:]), "compression": "gzip", "shuffle": True}
        data = group.create_dataset(name, data=values.astype(float), **(packed if len(values) else {}))
    else:
        words = np.array(["" if _absent(each) else str(each) for each in values.ravel()], object).reshape(values.shape)
        data = group.create_dataset(name, data=words, dtype=h5py.string_dtype())
    _describe(data, of)
    return data


def signal(group: h5py.Group, values: np.ndarray, axes: tuple[str, ...], of: Column) -> None:
    """Write a signal along axes of the group; time is the last."""
    chunks = (min(CHUNK_TRIALS, values.shape[0]), *(1 for _ in values.shape[1:-1]), values.shape[-1])
    packed = {"chunks": chunks, "compression": "gzip", "shuffle": True} if values.size else {}
    data = group.create_dataset(of.name, data=values.astype(np.float32), **packed)
    for dim, name in enumerate(axes):
        data.dims[dim].attach_scale(group[name])
    _describe(data, of)


def values(data: h5py.Dataset) -> np.ndarray:
    """A dataset as an array: words as str, flags as bool."""
    if data.dtype.kind == "O":
        return data.asstr()[()]
    return data[()].astype(bool) if "flag" in data.attrs else data[()]


def _describe(data: h5py.Dataset, of: Column) -> None:
    for key in ("unit", "meaning", "method"):
        data.attrs[key] = getattr(of, key)


def _absent(value: Any) -> bool:
    missing = isinstance(value, float) and np.isnan(value)
    return value is None or missing or type(value).__name__ in ("NAType", "NaTType")
