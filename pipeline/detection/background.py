"""The EMG before the first pulse: how much there is, and the level it lies about."""

from typing import NamedTuple

import numpy as np

from .. import windows


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


def pre_stimulus(
    emg_uv: np.ndarray, times_ms: np.ndarray, background_ms: np.ndarray, response_ms: np.ndarray, /
) -> Background:
    """Background EMG in the window before the first pulse.

    Own definition, after the usual practice of reporting pre-stimulus RMS. Missing samples are left out; a trial
    without any sample gives NaN.
    """
    part = windows.cut(centred(emg_uv, times_ms, background_ms), times_ms, background_ms)
    known = part.inside & np.isfinite(part.values)
    lengths = np.minimum(response_ms[:, 1] - response_ms[:, 0], background_ms[:, 1] - background_ms[:, 0])
    last = np.stack([background_ms[:, 1] - lengths, background_ms[:, 1]], -1)
    low, high = extremes(part.values, windows.inside(part.times_ms, last) & known)
    rms = np.sqrt(mean_where(np.square(part.values), known))
    return Background(rms, mean_where(np.abs(part.values), known), high - low)


def centred(emg_uv: np.ndarray, times_ms: np.ndarray, background_ms: np.ndarray) -> np.ndarray:
    """(n_trials, n_samples) the signal about the mean of each trial's background, so that an offset changes nothing."""
    part = windows.cut(emg_uv, times_ms, background_ms)
    level = mean_where(part.values, part.inside & np.isfinite(part.values))
    return emg_uv - level[:, None]


def mean_where(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """(n_trials,) mean of the values where `known`; NaN where a trial has none."""
    count = known.sum(-1)
    total = np.where(known, values, 0.0).sum(-1)
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)


def extremes(values: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n_trials,) smallest and largest value where `known`; NaN where a trial has none."""
    some = known.any(-1)
    low = np.min(values, -1, where=known, initial=np.inf)
    high = np.max(values, -1, where=known, initial=-np.inf)
    return np.where(some, low, np.nan), np.where(some, high, np.nan)
