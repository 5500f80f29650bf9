"""The tables of a simulated design in BIDS: what is in them, and what their columns mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..trials import PULSE_COLUMNS, Trials
from .bids import PARTICIPANTS, UNITS, description, emg_sidecar, events_table
from .design_pulses import site
from .design_schema import Design
from .design_trials import clock_of
from .visits import Attendance, scales
from .walk import Part

if TYPE_CHECKING:
    import pandas as pd

README = """# {title}

{n_subjects} simulated people, seed {seed}, made by `mep simulate --design`: no person was recorded, and what differs
between groups, visits and timepoints was told to the generator (`truth/effects.tsv`), not found. {sources}

Recordings are epoched, one for each visit and block; `timepoint` in events.tsv says which part of the visit a trial is
of. `truth/` holds the design (`design.yaml`), the effects in the population (`effects.tsv`), what is true of each
person, visit, timepoint and muscle (`subjects.tsv`), and of every trial (`trials.tsv`).
"""

KINDS = {"single": "single_pulse", "paired": "paired_pulse", "nerve": "nerve_stimulus", "root": "root_pulse",
         "nerve_tms": "nerve_stimulus_and_pulse"}  # fmt: skip
SESSIONS = {
    "arm": {"Description": "Arm of the study"},
    "period": {"Description": "Period of the crossover"},
    "sequence": {"Description": "Order of the arms of this participant"},
    "time_of_day": {"Description": "Time of day"},
    "clock_time": {"Description": "Time of day at which the visit began"},
    "day": {"Description": "Days since the first visit", "Units": "day"},
}
TOLD = {
    "entered_rmt_mso": {
        "Description": "Resting motor threshold that the laboratory found at the beginning of the visit",
        "Units": "% of maximal stimulator output",
    }
}


def dataset(design: Design) -> dict[str, Any]:
    """Content of dataset_description.json."""
    return {**description(), "Name": f"{design.title or 'A design'} (simulated)"}


def events_sidecar() -> dict[str, Any]:
    """Content of events.json."""
    units = {
        **UNITS,
        "conditioning_mso": UNITS["intensity_mso"],
        "isi_ms": "ms",
        "nerve_ma": "mA",
        "minutes_after": "min",
    }
    described = {
        name: {"Description": meaning, **({"Units": units[name]} if name in units else {})}
        for name, meaning in PULSE_COLUMNS.items()
        if name != "onset_s"
    }
    levels = {name: kind.replace("_", " ") for kind, name in KINDS.items()}
    return {"trial_type": {"Description": "Kind of trial", "Levels": levels}, **described, **TOLD}


def participants_sidecar(design: Design) -> dict[str, Any]:
    """Content of participants.json."""
    levels = {"RLS": "restless legs syndrome", "HC": "healthy control"}
    own = {name: levels.get(name, name) for name in design.groups}
    told = {name: each for name, each in PARTICIPANTS.items() if name != "irls"}
    return {**told, "group": {"Description": "Group", "Levels": own}}


def participants(people: Iterable[Attendance]) -> pd.DataFrame:
    """Content of participants.tsv."""
    import pandas as pd

    rows = [(who.label, who.age, who.sex, who.height_cm, who.group) for who, _ in people]
    return pd.DataFrame(rows, columns=["participant_id", "age", "sex", "height_cm", "group"])


def sessions_sidecar(design: Design) -> dict[str, Any]:
    """Content of sessions.json."""
    return {**SESSIONS, **{name: {"Description": f"Score of {name.upper()}"} for name in design.scales}}


def sessions(design: Design, attendance: Attendance, seed: int) -> pd.DataFrame:
    """Content of a person's sessions.tsv: columns that nobody's visits fill are left out."""
    import pandas as pd

    rows = [
        {
            "session_id": f"ses-{visit.session}",
            **{name: getattr(visit, name) for name in SESSIONS},
            **scales(design, attendance.who, visit, seed),
        }
        for visit in attendance.visits
    ]
    table = pd.DataFrame(rows).astype(object)
    table = table.where(table.notna() & (table != ""), np.nan)
    return table[[name for name in table if name == "session_id" or table[name].notna().any()]].fillna("n/a")


def pulse_table(parts: list[Part], mvc_percent: float) -> pd.DataFrame:
    """The pulse table of a recording, its parts one after another; without columns that say nothing."""
    import pandas as pd

    tables = [pd.DataFrame(pulse_table_columns(each, mvc_percent)) for each in parts]
    whole = pd.concat(tables, ignore_index=True)
    return whole[[name for name in whole if whole[name].notna().any() and (whole[name] != "").any()]]


def pulse_table_columns(part: Part, mvc_percent: float) -> dict[str, Any]:
    """Columns of the pulse table of a part, (n_pulses,) each or one value for all of them."""
    told, block, timepoint = part.told, part.block, part.state.timepoint
    other = "L" if block.side == "R" else "R"
    cortical = ~np.isin(told["pulse"], ("nerve", "root"))
    return {
        **{name: told[name] for name in ("pulse", "intensity_mso", "conditioning_mso", "isi_ms", "nerve_ma")},
        "stim_site": np.array([site(block, pulse) for pulse in told["pulse"]], object),
        "stim_side": np.where(cortical, other, block.side).astype(object),
        "hotspot_muscle": block.muscle,
        "hotspot_side": block.side,
        "state": told["state"],
        "mvc_percent": np.where(told["state"] == "active", mvc_percent, 0.0),
        "timepoint": timepoint.label,
        "minutes_after": np.nan if timepoint.minutes_after is None else timepoint.minutes_after,
        "block": f"{block.task}{timepoint.label.capitalize()}",
        "entered_rmt_mso": np.round(part.of.rmt_mso) if part.first else np.nan,
    }


def recorded(parts: list[Part], emg_uv: np.ndarray, mvc_percent: float) -> Trials:
    """A recording as Trials."""
    block = parts[0].block
    return Trials(
        emg_uv[:, None], clock_of(block).times_ms, [block.muscle], pulse_table(parts, mvc_percent), [block.side]
    )


def events(trials: Trials) -> pd.DataFrame:
    """Content of an _events.tsv."""
    table = events_table(trials)
    return table.assign(trial_type=[KINDS[each] for each in table["pulse"]])


def sidecar(block: Any, trials: Trials, signal: Any) -> Mapping[str, Any]:
    """Content of an _emg.json."""
    made = emg_sidecar(block.task, trials, signal.high_pass_hz, signal.low_pass_hz, signal.mains_hz)
    return {**made, "TaskDescription": f"{block.kind.replace('_', ' ')}, {block.muscle}, {block.state}"}
