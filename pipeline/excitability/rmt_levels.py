"""Which single pulses lie at which percentage of the resting motor threshold of their session."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .cells import DESIGN
from .references import REFERENCE
from .rows import Rows

LEVEL = (*DESIGN, "percent_rmt")
"""Cells of metrics that are told apart by the intensity in percent of the threshold."""
SPOT = ("session", "spot_muscle", "spot_side")
CONVENTIONS = ("entered", "graded_amplitude", "ml_pest", "relative_frequency_5_10")
"""Conventions of the threshold, the one that is preferred first: what the laboratory set its intensities by, then the
least coarse ones (relative frequency lies between two intensities that were tested, and above the truth). Own choice.
"""
ENTERED_WITHIN_MSO = 1.0
"""Intensities that were set from an entered threshold are its percentages, but for rounding."""
UNCERTAIN = {"few_pulses", "coarse_steps"}
"""What a measured threshold says of itself that its percentages should say too."""


class Reference(NamedTuple):
    """A resting motor threshold."""

    rmt_mso: float
    convention: int = 0
    """Which of `CONVENTIONS`."""
    uncertain: bool = False


UNKNOWN = Reference(float("nan"))


def with_percent(
    table: Rows, metrics: Sequence[Mapping[str, Any]], percent_rmt: Sequence[float], within_percent: float
) -> Rows:
    """Rows with `percent_rmt`: `single_120rmt` in single pulses near 120 % of their threshold, missing in all others.

    The threshold is that of the session, muscle and side that the pulse aims at, whichever state the pulse is given
    in: the one that was entered, of the reference timepoint where there are several, else the first of `CONVENTIONS` of
    the reference timepoint, of the first that has one where the reference has none. Where there is neither, no trial is
    at any percentage.

    Parameters
    ----------
    table : Rows
        Labelled rows of one subject, in the order of recording.
    metrics : sequence of mapping
        Metrics of the same rows, in the order of recording; of them `rmt` is read.
    percent_rmt, within_percent : sequence of float, float
        As in `mep_at_rmt`.

    Returns
    -------
    Rows
        With `reference_rmt_mso`, `reference_convention` (which of `CONVENTIONS`), `reference_uncertain` beside it.
    """
    own = table.among("target", ("unknown",))  # where it is not known what a pulse aims at it is this muscle's
    spots = table.assign(
        spot_muscle=np.where(own, table["muscle"], table["hotspot_muscle"]),
        spot_side=np.where(own, table["side"], table["hotspot_side"]),
    )
    code = spots.codes(*SPOT)
    known = {**_measured(spots, code, metrics), **_entered(table, code)}
    found = [known.get(each, UNKNOWN) for each in range(code.max(initial=-1) + 1)]
    rmt_mso = np.array([each.rmt_mso for each in found])[code]
    convention = np.array([each.convention for each in found])[code]
    uncertain = np.array([each.uncertain for each in found], bool)[code]
    levels = _levels(table.numbers("intensity_mso"), rmt_mso, convention == 0, tuple(percent_rmt), within_percent)
    return table.assign(
        percent_rmt=_where(table.among("pulse", ("single",)), levels), reference_rmt_mso=rmt_mso,
        reference_convention=convention.astype(float), reference_uncertain=uncertain,
    )  # fmt: skip


def _levels(
    intensity_mso: np.ndarray, rmt_mso: np.ndarray, entered: np.ndarray, percent: tuple[float, ...], within: float
) -> np.ndarray:
    """(n_rows,) the percentage each pulse is at, in a word; None where it is at none."""
    if not percent:
        return np.full(len(rmt_mso), None, object)
    off_mso = np.abs(intensity_mso[:, None] - rmt_mso[:, None] * np.array(percent) / 100.0)
    off_mso = np.where(np.isnan(off_mso), np.inf, off_mso)
    most_mso = within / 100.0 * rmt_mso
    most_mso = np.where(entered, np.minimum(most_mso, ENTERED_WITHIN_MSO), most_mso)
    words = np.array([f"single_{each:g}rmt" for each in percent], object)
    return _where(off_mso.min(1) <= most_mso + 1e-9, words[off_mso.argmin(1)])


def _where(holds: np.ndarray, words: np.ndarray) -> np.ndarray:
    """(n_rows,) words where it holds, None elsewhere."""
    found = np.full(len(words), None, object)
    found[holds] = words[holds]
    return found


def _entered(table: Rows, code: np.ndarray) -> dict[int, Reference]:
    """Thresholds that the study's tables state, one for each spot; none where they state several for one timepoint."""
    stated_mso, timepoint = table.numbers("entered_rmt_mso"), table.codes("timepoint")
    at = np.flatnonzero(np.isfinite(stated_mso) & ~table.among("target", ("not_target",)))
    first = np.unique(np.stack([code[at], timepoint[at], stated_mso[at]], 1), axis=0, return_index=True)[1]
    found: dict[int, dict[str, set[float]]] = {}
    for row in at[first[np.argsort(first)]]:
        by_time = found.setdefault(int(code[row]), {})
        by_time.setdefault(str(table["timepoint"][row]), set()).add(float(stated_mso[row]))
    stated = {spot: by_time[_first(by_time)] for spot, by_time in found.items()}
    return {spot: Reference(values.pop()) for spot, values in stated.items() if len(values) == 1}


def _measured(spots: Rows, code: np.ndarray, metrics: Sequence[Mapping[str, Any]]) -> dict[int, Reference]:
    """Thresholds that were measured, one for each spot."""
    by_time: dict[tuple[str, ...], dict[str, Reference]] = {}
    order = {name: at for at, name in enumerate(CONVENTIONS[1:], 1)}
    for each in metrics:
        if each["metric"] == "rmt" and each["convention"] in order and np.isfinite(each["value"]):
            own = by_time.setdefault((each["session"], each["side"], each["muscle"]), {})
            made = Reference(each["value"], order[each["convention"]], bool(UNCERTAIN & set(each["status"].split(";"))))
            before = own.get(each["timepoint"], made)
            own[each["timepoint"]] = min(made, before, key=lambda which: which.convention)
    aimed = np.flatnonzero(~spots.among("target", ("not_target",)))
    pairs = np.stack([code[aimed], spots.codes("session", "side", "muscle")[aimed]], 1)
    first = aimed[np.unique(pairs, axis=0, return_index=True)[1]]
    visits = {int(code[row]): tuple(str(spots[name][row]) for name in ("session", "side", "muscle")) for row in first}
    return {spot: by_time[visit][_first(by_time[visit])] for spot, visit in visits.items() if visit in by_time}


def _first(timepoints: Iterable[str]) -> str:
    """The reference timepoint, else the first."""
    there = list(timepoints)
    return next((each for name in REFERENCE for each in there if each.lower() == name), there[0])
