"""The silent period on the average of rectified trials; the ipsilateral one is hardly seen in a single trial."""

from typing import Annotated, Literal, NamedTuple

import numpy as np
from annotated_types import Ge, Gt

from .. import windows
from .silent_period import forward_mean

IPSILATERAL_MS = (20.0, 80.0)
"""Within which an ipsilateral silent period begins: it begins 30-45 ms after the pulse in a hand muscle."""
AT_ONCE = 64
"""Averages of resampled trials worked on at once: bounds memory."""
LEVEL = 0.95
FEWEST = 3
"""A bootstrap of two trials says nothing."""
AROUND_MS = 8.0
"""The edges of a box are looked for so far outside the stretch that is below the limit."""
GRID = 100
"""Places at which an edge of a box may lie: bounds memory."""


class AverageSilentPeriod(NamedTuple):
    """A silent period in the average of rectified trials, with 95 % intervals over trials.

    Attributes
    ----------
    average_sp_onset_ms, average_sp_onset_low_ms, average_sp_onset_high_ms : float
        When the average of the trials' rectified change falls, from the pulse: below the limit, or for the ipsilateral
        silent period by the edge of the box that fits it; NaN where it does not. Low and high: 95 % interval over
        trials.
    average_sp_end_ms, average_sp_end_low_ms, average_sp_end_high_ms : float
        When the average is back, in the same way, from the pulse; NaN where that is not within the epoch. Low and
        high: 95 % interval over trials.
    average_sp_duration_ms, average_sp_duration_low_ms, average_sp_duration_high_ms : float
        From onset to end in the average. Low and high: 95 % interval over trials.
    average_sp_depth_percent, average_sp_depth_low_percent, average_sp_depth_high_percent : float
        100 less the average's mean between onset and end in percent of the background's mean. Low and high: 95 %
        interval over trials.
    average_sp_area_ms, average_sp_area_low_ms, average_sp_area_high_ms : float
        Normalised area: what the average lacks between onset and end, over the background's mean; so much complete
        silence would be as large. Low and high: 95 % interval over trials.
    average_sp_found_fraction : float
        Part of the bootstrap's averages that have a silent period with an end: near 1 where it is sure.
    """

    average_sp_onset_ms: float
    average_sp_onset_low_ms: float
    average_sp_onset_high_ms: float
    average_sp_end_ms: float
    average_sp_end_low_ms: float
    average_sp_end_high_ms: float
    average_sp_duration_ms: float
    average_sp_duration_low_ms: float
    average_sp_duration_high_ms: float
    average_sp_depth_percent: float
    average_sp_depth_low_percent: float
    average_sp_depth_high_percent: float
    average_sp_area_ms: float
    average_sp_area_low_ms: float
    average_sp_area_high_ms: float
    average_sp_found_fraction: float


class Smoothed(NamedTuple):
    """The moving mean of each trial, as far as it is needed."""

    background: np.ndarray
    """(n_trials, n_background) in the background."""
    level: np.ndarray
    """(n_trials, n_known) from where a silent period may begin to where it is known."""
    total: np.ndarray
    """(n_trials, n_known + 1) its running sum."""
    times_ms: np.ndarray
    """(n_samples,) times from where a silent period may begin to the end of the epoch."""
    n_search: int
    """How many samples a silent period may begin at."""


NONE = AverageSilentPeriod(*([float("nan")] * len(AverageSilentPeriod._fields)))


