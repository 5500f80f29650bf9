"""The design of a study, and what a file of it may say; blocks of pulses are in `design_blocks`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pydantic
from annotated_types import Ge, Gt, Le, Len
from pydantic import Field

from .parameters import Parameters
from .variability import Variability

LABEL = r"^[0-9a-zA-Z]+$"
Label = Annotated[str, Field(pattern=LABEL)]
Labels = Annotated[tuple[Label, ...], Len(1)]
Percent = Annotated[float, Gt(0), Le(250)]
Count = Annotated[int, Ge(1)]
TimeOfDay = Literal["morning", "afternoon", "evening", "night"]


class Stated(pydantic.BaseModel):
    """A mapping of a design file: unknown keys and wrong types are errors."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Group(Stated):
    """People of one kind."""

    n: Count
    """How many."""
    age: tuple[float, float] = (35.0, 70.0)
    """From and to, years."""
    female: Annotated[float, Ge(0), Le(1)] = 0.6
    """Share of women."""


class Session(Stated):
    """A visit that everybody makes."""

    label: Label
    arm: str = ""
    """Arm of the study, where the visit has one."""
    period: str = ""
    time_of_day: TimeOfDay | None = None
    clock_time: Annotated[str, Field(pattern=r"^\d\d:\d\d$")] | None = None
    day: int | None = None
    """Days since the first visit."""
    groups: Labels | None = None
    """Only these groups make it."""


class Crossover(Stated):
    """Arms in an order that is assigned; one visit a period."""

    sequences: Annotated[tuple[Labels, ...], Len(1)]
    """Arms in their order, one list a sequence; each is given to as many of a group, or to one more or less."""
    sessions: Literal["arm", "visit"] = "visit"
    """Whether sessions are labelled by their arm, or visit1, visit2, ..."""
    time_of_day: TimeOfDay | None = None
    clock_time: Annotated[str, Field(pattern=r"^\d\d:\d\d$")] | None = None
    washout_days: Count = 7


class Timepoint(Stated):
    """When in a session blocks are recorded."""

    label: Label
    minutes_after: float | None = None
    """Minutes since the intervention; none before it."""


class Scale(Stated):
    """A clinical scale, filled in at every session: normal between people and between their sessions, whole points."""

    mean: float
    sd: Annotated[float, Ge(0)]
    sessions_sd: Annotated[float, Ge(0)] = 0.0
    range: tuple[float, float] = (0.0, 100.0)
    groups: Labels | None = None
    """Only these groups are asked."""


class Where(Stated):
    """Of whom, and when, an effect is: each that is stated must hold; of a list, one of them."""

    group: Labels | Label | None = None
    arm: Labels | Label | None = None
    period: Labels | Label | None = None
    sequence: tuple[str, ...] | str | None = None
    session: Labels | Label | None = None
    time_of_day: tuple[TimeOfDay, ...] | TimeOfDay | None = None
    timepoint: Labels | Label | None = None
    muscle: Labels | Label | None = None


class Effect(Stated):
    """A change of the true value of something; several that hold at once add up, as factors or as differences."""

    what: str
    """A quantity, or a scale of the design."""
    where: Where = Where()
    ratio: Annotated[float, Gt(0)] | None = None
    difference: float | None = None
    sd: Annotated[float, Ge(0)] = 0.0
    """How much people differ in it: SD of the logarithm of the ratio, or of the difference."""
    source: str = ""
    """Where the direction comes from; it is copied to truth/effects.tsv."""

    @pydantic.model_validator(mode="after")
    def one_of_two(self) -> Effect:
        """That there is a ratio or a difference."""
        if (self.ratio is None) == (self.difference is None):
            raise ValueError("expected either ratio or difference")
        return self


@dataclasses.dataclass(frozen=True)
class Design:
    """A design that fits together.

    Parameters
    ----------
    title : str
        Name of the dataset.
    sources : str
        What it follows.
    groups, scales : mapping
        By label.
    sessions, timepoints, blocks, effects : tuple
        In the order stated.
    crossover : Crossover, optional
        Where arms are assigned; then there are no `sessions`.
    variability : Variability
        SDs between people, sessions and timepoints.
    signal : Parameters
        Noise, artefact, trial-to-trial variability; its effects of group are not used.
    """

    title: str
    sources: str
    groups: Mapping[str, Group]
    scales: Mapping[str, Scale]
    sessions: tuple[Session, ...]
    timepoints: tuple[Timepoint, ...]
    blocks: tuple[Any, ...]
    effects: tuple[Effect, ...]
    crossover: Crossover | None = None
    variability: Variability = dataclasses.field(default_factory=Variability)
    signal: Parameters = dataclasses.field(default_factory=Parameters)

    def of(self, n_subjects: int | None) -> Design:
        """The same with so many people in each group; None for as many as it says."""
        if n_subjects is None:
            return self
        cut = {name: group.model_copy(update={"n": n_subjects}) for name, group in self.groups.items()}
        return dataclasses.replace(self, groups=cut)

    def without_effects(self, *what: str) -> Design:
        """The same without the effects on these quantities; without any effect where none is named."""
        kept = tuple(each for each in self.effects if what and each.what not in what)
        return dataclasses.replace(self, effects=kept)
