"""Change within a subject: between timepoints, sessions and sides, and of an arm against sham."""

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import numpy as np
from annotated_types import Gt

from .backgrounds import Backgrounds, backgrounds, levels
from .cells import DESIGN
from .change import MEASURES, Change, change
from .pairing import kinds, matched, named
from .references import REFERENCE
from .session_pairs import of_sessions, session_pairs

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    "contrast": "what is held against each other: timepoint, session, side or arm",
    "first": "label of what comes first: the reference",
    "second": "label of what is held against it",
    "session": "session label; of the second where sessions are contrasted, of the arm where arms are",
    "timepoint": "position in the study's design; of the second where timepoints are contrasted",
    "state": "rest or active",
    "side": "side of the muscle; nothing where sides are contrasted",
    "muscle": "recorded muscle",
    "condition": "the pulse; of the second where it is another one",
    "metric": "what is measured",
    "convention": "how it is computed",
    "measure": "log_ratio (second over first), percent, difference, asymmetry ((R-L)/(R+L)), log_ratio_difference",
    "value": "the number, in `unit`; NaN where there is none",
    "unit": "unit of value and limits",
    "ci_low": "lower limit of the 95 % interval; NaN where there is none",
    "ci_high": "upper limit of the 95 % interval; NaN where there is none",
    "n_first": "accepted trials behind the first",
    "n_second": "accepted trials behind the second",
    "method": "how value and interval were made",
    "status": "comparable, or not_comparable and why, joined by ;",
}
"""Columns of the contrasts table, and what they mean."""

REASONS = {
    "unequal_intensity": "the pulses are of another intensity",
    "intensity_unknown": "the intensity of the pulses is not declared",
    "background_unknown": "the background EMG of one of the two is not known",
    "background_differs": "the background EMG differs by more than a quarter (or as the config says)",
    "electrodes_replaced": "sizes in µV of two visits, electrodes put on anew: no number; contrast MEP/Mmax",
    "no_value": "one of the two has no value",
    "no_log": "a value is zero or negative: it has no ratio",
}
"""Why two values are not comparable, or a measure has no number."""

LIMITS = ("value", "ci_low", "ci_high")
SAME = ("state", "muscle", "metric", "convention")


class Settings(NamedTuple):
    """What `contrasts` was told."""

    reference: tuple[str, ...]
    sessions: tuple[tuple[str, str], ...]
    sham: str
    background_percent: float
    electrodes_stay: bool


def contrasts(
    rows: "pd.DataFrame",
    metrics: "pd.DataFrame",
    /,
    *,
    reference: tuple[str, ...] = REFERENCE,
    sessions: tuple[tuple[str, str], ...] = (("morning", "evening"), ("am", "pm")),
    sham: str = "sham",
    background_percent: Annotated[float, Gt(0)] = 25.0,
    electrodes_stay: bool = False,
) -> "pd.DataFrame":
    """Every contrast of one subject's metrics.

    Two values are held against each other where state, muscle, metric and convention are the same, and the pulse is,
    or is the only one of its kind on either side (then `unequal_intensity`). The interval takes the two values for
    independent and normal on the scale of the measure, with the spread that their own intervals say; where one has
    none the contrast has none.

    Parameters
    ----------
    reference : tuple of str
        Timepoints that others are held against: the first of these that a session has.
    sessions : tuple of (str, str)
        Pairs of labels of sessions, or of times of day where no sessions bear these labels (`time_of_day` of their
        trials, in one arm and period): the second is held against the first.
    sham : str
        The arm that others are held against, by the difference of their log-ratios between timepoints.
    background_percent : float
        How much the background EMG of two timepoints or sessions may differ.
    electrodes_stay : bool
        The electrodes stay on from session to session: sizes in µV of two sessions are held against each other, which
        otherwise have no number.

    References
    ----------
    Own: log-ratios as the field reports them, and what two values must share to be comparable.
    """
    import pandas as pd

    said = Settings(reference, sessions, sham, background_percent, electrodes_stay)
    aimed = ~metrics["status"].astype(str).str.contains("not_target").to_numpy(bool)
    wanted = metrics[aimed]
    wanted = wanted.assign(kind=kinds(wanted["condition"]))
    background = backgrounds(rows)
    pairs = [*_timepoints(wanted, said), *_sessions(wanted, rows, said), *_sides(wanted)]
    found = [_contrasted(*each, background, said) for each in pairs]
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(COLUMNS))
    return pd.concat([table, *_arms(table, rows, said)], ignore_index=True)[list(COLUMNS)]


Pair = tuple[str, str, str, "pd.DataFrame", "pd.DataFrame"]


def _timepoints(metrics: "pd.DataFrame", said: Settings) -> Iterator[Pair]:
    for _, own in metrics.groupby("session", sort=True):
        there = list(dict.fromkeys(each for each in own["timepoint"] if each))
        first = named(said.reference, there)
        for second in there:
            if first is not None and second != first:
                yield "timepoint", first, second, own[own["timepoint"] == first], own[own["timepoint"] == second]


def _sessions(metrics: "pd.DataFrame", rows: "pd.DataFrame", said: Settings) -> Iterator[Pair]:
    for first, second in session_pairs(said.sessions, list(dict.fromkeys(metrics["session"])), rows):
        yield "session", first, second, metrics[metrics["session"] == first], metrics[metrics["session"] == second]


