"""How large a response is: from peak to peak, and as rectified area between its onset and its end."""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Ge, Gt, Lt

from .. import windows
from .background import centred, extremes, mean_where


class Amplitude(NamedTuple):
    """The extremes of each trial's response window.

    Attributes
    ----------
    peak_to_peak_uv : (n_trials,)
        Largest minus smallest value in the response window, whether or not there is a response.
    peak_max_ms : (n_trials,)
        When the largest value comes, from the pulse.
    peak_min_ms : (n_trials,)
        When the smallest value comes, from the pulse.
    """

    peak_to_peak_uv: np.ndarray
    peak_max_ms: np.ndarray
    peak_min_ms: np.ndarray


class Area(NamedTuple):
    """The extent of each trial's response in time, and its area.

    Attributes
    ----------
    mep_end_ms : (n_trials,)
        End of the response, from the pulse; NaN without an onset, or where it does not end within the epoch.
    mep_duration_ms : (n_trials,)
        From the onset of the response to its end.
    area_uv_ms : (n_trials,)
        Integral of the rectified signal from onset to end; in contraction less what the background EMG would give in
        the same time.
    """

    mep_end_ms: np.ndarray
    mep_duration_ms: np.ndarray
    area_uv_ms: np.ndarray


def peak_to_peak(emg_uv: np.ndarray, times_ms: np.ndarray, response_ms: np.ndarray, /) -> Amplitude:
    """Peak-to-peak amplitude in the response window.

    The measure of the IFCN guideline (Rossini et al. 2015). Missing samples are left out; a trial without any sample
    in the window gives NaN.
    """
    part = windows.cut(emg_uv, times_ms, response_ms)
    known = part.inside & np.isfinite(part.values)
    low, high = extremes(part.values, known)
    at_high = windows.first_time(known & (part.values == high[:, None]), part.times_ms)
    at_low = windows.first_time(known & (part.values == low[:, None]), part.times_ms)
    return Amplitude(high - low, at_high, at_low)


def onset_to_end(
    emg_uv: np.ndarray,
    times_ms: np.ndarray,
    background_ms: np.ndarray,
    response_ms: np.ndarray,
    onset_ms: np.ndarray,
    state: np.ndarray,
    cortical_sp_onset_ms: np.ndarray,
    /,
    *,
    peak_fraction: Annotated[float, Gt(0), Lt(1)] = 0.12,
    n_sd: Annotated[float, Ge(0)] = 3.0,
    quiet_ms: Annotated[float, Gt(0)] = 10.0,
) -> Area:
    """Area and duration of the response between its onset and its end.

    At rest the response ends where the rectified signal has fallen below the larger of two levels for good: a fraction
    of its peak, and mean + n_sd SD of the rectified background. In contraction it ends where the cortical silent period
    begins, if there is one, so that one event has one time. Own definition: papers that report areas seldom say where
    the response ends.

    Parameters
    ----------
    peak_fraction : float
        Level, as a fraction of the largest rectified value of the response window.
    n_sd : float
        Level, in SD of the rectified background above its mean.
    quiet_ms : float
        How long the rectified signal must stay below the level.
    """
    rectified = np.abs(centred(emg_uv, times_ms, background_ms))
    before = windows.cut(rectified, times_ms, background_ms)
    known = before.inside & np.isfinite(before.values)
    mean = mean_where(before.values, known)
    sd = np.sqrt(mean_where(np.square(before.values - mean[:, None]), known))
    response = windows.inside(times_ms, response_ms) & np.isfinite(rectified)
    _, peak = extremes(rectified, response)
    level = np.fmax(mean + n_sd * sd, peak_fraction * peak)
    at_peak = windows.first_time(response & (rectified == peak[:, None]), times_ms)
    quiet = windows.held(rectified < level[:, None], windows.n_samples(quiet_ms, times_ms))
    at_rest = windows.first_time(quiet & (times_ms > np.fmax(at_peak, onset_ms)[:, None]), times_ms)
    silent = (state == "active") & np.isfinite(cortical_sp_onset_ms) & (cortical_sp_onset_ms > onset_ms)
    end = np.where(np.isfinite(onset_ms), np.where(silent, cortical_sp_onset_ms, at_rest), np.nan)
    duration = end - onset_ms
    inside = windows.inside(times_ms, np.stack([onset_ms, end], -1)) & np.isfinite(rectified)
    area = mean_where(rectified, inside) * duration
    return Area(end, duration, area - np.where(state == "active", mean * duration, 0.0))
