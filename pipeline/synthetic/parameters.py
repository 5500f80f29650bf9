"""What the generator is told: the signal, the groups, and the muscles it knows."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Iterable, Mapping

import numpy as np
import pydantic

from .. import faults
from ..errors import ConfigError, did_you_mean


@dataclasses.dataclass(frozen=True)
class Parameters:
    """Signal, trial-to-trial variability and effects of group; the defaults are those of the shipped sample.

    Parameters
    ----------
    noise_uv : float
        RMS of EMG and amplifier noise at rest, after the amplifier's filters; 10 % (log SD) from trial to trial.
    noise_exponent : float
        Amplitude density of that noise falls with frequency to this power; 0.6 is what resting recordings of hand and
        leg muscles showed from 10 to 1500 Hz, 0 is white.
    contraction_uv : float
        RMS of the EMG in contraction, between subjects 25 % (log SD) around it, from trial to trial 10 %.
    mvc_percent : float
        Contraction asked for, % of maximal voluntary contraction; it is written, not modelled.
    preactivated_share : float
        Share of trials at rest in which a few motor units fire throughout.
    preactivated_uv : float
        RMS of their EMG.
    mains_hz, mains_uv : float
        Power-line frequency, and amplitude of its fundamental; the third harmonic has a third, the fifth a tenth.
    drift_uv : float
        SD of the offset of a trial, and amplitude of its slow (under 1 Hz) wander.
    artefact_uv : (float, float)
        Range between recordings of the size of the TMS artefact at threshold intensity; it grows with intensity.
    artefact_decay_ms : (float, float)
        Range between recordings of the time constant the artefact decays with.
    artefact_tail_share : float
        Share of the artefact that decays with 10 ms instead.
    saturation_uv : float
        Where the amplifier clips; infinite for never.
    high_pass_hz, low_pass_hz : float
        Corners of the amplifier's causal filters, first and second order; the low-pass stays under 0.4 of the rate.
    log_sd : float
        SD of the natural logarithm of the MEP's size at one intensity.
    threshold_jitter : float
        SD of the threshold from trial to trial, as a share of the threshold.
    latency_jitter_ms : float
        SD of the latency from trial to trial.
    smallest_mep_uv : float
        A response below one motor unit's potential does not exist: smaller sizes become null trials.
    silent_period_sd_ms : float
        SD of the end of the silent period from trial to trial.
    recovery_ms : float
        How long the motor units take to come back fully after the silent period.
    rls_silent_period_ratio : float
        Silent period of patients, times that of controls.
    rls_ta_ratio : float
        Largest MEP of patients' TA, times that of controls.
    rls_evening_mep_ratio, rls_evening_silent_period_ratio : float
        What the evening adds to both in patients; the sessions of controls differ by chance alone.
    """

    noise_uv: float = 0.7
    noise_exponent: float = 0.6
    contraction_uv: float = 40.0
    mvc_percent: float = 15.0
    preactivated_share: float = 0.02
    preactivated_uv: float = 12.0
    mains_hz: float = 50.0
    mains_uv: float = 2.0
    drift_uv: float = 5.0
    artefact_uv: tuple[float, float] = (1000.0, 10000.0)
    artefact_decay_ms: tuple[float, float] = (0.3, 1.0)
    artefact_tail_share: float = 0.001
    saturation_uv: float = math.inf
    high_pass_hz: float = 10.0
    low_pass_hz: float = 1500.0
    log_sd: float = 0.4
    threshold_jitter: float = 0.02
    latency_jitter_ms: float = 0.25
    smallest_mep_uv: float = 25.0
    silent_period_sd_ms: float = 8.0
    recovery_ms: float = 25.0
    rls_silent_period_ratio: float = 0.8
    rls_ta_ratio: float = 1.4
    rls_evening_mep_ratio: float = 1.15
    rls_evening_silent_period_ratio: float = 0.92


@dataclasses.dataclass(frozen=True)
class Muscle:
    """How one muscle answers; ranges are between subjects.

    Parameters
    ----------
    limb, site : str
        Part of the tasks' names, and the cortical area that is stimulated.
    rmt_mso : (float, float)
        Resting motor threshold.
    amt_ratio : (float, float)
        Active over resting motor threshold.
    latency_ms : (float, float)
        Arrival of the fastest motor unit at rest; it grows with body height.
    active_lead_ms : (float, float)
        How much earlier it comes in contraction.
    dispersion_ms : float
        Mean delay of a motor unit behind the fastest.
    unit_ms : (float, float)
        Time constant of a motor unit's potential, which lasts about eight of them.
    rest_max_uv, active_max_uv : float
        Largest MEP; 25 % (log SD) between subjects.
    s50_ratio : float
        Midpoint of the recruitment curve over the threshold.
    silent_period_ms : (float, float)
        End of the silent period at the active threshold and at 1.5 times it.
    """

    limb: str
    site: str
    rmt_mso: tuple[float, float]
    amt_ratio: tuple[float, float]
    latency_ms: tuple[float, float]
    active_lead_ms: tuple[float, float]
    dispersion_ms: float
    unit_ms: tuple[float, float]
    rest_max_uv: float
    active_max_uv: float
    s50_ratio: float
    silent_period_ms: tuple[float, float]


MUSCLES: Mapping[str, Muscle] = {
    "FDI": Muscle(
        limb="hand",
        site="M1hand",
        rmt_mso=(38.0, 52.0),
        amt_ratio=(0.76, 0.84),
        latency_ms=(21.0, 23.0),
        active_lead_ms=(1.5, 3.0),
        dispersion_ms=1.5,
        unit_ms=(0.8, 1.3),
        rest_max_uv=4000.0,
        active_max_uv=7000.0,
        s50_ratio=1.3,
        silent_period_ms=(70.0, 165.0),
    ),
    "TA": Muscle(
        limb="leg",
        site="M1leg",
        rmt_mso=(55.0, 75.0),
        amt_ratio=(0.76, 0.84),
        latency_ms=(28.0, 32.0),
        active_lead_ms=(1.5, 3.0),
        dispersion_ms=5.0,
        unit_ms=(0.8, 1.8),
        rest_max_uv=2200.0,
        active_max_uv=3500.0,
        s50_ratio=1.3,
        silent_period_ms=(70.0, 145.0),
    ),
}
"""The muscles the generator knows; ranges as published for healthy adults, rounded."""


def stated(settings: Iterable[str]) -> Parameters:
    """Parameters from texts such as ``noise_uv=2`` or ``artefact_uv=[500, 2000]``, the defaults elsewhere.

    Raises
    ------
    ConfigError
        Where a name is unknown or a value does not fit.
    """
    names = [field.name for field in dataclasses.fields(Parameters)]
    values: dict[str, object] = {}
    for text in settings:
        name, _, value = text.partition("=")
        if name not in names:
            raise ConfigError(f"simulate: no parameter {name!r}; {did_you_mean(name, names)}")
        try:
            values[name] = json.loads(value)
        except json.JSONDecodeError:
            raise ConfigError(f"simulate: {name} is {value!r}; expected a number, or two as [from, to]") from None
    try:
        made: Parameters = pydantic.TypeAdapter(Parameters).validate_python(values)
    except pydantic.ValidationError as error:
        found = faults.problems(error, names, values)
        raise ConfigError("\n".join(f"simulate: {faults.located(at, text)}" for at, text in found)) from None
    return made


def muscle_model(name: str) -> Muscle:
    """The model of a muscle; an unknown one is an error that lists those there are."""
    if name not in MUSCLES:
        raise ConfigError(f"no model of muscle {name!r}; {did_you_mean(name, MUSCLES)}")
    return MUSCLES[name]


def generator(*names: object) -> np.random.Generator:
    """A random generator seeded from the names of what it serves, so that nothing else can change its numbers."""
    digest = hashlib.blake2b("|".join(map(str, names)).encode(), digest_size=16).digest()
    return np.random.default_rng(int.from_bytes(digest, "little"))
