"""A fitted sigmoid curve, and what is read from it with an interval."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import scipy

from .cells import Estimate, said
from .curve_fit import boltzmann, rectified_logistic
from .intervals import TAILS

RANGE = 4.0
"""The tested range of intensities in the units that are fitted in, so that steps of one are large."""
PLATEAU = 0.9
"""A plateau is seen where this share of the curve's maximum was reached at the highest intensity."""
START_X50, START_K = np.linspace(0.5, 5.0, 8), np.array([1.0, 2.0, 4.0, 8.0])
N_STARTS = 4
"""The best of these are followed down."""
X50_LIMITS, K_LIMITS = (0.0, 6.0), (0.5, 40.0)
"""The lower half of a curve must have been tested; the upper may lie as much as half the range beyond it."""


class Curve(NamedTuple):
    """A curve through trials; its parameters are ln of the maximum, x50, ln k, (ln foot,) ln of the scatter."""

    parameters: np.ndarray
    """(p,)"""
    covariance: np.ndarray
    """(p - 1, p - 1) of all but the scale; one at its bound counts as known."""
    at_bound: np.ndarray
    """(p,)"""
    freedom: int
    """Trials that tell of the scatter less parameters, at least one."""
    lowest_mso: float
    span_mso: float
    n: int
    """Trials."""
    method: str
    """Form, likelihood and interval in words."""

    def scaled(self, unit: float) -> "Curve":
        """The same curve with its maximum in a smaller unit, so many of which were one."""
        return self._replace(parameters=self.parameters + np.log(unit) * (np.arange(len(self.parameters)) == 0))

    def foot(self, parameters: np.ndarray) -> np.ndarray:
        """Foot (...) of parameters (..., p - 1), the scale left out: 0 in a Boltzmann, which has none."""
        return np.exp(parameters[..., 3]) if parameters.shape[-1] > 3 else np.zeros(parameters.shape[:-1])

    def undetermined(self) -> bool:
        """Whether maximum, midpoint or steepness stopped at the end of its range, or could as well be another."""
        return bool(self.at_bound[:3].any()) or not bool(np.isfinite(self.covariance).all())

    def reached(self) -> float:
        """Share of the maximum that the curve has at the highest intensity."""
        at, shape = np.array([RANGE]), self.parameters[1:-1]
        return float((rectified_logistic if len(shape) > 2 else boltzmann)(at, shape)[0])

    @property
    def mso_of_one(self) -> float:
        """%MSO of one unit of the fitted axis."""
        return self.span_mso / RANGE

    def mso(self, x: np.ndarray) -> np.ndarray:
        """Intensity of a place on the fitted axis."""
        return self.lowest_mso + x * self.mso_of_one


Quantity = Callable[[Curve, np.ndarray], np.ndarray]
"""What is read from a curve: it and parameters without the scale (..., p - 1) -> (...)."""


def s50(curve: Curve, of: np.ndarray) -> np.ndarray:
    """Intensity at which half the maximum is reached."""
    return curve.mso(of[..., 1])


def tangent_threshold(curve: Curve, of: np.ndarray) -> np.ndarray:
    """Intensity at which the tangent of the steepest point meets zero."""
    foot = curve.foot(of)
    back = np.log1p(2 * foot) + 2 * (1 - foot) / (1 + foot)
    return curve.mso(of[..., 1] - back * np.exp(-of[..., 2]))


def slope(curve: Curve, of: np.ndarray) -> np.ndarray:
    """Slope at the steepest point, per %MSO."""
    return np.exp(of[..., 0] + of[..., 2]) * (1 + curve.foot(of)) / 4 / curve.mso_of_one


def largest(curve: Curve, of: np.ndarray) -> np.ndarray:  # noqa: ARG001 - called as the others are
    """Maximum of the curve."""
    return np.exp(of[..., 0])


def reaching(value: float) -> Quantity:
    """Intensity at which the curve reaches a value; NaN where it never does."""

    def intensity(curve: Curve, of: np.ndarray) -> np.ndarray:
        foot, share = curve.foot(of), value * np.exp(-of[..., 0])
        up = np.where(share < 1, (share + foot) / (1 + foot), np.nan)
        return curve.mso(of[..., 1] + (scipy.special.logit(up) - np.log1p(2 * foot)) * np.exp(-of[..., 2]))

    return intensity


def shapes() -> tuple[np.ndarray, np.ndarray]:
    """(n,) midpoints and logarithms of steepness from which fits may start."""
    x50, k = np.meshgrid(START_X50, START_K)
    return x50.ravel(), np.log(k.ravel())


def read(curve: Curve, quantity: Quantity, logarithm: bool = False) -> tuple[float, float, float]:
    """A quantity of the curve with its interval by the delta method, on the logarithmic scale where asked."""
    step = 1e-4
    at = curve.parameters[:-1]
    nearby = at + step * np.concatenate([np.zeros((1, len(at))), np.eye(len(at)), -np.eye(len(at))])
    found = quantity(curve, nearby)
    value, up, down = found[0], found[1 : len(at) + 1], found[len(at) + 1 :]
    if not np.isfinite(found).all():
        return float(value), np.nan, np.nan
    slope = (np.log(up / down) if logarithm else up - down) / (2 * step)
    error = np.sqrt(slope @ curve.covariance @ slope)
    half = scipy.special.stdtrit(curve.freedom, TAILS) * error
    low, high = value * np.exp(half) if logarithm else value + half
    return float(value), float(low), float(high)


def estimate(curve: Curve, status: str, quantity: Quantity, logarithm: bool = False, within: bool = False) -> Estimate:
    """A quantity of the curve, with what there is to say of the fit; `within` wants it inside the tested range."""
    if curve.undetermined():
        return Estimate(np.nan, n_used=curve.n, method=curve.method, status=_joined(status, "at_bound"))
    value, low, high = read(curve, quantity, logarithm)
    if within and not 0 <= value - curve.lowest_mso <= curve.span_mso:
        return Estimate(np.nan, n_used=curve.n, method=curve.method, status=_joined(status, "out_of_range"))
    status = _joined(status, said(no_plateau=not within and curve.reached() < PLATEAU))
    return Estimate(value, low, high, curve.n, curve.method, status)


def _joined(*codes: str) -> str:
    return ";".join(filter(None, codes))
