"""The tables of a study as a paper prints them: groups side by side, and the effects with their intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..excitability.references import REFERENCE
from .analyses import ACCEPTED
from .cells import CELL, VISIT

if TYPE_CHECKING:
    import pandas as pd

ROW = ("metric", "state", "side", "muscle", "level", "unit")
NAMED = ["metric", "muscle", "state", "pulse", "unit"]
INTERCEPT = "intercept"
SHAM = "sham"


def paper(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """A study's tables made short, by title: what is there of groups, differences, changes, effects, ROC, reliability.

    Groups: mean ± SD and number of subjects of each group at each visit. Differences, changes and effects (coefficients
    of the mixed models without the intercept) are in percent where they are of logarithms.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The tables of study.h5.
    """
    own = {name: table[table["trials"] == ACCEPTED] for name, table in tables.items()}
    made = {title: make(own[name]) for name, (title, make) in SHORT.items() if name in own and len(own[name])}
    return {title: table for title, table in made.items() if len(table)}


def _groups(table: pd.DataFrame) -> pd.DataFrame:
    table = table.assign(**{name: table[name].astype(str) for name in ("group", *VISIT)})
    visits = [name for name in VISIT if table[name].nunique() > 1]
    ranked = table.assign(
        late=~table["timepoint"].str.lower().isin(REFERENCE), real=table["arm"].str.lower() != SHAM
    ).sort_values(["group", "session", "real", "arm", "period", "time_of_day", "late", "timepoint"], kind="stable")
    label = _joined(table, ["group", *visits])
    order = list(dict.fromkeys(_joined(ranked, ["group", *visits])))
    said = [
        f"{_short(mean)} ± {_short(sd)} ({n})" if np.isfinite(sd) else f"{_short(mean)} ({n})"
        for mean, sd, n in zip(table["mean"], table["sd"], table["n"].astype(int), strict=True)
    ]
    cells = _named(table).assign(label=label, said=said)
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


def _differences(table: pd.DataFrame) -> pd.DataFrame:
    names = ("difference", "difference_low", "difference_high")
    return _named(table)[NAMED].assign(
        visit=_joined(table, list(VISIT)), difference_of=table["second"] + " - " + table["first"],
        value=_with_interval(table, names, table["scale"] == "log"), p=_p(table["p"]), p_holm=_p(table["p_holm"]),
        hedges_g=[_short(each) for each in table["hedges_g"]],
        n=table["n_second"].astype(str) + " - " + table["n_first"].astype(str),
    )  # fmt: skip


def _roc(table: pd.DataFrame) -> pd.DataFrame:
    value = _with_interval(table, ("auc", "auc_low", "auc_high"), np.zeros(len(table), bool))
    numbers = {name: [_short(each) for each in table[name]] for name in ("cutoff", "sensitivity", "specificity")}
    return _named(table)[NAMED].assign(visit=_joined(table, list(VISIT)), auc=value, **numbers, status=table["status"])


def _reliability(table: pd.DataFrame) -> pd.DataFrame:
    names = ("icc_agreement", "icc_agreement_low", "icc_agreement_high")
    return _named(table)[NAMED].assign(
        icc=_with_interval(table, names, np.zeros(len(table), bool)), sem=[_short(each) for each in table["sem"]],
        mdc95=[_short(each) for each in table["mdc95"]], scale=table["scale"], subjects=table["n_subjects"],
        repeats=table["repeats"], status=table["status"],
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


SHORT: Mapping[str, tuple[str, Callable[[pd.DataFrame], pd.DataFrame]]] = {
    "groups": ("Mean ± SD (n), of values as they are", _groups),
    "differences": ("Differences between groups [95 % interval]", _differences),
    "changes": ("Mean change [95 % interval]", _changes),
    "models": ("Effects of mixed models [95 % interval]", _effects),
    "roc": ("ROC: area [95 % interval], cut-off", _roc),
    "reliability": ("Reliability: ICC(2,1) [95 % interval]", _reliability),
}
"""Table -> its title and what makes it short, in the order of a paper."""
