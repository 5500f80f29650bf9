"""How strong a muscle's maximal contraction is: what contraction in % of it refers to."""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Gt

from .. import windows
from ..pulse_table import MVC
from .background import mean_where
from .chunks import trial_by_trial


class Maximal(NamedTuple):
    """The EMG of maximal contractions.

    Attributes
    ----------
    mvc_rms_uv : (n_trials,)
        Largest RMS, each about its own mean, of all stretches of `window_ms` of the epoch of a maximal voluntary
        contraction; NaN in other trials, and where no such stretch is without a missing sample.
    """

    mvc_rms_uv: np.ndarray


@trial_by_trial
def largest_rms(
    emg_uv: np.ndarray,
    times_ms: np.ndarray,
    pulse: np.ndarray,
    /,
    *,
    window_ms: Annotated[float, Gt(0)] = 500.0,
) -> Maximal:
    """Largest RMS of half a second of a maximal voluntary contraction, anywhere in its epoch.

    It is the largest of many stretches: of a contraction as strong throughout it is about a tenth above the RMS of the
    whole (8 % in 2 s, 11 % in 5 s of simulated motor units).

    Parameters
    ----------
    window_ms : float
        Length of the stretch. A shorter epoch gives none.

    References
    ----------
    Own choice of half a second, among those in use.
    """
    largest = np.full(len(emg_uv), np.nan)
    own = np.flatnonzero(pulse == MVC)
    n = windows.n_samples(window_ms, times_ms)
    if len(own) and n <= emg_uv.shape[-1]:
        largest[own] = _largest(emg_uv[own].astype(float), n)
    return Maximal(largest)


def _largest(signal: np.ndarray, n: int) -> np.ndarray:
    """(n_trials,) largest standard deviation of n samples in a row; NaN where none are all there."""
    known = np.isfinite(signal)
    centred = np.where(known, signal - mean_where(signal, known)[:, None], 0.0)
    count, mean, power = (_sums(each, n) / n for each in (known, centred, np.square(centred)))
    variance = np.where(count == 1, np.maximum(power - np.square(mean), 0), -1.0).max(-1)
    return np.sqrt(np.where(variance >= 0, variance, np.nan))


def _sums(values: np.ndarray, n: int) -> np.ndarray:
    """(n_trials, n_samples - n + 1) sum of n samples from each on."""
    total = np.pad(np.cumsum(values, -1, dtype=float), ((0, 0), (1, 0)))
    return total[:, n:] - total[:, :-n]
