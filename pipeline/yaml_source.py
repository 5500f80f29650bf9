"""YAML with a place for every key: strict reading, so that an error can say file, line and column."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarbool import ScalarBoolean
from ruamel.yaml.scalarfloat import ScalarFloat
from ruamel.yaml.scalarint import ScalarInt

from .errors import ConfigError

Path_ = tuple[str | int, ...]


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
        Where the file cannot be read, is not YAML, holds a key twice, a tag, an anchor, or no mapping.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"{path}: cannot be read: {reason}") from None
    try:
        _refuse_tags(text, path)
        tree = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(path, mark.line + 1, mark.column + 1) if mark else path.name
        problem = " ".join((error.problem or error.context or "not YAML").split())
        raise ConfigError(f"{place}: {problem}") from None
    except YAMLError as error:
        raise ConfigError(f"{path.name}: not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(tree, CommentedMap):
        found = "nothing" if tree is None else "a list" if isinstance(tree, CommentedSeq) else repr(tree)
        raise ConfigError(f"{path.name}:1:1: expected a mapping (`study: ...`), found {found}")
    return Source(_plain(tree), dict(_places(tree, (), path)))


def _refuse_tags(text: str, path: Path) -> None:
    for event in YAML(typ="rt").parse(text):
        tag = getattr(event, "tag", None)
        anchor = getattr(event, "anchor", None)
        if tag is not None or anchor is not None:
            mark = event.start_mark
            what = f"tag {tag}" if tag is not None else f"anchor or alias {anchor!r}"
            raise ConfigError(f"{Place(path, mark.line + 1, mark.column + 1)}: {what} is not allowed; state the value")


def _plain(node: Any) -> Any:
    if isinstance(node, CommentedMap):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        return [_plain(value) for value in node]
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
