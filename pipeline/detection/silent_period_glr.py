"""The silent period by a likelihood ratio between two variances: that of the silence and that of the background."""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Ge, Gt, Lt

from .. import windows
from .background import mean_where
from .chunks import trial_by_trial
from .silent_period import (
    HALF_MS,
    Examined,
    Found,
    SilentPeriod,
    Summed,
    cortical,
    described,
    examined,
    first_index,
    last_low,
    nothing,
    summed,
)

SILENT_SHARE = 0.1
"""What is called silent never lies below this share of the level that counts as returned: a perfectly flat silence
would else turn the noise of the amplifier into EMG."""
CONTRAST = 8.0
"""... and the level that counts as returned is at least this many times the variance of the silence."""
ALARM = 6.0
"""Log likelihood ratio at which a return is certain, with one independent value a millisecond."""
MOST_A_MS = 2.0
"""The most that a millisecond may add to it, so that one spike is no return; and take from the evidence of silence."""
HALF_LEVEL = 0.25
"""The response has ended, and a silence is one, below this share of the background's variance: half its amplitude."""


class Rule(NamedTuple):
    """The settings of `two_variance_glr`, for whoever looks for a silent period in another stretch of time."""

    first_floor: float = 0.1
    full_floor: float = 0.3
    quiet_ms: float = 25.0
    silent_ms: float = 10.0
    stay_ms: float = 50.0
    min_ms: float = 20.0
    min_evidence: float = 30.0
    lull_ratio: float = 2.0


DEFAULT = Rule()


@trial_by_trial
def two_variance_glr(
    emg_uv: np.ndarray,
    times_ms: np.ndarray,
    background_ms: np.ndarray,
    response_ms: np.ndarray,
    state: np.ndarray,
    pulse: np.ndarray,
    /,
    *,
    first_floor: Annotated[float, Gt(0), Lt(1)] = DEFAULT.first_floor,
    full_floor: Annotated[float, Gt(0), Lt(1)] = DEFAULT.full_floor,
    quiet_ms: Annotated[float, Gt(0)] = DEFAULT.quiet_ms,
    silent_ms: Annotated[float, Gt(0)] = DEFAULT.silent_ms,
    late_ms: Annotated[float, Ge(0)] = 20.0,
    stay_ms: Annotated[float, Gt(0)] = DEFAULT.stay_ms,
    min_ms: Annotated[float, Gt(0)] = DEFAULT.min_ms,
    min_evidence: Annotated[float, Gt(0)] = DEFAULT.min_evidence,
    lull_ratio: Annotated[float, Gt(0)] = DEFAULT.lull_ratio,
) -> SilentPeriod:
    """Silent period by a generalised likelihood ratio of two variances.

    Own method, after the sequential change detection of Page (1954) and the variance change of Staude et al. (2001).
    The signal's change over 2 ms is squared; the background's mean of it is 1. The level of silence is that of the
    quietest `quiet_ms` after the response. Silence begins where `silent_ms` lie below the level that counts as
    returned, at most `late_ms` after the response window; its onset is the end of the last value before it that
    exceeds half the background's amplitude. *First return*: the log likelihood ratio of EMG (variance `first_floor`)
    against silence has risen far enough above its minimum, and the following `silent_ms` hold `first_floor` on
    average; the return is the sample after that minimum, where the EMG began to come back, not where it became
    certain. *Full return*: the same with `full_floor`, from where the following `stay_ms` (what is left of them at the
    end of the epoch, but `quiet_ms` at least) hold `full_floor` on average and no silence of `quiet_ms`. Nothing is
    whitened: silence is white, EMG is not. A silent period lasts `min_ms` and has evidence, the log likelihood
    ratio of silence against background: `min_evidence`, and `lull_ratio` times that of the longest lull in the
    trial's own background.

    Parameters
    ----------
    first_floor : float
        Variance, as a share of the background's, that counts as EMG for the first return.
    full_floor : float
        The same for the full return.
    quiet_ms : float
        Length of the quietest stretch, which gives the level of silence.
    silent_ms : float
        How long the EMG must be silent for a silent period to begin, and on average be back for it to end.
    late_ms : float
        How long after the response window a silent period may begin.
    stay_ms : float
        How long the EMG must stay for the full return.
    min_ms : float
        Shortest silent period, to its first return.
    min_evidence : float
        Least log likelihood ratio of silence against background, with one independent value a millisecond.
    lull_ratio : float
        How many times that of the longest lull in the background it must be.
    """
    which = cortical(state, pulse)
    if not which.any():
        return SilentPeriod(*nothing(len(which)))
    part = examined(emg_uv, times_ms, background_ms, response_ms, which)
    rule = Rule(first_floor, full_floor, quiet_ms, silent_ms, stay_ms, min_ms, min_evidence, lull_ratio)
    peak = part.later_peak()
    search = np.stack([part.times_ms[peak], part.response_ms[:, 1] + late_ms], -1)
    return SilentPeriod(*described(part, silence(part, peak, search, rule)))


