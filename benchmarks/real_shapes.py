"""Noise-free MEP shapes from real recordings, each with the moment it exceeds 1 % of its peak.

A shape is the average of a few alike trials of one person with large responses. The reference onset is where the
average leaves its baseline: followed back from a tenth of the peak, the beginning of the run of samples above 1 % of
the peak, dips below of up to `GAP_MS` (a change of sign) not ending it. Before it the shape is faded out within
`FADE_MS`, so that nothing is there earlier. What the recording's own filters smeared, and what was below 1 % of the
average or differed between its trials, is not known. A group whose baseline is not quiet at the 1 % level is discarded;
every other was looked at, and its foot is clear to the eye.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import real_recordings
import scipy

GROUP_SIZES = {"ID01 FDI": 5, "signal FDI": 2, "brainvision RFDI": 2, "ID02 TA": 3, "ID04 TA": 2}
"""How many alike trials an average takes, for each recording."""
RESPONSE_MS = {"hand": (17.0, 55.0), "leg": (25.0, 75.0)}
LEAST_SNR = 120.0
"""Smallest peak over noise of a trial that is averaged."""
START, LOW = 0.01, 0.10
GAP_MS = 0.8
FADE_MS = 1.0
BASELINE_MS = (-10.0, -4.0)
"""Where a trial's baseline is taken, from its crossing of a tenth of the peak."""
QUIET = 0.0035
"""Largest SD of an average's baseline, in parts of its peak."""
SMOOTH_MS = 0.12
STEP_MS = 0.05
SPAN_MS = (-15.0, 60.0)
TAIL_MS = (45.0, 60.0)


class Shape(NamedTuple):
    """A noise-free MEP of peak-to-peak 1."""

    name: str
    person: str
    body: str
    latency_ms: float
    """Where the averaged trials had their onset."""
    times_ms: np.ndarray
    """(n_samples,) from the onset, every 0.05 ms."""
    values: np.ndarray
    """(n_samples,) exactly 0 until `FADE_MS` before the onset."""
    quiet: float
    """SD of the average's baseline before it was faded out, in parts of the peak."""


@cache
def shapes():
    """All shapes with a clear onset; empty where the recordings are absent."""
    known = real_recordings.recordings()
    found = [each for name, size in GROUP_SIZES.items() if name in known for each in _of(known[name], size)]
    return tuple(each for each in found if each.quiet <= QUIET)


def placed(shape, onset_ms, times_ms):
    """(n_samples,) a shape with its onset at a time."""
    at = times_ms - onset_ms
    values = scipy.interpolate.CubicSpline(shape.times_ms, shape.values)(np.clip(at, *shape.times_ms[[0, -1]]))
    return np.where((at >= shape.times_ms[0]) & (at <= shape.times_ms[-1]), values, 0.0)


def low_crossing_ms(signal, times_ms, window_ms, share=LOW):
    """Time, between samples, at which |signal| first exceeds a share of its peak in a window; NaN without one."""
    inside = np.flatnonzero((times_ms >= window_ms[0]) & (times_ms <= window_ms[1]))
    size = np.abs(signal[inside]) / np.abs(signal[inside]).max()
    at = int((size > share).argmax())
    if at == 0:
        return np.nan
    part = (share - size[at - 1]) / (size[at] - size[at - 1])
    return times_ms[inside[at - 1]] + part * (times_ms[1] - times_ms[0])


def _of(recording, size):
    """The shapes of one recording."""
    lag = np.arange(*SPAN_MS, STEP_MS)
    aligned, latencies = _aligned(recording, lag)
    for number, group in enumerate(_groups(aligned, size)):
        mean = scipy.ndimage.gaussian_filter1d(aligned[group].mean(0), SMOOTH_MS / STEP_MS)
        mean = mean / np.abs(mean).max()
        start = _start(mean)
        before = mean[max(start - 120, 0) : start - int(FADE_MS / STEP_MS)]
        yield Shape(
            f"{recording.name} {number}",
            recording.name,
            recording.body,
            float(latencies[group].mean() + lag[start]),
            lag - lag[start],
            _faded(mean, lag - lag[start]),
            float(np.sqrt(np.mean(before**2))) if len(before) else np.inf,
        )


def _aligned(recording, lag):
    """Trials about their crossing of a tenth of the peak, peak 1, and when that was; only those with a large SNR."""
    times_ms, window = recording.times_ms, RESPONSE_MS[recording.body]
    quiet = (times_ms > -45) & (times_ms < -5)
    kept, at = [], []
    for signal in recording.emg_uv - recording.emg_uv[:, quiet].mean(-1, keepdims=True):
        crossing = low_crossing_ms(signal, times_ms, window)
        local = (times_ms > crossing + BASELINE_MS[0]) & (times_ms < crossing + BASELINE_MS[1])
        if not local.any():
            continue
        signal = signal - signal[local].mean()
        peak = np.abs(signal[(times_ms >= window[0]) & (times_ms <= window[1])]).max()
        if peak >= LEAST_SNR * signal[quiet].std():
            crossing = np.mean([low_crossing_ms(signal, times_ms, window, each) for each in (0.08, 0.1, 0.15, 0.2)])
            kept.append(scipy.interpolate.CubicSpline(times_ms, signal)(lag + crossing) / peak)
            at.append(crossing)
    return np.array(kept), np.array(at)


def _groups(aligned, size):
    """Groups of alike trials: each with the trials that correlate most with one of them, none used twice."""
    left = list(range(len(aligned)))
    alike = np.corrcoef(aligned)
    while len(left) >= size:
        group = sorted(left, key=lambda other: -alike[left[0], other])[:size]
        left = [each for each in left if each not in group]
        yield np.array(group)


def _start(mean):
    """Index of the onset of an average of peak 1: see the module."""
    rise = int((np.abs(mean) > LOW).argmax())
    above = np.flatnonzero(np.abs(mean[: rise + 1]) > START)
    gaps = np.diff(above) * STEP_MS > GAP_MS
    return above[np.flatnonzero(gaps)[-1] + 1] if gaps.any() else above[0]


def _faded(mean, since_ms):
    """The average with a beginning and an end, of peak-to-peak 1."""
    begin = np.clip(1 + since_ms / FADE_MS, 0, 1)
    end = np.clip((TAIL_MS[1] - since_ms) / (TAIL_MS[1] - TAIL_MS[0]), 0, 1)
    out = mean * begin * (0.5 - 0.5 * np.cos(np.pi * end))
    return out / np.ptp(out)
