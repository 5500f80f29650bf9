"""How a recording would see each shape of a library of MEPs rise."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..shape_library import Library
from .whitening import ORDER, filtered, means, stride_of

LARGE = (0.5, 0.7, 0.9)
"""Parts of a response's peak: a trial's first large deflection is where it reaches the first of them that its noise
does not."""

BEFORE_MS, BEHIND_MS = 15.0, 1.0
"""A rise is looked at from so long before the first large deflection to so long behind it."""

SHIFTS = (-2, -1, 0, 1, 2)
SHIFT_WEIGHTS = (0.1, 0.2, 0.4, 0.2, 0.1)
"""Noise moves the first large deflection by some steps: shapes are kept with it moved, so often by so many steps."""


class Rises(NamedTuple):
    """How the library's shapes rise, those with the latest onset first."""

    values: np.ndarray
    """(n_shapes, n_steps) turned so that the first large deflection is positive."""
    square: np.ndarray
    """(n_shapes, n_steps) of them."""
    lead_ms: np.ndarray
    """(n_shapes,) from the onset to the first large deflection, rising."""


def n_steps(step_ms: float) -> tuple[int, int]:
    """How many steps a rise holds before and behind its first large deflection."""
    return round(BEFORE_MS / step_ms), round(BEHIND_MS / step_ms)


def whitened_rises(library: Library, rate_hz: float, colour: np.ndarray, part: float) -> Rises:
    """A library as a recording sees it.

    Parameters
    ----------
    library : Library
        The shapes.
    rate_hz : float
        Sampling rate of the recording.
    colour : (ORDER + 1,)
        Whitening filter of its noise.
    part : float
        Part of the peak that the first large deflection reaches, one of `LARGE`.
    """
    rises = _rises(library, rate_hz, part)
    values = filtered(rises.values, colour, 1)[:, ORDER:]
    return Rises(values, np.square(values), rises.lead_ms)


@lru_cache(maxsize=12)
def _rises(library: Library, rate_hz: float, part: float) -> Rises:
    """The library's rises at a sampling rate, begun `ORDER` steps earlier so that a filter can run in."""
    smooth, onset = _smooth(library, rate_hz)
    stride, rng = stride_of(rate_hz), np.random.default_rng(len(smooth))
    back, on = n_steps(1000.0 * stride / rate_hz)
    size = np.abs(smooth)
    large = (size >= part * size.max(-1, keepdims=True)).argmax(-1)
    sign = np.sign(np.take_along_axis(smooth, large[:, None], -1))
    large = large + stride * rng.choice(SHIFTS, len(smooth), p=SHIFT_WEIGHTS)
    values = sign * strided(smooth, large, stride, -back - ORDER, on)
    order = np.argsort(large, kind="stable")
    lead_ms = (large[order] - onset) * (1000.0 / rate_hz)
    return Rises(values[order], np.square(values[order]), lead_ms.astype(np.float32))


@lru_cache(maxsize=4)
def _smooth(library: Library, rate_hz: float) -> tuple[np.ndarray, int]:
    """The library at a sampling rate, averaged as signals are, and the sample at which each shape begins.

    Where the samples fall between the library's own is left to chance, shape by shape, as in a recording.
    """
    shapes, own_hz, before = library.shapes, library.rate_hz, library.before
    stride, rng = stride_of(rate_hz), np.random.default_rng(len(shapes))
    onset = (ORDER + max(SHIFTS) + 1) * stride
    n_after = int((shapes.shape[1] - before) * rate_hz / own_hz)
    sample = np.arange(-onset, n_after) + rng.random((len(shapes), 1))
    return means(interpolated(shapes, before + sample * (own_hz / rate_hz)), stride), onset


def interpolated(shapes: np.ndarray, at: np.ndarray) -> np.ndarray:
    """(n_shapes, n) values of each shape between its samples, 0 outside of it."""
    first = np.floor(at).astype(np.intp)
    inside = (first >= 0) & (first < shapes.shape[1] - 1)
    part = (at - first).astype(np.float32)
    first = np.clip(first, 0, shapes.shape[1] - 2)
    low, high = (np.take_along_axis(shapes, first + step, -1) for step in (0, 1))
    return np.where(inside, low + part * (high - low), np.float32(0.0))


def strided(values: np.ndarray, at: np.ndarray, stride: int, first: int, last: int) -> np.ndarray:
    """(n_rows, last - first + 1) values every `stride` samples about a sample of each row, 0 outside of it."""
    index = at[:, None] + stride * np.arange(first, last + 1)
    inside = (index >= 0) & (index < values.shape[1])
    found = np.take_along_axis(values, np.clip(index, 0, values.shape[1] - 1), -1)
    return np.where(inside, found, np.float32(0.0))