def _sides(metrics: "pd.DataFrame") -> Iterator[Pair]:
    left, right = metrics[metrics["side"] == "L"], metrics[metrics["side"] == "R"]
    if len(left) and len(right):
        yield "side", "L", "R", left, right


def _contrasted(
    contrast: str,
    first: str,
    second: str,
    one: "pd.DataFrame",
    other: "pd.DataFrame",
    background: Backgrounds,
    said: Settings,
) -> "pd.DataFrame":
    """The rows of one pair of labels."""
    import pandas as pd

    free = {"timepoint": ["session", "side"], "session": ["timepoint", "side"], "side": ["session", "timepoint"]}[
        contrast
    ]
    both = matched(one, other, [*free, *SAME])
    made = change(*(both[[f"{name}_{n}" for name in LIMITS]].to_numpy(float).T for n in (1, 2)))
    reasons = _reasons(contrast, both, background, said)
    own = both.assign(
        contrast=contrast, first=first, second=second,
        session=both["session_2"], timepoint=both["timepoint_2"], condition=both["condition_2"],
        side="" if contrast == "side" else both["side_2"], n_first=both["n_used_1"], n_second=both["n_used_2"],
    )  # fmt: skip
    measures = [name for name in MEASURES if name != "asymmetry" or contrast == "side"]
    return pd.concat([_rows(own, name, getattr(made, name), reasons) for name in measures], ignore_index=True)


def _rows(own: "pd.DataFrame", measure: str, made: Change, reasons: np.ndarray) -> "pd.DataFrame":
    unit: Any = {"difference": own["unit_2"], "percent": "%"}.get(measure, "")
    replaced = np.array(["electrodes_replaced" in text for text in reasons], bool)
    no_log = np.isnan(made.value) & own[["value_1", "value_2"]].notna().all(axis=1).to_numpy()
    said = [
        ";".join(filter(None, [text, "no_log" if none else ""])) for text, none in zip(reasons, no_log, strict=True)
    ]
    return own.assign(
        measure=measure, unit=unit,
        **{name: np.where(replaced, np.nan, each) for name, each in zip(LIMITS, made, strict=True)},
        method=f"{measure.replace('_', ' ')}, intervals of both as if independent and normal",
        status=[f"not_comparable;{text}" if text else "comparable" for text in said],
    )[list(COLUMNS)]  # fmt: skip


def _reasons(contrast: str, both: "pd.DataFrame", background: Backgrounds, said: Settings) -> np.ndarray:
    """(n_rows,) why two values are not comparable, joined by ;."""
    cells = [both[[f"{name}_{n}" for name in DESIGN]] for n in (1, 2)]
    first, second = (levels(both["metric"], each, background) for each in cells)
    of_time, of_visits = contrast != "side", contrast == "session" and not said.electrodes_stay
    one, other = both["condition_1"], both["condition_2"]
    flags = {
        "unequal_intensity": (one != other).to_numpy(),
        "intensity_unknown": ((one == both["kind_1"]) & one.str.startswith("single")).to_numpy(bool),
        "background_differs": (np.abs(second - first) > said.background_percent / 100.0 * first) & of_time,
        "background_unknown": (np.isnan(first) | np.isnan(second)) & of_time,
        "electrodes_replaced": both["unit_2"].astype(str).str.contains("[µm]V").to_numpy(bool) & of_visits,
        "no_value": both[["value_1", "value_2"]].isna().any(axis=1).to_numpy(),
    }
    return np.array([";".join(itertools.compress(flags, holds)) for holds in zip(*flags.values(), strict=True)], object)


def _arms(table: "pd.DataFrame", rows: "pd.DataFrame", said: Settings) -> list["pd.DataFrame"]:
    """Changes between timepoints in each other arm, less those in the sham arm."""
    arms = of_sessions(rows, "arm")
    own = table[(table["contrast"] == "timepoint") & (table["measure"] == "log_ratio")]
    own = own.assign(arm=own["session"].map(arms), kind=kinds(own["condition"]))
    own = own[own["arm"].notna()]
    sham = named((said.sham,), list(dict.fromkeys(own["arm"])))
    others = [each for each in dict.fromkeys(own["arm"]) if each != sham]
    return [_against_sham(own, str(sham), each) for each in others] if sham is not None else []


def _against_sham(own: "pd.DataFrame", sham: str, arm: str) -> "pd.DataFrame":
    both = matched(own[own["arm"] == sham], own[own["arm"] == arm], [*SAME, "side", "timepoint"])
    half = np.hypot(*((both[f"ci_high_{n}"] - both[f"ci_low_{n}"]).to_numpy(float) / 2.0 for n in (1, 2)))
    value = (both["value_2"] - both["value_1"]).to_numpy(float)
    unequal = np.where(both["condition_1"] != both["condition_2"], "unequal_intensity", "")
    reasons = [
        ";".join(dict.fromkeys(text for each in three for text in each.split(";") if text in REASONS))
        for three in zip(both["status_1"], both["status_2"], unequal, strict=True)
    ]
    return both.assign(
        contrast="arm", first=sham, second=arm, session=both["session_2"], condition=both["condition_2"],
        measure="log_ratio_difference", value=value, unit="", ci_low=value - half, ci_high=value + half,
        n_first=both["n_second_1"], n_second=both["n_second_2"],
        method="difference of log ratios, intervals of both as if independent and normal",
        status=[f"not_comparable;{text}" if text else "comparable" for text in reasons],
    )[list(COLUMNS)]  # fmt: skip
