"""Which paradigms a subject's trials are, and what each lacks, by the statuses of the metrics that answer it."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from . import chosen, prepared
from .cells import DESIGN, Cell, Metric, of
from .metrics import METRICS
from .rows import Rows

if TYPE_CHECKING:
    import pandas as pd


class Paradigm(NamedTuple):
    """What a study may ask of a muscle, and the metrics that answer it."""

    name: str
    metrics: tuple[str, ...]
    """Names of metrics, or their beginnings followed by *."""
    pulses: tuple[str, ...] | None = None
    """Kinds of pulse among those of the metrics that are its own; None for all."""
    states: tuple[str, ...] | None = None
    intensities: int = 1
    """Different intensities in one cell from which on the trials are taken for it."""
    by_value: bool = False
    """Trials are taken for it where the first of its metrics has a value: the pulse alone does not tell."""


SINGLE = ("single",)
PARADIGMS = (
    Paradigm("threshold", ("rmt", "amt", "inhibitory_threshold", "s1mv"), intensities=3),
    Paradigm("MEP size", ("mep_amplitude", "mep_area", "mep_variability", "mep_probability"), SINGLE),
    Paradigm("MEP/Mmax", ("mep_to_mmax",), by_value=True),
    Paradigm("recruitment curve", ("recruitment_*",), intensities=5),
    Paradigm("latency", ("mep_latency",), states=("active",)),
    Paradigm("CMCT", ("cmct",), by_value=True),
    Paradigm("contraction", ("contraction",)),
    Paradigm("cortical SP", ("cortical_sp", "cortical_sp_depth", "cortical_sp_probability", "mep_sp_ratio")),
    Paradigm("cortical SP curve", ("cortical_sp_curve_*",), intensities=5),
    Paradigm("ipsilateral SP", ("ipsi_sp_*", "transcallosal_time")),
    Paradigm("SICI", ("sici",)),
    Paradigm("ICF", ("icf",)),
    Paradigm("LICI", ("lici",)),
    Paradigm("SAI", ("sai",)),
    Paradigm("LAI", ("lai",)),
    Paradigm("AIF", ("aif",)),
    Paradigm("leg afferent", ("leg_afferent",)),
    Paradigm("exercise", ("post_exercise_*", "delayed_facilitation")),
    Paradigm("after-effects", ("after_effect*",)),
    Paradigm("M wave", ("mmax", "m_latency"), states=("rest",)),
    Paradigm("H reflex", ("h_reflex", "h_latency", "h_threshold", "h_at_m"), by_value=True),
    Paradigm("H recovery", ("h_recovery*",)),
    Paradigm("F wave", ("f_latency", "f_*", "pmct"), by_value=True),
    Paradigm("peripheral and cutaneous SP", ("peripheral_sp", "cutaneous_sp")),
)
"""Every paradigm, in the order in which it is shown; each metric is of one but `mep_at_rmt`, which is of none."""

LACKS = (
    "hotspot_unknown", "state_assumed", "limb_unknown", "no_accepted_trials", "few_trials", "no_intensity",
    "few_pulses", "few_intensities", "no_plateau", "coarse_steps", "not_bracketed", "no_test_pulses",
    "conditioning_not_checked", "no_conditioning_intensity", "no_mmax", "no_current", "m_still_grows", "h_at_edge",
    "no_trials_at_m", "few_intervals", "no_f_waves", "no_root_trials", "no_latency", "no_baseline", "no_minutes",
    "one_block", "no_mvc",
)  # fmt: skip
"""Statuses that say that something was not recorded or not declared."""
ANYWHERE = ("hotspot_unknown", "state_assumed", "limb_unknown")
"""Those of them that are of the trials, whatever the paradigm."""
PER_PULSE = ("condition", "percent_rmt")
"""Columns that tell pulses of one visit apart: what one pulse lacks another may have."""


class Found(NamedTuple):
    """The paradigms of one subject."""

    cells: "pd.DataFrame"
    """paradigm, session, timepoint, state, side, muscle, n (all trials), n_excluded, found; where `found` is not the
    pulses could be of the paradigm, but nothing says so."""
    lacks: "pd.DataFrame"
    """paradigm, metric, code of `STATUSES`, session, timepoint, state, side, muscle, found; `timepoint` is "" where the
    metric pools over timepoints."""


class _Trials(NamedTuple):
    paradigm: str
    rows: np.ndarray
    """(n_trials,) index of each in the table."""
    found: bool


class _Said(NamedTuple):
    """What a metric says of one cell."""

    codes: frozenset[str]
    first: frozenset[str]
    valued: bool


def found(
    rows: "pd.DataFrame",
    metrics: "pd.DataFrame",
    settings: Mapping[str, Any] | None = None,
    averages: "pd.DataFrame | None" = None,
) -> Found:
    """The paradigms of one subject.

    Trials whose declared `paradigm` is the name of one, or of a metric of it, are of that one and, where all trials of
    a cell are so declared, of no other; else what the pulses are decides.

    Parameters
    ----------
    rows : DataFrame
        One row a trial and muscle, as `summarise` is given.
    metrics : DataFrame
        What `summarise` gives of them.
    settings : mapping, optional
        The section `excitability` of a config.
    averages : DataFrame, optional
        As `summarise` is given.
    """
    import pandas as pd

    table, stated, known = prepared(rows, averages), chosen(settings), _said(metrics)
    words = _declared(table)
    cells: list[_Trials] = []
    lacks: list[tuple[Any, ...]] = []
    for paradigm in PARADIGMS:
        for metric in _metrics(paradigm):
            if not all(name in table for name in (*metric.per, metric.aim)):
                continue
            for cell in of(table, metric):
                own, at = _own(paradigm, cell), tuple(cell.names[name] for name in (*DESIGN, "condition"))
                said = known.get((metric.name, *at))
                if said is None or not len(own) or not metric.covers(cell, stated[metric.name]):
                    continue
                hit = _recognised(paradigm, cell, own, words[own], known.get((paradigm.metrics[0], *at)))
                cells.append(_Trials(paradigm.name, own, hit))
                codes = said.codes if paradigm.by_value else said.first
                lacks += [_lack(paradigm, metric, cell, code, hit) for code in ("", *codes)]
    return Found(_cells(cells, table), _lacks(pd.DataFrame(lacks, columns=list(LACK))))


def _metrics(paradigm: Paradigm) -> list[Metric]:
    names, starts = set(paradigm.metrics), tuple(each[:-1] for each in paradigm.metrics if each.endswith("*"))
    return [each for each in METRICS if each.name in names or each.name.startswith(starts)]


def _words() -> dict[str, str]:
    """A declared word in plain letters -> the paradigm it means."""
    of_metrics = {_plain(metric.name): each.name for each in PARADIGMS for metric in _metrics(each)}
    return {**of_metrics, **{_plain(each.name): each.name for each in PARADIGMS}}


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _declared(table: Rows) -> np.ndarray:
    """(n_rows,) the paradigm that each trial declares by a name that is known, "" for none."""
    known = _words()
    of_word = {text: known.get(_plain(text), "") for text in set(table["paradigm"].tolist())}
    return np.array([of_word[text] for text in table["paradigm"].tolist()], dtype=object)


def _said(metrics: "pd.DataFrame") -> dict[tuple[str, ...], _Said]:
    """Metric and cell -> what its conventions say; where one has a value, `codes` are that one's."""
    names = ["metric", *DESIGN, "condition"]
    found: dict[tuple[str, ...], _Said] = {}
    for *key, value, status in metrics[[*names, "value", "status"]].itertuples(index=False, name=None):
        codes, valued = frozenset(status.split(";")) & frozenset(LACKS), bool(np.isfinite(value))
        if "not_target" in status:
            continue
        before = found.get(tuple(key))
        if before is None:
            found[tuple(key)] = _Said(codes, codes, valued)
        elif valued and not before.valued:
            found[tuple(key)] = _Said(codes, before.first, valued)
    return found


