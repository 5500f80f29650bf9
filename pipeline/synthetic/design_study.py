"""A simulated design written as an EMG-BIDS dataset with its truth."""

from __future__ import annotations

import shutil
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import WriteError
from .bids import CHANNELS, channels_table, write_bdf, write_json, write_tsv
from .design_files import (
    README,
    dataset,
    events,
    events_sidecar,
    participants,
    participants_sidecar,
    recorded,
    sessions,
    sessions_sidecar,
    sidecar,
)
from .design_schema import Design
from .design_trials import signals
from .design_truth import of_metrics
from .designs import read
from .parameters import Parameters
from .study import check_destination
from .visits import Attendance, attendances
from .walk import Part, parts

if TYPE_CHECKING:
    import pandas as pd


def simulate_design(dest: Path | str, design: Path | str, *, n_subjects: int | None = None, seed: int = 1) -> Path:
    """Write a simulated study of a stated design as an EMG-BIDS 1.11 dataset, with its truth in truth/.

    The same arguments give the same bytes, and a further subject changes no other subject's files.

    Parameters
    ----------
    dest : path
        Folder to make; it may exist if it is empty.
    design : path
        The design's YAML file.
    n_subjects : int, optional
        People in each group, instead of what the design says.
    seed : int
        Of the study.

    Returns
    -------
    Path
        The dataset's folder.

    Raises
    ------
    ConfigError
        Where the folder exists and is not empty, or the design is wrong.
    WriteError
        Where it cannot be written.
    """
    dest, whole = Path(dest), read(design)
    check_destination(dest)
    told = whole.of(n_subjects)
    try:
        dest.mkdir(parents=True, exist_ok=True)
        people = attendances(told, seed)
        _write_top(dest, told, people, seed)
        _write_people(dest, told, people, seed)
        shutil.copyfile(design, dest / "truth" / "design.yaml")
    except OSError as error:
        raise WriteError(f"{dest}: cannot be written: {error.strerror or error}") from error
    return dest


def _write_top(dest: Path, design: Design, people: list[Attendance], seed: int) -> None:
    text = README.format(
        title=design.title or "A simulated design", sources=design.sources, n_subjects=len(people), seed=seed
    )
    (dest / "README.md").write_bytes(text.encode())
    (dest / ".bidsignore").write_bytes(b"truth\n")
    write_json(dest / "dataset_description.json", dataset(design))
    write_json(dest / "participants.json", participants_sidecar(design))
    write_json(dest / "sessions.json", sessions_sidecar(design))
    write_json(dest / "events.json", events_sidecar())
    write_json(dest / "channels.json", CHANNELS)
    write_tsv(dest / "participants.tsv", participants(people))


def _write_people(dest: Path, design: Design, people: list[Attendance], seed: int) -> None:
    import pandas as pd

    trials: list[pd.DataFrame] = []
    metrics: list[dict[str, Any]] = []
    for attendance in people:
        label = attendance.who.label
        (dest / label).mkdir()
        write_tsv(dest / label / f"{label}_sessions.tsv", sessions(design, attendance, seed))
        for _, same in groupby(parts(design, seed, attendance), key=lambda each: each.recording):
            own = list(same)
            trials.append(_write_recording(dest, design, own))
            metrics += [row for each in own for row in true_of(each, design.signal)]
    (dest / "truth").mkdir()
    write_tsv(dest / "truth" / "trials.tsv", pd.concat(trials, ignore_index=True))
    write_tsv(dest / "truth" / "subjects.tsv", pd.DataFrame(metrics).drop_duplicates(ignore_index=True))
    write_tsv(dest / "truth" / "effects.tsv", effects_table(design))


def _write_recording(dest: Path, design: Design, own: list[Part]) -> pd.DataFrame:
    """Write the files of one recording; its truth, one row a trial."""
    import pandas as pd

    first, signal = own[0], design.signal
    made = [signals(each.block, each.told, each.state, signal, each.name) for each in own]
    trials = recorded(own, np.concatenate([emg_uv for emg_uv, _ in made]), signal.mvc_percent)
    folder = dest / first.who.label / f"ses-{first.visit.session}" / "emg"
    folder.mkdir(parents=True, exist_ok=True)
    name, band = first.recording, (signal.high_pass_hz, signal.low_pass_hz)
    write_bdf(folder / f"{name}_emg.bdf", trials)
    write_json(folder / f"{name}_emg.json", sidecar(first.block, trials, signal))
    write_tsv(folder / f"{name}_channels.tsv", channels_table(trials, *band))
    write_tsv(folder / f"{name}_events.tsv", events(trials))
    truth = pd.concat([table for _, table in made], ignore_index=True)
    timepoint = np.repeat(
        [each.state.timepoint.label or "n/a" for each in own], [len(each.told["pulse"]) for each in own]
    )
    place = {"recording": name, "trial": range(len(truth)), "muscle": first.block.muscle, "side": first.block.side}
    return pd.DataFrame({**place, "timepoint": timepoint}, index=truth.index).join(truth)


def true_of(part: Part, signal: Parameters) -> list[dict[str, Any]]:
    """Rows of truth/subjects.tsv: what is true of each metric of one block at one timepoint."""
    visit, block = part.visit, part.block
    place = {
        "subject": part.who.label,
        "group": part.who.group,
        "session": visit.session,
        **{name: getattr(visit, name) or "n/a" for name in ("arm", "period", "sequence", "time_of_day")},
        "timepoint": part.state.timepoint.label or "n/a",
        "muscle": block.muscle,
        "side": block.side,
        "state": block.state,
    }
    return [
        {**place, **row, **{k: row[k] or "n/a" for k in ("condition", "unit")}}
        for row in of_metrics(block, part.told, part.state, signal)
    ]


def effects_table(design: Design) -> pd.DataFrame:
    """Content of truth/effects.tsv: what the generator was told."""
    import pandas as pd

    keys = ("group", "arm", "period", "sequence", "session", "time_of_day", "timepoint", "muscle")
    rows = []
    for each in design.effects:
        where = each.where.model_dump()
        words = {
            name: ",".join([found] if isinstance(found, str) else found or ["n/a"]) for name, found in where.items()
        }
        size = {"ratio": each.ratio, "difference": each.difference, "sd": each.sd}
        numbers = {name: float("nan") if value is None else float(value) for name, value in size.items()}
        rows.append(
            {"what": each.what, **{name: words[name] for name in keys}, **numbers, "source": each.source or "n/a"}
        )
    return pd.DataFrame(rows, columns=["what", *keys, "ratio", "difference", "sd", "source"])
