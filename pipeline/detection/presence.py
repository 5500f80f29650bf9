"""Whether there is an MEP: by its amplitude, as thresholds count it, and against the trial's own noise, to be seen."""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Gt

from ..pulse_table import CRITERION_UV


class Presence(NamedTuple):
    """Whether each trial counts as a response.

    Attributes
    ----------
    mep_present : (n_trials,)
        True where the peak-to-peak amplitude reaches the criterion of the trial's state.
    """

    mep_present: np.ndarray


class InNoise(NamedTuple):
    """Whether each trial's response stands out of its noise.

    Attributes
    ----------
    mep_above_noise : (n_trials,)
        True where the response window holds more than the trial's own background EMG would give.
    signal_to_noise : (n_trials,)
        Peak-to-peak amplitude over the RMS of the background; NaN where the background is flat.
    mep_probability : (n_trials,)
        Probability that there is a response; NaN where the method gives none.
    """

    mep_above_noise: np.ndarray
    signal_to_noise: np.ndarray
    mep_probability: np.ndarray


def amplitude_criterion(
    peak_to_peak_uv: np.ndarray,
    background_peak_to_peak_uv: np.ndarray,
    state: np.ndarray,
    /,
    *,
    rest_uv: Annotated[float, Gt(0)] = CRITERION_UV["rest"],
    active_uv: Annotated[float, Gt(0)] = CRITERION_UV["active"],
) -> Presence:
    """Amplitude criterion of motor thresholds.

    At rest 50 µV from peak to peak, in contraction 200 µV (Rossini et al. 2015). Those papers do not say what becomes
    of the EMG of the contraction itself: here the criterion in contraction is an excess over the peak-to-peak of an
    equally long part of the background.

    Parameters
    ----------
    rest_uv : float
        Smallest peak-to-peak amplitude that counts at rest.
    active_uv : float
        Smallest excess of peak-to-peak amplitude over the background's that counts in contraction.
    """
    excess = peak_to_peak_uv - background_peak_to_peak_uv
    return Presence(np.where(state == "active", excess >= active_uv, peak_to_peak_uv >= rest_uv))


def noise_criterion(
    peak_to_peak_uv: np.ndarray,
    background_rms_uv: np.ndarray,
    background_peak_to_peak_uv: np.ndarray,
    state: np.ndarray,
    /,
    *,
    rest_ratio: Annotated[float, Gt(0)] = 9.0,
    active_ratio: Annotated[float, Gt(0)] = 11.0,
    min_excess: Annotated[float, Gt(0)] = 1.3,
) -> InNoise:
    """Peak-to-peak amplitude against the background of the same trial.

    Own rule: the amplitude must exceed both a multiple of the RMS of the background and `min_excess` times the
    peak-to-peak of an equally long part of it. Motor units that fire in contraction give higher peaks for their RMS
    than the noise of a muscle at rest, hence two multiples. They were set on simulated noise (benchmarks/accuracy.py:
    EMG-shaped, amplifier and slow noise at rest; trains of 15-60 motor units in contraction), where 0.1 % of trials
    without a response pass at rest and under 1 % in contraction. A single unit that fires only after the pulse passes.

    Parameters
    ----------
    rest_ratio : float
        Smallest ratio of peak-to-peak amplitude to the RMS of the background at rest.
    active_ratio : float
        The same in contraction.
    min_excess : float
        Smallest ratio of peak-to-peak amplitude to the peak-to-peak of an equally long background.
    """
    least = np.where(state == "active", active_ratio, rest_ratio)
    level = np.maximum(least * background_rms_uv, min_excess * background_peak_to_peak_uv)
    ratio = signal_to_noise(peak_to_peak_uv, background_rms_uv)
    return InNoise(peak_to_peak_uv > level, ratio, np.full(len(ratio), np.nan))


def signal_to_noise(peak_to_peak_uv: np.ndarray, background_rms_uv: np.ndarray) -> np.ndarray:
    """(n_trials,) peak-to-peak amplitude over the RMS of the background; NaN where the background is flat."""
    unknown = np.full(len(peak_to_peak_uv), np.nan)
    return np.divide(peak_to_peak_uv, background_rms_uv, out=unknown, where=background_rms_uv > 0)
