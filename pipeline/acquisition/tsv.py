"""Small tables beside a recording: words first, numbers where a column holds nothing else."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ReadError
from ..pulse_table import PULSE_COLUMNS
from .limits import MOST_CELLS, MOST_COLUMNS, content

if TYPE_CHECKING:
    import pandas as pd

MISSING = ("n/a", "")
"""How a table says that a value is missing."""


def read_tsv(path: Path) -> pd.DataFrame:
    """A tab-separated table of words, stripped, as they are written; its index is the line in the file.

    Raises
    ------
    ReadError
        Where it is no table: empty, not UTF-8, a row longer than the header, a column twice, or larger than `limits`
        say.
    """
    import pandas as pd

    try:
        text = content(path).decode("utf-8-sig")
        names, *rows = list(_lines(csv.reader(io.StringIO(text, newline=""), delimiter="\t", strict=True)))
    except UnicodeDecodeError:
        raise ReadError(f"{path.name} is not a table of UTF-8 text; save it as tab-separated text, UTF-8") from None
    except csv.Error as error:
        raise ReadError(f"{path.name} is not a table: {error}") from error
    except ValueError as error:
        raise ReadError(f"{path.name} {error}") from error
    cells = [each for _, each in rows]
    return pd.DataFrame(cells, columns=names[1], index=[line for line, _ in rows], dtype=str)


def _lines(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each line that says something, the first the header; ValueError where it is no such table."""
    names: list[str] = []
    n_cells = 0
    for cells in reader:
        full = [cell.strip() for cell in cells] + [""] * (len(names) - len(cells))
        if names and not any(full):
            continue
        n_cells += len(full)
        if not names:
            if not any(names := full):
                raise ValueError("begins with an empty line; expected a line of column names")
            if twice := [name for name, n in Counter(names).items() if n > 1]:
                raise ValueError(f"is no table: column {twice[0]!r} stands twice")
        if len(full) > len(names):
            raise ValueError(
                f"is not a table: line {reader.line_num} has {len(full)} cells, the header {len(names)} columns"
            )
        if len(names) > MOST_COLUMNS or n_cells > MOST_CELLS:
            raise ValueError(f"has {len(names)} columns and {n_cells} cells up to line {reader.line_num}, too many")
        yield reader.line_num, full
    if not names:
        raise ValueError("is empty; expected a table with a line of column names")


def typed(table: pd.DataFrame) -> pd.DataFrame:
    """A table of words with numbers where a column holds only these: n/a is NaN there and empty elsewhere.

    Columns of the pulse table stay words: `Trials` knows which of them are numbers, and says which trial's is not.
    """
    import pandas as pd

    columns: dict[str, Any] = {}
    for name in table:
        words = table[name]
        missing = words.isin(MISSING)
        numbers = pd.to_numeric(words.where(~missing), errors="coerce")
        numeric = name not in PULSE_COLUMNS and numbers.notna().any() and (numbers.notna() | missing).all()
        columns[str(name)] = numbers.astype(float) if numeric else words.replace("n/a", "")
    return pd.DataFrame(columns, index=table.index)
