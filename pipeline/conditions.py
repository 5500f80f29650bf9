"""What each trial is: its paradigm, its condition, and whether the muscle is the one the stimulation aims at.

A *condition* names the pulse and nothing else: two trials share it where the same pulse was given. Muscle, state,
session and timepoint stand beside it in their own columns.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from annotated_types import Gt

from .columns import validated
from .errors import MeasureError, did_you_mean
from .muscles import short_name
from .trials import PULSES

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    "paradigm": "the protocol the trial belongs to, as declared; the kind of pulse where nothing is declared",
    "condition": "the pulse in one word: its kind, then interval and intensities where they are known",
    "target": "whether this muscle and side is the declared hot-spot: target, not_target, unknown",
    "state_assumed": "the state is not declared and is taken for rest",
}
"""Columns that `label` adds, and what they mean."""

AVERAGED_BY = ("state", "timepoint", "target", "condition")
"""What averages within a recording are told apart by, beside the muscle."""

FILLED = {"session": "", "timepoint": "", "state": "rest", "muscle": "", "side": "", "hotspot_muscle": "",
          "hotspot_side": "", "paradigm": ""}  # fmt: skip
"""Columns of the design, and what stands where nothing is declared."""

INTENSITY = (("intensity_mso", "{}mso"),)
PARTS = {
    "single": INTENSITY,
    "paired": (("isi_ms", "isi{}"), ("conditioning_mso", "cs{}"), ("intensity_mso", "ts{}")),
    "nerve": (("nerve_ma", "{}ma"),),
    "nerve_tms": (("isi_ms", "isi{}"), ("nerve_ma", "{}ma"), ("intensity_mso", "ts{}")),
    "nerve_pair": (("isi_ms", "isi{}"), ("nerve_ma", "{}ma")),
    "root": INTENSITY,
    "rtms": INTENSITY,
    "mvc": (),
    "none": (),
}
"""Kind of pulse -> what its condition says after the kind, each left out where it is unknown."""

CELL = ("paradigm", "session", "timepoint", "state", "condition", "muscle", "side")
MISSING = ("", "n/a", "nan", "None", "<NA>")


def label(
    rows: "pd.DataFrame",
    settings: Mapping[str, Any] | None = None,
    /,
    *,
    intensity_step_mso: Annotated[float, Gt(0)] = 1.0,
    isi_step_ms: Annotated[float, Gt(0)] = 0.1,
    current_step_ma: Annotated[float, Gt(0)] = 0.1,
) -> "pd.DataFrame":
    """Rows with `paradigm`, `condition`, `target` and `state_assumed`, and without gaps in the columns of the design.

    Parameters
    ----------
    rows : DataFrame
        One row a trial and muscle, as `detect` gives it. Only `pulse` and `muscle` are required.
    settings : mapping, optional
        The section `conditions` of a config; it stands above the keywords.
    intensity_step_mso : float
        Intensities of TMS that round to the same multiple of this are one condition.
    isi_step_ms : float
        The same for intervals between stimuli.
    current_step_ma : float
        The same for currents of a nerve stimulus.

    Returns
    -------
    DataFrame
        A copy. A column `condition` of the input is replaced: conditions are what the pulse was, whoever names them.

    Raises
    ------
    ConfigError
        Where a setting is unknown or wrong.
    MeasureError
        Where the rows lack `pulse` or `muscle`, or hold an unknown kind of pulse.
    """
    stated = {
        "intensity_step_mso": intensity_step_mso, "isi_step_ms": isi_step_ms, "current_step_ma": current_step_ma,
    }  # fmt: skip
    steps = validated(label, {**stated, **(settings or {})}, "conditions")
    _check(rows)
    filled = {name: _words(rows, name, default) for name, default in FILLED.items()}
    assumed = (_words(rows, "state", "") == "").to_numpy()
    if "state_assumed" in rows:
        assumed = assumed | rows["state_assumed"].to_numpy(bool)
    pulse = _words(rows, "pulse", "")
    own = rows.assign(**filled, state_assumed=assumed)
    return own.assign(
        paradigm=filled["paradigm"].where(filled["paradigm"] != "", pulse),
        condition=_conditions(
            own.assign(pulse=pulse), steps["intensity_step_mso"], steps["isi_step_ms"], steps["current_step_ma"]
        ),
        target=_targets(own),
    )


def labelled(rows: "pd.DataFrame") -> "pd.DataFrame":
    """Rows that bear labels, as they are; others with the labels that the default settings give."""
    return rows if set(COLUMNS) <= set(rows) else label(rows)


def counts(rows: "pd.DataFrame") -> "pd.DataFrame":
    """How many trials there are in each cell of the design.

    Parameters
    ----------
    rows : DataFrame
        One row a trial and muscle, labelled or not. Without a column `excluded` none is.

    Returns
    -------
    DataFrame
        paradigm, session, timepoint, state, condition, muscle, side, n (all trials), n_excluded (those of them that
        are excluded), in natural order.
    """
    rows = labelled(rows)
    excluded = rows["excluded"].to_numpy(bool) if "excluded" in rows else np.zeros(len(rows), bool)
    cells = rows.assign(excluded=excluded).groupby(list(CELL), sort=False)["excluded"]
    table = cells.agg(n="size", n_excluded="sum").reset_index()
    return table.sort_values(list(CELL), key=lambda column: column.map(natural), ignore_index=True)


@lru_cache(maxsize=4096)
def natural(text: str) -> tuple[str | float, ...]:
    """Sorting key that reads digits as numbers: ``single_95mso`` comes before ``single_110mso``."""
    parts = re.split(r"(\d+(?:\.\d+)?)", str(text))
    return tuple(float(part) if at % 2 else part for at, part in enumerate(parts))


def _check(rows: "pd.DataFrame") -> None:
    for name in ("pulse", "muscle"):
        if name not in rows:
            raise MeasureError(f"rows: no column {name!r}; {did_you_mean(name, rows.columns)}")
    if unknown := sorted(set(map(str, rows["pulse"])) - set(PULSES)):
        raise MeasureError(f"rows: pulse {unknown[0]!r} is unknown; {did_you_mean(unknown[0], PULSES)}")


def _words(rows: "pd.DataFrame", name: str, default: str) -> "pd.Series":
    import pandas as pd

    if name not in rows:
        return pd.Series(default, index=rows.index, dtype=object)
    words = rows[name].astype(object).where(rows[name].notna(), "").astype(str).astype(object)
    return words.where(~words.isin(MISSING), default)


def _conditions(rows: "pd.DataFrame", intensity: float, isi: float, current: float) -> np.ndarray:
    steps = {"intensity_mso": intensity, "conditioning_mso": intensity, "isi_ms": isi, "nerve_ma": current}
    numbers = rows.reindex(columns=list(steps)).astype(float)
    # half a step always rounds up: rint would send 54.5 and 55.5 to numbers two steps apart
    rounded = np.floor(numbers / np.array(list(steps.values())) + 0.5) * np.array(list(steps.values()))
    pulses = rounded.assign(pulse=rows["pulse"])
    code = pulses.groupby(list(pulses), dropna=False, sort=False).ngroup().to_numpy()
    texts = [_condition(each) for each in pulses.drop_duplicates().to_dict("records")]
    return np.array(texts, dtype=object)[code]


def _condition(pulse: Mapping[str, Any]) -> str:
    known = [template.format(f"{pulse[name]:g}") for name, template in PARTS[pulse["pulse"]] if pulse[name] >= 0]
    return "_".join([pulse["pulse"], *known])


def _targets(rows: "pd.DataFrame") -> np.ndarray:
    muscle, spot = _short(rows["muscle"]), _short(rows["hotspot_muscle"])
    side, aimed = rows["side"], rows["hotspot_side"]
    other_side = ((side != aimed) & (side != "") & (aimed != "")).to_numpy()
    both = np.isin(muscle, [name for name in set(muscle) if len(set(side[muscle == name])) > 1])
    undecided = (spot == "") | ((muscle == spot) & (aimed == "").to_numpy() & both)
    return np.select([undecided, (muscle == spot) & ~other_side], ["unknown", "target"], "not_target").astype(object)


def _short(names: "pd.Series") -> np.ndarray:
    short = {name: short_name(name) for name in set(names)}
    return np.array([short[name] for name in names], dtype=object)
