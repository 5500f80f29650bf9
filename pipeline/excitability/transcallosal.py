"""Transcallosal conduction time: from one hemisphere to the other."""

from typing import NamedTuple

import numpy as np

from .cells import Estimate, said
from .ipsilateral import FEW_TRIALS, Count, averaged_estimate
from .latency import FIRST


class TranscallosalTime(NamedTuple):
    """Time for an impulse to cross from one hemisphere to the other.

    Attributes
    ----------
    other_side : Estimate
        Onset of the silent period less the shortest latency of the MEP in the same muscle of the other side, which the
        same hemisphere drives; no interval.
    same_muscle : Estimate
        Onset of the silent period less the shortest latency of the MEP in the muscle itself, to stimulation of the
        hemisphere that drives it; no interval.
    """

    other_side: Estimate
    same_muscle: Estimate


def transcallosal_time(
    average_at: np.ndarray,
    average_n_used: np.ndarray,
    average_sp_onset_ms: np.ndarray,
    average_sp_found_fraction: np.ndarray,
    other_onset_alone_ms: np.ndarray,
    own_onset_alone_ms: np.ndarray,
    /,
    *,
    min_trials: Count = FEW_TRIALS,
) -> TranscallosalTime:
    """Transcallosal conduction time: onset of the ipsilateral silent period less a cortical motor latency.

    That latency is the shortest of the first five accepted trials in contraction with an onset, as in `mep_latency`;
    of the same timepoint and condition where there are such trials, else of the session.

    Parameters
    ----------
    min_trials : int
        Averages of fewer trials than this get the status few_trials.

    References
    ----------
    Onset less corticospinal latency: the field's standard, source unverified, which differs in whose latency it is.
    That the shortest is of the first five: own.
    """
    of = (average_at, average_n_used, average_sp_onset_ms, average_sp_found_fraction)
    onset = averaged_estimate(of, (average_sp_onset_ms,) * 3, min_trials)
    return TranscallosalTime(*[_crossing(onset, each) for each in (other_onset_alone_ms, own_onset_alone_ms)])


def _crossing(onset: Estimate, latencies_ms: np.ndarray) -> Estimate:
    first = latencies_ms[np.isfinite(latencies_ms)][:FIRST]
    shortest = float(first.min()) if len(first) else np.nan
    none = said(no_latency=not len(first), mep_not_earlier=shortest >= onset.value)
    few = said(few_trials=0 < len(first) < FIRST and "few_trials" not in onset.status)
    status = ";".join(filter(None, [onset.status, none, few]))
    value = np.nan if none else onset.value - shortest
    return Estimate(value, n_used=onset.n_used, method="onset less shortest of the first 5, no interval", status=status)
