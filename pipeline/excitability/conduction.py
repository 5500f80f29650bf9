"""Conduction times: peripheral by F waves, central by F waves or by stimulation of the root, never of both."""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Ge

from .cells import Estimate, said
from .f_wave import FEW_STIMULI
from .latency import FIRST
from .m_wave import plateau, supramaximal

SYNAPSE_MS = 1.0
"""Turnaround of an F wave at the motor neuron."""

Count = Annotated[int, Ge(1)]


class Pmct(NamedTuple):
    """Peripheral motor conduction time.

    Attributes
    ----------
    f_wave : Estimate
        (Fmin + distal motor latency - 1 ms) / 2, from spinal motor neuron to muscle; no interval.
    """

    f_wave: Estimate


class Cmct(NamedTuple):
    """Central motor conduction time.

    Attributes
    ----------
    root : Estimate
        Shortest latency of the MEP less that of the response to the root, which leaves the root's first part in it; no
        interval.
    f_wave : Estimate
        Shortest latency of the MEP less the peripheral time by F waves; no interval.
    """

    root: Estimate
    f_wave: Estimate


class Peripheral(NamedTuple):
    """A latency that is taken off the MEP's."""

    ms: float
    n: int
    status: str


def pmct(
    f_onset_ms: np.ndarray,
    m_peak_to_peak_uv: np.ndarray,
    m_present: np.ndarray,
    m_onset_ms: np.ndarray,
    nerve_ma: np.ndarray,
    /,
    *,
    min_stimuli: Count = FEW_STIMULI,
) -> Pmct:
    """Peripheral motor conduction time by F waves of supramaximal nerve pulses.

    Distal motor latency is the median latency of their M waves.

    Parameters
    ----------
    min_stimuli : int
        Fewer supramaximal stimuli than this get the status few_trials.

    References
    ----------
    Groppa 2012 (formula, with Fmin of 10 stimuli or more).
    """
    of = by_f_wave(f_onset_ms, (m_peak_to_peak_uv, m_present, nerve_ma), m_onset_ms, min_stimuli)
    return Pmct(Estimate(of.ms, n_used=of.n, method="(Fmin + DML - 1) / 2, no interval", status=of.status))


def cmct(
    onset_alone_ms: np.ndarray,
    root_onset_alone_ms: np.ndarray,
    nerve_f_onset_ms: np.ndarray,
    nerve_m_peak_to_peak_uv: np.ndarray,
    nerve_m_present: np.ndarray,
    nerve_m_onset_ms: np.ndarray,
    nerve_nerve_ma: np.ndarray,
    /,
    *,
    min_stimuli: Count = FEW_STIMULI,
) -> Cmct:
    """Central motor conduction time: cortical latency in contraction less a peripheral one of the same session.

    Cortical latency, and that of the root, are the shortest of the first five accepted trials with an onset, in the
    order of recording, of a detector that looks at each trial alone. Root or nerve pulses are those of the same
    timepoint where there are any, else of the session.

    Parameters
    ----------
    min_stimuli : int
        Fewer supramaximal nerve pulses than this get the status few_trials.

    References
    ----------
    Groppa 2012 (F-wave formula; both conventions). That the shortest are of the first five: own.
    """
    cortical, root = (shortest_of_first(each) for each in (onset_alone_ms, root_onset_alone_ms))
    by_f = by_f_wave(
        nerve_f_onset_ms, (nerve_m_peak_to_peak_uv, nerve_m_present, nerve_nerve_ma), nerve_m_onset_ms, min_stimuli
    )
    root = root._replace(status=said(no_root_trials=not root.n, few_trials=0 < root.n < FIRST))
    return Cmct(
        _central(cortical, root, "shortest of the first 5 less shortest of the first 5 at the root, no interval"),
        _central(cortical, by_f, "shortest of the first 5 less (Fmin + DML - 1) / 2, no interval"),
    )


def shortest_of_first(onset_ms: np.ndarray) -> Peripheral:
    """Shortest of the first five onsets that there are."""
    first = onset_ms[np.isfinite(onset_ms)][:FIRST]
    n = len(first)
    status = said(no_values=not n, few_trials=0 < n < FIRST)
    return Peripheral(float(first.min()) if n else np.nan, n, status)


def by_f_wave(
    f_onset_ms: np.ndarray,
    m_wave: tuple[np.ndarray, np.ndarray, np.ndarray],
    m_onset_ms: np.ndarray,
    min_stimuli: int,
) -> Peripheral:
    """Peripheral time by the F waves that follow supramaximal nerve pulses; `n` counts them.

    `m_wave` is size and presence of the M wave, and the current.
    """
    if not np.isfinite(m_wave[0]).any():
        return Peripheral(np.nan, 0, "no_f_waves")
    full, strong = plateau(*m_wave), supramaximal(*m_wave)
    f, m = f_onset_ms[strong & np.isfinite(f_onset_ms)], m_onset_ms[strong & np.isfinite(m_onset_ms)]
    n = len(f)
    codes = said(no_f_waves=not n, few_trials=bool(n) and strong.sum() < min_stimuli)
    status = ";".join(filter(None, [full.status, codes]))
    ms = (float(f.min()) + float(np.median(m)) - SYNAPSE_MS) / 2.0 if n and len(m) else np.nan
    return Peripheral(ms, n, status)


def _central(cortical: Peripheral, peripheral: Peripheral, method: str) -> Estimate:
    """Cortical less peripheral latency; n counts the MEPs."""
    codes = dict.fromkeys(filter(None, [*cortical.status.split(";"), *peripheral.status.split(";")]))
    value = cortical.ms - peripheral.ms
    if np.isfinite(value) and value <= 0:
        value, codes = np.nan, {**codes, "root_not_earlier": None}
    return Estimate(value, n_used=cortical.n if np.isfinite(value) else 0, method=method, status=";".join(codes))
