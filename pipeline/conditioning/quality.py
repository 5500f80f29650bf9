"""Quality of the raw signal: what the later steps hide is noted before they do."""

import numpy as np

from .. import windows
from ..trials import Trials
from .rows import chunks, rows

PLATEAU_MS = 1.0
"""Clipping stays at the limit at least this long, and at least `PLATEAU_SAMPLES` samples."""
PLATEAU_SAMPLES = 3
FAR_NOISE = 10.0
"""A limit is further from the channel's median than this many robust standard deviations of the channel ..."""
FAR_STEPS = 200
"""... and than this many quantisation steps: the peaks of a coarsely quantised EMG are flat, too, but not far away."""
N_FOR_NOISE = 256
"""Samples of each trial that tell the channel's median, noise and quantisation step."""


def quality(trials: Trials, zones_ms: np.ndarray, /) -> Trials:
    """Notes on the raw signal; the signal itself is not changed.

    Parameters
    ----------
    trials : Trials
        Raw epochs in µV.
    zones_ms : array (2, n_trials, n_muscles, 2)
        Artefact zone of the pulse at 0 and of the one before it, in ms; NaN where there is none.

    Returns
    -------
    Trials
        The same signal with the notes `clipped` (1 where a plateau at the recorder's limit begins outside the zones,
        else 0), `missing_ms` (duration of missing samples outside the zones) and `artefact_saturated_ms` (first sample
        after the last plateau that begins in a zone; NaN where there is none).

    Notes
    -----
    Own definition. The limit is the largest or smallest value of the channel in the whole recording, if it is far from
    the channel's median; samples at the limit are exactly equal. A recorder that shifts or filters its epochs after
    clipping them leaves nothing to be found.
    """
    shape = trials.emg_uv.shape[:2]
    signal, zones = rows(trials), zones_ms.reshape(2, -1, 2)
    lowest, highest = signal.min(-1), signal.max(-1)
    holed = ~np.isfinite(lowest) | ~np.isfinite(highest)
    lowest[holed], highest[holed] = np.fmin.reduce(signal[holed], -1), np.fmax.reduce(signal[holed], -1)
    ends = np.stack([lowest, highest], -1).reshape(*shape, 2)
    limits = [_limits(trials.emg_uv[:, muscle], ends[:, muscle]) for muscle in range(shape[1])]
    low, high = np.tile(np.reshape(limits, (-1, 2)), (shape[0], 1)).T
    clipped, missing_ms, saturated_ms = np.zeros(len(signal)), np.zeros(len(signal)), np.full(len(signal), np.nan)

    some = np.flatnonzero((lowest == low) | (highest == high) | holed)
    for each in (some[part] for part in chunks(len(some))):
        at_limit = (signal[each] == low[each, None]) | (signal[each] == high[each, None])
        in_zone = np.logical_or(*windows.inside(trials.times_ms, zones[:, each]))
        clipped[each], saturated_ms[each] = _plateaus(at_limit, in_zone, trials.times_ms)
        missing_ms[each] = (~np.isfinite(signal[each]) & ~in_zone).sum(-1) * 1e3 / trials.rate_hz
    notes = {"clipped": clipped, "missing_ms": missing_ms, "artefact_saturated_ms": saturated_ms}
    return trials.replace(notes={name: note.reshape(shape) for name, note in notes.items()})


def _limits(channel: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """(2,) the smallest and largest value of (n_trials, n_samples) where far from its median, else NaN.

    `ends` (n_trials, 2) are those of each trial. NaN, too, where no trial stays at either: then nothing is clipped.
    """
    extremes = np.array([np.fmin.reduce(ends[:, 0], initial=np.nan), np.fmax.reduce(ends[:, 1], initial=np.nan)])
    there = channel[(ends == extremes).any(-1)]
    if not any(windows.held(there == each, PLATEAU_SAMPLES).any() for each in extremes):
        return np.full(2, np.nan)
    n_skip = max(1, channel.shape[-1] // N_FOR_NOISE)
    typical = channel[:, ::n_skip]
    typical = typical[np.isfinite(typical)].astype(float)
    centre = np.median(typical)
    noise = 1.4826 * np.median(np.abs(typical - centre))
    changes = np.abs(np.diff(channel[:, :N_FOR_NOISE].astype(float), axis=-1))
    step = np.min(changes, where=changes > 0, initial=np.inf)
    distance = np.abs(extremes - centre)
    far = (distance > FAR_NOISE * noise) & (distance > FAR_STEPS * np.where(np.isinf(step), 0.0, step))
    return np.where(far, extremes, np.nan)


def _plateaus(at_limit: np.ndarray, in_zone: np.ndarray, times_ms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n_rows,) whether a plateau begins outside the zones; when the last one that begins inside is left."""
    n, index = at_limit.shape[-1], np.arange(at_limit.shape[-1])
    stop = np.minimum.accumulate(np.where(at_limit, n, index)[:, ::-1], -1)[:, ::-1]
    begins = at_limit & ~np.pad(at_limit, ((0, 0), (1, 0)))[:, :-1]
    length = np.where(begins, stop - index, 0)
    long = max(PLATEAU_SAMPLES, windows.n_samples(PLATEAU_MS, times_ms))
    clipped = ((length >= long) & ~in_zone).any(-1)
    left = np.where((length >= PLATEAU_SAMPLES) & in_zone, stop, 0).max(-1, initial=0)
    return clipped, np.where(left > 0, times_ms[np.minimum(left, n - 1)], np.nan)
