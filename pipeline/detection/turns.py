"""The shape of a response between its onset and its end: its two main peaks, its turns and its phases."""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Ge, Gt, Lt

from .. import windows
from .amplitude import peak_in
from .background import mean_in
from .chunks import trial_by_trial


class Shape(NamedTuple):
    """Peaks, turns and phases of each trial's response, about the mean of its background.

    Attributes
    ----------
    first_peak_uv : (n_trials,)
        The earlier of the largest and the smallest value between onset and end, with its sign; NaN, as are the
        others, where the response has no onset or no end.
    first_peak_ms : (n_trials,)
        When it comes, from the pulse.
    second_peak_uv : (n_trials,)
        The later of the two, with its sign.
    second_peak_ms : (n_trials,)
        When it comes, from the pulse.
    turns : (n_trials,)
        How often the signal changes direction by more than the least change: 2 of a plain biphasic response.
    phases : (n_trials,)
        How often it deflects to one side and then the other by more than the least change: 2 of such a response.
    """

    first_peak_uv: np.ndarray
    first_peak_ms: np.ndarray
    second_peak_uv: np.ndarray
    second_peak_ms: np.ndarray
    turns: np.ndarray
    phases: np.ndarray


@trial_by_trial
def turns_and_phases(
    emg_uv: np.ndarray,
    times_ms: np.ndarray,
    background_ms: np.ndarray,
    onset_ms: np.ndarray,
    mep_end_ms: np.ndarray,
    background_rms_uv: np.ndarray,
    /,
    *,
    peak_fraction: Annotated[float, Gt(0), Lt(1)] = 0.05,
    n_rms: Annotated[float, Ge(0)] = 4.0,
) -> Shape:
    """Peaks, turns and phases between onset and end.

    Turns and phases are counted as in quantitative EMG, where a turn is a change of direction of at least a stated
    size between one extreme and the next (Willison 1964), and as in the shape features of MEPFeatX (2023). The least
    change is the larger of a fraction of the peak-to-peak amplitude and a multiple of the background's RMS, own choice:
    noise on a slope is no turn, however small the response.

    Parameters
    ----------
    peak_fraction : float
        Least change, as a fraction of the difference of the two peaks.
    n_rms : float
        Least change, in RMS of the background.
    """
    found = np.full((6, len(emg_uv)), np.nan)
    some = np.isfinite(onset_ms) & (mep_end_ms > onset_ms)
    if not some.any():
        return Shape(*found)
    part = windows.cut(emg_uv, times_ms, np.stack([onset_ms, mep_end_ms], -1)).only(some)
    zero = mean_in(windows.cut(emg_uv, times_ms, background_ms).only(some))
    part = part._replace(values=part.values - zero[:, None].astype(emg_uv.dtype))
    high, at_high = peak_in(part)
    low, at_low = peak_in(part._replace(values=-part.values))
    least = np.maximum(peak_fraction * (high + low), n_rms * background_rms_uv[some])
    pairs = np.where(at_high <= at_low, [high, at_high, -low, at_low], [-low, at_low, high, at_high])
    counts = np.where(np.isnan(least), np.nan, _counted(_extremes(part), least))
    found[:, some] = *pairs, *counts
    return Shape(*found)


def _extremes(part: windows.Cut) -> np.ndarray:
    """(n_most, n_trials) first value, local extremes and last value of each trial, the last repeated to the end."""
    known = part.known
    rising = np.diff(part.values, axis=-1) > 0
    kept = known.copy()
    kept[:, 1:-1] &= (rising[:, 1:] != rising[:, :-1]) | ~known[:, 2:] | ~known[:, :-2]
    trial, sample = np.nonzero(kept)
    count = np.count_nonzero(kept, -1)
    behind = np.cumsum(count)
    place = np.arange(len(trial)) - (behind - count)[trial]
    out = np.zeros((count.max(initial=1), len(known)), part.values.dtype)
    out[place, trial] = part.values[trial, sample]
    last = out[np.maximum(count - 1, 0), np.arange(len(known))]
    return np.where(np.arange(len(out))[:, None] < count, out, last)


def _counted(extremes: np.ndarray, least: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n_trials,) turns and phases of the extremes (n_most, n_trials), changes below `least` (n_trials,) left out."""
    least = least.astype(extremes.dtype)
    high, low = extremes[0].copy(), extremes[0].copy()
    direction, side, turns, phases = np.zeros((4, len(least)), np.int16)
    for value in extremes:
        np.maximum(high, value, out=high)
        np.minimum(low, value, out=low)
        up, down = (direction <= 0) & (value - low >= least), (direction >= 0) & (high - value >= least)
        turns += (up | down) & (direction != 0)
        direction = np.where(up, 1, np.where(down, -1, direction)).astype(np.int8)
        high, low = np.where(up, value, high), np.where(down, value, low)
        now = (value >= least).astype(np.int16) - (value <= -least)
        other = (now != 0) & (now != side)
        phases += other
        side = np.where(other, now, side)
    return turns, phases
