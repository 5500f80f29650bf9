"""The code a stage may run, found statically, and its hash: what makes a result stale when the code changes.

Every `import` anywhere in a module counts, also one inside a function, and so does a data file beside the module that
it names. The package's own `__init__` is never followed: it offers everything.
"""

from __future__ import annotations

import ast
import hashlib
import re
import sys
import time
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from .errors import ConfigError

ROOT = Path(__file__).parent
DATA_SUFFIXES = (".tsv", ".json", ".npz")
DYNAMIC = frozenset({"import_module", "__import__", "exec", "eval"})
STARTED_S = time.time()
TELLING = re.compile(rf"\b({'|'.join(DYNAMIC)})\b|{'|'.join(map(re.escape, DATA_SUFFIXES))}".encode())
"""A module whose text has none of these imports nothing dynamically and names no data file."""
STATEMENT = re.compile(rb"^[ \t]*((?:from[ \t]+\S+[ \t]+)?import\b[ \t]*(?:\([^)]*\)|[^\n;#]*))", re.MULTILINE)
"""An import that begins its line, which is where each of ours stands (a test looks): much faster than a whole parse."""
LENGTH = 12
"""Hexadecimal digits that a module's hash is kept with."""


def closure(start: str, skip: Iterable[str] = ()) -> dict[str, Path]:
    """Modules of this package that `start` (such as "detection" or "acquisition.bids") may run.

    Parameters
    ----------
    start : str
        Dotted name below the package.
    skip : iterable of str
        Modules not to enter (the other readers, say).

    Returns
    -------
    dict of str to Path
        File of each module and of each data file it names, by dotted name or file name.

    Raises
    ------
    ImportError
        Where a module imports dynamically: its code could not be known.
    """
    todo, found, skipped = [start], {}, set(skip)
    while todo:
        name = todo.pop()
        path = _file(name)
        if path is None or name in found or name in skipped:
            continue
        found[name] = path
        imports, data = _reached(name, path)
        todo += imports
        found.update({each.name: each for each in data})
    return found


@cache
def hashes(start: str, skip: tuple[str, ...] = ()) -> dict[str, str]:
    """Hash of the LF-normalised source of each file of `closure(start, skip)`."""
    return {name: _hash(path) for name, path in sorted(closure(start, skip).items())}


def own(names: Iterable[str]) -> dict[str, str]:
    """Hash of the source of some modules alone, not of what they import."""
    return {name: _hash(path) for name in names if (path := _file(name))}


@cache
def _hash(path: Path) -> str:
    _check_loaded(path)
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()[:LENGTH]


def _check_loaded(path: Path) -> None:
    """That a module was not edited after it was loaded: its source would not be the code that runs."""
    name = ".".join([ROOT.name, *path.relative_to(ROOT).with_suffix("").parts]).removesuffix(".__init__")
    loaded = getattr(sys.modules.get(name), "__file__", None)
    if loaded and Path(loaded) == path and path.stat().st_mtime > STARTED_S:
        raise ConfigError(f"{path.name} was changed while mep-pipeline was running; start Python anew")


@cache
def _file(name: str) -> Path | None:
    path = ROOT.joinpath(*name.split(".")) if name else ROOT
    candidates = (path.with_suffix(".py"), path / "__init__.py") if name else ()
    return next((each for each in candidates if each.is_file()), None)


@cache
def _reached(name: str, path: Path) -> tuple[tuple[str, ...], tuple[Path, ...]]:
    """Modules that a module imports, and data files that it names."""
    source = path.read_bytes()
    nodes = list(ast.walk(ast.parse(source)) if TELLING.search(source) else _import_statements(source))
    return tuple(_imports(nodes, name, path)), tuple(_data_files(nodes, path))


def _import_statements(source: bytes) -> Iterator[ast.AST]:
    """The imports of a module, wherever they stand, and lines of its texts that read like one."""
    found = [each.replace(b"\r\n", b"\n") for each in STATEMENT.findall(source)]
    try:
        yield from ast.parse(b"\n".join(found)).body
    except SyntaxError:  # a line of some text
        yield from ast.walk(ast.parse(source))


def _imports(nodes: Iterable[ast.AST], name: str, path: Path) -> Iterator[str]:
    """Dotted names below the package that a module imports."""
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (
                each.name.removeprefix(f"{ROOT.name}.") for each in node.names if each.name.startswith(f"{ROOT.name}.")
            )
        elif isinstance(node, ast.ImportFrom):
            yield from _imported_from(node, package)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in DYNAMIC:
            raise ImportError(f"{path.name}:{node.lineno}: a dynamic import; a stage's code must be known beforehand")


def _imported_from(node: ast.ImportFrom, package: list[str]) -> Iterator[str]:
    module = (node.module or "").split(".") if node.module else []
    if node.level:
        base = package[: len(package) - node.level + 1] + module
    elif module[:1] == [ROOT.name]:
        base = module[1:]
    else:
        return
    yield ".".join(base)
    yield from (".".join([*base, each.name]) for each in node.names)


def _data_files(nodes: Iterable[ast.AST], path: Path) -> Iterator[Path]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith(DATA_SUFFIXES):
            beside = path.with_name(Path(node.value).name)
            if beside.is_file():
                yield beside
