"""When an MEP begins, by the shapes of the library that rise like it: each trial alone, blind to all others."""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Gt

from .. import windows
from ..shape_library import Library
from .shapes import LARGE, Rises, n_steps, strided, whitened_rises
from .steps import step_ratio, two_variances
from .whitening import Group, Whitened

TOGETHER = 24
"""Shapes of nearly the same lead that are taken together for the median."""

CHUNK = 256
"""Trials at a time: weights take (trials, shapes)."""

CLEAR = 3.5
"""A part of the peak is clear of noise where it exceeds the RMS of the noise so many times."""

HALF_WIDTH = 2.3
"""Half the width of an interval over the standard deviation of its onset: 95 % of the onsets of simulated sessions of
`motor_unit_sum` lie within (benchmarks/accuracy.py, the set "synthetic", seed 2)."""

LEAST_SD_MS = 0.12
"""Standard deviation of an onset that all shapes agree on: the steps are not finer."""

TOWARDS_MEAN = 0.3
"""An onset is the weighted median of the shapes, moved so far towards their mean."""


class OnsetAlone(NamedTuple):
    """The beginning of each trial's response, found without a look at any other trial.

    Attributes
    ----------
    onset_alone_ms : (n_trials,)
        Onset of the MEP, from the pulse; NaN where there is none to be seen.
    onset_alone_low_ms : (n_trials,)
        Lower end of its 95 % interval.
    onset_alone_high_ms : (n_trials,)
        Upper end of its 95 % interval.
    onset_step_ms : (n_trials,)
        Where the variance of the same rise steps up (GLR): when the response becomes visible.
    onset_aic_ms : (n_trials,)
        Where two variances describe the same rise best (AIC).
    """

    onset_alone_ms: np.ndarray
    onset_alone_low_ms: np.ndarray
    onset_alone_high_ms: np.ndarray
    onset_step_ms: np.ndarray
    onset_aic_ms: np.ndarray


class Seen(NamedTuple):
    """Trials that share their noise, as methods by evidence see them."""

    signal: Whitened
    large: np.ndarray
    """(n_trials,) sample of the first large deflection in the response window."""
    part: np.ndarray
    """(n_trials,) which of `LARGE` it reaches."""
    size: np.ndarray
    """(n_trials,) peak-to-peak amplitude over the RMS of the white noise, less what noise alone gives."""
    library: Library
    """What rises are compared with."""


def evidence_alone(
    groups: list[Group], mep_above_noise: np.ndarray, library: Library, /, *, misfit: Annotated[float, Gt(0)] = 0.3
) -> OnsetAlone:
    """The shapes of the library that explain each trial's rise, weighted by how well they do.

    Own method. The signal is whitened by a model of the pooled background of all trials of its state; the 15 ms up to
    the first large deflection are compared with the library's shapes, each scaled to fit best, and so far from the
    onset each shape began. The weighted median (moved a little towards the mean) is the onset, the spread its interval.
    Shapes are never quite those of the library: what a shape leaves unexplained may be `misfit` times as large as the
    signal has been so far, so that the foot of a response, where the onset lies, counts most. Trials share the colour
    of their noise and nothing else: no prior, no template; latencies that are compared between trials (shortest
    latency, conduction times) are taken from here. The onset is the first sample where a noise-free MEP exceeds 1 % of
    its peak, which the library's shapes are aligned to.

    Parameters
    ----------
    misfit : float
        How far a shape may be off, as a part of the largest deflection so far.
    """
    onset, sd, step, aic = np.full((4, len(mep_above_noise)), np.nan)
    for group in groups:
        some = mep_above_noise[group.trials]
        of, own = seen(group, some, library), group.trials[some]
        onset[own], sd[own] = weighed(of, misfit)
        step[own], aic[own] = by_variance(of)
        for each in (onset, step, aic):
            each[own] = group.inside(each[own])
    return OnsetAlone(onset, onset - HALF_WIDTH * sd, onset + HALF_WIDTH * sd, step, aic)


