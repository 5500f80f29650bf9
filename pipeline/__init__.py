"""mep-pipeline: raw TMS-EMG recordings to per-subject excitability metrics, from one config.

The way of the data, a folder a stage, in alphabetical order::

    acquisition -> conditioning -> detection -> excitability

`load` opens a recording (µV, pulse at 0 ms), `condition` cleans its epochs, `detect` measures each trial and muscle,
`summarise` turns one subject's rows into metrics. `run` does all of it for every subject of a study, as `mep run`
does; `read_results` reads what it wrote. Everything is loaded on first use.
"""

from __future__ import annotations

from typing import Any

__all__ = ["Trials", "condition", "detect", "load", "read_results", "run", "summarise"]

_HOMES = {
    "Trials": "trials",
    "condition": "conditioning",
    "detect": "detection",
    "load": "acquisition",
    "read_results": "store",
    "run": "batch",
    "summarise": "excitability",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module 'pipeline' has no attribute {name!r}; it has: {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted(__all__)
