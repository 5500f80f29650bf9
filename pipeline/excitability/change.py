"""How two values differ, with an interval from the intervals of both."""

from typing import NamedTuple

import numpy as np
import scipy

from .intervals import TAILS

MEASURES = ("log_ratio", "percent", "difference", "asymmetry")


class Change(NamedTuple):
    """One measure of change, (n,) each."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


class Changes(NamedTuple):
    """Measures of how a second value differs from a first.

    Attributes
    ----------
    log_ratio : Change
        Natural logarithm of second over first; NaN where one is not positive.
    percent : Change
        100 (second / first - 1).
    difference : Change
        Second less first.
    asymmetry : Change
        (second - first) / (second + first).
    """

    log_ratio: Change
    percent: Change
    difference: Change
    asymmetry: Change


def change(first: np.ndarray, second: np.ndarray) -> Changes:
    """How second values differ from first ones.

    Parameters
    ----------
    first, second : array (3, n)
        Value, lower and upper limit of its 95 % interval; limits NaN (or infinite) where there is none.

    References
    ----------
    Own. The two are taken for independent, each normal with the spread its interval has: on the logarithmic scale for
    ratios (percent and asymmetry are the ratio's, rewritten), as they are for the difference.
    """
    first, second = (np.where(np.isfinite(each), each, np.nan) for each in (first, second))
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = [np.where(each > 0, np.log(each), np.nan) for each in (first, second)]
    ratio = _apart(*logs)
    percent = Change(*(100.0 * np.expm1(each) for each in ratio))
    asymmetry = Change(*(np.tanh(each / 2.0) for each in ratio))
    return Changes(ratio, percent, _apart(first, second), asymmetry)


def _apart(first: np.ndarray, second: np.ndarray) -> Change:
    """Second less first, of values with limits (3, n)."""
    z = float(scipy.special.ndtri(TAILS[1]))
    spread = np.hypot(*((high - low) / (2.0 * z) for _, low, high in (first, second)))
    value = second[0] - first[0]
    return Change(value, value - z * spread, value + z * spread)
