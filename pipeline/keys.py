"""Keys: hashes of all that a stage's product depends on, and of nothing else."""

from __future__ import annotations

import hashlib
import json
import os
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


def of_frame(frame: pd.DataFrame) -> str:
    """Key of a table's content: names, order and values of its columns."""
    total = hashlib.sha256()
    for name in frame:
        values = frame[name].to_numpy()
        kind = values.dtype.kind
        content = "\0".join(map(str, values)).encode() if kind in "OUT" else np.ascontiguousarray(values).tobytes()
        total.update(f"{name} {kind} {len(values)} {len(content)} ".encode() + content)
    return total.hexdigest()[:LENGTH]


def below(path: Path, root: Path) -> str:
    """The path of a file from `root`, with slashes."""
    text, start = str(path), f"{root}{os.sep}"
    if text.startswith(start) and ".." not in path.parts:  # as nearly all do: `relpath` is slow
        return text.removeprefix(start).replace(os.sep, "/")
    try:
        return os.path.relpath(path, root).replace(os.sep, "/")
    except ValueError:  # another drive on Windows
        return path.name
