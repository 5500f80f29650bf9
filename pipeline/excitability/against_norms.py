"""Which norms, limits of plausibility and cut-offs hold for a number, and what is said of it by them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..muscles import short_name
from ..norms import ANY, KINDS, TRUST, Norm, Person, Span
from .cells import Cell, Metric
from .rows import Rows

RMT_WITHIN_PERCENT = 5.0
"""How far the intensity may be off that of a norm, in percent of the resting threshold: own choice."""
ISI_WITHIN_MS = 0.2
MAGNETIC = {"single", "paired", "nerve_tms"}
BY_INTENSITY = {"condition", "interval", "percent_rmt"}
"""Columns of a cell that tell intensities apart: what pools over them does not hang on one."""
Row = Mapping[str, Any]


class Circumstances(NamedTuple):
    """What the trials behind a number have in common: medians, NaN where it is not known."""

    percent_rmt: float
    """Intensity of the (test) pulse, % of the resting threshold of the session."""
    mvc_percent: float
    isi_ms: float


UNKNOWN = Circumstances(*[float("nan")] * 3)


class Held(NamedTuple):
    """A row of a table of norms that holds for a number."""

    norm: Norm
    limits: Span
    unstated: tuple[str, ...]
    """What the source does not say though the number hangs on it: such a row never flags."""

    @property
    def flags(self) -> bool:
        """Whether a number beyond it is flagged: both kinds must be complete, and a norm must have been read."""
        read = self.norm.kind == "norm" and self.norm.verified
        return not self.unstated and (read or self.norm.kind == "plausibility")

    def beyond(self, value: float) -> bool:
        """Whether a number lies outside the limits."""
        return value < self.limits.low or value > self.limits.high

    @property
    def text(self) -> str:
        """Source, limits, kind, and how far both can be trusted."""
        said = [self.norm.kind.replace("_", "-"), TRUST[self.norm.trust], *(["mean ± 2 SD"] if self.norm.by_sd else [])]
        missing = f"; not stated: {', '.join(self.unstated)}" if self.unstated else ""
        return f"{self.norm.source}: {_ranged(self.limits)} ({', '.join(said)}{missing})"


def circumstances(cell: Cell, levels: Rows) -> Circumstances:
    """Those of the accepted trials of a cell, `levels` being its rows with `reference_rmt_mso`."""
    own = cell.rows[~cell.table["excluded"][cell.rows]]
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = 100.0 * levels.numbers("intensity_mso")[own] / levels.numbers("reference_rmt_mso")[own]
    return Circumstances(*map(_median, (percent, *(levels.numbers(name)[own] for name in ("mvc_percent", "isi_ms")))))


def referred(
    rows: Iterable[Row], metrics: Sequence[Metric], norms: Sequence[Sequence[Norm]], person: Person
) -> Iterator[dict[str, Any]]:
    """Rows of the metrics table with `ref_low`, `ref_high`, `ref_source`, and with what they add to the status.

    The range is that of the norms that hold; the widest of several, all of them named. Where there is no norm that was
    read it is that of unverified ones, then of limits of plausibility, then of cut-offs. `outside_reference` is a value
    outside of every norm that was read, one of which says all that the number hangs on; `implausible` one beyond every
    limit of plausibility that does.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of the metrics table with `circumstances`, a function that gives them: they are asked for where it matters.
        A muscle that the stimulation does not aim at has no reference.
    metrics : sequence of Metric
        All metrics.
    norms : sequence of sequence of Norm
        Tables, the first of which stands above the second where any of its rows holds.
    person : Person
        The participant.

    References
    ----------
    Own: what counts as complete (convention, muscle, intensity, contraction), and the range of several sources.
    """
    named = {each.name: each for each in metrics}
    by_metric = [{name: [own for own in table if own.metric == name] for name in named} for table in norms]
    for row in rows:
        metric = named[row["metric"]]
        aimed = "not_target" not in row["status"].split(";")
        near = [[each for each in table[metric.name] if aimed and _near(each, row, person)] for table in by_metric]
        given: Circumstances = row["circumstances"]() if any(near) else UNKNOWN
        tables = ([_held(each, metric, person) for each in own if _holds(each, given)] for own in near)
        yield {**row, **_said(row, next(filter(None, tables), []))}


def _near(norm: Norm, row: Row, person: Person) -> bool:
    """Whether a row of a table is for this number, whatever the circumstances."""
    return (
        norm.unit == row["unit"]
        and (not norm.conventions or ANY in norm.conventions or row["convention"] in norm.conventions)
        and norm.muscle in ("", ANY, short_name(row["muscle"]))
        and norm.state in ("", row["state"])
        and norm.fits(person)
    )


def _holds(norm: Norm, given: Circumstances) -> bool:
    """Whether it is for these circumstances."""
    return (
        norm.spans["percent_rmt"].holds(given.percent_rmt, RMT_WITHIN_PERCENT)
        and norm.spans["mvc_percent"].holds(given.mvc_percent)
        and norm.spans["isi_ms"].holds(given.isi_ms, ISI_WITHIN_MS)
    )


def _held(norm: Norm, metric: Metric, person: Person) -> Held:
    by_intensity = bool(BY_INTENSITY & set(metric.per)) and bool(MAGNETIC & set(metric.pulses))
    lacks = {
        "convention": len(norm.conventions) != 1 and len(metric.conventions) > 1,
        "muscle": not norm.muscle,
        "state": not norm.state,
        "intensity": by_intensity and not norm.spans["percent_rmt"].stated,
        "contraction": norm.state == "active" and not norm.spans["mvc_percent"].stated,
    }
    return Held(norm, norm.limits(person), tuple(name for name, holds in lacks.items() if holds))


def _said(row: Row, held: Sequence[Held]) -> dict[str, Any]:
    """The columns of the reference, and the status."""
    ranked = sorted(held, key=_rank)
    shown = [each.limits for each in ranked if _rank(each) == _rank(ranked[0])]
    read = [each for each in held if each.norm.kind == "norm" and each.norm.verified]
    doubted = [each for each in held if each.norm.kind == "plausibility" and each.flags]
    codes = {
        "outside_reference": any(each.flags for each in read) and all(each.beyond(row["value"]) for each in read),
        "implausible": bool(doubted) and all(each.beyond(row["value"]) for each in doubted),
    }
    status = [code for code in row["status"].split(";") if code != "ok"]
    return {
        "ref_low": _widest([each.low for each in shown], min),
        "ref_high": _widest([each.high for each in shown], max),
        "ref_source": "; ".join(each.text for each in ranked),
        "status": ";".join([*status, *(code for code, holds in codes.items() if holds)]) or "ok",
    }


def _rank(held: Held) -> int:
    kind = held.norm.kind
    return 0 if kind == "norm" and held.norm.verified else 1 + list(KINDS).index(kind)


def _widest(limits: Sequence[float], of: Any) -> float:
    """The widest of several limits; none where one of them is open."""
    return float(of(limits)) if limits and not np.isnan(limits).any() else float("nan")


def _ranged(limits: Span) -> str:
    low, high = (f"{each:.6g}" for each in limits)
    return f"up to {high}" if low == "nan" else f"from {low}" if high == "nan" else f"{low} to {high}"


def _median(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")
