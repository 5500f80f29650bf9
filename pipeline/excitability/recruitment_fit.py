"""The recruitment curve of one cell: one fit a form, from which every metric of the curve is read."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from .cells import said
from .curve_fit import Residuals, at_bounds, boltzmann, covariance, minimum, rectified_logistic
from .fitted_curve import K_LIMITS, N_STARTS, RANGE, X50_LIMITS, Curve, shapes

CLEAR = 2.0
"""Times the background that a response must reach to be told from it."""
LOG_FOOT, LOG_FOOT_SD = float(np.log(0.02)), 2.0
"""Centre and spread of the penalty on the rectified logistic's foot, which 24 pulses hardly tell."""
LEAST_BACKGROUND = 0.01
METHOD = "Student t on ln size, delta method"
FOOT_LIMITS, SCALE_LIMITS = (1e-4, 1.0), (0.01, 3.0)
MAX_OVER_LARGEST = 12.0
"""No maximum is believed that is so many times the largest size seen."""


class Trials(NamedTuple):
    """What a curve is fitted to."""

    intensity_mso: np.ndarray
    """(n,)"""
    size_uv: np.ndarray
    """(n,)"""
    floor_uv: float
    """Sizes below it say only that they are below."""
    background_uv: float
    """What is measured where there is no response at all."""


Form = Callable[[np.ndarray, np.ndarray], np.ndarray]


def usable(
    intensity_mso: np.ndarray, size_uv: np.ndarray, background_uv: np.ndarray, floor_uv: float
) -> tuple[Trials, str]:
    """The trials whose intensity and size are known, and codes for what is missing."""
    known = np.isfinite(intensity_mso)
    fit = known & np.isfinite(size_uv)
    status = said(
        no_intensity=not known.any(), no_values=known.any() and not fit.any(), some_missing=0 < fit.sum() < len(fit)
    )
    heard = background_uv[fit & np.isfinite(background_uv)]
    background = float(np.median(heard)) if len(heard) else 0.0
    return Trials(intensity_mso[fit], size_uv[fit], max(floor_uv, CLEAR * background), background), status


def fitted(trials: Trials) -> tuple[Curve, Curve]:
    """The Boltzmann and the rectified logistic of these trials, each fitted once whoever asks."""
    order = np.lexsort((trials.size_uv, trials.intensity_mso))
    intensity, size = trials.intensity_mso[order], trials.size_uv[order] / trials.floor_uv
    # a little is always there: a size of nothing at all has no logarithm
    background = max(trials.background_uv / trials.floor_uv, LEAST_BACKGROUND)
    of_floor = _fitted(intensity.tobytes(), size.tobytes(), background)
    first, second = (each.scaled(trials.floor_uv) for each in of_floor)
    return first, second


@lru_cache(maxsize=16)
def _fitted(intensity: bytes, size: bytes, background: float) -> tuple[Curve, Curve]:
    intensity_mso, of_floor = np.frombuffer(intensity), np.frombuffer(size)
    lowest, span = float(intensity_mso[0]), float(np.ptp(intensity_mso))
    x = (intensity_mso - lowest) / span * RANGE
    return (
        Curve(*_fit(x, of_floor, background, boltzmann), lowest, span, len(x), f"Boltzmann, {METHOD}"),
        Curve(
            *_fit(x, of_floor, background, rectified_logistic), lowest, span, len(x), f"rectified logistic, {METHOD}"
        ),
    )


def _fit(
    x: np.ndarray, of_floor: np.ndarray, background: float, form: Form
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Parameters, their covariance, which are at their bounds, degrees of freedom; sizes are parts of the floor."""
    below, logs = of_floor < 1, np.log(np.maximum(of_floor, 1.0))
    known, footed = Residuals(logs, below, np.zeros(len(x), bool)), form is rectified_logistic

    def median(of: np.ndarray) -> np.ndarray:
        return np.log(np.hypot(np.exp(of[..., :1]) * form(x, of[..., 1:]), background))

    def loss(of: np.ndarray) -> np.ndarray:
        penalty = 0.5 * ((of[..., 3] - LOG_FOOT) / LOG_FOOT_SD) ** 2 if footed else 0.0
        return known.loss(median(of[..., :-1]), of[..., -1:]) + penalty

    limits = [(0.0, logs.max() + np.log(MAX_OVER_LARGEST)), X50_LIMITS, np.log(K_LIMITS)]
    low, high = np.array([*limits, *([np.log(FOOT_LIMITS)] if footed else []), np.log(SCALE_LIMITS)]).T
    starts = _starts(x, logs, below, footed)
    best = minimum(loss, starts[np.argsort(loss(starts), kind="stable")[:N_STARTS]], low, high)
    information, at_bound = known.information(median, best[:-1], float(best[-1])), at_bounds(best, low, high)
    information[3:, 3:] += 1 / LOG_FOOT_SD**2
    n_responses = int((~below).sum())
    freedom = max(n_responses - len(best) + 1, 1)
    # the likeliest scale is too small by what the other parameters took up
    return best, covariance(information, ~at_bound[:-1]) * max(n_responses, 1) / freedom, at_bound, freedom


def _starts(x: np.ndarray, logs: np.ndarray, below: np.ndarray, footed: bool) -> np.ndarray:
    """(n, p) parameters on a grid of midpoint and steepness, each with the maximum that suits the responses."""
    x50, log_k = shapes()
    share = np.log(boltzmann(x, np.stack([x50, log_k], axis=-1)))
    log_max = np.median((logs - share)[:, ~below], axis=1) if not below.all() else np.full(len(x50), logs.max())
    columns = [np.minimum(log_max, logs.max() + 1), x50, log_k, np.full(len(x50), np.log(0.5))]
    return np.stack([*columns[:3], *([np.full(len(x50), LOG_FOOT)] if footed else []), columns[3]], axis=-1)
