"""Recordings written to disk, with known samples and pulses."""

import json
from types import SimpleNamespace

import edfio
import numpy as np
import pytest

RATE_HZ = 2000
ONSETS_S = (1.0, 2.5, 4.0, 5.5)


@pytest.fixture
def signal():
    """(2, n_samples) µV: noise, and a response 20 to 30 ms after each pulse."""
    generator = np.random.default_rng(7)
    samples = generator.normal(0, 3, (2, 7 * RATE_HZ))
    shape = 400 * np.sin(np.linspace(0, 2 * np.pi, 20, endpoint=False))
    for onset_s in ONSETS_S:
        start = round((onset_s + 0.020) * RATE_HZ)
        samples[:, start : start + 20] += shape * np.array([[1.0], [0.5]])
    return samples


@pytest.fixture
def bids(tmp_path, signal):
    """A function that writes a BIDS recording; what is given replaces what is usual."""
    root = tmp_path / "study with ünicode"
    folder = root / "sub-01" / "ses-pm" / "emg"
    folder.mkdir(parents=True)
    stem = "sub-01_ses-pm_task-rest"

    def write(samples=signal, channels=None, events=None, sidecar=None, unit="uV", scale=1.0, ending=".bdf", **options):
        labels = options.pop("labels", ["EMG1", "EMG2"])
        kind, file = (edfio.BdfSignal, edfio.Bdf) if ending == ".bdf" else (edfio.EdfSignal, edfio.Edf)
        rates_hz = options.pop("rates_hz", [RATE_HZ] * len(labels))
        signals = [
            kind(
                each * scale,
                rate_hz,
                label=label,
                physical_dimension=unit,
                physical_range=(-1000 * scale, 1000 * scale),
            )
            for each, rate_hz, label in zip(samples, rates_hz, labels, strict=True)
        ]
        path = folder / f"{stem}_emg{ending}"
        file(signals, **options).write(path)
        tables = {
            "channels": "name\ttype\tunits\ttarget_muscle\tside\nEMG1\tEMG\tuV\tFDI\tR\nEMG2\tEMG\tuV\tleft APB\tn/a\n",
            "events": "onset\tduration\tpulse\tintensity_mso\tcoil\n"
            + "".join(f"{onset}\t0\tsingle\t{50 + n}\tA\n" for n, onset in enumerate(ONSETS_S)),
        }
        for name, text in {
            **tables,
            "channels": channels or tables["channels"],
            "events": events or tables["events"],
        }.items():
            (folder / f"{stem}_{name}.tsv").write_text(text, encoding="utf-8")
        content = {
            "SamplingFrequency": RATE_HZ,
            "PowerLineFrequency": 50,
            "RecordingType": "continuous",
            **(sidecar or {}),
        }
        (folder / f"{stem}_emg.json").write_text(json.dumps(content), encoding="utf-8")
        return path

    return SimpleNamespace(write=write, root=root, folder=folder, stem=stem)
