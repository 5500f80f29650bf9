"""A muscle of a person at one timepoint of a design: how it answers TMS, and its nerve."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from .design_schema import Design, Timepoint
from .moved import Moved, moves
from .nerve import MODELS, Nerve, nerve_of
from .parameters import MUSCLES, generator, muscle_model
from .physiology import Participant, Physiology, latency_ms
from .recruitment import ACTIVE_CRITERION_UV, RESTING_CRITERION_UV, Curve
from .units import motor_units
from .variability import RATIOS
from .visits import Visit

SIZE_AT = 1.2
"""Intensity over the threshold at which an effect on the size of the MEP is what it says."""
CENTRAL_MS: Mapping[str, tuple[float, float]] = {"FDI": (5.0, 7.0), "TA": (12.0, 15.0)}
"""Range between people of the central conduction time to the root, inside of published ranges."""


class Body(NamedTuple):
    """A muscle of a person before anything moves it."""

    physiology: Physiology | None
    """None for a muscle whose answer to TMS the generator does not know."""
    nerve: Nerve | None
    """None for a muscle whose nerve it does not know."""


class State(NamedTuple):
    """A muscle at one timepoint."""

    timepoint: Timepoint
    physiology: Physiology | None
    nerve: Nerve | None
    pairs: Mapping[str, Moved]
    """What becomes of the ratio of each kind of pair."""


class Believed(NamedTuple):
    """What the laboratory takes for true when it sets its stimulators; NaN where it does not ask."""

    rmt_mso: float
    amt_mso: float
    m50_ma: float


def body(who: Participant, muscle: str, seed: int) -> Body:
    """A person's muscle: drawn from the ranges of its model."""
    physiology = _physiology(who, muscle, seed) if muscle in MUSCLES else None
    nerve = nerve_of(muscle, f"{seed}|{who.label}") if muscle in MODELS else None
    if physiology and nerve and muscle in CENTRAL_MS:
        central_ms = generator(seed, who.label, muscle, "central").uniform(*CENTRAL_MS[muscle])
        nerve = dataclasses.replace(nerve, root_latency_ms=physiology.latency_active_ms - central_ms)
    return Body(physiology, nerve)


def _physiology(who: Participant, muscle: str, seed: int) -> Physiology:
    model, rng = muscle_model(muscle), generator(seed, who.label, muscle)
    rmt = rng.uniform(*model.rmt_mso)
    amt = rmt * rng.uniform(*model.amt_ratio)
    at_rest_ms = latency_ms(model, who.height_cm, rng)
    return Physiology(
        muscle=muscle,
        rest=Curve(rmt, RESTING_CRITERION_UV, model.rest_max_uv, model.s50_ratio * rmt),
        active=Curve(amt, ACTIVE_CRITERION_UV, model.active_max_uv, model.s50_ratio * amt),
        latency_rest_ms=at_rest_ms,
        latency_active_ms=at_rest_ms - rng.uniform(*model.active_lead_ms),
        silent_period_at_amt_ms=model.silent_period_ms[0],
        silent_period_at_150_amt_ms=model.silent_period_ms[1],
        contraction_uv=1.0,
        polarity=float(rng.choice((-1.0, 1.0))),
        units=motor_units(model, rng),
    )


def states(design: Design, who: Participant, visit: Visit, own: Body, muscle: str, seed: int) -> list[State]:
    """A muscle at each timepoint of a visit."""
    return [
        _state(own, each, moves(design, who, visit, each, muscle, seed), design.signal.contraction_uv)
        for each in design.timepoints
    ]


def _state(own: Body, timepoint: Timepoint, moved: Mapping[str, Moved], contraction_uv: float) -> State:
    physiology, nerve = own
    electrodes = moved["electrodes"].factor
    return State(
        timepoint,
        physiology and _now(physiology, moved, electrodes, contraction_uv),
        nerve and _nerve_now(nerve, moved, electrodes),
        {name: moved[name] for name in RATIOS},
    )


def _now(own: Physiology, moved: Mapping[str, Moved], electrodes: float, contraction_uv: float) -> Physiology:
    rmt = moved["threshold"](own.rest.threshold_mso)
    share = rmt / own.rest.threshold_mso
    rest, active = (
        resized(
            dataclasses.replace(each, threshold_mso=each.threshold_mso * share, s50_mso=each.s50_mso * share),
            moved["mep_size"],
            electrodes,
        )
        for each in (own.rest, own.active)
    )
    ends = (moved["silent_period"](each) for each in (own.silent_period_at_amt_ms, own.silent_period_at_150_amt_ms))
    at_amt_ms, at_150_ms = ends
    return dataclasses.replace(
        own,
        rest=rest,
        active=active,
        latency_rest_ms=moved["latency"](own.latency_rest_ms),
        latency_active_ms=moved["latency"](own.latency_active_ms),
        silent_period_at_amt_ms=at_amt_ms,
        silent_period_at_150_amt_ms=at_150_ms,
        contraction_uv=moved["contraction"](contraction_uv) * electrodes,
    )


def resized(curve: Curve, size: Moved, electrodes: float) -> Curve:
    """A curve whose sizes at `SIZE_AT` times its threshold, and at most, change by a factor; its threshold stays.

    Boltzmann's curve has two parameters for these two conditions: maximum, and midpoint with it the steepness.
    """
    at = SIZE_AT * curve.threshold_mso
    median_uv = float(curve.median_uv(at))
    factor = electrodes * size(median_uv) / median_uv
    under = curve.slope_per_mso * (curve.s50_mso - at)
    steps = np.log(curve.max_uv * factor / curve.criterion_uv - 1.0)
    slope = (steps - under) / (at - curve.threshold_mso)
    return dataclasses.replace(curve, max_uv=curve.max_uv * factor, s50_mso=float(curve.threshold_mso + steps / slope))


def _nerve_now(own: Nerve, moved: Mapping[str, Moved], electrodes: float) -> Nerve:
    m_max_uv = moved["mmax"](own.m_max_uv) * electrodes
    return dataclasses.replace(
        own,
        m_max_uv=m_max_uv,
        m50_ma=moved["current"](own.m50_ma),
        h_max_uv=moved["h_reflex"](own.h_max_uv / own.m_max_uv) * m_max_uv,
        h_latency_ms=moved["h_latency"](own.h_latency_ms),
        f_latency_ms=moved["f_latency"](own.f_latency_ms),
        f_spread_ms=moved["f_spread"](own.f_spread_ms),
        f_uv=moved["f_size"](own.f_uv) * electrodes,
    )


def believed(state: State, error_mso: float, rng: np.random.Generator) -> Believed:
    """What the laboratory finds at a timepoint: the truth with a small error."""
    error = rng.normal(0.0, 1.0, 3)
    nan = float("nan")
    of, nerve = state.physiology, state.nerve
    return Believed(
        of.rest.threshold_mso + error_mso * error[0] if of else nan,
        of.active.threshold_mso + error_mso * error[1] if of else nan,
        nerve.m50_ma * (1.0 + 0.02 * error[2]) if nerve else nan,
    )
