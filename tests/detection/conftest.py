"""Recordings of known truth, by the simplest means that are still EMG: two volleys of motor units in coloured noise."""

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from pipeline import muscles, windows
from pipeline.detection.given import given_to_methods
from pipeline.detection.whitening import Group
from pipeline.synthetic.amplifier import Clock
from pipeline.synthetic.parameters import Parameters, generator
from pipeline.synthetic.physiology import participant, physiology
from pipeline.synthetic.recording import Channel, seen
from pipeline.trials import Trials

RATE_HZ = 4000.0
TIMES_MS = np.arange(-120.0, 300.0, 1000.0 / RATE_HZ)


def mep(times_ms: np.ndarray, begin_ms: np.ndarray) -> np.ndarray:
    """(n_trials, n_samples) MEPs of peak-to-peak 1; the first sample beyond 1 % of the peak is near `begin_ms`."""
    since = times_ms - begin_ms[:, None]
    first, second = (np.maximum(since - late, 0) / width for late, width in ((0.0, 0.8), (3.0, 1.1)))
    shape = first**3 * (4 - first) * np.exp(-first) - 0.6 * second**3 * (4 - second) * np.exp(-second)
    return shape / np.ptp(shape, axis=-1, keepdims=True)


def noise(rng: np.random.Generator, n_trials: int, n_samples: int) -> np.ndarray:
    """(n_trials, n_samples) noise of RMS 1 with the colour of surface EMG, about 20-500 Hz."""
    hz = np.fft.rfftfreq(n_samples, 1 / RATE_HZ)
    density = hz / ((hz + 30.0) * (1 + (hz / 150.0) ** 2))
    spectrum = (rng.normal(size=(n_trials, len(hz))) + 1j * rng.normal(size=(n_trials, len(hz)))) * density
    signal = np.fft.irfft(spectrum, n_samples)
    return signal / signal.std(-1, keepdims=True)


@pytest.fixture(scope="session")
def recording() -> Callable[..., tuple[Trials, np.ndarray]]:
    """Maker of Trials of FDI and their true onsets; `snr` 0 makes null trials."""

    def make(n_trials=30, snr=100.0, rms_uv=2.0, state="rest", seed=0, silence_ms=(40.0, 130.0)):
        rng = np.random.default_rng(seed)
        begin = np.round(rng.uniform(19, 23, n_trials) * RATE_HZ / 1000) * 1000 / RATE_HZ
        shape = mep(TIMES_MS, begin)
        emg = rms_uv * noise(rng, n_trials, len(TIMES_MS))
        if state == "active" and snr:
            emg[:, windows.inside(TIMES_MS, np.array(silence_ms))] *= 0.05
        over = np.abs(shape) > 0.01 * np.abs(shape).max(-1, keepdims=True)
        truth = TIMES_MS[over.argmax(-1)] if snr else np.full(n_trials, np.nan)
        pulses = pd.DataFrame({"pulse": ["single"] * n_trials, "state": state, "block": "a"})
        return Trials((emg + snr * rms_uv * shape)[:, None], TIMES_MS, ["FDI"], pulses, ["R"]), truth

    return make


QUIET = Parameters(mains_uv=0.0, drift_uv=0.0, artefact_uv=(0.0, 0.0), preactivated_share=0.0)
"""A simulated signal that needs no conditioning: MEPs in noise alone."""


class Session(NamedTuple):
    """A simulated session, and what is true of it."""

    trials: Trials
    onset_ms: np.ndarray
    """(n_trials,) true onsets; NaN in a null trial."""

    def take(self, trials: np.ndarray) -> "Session":
        """Some of the trials."""
        return Session(self.trials.take(trials), self.onset_ms[trials])

    def __add__(self, other: "Session") -> "Session":
        emg_uv = np.concatenate([self.trials.emg_uv, other.trials.emg_uv])
        pulses = pd.concat([self.trials.pulses, other.trials.pulses], ignore_index=True)
        made = Trials(emg_uv, self.trials.times_ms, self.trials.muscles, pulses, self.trials.sides)
        return Session(made, np.append(self.onset_ms, other.onset_ms))


@pytest.fixture(scope="session")
def session() -> Callable[..., Session]:
    """Maker of sessions of `pipeline.synthetic`; another `part` is other trials of the same person."""

    def make(
        n_trials=40,
        snr=(8.0, 200.0),
        state="rest",
        seed=0,
        rate_hz=4000.0,
        part="",
        later_ms=0.0,
        null_share=0.0,
        muscle="FDI",
    ):
        rng = generator("session", seed, part)
        noise_uv = 30.0 if state == "active" else 2.0
        parameters = dataclasses.replace(QUIET, noise_uv=0.7 if state == "active" else noise_uv)
        parameters = dataclasses.replace(parameters, latency_jitter_ms=generator(seed).uniform(0.1, 0.6))
        who = physiology(participant("sub-02", seed), "morning", muscle, seed, parameters)
        latencies = {name: getattr(who, name) + later_ms for name in ("latency_rest_ms", "latency_active_ms")}
        who = dataclasses.replace(who, contraction_uv=noise_uv, **latencies)
        end_ms = 250.0 if state == "active" else 120.0
        clock = Clock(rate_hz, -120.0, round((end_ms + 120.0) * rate_hz / 1000.0))
        size_uv = noise_uv * np.exp(rng.uniform(*np.log(snr), n_trials))
        size_uv[rng.permutation(n_trials) < round(null_share * n_trials)] = np.nan
        intensity = np.where(np.isnan(size_uv), 28.0, 1.2 * who.rest.threshold_mso)
        view = seen(Channel(who, active=state == "active"), intensity, clock, parameters, rng, size_uv)
        pulses = pd.DataFrame({"pulse": ["single"] * n_trials, "state": state})
        return Session(Trials(view.emg_uv[:, None], clock.times_ms, [muscle], pulses, ["R"]), view.truth["onset_ms"])

    return make


@pytest.fixture(scope="session")
def alike() -> Callable[[Trials], list[Group]]:
    """The groups of the trials of one muscle, as methods by evidence are given them."""

    def make(trials):
        return given_to_methods(trials, 0, muscles.profile(trials.muscles[0]))[0]["groups"]

    return make
