"""Other trials of the same visit that a metric holds its own against: test pulses, pulses at a root or a nerve."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from .rows import Rows

VISIT = ("session", "side", "muscle")
"""What a reference shares with what it is held against at least."""


REFERENCE = ("pre", "baseline", "t0")
"""Timepoints before whatever a study does, the first that a session has."""
BEFORE = tuple(spelt for name in REFERENCE for spelt in (name, name.capitalize(), name.upper()))


OPPOSITE = {"L": ("R",), "R": ("L",), "": ()}
"""Side -> the other one."""


@dataclasses.dataclass(frozen=True)
class Against:
    """Which trials a reference is made of.

    Parameters
    ----------
    pulses : tuple of str
        Kinds of pulse.
    same : tuple of str
        Columns that must be as in the cell; without `state` and `timepoint` those of the whole session are taken.
    near : mapping of str to (str, float)
        Column of the reference -> column of the cell whose median it must lie near, and how far it may be off. Where
        neither is known they are taken to agree.
    states : tuple of str, optional
        States; None for all that `same` leaves.
    rather : tuple of str
        Columns that should be as in the cell too, one after the other: trials that differ in one are taken where there
        are no others.
    timepoints : tuple of str, optional
        Timepoints; None for all that `same` leaves.
    opposite : bool
        Whether they are of the muscle on the other side; `same` is then without `side`.
    aimed : bool
        Whether those that aim at another muscle are left out even if the cell's own do.
    needed : bool
        Whether a subject without any trial of these pulses has no row of the metric at all.
    """

    pulses: tuple[str, ...]
    same: tuple[str, ...] = (*VISIT, "timepoint", "state")
    near: Mapping[str, tuple[str, float]] = dataclasses.field(default_factory=dict)
    states: tuple[str, ...] | None = None
    rather: tuple[str, ...] = ()
    timepoints: tuple[str, ...] | None = None
    opposite: bool = False
    aimed: bool = False
    needed: bool = False

    def given(self, table: Rows) -> bool:
        """Whether the subject has what a row of the metric needs."""
        return not self.needed or bool(table.among("pulse", self.pulses).any())

    def rows(self, table: Rows, own: np.ndarray) -> np.ndarray:
        """(n_reference,) index of the accepted trials, for a cell of trials `own` (n_trials,)."""
        fit = table.among("pulse", self.pulses) & ~table["excluded"]
        elsewhere = table.among("target", ("not_target",))
        if self.aimed or not elsewhere[own[0]]:
            fit = fit & ~elsewhere
        if self.opposite:
            fit = fit & table.among("side", OPPOSITE.get(str(table["side"][own[0]]), ()))
        if self.timepoints is not None:
            fit = fit & table.among("timepoint", self.timepoints)
        accepted = own[~table["excluded"][own]]
        own = accepted if len(accepted) else own
        if self.states is not None:
            fit = fit & table.among("state", self.states)
        code = table.codes(*self.same)
        fit = fit & (code == code[own[0]])
        for column, (of_cell, most) in self.near.items():
            fit = fit & _near(table.numbers(column), table.numbers(of_cell)[own], most)
        for column in self.rather:
            code = table.codes(column)
            closer = fit & (code == code[own[0]])
            fit = closer if closer.any() else fit
        return np.flatnonzero(fit)


def _near(values: np.ndarray, own: np.ndarray, most: float) -> np.ndarray:
    known = own[np.isfinite(own)]
    if not len(known):
        return np.isnan(values)
    return np.abs(values - np.percentile(known, 50, method="lower")) <= most
