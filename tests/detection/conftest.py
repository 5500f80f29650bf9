"""Recordings of known truth, by the simplest means that are still EMG: two volleys of motor units in coloured noise."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from pipeline import windows
from pipeline.trials import Trials

RATE_HZ = 4000.0
TIMES_MS = np.arange(-120.0, 300.0, 1000.0 / RATE_HZ)


def mep(times_ms: np.ndarray, begin_ms: np.ndarray) -> np.ndarray:
    """(n_trials, n_samples) MEPs of peak-to-peak 1; the first sample beyond 1 % of the peak is near `begin_ms`."""
    since = times_ms - begin_ms[:, None]
    first, second = (np.maximum(since - late, 0) / width for late, width in ((0.0, 0.8), (3.0, 1.1)))
    shape = first**3 * (4 - first) * np.exp(-first) - 0.6 * second**3 * (4 - second) * np.exp(-second)
    return shape / np.ptp(shape, axis=-1, keepdims=True)


def noise(rng: np.random.Generator, n_trials: int, n_samples: int) -> np.ndarray:
    """(n_trials, n_samples) noise of RMS 1 with the colour of surface EMG, about 20-500 Hz."""
    hz = np.fft.rfftfreq(n_samples, 1 / RATE_HZ)
    density = hz / ((hz + 30.0) * (1 + (hz / 150.0) ** 2))
    spectrum = (rng.normal(size=(n_trials, len(hz))) + 1j * rng.normal(size=(n_trials, len(hz)))) * density
    signal = np.fft.irfft(spectrum, n_samples)
    return signal / signal.std(-1, keepdims=True)


@pytest.fixture(scope="session")
def recording() -> Callable[..., tuple[Trials, np.ndarray]]:
    """Maker of Trials of FDI and their true onsets; `snr` 0 makes null trials."""

    def make(n_trials=30, snr=100.0, rms_uv=2.0, state="rest", seed=0, silence_ms=(40.0, 130.0)):
        rng = np.random.default_rng(seed)
        begin = np.round(rng.uniform(19, 23, n_trials) * RATE_HZ / 1000) * 1000 / RATE_HZ
        shape = mep(TIMES_MS, begin)
        emg = rms_uv * noise(rng, n_trials, len(TIMES_MS))
        if state == "active" and snr:
            emg[:, windows.inside(TIMES_MS, np.array(silence_ms))] *= 0.05
        over = np.abs(shape) > 0.01 * np.abs(shape).max(-1, keepdims=True)
        truth = TIMES_MS[over.argmax(-1)] if snr else np.full(n_trials, np.nan)
        pulses = pd.DataFrame({"pulse": ["single"] * n_trials, "state": state, "block": "a"})
        return Trials((emg + snr * rms_uv * shape)[:, None], TIMES_MS, ["FDI"], pulses, ["R"]), truth

    return make