def silence(part: Examined, peak: np.ndarray, search_ms: np.ndarray, rule: Rule) -> Found:
    """The silence that begins in `search_ms` (n_examined, 2), its onset after the sample `peak` (n_examined,)."""
    energy, width = _energy(part), 2 * part.n(HALF_MS)
    skipped = int(peak.min(initial=energy.shape[1] - 1))
    later, times_ms, peak = energy[:, skipped:], part.times_ms[skipped:], peak - skipped
    n, at, sums = later.shape[1], np.arange(later.shape[1]), summed(later)
    after = at >= peak[:, None] + width
    quiet = sums.ahead(part.n(rule.quiet_ms))
    noise = np.fmin.reduce(np.where(after, quiet, np.inf), -1, initial=np.inf)
    noise = np.where(np.isfinite(noise), np.maximum(noise, SILENT_SHARE * rule.first_floor), np.nan)
    back = np.minimum(np.maximum(rule.first_floor, CONTRAST * noise), 1.0)
    ahead = sums.ahead(part.n(rule.silent_ms))
    inside = (times_ms >= search_ms[:, :1]) & (times_ms <= search_ms[:, 1:])
    begin = first_index((ahead < back[:, None]) & after & inside)
    silent = np.minimum(begin + part.n(rule.silent_ms), n)
    loud = (later > HALF_LEVEL) & (at >= peak[:, None]) & (at < silent[:, None])
    onset = np.where(loud.any(-1), n - loud[:, ::-1].argmax(-1), begin) - width + 1
    onset = np.clip(onset, peak, n)
    first = _return(later, (noise, back), silent, part.step_ms, ahead >= rule.first_floor)
    stays = first_index(_stays(part, (sums, quiet), noise, rule) & (at >= first[:, None]))
    full = _return(later, _full_levels(noise, rule), stays, part.step_ms)
    full = np.where(stays < n, np.maximum(full, first), n)
    held = (at >= onset[:, None] + width) & (at < first[:, None])
    level = mean_where(later, held & np.isfinite(later))
    evidence = np.where(held, np.nan_to_num(_evidence(later, noise, part.step_ms)), 0.0).sum(-1)
    certain = (evidence >= rule.min_evidence) & (evidence >= rule.lull_ratio * _lull(part, energy, noise))
    lasts = times_ms[np.minimum(first, n - 1)] - times_ms[np.minimum(onset, n - 1)] >= rule.min_ms
    present = (begin < n) & lasts & certain & (level < HALF_LEVEL)
    return Found(present, onset + skipped, first + skipped, full + skipped, level)


def _energy(part: Examined) -> np.ndarray:
    """(n_examined, n_samples) squared change of the signal, the background's mean 1; NaN where it is unknown."""
    energy = np.square(part.change())
    before = windows.cut(energy, part.times_ms, part.background_ms)
    level = mean_where(before.values, before.known)
    return energy * np.divide(1.0, level, out=np.full(len(level), np.nan), where=level > 0)[:, None]


def _return(
    energy: np.ndarray,
    levels: tuple[np.ndarray, np.ndarray],
    start: np.ndarray,
    step_ms: float,
    confirmed: np.ndarray | None = None,
) -> np.ndarray:
    """(n_examined,) sample from which on the energy has changed from the first to the second level, after `start`."""
    low, high = levels
    ratio = (0.5 / low - 0.5 / high)[:, None] * energy - 0.5 * np.log(high / low)[:, None]
    np.minimum(ratio, MOST_A_MS, out=ratio)
    ratio[(np.arange(energy.shape[1]) < start[:, None]) | ~np.isfinite(ratio)] = 0.0
    total = np.cumsum(ratio, -1)
    alarm = total > np.minimum.accumulate(total, -1) + ALARM / step_ms
    return last_low(total, first_index(alarm if confirmed is None else alarm & confirmed))


def _full_levels(noise: np.ndarray, rule: Rule) -> tuple[np.ndarray, np.ndarray]:
    """(n_examined,) variances of silence and of EMG for the full return."""
    low = np.maximum(noise, SILENT_SHARE * rule.full_floor)
    return low, np.minimum(np.maximum(rule.full_floor, CONTRAST * low), 1.0)


def _stays(part: Examined, quiet: tuple[Summed, np.ndarray], noise: np.ndarray, rule: Rule) -> np.ndarray:
    """(n_examined, n_samples) where EMG is there for `stay_ms`, or to the end of the epoch, without a silence."""
    sums, mean = quiet
    n, n_stay, at = mean.shape[1], part.n(rule.stay_ms), np.arange(mean.shape[1])
    until = np.minimum(at + n_stay, n)
    level = (sums.total[:, until] - sums.total[:, :-1]) / (until - at)
    loud = ~(mean < _full_levels(noise, rule)[0][:, None])
    loud = np.pad(loud, ((0, 0), (0, n_stay)), constant_values=True)
    return (level >= rule.full_floor) & windows.held(loud, n_stay)[:, :n] & (until - at >= part.n(rule.quiet_ms))


def _evidence(energy: np.ndarray, noise: np.ndarray, step_ms: float) -> np.ndarray:
    """(n_examined, n_samples) log likelihood ratio of silence to background."""
    ratio = (0.5 - 0.5 / noise)[:, None] * energy - 0.5 * np.log(noise)[:, None]
    return np.maximum(ratio, -MOST_A_MS) * step_ms


def _lull(part: Examined, energy: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """(n_examined,) the most evidence of silence that any stretch of the background has."""
    before = windows.cut(energy, part.times_ms, part.background_ms)
    evidence = np.where(before.known, _evidence(before.values, noise, part.step_ms), 0.0)
    total = np.cumsum(np.nan_to_num(evidence), -1)
    return (total - np.minimum.accumulate(np.minimum(total, 0.0), -1)).max(-1, initial=0.0)
