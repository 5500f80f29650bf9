"""Keys: hashes of all that a stage's product depends on, and of nothing else."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

LENGTH = 32
READ_BYTES = 1 << 20


def of(*parts: Any) -> str:
    """Key of plain values (numbers, words, lists, mappings): the order of a mapping's keys does not matter."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def of_file(path: Path) -> str:
    """SHA-256 of a file's content."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(READ_BYTES):
            total.update(block)
    return total.hexdigest()


def of_files(paths: Iterable[Path], root: Path) -> dict[str, str]:
    """SHA-256 of each file, by its path from `root`."""
    return {_below(path, root): of_file(path) for path in sorted(paths)}


def of_frame(frame: pd.DataFrame) -> str:
    """Key of a table's content: names, order and values of its columns."""
    total = hashlib.sha256()
    for name in frame:
        values = frame[name].to_numpy()
        words = values.dtype.kind in "OUT"
        content = "\0".join(map(str, values)).encode() if words else np.ascontiguousarray(values).tobytes()
        total.update(f"{name} {len(values)} {len(content)} ".encode() + content)
    return total.hexdigest()[:LENGTH]


def in_words(hashes: Mapping[str, str]) -> str:
    """File names and their hashes in one line."""
    return ";".join(f"{name} {value}" for name, value in hashes.items())


def _below(path: Path, root: Path) -> str:
    try:
        return Path(os.path.relpath(path.resolve(), root.resolve())).as_posix()
    except ValueError:  # another drive on Windows
        return path.name
