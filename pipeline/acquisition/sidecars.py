"""Sidecars of a BIDS file: which apply to it by the inheritance principle, and what they say together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..errors import ReadError


def entities(name: str) -> dict[str, str]:
    """Entities of a BIDS file name without its ending, such as {"sub": "01", "task": "rest"}."""
    pairs = (part.partition("-") for part in name.split("_"))
    return {key: value for key, dash, value in pairs if dash}


def applying(path: Path, suffix: str, ending: str) -> list[Path]:
    """Files `*_<suffix><ending>` that apply to a data file, the most general first.

    One applies when it lies in the data file's folder or above it in the dataset, and the data file has each of its
    entities (BIDS 1.11, inheritance principle). The last is the one that counts for tables.
    """
    own = entities(path.stem)
    found = []
    for folder in _folders(path):
        here = [each for each in folder.glob(f"*{suffix}{ending}") if each.stem.split("_")[-1] == suffix]
        fitting = [each for each in here if entities(each.stem).items() <= own.items()]
        found += sorted(fitting, key=lambda each: (len(entities(each.stem)), each.name))
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
            content = json.loads(each.read_text(encoding="utf-8-sig"))
        except ValueError as error:
            raise ReadError(f"sidecar {each.name} is not JSON: {error}") from error
        if not isinstance(content, dict):
            raise ReadError(f"sidecar {each.name} holds {type(content).__name__}, expected an object")
        result |= content
    return result


def _folders(path: Path) -> list[Path]:
    """Folders from the dataset's root down to the file's own."""
    parents = list(path.parents)
    subject = [n for n, folder in enumerate(parents) if folder.name.startswith("sub-")]
    described = [n for n, folder in enumerate(parents) if (folder / "dataset_description.json").is_file()]
    root = subject[-1] + 1 if subject else described[0] if described else 0
    return parents[: min(root, len(parents) - 1) + 1][::-1]
