"""What is true of every metric of a muscle at one timepoint of a design, and the sizes that chance makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from .amplifier import Clock
from .design_pulses import Columns
from .muscle_state import State
from .nerve import Nerve
from .nerve_trials import Response, f_waves
from .noise import N_FIRING, RATES_HZ
from .parameters import Parameters, generator
from .physiology import Physiology
from .recruitment import sizes

ONSET_AFTER_MS: Mapping[str, float] = {"FDI": 0.6, "TA": 1.0}
"""How long after the first motor unit's potential arrives an MEP has 1 % of its size: medians over simulated people,
who lie within 0.3 ms of them."""
WAVE_AFTER_MS = 0.4
"""The same of M wave, H reflex, F wave and answer to the root."""

NERVE_RATE_HZ = 5000.0
"""Sampling rate of recordings of nerve stimulation."""


def drawn_uv(told: Columns, state: State, parameters: Parameters, rng: np.random.Generator) -> np.ndarray:
    """(n_pulses,) size of the answer to each TMS pulse at 0 ms; NaN where there is none.

    A pair's is that of the test pulse times its ratio.
    """
    size_uv = np.full(len(told["pulse"]), np.nan)
    for word in ("rest", "active"):
        own = (told["state"] == word) & ~np.isin(told["pulse"], ("root", "nerve"))
        if own.any() and state.physiology is not None:
            curve = state.physiology.curve(word == "active")
            size_uv[own] = sizes(curve, told["intensity_mso"][own], parameters, rng)
    size_uv = size_uv * _ratios(told, state)
    return np.where(size_uv >= parameters.smallest_mep_uv, size_uv, np.nan)


def _ratios(told: Columns, state: State) -> np.ndarray:
    """(n_pulses,) median conditioned over test response, 1 for single pulses."""
    ratio = np.ones(len(told["what"]))
    for what, moved in state.pairs.items():
        own = told["what"] == what
        ratio[own] = told["base"][own] * moved.factor + moved.shift
    return ratio


def return_scale_ms(parameters: Parameters) -> float:
    """How long after the end of silence the first unit fires: the scale of a Rayleigh distribution.

    The share of units that fire again grows linearly, so the rate of firings does.
    """
    per_ms = N_FIRING * sum(RATES_HZ) / 2.0 / 1000.0
    return float(np.sqrt(parameters.recovery_ms / per_ms))


def onset_ms(of: Physiology, active: bool) -> float:
    """Mean onset of an MEP, as `true_onset_ms` takes it."""
    return of.latency_ms(active) + ONSET_AFTER_MS.get(of.muscle, 0.6)


def f_duration_ms(nerve: Nerve) -> float:
    """Mean duration of F waves, over 200 without noise."""
    clock = Clock(NERVE_RATE_HZ, 0.0, round(0.15 * NERVE_RATE_HZ))
    waves = f_waves(nerve, np.ones(200), clock, generator("durations", nerve.muscle, nerve.f_spread_ms))
    return float(np.nanmean(Response(waves, "f").truth(clock.times_ms)["f_duration_ms"]))


def of_metrics(block: Any, told: Columns, state: State, parameters: Parameters) -> Iterator[Mapping[str, Any]]:
    """The true value of each metric that the block's pulses are for: metric, condition, value, unit.

    `condition` is the intensity or the interval it holds for. Sizes are medians over trials, silent periods run from
    the pulse to where the first motor unit fires again, latencies are to 1 % of a response's size.
    """
    if state.physiology is not None:
        yield from _of_tms(block, told, state, parameters)
    if state.nerve is not None and block.kind in ("h_reflex", "f_wave"):
        yield from _of_nerve(block, state)


def _of_tms(block: Any, told: Columns, state: State, parameters: Parameters) -> Iterator[Mapping[str, Any]]:
    of = state.physiology
    assert of is not None
    active = block.state == "active"
    curve, singles = of.curve(active), np.unique(told["intensity_mso"][told["pulse"] == "single"])
    if block.kind == "threshold":
        yield _row("amt" if active else "rmt", "", curve.threshold_mso, "%MSO")
    if block.kind == "recruitment":
        yield _row("recruitment_s50", "", curve.s50_mso, "%MSO")
        yield _row("recruitment_mep_max", "", curve.max_uv, "µV")
        yield _row("recruitment_slope", "", curve.max_uv * curve.slope_per_mso / 4.0, "µV/%MSO")
    for mso in singles if block.kind != "threshold" else ():
        yield _row("mep_amplitude", f"single_{mso:g}mso", float(curve.median_uv(mso)), "µV")
        if block.kind == "silent_period":
            silent_ms = float(of.silent_period_ms(mso)) + np.sqrt(2.0 * np.log(2.0)) * return_scale_ms(parameters)
            yield _row("cortical_sp", f"single_{mso:g}mso", silent_ms, "ms")
    if block.kind in ("mep", "silent_period", "latency"):
        yield _row("mep_latency", "", onset_ms(of, active), "ms")
    if block.kind == "latency" and state.nerve is not None and block.n_root:
        yield _row("cmct", "", of.latency_active_ms - state.nerve.root_latency_ms, "ms")
    for what, isi_ms, ratio in sorted(set(zip(told["what"], told["isi_ms"], _ratios(told, state), strict=True))):
        if what:
            yield _row(what, f"isi{isi_ms:g}", float(ratio), "")


def _of_nerve(block: Any, state: State) -> Iterator[Mapping[str, Any]]:
    nerve = state.nerve
    assert nerve is not None
    yield _row("mmax", "", nerve.m_max_uv, "µV")
    yield _row("m_latency", "", nerve.m_latency_ms + WAVE_AFTER_MS, "ms")
    if block.kind == "h_reflex" and nerve.h_max_uv > 0:
        yield _row("h_reflex", "", 100.0 * nerve.h_max_uv / nerve.m_max_uv, "%")
        yield _row("h_latency", "", nerve.h_latency_ms + WAVE_AFTER_MS, "ms")
    if block.kind == "f_wave":
        yield _row("f_latency", "", nerve.f_latency_ms + WAVE_AFTER_MS, "ms")
        yield _row("f_persistence", "", nerve.f_persistence, "")
        yield _row("f_duration", "", f_duration_ms(nerve), "ms")


def _row(metric: str, condition: str, value: float, unit: str) -> Mapping[str, Any]:
    return {"metric": metric, "condition": condition, "value": value, "unit": unit}
