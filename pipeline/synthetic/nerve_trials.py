"""Trials of nerve and root stimulation: M wave, H reflex, F wave, the response to a pulse at the root, with truth."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..trials import Trials
from .amplifier import Clock, amplified, artefact_uv, artefacts, drift, mains
from .mep import scaled, true_onset_ms, true_peak_to_peak_uv
from .nerve import Nerve
from .noise import resting_noise
from .parameters import Parameters, generator
from .units import summed

if TYPE_CHECKING:
    import pandas as pd

END_SHARE = 0.12
"""A response ends where it last exceeds this part of its peak, as detection takes the end of an MEP."""
TAIL_MS = 10.0
STIMULUS_DECAY_MS = (0.1, 0.3)
"""An electrical artefact is shorter than a magnetic one."""


class Response(NamedTuple):
    """One response in every trial."""

    uv: np.ndarray
    """(n_trials, n_samples) noise-free; 0 where there is none."""
    name: str

    def truth(self, times_ms: np.ndarray) -> dict[str, np.ndarray]:
        """Size, onset (first sample beyond 1 % of its peak) and duration (to the first behind all beyond 12 %)."""
        above = np.abs(self.uv) > END_SHARE * np.abs(self.uv).max(-1, keepdims=True)
        after = np.minimum(len(times_ms) - above[:, ::-1].argmax(-1), len(times_ms) - 1)
        onset_ms = true_onset_ms(self.uv, times_ms)
        return {
            f"{self.name}_peak_to_peak_uv": true_peak_to_peak_uv(self.uv),
            f"{self.name}_onset_ms": onset_ms,
            f"{self.name}_duration_ms": times_ms[after] - onset_ms,
        }


def nerve_trials(
    nerve: Nerve,
    nerve_ma: np.ndarray,
    *,
    parameters: Parameters | None = None,
    rate_hz: float = 5000.0,
    epoch_ms: tuple[float, float] = (-150.0, 200.0),
    seed: int = 0,
    h_factor: np.ndarray | float = 1.0,
) -> tuple[Trials, pd.DataFrame]:
    """Trials at rest whose pulse stimulates the nerve, and their truth.

    Parameters
    ----------
    nerve : Nerve
        What answers.
    nerve_ma : array (n_trials,)
        Current of each stimulus.
    parameters : Parameters, optional
        Noise, artefact, amplifier.
    rate_hz, epoch_ms
        Sampling rate; first sample and end (not included) of the epoch.
    seed : int
        Of chance.
    h_factor : float or array (n_trials,)
        What the H reflex is multiplied by: what a stimulus before leaves of it.

    Returns
    -------
    trials : Trials
        One channel, side R.
    truth : DataFrame
        trial, and for m, h and f the columns ``_peak_to_peak_uv``, ``_onset_ms`` and ``_duration_ms``, NaN where there
        is no such response; those of each response without the others, after the amplifier.
    """
    parameters = parameters or Parameters()
    clock = Clock(rate_hz, epoch_ms[0], round((epoch_ms[1] - epoch_ms[0]) * rate_hz / 1000.0))
    rng = generator("nerve trials", nerve.muscle, nerve.m_max_uv, seed)
    current = np.asarray(nerve_ma, float)
    share = nerve.m_share(current)
    m = _compound(nerve, nerve.m_latency_ms, nerve.m_max_uv * share * _spread(share, nerve.m_log_sd, rng), clock, rng)
    m = m + _tail(nerve, np.ptp(m, axis=-1), clock)
    h_uv = h_factor * nerve.h_uv(current) * _spread(share, nerve.h_log_sd, rng)
    h = _compound(nerve, nerve.h_latency_ms, np.where(h_uv < parameters.smallest_mep_uv, np.nan, h_uv), clock, rng)
    responses = [Response(m, "m"), Response(h, "h"), Response(f_waves(nerve, share, clock, rng), "f")]
    pulses = {"pulse": "nerve", "nerve_ma": current}
    shorter = dataclasses.replace(parameters, artefact_decay_ms=STIMULUS_DECAY_MS, artefact_tail_share=0.0)
    return _recorded(nerve, responses, pulses, current / nerve.m50_ma, clock, shorter, rng)


def root_trials(
    nerve: Nerve,
    n_trials: int,
    *,
    parameters: Parameters | None = None,
    rate_hz: float = 5000.0,
    epoch_ms: tuple[float, float] = (-150.0, 200.0),
    seed: int = 0,
) -> tuple[Trials, pd.DataFrame]:
    """Trials at rest with a magnetic pulse at the root, and their truth; parameters and result as `nerve_trials`."""
    parameters = parameters or Parameters()
    clock = Clock(rate_hz, epoch_ms[0], round((epoch_ms[1] - epoch_ms[0]) * rate_hz / 1000.0))
    rng = generator("root trials", nerve.muscle, nerve.m_max_uv, seed)
    size_uv = 0.4 * nerve.m_max_uv * _spread(np.ones(n_trials), 0.15, rng)
    responses = [Response(_compound(nerve, nerve.root_latency_ms, size_uv, clock, rng), "root")]
    pulses = {"pulse": "root", "intensity_mso": np.full(n_trials, 60.0)}
    return _recorded(nerve, responses, pulses, np.ones(n_trials), clock, parameters, rng)


def _spread(like: np.ndarray, log_sd: float, rng: np.random.Generator) -> np.ndarray:
    return np.exp(rng.normal(0.0, log_sd, len(like)))


def _compound(
    nerve: Nerve, latency_ms: float, size_uv: np.ndarray, clock: Clock, rng: np.random.Generator
) -> np.ndarray:
    """Every motor unit once, of that size from peak to peak."""
    jitter_ms = rng.normal(0.0, 0.05, (len(size_uv), 1, 1))
    firing_ms = latency_ms + nerve.units.delay_ms[:, None] + jitter_ms
    wave = amplified(summed(firing_ms, nerve.units.size[:, None], nerve.units, clock), clock, Parameters())
    return scaled(wave, size_uv)


def _tail(nerve: Nerve, size_uv: np.ndarray, clock: Clock) -> np.ndarray:
    """The slow afterpotential of the M wave."""
    since = np.maximum(clock.times_ms - nerve.m_latency_ms - TAIL_MS / 5.0, 0.0) / TAIL_MS
    return nerve.tail_share * size_uv[:, None] * since * np.exp(1.0 - since)


def f_waves(nerve: Nerve, share: np.ndarray, clock: Clock, rng: np.random.Generator) -> np.ndarray:
    """F waves (n_trials, n_samples): one to eight motor units in each trial that has any.

    Fewer trials have any where the stimulus is not supramaximal.
    """
    n_trials, n_units = len(share), 8
    there = rng.random(n_trials) < nerve.f_persistence * share
    which = rng.integers(0, len(nerve.units.size), n_units * n_trials)
    delay_ms = rng.gamma(2.0, nerve.f_spread_ms / 2.0, (n_trials, n_units))
    answers = np.arange(n_units) < rng.integers(1, n_units + 1, (n_trials, 1))
    own = nerve.units._replace(shape=nerve.units.shape[which[:n_units]])
    weight = np.where(answers, nerve.units.size[which].reshape(n_trials, n_units), 0.0)
    wave = amplified(
        summed((nerve.f_latency_ms + delay_ms)[..., None], weight[..., None], own, clock), clock, Parameters()
    )
    return scaled(wave, np.where(there, nerve.f_uv * _spread(share, nerve.f_log_sd, rng), np.nan))


def _recorded(
    nerve: Nerve,
    responses: list[Response],
    pulses: Mapping[str, Any],
    relative: np.ndarray,
    clock: Clock,
    parameters: Parameters,
    rng: np.random.Generator,
) -> tuple[Trials, pd.DataFrame]:
    """The responses in what the recording chain adds."""
    import pandas as pd

    n_trials = len(relative)
    added = artefact_uv(artefacts(relative, parameters, rng), clock, parameters)
    added = added + mains(n_trials, clock, parameters, rng) + drift(n_trials, clock, parameters, rng)
    emg_uv = sum((each.uv for each in responses), resting_noise(n_trials, clock, parameters, rng)) + added
    truth = {name: column for each in responses for name, column in each.truth(clock.times_ms).items()}
    known = {"hotspot_muscle": nerve.muscle, "hotspot_side": "R", "state": "rest"}
    table = pd.DataFrame({**pulses, **known}, index=range(n_trials))
    made = Trials(emg_uv[:, None], clock.times_ms, [nerve.muscle], table, ["R"])
    return made, pd.DataFrame({"trial": np.arange(n_trials), **truth})
