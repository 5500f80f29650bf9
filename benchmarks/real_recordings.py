"""Real recordings beside the checkout (../shared/real), each as epochs in µV with the pulse at 0 ms.

They are read here apart from the package's readers, which know fewer formats. Nothing of them is kept in the project.
"""

import struct
from functools import cache
from pathlib import Path
from typing import NamedTuple

import h5py
import mne
import numpy as np
import scipy

ROOT = Path(__file__).parents[1] / ".." / "shared" / "real"
EXAMPLE = "Example Data 1"
AROUND_MS = (-1500.0, 500.0)
N_HARMONICS = 8


class Recording(NamedTuple):
    """Epochs of one muscle."""

    name: str
    body: str
    """hand or leg"""
    emg_uv: np.ndarray
    """(n_trials, n_samples)"""
    times_ms: np.ndarray

    line_hz: float = 0.0
    """Power line that `recordings` fitted and subtracted; 0 for none."""

    @property
    def rate_hz(self):
        """Sampling rate."""
        return 1000.0 / (self.times_ms[1] - self.times_ms[0])


def there():
    """Whether the recordings are there."""
    return (ROOT / "mepfeatx").is_dir()


@cache
def as_recorded():
    """Every recording by its name; empty where the folder is absent."""
    if not there():
        return {}
    found = [*_mepfeatx(), *_signal_mat(), *_brainvision(), *_spike2(), *_acqknowledge()]
    return {each.name: each for each in found}


@cache
def recordings():
    """The same, without power-line hum."""
    return {name: without_hum(each) for name, each in as_recorded().items()}


def without_hum(recording):
    """The recording less its power line, whose amplitude may drift over the epoch, fitted outside of all responses."""
    if not recording.line_hz:
        return recording
    times_ms = recording.times_ms
    outside = (times_ms < -3) | (times_ms > 150)
    angle = 2e-3 * np.pi * recording.line_hz * np.outer(np.arange(1, N_HARMONICS + 1), times_ms)
    waves = np.concatenate([np.cos(angle), np.sin(angle)])
    drift = (times_ms / 1e3) ** np.arange(3)[:, None]
    design = np.concatenate([*(waves * each for each in drift), drift[1:]]).T
    known = design[outside]
    weights = np.linalg.solve(known.T @ known, known.T @ recording.emg_uv[:, outside].T)
    return recording._replace(emg_uv=recording.emg_uv - (design @ weights).T)


def _mepfeatx():
    """MEPFeatX: 3 kHz, filtered; ID02 holds pairs 100 ms apart, of which the first pulses are taken."""
    for name, body, rows in (("ID01 FDI", "hand", 1), ("ID02 TA", "leg", 2), ("ID04 TA", "leg", 1)):
        signal = scipy.io.loadmat(ROOT / "mepfeatx" / f"{name[:4]}.mat")["meps"].T[::rows]
        yield Recording(name, body, signal.astype(float), -50.0 + np.arange(signal.shape[1]) / 3.0)


def _signal_mat():
    """CED Signal export: 46 frames of FDI and APB at rest, 0.5 s on either side of the pulse, 5 kHz, mV."""
    with h5py.File(ROOT / "vendor" / "signal_mat" / f"{EXAMPLE}.mat") as file:
        values = file["wave_data/values"][()] * 1e3
        step_ms = 1e3 * float(file["wave_data/interval"][0, 0])
        start_ms = 1e3 * float(file["wave_data/start"][0, 0])
    times_ms = start_ms + step_ms * np.arange(values.shape[-1])
    for channel, muscle in enumerate(("FDI", "APB")):
        yield Recording(f"signal {muscle}", "hand", values[:, channel], times_ms, 50.0 * (muscle == "APB"))


