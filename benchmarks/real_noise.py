"""Real EMG without a response: the time before the pulse in real recordings, in pieces as long as an epoch.

Power-line hum that a recording had is subtracted first (`real_recordings.without_hum`), unless it is asked for.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import real_recordings
import waveforms

BEFORE_MS = (-1495.0, -5.0)
AFTER_MS = (150.0, 395.0)
SOURCES = {
    "signal FDI": ("rest", BEFORE_MS),
    "signal APB": ("rest", BEFORE_MS),
    "brainvision LECR": ("rest", BEFORE_MS),
    "brainvision LFDI": ("rest", BEFORE_MS),
    "brainvision RECR": ("rest", BEFORE_MS),
    "brainvision RFDI": ("rest", BEFORE_MS),
    "spike2 Chan3": ("rest", BEFORE_MS),
    "spike2 Chan4": ("rest", BEFORE_MS),
    "acqknowledge TA": ("rest", AFTER_MS),
    "spike2 Chan1": ("active", BEFORE_MS),
}
"""Recording -> state, and where there is nothing evoked. Only one recording holds a contraction."""
SPIKE_SD = 6.0
HUMMING = ("brainvision LECR", "brainvision LFDI", "brainvision RECR", "brainvision RFDI", "signal APB")


class Noise(NamedTuple):
    """Pieces of noise of one source."""

    uv: np.ndarray
    """(n_trials, n_samples)"""
    rms_uv: np.ndarray
    """(n_trials,) RMS from 10 Hz on, hum left out."""
    spiking: np.ndarray
    """(n_trials,) True where something stands out of the source's noise, such as a unit that fires at rest."""
    rate_hz: float


class Runs(NamedTuple):
    """What one recording has."""

    uv: list
    """Arrays, one a trial."""
    clean_uv: list
    """The same from 10 Hz on and without hum."""
    rate_hz: float
    sd_uv: float
    """Robust SD of all of it."""


def sources(state, length_ms):
    """Names of the sources of rest or contraction that have pieces of that length."""
    known = [name for name, (each, _) in SOURCES.items() if each == state]
    return [
        name for name in known if max(map(len, _runs(name, False).uv)) >= length_ms * _runs(name, False).rate_hz / 1e3
    ]


def pieces(rng, source, n_trials, length_ms, hum=False):
    """Pieces of noise, each from another place where there are enough, of random polarity."""
    runs = _runs(source, hum)
    n = round(length_ms * runs.rate_hz / 1000)
    places = np.empty((0, 2), int)
    while len(places) < n_trials:
        places = np.concatenate([places, rng.permutation(_places(rng, runs.uv, n))])
    sign = rng.choice((-1.0, 1.0), n_trials)
    cut, clean = (
        np.array([each[run][at : at + n] for run, at in places[:n_trials]]) for each in (runs.uv, runs.clean_uv)
    )
    spiking = np.abs(clean).max(-1) > SPIKE_SD * runs.sd_uv
    return Noise(sign[:, None] * cut, clean.std(-1), spiking, runs.rate_hz)


def _places(rng, runs, n):
    """Run and first sample of pieces that do not overlap."""
    found = []
    for number, run in enumerate(runs):
        spare = len(run) % n if len(run) >= n else -1
        if spare >= 0:
            found += [(number, at) for at in np.arange(0, len(run) - spare, n) + rng.integers(0, spare + 1)]
    return np.array(found)


@cache
def _runs(source, hum):
    """The stretches of a source, without samples that were never taken."""
    recording = (real_recordings.recordings if not hum else real_recordings.as_recorded)()[source]
    clean = real_recordings.recordings()[source]
    start, end = SOURCES[source][1]
    inside = (recording.times_ms >= start) & (recording.times_ms <= end)
    uv = [row[inside & np.isfinite(row)] for row in recording.emg_uv]
    clean_uv = [row[inside & np.isfinite(row)] for row in clean.emg_uv]
    rate_hz = recording.rate_hz
    clean_uv = [waveforms.high_passed(row - row.mean(), rate_hz) for row in clean_uv]
    return Runs(uv, clean_uv, rate_hz, 1.4826 * float(np.median(np.abs(np.concatenate(clean_uv)))))