def _own(paradigm: Paradigm, cell: Cell) -> np.ndarray:
    """Trials of a cell whose pulse and state are the paradigm's."""
    own = cell.rows
    for column, wanted in (("pulse", paradigm.pulses), ("state", paradigm.states)):
        own = own if wanted is None else own[cell.table.among(column, wanted)[own]]
    return own


def _recognised(paradigm: Paradigm, cell: Cell, own: np.ndarray, words: np.ndarray, first: _Said | None) -> bool:
    """Whether trials `own`, declared as `words`, are of a paradigm; `first` is what its first metric says of them."""
    if (words == paradigm.name).any():
        return True
    if (words != "").all():
        return False
    if paradigm.by_value:
        return first is not None and first.valued
    levels = cell.table.numbers("intensity_mso")[own]
    return paradigm.intensities == 1 or len(np.unique(levels[np.isfinite(levels)])) >= paradigm.intensities


LACK = ("paradigm", "metric", "code", *DESIGN, "per_pulse", "found")


def _lack(paradigm: Paradigm, metric: Metric, cell: Cell, code: str, hit: bool) -> tuple[Any, ...]:
    apart = any(name in metric.per for name in PER_PULSE)
    return (paradigm.name, metric.name, code, *(cell.names[name] for name in DESIGN), apart, hit)


def _lacks(every: "pd.DataFrame") -> "pd.DataFrame":
    """Each lack once; of metrics that tell pulses apart those that all pulses of a cell share."""
    keys = ["paradigm", "metric", *DESIGN]
    n_cells = every[every["code"] == ""].groupby(keys, sort=False).size().rename("n_cells").reset_index()
    own = every[every["code"] != ""].groupby([*keys, "code", "per_pulse"], sort=False)["found"].agg(["size", "any"])
    own = own.rename(columns={"any": "found"}).reset_index().merge(n_cells, on=keys)
    kept = own[~own["per_pulse"].astype(bool) | (own["size"] == own["n_cells"])]
    return kept[["paradigm", "metric", "code", *DESIGN, "found"]].reset_index(drop=True)


def _cells(every: Sequence[_Trials], table: Rows) -> "pd.DataFrame":
    """Trials of each paradigm by visit, state and muscle, each trial once."""
    import pandas as pd

    sizes = [len(each.rows) for each in every]
    at = np.concatenate([np.zeros(0, int), *(each.rows for each in every)])
    flat = pd.DataFrame(
        {
            "paradigm": np.repeat(np.array([each.paradigm for each in every], object), sizes),
            "row": at,
            "found": np.repeat(np.array([each.found for each in every], bool), sizes),
        }
    )
    once = flat.sort_values("found", ascending=False, kind="stable").drop_duplicates(["paradigm", "row"])
    own = once["row"].to_numpy(int)
    design: Sequence[str] = DESIGN
    once = once.assign(excluded=table["excluded"][own].astype(bool), **{name: table[name][own] for name in design})
    names = ["paradigm", *DESIGN, "found"]
    counted = once.groupby(names, sort=False)["excluded"].agg(n="size", n_excluded="sum").reset_index()
    return counted[["paradigm", *DESIGN, "n", "n_excluded", "found"]]