def _brainvision():
    """BrainVision: four channels, 20 pulses (marker S255), 5 kHz."""
    path = ROOT / "vendor" / "brainvision" / f"{EXAMPLE}.vhdr"
    raw = mne.io.read_raw_brainvision(path, preload=True, verbose="error")
    marks = raw.annotations
    at = [round(o * raw.info["sfreq"]) for o, d in zip(marks.onset, marks.description, strict=True) if "S255" in d]
    for channel, signal in zip(raw.ch_names, raw.get_data() * 1e6, strict=True):
        yield Recording(f"brainvision {channel}", "hand", *_cut(signal, at, raw.info["sfreq"]), 60.0)


def _cut(signal, at, rate_hz):
    """Epochs about samples, and their times."""
    lag = np.arange(*(round(each * rate_hz / 1e3) for each in AROUND_MS))
    return signal[np.asarray(at)[:, None] + lag], lag * 1e3 / rate_hz


def _acqknowledge():
    """AcqKnowledge export: 21 frames of 1001 samples, 2 kHz; the pulse 15.5-17 ms after the Stim TTL, in mV."""
    file = scipy.io.loadmat(ROOT / "vendor" / "acqknowledge_mat" / f"{EXAMPLE}.mat")
    labels = [str(each).strip() for each in file["labels"]]
    frames = file["data"].reshape(21, 1001, -1)
    ttl = frames[:, :, labels.index("Stim")]
    at = (np.abs(ttl) > 0.5 * np.abs(ttl).max()).argmax(-1)
    signal = 1e3 * frames[:, :, labels.index("TA")]
    lag = np.arange(-int(at.min()), 1001 - int(at.max()))
    yield Recording("acqknowledge TA", "leg", signal[np.arange(21)[:, None], at[:, None] + lag], lag * 0.5)


def _spike2():
    """Spike2 (.smr, 32 bit): ten sweeps of eight channels in contraction, 5 kHz; NaN where nothing was sampled."""
    data = (ROOT / "vendor" / "spike2" / f"{EXAMPLE}.smr").read_bytes()
    tick_ms = 1e3 * struct.unpack_from("<h", data, 20)[0] * struct.unpack_from("<d", data, 44)[0]
    headers = {_text(data, 620 + 140 * number): 512 + 140 * number for number in range(32)}
    pulses = np.concatenate([np.frombuffer(raw, "<i4") for _, raw in _blocks(data, headers["trigger"], 4)])
    for title, at in headers.items():
        if title.startswith("Chan"):
            scale, offset = struct.unpack_from("<ff", data, at + 124)
            step = struct.unpack_from("<h", data, at + 138)[0] * struct.unpack_from("<h", data, 22)[0]
            blocks = [(start, np.frombuffer(raw, "<i2")) for start, raw in _blocks(data, at, 2)]
            uv = [(start, 1e3 * (scale * values / 6553.6 + offset)) for start, values in blocks]
            yield Recording(f"spike2 {title}", "leg", *_sweeps(uv, pulses, step, tick_ms))


def _text(data, at):
    """A text with its length before it."""
    return data[at + 1 : at + 1 + data[at]].decode("latin-1")


def _blocks(data, header, item_bytes):
    """Tick and bytes of each block of a channel: a chain of blocks, each headed by 20 bytes."""
    at = struct.unpack_from("<i", data, header + 6)[0]
    while at > 0:
        _, following, start, _, _, n_items = struct.unpack_from("<iiiihh", data, at)
        yield start, data[at + 20 : at + 20 + item_bytes * n_items]
        at = following


def _sweeps(blocks, pulses, step, tick_ms):
    """Epochs about each pulse of a channel sampled every `step` ticks in pieces."""
    lag = np.arange(*(round(each / (step * tick_ms)) for each in AROUND_MS))
    out = np.full((len(pulses), len(lag)), np.nan)
    for row, pulse in zip(out, pulses, strict=True):
        for start, values in blocks:
            first = round((start - pulse) / step) - lag[0]
            here = np.arange(max(first, 0), min(first + len(values), len(lag)))
            if len(here):
                row[here] = values[here - first]
    return out, lag * step * tick_ms
