"""When an MEP begins: methods that look for the change the response makes in the signal.

An onset is understood as the first sample where the noise-free MEP exceeds 1 % of its peak. Every method looks inside
the response window only, only where the trial stands out of its noise (`mep_above_noise`), and gives NaN rather than
an edge of the window.
"""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Gt

from .. import windows
from .background import centred, mean_where
from .steps import two_variances


class Onset(NamedTuple):
    """The beginning of each trial's response.

    Attributes
    ----------
    onset_ms : (n_trials,)
        Onset of the MEP, from the pulse; NaN where there is none to be seen.
    onset_low_ms : (n_trials,)
        Lower end of its 95 % interval; NaN where the method gives none.
    onset_high_ms : (n_trials,)
        Upper end of its 95 % interval; NaN where the method gives none.
    """

    onset_ms: np.ndarray
    onset_low_ms: np.ndarray
    onset_high_ms: np.ndarray


def aic(
    emg_uv: np.ndarray,
    times_ms: np.ndarray,
    background_ms: np.ndarray,
    response_ms: np.ndarray,
    mep_above_noise: np.ndarray,
    /,
    *,
    before_ms: Annotated[float, Gt(0)] = 20.0,
) -> Onset:
    """Where two segments of different variance describe the rise best (Maeda 1985).

    The segment ends at the largest deflection of the response window. The criterion is
    k·ln(var of the first k samples) + (n - k - 1)·ln(var of the others), smallest at the onset. Maeda picked seismic
    waves and left the segment to the reader: here it begins `before_ms` before the response window.

    Parameters
    ----------
    before_ms : float
        How long before the response window the segment begins.
    """
    signal = centred(emg_uv, times_ms, background_ms)
    segment_ms = np.stack([response_ms[:, 0] - before_ms, peak_ms(signal, times_ms, response_ms)], -1)
    part = windows.cut(signal, times_ms, segment_ms)
    cost = two_variances(np.nan_to_num(part.values), part.inside)
    at = part.times_ms[cost.argmin(-1)] if len(part.times_ms) else np.full(len(signal), np.nan)
    return kept(at, times_ms, response_ms, mep_above_noise)


def sd_threshold(
    emg_uv: np.ndarray,
    times_ms: np.ndarray,
    background_ms: np.ndarray,
    response_ms: np.ndarray,
    mep_above_noise: np.ndarray,
    /,
    *,
    n_sd: Annotated[float, Gt(0)] = 3.0,
    min_run_ms: Annotated[float, Gt(0)] = 1.0,
) -> Onset:
    """First run of the rectified signal above mean + n_sd SD of its background, then back to the mean.

    The rule most TMS papers state (after Hodges and Bui 1996, who compared such rules for voluntary EMG). They differ
    in SD, length of the run and whether one walks back: here back to the last sample at or below the background mean.

    Parameters
    ----------
    n_sd : float
        Level, in SD of the rectified background above its mean.
    min_run_ms : float
        How long the rectified signal must stay above the level.
    """
    signal, mean, sd = _rectified(emg_uv, times_ms, background_ms)
    run = windows.held(signal > (mean + n_sd * sd)[:, None], windows.n_samples(min_run_ms, times_ms))
    start = windows.first_time(run & windows.inside(times_ms, response_ms), times_ms)
    return kept(_last_below(signal, mean, times_ms, start), times_ms, response_ms, mep_above_noise)


def last_crossing(
    emg_uv: np.ndarray,
    times_ms: np.ndarray,
    background_ms: np.ndarray,
    response_ms: np.ndarray,
    mep_above_noise: np.ndarray,
    /,
) -> Onset:
    """Last crossing of the mean rectified background before the largest deflection.

    The rule of the Daskalakis group (year and wording not checked), who take the mean over 40 ms; that it is taken
    over the background window is our own.
    """
    signal, mean, _ = _rectified(emg_uv, times_ms, background_ms)
    peak = peak_ms(signal, times_ms, response_ms)
    return kept(_last_below(signal, mean, times_ms, peak), times_ms, response_ms, mep_above_noise)


def derivative(
    emg_uv: np.ndarray,
    times_ms: np.ndarray,
    background_ms: np.ndarray,
    response_ms: np.ndarray,
    mep_above_noise: np.ndarray,
    /,
) -> Onset:
    """Start of the longest unbroken rise before the first of the two peaks (Bigoni 2022).

    The signal is turned so that its first peak is positive; the longest run of samples that each exceed the one before
    is the rise. Among equal runs the last is taken, which the paper leaves open.
    """
    signal = centred(emg_uv, times_ms, background_ms)
    part = windows.cut(signal, times_ms, response_ms)
    values = np.where(part.inside & np.isfinite(part.values), part.values, 0.0)
    index = np.arange(values.shape[-1])
    high, low = values.argmax(-1), values.argmin(-1)
    turned = values * np.where(high <= low, 1.0, -1.0)[:, None]
    rising = np.zeros(values.shape, bool)
    rising[:, 1:] = (np.diff(turned) > 0) & part.inside[:, :-1]
    rising &= index <= np.minimum(high, low)[:, None]
    start = np.maximum.accumulate(np.where(rising, 0, index), -1)
    length = np.where(rising, index - start, 0)
    longest = values.shape[-1] - 1 - length[:, ::-1].argmax(-1)
    at = part.times_ms[np.take_along_axis(start, longest[:, None], -1)[:, 0]]
    return kept(at, times_ms, response_ms, mep_above_noise)


def _rectified(
    emg_uv: np.ndarray, times_ms: np.ndarray, background_ms: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rectified signal, and mean and SD of its background."""
    signal = np.abs(centred(emg_uv, times_ms, background_ms))
    before = windows.cut(signal, times_ms, background_ms)
    known = before.inside & np.isfinite(before.values)
    mean = mean_where(before.values, known)
    return signal, mean, np.sqrt(mean_where(np.square(before.values - mean[:, None]), known))


def peak_ms(signal: np.ndarray, times_ms: np.ndarray, response_ms: np.ndarray) -> np.ndarray:
    """(n_trials,) time of the largest deflection in the response window."""
    part = windows.cut(np.abs(signal), times_ms, response_ms)
    known = part.inside & np.isfinite(part.values)
    values = np.where(known, part.values, -1.0)
    return np.where(known.any(-1), part.times_ms[values.argmax(-1)], np.nan)


def _last_below(signal: np.ndarray, level: np.ndarray, times_ms: np.ndarray, before_ms: np.ndarray) -> np.ndarray:
    """(n_trials,) the sample after the last one at or below a level before a time."""
    below = (signal <= level[:, None]) & (times_ms < before_ms[:, None])
    return windows.last_time(below, times_ms) + 1000.0 / windows.rate_hz(times_ms)


def kept(at_ms: np.ndarray, times_ms: np.ndarray, response_ms: np.ndarray, found: np.ndarray) -> Onset:
    """Onsets without an interval: those inside their window and not at its edges, where there is a response at all."""
    unknown = np.full(len(at_ms), np.nan)
    inside = windows.inner(at_ms, response_ms, 1000.0 / windows.rate_hz(times_ms))
    return Onset(np.where(found, inside, np.nan), unknown, unknown.copy())
