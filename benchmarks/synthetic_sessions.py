"""Synthetic sessions: the trials of one person and muscle, with one noise, one set of units and many sizes.

Those of `pipeline.synthetic` have its artefact, mains hum and drift; those of `waveforms` have none of these. Session k
of a set goes round hand and leg, rest and contraction, and the sampling rates. All is seeded from names.
"""

import dataclasses
from typing import NamedTuple

import numpy as np
import pandas as pd
import waveforms

from pipeline import muscles
from pipeline.synthetic.amplifier import Clock
from pipeline.synthetic.parameters import Parameters, generator
from pipeline.synthetic.physiology import Physiology, participant, physiology
from pipeline.synthetic.recording import Channel, seen
from pipeline.trials import Trials

RATES_HZ = (2000.0, 3000.0, 4000.0, 5000.0, 10000.0)
MUSCLES = {"hand": "FDI", "leg": "TA"}
SNR = (8.0, 200.0)
REST_UV, ACTIVE_UV = (0.5, 4.0), (20.0, 60.0)
EPOCH_MS = {"rest": (-120.0, 150.0), "active": (-120.0, 400.0)}
UNDER_AMT_MSO = {"hand": 28.0, "leg": 40.0}
"""Below every active threshold of the simulator: a null trial without a silent period."""


class Session(NamedTuple):
    """One session, and what is true of it."""

    name: str
    trials: Trials
    """Raw epochs of one channel: `pipeline.condition` has not seen them."""
    truth: pd.DataFrame
    """One row a trial: onset_ms (NaN in null trials), peak_to_peak_uv, snr, and what else is known."""
    profile: muscles.Profile


class Kind(NamedTuple):
    """What a session is like."""

    name: str
    body: str
    state: str
    rate_hz: float


class Group(NamedTuple):
    """Trials of one condition of a session."""

    who: Physiology
    size_uv: np.ndarray
    """(n_trials,) peak-to-peak; NaN in null trials."""
    label: str = ""


