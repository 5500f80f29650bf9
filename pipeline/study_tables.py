"""Tables of a study (recordings, participants, sessions): rows of words with their line numbers, and legal labels."""

from __future__ import annotations

import csv
import os
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from .errors import ConfigError, did_you_mean

Row = tuple[int, dict[str, str]]
"""A line of a table: its number in the file, and its cells by column; n/a is empty."""


def read(table: Path, needed: Iterable[str]) -> list[Row]:
    """Rows of a TSV with their line numbers; n/a is empty, empty lines are passed over.

    Raises
    ------
    ConfigError
        Where it is not UTF-8, lacks a column that is needed, names one twice, or a row is longer than the header.
    """
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter="\t")
            lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except UnicodeDecodeError:
        raise ConfigError(f"{table.name}: cannot be read as a table: it is not UTF-8 text") from None
    except (OSError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"{table.name}: cannot be read as a table: {reason}") from None
    names = lines[0][1] if lines else []
    for name in needed:
        if name not in names:
            raise ConfigError(f"{table.name}: no column {name!r}; {did_you_mean(name, names, 'It has')}")
    if twice := [name for name in names if names.count(name) > 1]:
        raise ConfigError(f"{table.name}: column {twice[0]!r} stands twice")
    for line, cells in lines[1:]:
        if len(cells) > len(names):
            raise ConfigError(f"{table.name}:{line}: {len(cells)} cells, the header has {len(names)} columns")
    cleaned = [(line, ["" if cell == "n/a" else cell for cell in cells]) for line, cells in lines[1:]]
    padded = [(line, cells + [""] * (len(names) - len(cells))) for line, cells in cleaned if any(cells)]
    return [(line, dict(zip(names, cells, strict=True))) for line, cells in padded]


def check_once(table: str, kind: str, found: Iterable[tuple[str, str]]) -> None:
    """That no name stands twice among (place, name) pairs; `ConfigError` with both places."""
    first: dict[str, str] = {}
    for place, name in found:
        if name in first:
            raise ConfigError(f"{table}: {kind} {name!r} stands twice: {first[name]} and {place}")
        first[name] = place


def check_open(folders: Iterable[Path]) -> None:
    """That folders can be listed: what is in a closed one would be missing without a word."""
    closed = [each for each in folders if each.is_dir() and not os.access(each, os.R_OK | os.X_OK)]
    if closed:
        raise ConfigError("\n".join(f"{each}: this folder cannot be read: permission denied" for each in closed))


def inside(folder: Path, file: str, where: str) -> Path:
    """The path of a file that a table names, which must lie below the table's folder."""
    path = Path(os.path.normpath(folder.absolute() / file.replace("\\", "/")))
    if not file or not path.is_relative_to(os.path.normpath(folder.absolute())):
        raise ConfigError(f"{where}: file {file!r}; expected the path of a file below {folder}")
    return path


def label(text: str, entity: str = "") -> str:
    """The legal BIDS label in a text: its letters, digits and plus signs, without `sub-` or the like before them.

    It is empty where the text holds no letter or digit.
    """
    bare = text.strip().removeprefix(f"{entity}-") if entity else text.strip()
    plain = unicodedata.normalize("NFKD", bare).encode("ascii", "ignore").decode()
    kept = re.sub(r"[^0-9a-zA-Z+]", "", plain)
    return kept if kept.strip("+") else ""
