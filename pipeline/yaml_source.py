"""YAML with a place for every key: strict reading, so that an error can say file, line and column."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.scalarbool import ScalarBoolean
from ruamel.yaml.scalarfloat import ScalarFloat
from ruamel.yaml.scalarint import ScalarInt

from .errors import ConfigError

Path_ = tuple[str | int, ...]
MOST_BYTES = 2**18
"""The longest file: 256 kB, overrides for thousands of subjects. Own choice; reading one takes seconds."""
MOST_DEEP = 20
"""How deep mappings and lists may lie in one another; a config needs six. Own choice."""


class Place(NamedTuple):
    """Where a key stands."""

    file: Path
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file.name}:{self.line}:{self.column}"


class Source(NamedTuple):
    """What a YAML file says, as plain Python values, and where it says it."""

    values: dict[str, Any]
    places: dict[Path_, Place]


def read(path: Path) -> Source:
    """Read a YAML 1.2 file whose top is a mapping.

    Raises
    ------
    ConfigError
        Where the file cannot be read, is not YAML, holds a key twice, a tag, an anchor, or no mapping, or is larger or
        deeper than a config is.
    """
    text = _text(path)
    try:
        _refuse(text, path)
        tree = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(path, mark.line + 1, mark.column + 1) if mark else path.name
        problem = " ".join((error.problem or error.context or "not YAML").split())
        raise ConfigError(f"{place}: {problem}") from None
    # ruamel's own errors, and what Python raises where it makes a date, number, letter or key that cannot be.
    except (YAMLError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise ConfigError(f"{path.name}: not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(tree, CommentedMap):
        found = "nothing" if tree is None else "a list" if isinstance(tree, CommentedSeq) else repr(tree)
        raise ConfigError(f"{path.name}:1:1: expected a mapping (`study: ...`), found {found}")
    try:
        return Source(_plain(tree), dict(_places(tree, (), path)))
    except ValueError as error:
        raise ConfigError(f"{path.name}: {error}") from None


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise ConfigError(
                f"{path}: cannot be read: it is larger than {MOST_BYTES >> 10} kB, far more than a config"
            )
        return content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"{path}: cannot be read: {reason}") from None


def _refuse(text: str, path: Path) -> None:
    """Refuse what could build objects, multiply its own size or lie too deep, before anything is built."""
    deep = 0
    for event in YAML(typ="rt").parse(text):
        deep += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        tag, anchor = getattr(event, "tag", None), getattr(event, "anchor", None)
        reasons = {
            f"tag {tag} is not allowed; state the value": tag is not None,
            f"anchor or alias {anchor!r} is not allowed; state the value": anchor is not None,
            "the key << is not allowed; state the values": getattr(event, "value", None) == "<<",
            "this is another version of YAML than 1.2": getattr(event, "version", None) not in (None, (1, 2)),
            f"this is more than {MOST_DEEP} levels deep": deep > MOST_DEEP,
        }
        for reason, holds in reasons.items():
            if holds:
                mark = event.start_mark
                raise ConfigError(f"{Place(path, mark.line + 1, mark.column + 1)}: {reason}")


def _plain(node: Any) -> Any:
    if isinstance(node, CommentedMap):
        return {str(_plain(key)): _plain(value) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        return [_plain(value) for value in node]
    if isinstance(node, int) and abs(node) >= 2**63:
        raise ValueError("a whole number is longer than 18 digits")
    if isinstance(node, str) and any("\ud800" <= letter <= "\udfff" for letter in node):
        raise ValueError(f"the text {str(node)[:60]!r} holds half a letter (\\ud800 to \\udfff)")
    for kind, plain in ((ScalarBoolean, bool), (ScalarFloat, float), (ScalarInt, int), (str, str)):
        if isinstance(node, kind):
            return plain(node)
    return node


def _places(node: Any, at: Path_, file: Path) -> Iterator[tuple[Path_, Place]]:
    if isinstance(node, CommentedMap):
        for key, value in node.items():
            line, column = node.lc.key(key)
            here = (*at, str(key))
            yield here, Place(file, line + 1, column + 1)
            yield from _places(value, here, file)
    elif isinstance(node, CommentedSeq):
        for index, value in enumerate(node):
            line, column = node.lc.item(index)
            yield (*at, index), Place(file, line + 1, column + 1)
            yield from _places(value, (*at, index), file)
