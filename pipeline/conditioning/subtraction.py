"""Stimulus artefact that decays into the response: fitted before the response begins, and subtracted."""

from typing import Annotated

import numpy as np
from annotated_types import Gt

from .. import muscles, windows
from ..trials import Trials
from .decay import fitted
from .rows import Level, chunks, level, means, replaced, rows

AFTER_SATURATION_MS = 0.4
"""The fit begins this long after the amplifier leaves saturation: its filter settles first."""
LEAST_MS = 4.0
"""Shortest stretch before the response that an artefact is fitted in."""
N_FOR_NOISE = 256
"""Rows, evenly spread, whose background tells how the noise is correlated."""


def subtract_artefact(
    trials: Trials,
    zones_ms: np.ndarray,
    background_ms: np.ndarray,
    response_ms: np.ndarray,
    /,
    *,
    from_ms: Annotated[float, Gt(0)] = 2.0,
) -> Trials:
    """The decaying artefact of a TMS or root pulse is fitted before the response, and subtracted from there on.

    Parameters
    ----------
    trials : Trials
        Epochs in µV, not filtered yet, without hum.
    zones_ms : array (2, n_trials, n_muscles, 2)
        Artefact zone of the pulse at 0 and of the one before it, in ms; NaN where there is none.
    background_ms, response_ms : array (n_trials, n_muscles, 2)
        Background and response window of each trial and muscle, in ms.
    from_ms : float
        Where the fit begins, ms after the pulse, or later where the amplifier is saturated for longer. What comes
        before is left to the step `artefact`.

    Returns
    -------
    Trials
        Of the same shape, with the note `artefact_residual_uv`: distance of the mean of the last millisecond before
        the response window from the mean of the background; NaN without a pulse.

    Notes
    -----
    Own method. One or two exponentials with time constants of 0.3 to 30 ms that decay to the level of the background
    are fitted to what lies between the start and the response window, weighted by the correlation of the recording's
    own background EMG. An exponential is subtracted only where noise alone would not give one; so a trial without an
    artefact stays as it is. Electrical stimuli are left out: their M wave follows at once.
    """
    background = level(trials, background_ms)
    spans = _spans(trials, zones_ms, response_ms, from_ms)
    spans[~(background.sd.ravel() > 0)] = 0
    out = rows(trials).copy()
    if spans.any():
        correlation = _correlation(trials, background_ms.reshape(-1, 2), background, np.flatnonzero(spans[:, 1]))
        for start, stop in np.unique(spans[spans[:, 1] > 0], axis=0):
            alike = np.flatnonzero((spans == (start, stop)).all(-1))
            for each in chunks(len(alike)):
                _subtract(out, trials.times_ms, alike[each], (start, stop), background, correlation)
    done = replaced(trials, out)
    before = np.stack([response_ms[..., 0] - 1.0, response_ms[..., 0] - 0.5e3 / trials.rate_hz], -1)
    before[np.isnan(zones_ms[0, ..., 1])] = np.nan
    return done.replace(notes={"artefact_residual_uv": np.abs(means(done, before) - background.mean)})


def _subtract(
    out: np.ndarray,
    times_ms: np.ndarray,
    index: np.ndarray,
    span: tuple[int, int],
    background: Level,
    correlation: np.ndarray,
) -> None:
    """Take the artefact from some rows of `out`, fitted from one sample to another."""
    start, stop = span
    values = out[index, start:stop] - background.mean.ravel()[index, None]
    whole = np.isfinite(values).all(-1)
    index, values = index[whole], values[whole]
    since_ms = times_ms[start:] - times_ms[start]
    lags = np.zeros(stop - start)
    lags[: len(correlation)] = correlation[: stop - start]
    found = fitted(values, background.sd.ravel()[index], since_ms[: stop - start], lags)
    out[index, start:] -= found.at(since_ms)


def _spans(trials: Trials, zones_ms: np.ndarray, response_ms: np.ndarray, from_ms: float) -> np.ndarray:
    """(n_rows, 2) first sample of the fit and the first behind it; both 0 where nothing is fitted."""
    magnetic = np.isin(muscles.stimuli(trials.pulses).astype(str), muscles.MAGNETIC)[:, None]
    pulse_ms = zones_ms[0, ..., 0] - muscles.ARTEFACT_FROM_MS
    saturated_ms = trials.notes.get("artefact_saturated_ms", np.full(pulse_ms.shape, np.nan))
    start_ms = np.fmax(pulse_ms + from_ms, saturated_ms + AFTER_SATURATION_MS)
    end_ms = response_ms[..., 0] - 0.5e3 / trials.rate_hz
    start_ms = np.where(magnetic & (end_ms - start_ms >= LEAST_MS), start_ms, np.nan)
    return np.stack(windows.span(trials.times_ms, np.stack([start_ms, end_ms], -1)), -1).reshape(-1, 2).astype(int)


def _correlation(trials: Trials, background_ms: np.ndarray, background: Level, index: np.ndarray) -> np.ndarray:
    """(n_lags,) mean autocorrelation of the background EMG of some of the rows in `index`."""
    of = index[np.unique(np.linspace(0, len(index) - 1, N_FOR_NOISE).astype(int))]
    part = windows.cut(rows(trials)[of], trials.times_ms, background_ms[of])
    noise = (part.values - background.mean.ravel()[of, None]) / background.sd.ravel()[of, None]
    n = noise.shape[-1]
    power = np.square(np.abs(np.fft.rfft(np.where(part.known, noise, 0.0), 2 * n)))
    found: np.ndarray = np.fft.irfft(power.mean(0))[:n]
    return found / found[0]
