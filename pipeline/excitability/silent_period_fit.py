"""The stimulus-response curve of the silent period's duration: one fit, from which every metric of it is read."""

from functools import lru_cache

import numpy as np

from .curve_fit import Residuals, at_bounds, boltzmann, covariance, minimum
from .fitted_curve import K_LIMITS, N_STARTS, RANGE, X50_LIMITS, Curve, shapes

MAX_OVER_LONGEST = 3.0
"""No plateau is believed that is so many times the longest silent period seen."""
SHORTEST_MS = 1.0
SCATTER_MS = (0.5, 100.0)
METHOD = "Boltzmann, Student t in ms, delta method"


def durations(examined: np.ndarray, has: np.ndarray, start_ms: np.ndarray, end_ms: np.ndarray) -> np.ndarray:
    """Duration (n,) of each trial's silent period: 0 for none, infinite without an end, NaN where not known."""
    lasting = np.where(np.isfinite(start_ms), np.where(np.isfinite(end_ms), end_ms - start_ms, np.inf), np.nan)
    return np.where(has, lasting, np.where(examined, 0.0, np.nan))


def fitted(intensity_mso: np.ndarray, duration_ms: np.ndarray) -> Curve:
    """The Boltzmann through these trials, fitted once whoever asks."""
    order = np.lexsort((duration_ms, intensity_mso))
    return _fitted(intensity_mso[order].tobytes(), duration_ms[order].tobytes())


@lru_cache(maxsize=16)
def _fitted(intensity: bytes, duration: bytes) -> Curve:
    intensity_mso, duration_ms = np.frombuffer(intensity), np.frombuffer(duration)
    lowest, span = float(intensity_mso[0]), float(np.ptp(intensity_mso))
    x = (intensity_mso - lowest) / span * RANGE
    none, unended = duration_ms <= 0, np.isinf(duration_ms)
    ended = np.maximum(duration_ms[~none & ~unended], SHORTEST_MS)
    shortest, longest = float(ended.min()), float(ended.max())
    known = Residuals(np.clip(duration_ms, shortest, longest), none, unended)

    def median(of: np.ndarray) -> np.ndarray:
        return np.exp(of[..., :1]) * boltzmann(x, of[..., 1:])

    def loss(of: np.ndarray) -> np.ndarray:
        return known.loss(median(of[..., :-1]), of[..., -1:])

    limits = [np.log([SHORTEST_MS, longest * MAX_OVER_LONGEST]), X50_LIMITS, np.log(K_LIMITS), np.log(SCATTER_MS)]
    low, high = np.array(limits).T
    x50, log_k = shapes()
    starts = np.stack([np.full(len(x50), np.log(longest)), x50, log_k, np.full(len(x50), np.log(longest / 8))], axis=-1)
    best = minimum(loss, starts[np.argsort(loss(starts), kind="stable")[:N_STARTS]], low, high)
    at_bound, freedom = at_bounds(best, low, high), max(len(ended) - 3, 1)
    information = known.information(median, best[:-1], float(best[-1]))
    known_to = covariance(information, ~at_bound[:-1]) * len(ended) / freedom
    return Curve(best, known_to, at_bound, freedom, lowest, span, len(x), METHOD)
