"""How strongly a muscle contracts, in percent of its maximal voluntary contraction."""

from typing import NamedTuple

import numpy as np

from .cells import Estimate, said
from .intervals import of_median

METHOD = "median, order statistics"


class Strength(NamedTuple):
    """How strongly a muscle contracts.

    Attributes
    ----------
    median : Estimate
        Median RMS of the background EMG in percent of the largest RMS of the session's maximal contractions. The
        interval takes the latter as known.
    """

    median: Estimate


def contraction(background_rms_uv: np.ndarray, maximal_mvc_rms_uv: np.ndarray, /) -> Strength:
    """Background EMG of trials in contraction, in percent of the same muscle's maximal contraction of the session.

    The noise of a muscle at rest is in both and is not taken off: a weak contraction comes out too strong. Values over
    100 % say that the contraction called maximal was not.

    References
    ----------
    EMG in percent of the maximal one: the field's standard. That it is the largest of all maximal contractions of a
    session: own. Interval: Thompson 1936.
    """
    known = background_rms_uv[np.isfinite(background_rms_uv)]
    largest_uv = float(np.fmax.reduce(maximal_mvc_rms_uv, initial=-np.inf))
    if wrong := said(no_mvc=not largest_uv > 0, no_values=not len(known)):
        return Strength(Estimate(np.nan, method=METHOD, status=wrong))
    percent = 100.0 * known / largest_uv
    codes = said(some_missing=len(known) < len(background_rms_uv))
    return Strength(Estimate(float(np.median(percent)), *of_median(percent), len(percent), METHOD, codes))
