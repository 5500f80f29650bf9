"""Who is simulated when a nerve or its root is stimulated: ranges between people, and the nerve of one of them.

What is simulated is what measures hang on: the M wave grows with current as a sigmoid and leaves a slow tail under what
follows; the H reflex grows before the M wave and falls as the M wave grows; an F wave is a few motor units, different
ones in each trial, or none; responses to the root are M waves that come later. Ranges are own choices about the windows
of `muscles.tsv`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import scipy

from ..errors import ConfigError, did_you_mean
from .parameters import MUSCLES, generator
from .units import Units, motor_units


@dataclasses.dataclass(frozen=True)
class NerveModel:
    """How a muscle answers its nerve and its root; ranges are between subjects, times are arrivals.

    Parameters
    ----------
    m_max_uv, m_latency_ms, m50_ma : (float, float)
        Largest M wave, its latency, and the current of half of it.
    h_share, h_latency_ms : (float, float)
        Largest H reflex over the largest M wave (0 for none), and its latency.
    f_latency_ms, f_uv : (float, float)
        Latency of the fastest F wave, and median size of one.
    f_spread_ms : float
        Mean delay of a motor unit of an F wave behind the fastest.
    f_persistence : (float, float)
        Share of supramaximal stimuli that an F wave follows.
    root_latency_ms : (float, float)
        Latency of the response to a pulse at the root.
    dispersion_ms : float
        Mean delay of a motor unit of the M wave behind the fastest.
    """

    m_max_uv: tuple[float, float]
    m_latency_ms: tuple[float, float]
    m50_ma: tuple[float, float]
    h_share: tuple[float, float]
    h_latency_ms: tuple[float, float]
    f_latency_ms: tuple[float, float]
    f_uv: tuple[float, float]
    f_spread_ms: float
    f_persistence: tuple[float, float]
    root_latency_ms: tuple[float, float]
    dispersion_ms: float


MODELS: Mapping[str, NerveModel] = {
    "FDI": NerveModel((8e3, 16e3), (3.2, 4.2), (6.0, 10.0), (0.0, 0.0), (28.0, 30.0), (25.5, 28.0), (120.0, 300.0),
                      1.2, (0.7, 0.95), (12.5, 15.0), 0.7),
    "TA": NerveModel((4e3, 9e3), (3.6, 5.0), (8.0, 14.0), (0.0, 0.0), (30.0, 33.0), (33.0, 38.0), (80.0, 200.0),
                     1.8, (0.5, 0.9), (12.5, 15.0), 1.2),
    "SOL": NerveModel((8e3, 16e3), (4.0, 6.0), (10.0, 16.0), (0.3, 0.7), (28.0, 32.0), (32.0, 35.0), (80.0, 200.0),
                      1.8, (0.6, 0.9), (13.5, 16.0), 1.2),
    "AH": NerveModel((8e3, 18e3), (3.8, 5.5), (9.0, 15.0), (0.0, 0.0), (30.0, 33.0), (45.0, 52.0), (150.0, 400.0),
                     2.0, (0.85, 1.0), (24.0, 27.0), 1.2),
}  # fmt: skip
"""Muscles whose nerve the generator knows."""


@dataclasses.dataclass(frozen=True)
class Nerve:
    """One muscle of one person and its nerve: all that is fixed before chance acts on trials; currents in mA."""

    muscle: str
    m_max_uv: float
    m_latency_ms: float
    m50_ma: float
    tail_share: float
    h_max_uv: float
    h_latency_ms: float
    f_latency_ms: float
    f_uv: float
    f_spread_ms: float
    f_persistence: float
    root_latency_ms: float
    units: Units
    m_slope: float = 12.0
    """Steepness of the M wave's sigmoid over the current as a share of `m50_ma`."""
    h50_share: float = 0.72
    """Current of half the H reflex as a share of `m50_ma`."""
    h_slope: float = 25.0
    m_log_sd: float = 0.01
    h_log_sd: float = 0.12
    f_log_sd: float = 0.45

    def m_share(self, nerve_ma: np.ndarray) -> np.ndarray:
        """Median M wave over the largest, at currents of any shape."""
        return scipy.special.expit(self.m_slope * (np.asarray(nerve_ma, float) / self.m50_ma - 1.0))

    def h_uv(self, nerve_ma: np.ndarray) -> np.ndarray:
        """Median H reflex at currents of any shape: its own recruitment less what the M wave's fibres extinguish."""
        grid = np.linspace(0.3, 2.0, 1701) * self.m50_ma
        return self.h_max_uv * self._h_shape(np.asarray(nerve_ma, float)) / self._h_shape(grid).max()

    def _h_shape(self, nerve_ma: np.ndarray) -> np.ndarray:
        rise = scipy.special.expit(self.h_slope * (nerve_ma / self.m50_ma - self.h50_share))
        return rise * (1.0 - self.m_share(nerve_ma))


def nerve_of(muscle: str, seed: int | str) -> Nerve:
    """The nerve of a muscle of the person of that seed, or of that name.

    Raises
    ------
    ConfigError
        For a muscle whose nerve the generator does not know.
    """
    if muscle not in MODELS:
        raise ConfigError(f"no model of the nerve of {muscle!r}; {did_you_mean(muscle, MODELS)}")
    model, rng = MODELS[muscle], generator("nerve", seed, muscle)
    units = motor_units(dataclasses.replace(MUSCLES["TA"], dispersion_ms=model.dispersion_ms), rng)
    m_max_uv = rng.uniform(*model.m_max_uv)
    return Nerve(
        muscle=muscle,
        m_max_uv=m_max_uv,
        m_latency_ms=rng.uniform(*model.m_latency_ms),
        m50_ma=rng.uniform(*model.m50_ma),
        tail_share=rng.uniform(0.005, 0.03),
        h_max_uv=m_max_uv * rng.uniform(*model.h_share),
        h_latency_ms=rng.uniform(*model.h_latency_ms),
        f_latency_ms=rng.uniform(*model.f_latency_ms),
        f_uv=rng.uniform(*model.f_uv),
        f_spread_ms=model.f_spread_ms,
        f_persistence=rng.uniform(*model.f_persistence),
        root_latency_ms=rng.uniform(*model.root_latency_ms),
        units=units,
    )
