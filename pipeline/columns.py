"""A method's signature is its schema: what it needs, what a config may set, what columns it gives and in what unit.

A *method* is a function whose positional-only parameters name what it needs (a signal, a window, another column),
whose keyword-only parameters are its settings with *the* defaults, and whose return annotation is a NamedTuple of the
columns it gives. Its numpydoc text says what each of them means. A *measure* is a name and the methods that can give
it, the default first. Annotations are read as they are, so modules of methods do not postpone them.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Collection, Mapping
from functools import cache
from graphlib import TopologicalSorter
from typing import Annotated, Any, Literal, get_args, get_origin

import docstring_parser
import pydantic

from . import faults
from .errors import ConfigError, did_you_mean

STRICT = pydantic.ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, allow_inf_nan=False)

UNITS = {
    "_uv_ms": "µV·ms",
    "_uv": "µV",
    "_ms": "ms",
    "_s": "s",
    "_hz": "Hz",
    "_mso": "%MSO",
    "_ma": "mA",
    "_percent": "%",
    "minutes_after": "min",
}
"""Ending of a name -> unit, the longest ending first."""

SECTIONS = {"param": "Parameters", "attribute": "Attributes", "other_param": "Other Parameters"}


@dataclasses.dataclass(frozen=True)
class Column:
    """One column of a table of results."""

    name: str
    unit: str
    meaning: str
    method: str = ""


@dataclasses.dataclass(frozen=True)
class Measure:
    """A name, and the methods that can give it; the first is the default."""

    name: str
    methods: tuple[Callable[..., Any], ...]

    @property
    def gives(self) -> tuple[str, ...]:
        """Names of the columns, the same for every method."""
        return gives(self.methods[0])

    def method(self, name: str) -> Callable[..., Any]:
        """The method of that name; an unknown one is an error that lists what there is."""
        for each in self.methods:
            if each.__name__ == name:
                return each
        raise ConfigError(f"{self.name}: no method {name!r}; {did_you_mean(name, (m.__name__ for m in self.methods))}")


def unit(name: str) -> str:
    """Unit of a column by the ending of its name; "" for words, flags and counts."""
    return next((unit for ending, unit in UNITS.items() if name.endswith(ending)), "")


@cache
def _signature(function: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(function)


def needs(function: Callable[..., Any]) -> tuple[str, ...]:
    """Names of the positional-only parameters: what a method needs."""
    parameters = _signature(function).parameters.values()
    return tuple(each.name for each in parameters if each.kind is each.POSITIONAL_ONLY)


def settings(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """The keyword-only parameters: what a config may set."""
    parameters = _signature(function).parameters.values()
    return {each.name: each for each in parameters if each.kind is each.KEYWORD_ONLY}


def gives(function: Callable[..., Any]) -> tuple[str, ...]:
    """Names of the columns a method gives."""
    return tuple(_signature(function).return_annotation._fields)


@cache
def summary(documented: Callable[..., Any]) -> str:
    """First sentence of a docstring."""
    text = docstring_parser.parse_from_object(documented).short_description or ""
    return " ".join(text.split())


@cache
def meanings(documented: Callable[..., Any]) -> Mapping[str, str]:
    """Name -> text of the parameters (of a function) or attributes (of a NamedTuple) its numpydoc text explains."""
    parsed = docstring_parser.parse(inspect.getdoc(documented) or "", docstring_parser.DocstringStyle.NUMPYDOC)
    entries = [each for each in parsed.params if each.args[0] in SECTIONS]
    return {
        name.strip(): " ".join((each.description or "").split())
        for each in entries
        for name in each.arg_name.split(",")
    }


@cache
def source(documented: Callable[..., Any]) -> str:
    """What the section References of a numpydoc text says."""
    parsed = docstring_parser.parse(inspect.getdoc(documented) or "", docstring_parser.DocstringStyle.NUMPYDOC)
    return " ".join(" ".join((each.description or "").split()) for each in parsed.meta if each.args == ["references"])


def described(function: Callable[..., Any]) -> tuple[Column, ...]:
    """The columns a method gives, each with unit, meaning and the method's name."""
    result = inspect.signature(function).return_annotation
    means = meanings(result)
    return tuple(Column(name, unit(name), means.get(name, ""), function.__name__) for name in result._fields)


def _from_yaml(annotation: Any) -> Any:
    """An annotation whose tuples may be written as lists: YAML knows no tuples, and a default must not change."""
    bare = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    return Annotated[annotation, pydantic.BeforeValidator(_as_tuple)] if get_origin(bare) is tuple else annotation


def _as_tuple(value: Any) -> Any:
    return tuple(map(_as_tuple, value)) if isinstance(value, list) else value


@cache
def settings_model(function: Callable[..., Any], choice: str = "") -> type[pydantic.BaseModel]:
    """Strict pydantic model of a method's settings, meanings from its docstring.

    `choice` names the extra field that holds the method's own name ("method"), for measures with several.
    """
    means = meanings(function)
    fields: dict[str, Any] = {
        name: (
            _from_yaml(each.annotation),
            pydantic.Field(default=each.default, description=means.get(name), validate_default=True),
        )
        if each.default is not each.empty
        else (_from_yaml(each.annotation), pydantic.Field(description=means.get(name)))
        for name, each in settings(function).items()
    }
    if choice:
        fields = {choice: (Literal[function.__name__], function.__name__), **fields}
    return pydantic.create_model(function.__name__, __config__=STRICT, __doc__=summary(function), **fields)


def validated(function: Callable[..., Any], values: Mapping[str, Any] | None, where: str) -> dict[str, Any]:
    """A method's settings, complete and checked.

    Parameters
    ----------
    function : callable
        The method.
    values : mapping, optional
        What a config states of them.
    where : str
        Their place in the config, for the error.

    Raises
    ------
    ConfigError
        All that is wrong with them, a line each.
    """
    model = settings_model(function)
    try:
        checked = model.model_validate(dict(values or {}))
    except pydantic.ValidationError as error:
        found = faults.problems(error, model.model_fields, dict(values or {}))
        raise ConfigError("\n".join(faults.located((where, *at), text) for at, text in found)) from None
    return {name: getattr(checked, name) for name in model.model_fields}


def choose(measure: Measure, values: Mapping[str, Any] | None, where: str) -> tuple[Callable[..., Any], dict[str, Any]]:
    """The method a config chooses for a measure (the first where it is silent), and its checked settings."""
    if values is not None and not isinstance(values, Mapping):
        raise ConfigError(
            f"{where}.{measure.name}: expected a mapping such as {{method: {measure.methods[0].__name__}}}"
        )
    values = dict(values or {})
    function = measure.method(values.pop("method", measure.methods[0].__name__))
    return function, validated(function, values, f"{where}.{measure.name}")


def order(chosen: Mapping[str, Callable[..., Any]], given: Collection[str]) -> list[str]:
    """Names of the measures in an order in which each finds what it needs.

    Parameters
    ----------
    chosen : mapping of str to function
        The method chosen for each measure.
    given : collection of str
        What is there before any measure: the signal, windows, pulse columns, notes.

    Raises
    ------
    ConfigError
        Where a method needs a column that nothing gives.
    """
    maker = {column: name for name, function in chosen.items() for column in gives(function)}
    for name, function in chosen.items():
        for need in needs(function):
            if need not in maker and need not in given:
                raise ConfigError(f"{name}: {function.__name__} needs {need!r}; {did_you_mean(need, {*given, *maker})}")
    graph = {name: {maker[need] for need in needs(each) if need in maker} for name, each in chosen.items()}
    return list(TopologicalSorter(graph).static_order())
