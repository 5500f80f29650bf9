"""Through a design, block by block: everybody, their visits, and what each block finds at each of its timepoints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from .design_pulses import Columns, pulses
from .design_schema import Design
from .muscle_state import Believed, Body, State, believed, body, states
from .parameters import generator
from .physiology import Participant
from .visits import Attendance, Visit

LAB_ERROR_MSO = 0.5
"""SD of what the laboratory believes about a threshold."""


class Part(NamedTuple):
    """One block at one timepoint of one visit."""

    who: Participant
    visit: Visit
    block: Any
    state: State
    of: Believed
    """What the laboratory believes when it sets this block's intensities."""
    told: Columns
    name: str
    """Seeds what is drawn of it."""
    first: bool
    """Whether this is the first timepoint of the visit, at which thresholds are looked for."""

    @property
    def recording(self) -> str:
        """Name of the recording it is in."""
        return f"{self.who.label}_ses-{self.visit.session}_task-{self.block.task}"


def parts(design: Design, seed: int, attendance: Attendance) -> Iterator[Part]:
    """Every block of a person's visits at each of its timepoints, in order."""
    who = attendance.who
    bodies: dict[str, Body] = {
        each: body(who, each, seed) for each in dict.fromkeys(block.muscle for block in design.blocks)
    }
    for visit in attendance.visits:
        now = {name: states(design, who, visit, own, name, seed) for name, own in bodies.items()}
        found = {name: _beliefs(who, visit, name, own, seed) for name, own in now.items()}
        for block in design.blocks:
            if block.sessions is not None and visit.session not in block.sessions:
                continue
            for at, (state, at_once) in enumerate(zip(now[block.muscle], found[block.muscle], strict=True)):
                label = state.timepoint.label
                if block.timepoints is not None and label not in block.timepoints:
                    continue
                # a threshold is looked for anew each time; all else keeps the intensities the visit began with
                of = at_once if block.kind == "threshold" else found[block.muscle][0]
                name = f"{seed}|{who.label}_ses-{visit.session}_task-{block.task}|{label}"
                told = pulses(block, of, generator(name, "pulses"))
                yield Part(who, visit, block, state, of, told, name, at == 0)


def _beliefs(who: Participant, visit: Visit, muscle: str, own: list[State], seed: int) -> list[Believed]:
    """What the laboratory finds at each timepoint."""
    return [
        believed(each, LAB_ERROR_MSO, generator(seed, who.label, visit.session, each.timepoint.label, muscle, "lab"))
        for each in own
    ]
