"""Real recordings against what another tool found in them: not an expert, so not a truth."""

import numpy as np
import pandas as pd
import real_recordings
import scipy

from pipeline import muscles
from pipeline.conditioning import condition
from pipeline.detection import detect
from pipeline.trials import Trials

NAMES = {"ID01": "FDI", "ID02": "TA", "ID04": "TA"}
BACKGROUND_MS = (-45.0, -5.0)


def table(names):
    """Print median differences to the other tool's latencies, and agreement of sizes and presence."""
    folder = real_recordings.ROOT / "mepfeatx"
    if not folder.is_dir():
        print("absent: ../shared/real/mepfeatx beside the checkout")
        return
    wide = max(map(len, (*names, "peak-to-peak"))) + 2
    print(f"{'':{wide}}" + "".join(f"{f'{name} ({muscle})':>26}" for name, muscle in NAMES.items()))
    clean = {name: _clean(folder, name, muscle) for name, muscle in NAMES.items()}
    for method in names:
        line = []
        for trials, profile, reference in clean.values():
            rows = detect(trials, {"onset": {"method": method}}, profiles=[profile])
            seen = reference["Latency"] > 0
            difference = (rows["onset_ms"] - reference["Latency"])[seen]
            line.append(f"{difference.median():+.2f} ms, {difference.count()} of {seen.sum()}")
        print(f"{method:{wide}}" + "".join(f"{each:>26}" for each in line))
    for title, measure in (("peak-to-peak", _agreement), ("presence", _presence)):
        found = [
            measure(detect(trials, profiles=[profile]), reference) for trials, profile, reference in clean.values()
        ]
        print(f"{title:{wide}}" + "".join(f"{each:>26}" for each in found))


def _clean(folder, name, muscle):
    """Conditioned trials of one recording, their profile and what the other tool found."""
    signal = scipy.io.loadmat(folder / f"{name}.mat")["meps"].T
    pulses = pd.DataFrame({"pulse": ["single"] * len(signal), "state": "rest"})
    trials = Trials(signal[:, None], -50 + np.arange(signal.shape[1]) / 3, [muscle], pulses)
    profile = muscles.profile(muscle, {"background_ms": BACKGROUND_MS})
    return condition(trials, profiles=[profile]), profile, pd.read_csv(folder / f"{name}_features.csv")


def _agreement(rows, reference):
    """Correlation and median ratio of peak-to-peak amplitude where the reference has an MEP."""
    seen = reference["Amplitude"] > 0
    mine, other = rows["peak_to_peak_uv"][seen], reference["Amplitude"][seen]
    return f"r {np.corrcoef(mine, other)[0, 1]:.5f}, ratio {(mine / other).median():.4f}"


def _presence(rows, reference):
    """How often `mep_present` agrees with the reference, where it has an MEP and where it has none."""
    seen, found = reference["Amplitude"] > 0, rows["mep_present"]
    absent = f"{100 * (~found[~seen]).mean():.0f} %" if (~seen).any() else "none there"
    return f"yes {100 * found[seen].mean():.0f} %, no {absent}"
