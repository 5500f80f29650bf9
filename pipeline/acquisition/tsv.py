"""Small tables beside a recording: words first, numbers where a column holds nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ReadError
from ..pulse_table import PULSE_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

MISSING = ("n/a", "")
"""How a table says that a value is missing."""


def read_tsv(path: Path) -> pd.DataFrame:
    """A tab-separated table of words, stripped, as they are written; its index is the line in the file.

    Raises
    ------
    ReadError
        Where it is no table: empty, not UTF-8, a row longer than the header, a column twice.
    """
    import pandas as pd

    # Without a header pandas keeps repeated names as they are; blank lines are kept so that lines can be counted.
    options: dict[str, Any] = {"header": None, "dtype": str, "keep_default_na": False, "skip_blank_lines": False}
    try:
        table = pd.read_csv(path, sep="\t", encoding="utf-8-sig", index_col=False, **options)
    except pd.errors.EmptyDataError:
        raise ReadError(f"{path.name} is empty; expected a table with a line of column names") from None
    except UnicodeDecodeError:
        raise ReadError(f"{path.name} is not a table of UTF-8 text; save it as tab-separated text, UTF-8") from None
    except pd.errors.ParserError as error:
        raise ReadError(f"{path.name} is not a table: {str(error).strip()}") from error
    table = table.fillna("").apply(lambda column: column.str.strip())
    names = list(table.iloc[0])
    if twice := [name for name in names if names.count(name) > 1]:
        raise ReadError(f"{path.name}: column {twice[0]!r} stands twice")
    table = table.set_axis(names, axis="columns").set_axis(range(1, len(table) + 1), axis="index").iloc[1:]
    return table[(table != "").any(axis="columns")]


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
