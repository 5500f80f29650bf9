"""Versions of what computes: recorded with what they made, never part of a key."""

from __future__ import annotations

import platform
from functools import cache
from importlib import metadata

OWN = "mep-pipeline"
LIBRARIES = ("h5py", "mne", "numpy", "pandas", "scipy")


@cache
def own() -> str:
    """Version of this package."""
    return metadata.version(OWN)


@cache
def here(libraries: tuple[str, ...] = LIBRARIES) -> str:
    """Python and the libraries that numbers go through, as far as they are there, with their versions, joined by ;."""
    there = {each.name: each.version for name in libraries for each in metadata.distributions(name=name)}
    found = {"python": platform.python_version(), **{name: there[name] for name in libraries if name in there}}
    return ";".join(f"{name} {version}" for name, version in found.items())


def differing(recorded: str) -> list[str]:
    """Libraries whose version is another one here than was recorded, such as "numpy 1.26.4 -> 2.3.0"."""
    before, now = (dict(each.split(" ", 1) for each in text.split(";") if each) for text in (recorded, here()))
    return [f"{name} {before[name]} -> {now.get(name, 'none')}" for name in before if before[name] != now.get(name)]
