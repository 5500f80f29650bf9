"""Size of the MEP at stated percentages of the resting motor threshold: what may be compared between people."""

from typing import Annotated

import numpy as np
from annotated_types import Gt

from .bootstrap import N_BOOT
from .cells import said
from .mep_size import FEW_TRIALS, Amplitude, Count, Draws, mep_amplitude
from .rmt_levels import CONVENTIONS

PERCENT_RMT = (110.0, 120.0, 130.0, 140.0, 150.0)


def mep_at_rmt(
    peak_to_peak_uv: np.ndarray,
    reference_rmt_mso: np.ndarray,
    reference_convention: np.ndarray,
    reference_uncertain: np.ndarray,
    rng: np.random.Generator,
    /,
    *,
    percent_rmt: tuple[Annotated[float, Gt(0)], ...] = PERCENT_RMT,
    within_percent: Annotated[float, Gt(0)] = 4.0,
    min_trials: Count = FEW_TRIALS,
    n_boot: Draws = N_BOOT,
) -> Amplitude:
    """Average peak-to-peak amplitude at a percentage of the session's resting motor threshold, at rest or active.

    Parameters
    ----------
    percent_rmt : tuple of float
        Intensities in percent of the resting motor threshold, each a row of its own.
    within_percent : float
        Pulses so near to one of them, in percent of the threshold, are in it; 1 %MSO at most where the threshold was
        entered, as the intensities then follow from it.
    min_trials : int
        Fewer trials than this get the status few_trials.
    n_boot : int
        Draws of the bootstrap.

    References
    ----------
    Own: which threshold it is, and how near is near enough. Trials and intervals as for `mep_amplitude`: Cuypers 2014,
    Goldsworthy 2016 (unverified), Efron 1981 and 1987.
    """
    del percent_rmt, within_percent  # which trials these are is for the frame to say
    source = CONVENTIONS[int(reference_convention[0])].replace("_", " ")
    uncertain = said(rmt_uncertain=reference_uncertain[0])
    made = mep_amplitude(peak_to_peak_uv, rng, min_trials=min_trials, n_boot=n_boot)
    return Amplitude(
        *(
            each._replace(
                method=f"{each.method}; RMT {reference_rmt_mso[0]:g} %MSO, {source}",
                status=";".join(filter(None, [each.status, uncertain])),
            )
            for each in made
        )
    )
