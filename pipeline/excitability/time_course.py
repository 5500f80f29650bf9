"""How sizes of MEPs run over the blocks of a session, held against the block before: log ratios with intervals."""

from typing import NamedTuple

import numpy as np
import scipy

from .cells import said
from .intervals import TAILS


class After(NamedTuple):
    """Trials of one session after an intervention, and those before it."""

    sizes_uv: np.ndarray
    """(n_after,) finite, of any block."""
    minutes: np.ndarray
    """(n_after,) since the intervention, 0 or more."""
    block: np.ndarray
    """(n_after,) a number for each block."""
    before_uv: np.ndarray
    """(n_before,) finite."""
    wrong: str
    """Codes of why there is no number, joined by ;."""
    status: str
    """Codes of what is to be said of a number, joined by ;."""


class Course(NamedTuple):
    """Averages of blocks on the logarithmic scale: the block before, then the others in the order of time."""

    minutes: np.ndarray
    """(n_blocks,) median over the trials of each later block."""
    log_uv: np.ndarray
    """(1 + n_blocks,) logarithm of the average size."""
    variance: np.ndarray
    """(1 + n_blocks,) its squared standard error."""
    n: np.ndarray
    """(1 + n_blocks,) trials."""


class Line(NamedTuple):
    """Sums of the blocks' logarithms with their 95 % intervals, (n_sums,) each."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


def after(
    own: tuple[np.ndarray, np.ndarray, np.ndarray], before: tuple[np.ndarray, np.ndarray, np.ndarray], min_trials: int
) -> After:
    """Which trials are after the intervention and which before, and what is to be said of them.

    Later blocks are those at other timepoints than the block before, 0 minutes after the intervention or more; the
    block before has no minutes, or fewer than 0.

    Parameters
    ----------
    own : (array (n_trials,), array (n_trials,), array (n_trials,))
        Sizes, minutes after the intervention, number of the timepoint; of all timepoints.
    before : (array (n_before,), array (n_before,), array (n_before,))
        The same of the trials of a timepoint before.
    min_trials : int
        Blocks of fewer trials are few.
    """
    (sizes, minutes, block), (earlier, earlier_minutes, earlier_block) = own, before
    elsewhere = ~np.isin(block, earlier_block)
    timed, later = np.isfinite(minutes), minutes >= 0
    known = elsewhere & later & np.isfinite(sizes)
    rest = earlier[~(earlier_minutes >= 0)]
    baseline = rest[np.isfinite(rest)]
    counts = np.unique(block[known], return_counts=True)[1]
    wrong = said(
        no_baseline=not len(baseline),
        no_minutes=not (elsewhere & later).any(),
        no_values=(elsewhere & later).any() and not known.any(),
    )
    lost = elsewhere & (~timed | (later & ~np.isfinite(sizes)))
    status = said(
        some_missing=lost.any() or len(baseline) < len(rest),
        few_trials=min([len(baseline), *counts]) < min_trials,
    )
    return After(sizes[known], minutes[known], block[known], baseline, wrong, status)


def geometric(of: After) -> Course:
    """Averages that are means of logarithms; all sizes are to be positive."""
    parts, minutes = _blocks(of)
    logs = [np.log(each) for each in parts]
    return _course(minutes, [each.mean() for each in logs], [_spread(each) for each in logs], parts)


def of_means(of: After) -> Course:
    """Averages that are logarithms of means; their errors by the delta method."""
    parts, minutes = _blocks(of)
    means = [each.mean() for each in parts]
    spreads = [_spread(each) / mean for each, mean in zip(parts, means, strict=True)]
    return _course(minutes, [np.log(each) for each in means], spreads, parts)


def ratios(of: Course) -> Line:
    """Each later block against the one before: log ratios, (n_blocks,)."""
    n = len(of.minutes)
    return line(of, np.column_stack([-np.ones(n), np.eye(n)]))


def area(of: Course) -> Line:
    """Area under the log ratio from the first to the last later block by the trapezoidal rule, in minutes, (1,)."""
    half = np.diff(of.minutes) / 2
    weights = np.append(half, 0.0) + np.append(0.0, half)
    return line(of, np.append(-weights.sum(), weights)[None])


def line(of: Course, weights: np.ndarray) -> Line:
    """Weighted sums of the blocks' logarithms.

    Parameters
    ----------
    of : Course
        The blocks.
    weights : array (n_sums, 1 + n_blocks)
        Weight of each block in each sum.

    Returns
    -------
    Line
        Limits by Student's t with Welch's degrees of freedom; NaN where a block with a weight has one trial, or no
        block varies.

    References
    ----------
    Welch 1947, Biometrika 34:28, of several samples; Satterthwaite 1946, Biometrics Bull 2:110.
    """
    value = weights @ of.log_uv
    parts = np.where(weights == 0, 0.0, weights**2 * of.variance)
    less_one = np.maximum(of.n - 1, 1)
    total, fourth = parts.sum(1), (parts**2 / less_one).sum(1)
    freedom = np.divide(total**2, fourth, out=np.full(len(total), np.nan), where=fourth > 0)
    half = scipy.special.stdtrit(freedom, TAILS[1]) * np.sqrt(total)
    return Line(value, value - half, value + half)


def _blocks(of: After) -> tuple[list[np.ndarray], np.ndarray]:
    """Sizes before and of each later block, and (n_blocks,) when these were, in the order of time."""
    names = np.unique(of.block)
    parts = [of.block == name for name in names]
    minutes = np.array([np.median(of.minutes[part]) for part in parts])
    order = np.argsort(minutes, kind="stable")
    return [of.before_uv, *(of.sizes_uv[parts[at]] for at in order)], minutes[order]


def _course(minutes: np.ndarray, logs: list[float], spreads: list[float], parts: list[np.ndarray]) -> Course:
    n = np.array([len(each) for each in parts])
    return Course(minutes, np.array(logs), np.array(spreads) ** 2 / n, n)


def _spread(values: np.ndarray) -> float:
    """Standard deviation (n - 1); 0 for values that are all alike, NaN for one."""
    if len(values) < 2:
        return float("nan")
    return float(values.std(ddof=1)) if np.ptp(values) else 0.0
