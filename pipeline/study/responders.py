"""Who responded, under a rule that the config names, and under none where it names none."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import numpy as np
from annotated_types import Gt

from ..design import SCALES
from ..errors import ConfigError, did_you_mean
from ..excitability.references import REFERENCE
from .cells import CELL
from .paired import COLUMNS as PAIRED
from .paired import Sessions, changes_of_subjects
from .reliability import reliability
from .visits import framed

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    **PAIRED,
    "limit_low": "a change below this responds, on `scale`; NaN where none does",
    "limit_high": "a change above this responds, on `scale`; NaN where none does",
    "rule": "the rule, in words",
    "responder": "1 where the rule holds, 0 where it does not, NaN where it cannot be said",
    "status": "ok, or why it cannot be said",
}
"""Columns of the table, and what they mean."""

SIDES = {"either": (1.0, 1.0), "rise": (np.nan, 1.0), "fall": (1.0, np.nan)}
"""Direction -> which of the lower and the upper limit count."""


class Limits(NamedTuple):
    """What a rule says of each change."""

    low: np.ndarray
    """(n_rows,) changes below it respond; NaN for none."""
    high: np.ndarray
    """(n_rows,) changes above it respond; NaN for none."""
    words: np.ndarray
    """(n_rows,) the rule, in words."""
    lacks: np.ndarray
    """(n_rows,) why the rule says nothing, "" where it does."""
    inclusive: bool = False
    """Whether a change at the limit is a response."""


class Said(NamedTuple):
    """The settings of the rules."""

    direction: str
    ratio_limits: tuple[float, float]
    scale: str
    scale_points: float | None
    scale_percent: float | None


def responders(
    metrics: "pd.DataFrame",
    /,
    *,
    rule: Literal["", "beyond_mdc", "ratio", "scale_drop"] = "",
    direction: Literal["either", "rise", "fall"] = "either",
    ratio_limits: tuple[Annotated[float, Gt(0)], Annotated[float, Gt(0)]] = (0.9, 1.1),
    scale: str = "irls",
    scale_points: Annotated[float, Gt(0)] | None = 3.0,
    scale_percent: Annotated[float, Gt(0)] | None = 50.0,
    reference: tuple[str, ...] = REFERENCE,
    sessions: Sessions = (),
    baseline_sessions: tuple[str, ...] = (),
    baseline_arms: tuple[str, ...] = (),
) -> "pd.DataFrame":
    """Each subject's change of each cell and timepoint, and whether a stated rule calls it a response.

    Responders are usually a continuum (Wilson 2016), and the share of them depends on the rule: without a rule the
    table is empty, and with one every row states it.

    Parameters
    ----------
    rule : str
        beyond_mdc: the change is larger than the smallest detectable one of this study's repeated baselines (table
        reliability); ratio: the later value over the first is outside `ratio_limits`, for sizes and ratios;
        scale_drop: the scale falls by `scale_points` or by `scale_percent`; empty: no rule, and no rows.
    direction : str
        Which changes may respond, under beyond_mdc and ratio: either, rise or fall.
    ratio_limits : (float, float)
        A ratio below the first or above the second is a response.
    scale : str
        The scale of scale_drop.
    scale_points : float, optional
        Fall of the scale in points that is a response; null for none.
    scale_percent : float, optional
        Fall of the scale in percent of the first value that is a response; null for none.
    reference : tuple of str
        First timepoints: the first of these that the study has is the reference.
    sessions : tuple of (str, str)
        Pairs of sessions or times of day that are judged too: the second against the first.
    baseline_sessions : tuple of str
        Sessions that are repeated baselines, under beyond_mdc; empty for all.
    baseline_arms : tuple of str
        Arms whose sessions are repeated baselines, under beyond_mdc; empty for all.

    Raises
    ------
    ConfigError
        Where a rule, scale or session is not known, or the limits of the ratio are in the wrong order.

    References
    ----------
    Weir 2005, J Strength Cond Res 19:231 (smallest detectable change); Wilson 2016 (responders are a continuum;
    unverified); limits of ratio and scale: as studies of 1 Hz and theta-burst stimulation and of IRLS use them
    (unverified). The choice of rules is own.
    """
    if rule not in ("", *RULES):
        raise ConfigError(f"responders.rule: no rule {rule!r}; {did_you_mean(rule, RULES)}")
    if ratio_limits[0] > ratio_limits[1]:
        raise ConfigError(f"responders.ratio_limits: {list(ratio_limits)}; expected the lower limit first")
    if not rule:
        return framed([], COLUMNS)
    said = Said(direction, ratio_limits, scale, scale_points, scale_percent)
    wanted = _of_scale(metrics, scale) if rule == "scale_drop" else metrics
    pairs = changes_of_subjects(wanted, reference=reference, sessions=sessions)
    if not len(pairs):
        return framed([], COLUMNS)
    limits = RULES[rule](
        pairs,
        said,
        lambda: reliability(
            metrics, reference=reference, baseline_sessions=baseline_sessions, baseline_arms=baseline_arms
        ),
    )
    return _judged(pairs, limits)[list(COLUMNS)]


def _judged(pairs: "pd.DataFrame", limits: Limits) -> "pd.DataFrame":
    """Pairs with what the rule says of each."""
    change = pairs["change"].to_numpy(float)
    with np.errstate(invalid="ignore"):
        beyond = (change < limits.low) | (change > limits.high)
        at = (change == limits.low) | (change == limits.high)
    status = np.where(pairs["status"] != "ok", pairs["status"], np.where(limits.lacks == "", "ok", limits.lacks))
    responds = np.where(status == "ok", (beyond | (at & limits.inclusive)).astype(float), np.nan)
    return pairs.assign(
        limit_low=limits.low, limit_high=limits.high, rule=limits.words, responder=responds, status=status
    )


def _beyond_mdc(pairs: "pd.DataFrame", said: Said, repeated: Callable[[], "pd.DataFrame"]) -> Limits:
    key = [*CELL, "unit", "time_of_day"]
    known = pairs[key].merge(repeated()[[*key, "mdc95", "n_subjects"]], on=key, how="left")
    mdc = known["mdc95"].to_numpy(float)
    low, high = (sign * side * mdc for sign, side in zip((-1.0, 1.0), SIDES[said.direction], strict=True))
    what = {"either": "|change|", "rise": "rise", "fall": "fall"}[said.direction]
    words = [f"{what} over MDC95 = {limit:.4g} on the {scale} scale, from repeated baselines of {n:.0f} subjects"
             for limit, scale, n in zip(mdc, pairs["scale"], known["n_subjects"].fillna(0), strict=True)]  # fmt: skip
    lacks = np.where(np.isnan(mdc), "no MDC95 of this cell: see the table reliability", "")
    words = [text if not why else "" for text, why in zip(words, lacks, strict=True)]
    return Limits(low, high, np.array(words, object), lacks)


def _ratio(pairs: "pd.DataFrame", said: Said, _: Callable[[], "pd.DataFrame"]) -> Limits:
    below, above = said.ratio_limits
    log = (pairs["scale"] == "log").to_numpy(bool)
    low, high = (np.where(log, side * np.log(limit), np.nan)
                 for side, limit in zip(SIDES[said.direction], (below, above), strict=True))  # fmt: skip
    ends = {"either": f"below {below:g} or above {above:g}", "rise": f"above {above:g}", "fall": f"below {below:g}"}
    lacks = np.where(log, "", "neither a size nor a ratio")
    return Limits(low, high, np.where(log, f"second over first {ends[said.direction]}", "").astype(object), lacks)


def _scale_drop(pairs: "pd.DataFrame", said: Said, _: Callable[[], "pd.DataFrame"]) -> Limits:
    first = pairs["first_value"].to_numpy(float)
    falls, words = [np.full(len(pairs), np.inf)], []
    if said.scale_points is not None:
        falls.append(np.full(len(pairs), said.scale_points))
        words.append(f"{said.scale_points:g} points or more")
    if said.scale_percent is not None:
        # half of nothing is no fall
        falls.append(np.where(first > 0, said.scale_percent / 100.0 * first, np.inf))
        words.append(f"{said.scale_percent:g} % of the first or more")
    if not words:
        raise ConfigError("responders: scale_drop needs scale_points or scale_percent; both are null")
    least = np.min(falls, axis=0)
    rule = np.full(len(pairs), f"{said.scale} falls by {', or by '.join(words)}", object)
    lacks = np.where(np.isinf(least), "the first value is 0: no percentage of it", "")
    return Limits(np.where(lacks == "", -least, np.nan), np.full(len(pairs), np.nan), rule, lacks, inclusive=True)


RULES: Mapping[str, Callable[..., Limits]] = {"beyond_mdc": _beyond_mdc, "ratio": _ratio, "scale_drop": _scale_drop}
"""Name -> what gives the limits of each change."""


def _of_scale(metrics: "pd.DataFrame", scale: str) -> "pd.DataFrame":
    """The rows of a scale."""
    there = dict.fromkeys(metrics.loc[metrics["metric"].isin(list(SCALES)), "metric"])
    if scale not in SCALES or (len(metrics) and scale not in there):
        known = there if scale in SCALES else SCALES
        raise ConfigError(f"responders.scale: no scale {scale!r} in the study; {did_you_mean(scale, known)}")
    return metrics[metrics["metric"] == scale]
