"""When an MEP begins, by likelihood ratios of the whitened signal: EMG is coloured, and colour misleads tests."""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Ge, Gt

from .. import windows
from .background import centred
from .onset import Onset, kept
from .steps import step_ratio

CHUNK = 64
"""Trials at a time: ramps take (trials, candidates, samples)."""

SEARCH_MS = 15.0
"""How long before the first large deflection an onset is looked for."""

LARGE = 0.5
"""The first large deflection is where the rectified signal reaches this part of its peak."""

START = 0.01
"""The part of the peak at which an MEP begins, by our convention."""

FLOOR = 1e-3
"""Noise is taken as at least this part of the peak, so that a noiseless trial has an onset too."""


class Rise(NamedTuple):
    """The whitened signal that leads up to each trial's first large deflection."""

    power: np.ndarray
    """(n_trials, n_lags) squared, 1 on average in the background; the last sample is the large deflection."""
    times_ms: np.ndarray
    """(n_trials, n_lags)"""
    usable: np.ndarray
    """(n_trials, n_lags) True inside the response window."""


def rising_glr(
    emg_uv: np.ndarray,
    times_ms: np.ndarray,
    background_ms: np.ndarray,
    response_ms: np.ndarray,
    mep_above_noise: np.ndarray,
    /,
    *,
    order: Annotated[int, Ge(1)] = 6,
    peak_ms: Annotated[float, Gt(0)] = 1.0,
    power: Annotated[float, Gt(0)] = 0.7,
) -> Onset:
    """Likelihood of a variance that rises from the onset to the first large deflection.

    Own method, after the likelihood-ratio test of Staude (2001): that test knows a step of variance only, so it finds
    where a response *becomes visible*, and the later the smoother the response is. Here the standard deviation that a
    response adds grows with a power of time from its onset to half its peak. Each candidate has its likelihood; the
    median of their normalised likelihoods is taken, moved to where the ramp is 1 % of the peak. The power is a
    compromise between sharp responses, for which a smaller one is better, and smooth ones, for which 1 is; it was
    chosen on simulated MEPs (docs/accuracy.md).

    Parameters
    ----------
    order : int
        Order of the autoregressive model of each trial's background that whitens it.
    peak_ms : float
        Stretch before the first large deflection that gives the height of the ramp.
    power : float
        How the ramp rises: towards 0 a step, 1 a straight line.
    """
    rise = whitened_rise(emg_uv, times_ms, background_ms, response_ms, order)
    n_peak = max(2, windows.n_samples(peak_ms, times_ms))
    parts = [Rise(*(each[at : at + CHUNK] for each in rise)) for at in range(0, max(len(emg_uv), 1), CHUNK)]
    at_ms = np.concatenate([_ramp_onset(part, n_peak, power) for part in parts])
    on_sample = np.where(np.isnan(at_ms), np.nan, times_ms[windows.nearest(times_ms, at_ms)])
    return kept(on_sample, times_ms, response_ms, mep_above_noise)


def glr(
    emg_uv: np.ndarray,
    times_ms: np.ndarray,
    background_ms: np.ndarray,
    response_ms: np.ndarray,
    mep_above_noise: np.ndarray,
    /,
    *,
    order: Annotated[int, Ge(1)] = 6,
) -> Onset:
    """Largest likelihood ratio of a step of variance in the whitened signal (Staude 2001).

    The paper whitens by an autoregressive model of the background and leaves the length of the tested stretch open:
    here it ends at the first deflection of half the response's peak.

    Parameters
    ----------
    order : int
        Order of the autoregressive model of each trial's background that whitens it.
    """
    rise = whitened_rise(emg_uv, times_ms, background_ms, response_ms, order)
    ratio = np.where(rise.usable, step_ratio(rise.power), -np.inf)
    at = np.take_along_axis(rise.times_ms, ratio.argmax(-1)[:, None], -1)[:, 0]
    return kept(at, times_ms, response_ms, mep_above_noise)