def kinds(name, n_sessions, states=("rest", "active"), bodies=("hand", "leg")):
    """The sessions of a set, going round bodies, states and rates."""
    for k in range(n_sessions):
        body, state = bodies[k % len(bodies)], states[k // len(bodies) % len(states)]
        rate_hz = RATES_HZ[k % len(RATES_HZ)]
        yield Kind(f"{name} {k}: {body} {state} {rate_hz / 1000:g} kHz", body, state, rate_hz)


def count(rng, n_trials):
    """Number of trials of a session: three quarters to one and a half times those asked for."""
    return int(rng.integers(round(0.75 * n_trials), round(1.5 * n_trials) + 1))


def log_uniform(rng, low_high, n=None):
    """Log-uniform values."""
    return np.exp(rng.uniform(*np.log(low_high), n))


def parameters_of(rng, state, **changed):
    """The signal of one session."""
    noise_uv = float(log_uniform(rng, REST_UV)) if state == "rest" else 0.7
    drawn = Parameters(
        noise_uv=noise_uv,
        noise_exponent=float(rng.uniform(0.3, 0.9)),
        latency_jitter_ms=float(rng.uniform(0.1, 0.6)),
        preactivated_share=0.0,
    )
    return dataclasses.replace(drawn, **changed)


def person(rng, kind, parameters):
    """Someone's muscle, and the RMS of the noise its MEPs stand in."""
    seed = int(rng.integers(2**31))
    who = physiology(participant("sub-02", seed), "morning", MUSCLES[kind.body], seed, parameters)
    if kind.state == "rest":
        return who, parameters.noise_uv
    contraction_uv = float(log_uniform(rng, ACTIVE_UV))
    return dataclasses.replace(who, contraction_uv=contraction_uv), contraction_uv


def sizes_uv(rng, noise_uv, n, null_share=0.0, snr=SNR):
    """Sizes, log-uniform over SNR, some of them null trials (exactly that share, in random order)."""
    size = noise_uv * log_uniform(rng, snr, n)
    size[: round(null_share * n)] = np.nan
    return rng.permutation(size)


def recorded(rng, kind, groups, parameters, family="motor_unit_sum"):
    """A session of `pipeline.synthetic` from groups of trials, in random order."""
    clock = Clock(kind.rate_hz, EPOCH_MS[kind.state][0], round(np.ptp(EPOCH_MS[kind.state]) * kind.rate_hz / 1000))
    emg, tables = [], []
    for group in groups:
        channel = Channel(group.who, active=kind.state == "active", family=family)
        null_mso = UNDER_AMT_MSO[kind.body] if kind.state == "active" else 1.2 * group.who.rest.threshold_mso
        intensity = np.where(np.isnan(group.size_uv), null_mso, 1.2 * group.who.rest.threshold_mso)
        view = seen(channel, intensity, clock, parameters, rng, group.size_uv)
        emg.append(view.emg_uv)
        tables.append(pd.DataFrame({**view.truth, "group": group.label}))
    truth = pd.concat(tables, ignore_index=True)
    return shuffled(rng, kind, np.concatenate(emg), clock.times_ms, truth)


def shuffled(rng, kind, emg_uv, times_ms, truth):
    """A session whose trials are in random order; its pulse table says no more than a real one would."""
    order = rng.permutation(len(truth))
    truth = truth.iloc[order].reset_index(drop=True)
    pulses = pd.DataFrame({"pulse": "single", "state": kind.state}, index=range(len(truth)))
    muscle = MUSCLES[kind.body]
    return Session(
        kind.name,
        Trials(emg_uv[order][:, None].astype(np.float32), times_ms, [muscle], pulses),
        truth,
        muscles.profile(muscle),
    )


def plain(name, seed, n_sessions, n_trials, family="motor_unit_sum", null_share=0.0, snr=SNR):
    """Sessions of one condition of a family of `pipeline.synthetic`; null sessions where `null_share` is 1."""
    for kind in kinds(name, n_sessions):
        rng = generator(seed, kind.name)
        parameters = parameters_of(rng, kind.state)
        who, noise_uv = person(rng, kind, parameters)
        size_uv = sizes_uv(rng, noise_uv, count(rng, n_trials), null_share, snr)
        yield recorded(rng, kind, [Group(who, size_uv)], parameters, family)


def own_family(name, seed, n_sessions, n_trials, family="gaussian", null_share=0.0):
    """Sessions of one condition of a family of `waveforms`."""
    for kind in kinds(name, n_sessions):
        rng = generator(seed, kind.name)
        noise_uv = float(log_uniform(rng, REST_UV if kind.state == "rest" else ACTIVE_UV))
        size_uv = sizes_uv(rng, noise_uv, count(rng, n_trials), null_share)
        yield _from_waveforms(rng, kind, waveforms.person(rng, family), size_uv, noise_uv)


def _from_waveforms(rng, kind, who, size_uv, noise_uv):
    start, end = EPOCH_MS[kind.state]
    times_ms = np.arange(start, end, 1000 / kind.rate_hz)
    mean, sd = waveforms.BODY[kind.body]
    own_ms = np.clip(rng.normal(mean, sd), mean - 3, mean + 4)
    at_ms = own_ms + rng.normal(0, rng.uniform(0.1, 0.6), len(size_uv))
    gain = noise_uv * rng.lognormal(0, 0.1, (len(size_uv), 1))
    strength = np.log(np.nan_to_num(size_uv, nan=noise_uv * SNR[0]) / (noise_uv * SNR[0])) / np.log(SNR[1] / SNR[0])
    shapes, onset_ms = waveforms.meps(rng, who, strength, at_ms, times_ms)
    onset_ms = np.where(np.isnan(size_uv), np.nan, onset_ms)
    make = waveforms.rest_noise if kind.state == "rest" else waveforms.unit_trains
    noise = gain * make(rng, len(size_uv), len(times_ms), kind.rate_hz)
    before = (times_ms >= -100) & (times_ms <= -5)
    truth = pd.DataFrame({"onset_ms": onset_ms, "peak_to_peak_uv": size_uv})
    truth["noise_rms_uv"] = noise[:, before].std(-1)
    truth["snr"] = size_uv / truth["noise_rms_uv"]
    if kind.state == "active":
        noise, return_ms = waveforms.silenced(rng, noise, onset_ms, times_ms)
        truth["silent_period_first_return_ms"] = truth["silent_period_full_return_ms"] = return_ms
    return shuffled(rng, kind, noise + np.nan_to_num(size_uv)[:, None] * shapes, times_ms, truth)
