"""How large a response is: from peak to peak, and as rectified area between its onset and its end."""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Ge, Gt, Lt

from .. import windows
from .background import mean_in, mean_where
from .chunks import trial_by_trial


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


@trial_by_trial
def peak_to_peak(emg_uv: np.ndarray, times_ms: np.ndarray, response_ms: np.ndarray, /) -> Amplitude:
    """Peak-to-peak amplitude in the response window.

    The measure of the IFCN guideline (Rossini et al. 2015). Missing samples are left out; a trial without any sample
    in the window gives NaN.
    """
    part = windows.cut(emg_uv, times_ms, response_ms)
    high, at_high = peak_in(part)
    low, at_low = peak_in(part._replace(values=-part.values))
    return Amplitude(high + low, at_high, at_low)


@trial_by_trial
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
    end, area = np.full((2, len(emg_uv)), np.nan)
    some = np.isfinite(onset_ms)
    if not some.any():
        return Area(end, end - onset_ms, area)
    of = slice(None) if some.all() else some
    zero, mean, sd = _background(windows.cut(emg_uv, times_ms, background_ms).only(some))
    from_ms = np.array([np.fmin(response_ms[of, 0], onset_ms[of]).min(), times_ms[-1]])
    after = windows.cut(emg_uv, times_ms, np.broadcast_to(from_ms, (len(some), 2))).only(some)
    after = after._replace(values=np.abs(after.values - zero[:, None].astype(emg_uv.dtype)))
    peak, at_peak = peak_in(windows.cut(after.values, after.times_ms, response_ms[of]))
    least = np.fmax(mean + n_sd * sd, peak_fraction * peak)
    quiet = windows.held(after.values < least[:, None].astype(emg_uv.dtype), windows.n_samples(quiet_ms, times_ms))
    at_rest = first_after(quiet, after.times_ms, np.fmax(at_peak, onset_ms[of]))
    active, silent_ms = state[of] == "active", cortical_sp_onset_ms[of]
    end[of] = np.where(active & (silent_ms > onset_ms[of]), silent_ms, at_rest)
    whole = _mean_between(after, onset_ms[of], end[of])
    area[of] = (whole - np.where(active, mean, 0.0)) * (end[of] - onset_ms[of])
    return Area(end, end - onset_ms, area)


def _background(before: windows.Cut) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(n_trials,) mean of the background, then mean and SD of it rectified."""
    zero = mean_in(before)
    rectified = np.abs(before.values - zero[:, None].astype(before.values.dtype))
    mean = mean_in(before._replace(values=rectified))
    square = np.square(rectified - mean[:, None].astype(rectified.dtype))
    return zero, mean, np.sqrt(mean_in(before._replace(values=square)))


def _mean_between(part: windows.Cut, start_ms: np.ndarray, end_ms: np.ndarray) -> np.ndarray:
    """(n_trials,) mean of the values from a start to an end; NaN where a trial has none there."""
    inside = windows.inside(part.times_ms, np.stack([start_ms, end_ms], -1))
    return mean_where(part.values, inside & np.isfinite(part.values))


def first_after(mask: np.ndarray, times_ms: np.ndarray, after_ms: np.ndarray) -> np.ndarray:
    """(n_trials,) time of the first True sample later than a time; NaN where there is none."""
    index = windows.numbers(len(times_ms))
    later = np.searchsorted(times_ms, after_ms, "right").astype(index.dtype)
    return windows.first_time(mask & (index >= later[:, None]), times_ms)


def peak_in(part: windows.Cut) -> tuple[np.ndarray, np.ndarray]:
    """(n_trials,) largest value of what a window covers, and its time; NaN where a trial has none."""
    if not part.inside.size:
        return np.full(len(part.values), np.nan), np.full(len(part.values), np.nan)
    at = part.values.argmax(-1)
    found = np.take_along_axis(part.values, at[:, None], -1)[:, 0].astype(float)
    if part.whole and np.isfinite(found).all():  # so are all values
        return found, part.times_ms[at]
    filled = np.where(part.known, part.values, -np.inf)
    at, some = filled.argmax(-1), part.known.any(-1)
    found = np.take_along_axis(filled, at[:, None], -1)[:, 0].astype(float)
    return np.where(some, found, np.nan), np.where(some, part.times_ms[at], np.nan)
