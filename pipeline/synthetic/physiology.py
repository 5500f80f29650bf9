"""Who is simulated: participants, and how each of their muscles answers in a session."""

from __future__ import annotations

import dataclasses

import numpy as np

from .parameters import Muscle, Parameters, generator, muscle_model
from .recruitment import ACTIVE_CRITERION_UV, RESTING_CRITERION_UV, Curve
from .units import Units, motor_units

SILENT_FROM_AMT = 0.95
"""A silent period needs this share of the active threshold."""


@dataclasses.dataclass(frozen=True)
class Participant:
    """One simulated participant; `irls` is the International RLS scale (0-40), NaN in controls."""

    label: str
    group: str
    age: int
    sex: str
    height_cm: float
    irls: float


@dataclasses.dataclass(frozen=True)
class Physiology:
    """One muscle of one participant in one session: all that is fixed before chance acts on trials."""

    muscle: str
    rest: Curve
    active: Curve
    latency_rest_ms: float
    latency_active_ms: float
    silent_period_at_amt_ms: float
    silent_period_at_150_amt_ms: float
    contraction_uv: float
    polarity: float
    units: Units

    def curve(self, active: bool) -> Curve:
        """The recruitment curve at rest or in contraction."""
        return self.active if active else self.rest

    def latency_ms(self, active: bool) -> float:
        """Arrival of the fastest motor unit at rest or in contraction."""
        return self.latency_active_ms if active else self.latency_rest_ms

    def silent_period_ms(self, intensity_mso: np.ndarray) -> np.ndarray:
        """Mean end of the silent period at intensities of any shape; NaN below its threshold."""
        over = np.asarray(intensity_mso, float) / self.active.threshold_mso
        grown = np.clip((over - 1.0) / 0.5, 0.0, 1.3)
        end_ms = (
            self.silent_period_at_amt_ms + (self.silent_period_at_150_amt_ms - self.silent_period_at_amt_ms) * grown
        )
        return np.where(over >= SILENT_FROM_AMT, end_ms, np.nan)


def participant(label: str, seed: int) -> Participant:
    """The participant of that label; odd numbers are patients (RLS), even ones controls (HC)."""
    rng = generator(seed, label, "participant")
    group = "RLS" if int(label.removeprefix("sub-")) % 2 else "HC"
    sex = str(rng.choice(("F", "M"), p=(0.6, 0.4)))
    height_cm = float(np.clip(rng.normal(165.0 if sex == "F" else 178.0, 6.5), 148.0, 200.0).round())
    irls = float(rng.integers(15, 36))
    return Participant(label, group, int(rng.integers(35, 71)), sex, height_cm, irls if group == "RLS" else np.nan)


def physiology(who: Participant, session: str, muscle: str, seed: int, parameters: Parameters) -> Physiology:
    """How a muscle answers: the participant's own values, moved by the session, the group and the time of day.

    Parameters
    ----------
    who : Participant
        Gives group, height and the label that seeds what belongs to the participant.
    session : str
        Label of the session, "evening" having the evening's effects.
    muscle : str
        One of `MUSCLES`.
    seed : int
        Of the study.
    parameters : Parameters
        Effects of group and evening, EMG in contraction.
    """
    model = muscle_model(muscle)
    own, now = generator(seed, who.label, muscle), generator(seed, who.label, session, muscle)
    largest, silent = _effects(who.group, session, muscle, parameters)
    rmt = own.uniform(*model.rmt_mso) + now.normal(0.0, 0.7)
    amt = rmt * own.uniform(*model.amt_ratio)
    largest *= np.exp(own.normal(0.0, 0.25) + now.normal(0.0, 0.1))
    silent *= np.exp(own.normal(0.0, 0.08) + now.normal(0.0, 0.03))
    latency_rest_ms = latency_ms(model, who.height_cm, own)
    lead_ms = own.uniform(*model.active_lead_ms)
    return Physiology(
        muscle=muscle,
        rest=Curve(rmt, RESTING_CRITERION_UV, model.rest_max_uv * largest, model.s50_ratio * rmt),
        active=Curve(amt, ACTIVE_CRITERION_UV, model.active_max_uv * largest, model.s50_ratio * amt),
        latency_rest_ms=latency_rest_ms,
        latency_active_ms=latency_rest_ms - lead_ms,
        silent_period_at_amt_ms=model.silent_period_ms[0] * silent,
        silent_period_at_150_amt_ms=model.silent_period_ms[1] * silent,
        contraction_uv=parameters.contraction_uv * np.exp(own.normal(0.0, 0.25) + now.normal(0.0, 0.1)),
        polarity=float(own.choice((-1.0, 1.0))),
        units=motor_units(model, own),
    )


def _effects(group: str, session: str, muscle: str, parameters: Parameters) -> tuple[float, float]:
    """Factors on the largest MEP and on the silent period."""
    if group != "RLS":
        return 1.0, 1.0
    largest = parameters.rls_ta_ratio if muscle == "TA" else 1.0
    silent = parameters.rls_silent_period_ratio
    if session == "evening":
        return largest * parameters.rls_evening_mep_ratio, silent * parameters.rls_evening_silent_period_ratio
    return largest, silent


def latency_ms(model: Muscle, height_cm: float, rng: np.random.Generator) -> float:
    """Arrival of the fastest motor unit of a person at rest: it grows with body height."""
    low, high = model.latency_ms
    place = 0.5 + (height_cm - 171.0) / 50.0 + rng.normal(0.0, 0.15)
    return float(low + (high - low) * np.clip(place, 0.0, 1.0))
