"""Stimulus artefact: replaced by a line before any filter can ring from it into the response."""

from typing import Annotated

import numpy as np
from annotated_types import Gt

from .. import muscles, windows
from ..errors import MeasureError
from ..trials import Trials
from .rows import Level, chunks, level, means, replaced, rows

EDGE_SAMPLES = 3
"""How many clean samples on each side carry the line: one alone would pass on its noise."""
QUIET_MS = 1.0
"""The artefact is over when the signal is back in its background range for this long."""
CLEAR_MS = 1.0
"""A zone that is extended ends this long before the response window."""


def artefact(
    trials: Trials,
    zones_ms: np.ndarray,
    background_ms: np.ndarray,
    response_ms: np.ndarray,
    /,
    *,
    until_ms: Annotated[float, Gt(0)] | None = None,
    max_ms: Annotated[float, Gt(0)] = 10.0,
    n_sd: Annotated[float, Gt(0)] = 5.0,
) -> Trials:
    """Artefact zones, and missing samples, are bridged by a line between the clean samples on either side.

    Parameters
    ----------
    trials : Trials
        Epochs in µV, not filtered yet.
    zones_ms : array (2, n_trials, n_muscles, 2)
        Artefact zone of the pulse at 0 and of the one before it, in ms; NaN where there is none.
    background_ms, response_ms : array (n_trials, n_muscles, 2)
        Background and response window of each trial and muscle, in ms.
    until_ms : float, optional
        Where the zone of a TMS pulse ends, ms after that pulse; None takes the muscle's profile.
    max_ms : float
        A zone of TMS or root stimulation is extended at most so far after its pulse, in ms.
    n_sd : float
        The artefact lasts while the signal is further than this many standard deviations of the background window
        from that window's mean.

    Returns
    -------
    Trials
        Of the same shape, with the notes `artefact_until_ms` (where the zone of the pulse at 0 ends) and
        `artefact_residual_uv` (distance of the mean of the 1 ms after it from the background mean; NaN without a pulse
        or where the response begins there). A trial without any sample stays NaN.

    Raises
    ------
    MeasureError
        Where `until_ms` reaches into a response window.

    Notes
    -----
    Own choice throughout. A zone grows trial by trial until the first full millisecond in which every sample is back
    in the range of its own background, so that a burst of contraction later on does not count, and never into the
    last millisecond before the response window. Electrical stimuli are not extended: their M wave follows at once.
    """
    background = level(trials, background_ms)
    zones = _stated(trials, zones_ms, response_ms, until_ms)
    latest = _latest(trials, zones, response_ms, max_ms)
    for zone, cap in zip(zones, latest, strict=True):
        zone[..., 1] = _measured_end(trials, zone, cap, background, n_sd)
    after = np.stack([zones[0, ..., 1] + 0.5e3 / trials.rate_hz, zones[0, ..., 1] + QUIET_MS], -1)
    after[..., 1] = np.minimum(after[..., 1], response_ms[..., 0])
    notes = {
        "artefact_until_ms": zones[0, ..., 1],
        "artefact_residual_uv": np.abs(means(trials, after) - background.mean),
    }
    return replaced(trials, _without(trials, zones), notes)


