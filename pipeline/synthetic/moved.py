"""How chance and the effects of a design move what is true of a muscle, from the person to the timepoint."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .design_schema import Design, Timepoint
from .parameters import generator
from .physiology import Participant
from .variability import QUANTITIES
from .visits import Visit, applying, facts_of


class Moved(NamedTuple):
    """What becomes of a quantity."""

    factor: float
    shift: float

    def __call__(self, base: float) -> float:
        """The value that a base becomes."""
        return base * self.factor + self.shift


def moves(
    design: Design, who: Participant, visit: Visit, timepoint: Timepoint, muscle: str, seed: int
) -> dict[str, Moved]:
    """What becomes of each quantity of a muscle at one timepoint of a visit."""
    facts = {**facts_of(who, visit), "timepoint": timepoint.label, "muscle": muscle}
    chance = sum(
        _spread(design)[at] * generator(seed, *names, muscle, "moves").normal(size=len(QUANTITIES))
        for at, names in enumerate(
            ((who.label,), (who.label, visit.session), (who.label, visit.session, f"at {timepoint.label}"))
        )
    )
    moved = {}
    for at, (name, quantity) in enumerate(QUANTITIES.items()):
        factor, shift = (float(np.exp(chance[at])), 0.0) if quantity.by_factor else (1.0, float(chance[at]))
        for place, effect in applying(design, name, facts):
            own = effect.sd * float(generator(seed, who.label, "effect", place).normal()) if effect.sd else 0.0
            factor *= effect.ratio * np.exp(own) if effect.ratio else 1.0
            shift += 0.0 if effect.difference is None else effect.difference + own
        moved[name] = Moved(factor, shift)
    return moved


def _spread(design: Design) -> np.ndarray:
    """(3, n_quantities) SD between people, sessions and timepoints."""
    return np.array([getattr(design.variability, name) for name in QUANTITIES]).T
