"""The design of a simulated study: who comes when, what is done, and what is true, read from a YAML file."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pydantic

from .. import faults, yaml_source
from ..errors import ConfigError, did_you_mean
from .design_blocks import KINDS, Block, Pair, Pairs
from .design_checks import misfits
from .design_rows import rows
from .design_schema import Crossover, Design, Effect, Group, Label, Scale, Session, Stated, Timepoint, Where
from .parameters import Parameters
from .variability import Variability

__all__ = ["Design", "of_values", "read", "rows"]

MAPPED: Mapping[str, type[Stated]] = {"groups": Group, "scales": Scale}
LISTED: Mapping[str, type[Stated]] = {"sessions": Session, "timepoints": Timepoint, "blocks": Block, "effects": Effect}
WHOLE: Mapping[str, Any] = {"crossover": Crossover, "variability": Variability, "signal": Parameters}
NESTED: Mapping[type[Stated], tuple[str, type[Stated]]] = {Effect: ("where", Where), Pairs: ("pairs", Pair)}
WORDS = ("title", "sources")
SECTIONS = (*WORDS, *MAPPED, *LISTED, *WHOLE)
NEEDED = ("groups", "blocks")
ONCE = Timepoint.model_construct(label="", minutes_after=None)
"""The one timepoint of sessions that have no others."""
LABELS = pydantic.TypeAdapter(Label)


def read(path: Path | str) -> Design:
    """The design of a YAML file.

    Raises
    ------
    ConfigError
        Where the file cannot be read, or something in it is unknown, of the wrong kind or does not fit: all that is
        wrong, with file, line and column.
    """
    source = yaml_source.read(Path(path))
    design, problems = _design(source.values)
    if problems or design is None:
        raise ConfigError("\n".join(f"{_place(source, at)}: {faults.located(at, text)}" for at, text in problems))
    return design


def of_values(values: Mapping[str, Any]) -> Design:
    """The design of plain values, such as a YAML file holds; errors as `read`, without places."""
    design, problems = _design(values)
    if problems or design is None:
        raise ConfigError("\n".join(f"design: {faults.located(at, text)}" for at, text in problems))
    return design


def _place(source: yaml_source.Source, at: faults.At) -> str:
    for end in range(len(at), 0, -1):
        if (place := source.places.get(at[:end])) is not None:
            return str(place)
    return next(iter(source.places.values())).file.name


def _design(values: Mapping[str, Any]) -> tuple[Design | None, list[faults.Problem]]:
    problems: list[faults.Problem] = [
        ((name,), f"no section {name!r}; {did_you_mean(name, SECTIONS)}") for name in values if name not in SECTIONS
    ]
    problems += [((), f"no section {name!r}; it must be stated") for name in NEEDED if not values.get(name)]
    made: dict[str, Any] = {}
    for name, found in (*_words(values), *_pieces(values)):
        made[name] = [each for each, wrong in found if not wrong]
        problems += [problem for _, wrong in found for problem in wrong]
    if problems:
        return None, problems
    stated: dict[str, Any] = {
        **{name: made[name][0] for name in (*WORDS, *WHOLE) if made[name]},
        **{name: dict(zip(values.get(name) or {}, made[name], strict=True)) for name in MAPPED},
        **{name: tuple(made[name]) for name in LISTED},
    }
    stated["timepoints"] = stated["timepoints"] or (ONCE,)
    design = Design(**stated)
    return design, misfits(design)


Found = list[tuple[Any, list[faults.Problem]]]


def _words(values: Mapping[str, Any]) -> Iterator[tuple[str, Found]]:
    for name in WORDS:
        text = values.get(name, "")
        wrong: list[faults.Problem] = []
        if not isinstance(text, str):
            wrong = [((name,), f"expected text, but it is {faults.shown(text)}")]
        yield name, [(text, wrong)]


def _pieces(values: Mapping[str, Any]) -> Iterator[tuple[str, Found]]:
    """What is made of each section, and what is wrong with it."""
    for name in (*MAPPED, *LISTED, *WHOLE):
        stated: Any = values.get(name)
        if stated is None:
            yield name, []
        elif not isinstance(stated, list if name in LISTED else dict):
            kind = "a list" if name in LISTED else "a mapping"
            yield name, [(None, [((name,), f"expected {kind}, but it is {faults.shown(stated)}")])]
        elif name in WHOLE:
            yield name, [_made(WHOLE[name], stated, (name,))]
        elif name in MAPPED:
            yield name, [_labelled(MAPPED[name], stated[label], (name, label)) for label in stated]
        else:
            yield name, [_made(LISTED[name], each, (name, at)) for at, each in enumerate(stated)]


def _labelled(model: Any, stated: Any, at: faults.At) -> tuple[Any, list[faults.Problem]]:
    try:
        LABELS.validate_python(at[-1])
    except pydantic.ValidationError:
        return None, [(at, f"expected a label of letters and digits, but it is {faults.shown(at[-1])}")]
    return _made(model, stated, at)


def _made(model: Any, stated: Any, at: faults.At) -> tuple[Any, list[faults.Problem]]:
    """A piece of a design, checked, and what is wrong with it."""
    if not isinstance(stated, Mapping):
        return None, [(at, f"expected a mapping, but it is {faults.shown(stated)}")]
    if model is Block:
        kind = str(stated.get("kind"))
        if kind not in KINDS:
            return None, [((*at, "kind"), f"no kind of block {kind!r}; {did_you_mean(kind, KINDS)}")]
        model = KINDS[kind]
    if model in NESTED:
        name, piece = NESTED[model]
        inner = stated.get(name, {})
        parts = [((name, n), each) for n, each in enumerate(inner)] if isinstance(inner, list) else [((name,), inner)]
        wrong = [each for below, value in parts for each in _made(piece, value, (*at, *below))[1]]
        if wrong:
            return None, wrong
    names = list(getattr(model, "model_fields", None) or [each.name for each in dataclasses.fields(model)])
    if dataclasses.is_dataclass(model) and (unknown := [name for name in stated if name not in names]):
        return None, [((*at, name), f"no setting {name!r}; {did_you_mean(name, names, 'It has')}") for name in unknown]
    try:  # as JSON lists may become tuples, and nothing else may become anything
        return pydantic.TypeAdapter(model).validate_json(json.dumps(stated, default=str), strict=True), []
    except pydantic.ValidationError as error:
        return None, [((*at, *below), text) for below, text in faults.problems(error, names, stated)]
