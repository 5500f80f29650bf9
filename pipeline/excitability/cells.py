"""A metric, the cells of the design it is computed in, and what comes out of one cell."""

import dataclasses
import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..columns import gives, needs
from ..conditions import natural
from ..errors import MeasureError
from ..muscles import limb
from .references import Against
from .rows import Rows

if TYPE_CHECKING:
    import pandas as pd

DESIGN = ("session", "timepoint", "state", "side", "muscle")
CONDITION = (*DESIGN, "condition")
PAIR = (*DESIGN, "interval")

STATUSES = {
    "ok": "nothing to say",
    "not_target": "the stimulation aims at another muscle",
    "hotspot_unknown": "it is not declared which muscle the stimulation aims at",
    "state_assumed": "whether at rest or active is not declared; taken for rest",
    "mixed_contraction": "trials of different target contractions are in it",
    "mixed_site": "trials of different stimulation sites or sides are in it",
    "mixed_arm": "trials of different arms or periods of the study are in it",
    "no_accepted_trials": "every trial is excluded",
    "no_values": "no accepted trial has what the metric needs",
    "some_missing": "some accepted trials lack what the metric needs and are not in it",
    "few_trials": "fewer trials than the metric should have",
    "not_positive": "a value of zero or below has no logarithm",
    "no_intensity": "the intensity of the pulses is not declared",
    "few_pulses": "fewer pulses than the rule asks for",
    "entered": "stated in the study's tables, not measured here",
    "mixed_entries": "the study's tables state more than one value",
    "few_intensities": "fewer different intensities than a curve needs",
    "no_plateau": "the curve was not followed to 90 % of its maximum: how high it goes is extrapolated",
    "at_bound": "the fit stops at the end of what is believed: the data do not determine the curve",
    "out_of_range": "the curve does not reach it within the tested intensities",
    "coarse_steps": "the next lower intensity is more than 5 %MSO lower: the threshold may lie well below the value",
    "not_bracketed": "no pulse fails below it, or none succeeds: the threshold lies outside what was tested",
    "interval_at_edge": "the interval reaches the end of the range of intensities",
    "interval_open": "the interval's upper limit lies beyond the recorded time",
    "no_silent_period": "no accepted trial has a silent period",
    "no_test_pulses": "no accepted single pulse at the test intensity: there is nothing to hold the pairs against",
    "test_too_small": "the median response to the test pulse alone is under the least that is asked for",
    "test_too_large": "the median response to the test pulse alone is over the most that is asked for",
    "mixed_test_intensity": "pairs of one interval have test intensities more than 1 %MSO off their median",
    "conditioning_not_weaker": "the conditioning pulse is not weaker than the test pulse: this is another paradigm",
    "conditioning_responds": "the conditioning pulse alone evokes a response of 50 µV or more at rest",
    "conditioning_not_checked": "no accepted single pulse at the conditioning intensity shows that it evokes nothing",
    "no_conditioning_intensity": "the intensity of conditioning pulses is not declared; taken to be under the test's",
    "limb_unknown": "it is not known whether the muscle is of an arm or a leg; taken for an arm",
    "no_mmax": "no accepted nerve pulse of the session evokes an M wave: there is no Mmax",
    "no_current": "the current of the nerve pulses is not declared",
    "m_still_grows": "the M wave still grows at the highest currents: the largest is not reached",
    "no_h_reflex": "no accepted trial has an H reflex (for a threshold: no current evokes one in half of the trials)",
    "h_at_edge": "the largest H reflex is at the lowest or highest current tried: there may be a larger one beyond",
    "no_trials_at_m": "too few accepted trials have an M wave of the stated size",
    "no_f_waves": "no accepted supramaximal nerve pulse has an F wave",
    "no_root_trials": "no accepted pulse at the root of the session has an onset",
    "root_not_earlier": "the peripheral latency is not shorter than that of the MEP: there is no central time",
    "no_baseline": "no accepted trial before the intervention at this intensity",
    "no_minutes": "no accepted trial says how long after the intervention it is (minutes_after)",
    "censored": "in half the trials or more the silent period does not end within the recorded time",
}
"""Code in `status` -> what it means; several are joined by ;."""


MIXED = {
    "mixed_contraction": ("mvc_percent",),
    "mixed_site": ("stim_site", "stim_side"),
    "mixed_arm": ("arm", "period"),
}
"""Code -> columns that should not vary within a cell."""


