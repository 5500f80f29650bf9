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
AIMS = ("target", "unknown", "not_target")

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
        Declared paradigms whose trials it is computed from; None for all but those in `not_paradigms`.
    past : str
        Column that is above 0 in some trial of a cell, else the cell has no row; "" for none.
    aim : str
        Column that says whether the trial aims at the muscle (target, unknown, not_target); trials where it is empty
        are not in.
    log : bool
        Whether it is compared on the logarithmic scale: sizes, and ratios of sizes.
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
    not_paradigms: tuple[str, ...] = ()
    past: str = ""
    aim: str = "target"
    log: bool = False

    @property
    def conventions(self) -> tuple[str, ...]:
        """The conventions it is given in."""
        return gives(self.function)

    def covers(self, cell: "Cell", settings: Mapping[str, Any]) -> bool:
        """Whether it is computed in a cell."""
        if self.limbs is not None and limb(cell.names["muscle"]) not in self.limbs:
            return False
        if not all(each.given(cell.table) for each in self.against.values()):
            return False
        if self.past and not (cell.table.numbers(self.past)[cell.rows] > 0).any():
            return False
        if self.only is None:
            return True
        column, setting, most = self.only
        values = cell.table.numbers(column)[cell.rows]
        known = values[np.isfinite(values)]
        return bool(len(known)) and bool((np.abs(np.array(settings[setting]) - np.median(known)) <= most + 1e-9).any())


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
    fit = table.among("pulse", metric.pulses) & table.among(metric.aim, AIMS)
    for column, wanted in (("state", metric.states), ("paradigm", metric.paradigms)):
        fit = fit if wanted is None else fit & table.among(column, wanted)
    fit = fit & ~table.among("paradigm", metric.not_paradigms)
    code = table.codes(*metric.per)
    rows = np.flatnonzero(fit & (code >= 0))
    other, unknown = table.among(metric.aim, ("not_target",)), table.among(metric.aim, ("unknown",))
    for own in _apart(rows, code[rows]):
        values = {name: str(table[name][own[0]]) for name in metric.per}
        names = {**dict.fromkeys(CONDITION, ""), **values}
        names["condition"] = names.pop("interval", "") or names.pop("percent_rmt", "") or names["condition"]
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
