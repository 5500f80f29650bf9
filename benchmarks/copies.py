"""Large studies for benchmarks: one simulated subject, copied under other labels.

Each copy has files of its own for what is small, and hard links to the one recording for what is large (real copies
where the file system knows no links), so that a study of any size fits on a laptop. What is read and computed of each
subject is the same as of a subject of its own; only the disk is spared, in everything that is compared alike.
"""

import os
import shutil
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pipeline.synthetic import Parameters, bids, recording
from pipeline.synthetic.amplifier import Clock
from pipeline.synthetic.parameters import generator
from pipeline.synthetic.physiology import participant, physiology
from pipeline.synthetic.protocol import Block, Protocol, intensities, pulse_table
from pipeline.trials import Trials

FIRST = "00001"
CHANNELS = (("FDI", "FDI", "R"), ("APB", "FDI", "L"), ("TA", "TA", "R"), ("SOL", "TA", "L"))
"""Name of each channel's muscle, the model that it is simulated by, and the side that seeds it."""
RATE_HZ, FIRST_MS = 4000.0, -150.0
SETTLE_S = 2.5
"""A file that was made just before it is hashed would be hashed again by the next run."""
BLOCKS = (
    Block("handRest", "FDI", False, ()),
    Block("handActive", "FDI", True, ()),
    Block("legRest", "TA", False, ()),
    Block("legActive", "TA", True, ()),
)


class Size(NamedTuple):
    """How large a subject is: its recordings, the trials of each, its muscles, and the time from pulse to pulse."""

    n_recordings: int
    n_trials: int
    n_muscles: int
    spacing_s: float

    def __str__(self):
        kind = "continuous" if self.spacing_s > 0.5 else "epoched"
        of = f"{self.n_recordings} recordings of {self.n_trials} trials × {self.n_muscles} muscles"
        return f"{of}, {kind}, {self.spacing_s:g} s a trial at {RATE_HZ:g} Hz"


STATED = Size(4, 150, 4, 5.0)
EPOCHED = Size(4, 150, 4, 0.5)
TINY = Size(1, 12, 1, 0.5)


def study(folder, size, n_subjects, seed):
    """Make a study below `folder` (raw and study.yaml); its config."""
    raw = folder / "raw"
    (raw / f"sub-{FIRST}" / "emg").mkdir(parents=True)
    bids.write_json(raw / "dataset_description.json", bids.description())
    bids.write_json(raw / "events.json", bids.EVENTS)
    for n in range(size.n_recordings):
        _record(raw / f"sub-{FIRST}" / "emg", n, size, seed)
    people = [f"sub-{number:05d}" for number in range(1, n_subjects + 1)]
    rows = [f"{label}\t{20 + number % 60}" for number, label in enumerate(people)]
    (raw / "participants.tsv").write_text("\n".join(["participant_id\tage", *rows]) + "\n", encoding="utf-8")
    for label in people[1:]:
        _copy(raw, label)
    time.sleep(SETTLE_S)
    config = folder / "study.yaml"
    config.write_text("study: {input: raw, output: out}\n", encoding="utf-8")
    return config


def _record(folder, n, size, seed):
    """Write one recording of the first subject."""
    parameters, block, run = Parameters(), BLOCKS[n % len(BLOCKS)], n // len(BLOCKS)
    name = f"sub-{FIRST}_task-{block.task}" + (f"_run-{run + 1}" if size.n_recordings > len(BLOCKS) else "")
    who = participant(f"sub-{FIRST}", seed)
    models = {model: physiology(who, "pm", model, seed, parameters) for _, model, _ in CHANNELS}
    chosen = [each for each in CHANNELS if each[1] == block.hotspot] + [
        each for each in CHANNELS if each[1] != block.hotspot
    ]
    chosen = chosen[: size.n_muscles]
    levels = _levels(models[block.hotspot], block, size.n_trials, generator(seed, name))
    pulses = pulse_table(block, levels, parameters.mvc_percent)
    clock = Clock(RATE_HZ, FIRST_MS, round(size.spacing_s * RATE_HZ))
    channels = [
        recording.Channel(models[model], side, model == block.hotspot, block.active and model == block.hotspot)
        for _, model, side in chosen
    ]
    made, _ = recording.recorded(channels, pulses, clock, parameters, f"{seed}|{name}")
    trials = Trials(made.emg_uv, made.times_ms, [muscle for muscle, *_ in chosen], pulses, ["R"] * len(chosen))
    band = parameters.high_pass_hz, parameters.low_pass_hz
    sidecar = bids.emg_sidecar(block.task, trials, *band, parameters.mains_hz)
    if size.spacing_s > 0.5:
        sidecar = {key: each for key, each in sidecar.items() if key != "EpochLength"} | {"RecordingType": "continuous"}
    bids.write_bdf(folder / f"{name}_emg.bdf", trials)
    bids.write_json(folder / f"{name}_emg.json", sidecar)
    bids.write_tsv(folder / f"{name}_channels.tsv", bids.channels_table(trials, *band))
    bids.write_tsv(folder / f"{name}_events.tsv", bids.events_table(trials))


def _levels(who, block, n_trials, rng):
    """Intensity of each pulse: two thirds around the threshold, one third above it."""
    steps = (0, 3) if block.active else (-3, -1, 1, 3)
    each = max(1, round(n_trials * 2 / 3 / len(steps)))
    above = ((150 if block.active else 120, max(0, n_trials - each * len(steps))),)
    protocol = Protocol(steps, steps, each, above, above)
    return intensities(who, block.active, protocol, rng)[:n_trials]


def _copy(raw, label):
    """The files of the first subject under another label."""
    for source in sorted((raw / f"sub-{FIRST}").rglob("*")):
        target = raw / source.relative_to(raw).as_posix().replace(f"sub-{FIRST}", label)
        if source.is_dir():
            target.mkdir(parents=True)
        elif source.suffix == ".bdf":
            target.parent.mkdir(parents=True, exist_ok=True)
            linked(source, target)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())


def linked(source: Path, target: Path):
    """A hard link; a copy where the file system knows none, or no more of one file."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def n_bytes(folder):
    """Size of the recordings of one subject."""
    return int(np.sum([each.stat().st_size for each in (folder / "raw" / f"sub-{FIRST}").rglob("*.bdf")]))
