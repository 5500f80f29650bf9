"""What is wrong with settings, in words that a reader who knows neither Python nor pydantic can act on."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import pydantic

from .errors import did_you_mean

At = tuple[str | int, ...]
"""Names and places in lists that lead to a setting."""
Problem = tuple[At, str]
"""Where something is wrong, and what."""

EXPECTED = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "finite_number": "a finite number",
    "float_parsing": "a number",
    "float_type": "a number",
    "greater_than": "a number greater than {gt:g}",
    "greater_than_equal": "a number greater than or equal to {ge:g}",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "less_than": "a number less than {lt:g}",
    "less_than_equal": "a number less than or equal to {le:g}",
    "list_type": "a list",
    "literal_error": "{expected}",
    "string_type": "text",
    "too_long": "a list of {max_length} or fewer",
    "too_short": "a list of {min_length} or more",
}
"""Type of a pydantic error -> what was expected."""

KEY = "[key]"
"""What pydantic puts behind a mapping's key that is itself wrong."""


class Fault(NamedTuple):
    """One thing that is wrong."""

    at: At
    fork: At | None
    """Where a setting that may be of several kinds stands; each kind then has a fault of its own."""
    text: str
    expected: str
    """Half of the text: what was expected; "" where it says something else."""
    found: str


def problems(error: pydantic.ValidationError, known: Collection[str], values: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with a mapping of settings, as (path, text) pairs.

    Parameters
    ----------
    error : pydantic.ValidationError
        What pydantic says.
    known : collection of str
        Names of the settings there are.
    values : mapping
        What was stated.
    """
    faults = [_fault(each, known, values) for each in error.errors()]
    furthest: dict[At, int] = {}
    for each in faults:
        if each.fork is not None:
            furthest[each.fork] = max(furthest.get(each.fork, 0), len(each.at))
    kept = [each for each in faults if each.fork is None or len(each.at) == furthest[each.fork]]
    by_place: dict[At, list[Fault]] = {}
    for each in kept:
        by_place.setdefault(each.at, []).append(each)
    return [(at, text) for at, own in by_place.items() for text in _texts(own)]


def not_a_mapping(value: Any, example: str = "") -> list[Problem]:
    """What is wrong with what should be a mapping, or nothing."""
    if value is None or isinstance(value, Mapping):
        return []
    return [((), f"expected a mapping{example}, but it is {shown(value)}")]


def located(at: Sequence[str | int], text: str) -> str:
    """A text with the names that lead to the setting; the last is left out where the text itself names it."""
    named = text.startswith(("no setting", "no section", "no method")) or (at and text.startswith(f"{at[-1]!r} is"))
    where = ".".join(map(str, at[:-1] if named else at))
    return f"{where}: {text}" if where else text


def shown(value: Any) -> str:
    """A stated value as a config has it, cut where it is long."""
    if value is None:
        return "empty"
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _fault(error: Any, known: Collection[str], values: Mapping[str, Any]) -> Fault:
    at, fork = _path(error, values)
    expected = EXPECTED.get(error["type"], "").format(**error.get("ctx", {}))
    found = shown(error["input"])
    name = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] == "extra_forbidden":
        return Fault(at, fork, f"no setting {name!r}; {did_you_mean(name, known, 'It has')}", "", found)
    if error["type"] == "missing":
        return Fault((*at, name), fork, f"{name!r} is missing; it must be stated", "", found)
    if name == KEY and error["type"] == "literal_error":
        names = re.findall(r"'([^']*)'", expected)
        return Fault(at, fork, f"no setting {at[-1]!r}; {did_you_mean(at[-1], names, 'It has')}", "", found)
    if not expected:
        text = error["msg"].removeprefix("Value error, ")
        text = f"{text[0].lower()}{text[1:]}"
        return Fault(at, fork, text if isinstance(error["input"], Mapping) else f"{text}, but it is {found}", "", found)
    hint = '; a label of digits stands in quotes, such as "07"' if _is_bare_label(error) else ""
    return Fault(at, fork, f"expected {expected}, but it is {found}{hint}", expected, found + hint)


def _path(error: Any, values: Any) -> tuple[At, At | None]:
    """The part of an error's place that stands in the values, and where it names a kind in between."""
    at: list[str | int] = []
    fork: At | None = None
    for name in error["loc"]:
        listed = isinstance(values, list | tuple) and isinstance(name, int) and name < len(values)
        if listed or (isinstance(values, Mapping) and name in values):
            values = values[name]
            at.append(name)
        elif name != KEY and error["type"] != "missing" and fork is None:
            fork = tuple(at)
    return tuple(at), fork


def _is_bare_label(error: Any) -> bool:
    return error["type"] == "string_type" and isinstance(error["input"], int) and not isinstance(error["input"], bool)


def _texts(faults: Sequence[Fault]) -> list[str]:
    """The texts of one place, those of several kinds joined to one."""
    kinds = [each for each in faults if each.fork is not None and each.expected]
    others = list(dict.fromkeys(each.text for each in faults if each not in kinds))
    if not kinds:
        return others
    expected = " or ".join(dict.fromkeys(each.expected for each in kinds))
    return [f"expected {expected}, but it is {max((each.found for each in kinds), key=len)}", *others]
