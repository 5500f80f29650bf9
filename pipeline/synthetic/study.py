"""A whole EMG-BIDS study with its truth, written to a folder."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import ConfigError, WriteError
from .amplifier import Clock
from .bids import (
    CHANNELS,
    EVENTS,
    PARTICIPANTS,
    README,
    channels_table,
    description,
    emg_sidecar,
    events_table,
    write_bdf,
    write_json,
    write_tsv,
)
from .parameters import MUSCLES, Parameters, generator, muscle_model
from .physiology import Participant, Physiology, participant, physiology
from .protocol import BLOCKS, Block, Protocol, intensities, pulse_table
from .recording import Channel, recorded

if TYPE_CHECKING:
    import pandas as pd

CLOCK = Clock(4000.0, -150.0, 2000)
SESSIONS = ("evening", "morning")
SIDE = "R"


def simulate_study(
    dest: Path | str,
    *,
    n_subjects: int = 2,
    seed: int = 1,
    sessions: tuple[str, ...] = SESSIONS,
    muscles: tuple[str, ...] = tuple(MUSCLES),
    parameters: Parameters | None = None,
    protocol: Protocol | None = None,
) -> Path:
    """Write a simulated study as an EMG-BIDS 1.11 dataset, with its truth and parameters in truth/.

    The same arguments give the same bytes, and a further subject changes no other subject's files: chance is seeded
    from the names of what it serves.

    Parameters
    ----------
    dest : path
        Folder to make; it may exist if it is empty.
    n_subjects : int
        How many; odd numbers are patients, even ones controls.
    seed : int
        Of the study.
    sessions : tuple of str
        Labels of each subject's sessions; "evening" has the evening's effects.
    muscles : tuple of str
        Hot-spots: only blocks that aim at one of these.
    parameters : Parameters, optional
        Signal, noise and effects of group.
    protocol : Protocol, optional
        Intensities and counts.

    Returns
    -------
    Path
        The dataset's folder.

    Raises
    ------
    ConfigError
        Where the folder exists and is not empty, or there is no subject to make.
    WriteError
        Where it cannot be written.
    """
    dest, parameters, protocol = Path(dest), parameters or Parameters(), protocol or Protocol()
    if n_subjects < 1:
        raise ConfigError(f"{n_subjects} subjects: expected at least one")
    check_destination(dest)
    models = {name: muscle_model(name) for name in muscles}
    blocks = tuple(block for block in BLOCKS if block.hotspot in models)
    people = [participant(f"sub-{number:02d}", seed) for number in range(1, n_subjects + 1)]
    try:
        dest.mkdir(parents=True, exist_ok=True)
        _write_top(dest, people, seed)
        _write_sessions(dest, people, sessions, blocks, seed, parameters, protocol)
    except OSError as error:
        raise WriteError(f"{dest}: cannot be written: {error.strerror or error}") from error
    return dest


def check_destination(dest: Path) -> None:
    """That a study may be written there; `ConfigError` where there is something already."""
    if dest.exists() and not dest.is_dir():
        raise ConfigError(f"{dest}: is a file; expected a folder to make")
    if dest.is_dir() and any(dest.iterdir()):
        raise ConfigError(f"{dest}: the folder is not empty, nothing was written; expected a new or an empty folder")


def _write_top(dest: Path, people: list[Participant], seed: int) -> None:
    import pandas as pd

    write_json(dest / "dataset_description.json", description())
    (dest / "README.md").write_bytes(README.format(n_subjects=len(people), seed=seed).encode())
    (dest / ".bidsignore").write_bytes(b"truth\n")
    write_json(dest / "participants.json", PARTICIPANTS)
    write_json(dest / "events.json", EVENTS)
    write_json(dest / "channels.json", CHANNELS)
    rows = [(who.label, who.age, who.sex, who.height_cm, who.group, who.irls) for who in people]
    write_tsv(dest / "participants.tsv", pd.DataFrame(rows, columns=["participant_id", *PARTICIPANTS]))


def _write_sessions(
    dest: Path,
    people: list[Participant],
    sessions: tuple[str, ...],
    blocks: tuple[Block, ...],
    seed: int,
    parameters: Parameters,
    protocol: Protocol,
) -> None:
    import pandas as pd

    rows: list[dict[str, object]] = []
    truths: list[pd.DataFrame] = []
    for who in people:
        for session in sessions:
            muscles = {name: physiology(who, session, name, seed, parameters) for name in MUSCLES}
            rows += [_subject_row(who, session, each, parameters) for each in muscles.values()]
            for block in blocks:
                name = f"{who.label}_ses-{session}_task-{block.task}"
                truths.append(_write_recording(dest, name, block, muscles, seed, parameters, protocol))
    (dest / "truth").mkdir()
    told = {"seed": seed, **dataclasses.asdict(parameters), **dataclasses.asdict(protocol)}
    write_json(dest / "truth" / "parameters.json", {name: str(value) for name, value in told.items()})
    write_tsv(dest / "truth" / "trials.tsv", pd.concat(truths, ignore_index=True))
    write_tsv(dest / "truth" / "subjects.tsv", pd.DataFrame(rows))


def _write_recording(
    dest: Path,
    name: str,
    block: Block,
    muscles: dict[str, Physiology],
    seed: int,
    parameters: Parameters,
    protocol: Protocol,
) -> pd.DataFrame:
    """Write one recording's files; its truth."""
    target = muscles[block.hotspot]
    levels = intensities(target, block.active, protocol, generator(seed, name, "protocol"))
    pulses = pulse_table(block, levels, parameters.mvc_percent)
    channels = [
        Channel(muscles[each], SIDE, responds=each == block.hotspot, active=block.active and each == block.hotspot)
        for each in block.recorded
    ]
    trials, truth = recorded(channels, pulses, CLOCK, parameters, f"{seed}|{name}")
    subject, session, _ = name.split("_")
    folder = dest / subject / session / "emg"
    folder.mkdir(parents=True, exist_ok=True)
    band = (parameters.high_pass_hz, parameters.low_pass_hz)
    write_bdf(folder / f"{name}_emg.bdf", trials)
    write_json(folder / f"{name}_emg.json", emg_sidecar(block.task, trials, *band, parameters.mains_hz))
    write_tsv(folder / f"{name}_channels.tsv", channels_table(trials, *band))
    write_tsv(folder / f"{name}_events.tsv", events_table(trials))
    truth.insert(0, "recording", name)
    return truth


def _subject_row(who: Participant, session: str, own: Physiology, parameters: Parameters) -> dict[str, object]:
    """One row of truth/subjects.tsv: what the generator was told of a muscle in a session."""
    rmt = own.rest.threshold_mso
    return {
        "subject": who.label,
        "group": who.group,
        "session": session,
        "muscle": own.muscle,
        "side": SIDE,
        "rmt_mso": rmt,
        "amt_mso": own.active.threshold_mso,
        "latency_rest_ms": own.latency_rest_ms,
        "latency_active_ms": own.latency_active_ms,
        "max_rest_uv": own.rest.max_uv,
        "max_active_uv": own.active.max_uv,
        "s50_rest_mso": own.rest.s50_mso,
        "s50_active_mso": own.active.s50_mso,
        "slope_rest_per_mso": own.rest.slope_per_mso,
        "slope_active_per_mso": own.active.slope_per_mso,
        "silent_period_at_amt_ms": own.silent_period_at_amt_ms,
        "silent_period_at_120_rmt_ms": float(own.silent_period_ms(np.array(1.2 * rmt))),
        "contraction_uv": own.contraction_uv,
        "noise_uv": parameters.noise_uv,
        "log_sd": parameters.log_sd,
    }