class Estimate(NamedTuple):
    """One number of one cell; which convention it follows is the name of the field that holds it."""

    value: float
    ci_low: float = float("nan")
    ci_high: float = float("nan")
    n_used: int = 0
    method: str = ""
    status: str = ""
    """Codes of `STATUSES` joined by ;, nothing where there is nothing to say."""
    unit: str | None = None
    """Unit of this convention where it is not the metric's."""


@dataclasses.dataclass(frozen=True)
class Metric:
    """A name, the function that computes it in one cell, and where it is computed.

    Parameters
    ----------
    name : str
        Name of the metric.
    function : callable
        Its positional-only parameters name columns of the rows, given as float arrays (n_accepted,) in the order of
        recording; `rng` is a generator seeded by the names of cell and metric. Its keyword-only parameters are
        settings. It returns a NamedTuple of `Estimate`, one field a convention.
    unit : str
        Unit of its values, "" for none.
    per : tuple of str
        Columns that define its cell.
    pulses : tuple of str
        Kinds of pulse it is computed from.
    states : tuple of str, optional
        States it is computed in; None for all.
    against : mapping of str to Against
        Other trials that it is held against: a parameter `test_peak_to_peak_uv` is that column of those of "test".
    only : (str, str, float), optional
        A column, a setting and a distance: only cells are computed where the median of the column lies within that
        distance of one of the values of the setting.
    limbs : tuple of str, optional
        Limbs whose muscles it is computed for (`muscles.limb`); None for all.
    paradigms : tuple of str, optional
        Declared paradigms whose trials it is computed from; None for all.
    """

    name: str
    function: Callable[..., Any]
    unit: str
    per: tuple[str, ...] = CONDITION
    pulses: tuple[str, ...] = ("single",)
    states: tuple[str, ...] | None = None
    against: Mapping[str, Against] = dataclasses.field(default_factory=dict)
    only: tuple[str, str, float] | None = None
    limbs: tuple[str, ...] | None = None
    paradigms: tuple[str, ...] | None = None

    @property
    def conventions(self) -> tuple[str, ...]:
        """The conventions it is given in."""
        return gives(self.function)

    def covers(self, cell: "Cell", settings: Mapping[str, Any]) -> bool:
        """Whether it is computed in a cell."""
        if self.limbs is not None and limb(cell.names["muscle"]) not in self.limbs:
            return False
        if self.only is None:
            return True
        column, setting, most = self.only
        values = cell.table.numbers(column)[cell.rows]
        known = values[np.isfinite(values)]
        return bool(len(known)) and bool((np.abs(np.array(settings[setting]) - np.median(known)) <= most).any())


class Cell(NamedTuple):
    """The trials one number is made of."""

    names: Mapping[str, str]
    """Session, timepoint, state, side, muscle, condition; "" where the metric pools over it."""
    table: Rows
    rows: np.ndarray
    """(n_trials,) index of each in the table."""
    target: str
    """target, unknown or not_target."""


def ordered(rows: "pd.DataFrame") -> Rows:
    """Rows in the order of recording: natural order of the recordings' names, time of the pulse, trial.

    Raises
    ------
    MeasureError
        Where the rows are of several subjects.
    """
    if "subject" in rows and rows["subject"].nunique() > 1:
        raise MeasureError(f"rows: {rows['subject'].nunique()} subjects; expected the rows of one")
    recording = rows["recording"].astype(str).to_numpy() if "recording" in rows else np.full(len(rows), "")
    place = {name: at for at, name in enumerate(sorted(set(recording.tolist()), key=natural))}
    second = rows["onset_s"].to_numpy(float, na_value=np.inf) if "onset_s" in rows else np.zeros(len(rows))
    trial = rows["trial"].to_numpy() if "trial" in rows else np.arange(len(rows))
    excluded = rows["excluded"].to_numpy(bool) if "excluded" in rows else np.zeros(len(rows), bool)
    order = np.lexsort((trial, second, np.array([place[name] for name in recording], int)))
    return Rows(rows.assign(excluded=excluded).iloc[order])