def whitened_rise(
    emg_uv: np.ndarray, times_ms: np.ndarray, background_ms: np.ndarray, response_ms: np.ndarray, order: int
) -> Rise:
    """The signal up to the first large deflection, whitened by a model of the trial's own background.

    Missing samples count as background level: such trials are screened elsewhere.
    """
    signal = np.nan_to_num(centred(emg_uv, times_ms, background_ms))
    inside = windows.inside(times_ms, response_ms)
    rectified = np.where(inside, np.abs(signal), 0.0)
    peak = rectified.max(-1, keepdims=True)
    large = (rectified >= LARGE * peak).argmax(-1)
    n_lags = windows.n_samples(SEARCH_MS, times_ms)
    index = np.clip(large[:, None] + np.arange(-n_lags, 1), 0, len(times_ms) - 1)
    part = windows.cut(signal, times_ms, background_ms)
    filters, variance = autoregression(np.where(part.inside, part.values, 0.0), order, np.square(FLOOR * peak[:, 0]))
    lagged = np.clip(index[:, :, None] - np.arange(order + 1), 0, None)
    flat = lagged.reshape(len(signal), lagged.shape[1] * lagged.shape[2])
    samples = np.take_along_axis(signal, flat, -1).reshape(lagged.shape)
    power = np.square(np.einsum("nkl,nl->nk", samples, filters)) / variance[:, None]
    return Rise(power, times_ms[index], np.take_along_axis(inside, index, -1))


def autoregression(noise: np.ndarray, order: int, floor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whitening filter of each trial by the Yule-Walker equations.

    Parameters
    ----------
    noise : (n_trials, n_samples)
        Background, 0 where unknown.
    order : int
        Order of the model.
    floor : (n_trials,)
        White noise added to the model's variance.

    Returns
    -------
    filters : (n_trials, order + 1)
        Prediction-error filter; the first coefficient is 1.
    variance : (n_trials,)
        Variance of the prediction error.
    """
    n = noise.shape[-1]
    order_there = min(order, n - 1)
    products = [np.einsum("nk,nk->n", noise[:, lag:], noise[:, : n - lag]) / n for lag in range(order_there + 1)]
    products += [np.zeros(len(noise))] * (order - order_there)
    covariance = np.stack(products, -1)
    covariance[:, 0] = covariance[:, 0] * (1 + 1e-4) + floor + np.finfo(float).tiny ** 0.25
    lags = np.abs(np.subtract.outer(np.arange(order), np.arange(order)))
    weights = np.linalg.solve(covariance[:, lags], covariance[:, 1:, None])[..., 0]
    filters = np.concatenate([np.ones((len(noise), 1)), -weights], -1)
    return filters, np.einsum("nl,nl->n", filters, covariance)


def _ramp_onset(rise: Rise, n_peak: int, power: float) -> np.ndarray:
    """(n_trials,) the onset by ramps of standard deviation that end at the last sample."""
    last = rise.power.shape[-1] - 1
    start = np.arange(last - 1)
    ramp = np.clip((np.arange(last + 1) - start[:, None]) / (last - start[:, None]), 0.0, 1.0)
    height = np.maximum(rise.power[:, -n_peak:].mean(-1), 1.0)
    variance = 1.0 + height[:, None, None] * ramp ** (2.0 * power)
    likelihood = 0.5 * (rise.power[:, None] * (1.0 - 1.0 / variance) - np.log(variance)).sum(-1)
    likelihood = np.where(rise.usable[:, : last - 1], likelihood, -np.inf)
    best = likelihood.max(-1, keepdims=True)
    weight = np.exp(likelihood - np.where(np.isfinite(best), best, 0.0))
    so_far = np.cumsum(weight, -1)
    median = (so_far >= 0.5 * so_far[:, -1:]).argmax(-1)
    begin = np.take_along_axis(rise.times_ms, median[:, None], -1)[:, 0]
    return begin + (START / LARGE) ** (1.0 / power) * (rise.times_ms[:, -1] - begin)