def seen(group: Group, some: np.ndarray, library: Library) -> Seen:
    """Some trials of a group, and where each deflects first."""
    signal = group.signal.only(np.flatnonzero(some))
    first, stop = windows.span(signal.times_ms, group.window_ms)
    there = signal.smooth_uv[:, first:stop]
    rectified = np.abs(there)
    peak = rectified.max(-1, initial=0.0)
    clear = CLEAR * signal.noise_uv / np.maximum(peak, np.finfo(np.float32).tiny)
    part = np.minimum(np.searchsorted(LARGE, clear), len(LARGE) - 1)
    large = first + (rectified >= (np.array(LARGE, np.float32)[part] * peak)[:, None]).argmax(-1)
    power = np.square(there.max(-1, initial=0.0) - there.min(-1, initial=0.0)) - np.square(5.0 * signal.noise_uv)
    size = np.sqrt(np.maximum(power, np.square(2.0 * signal.noise_uv))) / signal.scale_uv
    return Seen(signal, large, part, size, library)


def weighed(of: Seen, misfit: float) -> tuple[np.ndarray, np.ndarray]:
    """(n_trials,) onset of each trial and its standard deviation, in ms, by the library alone."""
    signal = of.signal
    rate_hz = windows.rate_hz(signal.times_ms)
    turned = np.sign(np.take_along_axis(signal.smooth_uv, of.large[:, None], -1)) * rise(of, signal.values)
    lead, sd = np.empty((2, len(turned)))
    for part in np.unique(of.part):
        rises = whitened_rises(of.library, rate_hz, signal.colour, LARGE[part])
        trials = np.flatnonzero(of.part == part)
        for at in range(0, len(trials), CHUNK):
            chunk = trials[at : at + CHUNK]
            lead[chunk], sd[chunk] = lead_of(turned[chunk], rises, misfit)
    return signal.times_ms[of.large] - lead, sd


def rise(of: Seen, values: np.ndarray) -> np.ndarray:
    """(n_trials, n_steps) values of each trial about its first large deflection."""
    back, on = n_steps(of.signal.step_ms)
    return strided(values, of.large, of.signal.stride, -back, on)


def by_variance(of: Seen) -> tuple[np.ndarray, np.ndarray]:
    """(n_trials,) when the variance of each rise steps up, in ms: by GLR of the whitened signal, and by AIC."""
    back, _ = n_steps(of.signal.step_ms)
    whitened, plain = rise(of, of.signal.values), rise(of, of.signal.smooth_uv)
    step, aic = np.empty((2, len(plain)))
    for at in range(0, len(plain), CHUNK):
        chunk = slice(at, at + CHUNK)
        step[chunk] = step_ratio(np.square(whitened[chunk], dtype=float)).argmax(-1)
        aic[chunk] = two_variances(plain[chunk].astype(float)).argmin(-1)
    large_ms = of.signal.times_ms[of.large]
    return large_ms + of.signal.step_ms * (step - back), large_ms + of.signal.step_ms * (aic - back)


def lead_of(turned: np.ndarray, rises: Rises, misfit: float) -> tuple[np.ndarray, np.ndarray]:
    """(n_trials,) how long before its first large deflection each rise (n_trials, n_steps) began, and its SD, in ms."""
    so_far = np.maximum.accumulate(np.maximum(np.abs(turned) - 2.0, 0.0), -1)
    weight = 1.0 / (1.0 + np.square(misfit * so_far))
    score = np.maximum((turned * weight) @ rises.values.T, 0.0)
    score = 0.5 * np.square(score) / (weight @ rises.square.T + np.finfo(np.float32).tiny)
    chance = np.exp(score - score.max(-1, keepdims=True))
    edges = np.arange(0, len(rises.lead_ms), TOGETHER)
    blocks = np.arange(len(rises.lead_ms))[:, None] // TOGETHER == np.arange(len(edges))
    lead = rises.lead_ms[:, None]
    sums = chance @ np.hstack([blocks, lead, np.square(lead)]).astype(np.float32)
    sums /= sums[:, :-2].sum(-1, keepdims=True)
    mean = sums[:, -2]
    spread = np.maximum(sums[:, -1] - np.square(mean), 0.0)
    median = _median(sums[:, :-2], np.append(rises.lead_ms[edges], rises.lead_ms[-1]))
    return TOWARDS_MEAN * mean + (1.0 - TOWARDS_MEAN) * median, np.sqrt(spread + LEAST_SD_MS**2)


def _median(chance: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """(n_trials,) median of what falls with chances (n_trials, n) between neighbouring edges (n + 1,)."""
    so_far = np.cumsum(chance, -1)
    block = np.minimum((so_far < 0.5).sum(-1), chance.shape[1] - 1)
    trial = np.arange(len(chance))
    share = np.clip((0.5 - so_far[trial, block]) / np.maximum(chance[trial, block], 1e-6) + 1.0, 0.0, 1.0)
    return edges[block] + share * (edges[block + 1] - edges[block])
