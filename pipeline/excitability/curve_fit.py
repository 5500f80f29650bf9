"""Sigmoid curves fitted to trials: their forms, a robust likelihood that knows of limits, and where it is largest."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import scipy

FREEDOM = 5.0
"""Degrees of freedom of the residuals' Student t: near the normal, yet a stray trial in 20 hardly moves the fit."""
STEP = 1e-3
"""Of the finite differences: parameters are scaled so that a step of one is large."""
SHORTER = np.array([1.0, 0.5, 0.2, 0.05, 0.01])[:, None, None]
"""Parts of a Newton step that are tried; the best is taken."""
MAX_ITERATIONS = 60
LEAST_CURVATURE = 1e-3


class Residuals(NamedTuple):
    """What is known of each trial, all arrays (n,)."""

    values: np.ndarray
    """Values, or the limits that they lie beyond."""
    below: np.ndarray
    """Whether nothing is known but that it lies below."""
    above: np.ndarray
    """Whether nothing is known but that it lies above."""

    def loss(self, median: np.ndarray, log_scale: np.ndarray) -> np.ndarray:
        """Minus the log-likelihood (...) of medians (..., n) and logarithms of the scale (..., 1)."""
        residual = (self.values - median) * np.exp(-log_scale)
        loss = (FREEDOM + 1) / 2 * np.log1p(residual**2 / FREEDOM) + log_scale
        # the density's constant is needed: a share of trials is given by the distribution function, which has none
        constant = scipy.special.betaln(0.5, FREEDOM / 2) + np.log(FREEDOM) / 2
        limited = self.below | self.above
        beyond = np.where(self.below, residual, -residual)[..., limited]
        loss[..., limited] = -np.log(scipy.special.stdtr(FREEDOM, beyond)) - constant
        return loss.sum(axis=-1)

    def information(self, medians: Callable[[np.ndarray], np.ndarray], at: np.ndarray, log_scale: float) -> np.ndarray:
        """Information (p, p) on the parameters `at` (p,) of the medians; the scale is known apart from them.

        Of a trial within the limits it is what is expected, of one beyond them the square of its own score.
        """
        step = STEP * np.eye(len(at))
        slopes = (medians(at + step) - medians(at - step)) / (2 * STEP)
        residual = (self.values - medians(at)) * np.exp(-log_scale)
        beyond = np.where(self.below, residual, -residual)
        density = np.exp(-scipy.special.betaln(0.5, FREEDOM / 2)) * (1 + residual**2 / FREEDOM) ** (-(FREEDOM + 1) / 2)
        score = density / np.sqrt(FREEDOM) / scipy.special.stdtr(FREEDOM, beyond)
        weight = np.where(self.below | self.above, score**2, (FREEDOM + 1) / (FREEDOM + 3)) * np.exp(-2 * log_scale)
        return np.asarray((slopes * weight) @ slopes.T)


def boltzmann(x: np.ndarray, shape: np.ndarray) -> np.ndarray:
    """Share of the maximum (..., n) at `x` (n,), ``1 / (1 + exp(-k (x - x50)))``; `shape` (..., 2) is x50 and ln k."""
    return scipy.special.expit(np.exp(shape[..., 1:2]) * (x - shape[..., :1]))


def rectified_logistic(x: np.ndarray, shape: np.ndarray) -> np.ndarray:
    """Share of the maximum (..., n) at `x` (n,): a logistic from minus foot to 1, and 0 where that is negative.

    The form is that of Tyagi 2024, written with the midpoint x50, where a half is reached; `shape` (..., 3) is x50,
    ln k and the logarithm of the foot, without which it is the Boltzmann.
    """
    foot = np.exp(shape[..., 2:3])
    exponent = np.exp(shape[..., 1:2]) * (x - shape[..., :1]) + np.log1p(2 * foot)
    return np.maximum((1 + foot) * scipy.special.expit(exponent) - foot, 0.0)


def minimum(
    loss: Callable[[np.ndarray], np.ndarray], starts: np.ndarray, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """Newton's method from several starts at once, within bounds.

    Parameters
    ----------
    loss : callable
        Parameters (..., p) -> (...).
    starts : array (n_starts, p)
        Where to begin.
    low, high : array (p,)
        Bounds.

    Returns
    -------
    array (p,)
        The best that any start led to.
    """
    at = np.clip(starts, low, high)
    for _ in range(MAX_ITERATIONS):
        value, gradient, curvature = _differences(loss, at)
        # one that stands at its bound and would go beyond does not take part in the step
        held = ((at <= low) & (gradient > 0)) | ((at >= high) & (gradient < 0))
        tried = np.clip(at + SHORTER * _step(gradient, curvature, held), low, high)
        losses = loss(tried)
        best = losses.argmin(axis=0)
        better = losses.min(axis=0) < value - 1e-9
        at = np.where(better[:, None], tried[best, np.arange(len(at))], at)
        if not better.any():
            break
    return np.asarray(at[loss(at).argmin()])


def at_bounds(parameters: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Which parameters (p,) stand at the end of their range, or so near that they were on the way there."""
    return (parameters < low + 10 * STEP) | (parameters > high - 10 * STEP)


def covariance(information: np.ndarray, free: np.ndarray) -> np.ndarray:
    """Inverse of an information (p, p); parameters that are not free (p,) are known, NaN where it has no inverse."""
    inner, inverse = information[np.ix_(free, free)], np.zeros_like(information)
    if free.any():
        sound = np.linalg.eigvalsh(inner)[0] > LEAST_CURVATURE
        inverse[np.ix_(free, free)] = np.linalg.inv(inner) if sound else np.nan
    return inverse


def _differences(loss: Callable[[np.ndarray], np.ndarray], at: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Loss (s,), gradient (s, p) and curvature (s, p, p) at parameters (s, p), by central differences."""
    p = at.shape[-1]
    unit = np.eye(p) * STEP
    i, j = np.triu_indices(p, 1)
    pairs = unit[i] + unit[j]
    points = np.concatenate([np.zeros((1, p)), unit, -unit, pairs, -pairs])
    middle, up, down, both_up, both_down = np.split(loss(at + points[:, None]), np.cumsum([1, p, p, len(i)]))
    curvature = np.zeros((len(at), p, p))
    curvature[:, np.arange(p), np.arange(p)] = (up + down - 2 * middle).T / STEP**2
    mixed = both_up + both_down - up[i] - up[j] - down[i] - down[j] + 2 * middle
    curvature[:, i, j] = curvature[:, j, i] = mixed.T / (2 * STEP**2)
    return middle[0], (up - down).T / (2 * STEP), curvature


def _step(gradient: np.ndarray, curvature: np.ndarray, held: np.ndarray) -> np.ndarray:
    """Newton's step (s, p), downhill also where the curvature is not, at most one long in each parameter."""
    free = ~held
    inner = np.where(free[:, :, None] & free[:, None, :], curvature, np.eye(held.shape[-1]))
    size, turn = np.linalg.eigh(inner)
    along = np.einsum("sij,si->sj", turn, np.where(free, gradient, 0.0))
    step = -np.einsum("sij,sj->si", turn, along / np.maximum(np.abs(size), LEAST_CURVATURE))
    return np.asarray(step / np.maximum(np.abs(step).max(axis=-1, keepdims=True), 1.0))
