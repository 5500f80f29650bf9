"""What lies under a late response: the tail of the M wave and of the artefact, fitted and taken off."""

from typing import NamedTuple

import numpy as np

from .. import windows
from .background import level

LEAD_MS, BEHIND_MS = 2.0, 20.0
"""The tail is fitted from this long before the window of a late response to this long behind it."""

DECAYS_MS = (2.0, 5.0, 12.0, 30.0)
"""A tail is a constant and exponentials that decay so fast: the M wave's end, its afterpotential, the amplifier."""

EVERY_MS = 0.6
"""Samples so far apart determine the tail: it is slow."""

LEAST_A_TERM = 3
"""A short stretch bears fewer exponentials: so many of those samples for each."""

ROUNDS = 8
LARGE = 2.5
"""Samples this many times the RMS of noise off the tail count half: those of the response hardly count."""


class Part(NamedTuple):
    """A response alone, and noise treated in the same way."""

    alone_uv: np.ndarray
    """(n_trials, n_samples) background and response, about the background's mean; 0 where neither is."""
    peak_to_peak_uv: np.ndarray
    """(n_trials,) of the response's window; NaN where a sample of it is missing."""
    noise_uv: np.ndarray
    """(n_trials,) RMS of the background."""
    noise_peak_to_peak_uv: np.ndarray
    """(n_trials,) peak-to-peak of as much background as the window holds."""


def early(emg_uv: np.ndarray, times_ms: np.ndarray, background_ms: np.ndarray, window_ms: np.ndarray) -> Part:
    """The first response after a pulse, as it is; arguments as for `late`."""
    alone = emg_uv - level(emg_uv, times_ms, background_ms)[:, None]
    before, n_window = alone[:, slice(*windows.span(times_ms, background_ms[0]))], _length(times_ms, window_ms)
    size = np.ptp(alone[:, slice(*windows.span(times_ms, window_ms))], axis=-1)
    return Part(alone, size, _rms(before), np.ptp(before[:, -n_window:], axis=-1))


def late(emg_uv: np.ndarray, times_ms: np.ndarray, background_ms: np.ndarray, window_ms: np.ndarray) -> Part:
    """A later response, less the tail of what came before.

    Own method. The tail is found by least squares, weighted anew a few times so that what stands out of it, which is
    the response, does not draw it up (Cauchy's weights).

    Parameters
    ----------
    emg_uv : (n_trials, n_samples)
        Trials of one muscle.
    times_ms : (n_samples,)
        The pulse at 0.
    background_ms : (n_trials, 2)
        Where there is noise alone, the same in all trials.
    window_ms : (2,)
        Where the response lies.
    """
    centred = emg_uv - level(emg_uv, times_ms, background_ms)[:, None]
    first, stop = windows.span(times_ms, window_ms + np.array([-LEAD_MS, BEHIND_MS]))
    begin, end = windows.span(times_ms, background_ms[0])
    rate_hz, n_window = windows.rate_hz(times_ms), _length(times_ms, window_ms)
    before = np.nan_to_num(centred[:, max(begin, end - (stop - first)) : end])
    still = less_tail(before, rate_hz, _rms(before))
    noise = _rms(still)
    alone = np.zeros_like(centred)
    alone[:, :end] = centred[:, :end]
    alone[:, first:stop] = less_tail(np.nan_to_num(centred[:, first:stop]), rate_hz, noise)
    own = slice(*windows.span(times_ms, window_ms))
    size = np.where(np.isfinite(centred[:, own]).all(-1), np.ptp(alone[:, own], axis=-1), np.nan)
    return Part(alone, size, noise, np.ptp(still[:, -n_window:], axis=-1))


def _length(times_ms: np.ndarray, window_ms: np.ndarray) -> int:
    first, stop = windows.span(times_ms, window_ms)
    return int(stop - first)


def _rms(signal: np.ndarray) -> np.ndarray:
    return np.sqrt(np.square(signal).mean(-1))


def less_tail(signal: np.ndarray, rate_hz: float, noise_uv: np.ndarray) -> np.ndarray:
    """(n_rows, n_samples) signals less a slow decay that what stands out of them does not draw up."""
    since_ms = np.arange(signal.shape[-1]) * (1000.0 / rate_hz)
    slow = np.stack([np.ones_like(since_ms), *(np.exp(-since_ms / each) for each in DECAYS_MS)], -1)
    every = max(1, round(EVERY_MS * rate_hz / 1000.0))
    slow = slow[:, : max(1, len(since_ms) // (every * LEAST_A_TERM))]
    few, upper = signal[:, ::every], np.linalg.qr(slow[::every])[1]
    basis = np.linalg.solve(upper.T, slow.T).T
    own = basis[::every]
    products, least = (own[:, :, None] * own[:, None]).reshape(len(own), -1), LARGE * noise_uv
    height = few @ own
    for _ in range(ROUNDS):
        rest = few - height @ own.T
        scale = np.maximum(least, np.median(np.abs(rest), axis=-1)) + np.finfo(float).tiny ** 0.25
        weight = 1.0 / (1.0 + np.square(rest / scale[:, None]))
        normal = (weight @ products).reshape(-1, own.shape[1], own.shape[1])
        height = np.linalg.solve(normal, ((weight * few) @ own)[..., None])[..., 0]
    return signal - height @ basis.T
