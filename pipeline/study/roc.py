"""How well a number tells two groups of subjects apart: ROC curve, its area, cut-offs."""

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from ..errors import ConfigError, did_you_mean
from ..excitability import METRICS
from ..excitability.intervals import wilson
from ..excitability.pairing import named
from .cells import logarithmic, on_scale
from .effects import AreaInterval, Effect, auc
from .groups import VISITS
from .visits import OF_CELL, OF_VISIT, Visit, cells_of_visits, framed, with_group

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    **OF_CELL,
    **OF_VISIT,
    "positive": "group that is to be told from the others",
    "negative": "the others, joined by ,",
    "n_positive": "subjects of it with a value",
    "n_negative": "subjects of the others with a value",
    "direction": "higher or lower: on which side of a cut-off the positive group is taken to be",
    "auc": "area under the ROC curve in that direction",
    "auc_low": "lower limit of its 95 % interval",
    "auc_high": "upper limit of its 95 % interval",
    "kind": "youden: the cut-off that is best on these data; stated: one that the config states",
    "cutoff": "the cut-off, in `unit`: positive beyond it, negative at it",
    "sensitivity": "share of the positive group beyond the cut-off",
    "sensitivity_low": "lower limit of its 95 % interval",
    "sensitivity_high": "upper limit of its 95 % interval",
    "specificity": "share of the others that are not",
    "specificity_low": "lower limit of its 95 % interval",
    "specificity_high": "upper limit of its 95 % interval",
    "method": "how the numbers were made, and what was chosen on the same data",
    "status": "ok, or why numbers are missing",
}
"""Columns of the table, and what they mean."""

POSITIVE = "RLS"
METHOD = {
    "youden": "cut-off by Youden's index, chosen on the same data: sensitivity and specificity are too good, and their "
    "intervals do not know it",
    "stated": "cut-off as stated in the config",
}
AREA = {
    "score": "score interval of the area with DeLong's variance",
    "delong": "normal interval of the area with DeLong's variance",
}
SHARES = "Wilson intervals of shares"
CHOSEN = "direction chosen on the same data: the area is at least 0.5"


def roc(
    metrics: "pd.DataFrame",
    /,
    *,
    group: str = "group",
    positive: str = POSITIVE,
    negative: tuple[str, ...] = (),
    direction: Literal["either", "higher", "lower"] = "either",
    interval: AreaInterval = "score",
    cutoffs: tuple[tuple[str, str, float], ...] = (),
    visits: Visit = VISITS,
) -> "pd.DataFrame":
    """Area under the ROC curve of each cell at each visit, and cut-offs: the best on these data, and stated ones.

    Subjects of unknown group are left out. Where the study has no group of the default name the table is empty.

    Parameters
    ----------
    group : str
        Column that says which group a subject is in; a covariate may be one.
    positive : str
        Group that is to be told from the others.
    negative : tuple of str
        The others; empty for all other groups.
    direction : str
        Side of a cut-off on which the positive group is; either for the one that these data say.
    interval : str
        Interval of the area: score, or delong for the normal one that most papers report, which is too short in
        small groups; both from DeLong's variance.
    cutoffs : tuple of (str, str, float)
        Metric, convention and cut-off of each that is stated beforehand, such as one a paper reports.
    visits : tuple of str
        Columns that tell visits apart: session, arm, period, sequence, time_of_day, timepoint. Others are added where
        a subject would have several values of a cell.

    References
    ----------
    DeLong 1988, Biometrics 44:837; Youden 1950, Cancer 3:32; Wilson 1927. The score interval of the area: own, see
    `effects.auc`. Of cut-offs that are equally good the one with the highest sensitivity, halfway between two
    neighbouring values on the metric's scale: own.
    """
    known = with_group(metrics, group)
    labels = sorted(set(known["group"]) - {""})
    one, others = _sides(labels, positive, negative)
    _check(cutoffs, metrics)
    found: list[dict[str, Any]] = []
    if one is None or not others:
        return framed(found, COLUMNS)
    for names, values, own in cells_of_visits(known[known["group"].isin([one, *others])], visits):
        is_one = own == one
        told = {**names, "positive": one, "negative": ", ".join(others)}
        sides = _directed(values[is_one], values[~is_one], direction, interval)
        stated = [at for metric, convention, at in cutoffs if (metric, convention) == _of(names)]
        basis = "; ".join([AREA[interval], SHARES, *([CHOSEN] if direction == "either" else [])])
        log = logarithmic(names["metric"], names["unit"])
        found += [{**told, **row} for row in _rows(sides, stated, log, basis)]
    return framed(found, COLUMNS)


def _of(names: dict[str, Any]) -> tuple[str, str]:
    return names["metric"], names["convention"]


