"""The files of an EMG-BIDS dataset (BIDS 1.11): what is in them, and how they are written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..trials import PULSE_COLUMNS, Trials

if TYPE_CHECKING:
    import pandas as pd

BIDS_VERSION = "1.11.0"
PHYSICAL_UV = (-32768.0, 32767.0)
UNITS = {"intensity_mso": "% of maximal stimulator output", "mvc_percent": "% of maximal voluntary contraction"}

README = """# Simulated TMS-EMG

Made by `mep simulate` with {n_subjects} subjects and seed {seed} (`truth/parameters.json` holds the rest): no person
was recorded. Motor evoked potentials of the right first dorsal interosseous (FDI) and tibialis anterior (TA) in
simulated patients with restless legs syndrome (RLS) and controls (HC), at rest and in contraction. Recordings are
epoched: one BDF data record is one epoch of 0.5 s, its pulse 0.15 s after its start.

`truth/` holds what is true of every trial (`trials.tsv`) and of every muscle in every session (`subjects.tsv`). An
onset is the first sample where the noise-free MEP, after the amplifier's filters, exceeds 1 % of its own largest
deflection; `snr` is peak-to-peak over the RMS of noise and contraction from -100 to -5 ms; n/a in `onset_ms` and
`peak_to_peak_uv` is a null trial. In the silent period, from its onset, no motor unit fires; units begin to come back
at `silent_period_end_ms`, the first one does at `silent_period_first_return_ms`, all have at
`silent_period_full_return_ms`.
"""

PARTICIPANTS = {
    "age": {"Description": "Age", "Units": "year"},
    "sex": {"Description": "Sex", "Levels": {"F": "female", "M": "male"}},
    "height_cm": {"Description": "Body height", "Units": "cm"},
    "group": {"Description": "Group", "Levels": {"RLS": "restless legs syndrome", "HC": "healthy control"}},
    "irls": {"Description": "International RLS severity scale, 0 to 40; n/a in controls"},
}

CHANNELS = {"side": {"Description": "Side of the muscle", "Levels": {"L": "left", "R": "right"}}}

EVENTS = {
    "trial_type": {"Description": "Kind of trial", "Levels": {"single_pulse": "one TMS pulse"}},
    **{
        name: {"Description": meaning, **({"Units": UNITS[name]} if name in UNITS else {})}
        for name, meaning in PULSE_COLUMNS.items()
        if name not in ("conditioning_mso", "isi_ms", "nerve_ma", "onset_s", "minutes_after")
    },
}


def description() -> dict[str, Any]:
    """Content of dataset_description.json."""
    return {
        "Name": "Simulated TMS-EMG of restless legs syndrome",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "raw",
        "License": "CC0-1.0",
        "Authors": ["The mep-pipeline developers"],
        "HEDVersion": "8.3.0",
        "GeneratedBy": [{"Name": "mep-pipeline", "Description": "mep simulate"}],
    }


def emg_sidecar(task: str, trials: Trials, high_pass_hz: float, low_pass_hz: float, mains_hz: float) -> dict[str, Any]:
    """Content of an _emg.json."""
    n_samples = len(trials.times_ms)
    return {
        "TaskName": task,
        "TaskDescription": "single TMS pulses over the hot-spot of one muscle",
        "Manufacturer": "simulated",
        "EMGPlacementScheme": "Other",
        "EMGPlacementSchemeDescription": "belly-tendon montage over each target muscle",
        "EMGReference": "bipolar",
        "EMGGround": "simulated: none",
        "SamplingFrequency": trials.rate_hz,
        "PowerLineFrequency": mains_hz,
        "RecordingType": "epoched",
        "EpochLength": n_samples / trials.rate_hz,
        "RecordingDuration": trials.n_trials * n_samples / trials.rate_hz,
        "SoftwareFilters": "n/a",
        "HardwareFilters": {
            "high-pass": {"corner_hz": high_pass_hz, "order": 1},
            "low-pass": {"corner_hz": low_pass_hz, "order": 2},
        },
        "EMGChannelCount": len(trials.muscles),
    }


def channels_table(trials: Trials, high_pass_hz: float, low_pass_hz: float) -> pd.DataFrame:
    """Content of a _channels.tsv; EMG channels are named `FDI_R`."""
    import pandas as pd

    return pd.DataFrame(
        {
            "name": names(trials),
            "type": "EMG",
            "units": "uV",
            "target_muscle": trials.muscles,
            "side": trials.sides,
            "low_cutoff": high_pass_hz,
            "high_cutoff": low_pass_hz,
            "sampling_frequency": trials.rate_hz,
            "status": "good",
        }
    )


def events_table(trials: Trials) -> pd.DataFrame:
    """Content of an _events.tsv: one row a pulse, its onset in the concatenation of epochs."""
    epoch_s = len(trials.times_ms) / trials.rate_hz
    onset = np.arange(trials.n_trials) * epoch_s - trials.times_ms[0] / 1000.0
    events = trials.pulses.copy()
    events.insert(0, "onset", onset)
    events.insert(1, "duration", 0.0)
    events.insert(2, "trial_type", "single_pulse")
    return events


def names(trials: Trials) -> list[str]:
    """Name of each channel."""
    return [f"{muscle}_{side}" for muscle, side in zip(trials.muscles, trials.sides, strict=True)]


def write_json(path: Path, content: object) -> None:
    """Write JSON, always the same bytes."""
    path.write_bytes((json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode())


def write_tsv(path: Path, table: pd.DataFrame) -> None:
    """Write a table as BIDS wants it: tabs, n/a where there is nothing, at most seven significant digits."""
    columns = [_words(table[name].tolist()) for name in table]
    lines = ["\t".join(table.columns), *("\t".join(row) for row in zip(*columns, strict=True))]
    path.write_bytes(("\n".join(lines) + "\n").encode())


def _words(values: Sequence[object]) -> list[str]:
    return [_word(value) for value in values]


def _word(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return "n/a" if np.isnan(value) else f"{value:.7g}"
    return str(value)


def write_bdf(path: Path, trials: Trials) -> None:
    """Write epochs one after another as a 24-bit BDF file, one data record an epoch; no date, no person, no host."""
    import edfio

    low, high = PHYSICAL_UV
    signals = [
        edfio.BdfSignal(
            np.clip(trials.emg_uv[:, index].astype(float).ravel(), low, high),
            trials.rate_hz,
            label=name,
            transducer_type="simulated",
            physical_dimension="uV",
            physical_range=PHYSICAL_UV,
        )
        for index, name in enumerate(names(trials))
    ]
    edfio.Bdf(signals, data_record_duration=len(trials.times_ms) / trials.rate_hz).write(path)
