"""The onset of one real trial with a very large response, by three rules that have nothing of the package in them."""

from typing import NamedTuple

import numpy as np
import real_shapes

LEVEL_SD = 4.0
"""The lowest level that is read off, in SD of the trial's own baseline; below it is extrapolated."""
SEARCH_MS = 12.0
BEFORE_MS = -3.0
LEAST_VARIANCE = 1e-12
AGREEMENT_MS = 1.0


class Rules(NamedTuple):
    """When one trial's response begins, in ms; NaN where it has no foot."""

    crossing_ms: float
    """First sample beyond 1 % of the peak, extrapolated where noise is above that."""
    step_ms: float
    akaike_ms: float
    read_off: bool
    """Whether the crossing needed no extrapolation."""


def reference_ms(rules):
    """The crossing where it could be read off, else the median of the three; NaN where they do not agree."""
    three = rules[:3]
    if not np.ptp(three) <= AGREEMENT_MS:
        return np.nan
    return rules.crossing_ms if rules.read_off else float(np.median(three))


def references(signal, times_ms, window_ms):
    """The three rules for one trial."""
    signal = signal - np.median(signal[times_ms < BEFORE_MS])
    crossing = real_shapes.low_crossing_ms(signal, times_ms, window_ms)
    first, last = real_shapes.BASELINE_MS
    local = (times_ms > crossing + first) & (times_ms < crossing + last)
    if not local.any():
        return Rules(np.nan, np.nan, np.nan, False)
    signal = signal - signal[local].mean()
    inside = (times_ms >= window_ms[0]) & (times_ms <= window_ms[1])
    signal = signal / np.abs(signal[inside]).max()
    crossing = real_shapes.low_crossing_ms(signal, times_ms, window_ms, 0.3)
    part = (times_ms >= crossing - SEARCH_MS) & (times_ms <= crossing)
    foot, foot_ms = signal[part], times_ms[part]
    if len(foot) < 10:
        return Rules(np.nan, np.nan, np.nan, False)
    level = max(real_shapes.START, LEVEL_SD * signal[local].std())
    return Rules(
        _crossing_ms(foot, foot_ms, level),
        _step_ms(foot, foot_ms),
        _akaike_ms(foot, foot_ms),
        level == real_shapes.START,
    )


def _crossing_ms(foot, times_ms, low):
    """Where the rise leaves 1 % of its peak, extrapolated in the logarithm of the level from `low` and twice that."""
    at_ms = [_last_below(foot, times_ms, level) for level in (low, 2 * low)]
    back = (at_ms[1] - at_ms[0]) * np.log(low / real_shapes.START) / np.log(2)
    after = np.searchsorted(times_ms, at_ms[0] - back - 1e-9)
    return times_ms[min(after, len(times_ms) - 1)]


def _last_below(foot, times_ms, level):
    """The beginning of the run above a level that leads up to the end, short dips forgiven; between samples."""
    step_ms = times_ms[1] - times_ms[0]
    above = np.flatnonzero(np.abs(foot) > level)
    gaps = np.diff(above) * step_ms > real_shapes.GAP_MS
    at = above[np.flatnonzero(gaps)[-1] + 1] if gaps.any() else above[0]
    if at == 0:
        return times_ms[0]
    low, high = np.abs(foot[at - 1 : at + 1])
    return times_ms[at] - step_ms * (high - level) / max(high - low, 1e-12)


def _step_ms(foot, times_ms):
    """The most likely step of variance from that of the first 5 ms."""
    before = np.var(foot[times_ms < times_ms[0] + 5]) + LEAST_VARIANCE
    count = np.arange(len(foot), 0, -1)
    ratio = np.maximum(np.cumsum(foot[::-1] ** 2)[::-1] / count / before, 1)
    return times_ms[(count * (ratio - 1 - np.log(ratio))).argmax()]


def _akaike_ms(foot, times_ms):
    """The split into two variances that describes the stretch best (Maeda 1985)."""
    split = np.arange(4, len(foot) - 4)
    first = [np.var(foot[:k]) + LEAST_VARIANCE for k in split]
    second = [np.var(foot[k:]) + LEAST_VARIANCE for k in split]
    return times_ms[split[np.argmin(split * np.log(first) + (len(foot) - split - 1) * np.log(second))]]
