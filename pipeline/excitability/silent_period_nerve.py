"""Silent periods after stimulation of a nerve: peripheral and cutaneous."""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Ge

from .cells import Estimate
from .silent_period import FEW_TRIALS, examined_and_silent, median_duration


class NerveSilentPeriod(NamedTuple):
    """Duration of a silent period after a nerve pulse: from where it is counted, and which return of the EMG ends it.

    Attributes
    ----------
    first_return_from_stimulus : Estimate
        From the nerve pulse to the first return of EMG.
    first_return_from_onset : Estimate
        From where the EMG falls silent to its first return.
    full_return_from_stimulus : Estimate
        From the nerve pulse to the full return of EMG.
    full_return_from_onset : Estimate
        From where the EMG falls silent to its full return.
    """

    first_return_from_stimulus: Estimate
    first_return_from_onset: Estimate
    full_return_from_stimulus: Estimate
    full_return_from_onset: Estimate


def peripheral_sp(
    nerve_sp_present: np.ndarray,
    nerve_sp_censored: np.ndarray,
    nerve_sp_onset_ms: np.ndarray,
    nerve_sp_first_return_ms: np.ndarray,
    nerve_sp_full_return_ms: np.ndarray,
    mep_present: np.ndarray,
    /,
    *,
    min_trials: Annotated[int, Ge(1)] = FEW_TRIALS,
) -> NerveSilentPeriod:
    """Median duration of the silent period after nerve pulses that evoke an M wave.

    Ranking of silent periods without an end as for `cortical_sp`.

    Parameters
    ----------
    min_trials : int
        Fewer silent periods than this get the status few_trials.

    References
    ----------
    Own: what tells a peripheral from a cutaneous silent period here is the M wave. Interval: Thompson 1936.
    """
    ends = (nerve_sp_onset_ms, nerve_sp_first_return_ms, nerve_sp_full_return_ms)
    return _after_nerve(nerve_sp_present, nerve_sp_censored, ends, mep_present > 0, min_trials)


def cutaneous_sp(
    nerve_sp_present: np.ndarray,
    nerve_sp_censored: np.ndarray,
    nerve_sp_onset_ms: np.ndarray,
    nerve_sp_first_return_ms: np.ndarray,
    nerve_sp_full_return_ms: np.ndarray,
    mep_present: np.ndarray,
    /,
    *,
    min_trials: Annotated[int, Ge(1)] = FEW_TRIALS,
) -> NerveSilentPeriod:
    """Median duration of the silent period after nerve pulses that evoke no M wave.

    Ranking of silent periods without an end as for `cortical_sp`.

    Parameters
    ----------
    min_trials : int
        Fewer silent periods than this get the status few_trials.

    References
    ----------
    Own: what tells a cutaneous from a peripheral silent period here is the M wave. Interval: Thompson 1936.
    """
    ends = (nerve_sp_onset_ms, nerve_sp_first_return_ms, nerve_sp_full_return_ms)
    return _after_nerve(nerve_sp_present, nerve_sp_censored, ends, mep_present == 0, min_trials)


def _after_nerve(
    present: np.ndarray, censored: np.ndarray, times_ms: tuple[np.ndarray, ...], own: np.ndarray, min_trials: int
) -> NerveSilentPeriod:
    examined, has = examined_and_silent(present[own], censored[own])
    onset, *ends = (each[own] for each in times_ms)
    starts = (np.zeros(len(has)), onset)
    return NerveSilentPeriod(
        *[median_duration(end, start, examined, has, min_trials) for end in ends for start in starts]
    )
