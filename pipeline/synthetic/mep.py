"""The noise-free MEP: families of waveforms, scaled to the size wanted, and what is true of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from ..errors import ConfigError, did_you_mean
from .amplifier import Clock
from .parameters import Muscle, generator
from .units import N_UNITS, Units, summed

VOLLEY_MS = 1.5
FEWEST_UNITS = 30
ONSET_SHARE = 0.01
END_SHARE = 0.05


def motor_unit_sum(
    latency_ms: np.ndarray, strength: np.ndarray, muscle: Muscle, units: Units, clock: Clock, rng: np.random.Generator
) -> np.ndarray:
    """MEPs as sums of 30-200 motor-unit potentials, each brought by one of four I-waves.

    Parameters
    ----------
    latency_ms : array (n_trials,)
        Arrival of the fastest unit with the first volley.
    strength : array (n_trials,)
        Size over the largest size, 0 to 1: more units, recruited in order of size, and earlier volleys.
    muscle, units, clock, rng
        What answers, when samples are taken, source of chance.

    Returns
    -------
    array (n_trials, n_samples)
        In arbitrary units, before the amplifier.
    """
    del muscle  # its dispersion is in the units already
    shape = (len(latency_ms), N_UNITS)
    strong = np.sqrt(np.clip(strength, 0.0, 1.0))[:, None]
    n_recruited = FEWEST_UNITS + (N_UNITS - FEWEST_UNITS) * strong
    size = units.size * np.clip(n_recruited - np.arange(N_UNITS), 0.0, 1.0) * np.exp(rng.normal(0.0, 0.15, shape))
    chance = rng.random(shape)
    reached = np.cumsum([0.40, 0.30, 0.20])[:, None, None] + 0.15 * strong
    volley = (chance > reached).sum(0)
    firing_ms = latency_ms[:, None] + units.delay_ms + VOLLEY_MS * volley + np.abs(rng.normal(0.0, 0.2, shape))
    return summed(firing_ms[..., None], size[..., None], units, clock)


def gaussian_derivatives(
    latency_ms: np.ndarray, strength: np.ndarray, muscle: Muscle, units: Units, clock: Clock, rng: np.random.Generator
) -> np.ndarray:
    """MEPs as a few asymmetric derivatives of Gaussians, with a smooth onset: a family to test on, not to tune on.

    Parameters and result as `motor_unit_sum`; `units` only seeds the subject's own shape.
    """
    own = generator("gaussian_derivatives", f"{units.delay_ms.sum():.6f}")
    n_waves = 2 if muscle.dispersion_ms < 2.0 else 5
    width_ms = own.uniform(1.2, 2.4, n_waves) * (1.0 + 0.1 * muscle.dispersion_ms)
    start_ms = np.append(0.0, np.sort(own.uniform(2.0, 4.0 + 3.0 * muscle.dispersion_ms, n_waves - 1)))
    start_ms += 3.0 * width_ms
    sign = np.where(np.arange(n_waves) % 3 == 1, -1.0, 1.0)
    size = (
        np.append(1.0, own.uniform(0.4, 1.0, n_waves - 1))
        * sign
        * np.exp(rng.normal(0.0, 0.15, (len(latency_ms), n_waves)))
    )
    centre_ms = latency_ms[:, None] + start_ms + rng.normal(0.0, 0.15, size.shape) + 0.5 * (1.0 - strength[:, None])
    away_ms = clock.times_ms - centre_ms[..., None]
    u = away_ms / (width_ms[:, None] * np.where(away_ms > 0, 1.6, 1.0))
    return np.einsum("tw,tws->ts", size, -u * np.exp(-0.5 * u**2))


FAMILIES: Mapping[str, Callable[..., np.ndarray]] = {
    "motor_unit_sum": motor_unit_sum,
    "gaussian_derivatives": gaussian_derivatives,
}
"""Families of waveforms, by name."""


def family(name: str) -> Callable[..., np.ndarray]:
    """The family of that name; an unknown one is an error that lists those there are."""
    if name not in FAMILIES:
        raise ConfigError(f"no family of waveforms {name!r}; {did_you_mean(name, FAMILIES)}")
    return FAMILIES[name]


def scaled(waveform: np.ndarray, peak_to_peak_uv: np.ndarray) -> np.ndarray:
    """Waveforms (n_trials, n_samples) brought to a peak-to-peak size (n_trials,); 0 where that is NaN."""
    size = np.ptp(waveform, axis=-1)
    gain = np.divide(np.nan_to_num(peak_to_peak_uv), size, out=np.zeros_like(size), where=size > 0)
    return waveform * gain[:, None]


def true_peak_to_peak_uv(mep_uv: np.ndarray) -> np.ndarray:
    """(n_trials,) size of noise-free MEPs (n_trials, n_samples); NaN where there is none."""
    size = np.ptp(mep_uv, axis=-1)
    return np.where(size > 0, size, np.nan)


def true_onset_ms(mep_uv: np.ndarray, times_ms: np.ndarray) -> np.ndarray:
    """(n_trials,) first sample where the noise-free MEP exceeds 1 % of its own largest deflection; NaN without one."""
    return _edge_ms(mep_uv, times_ms, ONSET_SHARE, first=True)


def true_end_ms(mep_uv: np.ndarray, times_ms: np.ndarray) -> np.ndarray:
    """(n_trials,) last sample where the noise-free MEP exceeds 5 % of its own largest deflection; NaN without one."""
    return _edge_ms(mep_uv, times_ms, END_SHARE, first=False)


def _edge_ms(mep_uv: np.ndarray, times_ms: np.ndarray, share: float, first: bool) -> np.ndarray:
    size = np.abs(mep_uv)
    peak = size.max(-1, keepdims=True)
    above = (size > share * peak) & (peak > 0)
    index = above.argmax(-1) if first else len(times_ms) - 1 - above[:, ::-1].argmax(-1)
    return np.where(above.any(-1), times_ms[index], np.nan)
