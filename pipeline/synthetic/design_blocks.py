"""Blocks of a session, as a file of a design states them: what is stimulated, how strongly, how often."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import pydantic
from annotated_types import Ge, Gt, Len
from pydantic import Field

from .design_schema import LABEL, Count, Labels, Percent, Stated
from .variability import RATIOS

State = Literal["rest", "active"]
Level = tuple[Percent, Count]
TMS_PAIRS, NERVE_PAIRS = ("sici", "icf", "lici"), ("sai", "lai", "aif", "leg_afferent")


class Block(Stated):
    """What all blocks have: one is a recording of a session, with the trials of all of its timepoints."""

    task: Annotated[str, Field(pattern=LABEL)]
    """Its name in BIDS."""
    kind: str
    muscle: str
    """Hot-spot, and the muscle that is recorded."""
    side: Literal["L", "R"] = "R"
    sessions: Labels | None = None
    """Only in these sessions."""
    timepoints: Labels | None = None
    """Only at these timepoints."""


class Threshold(Block):
    """Levels about the threshold as the laboratory believes it at that timepoint."""

    kind: Literal["threshold"]
    state: State = "rest"
    steps_mso: Annotated[tuple[int, ...], Len(1)] = (-4, -2, 0, 2, 4)
    n: Count = 6
    """Pulses at each."""


class Mep(Block):
    """Single pulses at percentages of the resting threshold that the session began with."""

    kind: Literal["mep", "recruitment"]
    state: State = "rest"
    levels: Annotated[tuple[Level, ...], Len(1)] = ((120.0, 20),)
    """(% of RMT, pulses) each."""


class SilentPeriod(Block):
    """The same in contraction."""

    kind: Literal["silent_period"]
    levels: Annotated[tuple[Level, ...], Len(1)] = ((130.0, 12),)

    @property
    def state(self) -> str:
        """In contraction."""
        return "active"


class Latency(Block):
    """Pulses in contraction, then pulses at the root: latency and central conduction time."""

    kind: Literal["latency"]
    levels: Annotated[tuple[Level, ...], Len(1)] = ((140.0, 6),)
    n_root: Annotated[int, Ge(0)] = 6

    @property
    def state(self) -> str:
        """In contraction."""
        return "active"


class Pair(Stated):
    """One kind of pair."""

    what: str
    """Of `variability.RATIOS`."""
    isi_ms: Annotated[float, Gt(0)]
    n: Count
    conditioning: Percent | None = None
    """Conditioning TMS pulse, % of the resting threshold: 80, for LICI 120."""
    ratio: Annotated[float, Gt(0)] | None = None
    """Median conditioned over test response in a person without effects; else the one of `RATIOS`."""

    @pydantic.field_validator("what")
    @classmethod
    def known(cls, what: str) -> str:
        """That it is a kind of pair."""
        if what not in RATIOS:
            raise ValueError(f"expected one of {', '.join(RATIOS)}")
        return what

    @property
    def base(self) -> float:
        """Median conditioned over test response in a person without effects."""
        return RATIOS[self.what] if self.ratio is None else self.ratio

    @property
    def percent(self) -> float:
        """Conditioning pulse, % of the resting threshold."""
        return self.conditioning or (120.0 if self.what == "lici" else 80.0)


class Pairs(Block):
    """Test pulses, pairs and, of TMS, conditioning pulses alone, at rest, in random order."""

    kind: Literal["paired", "nerve_tms"]
    test: Level = (120.0, 15)
    pairs: Annotated[tuple[Pair, ...], Len(1)]
    n_alone: Annotated[int, Ge(0)] = 0
    """Conditioning TMS pulses alone, of each intensity under the threshold."""
    nerve_ma: Annotated[float, Gt(0)] = 8.0

    @property
    def state(self) -> str:
        """At rest."""
        return "rest"

    @pydantic.model_validator(mode="after")
    def fitting(self) -> Pairs:
        """That pairs are of the block's kind."""
        fit = TMS_PAIRS if self.kind == "paired" else NERVE_PAIRS
        if wrong := [each.what for each in self.pairs if each.what not in fit]:
            raise ValueError(f"{wrong[0]} is no kind of {self.kind}; expected {', '.join(fit)}")
        return self


class HReflex(Block):
    """A nerve stimulated at a series of currents."""

    kind: Literal["h_reflex"]
    currents: Annotated[tuple[Percent, ...], Len(3)] = (50, 60, 65, 70, 75, 80, 85, 90, 100, 120, 150, 170, 180)
    """% of the current that half of the largest M wave takes, as the session's laboratory believes it."""
    n: Count = 4
    """Stimuli at each."""

    @property
    def state(self) -> str:
        """At rest."""
        return "rest"


class FWave(Block):
    """A nerve stimulated above what its M wave takes."""

    kind: Literal["f_wave"]
    current: Percent = 180.0
    n: Count = 20

    @property
    def state(self) -> str:
        """At rest."""
        return "rest"


KINDS: Mapping[str, type[Block]] = {
    "threshold": Threshold, "mep": Mep, "recruitment": Mep, "silent_period": SilentPeriod, "latency": Latency,
    "paired": Pairs, "nerve_tms": Pairs, "h_reflex": HReflex, "f_wave": FWave,
}  # fmt: skip
"""Kinds of block, by name."""
OF_A_NERVE = ("h_reflex", "f_wave")
"""Kinds without TMS."""