def _sides(labels: list[str], positive: str, negative: tuple[str, ...]) -> tuple[str | None, list[str]]:
    """The positive group and the others, as they are spelt."""
    one = named((positive,), labels)
    if one is None:
        if labels and positive != POSITIVE:
            raise ConfigError(f"roc.positive: no group {positive!r}; {did_you_mean(positive, labels)}")
        return None, []
    rest = [label for label in labels if label != one]
    for name in negative:
        if named((name,), rest) is None:
            raise ConfigError(f"roc.negative: no group {name!r}; {did_you_mean(name, rest)}")
    return one, [str(named((name,), rest)) for name in negative] or rest


def _check(cutoffs: tuple[tuple[str, str, float], ...], metrics: "pd.DataFrame") -> None:
    """That stated cut-offs are of metrics and conventions that exist, in this study or in any."""
    known = {(each.name, name) for each in METRICS for name in each.conventions}
    known |= set(zip(metrics["metric"], metrics["convention"], strict=True))
    for metric, convention, _ in cutoffs:
        if (metric, convention) not in known:
            name = f"{metric} {convention}"
            raise ConfigError(f"roc.cutoffs: no {name!r}; {did_you_mean(name, [' '.join(each) for each in known])}")


class Sides(NamedTuple):
    """The two sides of one cell at one visit."""

    positive: np.ndarray
    negative: np.ndarray
    direction: str
    """higher or lower: where the positive side is; "" where one side is empty."""
    area: Effect
    """Area in that direction."""


def _directed(positive: np.ndarray, negative: np.ndarray, direction: str, interval: AreaInterval) -> Sides:
    area = auc(negative, positive, interval)
    if np.isnan(area.value):
        return Sides(positive, negative, "", area)
    side = direction if direction != "either" else "lower" if area.value < 0.5 else "higher"
    area = Effect(1.0 - area.value, 1.0 - area.high, 1.0 - area.low) if side == "lower" else area
    return Sides(positive, negative, side, area)


def _rows(sides: Sides, stated: list[float], log: bool, basis: str) -> list[dict[str, Any]]:
    """The rows of one cell at one visit: one a cut-off."""
    n = len(sides.positive), len(sides.negative)
    told = {
        "n_positive": n[0], "n_negative": n[1], "direction": sides.direction,
        **dict(zip(("auc", "auc_low", "auc_high"), sides.area, strict=True)),
    }  # fmt: skip
    if not sides.direction:
        return [{**told, "kind": "youden", "method": "", "status": "no subject of one of the sides"}]
    apart = min(n) > 1 and sides.area.value in (0.0, 1.0)
    why = {"fewer than 2 subjects on a side: no interval of the area": min(n) < 2,
           "the sides do not overlap: no interval of the area": apart}  # fmt: skip
    status = "; ".join(text for text, holds in why.items() if holds) or "ok"
    cuts = [("youden", _best(sides, log)), *(("stated", at) for at in stated)]
    return [
        {**told, "kind": kind, "cutoff": at, **_shares(sides, at), "status": status,
         "method": f"{basis}; {METHOD[kind]}"}
        for kind, at in cuts
    ]  # fmt: skip


def _best(sides: Sides, log: bool) -> float:
    """The cut-off with the highest Youden index; NaN where all values are alike."""
    values = np.unique(np.concatenate([sides.positive, sides.negative]))
    if len(values) < 2:
        return np.nan
    scaled = on_scale(values, log and bool((values > 0).all()))
    cuts = (scaled[1:] + scaled[:-1]) / 2.0
    cuts = np.exp(cuts) if scaled is not values else cuts
    sensitivity, specificity = (_beyond(each, sides.direction, cuts).mean(axis=1) for each in sides[:2])
    youden = sensitivity - specificity
    best = np.flatnonzero(youden >= youden.max() - 1e-12)
    return float(cuts[best[np.argmax(sensitivity[best])]])


def _beyond(values: np.ndarray, direction: str, cuts: np.ndarray) -> np.ndarray:
    """(n_cuts, n) whether each value is on the positive side of each cut-off."""
    return values > cuts[:, None] if direction == "higher" else values < cuts[:, None]


def _shares(sides: Sides, cutoff: float) -> dict[str, float]:
    """Sensitivity and specificity at one cut-off, with intervals."""
    if np.isnan(cutoff):
        return {}
    positive, negative = sides[:2]
    hits, false = (int(_beyond(each, sides.direction, np.array([cutoff])).sum()) for each in (positive, negative))
    right = len(negative) - false
    low, high = wilson(hits, len(positive))
    least, most = wilson(right, len(negative))
    return {
        "sensitivity": hits / len(positive), "sensitivity_low": low, "sensitivity_high": high,
        "specificity": right / len(negative), "specificity_low": least, "specificity_high": most,
    }  # fmt: skip
