"""Sidecars of a BIDS file: which apply to it by the inheritance principle, and what they say together."""

from __future__ import annotations

import itertools
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..errors import ReadError
from .limits import content

SETTLED_NS = 2_000_000_000
"""A folder that changed less than this ago is listed each time: its times could not tell a later change."""


def applying(path: Path, suffix: str, ending: str) -> list[Path]:
    """Files `*_<suffix><ending>` that apply to a data file, the most general first.

    One applies when it lies in the data file's folder or above it in the dataset, and the data file has each of its
    entities (BIDS 1.11, inheritance principle), and each other word of its name. The last is the one that counts for
    tables. What is no file is passed over: reading a pipe would never end.
    """
    (found,) = each_applying(path, f"{suffix}{ending}")
    return found


def each_applying(path: Path, *last: str) -> list[list[Path]]:
    """As `applying`, for each of the words that names may end with, such as `events.tsv`; folders are listed once."""
    own = set(path.stem.split("_"))
    there = [(folder, _names(folder)) for folder in _folders(path)]
    found: list[list[Path]] = []
    for word in last:
        found.append([])
        for folder, names in there:
            fitting = [name for name in names.get(word, ()) if set(name.split("_")[:-1]) <= own]
            here = [folder / name for name in sorted(fitting, key=lambda name: (name.count("_"), name))]
            found[-1] += [each for each in here if each.is_file()]
    return found


def merged(path: Path, suffix: str) -> dict[str, Any]:
    """What the JSON sidecars of a data file say together; the nearer one goes first.

    Raises
    ------
    ReadError
        Where one is not a JSON object.
    """
    result: dict[str, Any] = {}
    for each in applying(path, suffix, ".json"):
        try:
            said = json.loads(content(each).decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise ReadError(f"sidecar {each.name} is not JSON: {error}") from error
        if not isinstance(said, dict):
            raise ReadError(f"sidecar {each.name} holds {type(said).__name__}, expected an object")
        result |= said
    return result


def number(said: Any) -> float | None:
    """What a sidecar says as a finite number; None where it is none (true and false are none)."""
    if isinstance(said, bool) or not isinstance(said, int | float):
        return None
    # A whole number of JSON may be longer than any float.
    return float(said) if abs(said) <= sys.float_info.max else None


def study_folder(path: Path, marks: Sequence[str] = ("dataset_description.json",)) -> Path:
    """The folder of the study that a recording lies in: the nearest that holds its `sub-` folder or a file of `marks`.

    Where there is none it is the recording's own: what lies above is nobody's.
    """
    for folder, above in itertools.pairwise(path.parents):
        if folder.name.startswith("sub-"):
            return above
        if any((folder / name).is_file() for name in marks):
            return folder
    return path.parent


def _folders(path: Path) -> list[Path]:
    """Folders from the dataset's root down to the file's own."""
    root = study_folder(path)
    return [*itertools.takewhile(lambda folder: folder != root, path.parents), root][::-1]


def _names(folder: Path) -> Mapping[str, Sequence[str]]:
    """Names in a folder by their last word, such as `events.tsv`; none of one that cannot be listed."""
    try:
        found = folder.stat()
        state = (found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev)
        settled = max(state[:2]) < time.time_ns() - SETTLED_NS
        return _listed(str(folder), state) if settled else _listed.__wrapped__(str(folder), state)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return {}


@lru_cache(maxsize=64)  # a study's recordings are looked at by folder, and the folders above hold every subject
def _listed(folder: str, state: tuple[int, ...]) -> Mapping[str, Sequence[str]]:  # noqa: ARG001 - what it is known by
    """Names in a folder whose times and identity are these."""
    result: dict[str, list[str]] = {}
    for name in os.listdir(folder):  # noqa: PTH208 - names are all that is needed
        result.setdefault(name.rpartition("_")[2], []).append(name)
    return result
