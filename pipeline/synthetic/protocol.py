"""What the lab does: the blocks of a session and the pulses of each."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from .parameters import muscle_model
from .physiology import Physiology

if TYPE_CHECKING:
    import pandas as pd


@dataclasses.dataclass(frozen=True)
class Block:
    """One recording of a session: `hotspot` is aimed at, `recorded` are the muscles under electrodes."""

    task: str
    hotspot: str
    active: bool
    recorded: tuple[str, ...]


BLOCKS = (
    Block("handRest", "FDI", False, ("FDI",)),
    Block("handActive", "FDI", True, ("FDI",)),
    Block("legRest", "TA", False, ("TA",)),
    Block("legActive", "TA", True, ("TA", "FDI")),
)
"""Every session has these, in this order, all on the right side.

FDI in legActive is a channel that is not the target: it is at rest and never answers.
"""


@dataclasses.dataclass(frozen=True)
class Protocol:
    """Intensities and counts of a block.

    Parameters
    ----------
    rest_steps_mso, active_steps_mso : tuple of int
        Levels around the threshold the lab believes in, %MSO. In contraction they stand higher: the lab counts what
        exceeds the background by 200 µV, which takes more than an MEP of 200 µV alone.
    pulses_per_level : int
        Pulses at each of these.
    rest_above, active_above : tuple of (int, int)
        Further pulses: % of the resting threshold the lab believes in, and how many; in contraction for the silent
        period.
    lab_error_mso : float
        SD of what the lab believes about a threshold.
    """

    rest_steps_mso: tuple[int, ...] = (-3, -1, 1, 3)
    active_steps_mso: tuple[int, ...] = (0, 3)
    pulses_per_level: int = 10
    rest_above: tuple[tuple[int, int], ...] = ((120, 14), (140, 6))
    active_above: tuple[tuple[int, int], ...] = ((150, 18),)
    lab_error_mso: float = 0.5


def intensities(who: Physiology, active: bool, protocol: Protocol, rng: np.random.Generator) -> np.ndarray:
    """Intensity of each pulse of a block in random order (n_trials,), whole %MSO up to 100.

    The levels stand around the threshold as the lab believes it to be, which is the true one with a small error.
    """
    believed_rmt = who.rest.threshold_mso + rng.normal(0.0, protocol.lab_error_mso)
    believed_amt = who.active.threshold_mso + rng.normal(0.0, protocol.lab_error_mso)
    believed = believed_amt if active else believed_rmt
    steps = protocol.active_steps_mso if active else protocol.rest_steps_mso
    above = protocol.active_above if active else protocol.rest_above
    levels = np.repeat(np.rint(believed) + np.array(steps, float), protocol.pulses_per_level)
    percent, counts = np.array(above, float).reshape(-1, 2).T
    higher = np.repeat(np.rint(believed_rmt * percent / 100.0), counts.astype(int))
    return rng.permutation(np.minimum(np.concatenate([levels, higher]), 100.0))


def pulse_table(block: Block, intensity_mso: np.ndarray, mvc_percent: float) -> pd.DataFrame:
    """The pulse table of a block, one row a trial."""
    import pandas as pd

    return pd.DataFrame(
        {
            "pulse": "single",
            "intensity_mso": intensity_mso,
            "stim_site": muscle_model(block.hotspot).site,
            "stim_side": "L",
            "hotspot_muscle": block.hotspot,
            "hotspot_side": "R",
            "state": "active" if block.active else "rest",
            "mvc_percent": mvc_percent if block.active else 0.0,
            "timepoint": "pre",
            "block": block.task,
        },
        index=range(len(intensity_mso)),
    )
