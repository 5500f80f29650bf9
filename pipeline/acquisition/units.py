"""Units of samples: to µV, and whether what comes out can be EMG."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..errors import ReadError

TO_UV = {"nV": 1e-3, "uV": 1.0, "mV": 1e3, "V": 1e6}
"""Unit -> µV in one of it."""
SPELLINGS = {
    "nv": "nV",
    "uv": "uV",
    "\u00b5v": "uV",
    "\u03bcv": "uV",
    "microvolt": "uV",
    "microvolts": "uV",
    "millivolt": "mV",
    "millivolts": "mV",
    "v": "V",
    "volt": "V",
    "volts": "V",
}
"""Other ways files write a unit, in small letters. "MV" is missing on purpose: mega or milli is anybody's guess."""

HIGH_PERCENTILE_UV = (0.2, 2e4)
"""Between what the 99th percentile of a channel's distance from its trials' medians must lie: a quiet muscle on a good
amplifier stays above 1 µV, and the largest M waves below 20 mV. Own choice, with a margin on either side."""
MEDIAN_UV = 2e3
"""What the median of that distance may reach: maximal contraction stays under 1 mV. Own choice."""
MOST_UV = 1e13
"""A sample beyond this is damage, or a code for a missing one: even 24-bit counts taken for V stay below."""
LARGEST_UV = 5.0
"""What the largest distance of all channels must reach: no recording with a pulse in it is quieter. Own choice."""


class Spread(NamedTuple):
    """How far the samples of each channel (n_channels,) lie from the median of their trial."""

    median: np.ndarray
    high: np.ndarray
    largest: np.ndarray


def known(unit: str) -> str:
    """A unit as `TO_UV` writes it, "" where it is none of those."""
    unit = unit.strip()
    if unit in TO_UV:
        return unit
    return "" if unit == "MV" else SPELLINGS.get(unit.lower(), "mV" if unit == "mv" else "")


def to_uv(emg: np.ndarray, names: Sequence[str], units: Sequence[str], stated: str = "") -> np.ndarray:
    """Samples in µV, checked to be possible as EMG.

    Parameters
    ----------
    emg : array (n_trials, n_channels, n_samples)
        Samples in their unit; NaN where one is missing.
    names, units : sequence of str (n_channels,)
        Name and unit of each channel, as the file gives them.
    stated : str
        Unit the config states; it overrides the file's.

    Returns
    -------
    array (n_trials, n_channels, n_samples) of float32

    Raises
    ------
    ReadError
        Where no unit is known, a channel is constant or empty, or no EMG is as large or small as the samples say.
    """
    resolved = [known(stated or unit) for unit in units]
    for name, unit, written in zip(names, resolved, units, strict=True):
        if not unit:
            raise ReadError(
                f"channel {name!r} has {f'the unit {written!r}' if written.strip() else 'no unit'} in the file; "
                f"state it in the config, such as acquisition: {{unit: uV}} (uV, mV, V or nV)"
            )
    factors = np.array([TO_UV[unit] for unit in resolved])
    _check_possible(emg, names, factors)
    spread = spread_of(emg)
    _check_alive(spread, names)
    _check_plausible(spread, names, resolved)
    with np.errstate(invalid="ignore"):  # NaN of damaged files may be of the signalling kind
        return (emg * factors[:, None]).astype(np.float32)


def spread_of(emg: np.ndarray) -> Spread:
    """How far samples lie from the median of their trial; NaN for a channel without samples."""
    complete = ~np.isnan(emg).any((1, 2))
    if complete.any():
        emg = emg[complete]
        distance = emg - np.median(emg, axis=-1, keepdims=True)
        of_channels = np.abs(distance, out=distance).swapaxes(0, 1).reshape(emg.shape[1], -1)
        # one by one, since numpy copies what it takes percentiles of along an axis
        median, high = np.transpose([np.percentile(each, [50, 99]) for each in of_channels])
        return Spread(median, high, of_channels.max(-1))
    some = ~np.isnan(emg).all((0, 2))
    result = np.full((3, emg.shape[1]), np.nan)
    for channel in np.flatnonzero(some):
        values = emg[:, channel][~np.isnan(emg[:, channel]).all(-1)]
        distance = np.abs(values - np.nanmedian(values, axis=-1, keepdims=True))
        result[:, channel] = *np.nanpercentile(distance, [50, 99]), np.nanmax(distance)
    return Spread(*result)


def _check_possible(emg: np.ndarray, names: Sequence[str], factors: np.ndarray) -> None:
    beyond = np.abs(emg) > (MOST_UV / factors)[:, None]
    if beyond.any():
        trial, channel, sample = map(int, np.unravel_index(int(beyond.argmax()), emg.shape))
        raise ReadError(
            f"channel {names[channel]!r} holds {emg[trial, channel, sample]:g} in trial {trial}; expected samples that "
            f"an amplifier can give, NaN where one is missing"
        )


def _check_alive(spread: Spread, names: Sequence[str]) -> None:
    for name, largest in zip(names, spread.largest, strict=True):
        if np.isnan(largest):
            raise ReadError(f"channel {name!r} has no samples in any trial, only NaN")
        if largest == 0:
            raise ReadError(f"channel {name!r} is constant throughout; it is unplugged, or the wrong channel")


def _check_plausible(spread: Spread, names: Sequence[str], units: Sequence[str]) -> None:
    factors = np.array([TO_UV[unit] for unit in units])
    wrong = ~_plausible(spread, factors)
    if not wrong.any():
        return
    at = int(wrong.argmax())
    fits = [unit for unit, factor in TO_UV.items() if _plausible(spread, np.where(wrong, factor, factors))[wrong].all()]
    advice = f"{' or '.join(fits)} would be plausible" if fits else f"none of {', '.join(TO_UV)} would be plausible"
    found = Spread(*(each[at] * factors[at] for each in spread))
    raise ReadError(
        f"channel {names[at]!r} cannot be EMG in {units[at]}: 99 % of its samples lie within {found.high:.3g} µV of "
        f"their trial's median (half of them within {found.median:.3g} µV, the farthest at {found.largest:.3g} µV), "
        f"where {HIGH_PERCENTILE_UV[0]:g} µV to {HIGH_PERCENTILE_UV[1]:g} µV are possible; {advice}. "
        f"State the unit in the config: acquisition: {{unit: ...}}"
    )


def _plausible(spread: Spread, factors: np.ndarray) -> np.ndarray:
    """(n_channels,) whether each channel can be EMG with these factors to µV."""
    high, largest = spread.high * factors, spread.largest * factors
    possible = (
        (high >= HIGH_PERCENTILE_UV[0]) & (high <= HIGH_PERCENTILE_UV[1]) & (spread.median * factors <= MEDIAN_UV)
    )
    return possible if largest.max() >= LARGEST_UV else np.zeros(len(high), bool)