def bridged(signal: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """Samples in `gap` replaced by a line between the means of the nearest kept samples on either side.

    Parameters
    ----------
    signal : array (n_rows, n_samples)
        Finite wherever `gap` is False.
    gap : bool array (n_rows, n_samples)
        What to replace.

    Returns
    -------
    array (n_rows, n_samples)
        A gap at an end of the row holds the mean of its one side; a row that is all gap becomes NaN.
    """
    n, index = signal.shape[-1], np.arange(signal.shape[-1])
    before = np.maximum.accumulate(np.where(gap, -1, index), -1)
    after = np.minimum.accumulate(np.where(gap, n, index)[:, ::-1], -1)[:, ::-1]
    row, column = np.nonzero(gap)
    before, after = before[row, column], after[row, column]
    start = np.zeros((len(signal), 1))
    total = np.cumsum(np.hstack([start, np.where(gap, 0.0, signal)]), -1)
    count = np.cumsum(np.hstack([start, ~gap]), -1)

    def mean(first: np.ndarray, stop: np.ndarray) -> np.ndarray:
        n_kept = count[row, stop] - count[row, first]
        return (total[row, stop] - total[row, first]) / np.where(n_kept > 0, n_kept, np.nan)

    left = mean(np.maximum(before + 1 - EDGE_SAMPLES, 0), before + 1)
    right = mean(after, np.minimum(after + EDGE_SAMPLES, n))
    line = left + (right - left) * (column - before) / (after - before)
    out = signal.copy()
    out[row, column] = np.where(np.isnan(left), right, np.where(np.isnan(right), left, line))
    return out


def _stated(trials: Trials, zones_ms: np.ndarray, response_ms: np.ndarray, until_ms: float | None) -> np.ndarray:
    """The zones before anything is measured: `until_ms` in place of the profile's end, for TMS."""
    zones = np.array(zones_ms, float)
    if until_ms is None:
        return zones
    tms = _stimuli(trials) == "tms"
    reached = tms[0][:, None] & (response_ms[..., 0] <= until_ms)
    if reached.any():
        trial, muscle = np.argwhere(reached)[0]
        raise MeasureError(
            f"artefact: until_ms {until_ms:g} reaches into the response window of {trials.muscles[muscle]}, which "
            f"begins {response_ms[trial, muscle, 0]:g} ms after the pulse"
        )
    zones[tms, :, 1] = _pulse_at(zones)[tms] + until_ms
    return zones


def _stimuli(trials: Trials) -> np.ndarray:
    """(2, n_trials) the stimulus at 0 and the one before it, "" where there is none."""
    before = [muscles.FIRST_OF_PAIR.get(pulse, "") for pulse in trials.pulses["pulse"].tolist()]
    return np.stack([muscles.stimuli(trials.pulses), np.array(before, dtype=object)])


def _pulse_at(zones: np.ndarray) -> np.ndarray:
    return zones[..., 0] - muscles.ARTEFACT_FROM_MS


def _latest(trials: Trials, zones: np.ndarray, response_ms: np.ndarray, max_ms: float) -> np.ndarray:
    """(2, n_trials, n_muscles) where an extended zone ends at the latest; NaN where none is extended."""
    magnetic = np.isin(_stimuli(trials).astype(str), ["tms", "root"])[..., None]
    after_pulse = np.minimum(max_ms, response_ms[..., 0] - CLEAR_MS)
    return np.where(magnetic, _pulse_at(zones) + after_pulse, np.nan)


def _measured_end(trials: Trials, zone: np.ndarray, cap: np.ndarray, background: Level, n_sd: float) -> np.ndarray:
    """(n_trials, n_muscles) the zone's end, or later: the last sample before the first quiet millisecond."""
    end = zone[..., 1]
    extended = cap > end
    if not extended.any():
        return end
    span = windows.inside(trials.times_ms, np.array([end[extended].min(), cap[extended].max() + QUIET_MS]))
    times_ms, emg_uv = trials.times_ms[span], trials.emg_uv[..., span][extended]
    far = np.abs(emg_uv - background.mean[extended][:, None]) > n_sd * background.sd[extended][:, None]
    quiet = windows.held(~far, windows.n_samples(QUIET_MS, trials.times_ms))
    first = windows.first_time(quiet & (times_ms >= end[extended][:, None]), times_ms)
    last = np.fmin(first - 1e3 / trials.rate_hz, cap[extended])
    out = end.copy()
    out[extended] = np.maximum(last, end[extended])
    return out


def _without(trials: Trials, zones: np.ndarray) -> np.ndarray:
    """The signal with zones and missing samples bridged; only the part of the epoch that zones cover is touched."""
    signal, flat = rows(trials), zones.reshape(2, -1, 2)
    out = signal.copy()
    for each in chunks(len(signal)):
        missing = each.start + np.flatnonzero(~np.isfinite(signal[each]).all(-1))
        span = _span(trials.times_ms, flat[:, each])
        gap = np.logical_or(*windows.inside(trials.times_ms[span], flat[:, each]))
        out[each, span] = bridged(signal[each, span], gap)
        gap = np.logical_or(*windows.inside(trials.times_ms, flat[:, missing])) | ~np.isfinite(signal[missing])
        out[missing] = bridged(signal[missing], gap)
    return out


def _span(times_ms: np.ndarray, zones: np.ndarray) -> slice:
    """The samples that the zones (2, n_rows, 2) cover, and those on either side that carry the line."""
    ends = np.array([np.fmin.reduce(zones[..., 0], axis=None), np.fmax.reduce(zones[..., 1], axis=None)])
    covered = np.flatnonzero(windows.inside(times_ms, ends))
    return slice(max(covered[0] - EDGE_SAMPLES, 0), covered[-1] + 1 + EDGE_SAMPLES) if len(covered) else slice(0, 0)
