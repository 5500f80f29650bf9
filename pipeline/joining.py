"""Tables of several recordings joined in one table, and parted again to the bit.

What one recording gave must be the same whether it was just measured or kept from an earlier run, whatever other
recordings stood beside it: so each table is brought to the types that a file keeps, and its own columns are noted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from . import datasets

if TYPE_CHECKING:
    import pandas as pd

WORDS, FLAGS, COUNTS, NUMBERS = "O", "b", "i", "f"
"""Kinds of columns, as numpy names them."""


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """The same table in the types that a file keeps, with rows from 0 and without attributes."""
    import pandas as pd

    return pd.DataFrame({str(name): datasets.plain(frame[name].to_numpy()) for name in frame})


def kinds(frame: pd.DataFrame) -> dict[str, str]:
    """Kind of each column of a plain table."""
    return {str(name): frame[name].to_numpy().dtype.kind for name in frame}


def joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Plain tables one below the other; a column that a table lacks is missing there: NaN, or an empty word."""
    import pandas as pd

    names = dict.fromkeys(name for frame in frames for name in frame)
    columns = {name: [frame[name].to_numpy() if name in frame else None for frame in frames] for name in names}
    return pd.DataFrame({name: _stacked(pieces, list(map(len, frames))) for name, pieces in columns.items()})


def parted(frame: pd.DataFrame, own: Mapping[str, str], rows: np.ndarray) -> pd.DataFrame:
    """The columns and rows (a mask) of one table out of a joined one, of the kinds that they had.

    Raises
    ------
    KeyError
        Where a column is not there.
    """
    import pandas as pd

    return pd.DataFrame({name: _as(frame[name].to_numpy()[rows], kind) for name, kind in own.items()})


def _stacked(pieces: Sequence[np.ndarray | None], lengths: Sequence[int]) -> np.ndarray:
    found = {each.dtype.kind for each in pieces if each is not None}
    lacking = any(each is None for each in pieces)
    kind = found.pop() if len(found) == 1 else NUMBERS if found == {NUMBERS, COUNTS} else WORDS
    if lacking and kind in (FLAGS, COUNTS):
        kind = WORDS if kind == FLAGS else NUMBERS
    missing = "" if kind == WORDS else np.nan
    own = [np.full(n, missing, object if kind == WORDS else float) if each is None else _as(each, kind)
           for each, n in zip(pieces, lengths, strict=True)]  # fmt: skip
    return np.concatenate(own)


def _as(values: np.ndarray, kind: str) -> np.ndarray:
    """Values in another kind, and back again: a number as a word is written so that it is the same when read."""
    if values.dtype.kind == kind:
        return values
    if kind == WORDS:
        return np.array([str(each) for each in values.tolist()], object)
    if values.dtype.kind != WORDS:
        return values.astype({FLAGS: bool, COUNTS: np.int32, NUMBERS: float}[kind])
    if kind == FLAGS:
        return values == str(True)
    return np.array([float(each) for each in values]).astype(np.int32 if kind == COUNTS else float)
