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
    data = _made(group, of.name, values)
    data.make_scale(of.name)
    _describe(data, of)


def plain(values: np.ndarray) -> np.ndarray:
    """Values in the type that a file keeps and gives back: flags bool, counts int32, numbers float64, else words."""
    kind = values.dtype.kind
    if kind in "bf":
        return values.astype({"b": bool, "f": float}[kind], copy=False)
    if kind in "iu":
        return values.astype(np.int32, copy=False)
    words = [each if type(each) is str else "" if _absent(each) else str(each) for each in values.ravel()]
    return np.array(words, object).reshape(values.shape)


def column(group: h5py.Group, name: str, values: np.ndarray, of: Column) -> h5py.Dataset:
    """Write a column, of any number of dimensions, in the type that its values have."""
    import h5py

    kept = plain(values)
    kind = kept.dtype.kind
    if kind == "b":
        data = _made(group, name, kept.astype(np.int8))
        data.attrs["flag"] = np.int8(1)
    elif kind == "i":
        data = _made(group, name, kept)
    elif kind == "f":
        packed = {"chunks": (min(CHUNK_ROWS, len(kept)), *kept.shape[1:]), "compression": "gzip", "shuffle": True}
        data = _made(group, name, kept, **(packed if len(kept) else {}))
    else:
        data = _made(group, name, kept, dtype=h5py.string_dtype())
    _describe(data, of)
    return data


def signal(group: h5py.Group, values: np.ndarray, axes: tuple[str, ...], of: Column) -> None:
    """Write a signal along axes of the group; time is the last."""
    chunks = (min(CHUNK_TRIALS, values.shape[0]), *(1 for _ in values.shape[1:-1]), values.shape[-1])
    packed = {"chunks": chunks, "compression": "gzip", "shuffle": True} if values.size else {}
    data = _made(group, of.name, values.astype(np.float32), **packed)
    for dim, name in enumerate(axes):
        data.dims[dim].attach_scale(group[name])
    _describe(data, of)


def _made(group: h5py.Group, name: str, values: np.ndarray, **how: Any) -> h5py.Dataset:
    """A new dataset, its values in the file at once.

    Else they go there when it is let go, at a moment that a debugger or a sampling profiler (Dask workers run one) can
    put off: the same content would lie in another order.
    """
    data = group.create_dataset(name, data=values, **how)
    data.flush()
    return data


def _describe(data: h5py.Dataset, of: Column) -> None:
    for key in ("unit", "meaning", "method"):
        data.attrs[key] = getattr(of, key)


def _absent(value: Any) -> bool:
    missing = isinstance(value, float) and np.isnan(value)
    return value is None or missing or type(value).__name__ in ("NAType", "NaTType")
