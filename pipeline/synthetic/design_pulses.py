"""The pulses of a block at one timepoint: what a laboratory gives that believes in these thresholds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .design_blocks import Pairs
from .muscle_state import Believed
from .parameters import MUSCLES

Columns = dict[str, np.ndarray]
NUMBERS = ("intensity_mso", "conditioning_mso", "isi_ms", "nerve_ma", "base")
"""Columns of numbers; `base` is the ratio of a pair in a person without effects."""
ROOT_MSO = 60.0


def pulses(block: Any, of: Believed, rng: np.random.Generator) -> Columns:
    """The pulse table of a block, (n_pulses,) each, in the order given; `what` names the kind of a pair.

    Magnetic intensities are whole %MSO up to 100, currents tenths of a mA.
    """
    kinds = GIVEN[block.kind](block, of)
    n_each = [n for n, _ in kinds]
    told: Columns = {name: np.repeat([float(each.get(name, np.nan)) for _, each in kinds], n_each) for name in NUMBERS}
    for name, default in (("pulse", "single"), ("what", ""), ("state", block.state)):
        told[name] = np.repeat(np.array([each.get(name, default) for _, each in kinds], object), n_each)
    for name in ("intensity_mso", "conditioning_mso"):
        told[name] = np.minimum(np.rint(told[name]), 100.0)
    told["nerve_ma"] = np.round(told["nerve_ma"], 1)
    order = rng.permutation(len(told["pulse"]))
    order = order[np.argsort(told["pulse"][order] == "root", kind="stable")]
    return {name: column[order] for name, column in told.items()}


Kinds = list[tuple[int, Mapping[str, Any]]]
"""How many pulses, and the columns of each."""


def _threshold(block: Any, of: Believed) -> Kinds:
    about = np.rint(of.amt_mso if block.state == "active" else of.rmt_mso)
    return [(block.n, {"intensity_mso": about + step}) for step in block.steps_mso]


def _levels(block: Any, of: Believed) -> Kinds:
    return [(n, {"intensity_mso": of.rmt_mso * percent / 100.0}) for percent, n in block.levels]


def _latency(block: Any, of: Believed) -> Kinds:
    return [*_levels(block, of), (block.n_root, {"pulse": "root", "state": "rest", "intensity_mso": ROOT_MSO})]


def _pairs(block: Pairs, of: Believed) -> Kinds:
    percent, n_test = block.test
    test = {"intensity_mso": of.rmt_mso * percent / 100.0}
    return [
        (n_test, test),
        *_alone(block.pairs, block.n_alone, of),
        *((e.n, {**test, **_pair(block, e, of)}) for e in block.pairs),
    ]


def _pair(block: Pairs, pair: Any, of: Believed) -> Mapping[str, Any]:
    shared = {"pulse": block.kind, "what": pair.what, "isi_ms": pair.isi_ms, "base": pair.base}
    if block.kind == "nerve_tms":
        return {**shared, "nerve_ma": block.nerve_ma}
    return {**shared, "conditioning_mso": of.rmt_mso * pair.percent / 100.0}


def _alone(pairs: Sequence[Any], n: int, of: Believed) -> Kinds:
    below = sorted({each.percent for each in pairs if each.percent < 100})
    return [(n, {"intensity_mso": of.rmt_mso * percent / 100.0}) for percent in below] if n else []


def _h_reflex(block: Any, of: Believed) -> Kinds:
    return [(block.n, _nerve(percent, of)) for percent in block.currents]


def _f_wave(block: Any, of: Believed) -> Kinds:
    return [(block.n, _nerve(block.current, of))]


def _nerve(percent: float, of: Believed) -> Mapping[str, Any]:
    return {"pulse": "nerve", "nerve_ma": of.m50_ma * percent / 100.0}


GIVEN: Mapping[str, Callable[[Any, Believed], Kinds]] = {
    "threshold": _threshold, "mep": _levels, "recruitment": _levels, "silent_period": _levels, "latency": _latency,
    "paired": _pairs, "nerve_tms": _pairs, "h_reflex": _h_reflex, "f_wave": _f_wave,
}  # fmt: skip
"""Kind of block -> how many of which pulses."""


def site(block: Any, pulse: str) -> str:
    """Where a pulse is given."""
    if pulse in ("nerve", "root"):
        return pulse
    return MUSCLES[block.muscle].site
