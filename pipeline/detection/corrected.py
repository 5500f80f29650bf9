"""How large a response is without what noise adds to its peak-to-peak amplitude."""

from typing import NamedTuple

import numpy as np

from .. import windows
from .background import mean_in

N_PIECES = 96
"""Pieces of background EMG that stand for the noise: bounds time and memory, and is a constant."""
WIDTHS_MS = (0.9, 1.6)
"""Widths (SD) of the first wave of the responses that noise is added to."""
SECOND_WAVES = (-1.0, -0.5)
"""Size of the second wave of those responses, which comes 2.4 widths later and is 1.2 times as wide."""
SIZES = np.concatenate([[0.0], np.geomspace(1.0, 400.0, 13)])
"""Peak-to-peak amplitudes of those responses over the RMS of the noise."""
EXCESS = {False: (1.05, 1.1, 1.0), True: (1.0, 1.0, 1.0)}
"""RMS of the noise in the response window over that of the background, as the median and the lower and the upper end
take it, at rest and in contraction. What is evoked is spared by the high-pass, so at rest slow noise may stay: how much
is not known from conditioned trials. Set on `pipeline.synthetic` (seeds 1-3, 7 and 11)."""
LEVELS = (0.025, 0.5, 0.975)
"""Quantiles of the amplitude in noise: those of a 95 % interval, and the median."""


class Corrected(NamedTuple):
    """The peak-to-peak amplitude of each trial without its noise.

    Attributes
    ----------
    peak_to_peak_corrected_uv : (n_trials,)
        Size of the noise-free response whose amplitude in noise would in half of all cases be smaller than what was
        measured; 0, never less, where noise alone would give that much in more than half.
    peak_to_peak_corrected_low_uv : (n_trials,)
        Lower end of the 95 % interval; 0 where noise alone may give what was measured.
    peak_to_peak_corrected_high_uv : (n_trials,)
        Upper end of the 95 % interval; never below that of a trial with the median amplitude of noise alone.
    """

    peak_to_peak_corrected_uv: np.ndarray
    peak_to_peak_corrected_low_uv: np.ndarray
    peak_to_peak_corrected_high_uv: np.ndarray


def noise_table(
    emg_uv: np.ndarray,
    times_ms: np.ndarray,
    background_ms: np.ndarray,
    response_ms: np.ndarray,
    state: np.ndarray,
    background_rms_uv: np.ndarray,
    peak_to_peak_uv: np.ndarray,
    /,
) -> Corrected:
    """Peak-to-peak amplitude less what the recording's own background EMG adds to responses of that size.

    Own method. Noise makes the largest value larger and the smallest smaller, so the amplitude is biased upwards: by
    all of the noise's own amplitude where there is no response, and the less the further the response stands out. How
    much is tabulated for the trials of the recording at rest and for those in contraction: pieces of background EMG
    as long as the response window, each over the RMS of the rest of its background, are added to smooth responses of
    two waves, two widths and growing size, and the quantiles of the peak-to-peak amplitude are read. A trial's
    amplitude over the RMS of its own background then gives the size whose median that is, and a 95 % interval by
    inverting the quantiles (Neyman 1937); a value below what noise alone gives is taken as that for the upper end
    (power-constrained, Cowan 2011). Silence behind the response, or slow waves that a filter left in the response
    window alone, are not in the background and so not in the table.
    """
    found = np.full((3, len(emg_uv)), np.nan)
    first, stop = windows.span(times_ms, response_ms)
    usable = np.isfinite(peak_to_peak_uv) & (background_rms_uv > 0)
    for kind in np.unique(state[usable]):
        alike = np.flatnonzero(usable & (state == kind))
        pieces = alike[np.argsort(background_rms_uv[alike], kind="stable")]
        pieces = pieces[np.linspace(0, len(pieces) - 1, min(N_PIECES, len(pieces))).round().astype(int)]
        part = windows.cut(emg_uv[pieces], times_ms, background_ms[pieces])
        lengths = (stop - first)[alike]
        for n in np.unique(lengths):
            of = alike[lengths == n]
            table = _amplitudes(_noise(part, int(n)), windows.rate_hz(times_ms))
            noise_uv = np.multiply.outer(EXCESS[bool(kind == "active")], background_rms_uv[of])
            found[:, of] = _inverted(table, peak_to_peak_uv[of] / noise_uv) * noise_uv
    flat = background_rms_uv == 0  # no noise, nothing to correct
    found[:, flat] = peak_to_peak_uv[flat]
    return Corrected(*found)


def _noise(background: windows.Cut, n: int) -> np.ndarray:
    """(n_pieces, n) pieces of background, each over the RMS of what its trial has besides, mirrored where too short."""
    values = np.where(background.known, background.values - mean_in(background)[:, None], 0.0)
    first, length = background.inside.argmax(-1), np.count_nonzero(background.inside, -1)
    n_starts = -(-N_PIECES // len(values))
    start = np.rint(np.maximum(length - n, 0)[:, None] * np.linspace(1.0, 0.0, n_starts)).astype(int)
    last = (length - 1)[:, None, None]
    at = last - np.abs(last - (start[..., None] + np.arange(n)) % np.maximum(2 * last, 1))
    pieces = np.take_along_axis(values[:, None], first[:, None, None] + at, -1)
    power, own = np.square(values).sum(-1)[:, None], np.square(pieces).sum(-1)
    apart = (length[:, None] - n > n // 2) & (power > own)
    mean = np.where(apart, (power - own) / np.where(apart, length[:, None] - n, 1), power / length[:, None])
    return (pieces / np.sqrt(mean)[..., None]).reshape(-1, n).astype(np.float32)


def _amplitudes(noise: np.ndarray, rate_hz: float) -> np.ndarray:
    """(n_levels, n_sizes) quantiles of the amplitude of responses of `SIZES` in noise (n_pieces, n) of RMS 1."""
    n = noise.shape[-1]
    at_ms = (np.arange(n) - n // 2) * 1e3 / rate_hz
    waves = [
        (at_ms / width, (at_ms - 2.4 * width) / (1.2 * width), second) for width in WIDTHS_MS for second in SECOND_WAVES
    ]
    shapes = np.array([np.exp(-(one**2) / 2) + second * np.exp(-(two**2) / 2) for one, two, second in waves])
    shapes = (shapes / np.ptp(shapes, axis=-1, keepdims=True)).astype(np.float32)
    shapes = np.concatenate([shapes, -shapes])[:, None]
    amplitudes = np.empty((len(SIZES), len(shapes), len(noise)))
    signal = np.empty((len(shapes), *noise.shape), np.float32)
    for size, amplitude in zip(SIZES, amplitudes, strict=True):
        np.add(noise, np.float32(size) * shapes, out=signal)
        np.subtract(signal.max(-1), signal.min(-1), out=amplitude)
    return np.maximum.accumulate(np.quantile(amplitudes.reshape(len(SIZES), -1), LEVELS, axis=-1), -1)


def _inverted(table: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """(3, n_trials) sizes whose median, upper and lower quantile a measured ratio is; beyond the table in parallel."""
    lower, median, upper = table
    sought = zip((median, upper, lower), (ratio[0], ratio[1], np.maximum(ratio[2], median[0])), strict=True)
    return np.array([np.interp(at, level, SIZES) + np.maximum(at - level[-1], 0.0) for level, at in sought])
