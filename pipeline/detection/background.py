"""The EMG before the first pulse: how much there is, and the level it lies about."""

from typing import NamedTuple

import numpy as np

from .. import windows
from .chunks import trial_by_trial


class Background(NamedTuple):
    """The background EMG of each trial.

    Attributes
    ----------
    background_rms_uv : (n_trials,)
        Root mean square of the background EMG about its own mean.
    background_mean_abs_uv : (n_trials,)
        Mean of the rectified background EMG, about its own mean.
    background_peak_to_peak_uv : (n_trials,)
        Largest minus smallest value in the last part of the background that is as long as the response window (in
        the whole background where that is shorter): what noise alone would give as a peak-to-peak amplitude.
    """

    background_rms_uv: np.ndarray
    background_mean_abs_uv: np.ndarray
    background_peak_to_peak_uv: np.ndarray


@trial_by_trial
def pre_stimulus(
    emg_uv: np.ndarray, times_ms: np.ndarray, background_ms: np.ndarray, response_ms: np.ndarray, /
) -> Background:
    """Background EMG in the window before the first pulse.

    Own definition, after the usual practice of reporting pre-stimulus RMS. Missing samples are left out; a trial
    without any sample gives NaN.
    """
    part = windows.cut(emg_uv, times_ms, background_ms)
    signal = part.values - mean_in(part)[:, None].astype(emg_uv.dtype)
    lengths = np.minimum(response_ms[:, 1] - response_ms[:, 0], background_ms[:, 1] - background_ms[:, 0])
    last = windows.cut(part.values, part.times_ms, np.stack([background_ms[:, 1] - lengths, background_ms[:, 1]], -1))
    low, high = extremes_in(last)
    rms = np.sqrt(mean_in(part._replace(values=np.square(signal))))
    return Background(rms, mean_in(part._replace(values=np.abs(signal))), high - low)


def centred(emg_uv: np.ndarray, times_ms: np.ndarray, background_ms: np.ndarray) -> np.ndarray:
    """(n_trials, n_samples) the signal about the mean of each trial's background, so that an offset changes nothing."""
    return emg_uv - level(emg_uv, times_ms, background_ms)[:, None]


def level(emg_uv: np.ndarray, times_ms: np.ndarray, background_ms: np.ndarray) -> np.ndarray:
    """(n_trials,) mean of each trial's background; NaN where a trial has no sample of it."""
    return mean_in(windows.cut(emg_uv, times_ms, background_ms))


def mean_in(part: windows.Cut) -> np.ndarray:
    """(n_trials,) mean of what a window covers; NaN where a trial has none."""
    if part.whole:
        mean: np.ndarray = part.values.mean(-1, dtype=float)
        if np.isfinite(mean).all():  # so are all values
            return mean
    return mean_where(part.values, part.known)


def mean_where(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """(n_trials,) mean of the values where `known`; NaN where a trial has none."""
    count = np.count_nonzero(known, -1)
    with np.errstate(invalid="ignore"):
        total = (values * known).sum(-1, dtype=float)
    if not np.isfinite(total).all():  # a missing value times 0 is missing
        total = np.where(known, values, 0.0).sum(-1, dtype=float)
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)


def extremes_in(part: windows.Cut) -> tuple[np.ndarray, np.ndarray]:
    """(n_trials,) smallest and largest value of what a window covers; NaN where a trial has none."""
    if part.whole:
        low, high = part.values.min(-1).astype(float), part.values.max(-1).astype(float)
        if np.isfinite(low).all() and np.isfinite(high).all():
            return low, high
    return extremes(part.values, part.known)


def extremes(values: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n_trials,) smallest and largest value where `known`; NaN where a trial has none."""
    some = known.any(-1)
    low = np.min(values, -1, where=known, initial=np.inf).astype(float)
    high = np.max(values, -1, where=known, initial=-np.inf).astype(float)
    return np.where(some, low, np.nan), np.where(some, high, np.nan)
