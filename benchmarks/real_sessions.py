"""Sessions made of real recordings: real MEP shapes in real noise, and real trials with more noise than they had.

Nobody's eye or hand is in their truth, and no detector was ever tuned on them. *Shapes* have the reference of
`real_shapes`. *Degraded* trials are single trials whose peak-to-peak was over `LEAST_SNR` times their own noise; their
reference comes from the undegraded trial, by `real_reference`: its 1 % crossing where noise lets it be read off, else
the median of that (extrapolated), of a step of variance and of Akaike's criterion, which favours detectors of those two
kinds; trials whose three rules do not lie within 1 ms are left out. `reference_check` says how right that is.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
import real_noise
import real_recordings
import real_shapes
import scipy
from real_reference import reference_ms, references
from synthetic_sessions import MUSCLES, SNR, Session, count, log_uniform

from pipeline import muscles
from pipeline.synthetic.parameters import generator
from pipeline.trials import Trials

EPOCH_MS = (-120.0, 110.0)
HAND = ("ID01 FDI", "signal FDI", "brainvision RFDI")
LEG = ("ID02 TA", "ID04 TA")
JITTER_MS = (0.1, 0.5)
PERSON_MS = 1.5
LEAST_SNR = 150.0
MARGIN_MS = 5.0
DEGRADED = (12, 25, 50, 100)
BACKGROUND_MS = (-45.0, -5.0)
"""Where mepfeatx has a background: its epochs begin 50 ms before the pulse."""


class Real(NamedTuple):
    """Single trials of one person with a reference."""

    person: str
    body: str
    emg_uv: np.ndarray
    times_ms: np.ndarray
    onset_ms: np.ndarray
    noise_uv: np.ndarray
    peak_to_peak_uv: np.ndarray


def shaped(name, seed, n_sessions, n_trials, persons=HAND + LEG, state="rest", null_share=0.0, snr=SNR, hum=False):
    """Sessions of one person's shapes, with latencies of their own, in the noise of one source."""
    for k in range(n_sessions if real_recordings.there() else 0):
        who = persons[k % len(persons)]
        rng = generator(seed, name, k)
        own = [each for each in real_shapes.shapes() if each.person == who]
        among = real_noise.HUMMING if hum else real_noise.sources(state, EPOCH_MS[1] - EPOCH_MS[0])
        source = str(rng.choice(among))
        n = count(rng, n_trials)
        noise = real_noise.pieces(rng, source, n, EPOCH_MS[1] - EPOCH_MS[0], hum)
        times_ms = EPOCH_MS[0] + np.arange(noise.uv.shape[1]) * 1000 / noise.rate_hz
        size_uv = noise.rms_uv * log_uniform(rng, snr, n)
        size_uv[: round(null_share * n)] = np.nan
        at_ms = rng.uniform(-PERSON_MS, PERSON_MS) + rng.normal(0, rng.uniform(*JITTER_MS), n)
        chosen = rng.integers(len(own), size=n)
        clean = np.array(
            [
                real_shapes.placed(own[each], own[each].latency_ms + late, times_ms)
                for each, late in zip(chosen, at_ms, strict=True)
            ]
        )
        truth = pd.DataFrame({"onset_ms": first_ms(clean, times_ms), "peak_to_peak_uv": size_uv})
        truth.loc[truth["peak_to_peak_uv"].isna(), "onset_ms"] = np.nan
        truth = truth.assign(noise_rms_uv=noise.rms_uv, snr=size_uv / noise.rms_uv, person=who, source=source)
        truth["spiking"] = noise.spiking
        emg_uv = noise.uv + clean * np.nan_to_num(size_uv)[:, None]
        yield session(f"{name} {k}: {who} in {source}", own[0].body, state, emg_uv, times_ms, truth)


def degraded(name, seed, n_sessions, n_trials, snr=25):
    """Sessions of one person's real trials with real noise of one source added, to one SNR."""
    for k in range(n_sessions if real_recordings.there() else 0):
        own = certain()[k % len(certain())]
        rng = generator(seed, name, k)
        span_ms = own.times_ms[-1] - own.times_ms[0] + 2 * MARGIN_MS
        source = str(rng.choice(real_noise.sources("rest", span_ms)))
        n = min(count(rng, n_trials), len(own.onset_ms))
        which = rng.permutation(len(own.onset_ms))[:n]
        added_uv = np.sqrt((own.peak_to_peak_uv[which] / snr) ** 2 - own.noise_uv[which] ** 2)
        noise = _on(rng, source, n, own.times_ms)
        emg_uv = own.emg_uv[which] + noise * added_uv[:, None]
        truth = pd.DataFrame({"onset_ms": own.onset_ms[which], "peak_to_peak_uv": own.peak_to_peak_uv[which]})
        truth = truth.assign(noise_rms_uv=truth["peak_to_peak_uv"] / snr, snr=snr, person=own.person, source=source)
        background = BACKGROUND_MS if own.times_ms[0] > -100 else None
        yield session(
            f"{name} {k}: {own.person} in {source}", own.body, "rest", emg_uv, own.times_ms, truth, background
        )


