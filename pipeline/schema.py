"""The pieces a config is made of: each checks its part, gives its defaults, its JSON Schema and its lines of YAML.

A check never raises: it returns the complete value and every problem found, as (path, text) pairs, so that all of
them can be said at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import pydantic

from . import columns, faults
from .columns import Measure
from .errors import did_you_mean
from .faults import Problem, not_a_mapping, shown
from .yaml_text import comment, flow, meaning


class Checked(NamedTuple):
    """A complete value and what is wrong with it."""

    value: Any
    problems: list[Problem]


class Piece(Protocol):
    """What every piece of a config can do."""

    def check(self, value: Any) -> Checked:
        """The value with defaults filled in, and its problems."""

    def json_schema(self) -> dict[str, Any]:
        """Its JSON Schema."""

    def yaml(self, indent: str) -> Iterator[str]:
        """Its defaults as lines of commented YAML."""


@dataclass(frozen=True)
class Fields:
    """A mapping that a strict pydantic model describes."""

    model: type[pydantic.BaseModel]

    def check(self, value: Any) -> Checked:
        """The value with defaults filled in, and its problems."""
        if wrong := not_a_mapping(value):
            return Checked({}, wrong)
        try:
            model = self.model.model_validate(dict(value or {}), strict=True)
        except pydantic.ValidationError as error:
            return Checked({}, faults.problems(error, self.model.model_fields, value or {}))
        return Checked(model.model_dump(mode="json"), [])

    def json_schema(self) -> dict[str, Any]:
        """Its JSON Schema."""
        # What must be stated is left to `check`: what one file leaves out may stand in the one it extends.
        return {key: each for key, each in _inlined(self.model.model_json_schema()).items() if key != "required"}

    def yaml(self, indent: str) -> Iterator[str]:
        """Its defaults as lines of commented YAML."""
        for name, field in self.model.model_fields.items():
            yield from comment(meaning(name, field.description), indent)
            if field.is_required():
                yield f"{indent}# {name}: (to be stated)"
            else:
                default = field.get_default(call_default_factory=True)
                yield f"{indent}{name}: {flow(default)}"


@dataclass(frozen=True)
class Choice:
    """A measure: a method by name (the first where none is named) with that method's settings."""

    measure: Measure

    def check(self, value: Any) -> Checked:
        """The value with defaults filled in, and its problems."""
        if wrong := not_a_mapping(value, f" such as {{method: {self._names()[0]}}}"):
            return Checked({}, wrong)
        rest = dict(value or {})
        stated = rest.pop("method", None)
        name = self._names()[0] if stated is None else stated
        if name not in self._names():
            return Checked({}, [(("method",), f"no method {shown(name)}; {did_you_mean(name, self._names())}")])
        checked = self._fields(name).check(rest)
        said = [(at, f"{text} (method {name})" if "no setting" in text else text) for at, text in checked.problems]
        return Checked({"method": name, **checked.value}, said)

    def json_schema(self) -> dict[str, Any]:
        """Its JSON Schema."""
        options = [_named(self._fields(name).json_schema(), name, name == self._names()[0]) for name in self._names()]
        return options[0] if len(options) == 1 else {"oneOf": options}

    def yaml(self, indent: str) -> Iterator[str]:
        """Its defaults as lines of commented YAML."""
        for method in self.measure.methods:
            first = method is self.measure.methods[0]
            yield from comment(columns.summary(method), indent + ("" if first else "# "))
            yield f"{indent}{'' if first else '# '}method: {method.__name__}"
            for line in self._fields(method.__name__).yaml(indent):
                yield line if first else f"{indent}# {line.removeprefix(indent)}"

    def _names(self) -> list[str]:
        return [method.__name__ for method in self.measure.methods]

    def _fields(self, name: str) -> Fields:
        return Fields(columns.settings_model(self.measure.method(name)))


