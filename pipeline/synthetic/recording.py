"""One recording: what each channel sees of every pulse, and what is true of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..trials import Trials
from .amplifier import Artefact, Clock, amplified, artefact_uv, artefacts, drift, mains
from .mep import family, scaled, true_end_ms, true_onset_ms, true_peak_to_peak_uv
from .noise import Silence, contraction, resting_noise
from .parameters import Parameters, generator, muscle_model
from .physiology import Physiology
from .recruitment import sizes

if TYPE_CHECKING:
    import pandas as pd

BACKGROUND_MS = (-100.0, -5.0)
SHORTEST_SILENCE_MS = 10.0
SILENCE_AFTER_ARRIVAL_MS = 15.0


@dataclasses.dataclass(frozen=True)
class Channel:
    """What one electrode pair is over.

    Parameters
    ----------
    physiology : Physiology
        The muscle.
    side : str
        L, R, or "" where unknown.
    responds : bool
        Whether the stimulation reaches it; else every trial is a null trial.
    active : bool
        Whether it contracts.
    family : str
        Family of waveforms.
    """

    physiology: Physiology
    side: str = "R"
    responds: bool = True
    active: bool = False
    family: str = "motor_unit_sum"


class Seen(NamedTuple):
    """Signal and truth of one channel."""

    emg_uv: np.ndarray
    """(n_trials, n_samples)"""
    mep_uv: np.ndarray
    """(n_trials, n_samples) the MEP alone, after the amplifier."""
    truth: dict[str, np.ndarray]
    """Columns, (n_trials,) each."""


def seen(
    channel: Channel,
    intensity_mso: np.ndarray,
    clock: Clock,
    parameters: Parameters,
    rng: np.random.Generator,
    peak_to_peak_uv: np.ndarray | None = None,
) -> Seen:
    """What a channel records.

    Parameters
    ----------
    channel : Channel
        The electrode pair.
    intensity_mso : array (n_trials,)
        Intensity of each pulse; NaN for none.
    clock, parameters, rng
        Samples, signal, source of chance.
    peak_to_peak_uv : array (n_trials,), optional
        Sizes wanted, NaN for a null trial; else they are drawn from the recruitment curve.
    """
    who, n_trials = channel.physiology, len(intensity_mso)
    curve = who.curve(channel.active)
    drawn = sizes(curve, intensity_mso, parameters, rng)
    size_uv = drawn if peak_to_peak_uv is None else peak_to_peak_uv
    size_uv = size_uv if channel.responds else np.full(n_trials, np.nan)
    mep_uv = _meps(channel, size_uv, clock, parameters, rng)
    silence = _silence(channel, intensity_mso, mep_uv, clock, parameters, rng)
    held_uv = _contraction_uv(channel, n_trials, parameters, rng)
    emg = contraction(held_uv, silence, who.units, clock, parameters, rng)
    noise_uv = resting_noise(n_trials, clock, parameters, rng) + emg.emg_uv
    artefact = artefacts(intensity_mso / who.rest.threshold_mso, parameters, rng)
    added = artefact_uv(artefact, clock, parameters) + mains(n_trials, clock, parameters, rng)
    whole = mep_uv + noise_uv + added + drift(n_trials, clock, parameters, rng)
    truth = _truth(mep_uv, noise_uv, artefact, clock) | {
        "preactivated": (held_uv > 0) & (not channel.active),
        "silent_period_onset_ms": silence.onset_ms,
        "silent_period_end_ms": silence.end_ms,
        "silent_period_first_return_ms": emg.first_return_ms,
        "silent_period_full_return_ms": silence.full_return_ms,
    }
    return Seen(np.clip(whole, -parameters.saturation_uv, parameters.saturation_uv), mep_uv, truth)


def recorded(
    channels: Sequence[Channel], pulses: pd.DataFrame, clock: Clock, parameters: Parameters, name: str
) -> tuple[Trials, pd.DataFrame]:
    """A recording of several channels, and its truth: one row a trial and channel.

    Parameters
    ----------
    channels : sequence of Channel
        The electrode pairs.
    pulses : DataFrame
        The pulse table, with `intensity_mso`.
    clock, parameters
        Samples and signal.
    name : str
        Seeds the recording; with the muscle's name each channel.
    """
    import pandas as pd

    intensity_mso = pulses["intensity_mso"].to_numpy(float)
    views = [
        seen(each, intensity_mso, clock, parameters, generator(name, each.physiology.muscle, each.side))
        for each in channels
    ]
    trial = np.arange(len(pulses))
    tables = [
        pd.DataFrame({"trial": trial, "muscle": each.physiology.muscle, "side": each.side, **view.truth})
        for each, view in zip(channels, views, strict=True)
    ]
    emg_uv = np.stack([view.emg_uv for view in views], axis=1)
    muscles, sides = [each.physiology.muscle for each in channels], [each.side for each in channels]
    truth = pd.concat(tables).sort_values("trial", kind="stable", ignore_index=True)
    return Trials(emg_uv, clock.times_ms, muscles, pulses, sides), truth


def _meps(
    channel: Channel, size_uv: np.ndarray, clock: Clock, parameters: Parameters, rng: np.random.Generator
) -> np.ndarray:
    who = channel.physiology
    latency_ms = who.latency_ms(channel.active) + rng.normal(0.0, parameters.latency_jitter_ms, len(size_uv))
    strength = np.nan_to_num(size_uv / who.curve(channel.active).max_uv)
    waveform = family(channel.family)(latency_ms, strength, muscle_model(who.muscle), who.units, clock, rng)
    return who.polarity * scaled(amplified(waveform, clock, parameters), size_uv)


def _silence(
    channel: Channel,
    intensity_mso: np.ndarray,
    mep_uv: np.ndarray,
    clock: Clock,
    parameters: Parameters,
    rng: np.random.Generator,
) -> Silence:
    who = channel.physiology
    spread_ms = rng.normal(0.0, parameters.silent_period_sd_ms, len(intensity_mso))
    if not (channel.active and channel.responds):
        return Silence(*np.full((3, len(intensity_mso)), np.nan))
    mep_end_ms = true_end_ms(mep_uv, clock.times_ms)
    arrival_ms = who.latency_ms(channel.active) + SILENCE_AFTER_ARRIVAL_MS
    onset_ms = np.where(np.isnan(mep_end_ms), arrival_ms, mep_end_ms)
    end_ms = np.maximum(who.silent_period_ms(intensity_mso) + spread_ms, onset_ms + SHORTEST_SILENCE_MS)
    onset_ms = np.where(np.isnan(end_ms), np.nan, onset_ms)
    return Silence(onset_ms, end_ms, end_ms + parameters.recovery_ms)


def _contraction_uv(channel: Channel, n_trials: int, parameters: Parameters, rng: np.random.Generator) -> np.ndarray:
    spread = np.exp(rng.normal(0.0, 0.1, n_trials))
    careless = rng.random(n_trials) < parameters.preactivated_share
    if channel.active:
        return channel.physiology.contraction_uv * spread
    return parameters.preactivated_uv * spread * careless


def _truth(mep_uv: np.ndarray, noise_uv: np.ndarray, artefact: Artefact, clock: Clock) -> dict[str, np.ndarray]:
    times_ms = clock.times_ms
    before = (times_ms >= BACKGROUND_MS[0]) & (times_ms <= BACKGROUND_MS[1])
    rms_uv = np.sqrt(np.mean(noise_uv[:, before] ** 2 if before.any() else noise_uv**2, axis=-1))
    size_uv = true_peak_to_peak_uv(mep_uv)
    return {
        "onset_ms": true_onset_ms(mep_uv, times_ms),
        "peak_to_peak_uv": size_uv,
        "noise_rms_uv": rms_uv,
        "snr": np.divide(size_uv, rms_uv, out=np.full_like(size_uv, np.nan), where=rms_uv > 0),
        "artefact_peak_uv": artefact.peak_uv,
        "artefact_decay_ms": artefact.decay_ms,
    }
