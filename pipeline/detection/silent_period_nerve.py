"""Peripheral and cutaneous silent periods: how long a contraction is interrupted after the stimulation of a nerve."""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Gt, Lt

from .chunks import trial_by_trial
from .silent_period import described, examined, nothing
from .silent_period_glr import DEFAULT, silence


class NerveSilentPeriod(NamedTuple):
    """The silent period of each trial in contraction whose pulse stimulates a nerve; 0 ms is that pulse.

    Attributes
    ----------
    nerve_sp_present : (n_trials,)
        True where the contraction is interrupted after the nerve pulse; always False at rest and after other pulses.
    nerve_sp_onset_ms : (n_trials,)
        When the EMG falls silent, from the nerve pulse: after the M wave, an F wave or the last EMG.
    nerve_sp_first_return_ms : (n_trials,)
        When EMG appears again for the first time, even as a burst, from the nerve pulse.
    nerve_sp_full_return_ms : (n_trials,)
        When EMG is back to stay, from the nerve pulse.
    nerve_sp_censored : (n_trials,)
        True where this silent period lasts longer than the epoch: a return that is not seen is NaN.
    nerve_sp_depth_percent : (n_trials,)
        How far the EMG falls: 100 less the RMS of its fast changes from the onset of silence to the first return (or
        the end of the epoch), in percent of the background's.
    """

    nerve_sp_present: np.ndarray
    nerve_sp_onset_ms: np.ndarray
    nerve_sp_first_return_ms: np.ndarray
    nerve_sp_full_return_ms: np.ndarray
    nerve_sp_censored: np.ndarray
    nerve_sp_depth_percent: np.ndarray


@trial_by_trial
def two_variance_glr_after_nerve(
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
    earliest_ms: Annotated[float, Gt(0)] = 45.0,
    latest_ms: Annotated[float, Gt(0)] = 90.0,
    min_ms: Annotated[float, Gt(0)] = DEFAULT.min_ms,
) -> NerveSilentPeriod:
    """Silent period after a nerve pulse, by the likelihood ratio of `two_variance_glr`.

    Own method. A silent stretch is looked for between `earliest_ms`, where the F wave of a hand muscle is over (for a
    leg muscle state a later time), and `latest_ms`; its onset is the end of the last EMG before it, which may lie
    earlier, between the M wave's later peak and there. After a mixed nerve (with an M wave) it is the peripheral
    silent period, after a cutaneous one the cutaneous.

    Parameters
    ----------
    first_floor : float
        Variance, as a share of the background's, that counts as EMG for the first return.
    full_floor : float
        The same for the full return.
    earliest_ms : float
        From when on the EMG must be silent somewhere: the F wave has to be over.
    latest_ms : float
        Latest time at which the silent stretch may begin.
    min_ms : float
        Shortest silent period, to its first return.
    """
    nerve = (state == "active") & (pulse == "nerve")
    if not nerve.any():
        return NerveSilentPeriod(*nothing(len(nerve)))
    part = examined(emg_uv, times_ms, background_ms, response_ms, nerve)
    search = np.tile([earliest_ms, latest_ms], (len(part.emg_uv), 1))
    rule = DEFAULT._replace(first_floor=first_floor, full_floor=full_floor, min_ms=min_ms)
    return NerveSilentPeriod(*described(part, silence(part, part.later_peak(), search, rule)))
