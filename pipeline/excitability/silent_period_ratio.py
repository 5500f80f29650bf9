"""Size of the MEP over the duration of the cortical silent period that follows it."""

from typing import Annotated, NamedTuple

import numpy as np
import scipy
from annotated_types import Ge

from .bootstrap import N_BOOT, bca, resampled
from .cells import Estimate, said
from .intervals import NONE, TAILS, Interval
from .silent_period import FEW_TRIALS, examined_and_silent

UV_PER_MV = 1000.0
MEANS = "ratio of means, t of the log ratio of paired means"
MEDIANS = "ratio of medians, censored longest, BCa bootstrap"


class MepToSilentPeriod(NamedTuple):
    """Peak-to-peak amplitude of the MEP over the duration of the silent period, from MEP onset to the first return.

    Attributes
    ----------
    ratio_of_means : Estimate
        Mean amplitude over mean duration, of the trials whose silent period ends within the recorded time.
    ratio_of_medians : Estimate
        Median amplitude over median duration, a silent period that does not end ranking longest.
    """

    ratio_of_means: Estimate
    ratio_of_medians: Estimate


def mep_sp_ratio(
    peak_to_peak_uv: np.ndarray,
    onset_ms: np.ndarray,
    cortical_sp_present: np.ndarray,
    cortical_sp_censored: np.ndarray,
    cortical_sp_first_return_ms: np.ndarray,
    rng: np.random.Generator,
    /,
    *,
    min_trials: Annotated[int, Ge(1)] = FEW_TRIALS,
    n_boot: Annotated[int, Ge(100)] = N_BOOT,
) -> MepToSilentPeriod:
    """Amplitude of the MEP over the duration of its cortical silent period: inhibition for the size of the MEP.

    Both are of the trials that have a silent period; ranking and censoring as for `cortical_sp`.

    Parameters
    ----------
    min_trials : int
        Fewer silent periods than this get the status few_trials.
    n_boot : int
        Draws of the bootstrap.

    References
    ----------
    Orth & Rothwell 2004. That it is a ratio of averages, from the onset of the MEP, and the intervals (delta method on
    the logarithmic scale; Efron 1987): own.
    """
    examined, has = examined_and_silent(cortical_sp_present, cortical_sp_censored)
    usable = has & np.isfinite(onset_ms) & np.isfinite(peak_to_peak_uv)
    ended = np.isfinite(cortical_sp_first_return_ms)
    duration = np.where(ended, cortical_sp_first_return_ms - onset_ms, np.inf)[usable]
    mep, n = peak_to_peak_uv[usable] / UV_PER_MV, int(usable.sum())
    censored = n > 0 and bool(np.isinf(np.median(duration)))
    status = said(
        no_values=not n and bool(has.any() or not examined.any()),
        no_silent_period=examined.any() and not has.any(),
        some_missing=n > 0 and bool((examined & (usable | ~has)).sum() < len(has)),
        few_trials=0 < n < min_trials,
        censored=censored,
    )
    if not n or censored:
        return MepToSilentPeriod(*[Estimate(np.nan, n_used=n, method=each, status=status) for each in (MEANS, MEDIANS)])
    draws = resampled(n, n_boot, rng)
    return MepToSilentPeriod(_of_means(mep, duration, status), _of_medians(mep, duration, draws, status))


def _of_means(mep: np.ndarray, duration_ms: np.ndarray, status: str) -> Estimate:
    """Of the trials whose silent period ends; the two are of the same trials, so that they vary together."""
    ended = np.isfinite(duration_ms)
    mep, duration_ms, n = mep[ended], duration_ms[ended], int(ended.sum())
    ratio = float(mep.mean() / duration_ms.mean())
    text = ";".join(filter(None, [status, said(some_unended=not ended.all())]))
    return Estimate(ratio, *_paired(mep, duration_ms, ratio), n, MEANS, text)


def _paired(mep: np.ndarray, duration_ms: np.ndarray, ratio: float) -> Interval:
    each, n = mep / mep.mean() - duration_ms / duration_ms.mean(), len(mep)
    if n < 2 or np.ptp(each) <= 1e-12 or ratio <= 0:
        return NONE
    half = float(scipy.special.stdtrit(n - 1, TAILS[1]) * each.std(ddof=1) / np.sqrt(n))
    return Interval(ratio * float(np.exp(-half)), ratio * float(np.exp(half)))


def _of_medians(mep: np.ndarray, duration_ms: np.ndarray, draws: np.ndarray, status: str) -> Estimate:
    def ratio(trials: np.ndarray, axis: int = -1) -> np.ndarray:
        return np.median(mep[trials], axis) / np.median(duration_ms[trials], axis)

    n = len(mep)
    alike = np.ptp(mep) == 0 and bool((duration_ms == duration_ms[0]).all())
    low, high = NONE if alike else bca(ratio, np.arange(n), draws)
    # a resample whose median silent period does not end has a ratio of nothing
    text = ";".join(filter(None, [status, said(interval_open=low == 0)]))
    return Estimate(float(ratio(np.arange(n))), low if low != 0 else np.nan, high, n, MEDIANS, text)
