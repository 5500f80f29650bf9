"""A table with a row for each subject and visit and a column for each metric, as SPSS and JASP want it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

ROW = ["subject", "session", "timepoint"]
NAMED_BY = ("metric", "convention", "state", "side", "muscle", "condition")


def wide(metrics: pd.DataFrame, covariates: Sequence[str]) -> tuple[pd.DataFrame, dict[str, dict[str, str]]]:
    """Values of metrics side by side.

    Parameters
    ----------
    metrics : DataFrame
        As `gathered` gives it.
    covariates : sequence of str
        Columns of it that describe subject and visit.

    Returns
    -------
    table : DataFrame
        One row a subject, session and timepoint; NaN where a metric has no value there.
    columns : dict
        Name of each column of a metric -> metric, convention, state, side, muscle, condition and unit.
    """
    import pandas as pd

    cells = metrics[list(NAMED_BY)].drop_duplicates()
    words = _apart(["_".join(filter(None, map(_plain, row))) for row in cells.itertuples(index=False)])
    named = metrics.merge(cells.assign(column=words), on=list(NAMED_BY))
    order = list(dict.fromkeys(named["column"]))
    values = named.pivot_table(index=ROW, columns="column", values="value", aggfunc="first", dropna=False, sort=True)
    values = values.reindex(columns=order)
    seen = named.drop_duplicates(ROW).set_index(ROW)[list(covariates)]
    table = pd.concat([seen, values[values.index.isin(seen.index)]], axis=1).reset_index()
    first = named.drop_duplicates("column").set_index("column")[[*NAMED_BY, "unit"]]
    return table, {str(name): {str(key): str(text) for key, text in row.items()} for name, row in first.T.items()}


def _apart(names: Sequence[str]) -> list[str]:
    """Names, those that stand twice with a number behind."""
    seen: Counter[str] = Counter()
    told = []
    for name in names:
        seen[name] += 1
        told.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return told


def _plain(text: str) -> str:
    """A word as a part of a name that every program takes."""
    return "".join(each if each.isalnum() else "_" for each in str(text))
