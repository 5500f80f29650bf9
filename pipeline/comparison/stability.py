"""How far each number of a study hangs on choices of the analysis, and which conclusions stay the same."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..conditions import natural

if TYPE_CHECKING:
    import pandas as pd

CELL = ("subject", "session", "timepoint", "state", "side", "muscle", "condition", "metric", "convention")
"""What names one number of one subject."""
KEPT = ("value", "unit", "ci_low", "ci_high", "n_used", "n_rejected", "status")
BETWEEN = ("session", "timepoint")
"""Columns of the design that a conclusion compares within a subject."""
BASE = "base"


def tidy(metrics: Mapping[tuple[str, str], pd.DataFrame], choices: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """One row a variant, subject and metric, with what was chosen in columns of its own.

    Parameters
    ----------
    metrics : mapping of (str, str) to DataFrame
        The metrics table of each variant and subject.
    choices : mapping of str to mapping
        What each variant chose for each setting.
    """
    import pandas as pd

    settings = list(dict.fromkeys(path for own in choices.values() for path in own))
    frames = []
    for (variant, subject), frame in metrics.items():
        known = (frame["status"] != "not_target") | frame["value"].notna()
        own = frame[known].assign(variant=variant, subject=subject)
        frames.append(own.assign(**{path: choices[variant].get(path, "") for path in settings}))
    columns = ["variant", *settings, *CELL, *KEPT]
    return pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)


def stability(table: pd.DataFrame) -> pd.DataFrame:
    """How far each number moves over the variants.

    Parameters
    ----------
    table : DataFrame
        What `tidy` gives.

    Returns
    -------
    DataFrame
        One row a subject and metric: `base` with its interval, n_variants beside the base in which it stands, n_values
        in which it is a number; low, median and high over these; within_interval, the share of them inside of the
        base's interval; and range_to_interval, high - low over the width of that interval (NaN where there is none).
    """
    import pandas as pd

    rows = []
    for cell, own in table.groupby(list(CELL), sort=False, dropna=False):
        base = own[own["variant"] == BASE]
        values = own.loc[own["variant"] != BASE, "value"].to_numpy(float)
        value, low, high = (base[name].iloc[0] if len(base) else math.nan for name in ("value", "ci_low", "ci_high"))
        rows.append((*cell, own["unit"].iloc[0], value, low, high, len(values), *_spread(values, low, high)))
    names = [*CELL, "unit", "base", "ci_low", "ci_high", "n_variants", "n_values", "low", "median", "high",
             "within_interval", "range_to_interval"]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def conclusions(table: pd.DataFrame) -> pd.DataFrame:
    """Which way each number goes between two sessions or timepoints, and in how many variants it does.

    Parameters
    ----------
    table : DataFrame
        What `tidy` gives.

    Returns
    -------
    DataFrame
        One row a metric and pair of sessions (or timepoints): n_subjects that have both in the base; `base`, the median
        over subjects of second - first there; n_variants beside it; low and high of that median over them; and
        same_direction, the share of them in which it has the base's sign.
    """
    import pandas as pd

    rows = []
    for between in BETWEEN:
        same = [name for name in CELL if name not in (between, "subject")]
        for cell, own in table.groupby(same, sort=False, dropna=False):
            levels = sorted(set(own[between]), key=natural)
            for at, first in enumerate(levels):
                for second in levels[at + 1 :]:
                    found = _medians(own, between, first, second)
                    if BASE in found:
                        rows.append((*_named(same, cell), f"{between} {first} -> {second}", *_direction(found)))
    names = ["metric", "convention", "cell", "contrast", "n_subjects", "base", "low", "high", "n_variants",
             "same_direction"]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def least_stable(found: pd.DataFrame, n: int = 10) -> pd.DataFrame:
    """The numbers that move most against the base's interval."""
    moving = found[found["high"] > found["low"]].sort_values("range_to_interval", ascending=False, na_position="last")
    shown = ["subject", "session", "state", "muscle", "condition", "metric", "convention", "unit", "base", "ci_low",
             "ci_high", "low", "high", "within_interval"]  # fmt: skip
    return moving[shown].head(n)


def turning(found: pd.DataFrame, n: int = 10) -> pd.DataFrame:
    """The conclusions whose direction not every variant shares, the least shared first."""
    return found[found["same_direction"] < 1].sort_values("same_direction", kind="stable").head(n)


def _spread(values: np.ndarray, low: float, high: float) -> tuple[Any, ...]:
    known = values[np.isfinite(values)]
    if not len(known):
        return 0, math.nan, math.nan, math.nan, math.nan, math.nan
    width = high - low
    inside = float(((known >= low) & (known <= high)).mean()) if width >= 0 else math.nan
    relative = float(np.ptp(known) / width) if width > 0 else math.nan
    return len(known), float(known.min()), float(np.median(known)), float(known.max()), inside, relative


def _medians(own: pd.DataFrame, between: str, first: str, second: str) -> dict[str, tuple[int, float]]:
    """Variant -> number of subjects with both, and the median of their differences."""
    sides = [own[own[between] == level].set_index(["variant", "subject"])["value"] for level in (first, second)]
    difference = (sides[1] - sides[0]).dropna()
    grouped = difference.groupby(level="variant")
    return {str(name): (len(each), float(each.median())) for name, each in grouped}


def _direction(found: Mapping[str, tuple[int, float]]) -> tuple[Any, ...]:
    n, base = found[BASE]
    medians = np.array([median for variant, (_, median) in found.items() if variant != BASE])
    if not len(medians):
        return n, base, math.nan, math.nan, 0, math.nan
    same = float((np.sign(medians) == np.sign(base)).mean())
    return n, base, float(medians.min()), float(medians.max()), len(medians), same


def _named(names: Sequence[str], cell: Iterable[Any]) -> tuple[str, str, str]:
    by_name = dict(zip(names, cell, strict=True))
    where = [str(by_name[name]) for name in names if name not in ("metric", "convention") and by_name[name]]
    return str(by_name["metric"]), str(by_name["convention"]), " ".join(where)
