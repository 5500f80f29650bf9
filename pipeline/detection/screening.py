"""Which trials are not fit to be summarised, and why: they are marked, never dropped."""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Gt

from .. import windows
from .background import extremes_in
from .chunks import trial_by_trial

REASONS = {
    "pre_activation": "at rest, but the background EMG exceeds the limit",
    "not_contracted": "in contraction as declared, but the background EMG is that of a muscle at rest",
    "contraction_out_of_range": "in contraction, but the background EMG is far from the median of its block",
    "clipped": "the raw signal stays at the limit of the amplifier",
    "missing_samples": "samples are missing in the raw signal, the background or the response window",
    "saturated_artefact": "the amplifier leaves saturation too late after the pulse",
    "flat_signal": "the signal does not change in the background or in the response window",
    "reviewer": "a reviewer decided so",
}
"""Code of exclusion -> its meaning."""

FLAGS = {
    "state_assumed": "the pulse table does not say whether the muscle was at rest; rest is assumed",
    "artefact_remains": "what is left of the artefact behind its zone is large against the background",
    "onset_uncertain": "the onset differs from what a step of variance (GLR) or two variances (AIC) give by over 1 ms",
    "decision_stale": "a reviewer decided on this trial, but the trial has changed since; the decision is not applied",
}
"""Code that does not exclude -> its meaning."""


class Signal(NamedTuple):
    """What is wrong with the signal of each trial.

    Attributes
    ----------
    signal_faults : (n_trials,)
        Codes of what is wrong with the signal, joined by ";"; "" where nothing is.
    """

    signal_faults: np.ndarray


class Contraction(NamedTuple):
    """How far each trial's contraction is from that of its block.

    Attributes
    ----------
    contraction_deviation_percent : (n_trials,)
        Background RMS less the median of its block, in percent of that median; NaN at rest and in a maximal
        contraction.
    """

    contraction_deviation_percent: np.ndarray


DISAGREE_MS = 1.0

RESIDUAL_RATIO = 10.0
RESIDUAL_UV = 20.0
"""An artefact remains where its residual exceeds both this and `RESIDUAL_RATIO` times the RMS of the background."""


class Screening(NamedTuple):
    """Why each trial is excluded.

    Attributes
    ----------
    reasons : (n_trials,)
        Codes of the reasons for exclusion, joined by ";"; "" where there is none.
    excluded : (n_trials,)
        True where the trial is not to be summarised.
    """

    reasons: np.ndarray
    excluded: np.ndarray


@trial_by_trial
def whole_signal(
    emg_uv: np.ndarray,
    times_ms: np.ndarray,
    background_ms: np.ndarray,
    response_ms: np.ndarray,
    clipped: np.ndarray,
    missing_ms: np.ndarray,
    artefact_saturated_ms: np.ndarray,
    /,
    *,
    max_saturated_ms: Annotated[float, Gt(0)] = 10.0,
) -> Signal:
    """Faults of the signal: clipped, missing samples, a saturated artefact, or no signal at all. Own rules.

    Parameters
    ----------
    max_saturated_ms : float
        Latest time after the pulse at which the amplifier may leave saturation.
    """
    missing = missing_ms > 0
    flat = np.zeros(len(emg_uv), bool)
    for window in (background_ms, response_ms):
        part = windows.cut(emg_uv, times_ms, window)
        low, high = extremes_in(part)
        flat |= low == high
        if not np.isfinite(part.values).all():
            missing |= (part.inside & ~np.isfinite(part.values)).any(-1)
    return Signal(
        joined(
            clipped=clipped > 0,
            missing_samples=missing,
            saturated_artefact=artefact_saturated_ms > max_saturated_ms,
            flat_signal=flat,
        )
    )


def deviation_from_block(
    background_rms_uv: np.ndarray,
    state: np.ndarray,
    block: np.ndarray,
    hotspot_muscle: np.ndarray,
    hotspot_side: np.ndarray,
    mvc_percent: np.ndarray,
    /,
) -> Contraction:
    """Contraction against the median of its block: the trials of one block, hot-spot and target contraction.

    Own definition. Trials of a recording that names no blocks are one block.
    """
    deviation = np.full(len(state), np.nan)
    usable = np.flatnonzero((state == "active") & np.isfinite(background_rms_uv))
    key = np.zeros(len(usable), np.intp)
    for part in (block, hotspot_muscle, hotspot_side, mvc_percent):
        codes = np.unique(part[usable].astype(str), return_inverse=True)[1]
        key = np.unique(key * (len(usable) + 1) + codes, return_inverse=True)[1]
    for each in range(key.max(initial=-1) + 1):
        of_block = usable[key == each]
        median = np.median(background_rms_uv[of_block])
        if median > 0:
            deviation[of_block] = 100.0 * (background_rms_uv[of_block] / median - 1.0)
    return Contraction(deviation)


def background_limits(
    background_rms_uv: np.ndarray,
    state: np.ndarray,
    contraction_deviation_percent: np.ndarray,
    signal_faults: np.ndarray,
    /,
    *,
    max_rest_uv: Annotated[float, Gt(0)] = 5.0,
    tolerance_percent: Annotated[float, Gt(0)] = 30.0,
    min_active_uv: Annotated[float, Gt(0)] = 5.0,
) -> Screening:
    """Exclusion for activity at rest, none in contraction, a contraction off its target, or a fault of the signal.

    Own limits: at 5 µV RMS noise alone does not reach 50 µV from peak to peak (at 10 µV it does in a third of trials
    or more); contraction may differ by 30 % from the median of its block, and a trial that would pass as rest is none.
    A response is never excluded for its size, nor a maximal contraction (`mvc`) for the background before it.

    Parameters
    ----------
    max_rest_uv : float
        Largest background RMS at rest.
    tolerance_percent : float
        Largest difference of the background RMS from the median of its block, in contraction.
    min_active_uv : float
        Smallest background RMS in contraction; with less the muscle was at rest, whatever its block is called.
    """
    own = joined(
        pre_activation=(state == "rest") & (background_rms_uv > max_rest_uv),
        not_contracted=(state == "active") & (background_rms_uv < min_active_uv),
        contraction_out_of_range=np.abs(contraction_deviation_percent) > tolerance_percent,
    )
    both = np.where((own != "") & (signal_faults != ""), ";", "").astype(object)
    reasons = own + both + signal_faults
    return Screening(reasons, reasons != "")


def artefact_remains(artefact_residual_uv: np.ndarray, background_rms_uv: np.ndarray) -> np.ndarray:
    """(n_trials,) True where what is left of the artefact is large; False where no artefact was looked at (NaN)."""
    return artefact_residual_uv > np.fmax(RESIDUAL_UV, RESIDUAL_RATIO * background_rms_uv)


def detectors_disagree(onset_ms: np.ndarray, *others_ms: np.ndarray) -> np.ndarray:
    """(n_trials,) True where another detector's onset (n_trials,) is further than `DISAGREE_MS` from this one."""
    return (np.abs(np.stack(others_ms) - onset_ms) > DISAGREE_MS).any(0)


def joined(**codes: np.ndarray) -> np.ndarray:
    """(n_trials,) for each trial the codes whose mask is True, joined by ";"."""
    text: np.ndarray = np.full(len(next(iter(codes.values()))), "", dtype=object)
    for code, mask in codes.items():
        where = np.flatnonzero(mask)
        text[where] = np.where(text[where] == "", code, text[where] + (";" + code))
    return text