@dataclass(frozen=True)
class Section:
    """A mapping of known names, each a piece, beside the fields of an optional model."""

    pieces: Mapping[str, Piece]
    fields: Fields | None = None
    meanings: Mapping[str, str] | None = None
    beside: Sequence[str] = ()  # further names that may stand in it, read elsewhere

    def check(self, value: Any) -> Checked:
        """The value with defaults filled in, and its problems."""
        if wrong := not_a_mapping(value):
            return Checked({}, wrong)
        own = {name: each for name, each in (value or {}).items() if name in self._own_names()}
        known = [*self._own_names(), *self.pieces]
        problems: list[Problem] = [
            ((name,), f"no setting {name!r}; {did_you_mean(name, [*known, *self.beside], 'It has')}")
            for name in value or {}
            if name not in known
        ]
        checked = self.fields.check(own) if self.fields else Checked({}, [])
        result, problems = dict(checked.value), problems + checked.problems
        for name, piece in self.pieces.items():
            part = piece.check((value or {}).get(name))
            result[name] = part.value
            problems += [((name, *path), text) for path, text in part.problems]
        return Checked(result, problems)

    def json_schema(self) -> dict[str, Any]:
        """Its JSON Schema."""
        own = self.fields.json_schema().get("properties", {}) if self.fields else {}
        return _object({**own, **{name: piece.json_schema() for name, piece in self.pieces.items()}})

    def yaml(self, indent: str) -> Iterator[str]:
        """Its defaults as lines of commented YAML."""
        if self.fields:
            yield from self.fields.yaml(indent)
        for name, piece in self.pieces.items():
            yield from comment((self.meanings or {}).get(name, ""), indent)
            lines = list(piece.yaml(indent + "  "))
            live = any(not line.lstrip().startswith("#") for line in lines)
            yield f"{indent}{name}:" + ("" if live else " {}")
            yield from lines

    def _own_names(self) -> list[str]:
        return list(self.fields.model.model_fields) if self.fields else []


@dataclass(frozen=True)
class Each:
    """A mapping of any names, each described by the same piece."""

    piece: Piece
    meaning: str

    def check(self, value: Any) -> Checked:
        """The value with defaults filled in, and its problems."""
        if wrong := not_a_mapping(value):
            return Checked({}, wrong)
        parts = {name: self.piece.check(each) for name, each in (value or {}).items()}
        problems = [((name, *path), text) for name, part in parts.items() for path, text in part.problems]
        return Checked({name: part.value for name, part in parts.items()}, problems)

    def json_schema(self) -> dict[str, Any]:
        """Its JSON Schema."""
        return {"type": "object", "description": self.meaning, "additionalProperties": self.piece.json_schema()}

    def yaml(self, indent: str) -> Iterator[str]:
        """Its defaults as lines of commented YAML."""
        yield from comment(f"{self.meaning}, each with:", indent)
        yield from (f"{indent}# {line.removeprefix(indent)}" for line in self.piece.yaml(indent))


@dataclass(frozen=True)
class Steps:
    """A list of steps in the order they are done, each a name or a name with its settings."""

    steps: Mapping[str, Callable[..., Any]]
    default: Sequence[str]

    def check(self, value: Any) -> Checked:
        """The value with defaults filled in, and its problems."""
        if value is None:
            value = list(self.default)
        if not isinstance(value, list):
            return Checked([], [((), f"expected a list of steps, but it is {shown(value)}")])
        result: list[Any] = []
        problems: list[Problem] = []
        for index, item in enumerate(value):
            name, settings = _step(item)
            if name is None or name not in self.steps:
                wrong = f"expected a step (its name, or its name and settings), but it is {shown(item)}"
                text = wrong if name is None else f"no step {name!r}; {did_you_mean(name, self.steps)}"
                problems.append(((index,), text))
                continue
            part = Fields(columns.settings_model(self.steps[name])).check(settings)
            result.append({name: part.value})
            problems += [((index, name, *path), text) for path, text in part.problems]
        return Checked(result, problems)

    def json_schema(self) -> dict[str, Any]:
        """Its JSON Schema."""
        one = [_object({name: Fields(columns.settings_model(step)).json_schema()}) for name, step in self.steps.items()]
        return {"type": "array", "items": {"anyOf": [{"enum": list(self.steps)}, *one]}}

    def yaml(self, indent: str) -> Iterator[str]:
        """Its defaults as lines of commented YAML."""
        for name in self.default:
            yield from comment(columns.summary(self.steps[name]), indent)
            lines = list(Fields(columns.settings_model(self.steps[name])).yaml(indent + "    "))
            yield f"{indent}- {name}:" + ("" if lines else " {}")
            yield from lines


def _step(item: Any) -> tuple[str | None, Any]:
    """Name and settings of a step; no name where it is none."""
    if isinstance(item, Mapping) and len(item) == 1:
        return next(iter(item.items()))
    return (item, None) if isinstance(item, str) else (None, None)


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _named(schema: dict[str, Any], name: str, default: bool) -> dict[str, Any]:
    schema = {**schema, "properties": {"method": {"const": name}, **schema.get("properties", {})}}
    return schema if default else {**schema, "required": ["method"]}


def _inlined(schema: Any, definitions: Mapping[str, Any] | None = None) -> Any:
    """A pydantic schema with its `$ref`s replaced by what they point at: nothing here is recursive."""
    if isinstance(schema, dict):
        known = schema.get("$defs", definitions or {})
        if "$ref" in schema:
            return _inlined(known[schema["$ref"].rpartition("/")[2]], known)
        return {name: _inlined(each, known) for name, each in schema.items() if name not in ("$defs", "title")}
    return [_inlined(each, definitions) for each in schema] if isinstance(schema, list) else schema
