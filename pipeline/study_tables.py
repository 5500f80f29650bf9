"""Tables of a study (recordings, participants, sessions): rows of words with their line numbers, and legal labels."""

from __future__ import annotations

import csv
import io
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from .errors import ConfigError

MOST_BYTES = 2**27
"""The longest table: 128 MB, a million rows. Own choice, as the next one."""
MOST_CELLS = 2**24
MOST_NAME = 255
"""The longest name of a file on any usual file system, in bytes."""
Row = tuple[int, dict[str, str]]
"""A line of a table: its number in the file, and its cells by column; n/a is empty."""


def read(table: Path, needed: Iterable[str]) -> list[Row]:
    """Rows of a TSV with their line numbers; n/a is empty, empty lines are passed over.

    Raises
    ------
    ConfigError
        Where it is not UTF-8, lacks a column that is needed, names one twice, a row is longer than the header, or it is
        larger than a table of a study is.
    """
    lines = _lines(table)
    names = lines[0][1] if lines else []
    if len(names) * len(lines) > MOST_CELLS:
        raise ConfigError(f"{table.name}: {len(names)} columns and {len(lines)} rows, far more than a study's table")
    for name in needed:
        if name not in names:
            raise ConfigError(
                f"{table.name}: no column {name!r}, which it must have; it has: {', '.join(names) or 'none'}"
            )
    if twice := [name for name, n in Counter(names).items() if n > 1]:
        raise ConfigError(f"{table.name}: column {twice[0]!r} stands twice")
    for line, cells in lines:
        if len(cells) > len(names):
            raise ConfigError(f"{table.name}:{line}: {len(cells)} cells, the header has {len(names)} columns")
        if damaged := [cell for cell in cells if "\0" in cell]:
            raise ConfigError(f"{table.name}:{line}: a NUL character in the cell {damaged[0][:60]!r}; expected text")
    cleaned = [(line, ["" if cell == "n/a" else cell for cell in cells]) for line, cells in lines[1:]]
    padded = [(line, cells + [""] * (len(names) - len(cells))) for line, cells in cleaned if any(cells)]
    return [(line, dict(zip(names, cells, strict=True))) for line, cells in padded]


def _lines(table: Path) -> list[tuple[int, list[str]]]:
    """Number and cells of each line."""
    try:
        with table.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise ConfigError(f"{table.name}: cannot be read as a table: it is larger than {MOST_BYTES >> 20} MB")
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter="\t", strict=True)
        return [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except UnicodeDecodeError:
        raise ConfigError(f"{table.name}: cannot be read as a table: it is not UTF-8 text") from None
    except (OSError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"{table.name}: cannot be read as a table: {reason}") from None


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
    """The path of a file that a table names, which must lie below the table's folder.

    The path counts as it is written. Links of the file system are followed: laboratories keep raw data behind them, and
    only who may write in the study can make one.
    """
    path = Path(os.path.normpath(folder.absolute() / file.replace("\\", "/")))
    if len(file) > MOST_NAME or any(len(os.fsencode(part)) > MOST_NAME or "\0" in part for part in path.parts):
        raise ConfigError(f"{where}: file {file[:60]!r}...; no file can have this name")
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
