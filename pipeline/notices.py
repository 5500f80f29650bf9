"""What a user must know of recordings that were measured: counts, rejections, and what does not fit."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import excitability
from .flow import Recorded, Summarised
from .trials import PULSE_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

TOLD_BY = ("muscle", "side", "excluded", "reasons")
"""Columns of the rows that are looked at: picking rows of all of them takes a while."""
SILENCED = ("single", "paired", "nerve_tms")
"""Kinds of pulse that silence a contraction."""
LEAST_AFTER_MS = 400.0
"""An epoch in contraction that ends earlier may end before the silent period does."""
ALIKE = 0.75
"""How much alike (0 to 1) two names of columns are before one is taken for a slip of the other."""


def counts(made: Summarised) -> tuple[int, int]:
    """Trials used and rejected, over the muscles that metrics are computed for."""
    excluded = np.concatenate([_wanted(each)["excluded"].to_numpy(bool) for each in made.recorded])
    return int((~excluded).sum()), int(excluded.sum())


def notices(recorded: Sequence[Recorded]) -> list[str]:
    """What the user must know of recordings that were measured: columns, hot-spots, epochs, trials accepted."""
    said = []
    for each in recorded:
        said += [f"{each.name}: decision not applied: {text}" for text in _not_applied(each)]
        said += [f"{each.name}: {text}" for text in _near_misses(each.own["pulse_columns"])]
        said += [f"{each.name}: {text}" for text in _short(each)]
        aimed = each.rows.loc[each.rows["target"] == "not_target", ["hotspot_side", "hotspot_muscle"]].drop_duplicates()
        for spot in aimed[~_met(aimed, each.rows)].itertuples(index=False):
            there = ", ".join(sorted(set((each.rows["side"] + " " + each.rows["muscle"]).str.strip())))
            said.append(
                f"{each.name}: no recorded muscle is the hot-spot {' '.join(spot).strip()!r}; recorded: {there}"
            )
        for (muscle, side), rows in _wanted(each).groupby(["muscle", "side"]):
            accepted = int((~rows["excluded"]).sum())
            if accepted < 2:
                how_many = f"only 1 of {len(rows)}" if accepted else f"none of {len(rows)}"
                why = f" ({_reasons(rows)})" if rows["excluded"].any() else ""
                said.append(f"{each.name}: {how_many} trials of {f'{side} {muscle}'.strip()} accepted{why}")
    return said


def unasked(rows: pd.DataFrame, settings: Mapping[str, Any]) -> list[str]:
    """Pairs of pulses of one subject that no metric is made of, and what to write in the config.

    Parameters
    ----------
    rows : DataFrame
        The subject's rows.
    settings : mapping
        The section `excitability` of the config.
    """
    said = []
    for each in excitability.unasked_pairs(rows, settings):
        (name, isi_ms), *others = each.metrics
        where = f"{each.side} {each.muscle}".strip()
        asked = ", ".join(f"{value:g}" for value in isi_ms)
        besides = f" (or {', '.join(other for other, _ in others)})" if others else ""
        said.append(
            f"{each.n_trials} trials of {where} are pairs ({each.pulse}) {each.isi_ms:g} ms apart, and no metric asks "
            f"for that interval; where it is meant, state excitability: {{{name}: {{isi_ms: [{asked}]}}}}{besides}"
        )
    return said


def _not_applied(recorded: Recorded) -> list[str]:
    found: list[str] = json.loads(recorded.entry["decisions_not_applied"])
    return found


def _near_misses(pulses: Sequence[str]) -> list[str]:
    """Columns that are carried along but are spelt much like one that would be understood."""
    carried, open_ = sorted(set(pulses) - set(PULSE_COLUMNS)), sorted(set(PULSE_COLUMNS) - set(pulses))
    near = {name: difflib.get_close_matches(name, open_, n=1, cutoff=ALIKE) for name in carried}
    return [
        f"column {name!r} is carried but not understood; did you mean {found[0]!r}?"
        for name, found in near.items()
        if found
    ]


def _short(recorded: Recorded) -> list[str]:
    """That epochs in contraction end too early for a silent period, in one sentence for all muscles of a recording."""
    times_ms, rows = recorded.times_ms, recorded.rows
    if times_ms[-1] >= LEAST_AFTER_MS - 1.5 * (times_ms[1] - times_ms[0]):
        return []
    active = (rows["state"] == "active") & rows["pulse"].isin(SILENCED) & (rows["target"] != "not_target")
    if not active.any():
        return []
    muscles = ", ".join(sorted(set((rows.loc[active, "side"] + " " + rows.loc[active, "muscle"]).str.strip())))
    return [
        f"epochs of {muscles} in contraction end {times_ms[-1]:g} ms after the pulse; a silent period needs at least "
        f"{LEAST_AFTER_MS:g} ms, one that lasts longer than its epoch is censored. Cut longer epochs where the "
        f"recording holds them (acquisition: {{epoch_ms: [{times_ms[0]:g}, {LEAST_AFTER_MS:g}]}})"
    ]


def _met(aimed: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray:
    """Which hot-spots are the target of some row."""
    targets = rows.loc[rows["target"] != "not_target", ["hotspot_side", "hotspot_muscle"]].drop_duplicates()
    return np.array([(targets == spot).all(axis=1).any() for spot in aimed.to_numpy()], bool)


def message(made: Summarised, settings: Mapping[str, Any]) -> str:
    """What a run says of a subject that is done: rejections, too few trials, pairs of pulses that no metric is made of.

    Parameters
    ----------
    made : Summarised
        The subject.
    settings : mapping
        The section `excitability` of the config.
    """
    import pandas as pd

    said = [text for each in made.recorded for text in notices([each])]
    rows = pd.concat([_wanted(each) for each in made.recorded])
    rejected = [f"rejected: {_reasons(rows)}"] if rows["excluded"].any() else []
    return "; ".join([*said, *unasked(made.rows, settings), *rejected])


def _reasons(rows: pd.DataFrame) -> str:
    codes = rows.loc[rows["excluded"], "reasons"].str.split(";").explode()
    return ", ".join(f"{code} {count}" for code, count in codes.value_counts().sort_index().items())


def _wanted(recorded: Recorded) -> pd.DataFrame:
    return recorded.rows.loc[recorded.rows["target"] != "not_target", [*TOLD_BY]]
