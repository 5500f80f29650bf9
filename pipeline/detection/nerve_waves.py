"""What a pulse at a nerve evokes: the M wave, and behind it the H reflex and the F wave."""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Ge, Gt

from ..shape_library import Library
from .amplitude import onset_to_end
from .groups import alike
from .nerve_tail import early, late
from .onset_evidence import evidence_alone
from .whitening import groups

QUIET_MS = {"early": 5.0, "late": 10.0}
"""A response is over when the signal is quiet for so long: an H reflex may follow an M wave by 10 ms."""


class NerveWaves(NamedTuple):
    """M wave, H reflex and F wave of each trial whose pulse stimulates a nerve; 0 ms is that pulse.

    Attributes
    ----------
    m_peak_to_peak_uv : (n_trials,)
        Largest minus smallest value in the window of the M wave; NaN after other pulses.
    m_onset_ms : (n_trials,)
        Onset of the M wave (motor latency), from the pulse; NaN where there is none, or none inside of the window.
    m_present : (n_trials,)
        True where an M wave stands out of the trial's noise.
    m_duration_ms : (n_trials,)
        From the onset of the M wave to where it has fallen to 12 % of its peak for good.
    m_area_uv_ms : (n_trials,)
        Integral of the rectified M wave over that time.
    h_peak_to_peak_uv : (n_trials,)
        The same of the H reflex, less the tail of the M wave, whether or not there is one; NaN where the muscle's
        profile has no window for it.
    h_onset_ms : (n_trials,)
        Onset of the H reflex, from the pulse; NaN where there is none.
    h_present : (n_trials,)
        True where something stands out of the trial's noise in the window of the H reflex.
    f_peak_to_peak_uv : (n_trials,)
        The same of the F wave.
    f_onset_ms : (n_trials,)
        Onset of the F wave, from the pulse; NaN where there is none.
    f_present : (n_trials,)
        True where something stands out of the trial's noise in the window of the F wave.
    f_duration_ms : (n_trials,)
        From the onset of the F wave to where it has fallen to 12 % of its peak, or into the noise, for good.
    """

    m_peak_to_peak_uv: np.ndarray
    m_onset_ms: np.ndarray
    m_present: np.ndarray
    m_duration_ms: np.ndarray
    m_area_uv_ms: np.ndarray
    h_peak_to_peak_uv: np.ndarray
    h_onset_ms: np.ndarray
    h_present: np.ndarray
    f_peak_to_peak_uv: np.ndarray
    f_onset_ms: np.ndarray
    f_present: np.ndarray
    f_duration_ms: np.ndarray


class Wave(NamedTuple):
    """One response of each trial, (n_trials,) each."""

    peak_to_peak_uv: np.ndarray
    onset_ms: np.ndarray
    present: np.ndarray
    duration_ms: np.ndarray
    area_uv_ms: np.ndarray


class Evoked(NamedTuple):
    """The trials of one window after a nerve pulse."""

    emg_uv: np.ndarray
    times_ms: np.ndarray
    background_ms: np.ndarray
    window_ms: np.ndarray
    """(2,)"""
    state: np.ndarray


class Rule(NamedTuple):
    """When a response is present."""

    ratio: dict[str, float]
    """State -> least multiple of the RMS of noise."""
    min_excess: float


def m_h_and_f(
    emg_uv: np.ndarray,
    times_ms: np.ndarray,
    background_ms: np.ndarray,
    nerve_ms: np.ndarray,
    state: np.ndarray,
    library: Library,
    /,
    *,
    rest_ratio: Annotated[float, Gt(0)] = 9.0,
    active_ratio: Annotated[float, Gt(0)] = 11.0,
    min_excess: Annotated[float, Ge(1)] = 1.3,
) -> NerveWaves:
    """Size, onset and presence of the M wave, the H reflex and the F wave, each in its window of the muscle's profile.

    Own method. Before H and F are measured, the tail of the M wave under them is fitted and taken off. A response is
    present where its peak-to-peak exceeds both a multiple of the RMS of the trial's own noise and `min_excess` times
    the peak-to-peak of as much of it; noise is the background before the pulse, treated in the same way. Of trials
    without a response, simulated at rest behind an M wave (benchmarks/metrics_nerve.py) or in contraction, at most
    0.3 % pass.
    Onsets are those of `evidence_alone`: each trial alone, the first sample beyond 1 % of the response's peak. What
    lies in a window is called by the window's name: at currents that evoke no full M wave an H reflex may lie in the
    window of the F wave, and above them an F wave in that of the H reflex; metrics select by the M wave.

    Parameters
    ----------
    rest_ratio : float
        Smallest ratio of a response's peak-to-peak to the RMS of noise, at rest.
    active_ratio : float
        The same in contraction.
    min_excess : float
        Smallest ratio of a response's peak-to-peak to that of as much noise.
    """
    rule = Rule({"rest": rest_ratio, "active": active_ratio}, min_excess)
    signal = (emg_uv, times_ms, background_ms, state)
    m, h, f = (_waves(signal, nerve_ms[:, at], library, rule, is_late=at > 0) for at in range(3))
    return NerveWaves(
        m.peak_to_peak_uv, m.onset_ms, m.present, m.duration_ms, m.area_uv_ms,
        h.peak_to_peak_uv, h.onset_ms, h.present,
        f.peak_to_peak_uv, f.onset_ms, f.present, f.duration_ms,
    )  # fmt: skip


def _waves(
    signal: tuple[np.ndarray, ...], window_ms: np.ndarray, library: Library, rule: Rule, *, is_late: bool
) -> Wave:
    """One response of every trial; nothing where the window (n_trials, 2) is NaN."""
    emg_uv, times_ms, background_ms, state = signal
    n_trials = len(state)
    missing = np.full(n_trials, np.nan)
    found = Wave(missing, missing.copy(), np.zeros(n_trials, bool), missing.copy(), missing.copy())
    some = np.flatnonzero(~np.isnan(window_ms).any(-1))
    for group in alike(state[some], background_ms[some], window_ms[some]) if len(some) else ():
        own = some[group]
        of = Evoked(emg_uv[own], times_ms, background_ms[own], window_ms[own[0]], state[own])
        for column, values in zip(found, _wave(of, library, rule, is_late), strict=True):
            column[own] = values
    return found


def _wave(of: Evoked, library: Library, rule: Rule, is_late: bool) -> Wave:
    """One response of trials that are alike."""
    part = (late if is_late else early)(of.emg_uv, of.times_ms, of.background_ms, of.window_ms)
    least = np.maximum(rule.ratio[of.state[0]] * part.noise_uv, rule.min_excess * part.noise_peak_to_peak_uv)
    present = part.peak_to_peak_uv > least
    each_ms = np.broadcast_to(of.window_ms, of.background_ms.shape)
    whitened = groups(part.alone_uv, of.times_ms, of.background_ms, each_ms, of.state)
    onset = evidence_alone(whitened, present, library).onset_alone_ms
    where = (part.alone_uv, of.times_ms, of.background_ms, each_ms, onset)
    extent = onset_to_end(
        *where, of.state, np.full(len(onset), np.nan), quiet_ms=QUIET_MS["late" if is_late else "early"]
    )
    return Wave(part.peak_to_peak_uv, onset, present, extent.mep_duration_ms, extent.area_uv_ms)
