"""Offset: what the electrode and the amplifier add to the EMG that does not change within an epoch."""

import numpy as np

from ..errors import MeasureError
from ..trials import Trials
from .rows import means, replaced, rows


def offset(trials: Trials, background_ms: np.ndarray, /) -> Trials:
    """The mean of the background window is subtracted from the whole epoch.

    Parameters
    ----------
    trials : Trials
        Epochs in µV.
    background_ms : array (n_trials, n_muscles, 2)
        Background window of each trial and muscle, in ms.

    Returns
    -------
    Trials
        Of the same shape. A trial with no sample left in its background window stays as it is.

    Raises
    ------
    MeasureError
        Where the epoch does not hold the background window of one of its trials.

    Notes
    -----
    Own choice: the background window ends before the first pulse, so neither artefact nor response moves the zero.
    """
    check_background(trials, background_ms)
    mean = np.nan_to_num(means(trials, background_ms))
    return replaced(trials, rows(trials) - mean.reshape(-1, 1).astype(np.float32))


def check_background(trials: Trials, background_ms: np.ndarray) -> None:
    """Raise a MeasureError where an epoch does not hold its background window; it says what is needed."""
    half_step_ms = 500.0 / trials.rate_hz
    outside = (background_ms[..., 0] < trials.times_ms[0] - half_step_ms) | (
        background_ms[..., 1] > trials.times_ms[-1] + half_step_ms
    )
    if not outside.any():
        return
    trial, muscle = np.argwhere(outside)[0]
    start, end = background_ms[trial, muscle]
    raise MeasureError(
        f"{trials.muscles[muscle]}, trial {trial}: the background window goes from {start:g} to {end:g} ms, but the "
        f"epochs from {trials.times_ms[0]:g} to {trials.times_ms[-1]:g} ms; cut epochs that hold it, or state a "
        f"shorter background_ms (counted from the first pulse)"
    )
