"""The least-squares fit of a power line's hum, and what tells it from EMG."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from .. import windows
from ..trials import Trials
from .rows import chunks, rows

NEIGHBOURS = (-5, -4, -3, -2, 2, 3, 4, 5)
"""Frequencies a line is compared with, in units of the resolution: 1 / duration of what is fitted."""
LEAST_CYCLES = 2.0
"""A trial is left as it is where half of what is fitted lasts less than this many cycles of the line."""
MOST_SPANS = 16
"""Rows are fitted together where they are busy in at most so many different stretches of time."""


class Fit(NamedTuple):
    """Sine and cosine of one line and its harmonics, fitted to every row.

    Attributes
    ----------
    hz : array (n_harmonics,)
        Frequencies.
    weights : array (n_rows, 2, n_harmonics)
        Of cosine and sine, in µV; NaN where a row could not be fitted.
    noise : array (n_rows, n_harmonics)
        Power that EMG alone would have there, in µV²: the mean over neighbouring frequencies of the residual.
    evidence : array (n_rows, n_harmonics)
        How far the line stands out from its neighbours: 1 on average where there is none.
    agreement : array (n_rows, n_harmonics)
        How alike amplitude and phase are in the two halves, -1 to 1: 0 on average where there is no line.
    """

    hz: np.ndarray
    weights: np.ndarray
    noise: np.ndarray
    evidence: np.ndarray
    agreement: np.ndarray


class Line(NamedTuple):
    """What is projected on to find one line."""

    hz: np.ndarray
    """(n_harmonics,)"""
    neighbours_hz: np.ndarray
    """(n_harmonics, n_neighbours)"""
    real: np.ndarray
    """(n_harmonics, n_neighbours) whether a neighbour lies between a resolution and half the sampling rate."""
    basis: np.ndarray
    """(1 + 2 n_harmonics, n_samples) a constant, cosines, sines."""
    near: np.ndarray
    """(2 n_harmonics n_neighbours, n_samples) the same of the neighbours."""


class Alike(NamedTuple):
    """Rows that are fitted together."""

    which: np.ndarray
    """(n_rows,) their numbers."""
    signal: np.ndarray
    """(n_rows, n_kept) about its mean, and 0 where not kept."""
    kept: np.ndarray
    """(1 or n_rows, n_kept) which samples are fitted."""
    place: np.ndarray
    """(n_kept,) number of each sample in the epoch."""


def fitted(trials: Trials, busy: np.ndarray, lines_hz: Sequence[float], n_harmonics: int) -> list[Fit]:
    """The fit of each line to every row, but for where the row is busy: (n_rows, 2) in ms."""
    signal, times_ms = rows(trials), trials.times_ms
    lines = [_line(each, n_harmonics, times_ms, _resolution_hz(times_ms, busy)) for each in lines_hz]
    shapes = [(len(signal), len(each.hz)) for each in lines]
    fits = [
        Fit(each.hz, np.full((n, 2, k), np.nan), *np.full((3, n, k), np.nan))
        for each, (n, k) in zip(lines, shapes, strict=True)
    ]
    for each in chunks(len(signal)):
        for alike in _alike(signal[each], times_ms, busy[each]):
            n_kept = alike.kept.sum(-1)
            for line, fit in zip(lines, fits, strict=True):
                long = np.broadcast_to(n_kept >= 2 * LEAST_CYCLES * trials.rate_hz / line.hz[0], len(alike.which))
                if long.any():
                    _fill(fit, line, _only(alike, long), each.start)
    return fits


def waves_of(times_ms: np.ndarray, hz: np.ndarray) -> np.ndarray:
    """(2 n_frequencies, n_samples) cosines, then sines."""
    angle = 2e-3 * np.pi * np.outer(hz, times_ms)
    return np.concatenate([np.cos(angle), np.sin(angle)]).astype(np.float32)


def _line(line_hz: float, n_harmonics: int, times_ms: np.ndarray, resolution_hz: float) -> Line:
    hz = line_hz * np.arange(1, n_harmonics + 1)
    hz = hz[2 * hz < windows.rate_hz(times_ms)]
    neighbours_hz = hz[:, None] + resolution_hz * np.array(NEIGHBOURS)
    basis = np.concatenate([np.ones((1, len(times_ms)), np.float32), waves_of(times_ms, hz)])
    real = (neighbours_hz > resolution_hz) & (2 * neighbours_hz < windows.rate_hz(times_ms))
    return Line(hz, neighbours_hz, real, basis, waves_of(times_ms, neighbours_hz.ravel()))


def _resolution_hz(times_ms: np.ndarray, busy: np.ndarray) -> float:
    """1 / duration of what is fitted in the typical row."""
    first, last = times_ms[[0, -1]]
    busy_ms = np.diff(np.clip(busy, first, last))[:, 0]
    return 1e3 / max(float(last - first - np.median(busy_ms)), 1.0)


def _alike(signal: np.ndarray, times_ms: np.ndarray, busy: np.ndarray) -> Iterator[Alike]:
    """Rows that miss nothing and are busy at the same time, with only what is kept of them; then all others."""
    spans, kind = np.unique(np.stack(windows.span(times_ms, busy), -1), axis=0, return_inverse=True)
    whole, place = np.isfinite(signal).all(-1) & (len(spans) <= MOST_SPANS), np.arange(len(times_ms))
    for number, (start, stop) in enumerate(spans):
        index = np.flatnonzero(whole & (kind == number))
        of = signal if len(index) == len(signal) else signal[index]
        part = np.concatenate([of[:, :start], of[:, stop:]], -1)
        if part.size:
            mean = part.mean(-1, keepdims=True)
            changes = part.max(-1) > part.min(-1)
            own = Alike(index, part - mean, np.ones((1, part.shape[-1]), bool), np.delete(place, slice(start, stop)))
            yield _only(own, changes)
    index = np.flatnonzero(~whole)
    kept = ~windows.inside(times_ms, busy[index]) & np.isfinite(signal[index])
    part = np.where(kept, signal[index], np.float32(0.0))
    mean = part.sum(-1, keepdims=True) / np.maximum(kept.sum(-1, keepdims=True), 1).astype(np.float32)
    changes = (kept & (signal[index] != signal[index, :1])).any(-1)
    yield _only(Alike(index, np.where(kept, part - mean, np.float32(0.0)), kept, place), changes)


def _only(alike: Alike, use: np.ndarray) -> Alike:
    """Some of the rows."""
    if use.all():
        return alike
    kept = alike.kept[use] if len(alike.kept) == len(use) else alike.kept
    return alike._replace(which=alike.which[use], signal=alike.signal[use], kept=kept)


def _fill(fit: Fit, line: Line, alike: Alike, start: int) -> None:
    """Put the fit of some rows, counted from `start`, in its place."""
    weights, amplitudes, agreement = _least_squares(alike, line)
    noise, n = _noise(amplitudes, line)
    at = start + alike.which
    fit.weights[at], fit.noise[at], fit.agreement[at] = weights, noise, agreement
    fit.evidence[at] = n * np.log1p((weights**2).sum(1) / (n * noise))


def _least_squares(alike: Alike, line: Line) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights (n_rows, 2, n_harmonics), amplitudes of the residual at the neighbours, agreement of the halves."""
    signal, kept = alike.signal, alike.kept
    basis, near = line.basis[:, alike.place], line.near[:, alike.place]
    n_kept, n = kept.sum(-1, keepdims=True), len(basis)
    early = kept & (np.cumsum(kept, -1) <= n_kept / 2)
    halves = (early, kept & ~early)
    grams = [_gram(half, basis) for half in halves]
    if kept.all():
        moments = signal @ np.concatenate([*(half * basis for half in halves), near]).T
        first, last = moments[:, :n].astype(float), moments[:, n : 2 * n].astype(float)
        total = _solved(grams[0] + grams[1], first + last)
        left = moments[:, 2 * n :] - total.astype(np.float32) @ (basis @ near.T)
    else:
        first, last = (((signal * half) @ basis.T).astype(float) for half in halves)
        total = _solved(grams[0] + grams[1], first + last)
        left = np.where(kept, signal - total.astype(np.float32) @ basis, np.float32(0.0)) @ near.T
    a, b = (_solved(*each)[:, 1:].reshape(-1, 2, len(line.hz)) for each in zip(grams, (first, last), strict=True))
    power = (a**2 + b**2).sum(1)
    agreement = 2 * (a * b).sum(1) / np.where(power > 0, power, np.nan)
    return total[:, 1:].reshape(-1, 2, len(line.hz)), 2 * left / n_kept, agreement


def _gram(kept: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """(n_rows or 1, n_basis, n_basis) products of the basis with itself over the kept samples."""
    pairs = (basis[:, None] * basis).reshape(-1, basis.shape[-1])
    return (kept.astype(np.float32) @ pairs.T).reshape(-1, len(basis), len(basis)).astype(float)


def _solved(gram: np.ndarray, moments: np.ndarray) -> np.ndarray:
    if len(gram) == 1:
        return np.linalg.solve(gram[0], moments.T).T
    return np.linalg.solve(gram, moments[..., None])[..., 0]


def _noise(amplitudes: np.ndarray, line: Line) -> tuple[np.ndarray, np.ndarray]:
    """Mean power (n_rows, n_harmonics) of amplitudes at the neighbours, and how many there are; of nothing NaN."""
    real = line.real
    power = (amplitudes.reshape(len(amplitudes), 2, *real.shape) ** 2).sum(1)
    n = np.where(real.any(-1), real.sum(-1), np.nan)
    mean = np.where(real, power, 0.0).sum(-1) / n
    return np.where(mean > 0, mean, np.nan), n