def of(table: Rows, metric: Metric) -> Iterator[Cell]:
    """The cells of a metric.

    Where a muscle is the target in some trials of a cell and not in others (two hot-spots, both muscles recorded),
    only the trials that aim at it, or may do so, are in.
    """
    fit = table.among("pulse", metric.pulses)
    if metric.states is not None:
        fit = fit & table.among("state", metric.states)
    if metric.paradigms is not None:
        fit = fit & table.among("paradigm", metric.paradigms)
    code = table.codes(*metric.per)
    rows = np.flatnonzero(fit & (code >= 0))
    other, unknown = table.among("target", ("not_target",)), table.among("target", ("unknown",))
    for own in _apart(rows, code[rows]):
        values = {name: str(table[name][own[0]]) for name in metric.per}
        names = {**dict.fromkeys(CONDITION, ""), **values}
        if interval := names.pop("interval", ""):
            names["condition"] = interval
        aimed = own[~other[own]]
        if not len(aimed):
            yield Cell(names, table, own, "not_target")
        else:
            yield Cell(names, table, aimed, "unknown" if unknown[own].any() else "target")


def _apart(rows: np.ndarray, code: np.ndarray) -> list[np.ndarray]:
    """The rows of each code, in the order in which the codes first come."""
    if not len(rows):
        return []
    order = np.argsort(code, kind="stable")
    parts = np.split(rows[order], np.flatnonzero(np.diff(code[order])) + 1)
    return sorted(parts, key=lambda part: int(part[0]))


def estimates(metric: Metric, cell: Cell, settings: Mapping[str, Any], not_target: bool) -> Iterator[dict[str, Any]]:
    """The rows of the metrics table that one cell gives, one a convention."""
    excluded = cell.table["excluded"][cell.rows]
    accepted = cell.rows[~excluded]
    if cell.target == "not_target" and not not_target:
        codes, made = ["not_target"], [Estimate(float("nan"))] * len(metric.conventions)
    elif not len(accepted):
        codes = _codes(cell, accepted)
        made = [Estimate(float("nan"), status="no_accepted_trials")] * len(metric.conventions)
    else:
        unknown = bool(metric.limbs) and not limb(cell.names["muscle"])
        codes = [*_codes(cell, accepted), said(limb_unknown=unknown)]
        made = metric.function(*_arguments(metric, cell, accepted), **settings)
    for convention, each in zip(metric.conventions, made, strict=True):
        yield {
            **cell.names,
            "metric": metric.name,
            "convention": convention,
            **each._asdict(),
            "unit": metric.unit if each.unit is None else each.unit,
            "n_rejected": int(excluded.sum()),
            "status": ";".join(filter(None, [*codes, each.status])) or "ok",
        }


def said(**codes: Any) -> str:
    """The names of the codes that are true, joined by ;."""
    return ";".join(name for name, holds in codes.items() if holds)


def generator(*names: str) -> np.random.Generator:
    """A random generator that depends on these names and on nothing else."""
    digest = hashlib.blake2b("\0".join(names).encode(), digest_size=16).digest()
    return np.random.default_rng(int.from_bytes(digest, "little"))


def _arguments(metric: Metric, cell: Cell, accepted: np.ndarray) -> list[Any]:
    rng = generator(metric.name, *(cell.names[name] for name in CONDITION))
    others = {prefix: each.rows(cell.table, cell.rows) for prefix, each in metric.against.items()}
    return [rng if name == "rng" else _column(cell, name, accepted, others) for name in needs(metric.function)]


def _column(cell: Cell, name: str, accepted: np.ndarray, others: Mapping[str, np.ndarray]) -> np.ndarray:
    prefix, _, column = name.partition("_")
    return cell.table.numbers(column)[others[prefix]] if prefix in others else cell.table.numbers(name)[accepted]


def _codes(cell: Cell, accepted: np.ndarray) -> list[str]:
    mixed = {
        code: any(_varies(cell.table.codes(name)[accepted]) for name in names if name in cell.table)
        for code, names in MIXED.items()
    }
    text = said(
        not_target=cell.target == "not_target",
        hotspot_unknown=cell.target == "unknown",
        state_assumed=cell.table["state_assumed"][cell.rows].any(),
        **mixed,
    )
    return text.split(";")


def _varies(code: np.ndarray) -> bool:
    """Whether what is known of a column is of more than one kind."""
    known = code[code >= 0]
    return bool(len(known)) and bool((known != known[0]).any())
