"""Mains: hum of the power line and its harmonics, fitted where nothing was evoked and subtracted everywhere."""

from typing import Annotated

import numpy as np
import scipy
from annotated_types import Ge, Gt

from ..trials import Trials
from .mains_fit import fitted, waves_of
from .rows import chunks, replaced, rows

LINES_HZ = (50.0, 60.0)
"""Line frequencies of the world."""
LEAST_EVIDENCE = 1.6
"""Mean evidence of the trials (1 without a line) where hum and EMG are about equally strong at that frequency."""
LEAST_AGREEMENT = 0.25
"""Mean agreement of the two halves of what is fitted (0 without a line, 1 for pure hum) at about the same point."""
CHANCE = 1e-4
"""Probability of subtracting a harmonic that is not there."""


def mains(
    trials: Trials,
    zones_ms: np.ndarray,
    response_ms: np.ndarray,
    /,
    *,
    mains_hz: Annotated[float, Gt(0)] | None = None,
    n_harmonics: Annotated[int, Ge(1)] = 3,
) -> Trials:
    """Power-line hum is fitted by least squares and subtracted, where there is any.

    Parameters
    ----------
    trials : Trials
        Epochs in µV.
    zones_ms : array (2, n_trials, n_muscles, 2)
        Artefact zone of the pulse at 0 and of the one before it, in ms; NaN where there is none.
    response_ms : array (n_trials, n_muscles, 2)
        Response window of each trial and muscle, in ms.
    mains_hz : float, optional
        Line frequency, in Hz; None takes the note `mains_hz` where the recording has it, else the one of 50 and 60 Hz
        with more evidence.
    n_harmonics : int
        How many multiples of the line frequency are looked at, the line itself included; only those below half the
        sampling rate.

    Returns
    -------
    Trials
        Of the same shape, with the note `mains_hz`: what was subtracted, NaN where nothing was.

    Notes
    -----
    Own method. Sine and cosine of all harmonics and a constant are fitted to each trial and muscle, to the samples
    before its first artefact zone and after its response window, so that a response can neither be fitted nor cut.

    A fit to EMG alone would add noise. So each harmonic is subtracted from a muscle's trials only where the trials
    together show it, in two ways. *Evidence*: K ln(1 + r / K), r the power at the harmonic over the mean power at K
    neighbouring frequencies of the residual. Without a line this is exponential with mean 1 for Gaussian EMG of any
    colour and strength, so that no loud trial decides. Its mean over trials has to exceed what chance gives once in
    10,000, and 1.6. *Agreement*: 2 Re(a b*) / (|a|^2 + |b|^2), a and b the complex amplitudes in the two halves of what
    is fitted. Hum goes on unchanged where a burst or the tail of a response does not. Its mean has to exceed 0.25.

    What is subtracted from a trial is its fit times h / (h + n), the posterior mean where the hum's power is h (the
    median over the muscle's trials) and the power of its EMG at that frequency n: a trial with a burst is spared.
    """
    busy = _busy(zones_ms, response_ms).reshape(-1, 2)
    shape = (*trials.emg_uv.shape[:2], -1)
    lines_hz = [each for each in _candidates(trials, mains_hz) if 2 * each < trials.rate_hz]
    fits = fitted(trials, busy, lines_hz, n_harmonics)
    if not fits:
        return trials.replace(notes={"mains_hz": np.full(shape[:2], np.nan)})
    fit = fits[int(np.argmax([np.nansum(_mean(each.evidence.reshape(shape))) for each in fits]))]
    there = _there(fit.evidence.reshape(shape), fit.agreement.reshape(shape))
    if not there.any():
        return trials.replace(notes={"mains_hz": np.full(shape[:2], np.nan)})
    share = _share((fit.weights**2).sum(1).reshape(shape), fit.noise.reshape(shape))
    weights = np.where(there[:, None], share[:, :, None] * fit.weights.reshape(*shape[:2], 2, -1), 0.0)
    used = there.any(-1) & np.isfinite(weights).all((-1, -2))
    hum = np.nan_to_num(weights).reshape(len(busy), -1).astype(np.float32)
    signal, waves = rows(trials), waves_of(trials.times_ms, fit.hz)
    out = np.empty_like(signal)
    for each in chunks(len(out)):
        np.matmul(hum[each], waves, out=out[each])
        np.subtract(signal[each], out[each], out=out[each])
    return replaced(trials, out, {"mains_hz": np.where(used, fit.hz[0], np.nan)})


def _busy(zones_ms: np.ndarray, response_ms: np.ndarray) -> np.ndarray:
    """(n_trials, n_muscles, 2) from the first artefact zone to the end of the response."""
    first = np.fmin(*zones_ms[..., 0])
    return np.stack([np.where(np.isnan(first), response_ms[..., 0], first), response_ms[..., 1]], -1)


def _candidates(trials: Trials, mains_hz: float | None) -> tuple[float, ...]:
    """The line frequencies to look at: what is stated, what is noted, or those of the world."""
    if mains_hz is not None:
        return (mains_hz,)
    noted = np.asarray(trials.notes.get("mains_hz", np.nan), float)
    noted = noted[np.isfinite(noted)]
    below = tuple(each for each in LINES_HZ if 2 * each < trials.rate_hz)
    return (float(np.median(noted)),) if len(noted) else below


def _share(power: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """(n_trials, n_muscles, n_harmonics) how much of its fit is subtracted from a trial; NaN where it has no fit."""
    above = power - noise
    above[:, ~np.isfinite(above).any(0)] = 0.0
    hum = np.maximum(np.nanmedian(above, axis=0), 0.0)
    return hum / (hum + noise)


def _there(evidence: np.ndarray, agreement: np.ndarray) -> np.ndarray:
    """(n_muscles, n_harmonics) whether the trials together show a line."""
    n = np.maximum(np.isfinite(evidence).sum(0), 1)
    least = np.maximum(scipy.special.gammaincinv(n, 1 - CHANCE) / n, LEAST_EVIDENCE)
    return (_mean(evidence) > least) & (_mean(agreement) > LEAST_AGREEMENT)


def _mean(values: np.ndarray) -> np.ndarray:
    """(n_muscles, n_harmonics) mean over the trials that could be fitted."""
    n = np.isfinite(values).sum(0)
    return np.nansum(values, 0) / np.where(n > 0, n, np.nan)
