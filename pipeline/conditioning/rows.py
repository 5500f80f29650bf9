"""Rows: the signal of each trial and muscle as one row, and its level in a window."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .. import windows
from ..trials import Trials

N_AT_ONCE = 512
"""Rows worked on at once: bounds memory, and is a constant so that no result depends on the machine."""


class Level(NamedTuple):
    """Mean and standard deviation of a signal in a window, in µV; NaN where the window holds no sample.

    Attributes
    ----------
    mean, sd : array (n_trials, n_muscles)
    """

    mean: np.ndarray
    sd: np.ndarray


def rows(trials: Trials) -> np.ndarray:
    """(n_trials x n_muscles, n_samples) read-only view of the signal, the muscles of a trial side by side."""
    return trials.emg_uv.reshape(-1, len(trials.times_ms))


def chunks(n_rows: int) -> Iterator[slice]:
    """Slices that cover `n_rows`, each of at most `N_AT_ONCE`."""
    return (slice(first, min(first + N_AT_ONCE, n_rows)) for first in range(0, n_rows, N_AT_ONCE))


def level(trials: Trials, windows_ms: np.ndarray) -> Level:
    """Mean and standard deviation of each trial and muscle in its window (n_trials, n_muscles, 2)."""
    signal, flat = rows(trials), windows_ms.reshape(-1, 2)
    mean, sd = np.full((2, len(signal)), np.nan)
    for each in chunks(len(signal)):
        part = windows.cut(signal[each], trials.times_ms, flat[each])
        kept = part.inside & np.isfinite(part.values)
        n = np.where(kept.any(-1), kept.sum(-1), np.nan)
        mean[each] = np.where(kept, part.values, 0.0).sum(-1) / n
        sd[each] = np.sqrt((np.where(kept, part.values - mean[each, None], 0.0) ** 2).sum(-1) / n)
    shape = trials.emg_uv.shape[:2]
    return Level(mean.reshape(shape), sd.reshape(shape))
