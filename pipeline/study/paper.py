"""The tables of a study as a paper prints them: groups side by side, and the effects with their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .analyses import ACCEPTED
from .cells import CELL, VISIT

if TYPE_CHECKING:
    import pandas as pd

ROW = ("metric", "state", "side", "muscle", "level", "unit")
NAMED = ["metric", "muscle", "state", "pulse", "unit"]
INTERCEPT = "intercept"


def paper(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """A study's tables made short: what is there of Groups, Effects and Changes, by title.

    Groups: mean ± SD and number of subjects of each group at each visit. Effects: coefficients of the mixed models
    without the intercept, as percent where the model is of logarithms. Changes: the subjects' mean change.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The tables of study.h5.
    """
    own = {name: table[table["trials"] == ACCEPTED] for name, table in tables.items()}
    made = {
        "Mean ± SD (n)": _groups(own["groups"]) if "groups" in own else None,
        "Mean change [95 % interval]": _changes(own["changes"]) if "changes" in own else None,
        "Effects of mixed models [95 % interval]": _effects(own["models"]) if "models" in own else None,
    }
    return {title: table for title, table in made.items() if table is not None and len(table)}


def _groups(table: pd.DataFrame) -> pd.DataFrame:
    visits = [name for name in VISIT if (table[name] != "").any()]
    label = _joined(table, ["group", *visits])
    said = [
        f"{_short(mean)} ± {_short(sd)} ({n})" if np.isfinite(sd) else f"{_short(mean)} ({n})"
        for mean, sd, n in zip(table["mean"], table["sd"], table["n"].astype(int), strict=True)
    ]
    cells = _named(table).assign(label=label, said=said)
    order = list(dict.fromkeys(cells["label"]))
    rows = list(dict.fromkeys(cells[NAMED].itertuples(index=False, name=None)))
    wide = cells.pivot_table(index=NAMED, columns="label", values="said", aggfunc="first", sort=False, fill_value="")
    return wide.reindex(index=rows, columns=order).reset_index().fillna("")


def _effects(table: pd.DataFrame) -> pd.DataFrame:
    own = table[(table["term"] != "") & (table["coefficient"].str.lower() != INTERCEPT)]
    value = _with_interval(own, ("estimate", "ci_low", "ci_high"), own["scale"] == "log")
    return _named(own)[NAMED].assign(
        effect=own["coefficient"], value=value, p=_p(own["p"]), p_holm=_p(own["p_holm"]),
        n=own["n_subjects"].astype(int), status=own["status"],
    )  # fmt: skip


def _changes(table: pd.DataFrame) -> pd.DataFrame:
    visits = [name for name in VISIT if (table[name] != "").any()]
    value = _with_interval(table, ("change", "change_low", "change_high"), table["scale"] == "log")
    return _named(table)[NAMED].assign(
        who=_joined(table, ["group", *visits]), change=table["first"] + " to " + table["second"], value=value,
        srm=[_short(each) for each in table["srm"]], p=_p(table["p"]), p_holm=_p(table["p_holm"]),
        n=table["n"].astype(int),
    )  # fmt: skip


def _named(table: pd.DataFrame) -> pd.DataFrame:
    muscle = (table["side"] + " " + table["muscle"]).str.strip()
    return table[[*CELL, "unit"]].assign(muscle=muscle, pulse=table["level"])


def _joined(table: pd.DataFrame, names: list[str]) -> list[str]:
    return [" ".join(filter(None, map(str, row))) for row in table[names].itertuples(index=False)]


def _with_interval(table: pd.DataFrame, names: tuple[str, str, str], log: Any) -> list[str]:
    """Value and limits; of logarithms in percent."""
    values = table[list(names)].to_numpy(float)
    share = np.asarray(log, bool)[:, None]
    shown = np.where(share, 100.0 * np.expm1(np.where(share, values, 0.0)), values)
    unit = np.where(share[:, 0], " %", "")
    return [
        f"{_short(value)}{text} [{_short(low)} to {_short(high)}]"
        for (value, low, high), text in zip(shown, unit, strict=True)
    ]


def _p(values: pd.Series) -> list[str]:
    return ["" if np.isnan(p) else "< 0.001" if p < 0.001 else f"{p:.3f}" for p in values.to_numpy(float)]


def _short(value: float) -> str:
    if np.isnan(value):
        return "n/a"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
