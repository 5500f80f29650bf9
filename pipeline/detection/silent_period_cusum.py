"""The cortical silent period by the cumulative sum of the rectified EMG."""

from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt

from .background import centred
from .chunks import trial_by_trial
from .silent_period import (
    SilentPeriod,
    background_mean,
    cortical,
    described,
    examined,
    first_index,
    judged,
    last_low,
)


@trial_by_trial
def cusum(
    emg_uv: np.ndarray,
    times_ms: np.ndarray,
    background_ms: np.ndarray,
    response_ms: np.ndarray,
    state: np.ndarray,
    pulse: np.ndarray,
    /,
    *,
    late_ms: Annotated[float, Ge(0)] = 20.0,
    min_ms: Annotated[float, Gt(0)] = 20.0,
    n_boxes: Annotated[float, Gt(0)] = 0.5,
    turn_boxes: Annotated[float, Gt(0)] = 0.1,
) -> SilentPeriod:
    """Silent period by the cumulative sum of the rectified EMG (King et al. 2006).

    The background's mean is taken from the rectified EMG and the rest is summed up: the sum turns down where silence
    begins, and up where it ends. King et al. average about 20 rectified trials and take the highest and the lowest
    turning point. Here each trial stands alone, in which every lull is a turning point, so ours are: the unit is the
    error box, the span of the sum within the background (Brinkworth and Türker 2003); the sum must fall by `n_boxes`
    from its highest point after the later peak of the MEP, at most `late_ms` after the response window, and the end is
    its first lowest point from which it rises by `turn_boxes`. The method knows one end: it stands as first and as
    full return. It comes late where the EMG comes back slowly, lulls of a single trial are often taken for a silence,
    and a slow wave after a large MEP is not kept out: on single trials it is here to compare with.

    Parameters
    ----------
    late_ms : float
        How long after the response window a silent period may begin.
    min_ms : float
        Shortest silent period.
    n_boxes : float
        How many error boxes the sum must fall.
    turn_boxes : float
        How many error boxes it must rise again.
    """
    part = examined(emg_uv, times_ms, background_ms, response_ms, cortical(state, pulse))
    activity = np.abs(centred(part.emg_uv.astype(float), part.times_ms, part.background_ms))
    mean, peak, at = background_mean(part, activity), part.later_peak(), np.arange(activity.shape[1])
    excess = np.nan_to_num(activity - mean[:, None])
    before = np.cumsum(np.where(part.background(), excess, 0.0), -1)
    box = before.max(-1, initial=0.0) - before.min(-1, initial=0.0)
    total = np.cumsum(np.where(at >= peak[:, None], excess, 0.0), -1)
    early = (at >= peak[:, None]) & (part.times_ms <= part.response_ms[:, 1:] + late_ms)
    onset = np.where(early, total, -np.inf).argmax(-1)
    total = np.where(at >= onset[:, None], total, np.inf)
    least = np.minimum.accumulate(total, -1)
    fallen = np.take_along_axis(total, onset[:, None], -1) - least > n_boxes * box[:, None]
    risen = total > least + turn_boxes * box[:, None]
    end = last_low(total, first_index(fallen & risen))
    onset = np.where(fallen[:, -1], onset, len(at))
    return SilentPeriod(*described(part, judged(part, activity, (onset, end, end), min_ms)))
