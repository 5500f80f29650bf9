"""A methods paragraph of what was run, with its sources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .. import columns, conditioning, detection, excitability, versions

if TYPE_CHECKING:
    import pandas as pd


def paragraph(metrics: pd.DataFrame, settings: Mapping[str, str]) -> str:
    """How the numbers of a study were made, as Markdown: steps, detectors and metrics with their settings and sources.

    Parameters
    ----------
    metrics : DataFrame
        As `gathered` gives it: only metrics with a value are described.
    settings : mapping of str to str
        Sections of the config as JSON, as they hold for the first subject.
    """
    said = {name: json.loads(text) for name, text in settings.items()}
    valued = metrics[metrics["value"].notna()]
    parts = [
        f"EMG was analysed with {versions.OWN} {versions.own()}. What follows was generated from the settings that "
        f"were run; they hold for every subject but for the overrides of the config.",
        "## Conditioning\n\n" + "\n".join(_steps(said.get("conditioning", []))),
        "## Detection\n\n" + "\n".join(_measures(said.get("detection", {}))),
        "## Metrics\n\n" + "\n".join(_metrics(set(valued["metric"]), said.get("excitability", {}))),
    ]
    return "\n\n".join(["# Methods", *parts]) + "\n"


def _steps(stated: list[Any]) -> list[str]:
    pairs = [next(iter(each.items())) if isinstance(each, Mapping) else (each, {}) for each in stated]
    return [f"{n}. {_line(conditioning.STEPS[name], own or {})}" for n, (name, own) in enumerate(pairs, 1)]


def _measures(stated: Mapping[str, Any]) -> list[str]:
    lines = []
    for measure in detection.MEASURES:
        own = dict(stated.get(measure.name) or {})
        method = measure.method(own.pop("method", measure.methods[0].__name__))
        lines.append(f"- *{measure.name.replace('_', ' ')}*: {_line(method, own)}")
    return lines


def _metrics(there: set[str], stated: Mapping[str, Any]) -> list[str]:
    known = [each for each in excitability.METRICS if each.name in there]
    return [f"- *{each.name}*: {_line(each.function, stated.get(each.name) or {})}" for each in known]


def _line(function: Any, own: Mapping[str, Any]) -> str:
    """What a method does, its settings, its source."""
    settings = ", ".join(f"{name} {json.dumps(value)}" for name, value in own.items())
    source = columns.source(function)
    text = columns.summary(function).rstrip(".")
    return f"{text}{f' ({settings})' if settings else ''}.{f' Source: {source}' if source else ''}"