def session(name, body, state, emg_uv, times_ms, truth, background_ms=None):
    """A session of a hand or leg muscle."""
    pulses = pd.DataFrame({"pulse": "single", "state": state}, index=range(len(truth)))
    muscle = MUSCLES[body]
    profile = muscles.profile(muscle, {"background_ms": background_ms} if background_ms else None)
    return Session(name, Trials(emg_uv[:, None].astype(np.float32), times_ms, [muscle], pulses), truth, profile)


def first_ms(clean, times_ms):
    """(n_trials,) the first sample beyond 1 % of the peak."""
    return times_ms[(np.abs(clean) > real_shapes.START * np.abs(clean).max(-1, keepdims=True)).argmax(-1)]


def _on(rng, source, n, times_ms):
    """(n_trials, n_samples) noise of RMS 1 at the times of someone else's trials, in the band from 10 Hz on."""
    noise = real_noise.pieces(rng, source, n, times_ms[-1] - times_ms[0] + 2 * MARGIN_MS)
    at_ms = np.arange(noise.uv.shape[1]) * 1000 / noise.rate_hz
    step_ms = times_ms[1] - times_ms[0]
    uv = noise.uv
    if 1000 / noise.rate_hz < step_ms:
        sos = scipy.signal.butter(4, 400 / step_ms, fs=noise.rate_hz, output="sos")
        uv = scipy.signal.sosfiltfilt(sos, uv)
    moved = scipy.interpolate.CubicSpline(at_ms, uv, axis=-1)(times_ms - times_ms[0] + MARGIN_MS)
    return moved / noise.rms_uv[:, None]


@cache
def certain():
    """Every person's single trials with a large response and a reference."""
    known = real_recordings.recordings()
    return tuple(each for each in (_certain(known[name]) for name in (*HAND, *LEG)) if len(each.onset_ms) >= 5)


def _certain(recording):
    """The trials of a recording whose references agree."""
    window_ms = real_shapes.RESPONSE_MS[recording.body]
    inside = (recording.times_ms >= -125) & (recording.times_ms <= 125)
    times_ms, emg_uv = recording.times_ms[inside], recording.emg_uv[:, inside]
    before = (times_ms >= BACKGROUND_MS[0]) & (times_ms <= BACKGROUND_MS[1])
    response = (times_ms >= window_ms[0]) & (times_ms <= window_ms[1])
    noise_uv, size_uv = emg_uv[:, before].std(-1), np.ptp(emg_uv[:, response], axis=-1)
    found_ms = np.array([reference_ms(references(each, times_ms, window_ms)) for each in emg_uv])
    kept = (size_uv >= LEAST_SNR * noise_uv) & np.isfinite(found_ms)
    return Real(recording.name, recording.body, emg_uv[kept], times_ms, found_ms[kept], noise_uv[kept], size_uv[kept])


def reference_check(seed, n_trials, snrs=((150, 300), (300, 600), (600, 2000))):
    """The reference of degraded trials on real shapes whose onset is known: (person, SNR, error in ms) of each trial.

    The error is NaN where the trial would have been left out.
    """
    for who in HAND + LEG if real_recordings.there() else ():
        own = [each for each in real_shapes.shapes() if each.person == who]
        for low_high in snrs:
            rng = generator(seed, "reference", who, low_high)
            noise = real_noise.pieces(rng, "signal FDI", n_trials, EPOCH_MS[1] - EPOCH_MS[0])
            times_ms = EPOCH_MS[0] + np.arange(noise.uv.shape[1]) * 1000 / noise.rate_hz
            chosen = [own[each] for each in rng.integers(len(own), size=n_trials)]
            clean = np.array([real_shapes.placed(s, s.latency_ms + rng.normal(0, 0.4), times_ms) for s in chosen])
            signal = noise.uv + clean * (noise.rms_uv * log_uniform(rng, low_high, n_trials))[:, None]
            window_ms = real_shapes.RESPONSE_MS[own[0].body]
            found_ms = [reference_ms(references(each, times_ms, window_ms)) for each in signal]
            yield who, f"{low_high[0]}-{low_high[1]}", found_ms - first_ms(clean, times_ms)
