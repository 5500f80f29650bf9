"""What there is to choose from and to read, as tables, and the texts that are made from the code."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import (
    acquisition,
    columns,
    conditioning,
    config,
    definitions,
    design,
    detection,
    excitability,
    muscles,
    norm_table,
    sections,
    synthetic,
    tables,
)
from .study import analyses

if TYPE_CHECKING:
    import pandas as pd


def frame(what: str) -> pd.DataFrame:
    """One of the lists (`LISTS`), one row a thing."""
    import pandas as pd

    return pd.DataFrame(LISTS[what][0]())


def lists() -> pd.DataFrame:
    """The lists there are."""
    import pandas as pd

    return pd.DataFrame([{"list": name, "what": means} for name, (_, means) in {**LISTS, **TEXTS}.items()])


def text(what: str) -> str:
    """One of the texts (`TEXTS`)."""
    return TEXTS[what][0]()


def _settings(function: Callable[..., Any]) -> str:
    stated = columns.settings(function).values()
    return ", ".join(
        each.name if each.default is inspect.Parameter.empty else f"{each.name}={each.default}" for each in stated
    )


def _readers() -> list[dict[str, str]]:
    return [
        {
            "reader": each.name,
            "files": " ".join(each.suffixes),
            "what": columns.summary(each.read),
            "settings": _settings(each.read),
        }
        for each in acquisition.READERS
    ]


def _steps() -> list[dict[str, str]]:
    return [
        {
            "step": name,
            "default": "yes" if name in conditioning.DEFAULT else "",
            "what": columns.summary(step),
            "settings": _settings(step),
        }
        for name, step in conditioning.STEPS.items()
    ]


def _measures() -> list[dict[str, str]]:
    return [
        {
            "measure": measure.name,
            "method": method.__name__
            + (" (default)" if method is measure.methods[0] and len(measure.methods) > 1 else ""),
            "columns": ", ".join(measure.gives),
            "what": columns.summary(method),
            "settings": _settings(method),
        }
        for measure in detection.MEASURES
        for method in measure.methods
    ]


def _metrics() -> list[dict[str, Any]]:
    return [dict(each) for each in excitability.describe()]


def _muscles() -> list[dict[str, str]]:
    return [
        {
            "muscle": name,
            "limb": muscles.limb(name),
            "stimulus": stimulus,
            "response_ms": f"{window[0]:g} to {window[1]:g}",
            "artefact_until_ms": f"{each.artefact_ms[stimulus]:g}",
        }
        for name, each in muscles.shipped().items()
        if name == each.muscle
        for stimulus, window in each.response_ms.items()
    ]


def _norms() -> list[dict[str, str]]:
    return norm_table.listed()


def _parameters() -> list[dict[str, str]]:
    means = columns.meanings(synthetic.Parameters)
    return [
        {
            "parameter": each.name,
            "default": str(each.default),
            "unit": columns.unit(each.name),
            "what": means[each.name],
        }
        for each in dataclasses.fields(synthetic.Parameters)
    ]


def _analyses() -> list[dict[str, str]]:
    return [
        {"table": each.name, "what": columns.summary(each.function), "settings": _settings(each.function),
         "source": columns.source(each.function)}
        for each in analyses.ANALYSES
    ]  # fmt: skip


def _presets() -> list[dict[str, str]]:
    return [
        {"preset": name, "what": path.read_text(encoding="utf-8").splitlines()[0].lstrip("# ")}
        for name, path in config.presets().items()
    ]


LISTS: dict[str, tuple[Callable[[], list[dict[str, Any]]], str]] = {
    "readers": (_readers, "file formats that can be read"),
    "steps": (_steps, "steps of conditioning"),
    "measures": (_measures, "what is measured on each trial, by which methods"),
    "metrics": (_metrics, "metrics of a subject"),
    "muscles": (_muscles, "profiles of muscles that are known by name"),
    "norms": (_norms, "reference data of metrics that are shipped: norms, limits of plausibility, cut-offs"),
    "parameters": (_parameters, "parameters of mep simulate"),
    "analyses": (_analyses, "tables of a study, over all subjects"),
    "presets": (_presets, "configs to extend"),
    "design": (design.listed, "columns of the study's tables that describe subjects, visits and trials"),
}
"""Name of a list -> what makes its rows, and what it is."""

TEXTS: dict[str, tuple[Callable[[], str], str]] = {
    "definitions": (definitions.page, "every metric, convention, setting and status, as Markdown"),
    "results": (tables.page, "every column of a results file, as Markdown"),
    "defaults": (sections.default_yaml, "every key of a config at its default, as YAML"),
    "schema": (sections.json_schema, "the JSON Schema of a config"),
}
"""Name of a text -> what makes it, and what it is."""
