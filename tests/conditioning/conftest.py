"""Trials of a known signal, and the EMG-coloured noise it lies in."""

import numpy as np
import pandas as pd
import pytest
import scipy.signal

from pipeline.trials import Trials

RATE_HZ = 5000.0


@pytest.fixture(scope="session")
def times_ms():
    """250 ms at 5 kHz, the pulse after 110 ms."""
    return np.arange(1250) * 1e3 / RATE_HZ - 110.0


@pytest.fixture(scope="session")
def make(times_ms):
    """Trials from a signal (n_trials, n_samples) or (n_trials, n_muscles, n_samples)."""

    def build(emg_uv, pulse="single", muscles=("FDI",), at_ms=None, notes=None, **columns):
        emg_uv = np.asarray(emg_uv, float)
        emg_uv = emg_uv[:, None] if emg_uv.ndim == 2 else emg_uv
        pulses = pd.DataFrame({"pulse": pulse, **columns}, index=range(len(emg_uv)))
        return Trials(emg_uv, times_ms if at_ms is None else at_ms, muscles, pulses, notes=notes)

    return build


@pytest.fixture(scope="session")
def emg():
    """EMG-coloured noise (n_trials, n_samples) of a given RMS."""

    def noise(n_trials, n_samples=1250, rms_uv=5.0, seed=0):
        white = np.random.default_rng(seed).normal(size=(n_trials, n_samples + 500))
        sections = scipy.signal.butter(2, [20, 450], "bandpass", fs=RATE_HZ, output="sos")
        coloured = scipy.signal.sosfilt(sections, white)[:, 500:]
        return coloured * rms_uv / coloured.std()

    return noise


@pytest.fixture(scope="session")
def mep(times_ms):
    """A biphasic response of 1 mV peak-to-peak from 20 ms on."""
    since = np.clip(times_ms - 20.0, 0, None)
    wave = np.sin(2 * np.pi * since / 12.0) * np.exp(-((since - 6.0) ** 2) / 18.0) * (times_ms >= 20)
    return 1000.0 * wave / np.ptp(wave)
