"""Trials against the average of the others: where each of them lies, and whether it looks like them."""

from typing import NamedTuple

import numpy as np

BEFORE_MS, BEHIND_MS = 3.0, 20.0
"""A template reaches from so long before the onset to so long behind it."""

LARGEST = 3.0
"""No trial counts for more than this many times the median one in a template."""

LEAST_MATCH = 4.0
"""A match is as large as this many times the noise."""


class Steps(NamedTuple):
    """How a signal is stepped through."""

    sample_ms: float
    stride: int
    """Samples from one independent value to the next."""

    @property
    def lag(self) -> int:
        """Samples by which a trial is moved: half a step."""
        return max(1, self.stride // 2)

    def samples(self, duration_ms: float) -> int:
        """How many samples a duration takes."""
        return round(duration_ms / self.sample_ms)

    @property
    def offsets(self) -> np.ndarray:
        """(n_steps,) samples of a template, from the onset."""
        first = self.samples(BEFORE_MS)
        return self.stride * np.arange(self.samples(BEFORE_MS + BEHIND_MS) // self.stride) - first


class Matches(NamedTuple):
    """How well trials match a template at each lag."""

    lags: np.ndarray
    """(n_lags,) samples a trial is moved by."""
    fit: np.ndarray
    """(n_trials, n_lags) amplitude of the template in the trial, over the noise; 0 where it is turned over."""
    power: np.ndarray
    """(n_trials, n_lags) power of the part of the trial that is held against it, over the noise's."""
    n: int
    """Values of a template."""

    def likelihood(self) -> np.ndarray:
        """(n_trials, n_lags) log-likelihood, with what the best match leaves of each trial taken as noise."""
        best = self.fit.argmax(-1)[:, None]
        left = np.take_along_axis(self.power - np.square(self.fit), best, -1)
        noise = 1.0 + np.maximum(left - self.n, 0.0) / self.n
        return 0.5 * np.square(self.fit) / noise

    def alike(self, at: np.ndarray, least: float) -> np.ndarray:
        """(n_trials,) True where the template explains a part of the trial's power without noise, at these lags."""
        fit, power = (np.take_along_axis(each, at[:, None], -1)[:, 0] for each in (self.fit, self.power))
        response = np.maximum(power - self.n, 0.5 * np.square(fit))
        return (np.square(fit) > least * response) & (fit > LEAST_MATCH)


def leave_one_out(values: np.ndarray, at: np.ndarray, size: np.ndarray, steps: Steps) -> np.ndarray:
    """(n_trials, n_steps) for each trial the average of the others, of length 1.

    Parameters
    ----------
    values : (n_trials, n_samples)
        Signals, their noise white and of RMS 1.
    at : (n_trials,)
        Samples the trials are aligned at; NaN for one that makes no template.
    size : (n_trials,)
        Size of each response over the noise: larger ones count for more, up to `LARGEST` times the median.
    steps : Steps
        Of the signal.
    """
    makes = np.isfinite(at)
    relative = size / np.median(size[makes])
    weight = np.where(makes, np.minimum(relative, LARGEST) / relative, 0.0).astype(np.float32)
    offsets = steps.offsets
    piece = between(values, np.where(makes, at, np.median(at[makes])), offsets[0], offsets[-1])
    own = weight[:, None] * piece[:, :: steps.stride]
    others = own.sum(0) - own
    length = np.sqrt(np.square(others).sum(-1, keepdims=True))
    return others / np.maximum(length, np.finfo(np.float32).tiny)


def matched(values: np.ndarray, at: np.ndarray, templates: np.ndarray, steps: Steps, reach_ms: float) -> Matches:
    """Each trial against its template (n_trials, n_steps), moved by up to `reach_ms` about a sample (n_trials,)."""
    n_lags = steps.samples(reach_ms) // steps.lag
    first, last = steps.offsets[[0, -1]] + steps.lag * n_lags * np.array([-1, 1])
    piece = between(values, at, int(first), int(last))
    length = steps.offsets[-1] - steps.offsets[0] + 1
    moved = np.lib.stride_tricks.sliding_window_view(piece, length, -1)[:, :: steps.lag, :: steps.stride]
    fit = np.maximum(np.einsum("tls,ts->tl", moved, templates), 0.0)
    power = _powers(piece, templates.shape[1], steps.stride)[:, : moved.shape[1] * steps.lag : steps.lag]
    return Matches(steps.lag * np.arange(-n_lags, n_lags + 1), fit, power, templates.shape[1])


def _powers(values: np.ndarray, n: int, stride: int) -> np.ndarray:
    """(n_trials, ...) from each sample on, the power of n values that are `stride` samples apart."""
    rest = -values.shape[1] % stride
    square = np.square(np.pad(values, ((0, 0), (0, rest)))).reshape(len(values), -1, stride)
    so_far = np.pad(np.cumsum(square, 1), ((0, 0), (1, 0), (0, 0)))
    return (so_far[:, n:] - so_far[:, :-n]).reshape(len(values), -1)


def between(values: np.ndarray, at: np.ndarray, first: int, last: int) -> np.ndarray:
    """(n_trials, last - first + 1) values about a fractional sample of each trial, 0 outside of the signal."""
    whole = np.floor(at).astype(np.intp)
    part = (at - whole).astype(np.float32)[:, None]
    left, right = max(-int(whole.min() + first), 0), max(int(whole.max()) + last + 2 - values.shape[1], 0)
    padded = np.pad(values, ((0, 0), (left, right))) if left or right else values
    pieces = np.lib.stride_tricks.sliding_window_view(padded, last - first + 2, -1)
    piece = pieces[np.arange(len(values)), whole + first + left]
    return piece[:, :-1] + part * (piece[:, 1:] - piece[:, :-1])


def average(values: np.ndarray, at: np.ndarray, size: np.ndarray, first: int, last: int) -> np.ndarray:
    """(last - first + 1,) average of trials aligned at samples (NaN: left out), its noise as large as one trial's."""
    makes = np.isfinite(at)
    weight = np.minimum(size[makes], LARGEST * np.median(size[makes])).astype(np.float32)
    total: np.ndarray = weight @ between(values[makes], at[makes], first, last)
    return total / np.sqrt(np.square(weight).sum())
