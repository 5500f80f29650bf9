"""p values of many tests, adjusted within families."""

import numpy as np


def holm(p: np.ndarray, family: np.ndarray) -> np.ndarray:
    """Holm's step-down adjustment of p values, within each family.

    Parameters
    ----------
    p : array (n,)
        p values; NaN where a test was not made: it stays NaN and counts in no family.
    family : array (n,)
        What tells the family of each: words or numbers.

    Returns
    -------
    array (n,)
        Adjusted p values, at most 1; a family's error rate is held at the level they are compared with.

    References
    ----------
    Holm 1979, Scand J Stat 6:65.
    """
    p = np.asarray(p, float)
    adjusted = np.full(p.shape, np.nan)
    made = np.flatnonzero(~np.isnan(p))
    if not len(made):
        return adjusted
    _, own = np.unique(np.asarray(family)[made], return_inverse=True)
    order = np.lexsort((p[made], own))
    own, at = own[order], made[order]
    size = np.bincount(own)
    place = np.arange(len(own)) - (np.cumsum(size) - size)[own]
    stepped = p[at] * (size[own] - place)
    adjusted[at] = np.minimum(_highest_so_far(stepped, own), 1.0)
    return adjusted


def _highest_so_far(values: np.ndarray, own: np.ndarray) -> np.ndarray:
    """(n,) running maximum within families that stand one after the other."""
    # over ranks, not values: a family's own offset added to a small p value would round it away
    by_size = np.sort(values)
    rank = np.searchsorted(by_size, values)
    first = own * len(values)
    return by_size[np.maximum.accumulate(first + rank) - first]
