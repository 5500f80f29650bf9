"""What is measured of answers to nerve and root stimulation, drawn from the truth without any signal."""

from __future__ import annotations

import numpy as np

from .design_pulses import Columns
from .design_truth import WAVE_AFTER_MS
from .nerve import Nerve
from .parameters import Parameters

NOISE = 6.0
"""Peak-to-peak of noise in a window over its RMS."""
LEAST = 9.0
"""A response stands out where it exceeds the RMS of noise as many times."""
ERROR_MS = 0.15
UNIT_MS = 7.0
"""How long one motor unit's potential lasts."""
M_AREA_MS = 3.0
N_UNITS = 8
"""Most motor units of an F wave."""


def nerve_measures(
    nerve: Nerve, nerve_ma: np.ndarray, rms_uv: np.ndarray, parameters: Parameters, rng: np.random.Generator
) -> Columns:
    """M wave, H reflex and F wave after each stimulus (n_trials,)."""
    n, share = len(nerve_ma), nerve.m_share(nerve_ma)
    m_uv = nerve.m_max_uv * share * _spread(n, nerve.m_log_sd, rng)
    h_uv = nerve.h_uv(nerve_ma) * _spread(n, nerve.h_log_sd, rng) if nerve.h_max_uv > 0 else np.full(n, np.nan)
    h_uv = np.where(h_uv < parameters.smallest_mep_uv, np.nan if nerve.h_max_uv <= 0 else 0.0, h_uv)
    there = rng.random(n) < nerve.f_persistence * share
    f_uv = np.where(there, nerve.f_uv * _spread(n, nerve.f_log_sd, rng), 0.0)
    first_ms, last_ms = _f_times(nerve, n, rng)
    m_ms, h_ms = nerve.m_latency_ms + WAVE_AFTER_MS, nerve.h_latency_ms + WAVE_AFTER_MS
    return {
        **_wave("m", m_uv, np.full(n, m_ms), np.full(n, UNIT_MS + 2.0), rms_uv, rng),
        **_wave("h", h_uv, np.full(n, h_ms), np.full(n, UNIT_MS), rms_uv, rng),
        **_wave("f", f_uv, first_ms, last_ms - first_ms + UNIT_MS, rms_uv, rng),
    }


def root_measures(nerve: Nerve, n: int, rng: np.random.Generator) -> Columns:
    """The answer to each of n pulses at the root."""
    size_uv = 0.4 * nerve.m_max_uv * _spread(n, 0.15, rng)
    alone_ms = nerve.root_latency_ms + WAVE_AFTER_MS + rng.normal(0.0, ERROR_MS, n)
    return {
        "peak_to_peak_uv": size_uv,
        "onset_ms": alone_ms,
        "onset_alone_ms": alone_ms,
        "mep_present": np.full(n, True),
        "area_uv_ms": M_AREA_MS * size_uv,
    }


def _spread(n: int, log_sd: float, rng: np.random.Generator) -> np.ndarray:
    return np.exp(rng.normal(0.0, log_sd, n))


def _f_times(nerve: Nerve, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """(n,) arrival of the first and of the last motor unit of each F wave, of one to eight units."""
    delay_ms = rng.gamma(2.0, nerve.f_spread_ms / 2.0, (n, N_UNITS))
    out = np.arange(N_UNITS) >= rng.integers(1, N_UNITS + 1, (n, 1))
    first, last = np.where(out, np.inf, delay_ms).min(1), np.where(out, -np.inf, delay_ms).max(1)
    return nerve.f_latency_ms + WAVE_AFTER_MS + first, nerve.f_latency_ms + WAVE_AFTER_MS + last


def _wave(
    name: str,
    size_uv: np.ndarray,
    onset_ms: np.ndarray,
    duration_ms: np.ndarray,
    rms_uv: np.ndarray,
    rng: np.random.Generator,
) -> Columns:
    n = len(size_uv)
    seen_uv = np.hypot(size_uv, NOISE * rms_uv * _spread(n, 0.1, rng))
    present = size_uv >= LEAST * rms_uv
    return {
        f"{name}_peak_to_peak_uv": seen_uv,
        f"{name}_present": present,
        f"{name}_onset_ms": np.where(present, onset_ms + rng.normal(0.0, ERROR_MS, n), np.nan),
        f"{name}_duration_ms": np.where(present, duration_ms + rng.normal(0.0, 0.5, n), np.nan),
        f"{name}_area_uv_ms": np.where(present, M_AREA_MS * seen_uv, np.nan),
    }
