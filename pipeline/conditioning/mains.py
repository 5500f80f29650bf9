"""Mains: hum of the power line and its harmonics, fitted where nothing was evoked and subtracted everywhere."""

from typing import Annotated, NamedTuple

import numpy as np
import scipy
from annotated_types import Ge, Gt

from .. import windows
from ..trials import Trials
from .rows import chunks, rows

LINES_HZ = (50.0, 60.0)
"""Line frequencies of the world."""
NEIGHBOURS = (-5, -4, -3, -2, 2, 3, 4, 5)
"""Frequencies a line is compared with, in units of the resolution: 1 / duration of what is fitted."""
LEAST_EVIDENCE = 1.6
"""Mean evidence of the trials (1 without a line) where hum and EMG are about equally strong at that frequency."""
LEAST_AGREEMENT = 0.25
"""Mean agreement of the two halves of what is fitted (0 without a line, 1 for pure hum) at about the same point."""
CHANCE = 1e-4
"""Probability of subtracting a harmonic that is not there."""
LEAST_CYCLES = 2.0
"""A trial is left as it is where half of what is fitted lasts less than this many cycles of the line."""


class Fit(NamedTuple):
    """Sine and cosine of one line and its harmonics, fitted to every row.

    Attributes
    ----------
    hz : array (n_harmonics,)
        Frequencies.
    weights : array (n_rows, 2, n_harmonics)
        Of cosine and sine, in µV; NaN where a row could not be fitted.
    noise : array (n_rows, n_harmonics)
        Power that EMG alone would have there, in µV²: the mean over neighbouring frequencies of the residual.
    evidence : array (n_rows, n_harmonics)
        How far the line stands out from its neighbours: 1 on average where there is none.
    agreement : array (n_rows, n_harmonics)
        How alike amplitude and phase are in the two halves, -1 to 1: 0 on average where there is no line.
    """

    hz: np.ndarray
    weights: np.ndarray
    noise: np.ndarray
    evidence: np.ndarray
    agreement: np.ndarray


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
    fits = [
        _fit(trials, busy, each, n_harmonics) for each in _candidates(trials, mains_hz) if 2 * each < trials.rate_hz
    ]
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
    out, waves = rows(trials).copy(), _waves(trials.times_ms, fit.hz)
    for each in chunks(len(out)):
        out[each] -= hum[each] @ waves
    notes = {"mains_hz": np.where(used, fit.hz[0], np.nan)}
    return trials.replace(emg_uv=out.reshape(trials.emg_uv.shape), notes=notes)


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


def _waves(times_ms: np.ndarray, hz: np.ndarray) -> np.ndarray:
    """(2 n_frequencies, n_samples) cosines, then sines."""
    angle = 2e-3 * np.pi * np.outer(hz, times_ms)
    return np.concatenate([np.cos(angle), np.sin(angle)]).astype(np.float32)


def _fit(trials: Trials, busy: np.ndarray, line_hz: float, n_harmonics: int) -> Fit:
    hz = line_hz * np.arange(1, n_harmonics + 1)
    hz = hz[2 * hz < trials.rate_hz]
    signal, times_ms = rows(trials), trials.times_ms
    weights = np.full((len(signal), 2, len(hz)), np.nan)
    noise, evidence, agreement = np.full((3, len(signal), len(hz)), np.nan)
    neighbours_hz = hz[:, None] + _resolution_hz(times_ms, busy) * np.array(NEIGHBOURS)
    for each in chunks(len(signal)):
        kept = ~windows.inside(times_ms, busy[each]) & np.isfinite(signal[each])
        changes = (kept & (signal[each] != signal[each, :1])).any(-1)
        fitted = changes & (kept.sum(-1) >= 2 * LEAST_CYCLES * trials.rate_hz / line_hz)
        index, kept = each.start + np.flatnonzero(fitted), kept[fitted]
        weights[index], residual, agreement[index] = _least_squares(signal[index], kept, times_ms, hz)
        noise[index], n = _noise(residual / kept.sum(-1, keepdims=True), times_ms, neighbours_hz)
        evidence[index] = n * np.log1p((weights[index] ** 2).sum(1) / (n * noise[index]))
    return Fit(hz, weights, noise, evidence, agreement)


def _resolution_hz(times_ms: np.ndarray, busy: np.ndarray) -> float:
    """1 / duration of what is fitted in the typical row."""
    first, last = times_ms[[0, -1]]
    busy_ms = np.diff(np.clip(busy, first, last))[:, 0]
    return 1e3 / max(float(last - first - np.median(busy_ms)), 1.0)


def _least_squares(
    signal: np.ndarray, kept: np.ndarray, times_ms: np.ndarray, hz: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights (n_rows, 2, n_harmonics), residual (n_rows, n_samples; 0 where not kept), agreement of the halves."""
    basis = np.concatenate([np.ones((1, len(times_ms)), np.float32), _waves(times_ms, hz)])
    mean = np.where(kept, signal, 0.0).sum(-1, keepdims=True) / kept.sum(-1, keepdims=True)
    centred = np.where(kept, signal - mean, 0.0).astype(np.float32)
    same = kept[:1] if (kept == kept[:1]).all() else kept
    early = same & (np.cumsum(same, -1) <= same.sum(-1, keepdims=True) / 2)
    first, last = (_normal_equations(centred, half, basis) for half in (early, same & ~early))
    total = _solved(first[0] + last[0], first[1] + last[1])
    residual = centred - np.where(kept, total.astype(np.float32) @ basis, 0.0)
    a, b = (_solved(*half)[:, 1:].reshape(-1, 2, len(hz)) for half in (first, last))
    power = (a**2 + b**2).sum(1)
    agreement = 2 * (a * b).sum(1) / np.where(power > 0, power, np.nan)
    return total[:, 1:].reshape(-1, 2, len(hz)), residual, agreement


def _normal_equations(centred: np.ndarray, kept: np.ndarray, basis: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gram matrix (n_rows or 1, n_basis, n_basis) and moments (n_rows, n_basis) over the kept samples."""
    pairs = (basis[:, None] * basis).reshape(-1, basis.shape[-1])
    gram = (kept.astype(np.float32) @ pairs.T).reshape(-1, len(basis), len(basis))
    return gram.astype(float), ((centred * kept) @ basis.T).astype(float)


def _solved(gram: np.ndarray, moments: np.ndarray) -> np.ndarray:
    return np.linalg.solve(gram, moments[..., None])[..., 0]


def _noise(residual: np.ndarray, times_ms: np.ndarray, neighbours_hz: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean power (n_rows, n_harmonics) at the neighbours, and how many there are.

    `residual` is divided by the number of samples fitted; a power of nothing is NaN.
    """
    resolution_hz = (neighbours_hz[:, -1:] - neighbours_hz[:, :1]) / (NEIGHBOURS[-1] - NEIGHBOURS[0])
    real = (neighbours_hz > resolution_hz) & (2 * neighbours_hz < windows.rate_hz(times_ms))
    projected = 2 * residual @ _waves(times_ms, neighbours_hz.ravel()).T
    power = (projected.reshape(len(residual), 2, *real.shape) ** 2).sum(1)
    n = np.where(real.any(-1), real.sum(-1), np.nan)
    mean = np.where(real, power, 0.0).sum(-1) / n
    return np.where(mean > 0, mean, np.nan), n


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
