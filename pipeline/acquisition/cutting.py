"""Epochs around the pulses of a continuous recording."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import ReadError
from ..windows import ROUNDING_MS
from .limits import MOST_EPOCH_SAMPLES, MOST_RATE_HZ


def cut(
    signal: np.ndarray,
    at: np.ndarray,
    rate_hz: float,
    epoch_ms: tuple[float, float],
    starts: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Epochs around pulses; a sample outside the recording, or beyond a gap in it, is NaN.

    Parameters
    ----------
    signal : array (n_channels, n_samples)
        The recording.
    at : array (n_pulses,) of int
        Index of the sample of each pulse.
    rate_hz : float
        Sampling rate.
    epoch_ms : (float, float)
        From and to, from the pulse; samples on either end belong to the epoch.
    starts : array (n_parts,) of int, optional
        Index of the first sample of each part recorded without interruption; one part where it is not given.

    Returns
    -------
    emg : array (n_pulses, n_channels, n_samples)
    times_ms : array (n_samples,)
        0 at the sample of the pulse.

    Raises
    ------
    ReadError
        Where the epochs would be more than is read at once.
    """
    if not 0 < rate_hz <= MOST_RATE_HZ:
        raise ReadError(f"{rate_hz:g} samples a second are not EMG; is the sampling rate in Hz right?")
    step_ms = 1000.0 / rate_hz
    first = int(np.ceil((epoch_ms[0] - ROUNDING_MS) / step_ms))
    last = int(np.floor((epoch_ms[1] + ROUNDING_MS) / step_ms))
    if len(at) * len(signal) * (last - first + 1) > MOST_EPOCH_SAMPLES:
        raise ReadError(
            f"{len(at)} epochs of {len(signal)} channels and {last - first + 1} samples are more than is read at once"
        )
    offsets = np.arange(first, last + 1)
    bounds = np.append(np.zeros(1, int) if starts is None else starts, signal.shape[1])
    part = np.searchsorted(bounds, at, side="right") - 1
    index = at[:, None] + offsets
    outside = (index < bounds[part][:, None]) | (index >= bounds[part + 1][:, None])
    emg = signal[:, np.clip(index, 0, signal.shape[1] - 1)].swapaxes(0, 1)
    if outside.any():
        emg = np.where(outside[:, None], np.nan, emg)
    return emg, offsets * step_ms


def samples_of(
    onsets_s: np.ndarray, rate_hz: float, n_samples: int, rows: Sequence[str], first_s: float = 0.0
) -> np.ndarray:
    """(n_pulses,) the sample nearest to each onset of an uninterrupted recording.

    Raises
    ------
    ReadError
        Where one lies before the recording or beyond its end: its row, its time, and the recording's length.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is beyond the end
        at = np.rint((onsets_s - first_s) * rate_hz)
    if (wrong := ~((at >= 0) & (at < n_samples))).any():
        row = int(wrong.argmax())
        raise ReadError(
            f"{rows[row]} at {onsets_s[row]:.6g} s lies outside the recording, which goes from {first_s:g} s "
            f"to {first_s + n_samples / rate_hz:.6g} s"
        )
    return at.astype(np.int64)
