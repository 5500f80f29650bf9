"""Rows: the signal of each trial and muscle as one row, and its level in a window."""

from collections.abc import Iterator, Mapping
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


def chunks(n_rows: int, at_once: int = N_AT_ONCE) -> Iterator[slice]:
    """Slices that cover `n_rows`, each of at most `at_once`."""
    return (slice(first, min(first + at_once, n_rows)) for first in range(0, n_rows, at_once))


def replaced(trials: Trials, signal: np.ndarray, notes: Mapping[str, np.ndarray] | None = None) -> Trials:
    """The trials with another signal (n_trials x n_muscles, n_samples), which is given away, and with more notes."""
    signal.flags.writeable = False  # so that it need not be copied
    return trials.replace(emg_uv=signal.reshape(trials.emg_uv.shape), notes=notes or {})


def means(trials: Trials, windows_ms: np.ndarray) -> np.ndarray:
    """(n_trials, n_muscles) mean of the signal in windows (n_trials, n_muscles, 2); NaN where one holds no sample."""
    signal, flat = rows(trials), windows_ms.reshape(-1, 2)
    mean = np.empty(len(signal))
    for each in chunks(len(signal)):
        mean[each] = _mean(windows.cut(signal[each], trials.times_ms, flat[each]))
    return mean.reshape(trials.emg_uv.shape[:2])


def level(trials: Trials, windows_ms: np.ndarray) -> Level:
    """Mean and standard deviation of each trial and muscle in its window (n_trials, n_muscles, 2)."""
    signal, flat = rows(trials), windows_ms.reshape(-1, 2)
    mean, power = np.empty((2, len(signal)))
    for each in chunks(len(signal)):
        part = windows.cut(signal[each], trials.times_ms, flat[each])
        mean[each] = _mean(part)
        about = part.values - mean[each, None].astype(np.float32)
        power[each] = _mean(part._replace(values=np.square(about, out=about)))
    shape = trials.emg_uv.shape[:2]
    return Level(mean.reshape(shape), np.sqrt(power).reshape(shape))


def _mean(part: windows.Cut) -> np.ndarray:
    """(n_rows,) mean of what the windows cover and is not missing."""
    if part.whole:
        mean: np.ndarray = part.values.mean(-1, dtype=float)
        if np.isfinite(mean).all():  # so are all values
            return mean
    known = part.known
    n = np.count_nonzero(known, -1)
    total = np.where(known, part.values, 0.0).sum(-1, dtype=float)
    return np.divide(total, n, out=np.full(len(total), np.nan), where=n > 0)
