"""Band of the EMG: a zero-phase Butterworth filter whose high-pass does not see the response."""

from typing import Annotated

import numpy as np
import scipy
from annotated_types import Ge, Gt, Le

from .. import windows
from ..errors import ConfigError, MeasureError
from ..trials import Trials
from .filtering import N_AT_ONCE, both_ways
from .rows import chunks, means, replaced, rows

PADDING_CYCLES = 1.0
"""Each end is continued by this many cycles of the lowest cut-off, or as far as the epoch can be mirrored ..."""
LEAST_CYCLES = 0.5
"""... which has to be at least this many, so that the filter has settled inside the epoch."""
EDGE_MS = 10.0
"""The line that stands in for what is evoked starts and ends at means over this long."""
TAIL_MS = 50.0
"""How long after the response window the recorder's own high-pass may still swing back from a large response."""


def band_pass(
    trials: Trials,
    zones_ms: np.ndarray,
    response_ms: np.ndarray,
    /,
    *,
    low_hz: Annotated[float, Gt(0)] | None = 10.0,
    high_hz: Annotated[float, Gt(0)] | None = None,
    order: Annotated[int, Ge(1), Le(8)] = 2,
    spare_response: bool = True,
) -> Trials:
    """Zero-phase Butterworth filter, applied forwards and backwards.

    Parameters
    ----------
    trials : Trials
        Epochs in µV. A trial with a missing sample comes out missing: `artefact` bridges them before.
    zones_ms : array (2, n_trials, n_muscles, 2)
        Artefact zone of the pulse at 0 and of the one before it, in ms; NaN where there is none.
    response_ms : array (n_trials, n_muscles, 2)
        Response window of each trial and muscle, in ms.
    low_hz : float, optional
        Lower cut-off (high-pass), in Hz: where both passes together attenuate by 3 dB. None leaves slow changes in.
    high_hz : float, optional
        Upper cut-off (low-pass), in Hz, of the same meaning. None leaves the recorder's own band.
    order : int
        Order of one pass, for each cut-off. Both passes together fall by 12 dB x order an octave.
    spare_response : bool
        Find the slow changes that the high-pass takes away outside of what is evoked.

    Returns
    -------
    Trials
        Of the same shape.

    Raises
    ------
    ConfigError
        Where neither cut-off is stated, or the lower one is not below the upper one.
    MeasureError
        Where the upper cut-off is not below half the sampling rate, or the epoch is shorter than the continuation
        of its ends.

    Notes
    -----
    Butterworth (1930); Winter (2009) for the cut-off of one pass, shifted so that both attenuate by 3 dB. The ends are
    continued by their mirror image over a cycle of the lowest cut-off, own choice: point reflection would pivot on a
    single noisy sample. Sparing the response is ours too. A plain high-pass takes a few per cent from a long leg MEP,
    lets it sag before its onset, and leaks it into the background window, where a large MEP can pass for muscle
    activity. What a high-pass takes away is the slow part of the signal; here that part is found with a line in place
    of all that is evoked, from the first pulse to `TAIL_MS` after the response window, between the means of `EDGE_MS`
    on either side, and then taken from the whole epoch.
    """
    edges = [each for each in (low_hz, high_hz) if each is not None]
    if not edges:
        raise ConfigError("band_pass: neither low_hz nor high_hz is stated; state one, or leave the step out")
    if edges != sorted(set(edges)):
        raise ConfigError(f"band_pass: low_hz {low_hz:g} is not below high_hz {high_hz:g}")
    n_padding = _n_padding(trials, edges)
    signal = rows(trials)
    out = np.empty_like(signal)
    bridged = _bridged(trials, _evoked(zones_ms, response_ms)) if spare_response and low_hz else signal
    high_pass = _sections("highpass", low_hz, order, trials.rate_hz) if low_hz else None
    low_pass = _sections("lowpass", high_hz, order, trials.rate_hz) if high_hz else None
    for each in chunks(len(signal), N_AT_ONCE):
        kept = signal[each].astype(float)
        if high_pass is not None:
            whole = bridged[each].astype(float)
            kept += both_ways(whole, high_pass, n_padding) - whole
        if low_pass is not None:
            kept = both_ways(kept, low_pass, n_padding)
        out[each] = kept
    return replaced(trials, out)


def _sections(kind: str, hz: float, order: int, rate_hz: float) -> np.ndarray:
    """(n_sections, 6) of one pass, whose own cut-off lies outwards so that two passes attenuate by 3 dB."""
    outwards = (np.sqrt(2.0) - 1.0) ** ((0.5 if kind == "highpass" else -0.5) / order)
    at_hz = np.arctan(outwards * np.tan(np.pi * hz / rate_hz)) * rate_hz / np.pi
    sections: np.ndarray = scipy.signal.butter(order, at_hz, kind, fs=rate_hz, output="sos")
    return sections


def _evoked(zones_ms: np.ndarray, response_ms: np.ndarray) -> np.ndarray:
    """(n_trials, n_muscles, 2) from the first pulse (where none, the response) until the response is over."""
    first = np.fmin(np.fmin(zones_ms[0, ..., 0], zones_ms[1, ..., 0]), response_ms[..., 0])
    return np.stack([first, response_ms[..., 1] + TAIL_MS], -1)


def _bridged(trials: Trials, evoked_ms: np.ndarray) -> np.ndarray:
    """(n_trials x n_muscles, n_samples) the signal with a line in place of what is evoked."""
    start, end = evoked_ms[..., 0], evoked_ms[..., 1]
    before = means(trials, np.stack([start - EDGE_MS, start], -1))
    after = means(trials, np.stack([end, end + EDGE_MS], -1))
    # an epoch that ends before it is over has a level on one side only
    before, after = np.where(np.isnan(before), after, before), np.where(np.isnan(after), before, after)
    slope = (after - before) / (end - start + EDGE_MS)
    out = rows(trials).copy()
    for each in chunks(len(out)):
        part = windows.cut(out[each], trials.times_ms, evoked_ms.reshape(-1, 2)[each])
        at = part.times_ms - (start.reshape(-1, 1)[each] - 0.5 * EDGE_MS)
        line = before.reshape(-1, 1)[each] + slope.reshape(-1, 1)[each] * at
        part.values[...] = np.where(part.inside & np.isfinite(line), line, part.values)
    return out


def _n_padding(trials: Trials, edges: list[float]) -> int:
    """How many samples each end is continued by; an error where these epochs cannot be filtered so."""
    if 2 * edges[-1] >= trials.rate_hz:
        raise MeasureError(
            f"band_pass: {edges[-1]:g} Hz is not below half the sampling rate of {trials.rate_hz:g} Hz; "
            f"state a lower cut-off or none"
        )
    cycle, longest = trials.rate_hz / edges[0], len(trials.times_ms) - 1
    if longest < LEAST_CYCLES * cycle:
        raise MeasureError(
            f"band_pass: the epochs last {longest * 1e3 / trials.rate_hz:g} ms, but a cut-off of {edges[0]:g} Hz needs "
            f"{LEAST_CYCLES * 1e3 / edges[0]:g} ms; cut longer epochs or state a higher low_hz"
        )
    return min(int(np.ceil(PADDING_CYCLES * cycle)), longest)
