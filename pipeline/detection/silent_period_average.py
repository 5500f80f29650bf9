"""The silent period on the average of rectified trials; the ipsilateral one is hardly seen in a single trial."""

from typing import Annotated, NamedTuple

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


class AverageSilentPeriod(NamedTuple):
    """A silent period in the average of rectified trials, with 95 % intervals over trials.

    Attributes
    ----------
    average_sp_onset_ms, average_sp_onset_low_ms, average_sp_onset_high_ms : float
        When the average of the trials' rectified change falls below the limit, from the pulse; NaN where it does not.
        Low and high: 95 % interval over trials.
    average_sp_end_ms, average_sp_end_low_ms, average_sp_end_high_ms : float
        When the average is back above the limit, from the pulse; NaN where that is not within the epoch. Low and high:
        95 % interval over trials.
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
) -> AverageSilentPeriod:
    """Silent period on the average of the rectified trials of one condition.

    The average, smoothed over `smooth_ms`, is below the limit where it lies under mean - n_sd SD of the background of
    the same average, the field's usual rule (1 SD for 5 or 10 ms); what rises above it for less than `gap_ms` does not
    end it. Of several stretches that begin within `search_ms` the largest by area is taken. Intervals: percentiles
    over averages of trials drawn with replacement, among the draws with a silent period that ends; NaN for fewer than
    three trials, or where less than half of the draws have one. Own: papers differ in limit, smoothing and gap.

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
    """
    whole = rectified_uv[np.isfinite(rectified_uv).all(-1)].astype(float)
    n_trials, none = len(whole), np.full((2, 5), np.nan)
    if not n_trials or not windows.inside(times_ms, background_ms).any():
        return NONE
    where, rule = (np.asarray(background_ms, float), np.asarray(search_ms, float)), (n_sd, smooth_ms, min_ms, gap_ms)
    value = _interrupted(whole.mean(0, keepdims=True), times_ms, where, rule)[:, 0]
    if n_trials < FEWEST:
        return _with_limits(value, none, np.nan)
    draws = rng.multinomial(n_trials, np.full(n_trials, 1.0 / n_trials), n_boot) / n_trials
    parts = [_interrupted(draws[k : k + AT_ONCE] @ whole, times_ms, where, rule) for k in range(0, n_boot, AT_ONCE)]
    boot = np.concatenate(parts, -1)
    ended = np.isfinite(boot).all(0)
    sure = ended.mean() >= 0.5 and np.isfinite(value).all()
    limits = np.quantile(boot[:, ended], [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=-1) if sure else none
    return _with_limits(value, limits, float(ended.mean()))


def _with_limits(value: np.ndarray, limits: np.ndarray, found: float) -> AverageSilentPeriod:
    """Each value (5,) followed by its limits (2, 5)."""
    values: list[float] = np.stack([value, *limits], -1).ravel().tolist()
    return AverageSilentPeriod(*[*values, found])


def _interrupted(
    average_uv: np.ndarray,
    times_ms: np.ndarray,
    where: tuple[np.ndarray, np.ndarray],
    rule: tuple[float, float, float, float],
) -> np.ndarray:
    """(5, n_averages) onset, end, duration, depth and normalised area of the largest silent period of each average."""
    n_sd, smooth_ms, min_ms, gap_ms = rule
    n_mean = windows.n_samples(smooth_ms, times_ms)
    level = forward_mean(average_uv, n_mean, before=n_mean // 2)
    before = level[:, windows.inside(times_ms, where[0])]
    mean = np.where(before.mean(-1) > 0, before.mean(-1), np.nan)
    limit, from_ms = mean - n_sd * before.std(-1), np.searchsorted(times_ms, where[1][0])
    level, times_ms = level[:, from_ms:], times_ms[from_ms:]
    known, step_ms = np.isfinite(level), 1000.0 / windows.rate_hz(times_ms)
    below = known & (level < limit[:, None])
    ends = windows.held(known & ~below, windows.n_samples(gap_ms, times_ms)) | ~known
    lost = np.zeros((len(level), len(times_ms) + 1))
    np.cumsum(np.nan_to_num(1.0 - level / mean[:, None]) * step_ms, -1, out=lost[:, 1:])
    first, last = _largest(below, ends, lost, int((times_ms <= where[1][1]).sum()))
    seen = (last < len(times_ms)) & known[np.arange(len(known)), np.minimum(last, len(times_ms) - 1)]
    times, long = np.append(times_ms, np.nan), (last - first) * step_ms >= min_ms
    onset, end = np.where(long, times[first], np.nan), np.where(long & seen, times[last], np.nan)
    size = np.where(np.isfinite(end), np.diff(np.take_along_axis(lost, np.stack([first, last], -1), -1))[:, 0], np.nan)
    return np.stack([onset, end, end - onset, 100.0 * size / (end - onset), size])


def _largest(below: np.ndarray, ends: np.ndarray, lost: np.ndarray, n_search: int) -> tuple[np.ndarray, np.ndarray]:
    """(n_averages,) first sample of the largest stretch, and the one that ends it; both n_samples for none.

    Stretches lie between `ends`, from the first sample `below` on, which is one of the first `n_search`; how large one
    is follows from the running sum `lost` (n_averages, n_samples + 1). One that is under way at the first sample has no
    onset, and is none.
    """
    n, at, rows = below.shape[1], np.arange(below.shape[1]), np.arange(len(below))
    since = np.maximum.accumulate(np.where(ends, at, -1), -1) + 1
    following = np.minimum.accumulate(np.where(below, at, n)[:, ::-1], -1)[:, ::-1]
    start = np.take_along_axis(np.pad(following, ((0, 0), (0, 1)), constant_values=n), since, -1)
    size = np.where(
        ~ends & (start > 0) & (start <= at) & (start < n_search),
        lost[:, 1:] - np.take_along_axis(lost, start, -1),
        -1.0,
    )
    best = size.argmax(-1)
    first = np.where(size[rows, best] > 0, start[rows, best], n)
    after = ends & (at > first[:, None])
    return first, np.where(after.any(-1), after.argmax(-1), n)