def average_sp(
    rectified_uv: np.ndarray,
    times_ms: np.ndarray,
    background_ms: np.ndarray,
    search_ms: np.ndarray,
    rng: np.random.Generator,
    /,
    *,
    n_sd: Annotated[float, Gt(0)] = 1.0,
    smooth_ms: Annotated[float, Gt(0)] = 3.0,
    min_ms: Annotated[float, Gt(0)] = 10.0,
    gap_ms: Annotated[float, Gt(0)] = 3.0,
    n_boot: Annotated[int, Ge(100)] = 400,
    edges: Literal["limit", "box"] = "limit",
) -> AverageSilentPeriod:
    """Silent period on the average of the rectified trials of one condition.

    The average, smoothed over `smooth_ms`, is below the limit where it lies under mean - n_sd SD of the background of
    the same average, the field's usual rule (1 SD for 5 or 10 ms); what rises above it for less than `gap_ms` does not
    end it. Of several stretches that begin within `search_ms` the largest by area is taken. Intervals: percentiles
    over averages of trials drawn with replacement, among the draws with a silent period that ends; NaN for fewer than
    three trials, or where less than half of the draws have one. Own: papers differ in limit, smoothing and gap. The
    average crosses the limit before it has fallen half-way, and the earlier the fewer trials and the more its noise; a
    box fitted to that stretch by least squares has its edges half-way (own).

    Parameters
    ----------
    rectified_uv : array (n_trials, n_samples)
        Rectified trials; one with a missing sample (NaN) is left out.
    times_ms : array (n_samples,)
        Times from the pulse.
    background_ms : array (2,)
        Background window.
    search_ms : array (2,)
        Within which the silent period begins: `IPSILATERAL_MS` for the ipsilateral one.
    rng : Generator
        Seeded by the names of what is averaged.
    n_sd : float
        How many SD of the averaged background below its mean the limit lies.
    smooth_ms : float
        Length of the moving mean.
    min_ms : float
        Shortest silent period.
    gap_ms : float
        Shortest return above the limit that ends it.
    n_boot : int
        Draws of the bootstrap.
    edges : {"limit", "box"}
        Whether onset and end are where the average crosses the limit, or the edges of the box that fits it best.
    """
    whole = rectified_uv[np.isfinite(rectified_uv).all(-1)].astype(float)
    n_trials, none = len(whole), np.full((2, 5), np.nan)
    if not n_trials or not windows.inside(times_ms, background_ms).any():
        return NONE
    around = windows.n_samples(AROUND_MS, times_ms) if edges == "box" else 0
    rule = n_sd, min_ms, windows.n_samples(gap_ms, times_ms), around
    smooth = _smoothed(whole, times_ms, windows.n_samples(smooth_ms, times_ms), background_ms, search_ms)
    value = _interrupted(np.full((1, n_trials), 1.0 / n_trials), smooth, rule)[:, 0]
    if n_trials < FEWEST:
        return _with_limits(value, none, np.nan)
    draws = rng.multinomial(n_trials, np.full(n_trials, 1.0 / n_trials), n_boot) / n_trials
    boot = np.concatenate([_interrupted(draws[k : k + AT_ONCE], smooth, rule) for k in range(0, n_boot, AT_ONCE)], -1)
    ended = np.isfinite(boot).all(0)
    sure = ended.mean() >= 0.5 and np.isfinite(value).all()
    limits = np.quantile(boot[:, ended], [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=-1) if sure else none
    return _with_limits(value, limits, float(ended.mean()))


def _with_limits(value: np.ndarray, limits: np.ndarray, found: float) -> AverageSilentPeriod:
    """Each value (5,) followed by its limits (2, 5)."""
    values: list[float] = np.stack([value, *limits], -1).ravel().tolist()
    return AverageSilentPeriod(*[*values, found])


def _smoothed(
    whole: np.ndarray, times_ms: np.ndarray, n_mean: int, background_ms: np.ndarray, search_ms: np.ndarray
) -> Smoothed:
    """The moving mean of each trial: that of an average is the average of these."""
    level = forward_mean(whole, n_mean, before=n_mean // 2)
    background = level[:, windows.inside(times_ms, background_ms)]
    from_ms, until = np.searchsorted(times_ms, search_ms[0]), 1 + np.flatnonzero(np.isfinite(level[0])).max(initial=-1)
    times_ms = times_ms[from_ms:]
    total = np.zeros((len(level), max(0, until - from_ms) + 1))
    np.cumsum(level[:, from_ms:until], -1, out=total[:, 1:])
    return Smoothed(background, level[:, from_ms:until], total, times_ms, int((times_ms <= search_ms[1]).sum()))


def _interrupted(weights: np.ndarray, smooth: Smoothed, rule: tuple[float, float, int, int]) -> np.ndarray:
    """(5, n_averages) onset, end, duration, depth and normalised area of the largest silent period of each average.

    An average is given by the weight of each trial (n_averages, n_trials).
    """
    n_sd, min_ms, n_gap, around = rule
    step_ms, n = 1000.0 / windows.rate_hz(smooth.times_ms), smooth.level.shape[1]
    before = weights @ smooth.background
    mean = np.where(before.mean(-1) > 0, before.mean(-1), np.nan)
    below = weights @ smooth.level < (mean - n_sd * before.std(-1))[:, None]
    row, first, last = _stretches(below, n_gap)
    found = (first > 0) & (first < smooth.n_search)
    row, first, last = row[found], first[found], last[found]
    held = np.einsum("ij,ji->i", weights[row], smooth.total[:, last] - smooth.total[:, first])
    size = (last - first - held / mean[row]) * step_ms
    largest = np.lexsort((-first, size, row))[np.append(row[1:] != row[:-1], True)[: len(row)]]
    result = np.full((5, len(weights)), np.nan)
    row, first, last, size = (each[largest] for each in (row, first, last, size))
    if around and len(row):
        lacking = mean[row, None] * np.arange(n + 1) - weights[row] @ smooth.total
        first, last, size = _box(lacking, first, last, around)
        size = size / mean[row] * step_ms
    times, long, seen = np.append(smooth.times_ms, np.nan), (last - first) * step_ms >= min_ms, last < n
    onset, end = np.where(long, times[first], np.nan), np.where(long & seen, times[last], np.nan)
    size = np.where(np.isfinite(end), size, np.nan)
    result[:, row] = onset, end, end - onset, 100.0 * size / (end - onset), size
    return result


def _box(
    lacking: np.ndarray, first: np.ndarray, last: np.ndarray, around: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First sample of the box that fits each stretch best, the one after its last, and what is lacking in it.

    `lacking` (n_rows, n + 1) is the running sum of what each average lacks. A stretch whose end is not seen is left as
    it is: at the number of samples.
    """
    n = lacking.shape[1] - 1
    begin, stop = np.maximum(first - around, 0), np.minimum(last + around, n)
    at = begin[:, None] + np.round(np.linspace(0.0, 1.0, GRID) * (stop - begin)[:, None]).astype(int)
    held = np.take_along_axis(lacking, at, 1)
    total, length = held[:, None, :] - held[:, :, None], at[:, None, :] - at[:, :, None]
    gain = np.where((length > 0) & (total > 0), total**2 / np.maximum(length, 1), -1.0).reshape(len(at), -1)
    low, high = np.divmod(gain.argmax(-1), GRID)
    seen, each = last < n, np.arange(len(at))
    first, last = np.where(seen, at[each, low], first), np.where(seen, at[each, high], last)
    return first, last, lacking[each, last] - lacking[each, first]


def _stretches(below: np.ndarray, n_gap: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row, first sample, and the one after the last, of each stretch that is below but for gaps shorter than `n_gap`.

    Of one that is followed by fewer samples than a gap it is not known where it ends: at the number of samples.
    """
    n = below.shape[1]
    padded = np.zeros((len(below), n + 2), bool)
    padded[:, 1:-1] = below
    changes = np.flatnonzero(padded.ravel()[1:] != padded.ravel()[:-1])
    row, at = np.divmod(changes, n + 2)
    row, starts, stops = row[::2], at[::2], at[1::2]
    apart = (row[1:] != row[:-1]) | (starts[1:] - stops[:-1] >= n_gap)
    begins, closes = np.append(True, apart)[: len(row)], np.append(apart, True)[: len(row)]
    last = stops[closes]
    return row[begins], starts[begins], np.where(n - last < n_gap, n, last)
