"""An ipsilateral silent period of known onset, end and depth, and the MEPs of the other hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..trials import Trials
from .amplifier import Clock, amplified
from .noise import Silence, contraction, resting_noise
from .parameters import Parameters
from .physiology import Physiology
from .recording import Channel, seen
from .units import Units, potentials

if TYPE_CHECKING:
    import pandas as pd


class Dip(NamedTuple):
    """Interruption of the contraction on the stimulated side, the same in all trials but for its jitter."""

    onset_ms: float
    """From here on motor units fall silent, from the pulse."""
    end_ms: float
    """From here on they fire again."""
    depth: float
    """How far the mean rectified EMG falls, 0 to 1."""
    jitter_ms: float = 1.0
    """SD of onset and of end from trial to trial."""


class Expected(NamedTuple):
    """What the mean rectified EMG does in a silent period: potentials that began before it are still seen in it."""

    onset_ms: float
    """When the EMG has fallen half-way, from the pulse."""
    end_ms: float
    """When it has risen half-way."""
    depth_percent: float
    """100 less its mean between onset and end, in percent of the background."""
    area_ms: float
    """What it lacks between onset and end, over the background: so much complete silence would be as large."""


def expected(who: Physiology, dip: Dip, clock: Clock, parameters: Parameters) -> Expected:
    """The silent period as the average of many rectified trials shows it.

    EMG of many motor units is taken for Gaussian: its mean rectified level goes with the root of its power, which
    falls and rises as the energy of the potentials goes by.
    """
    since_ms, passed = _energy(who.units, clock, parameters)
    sd = np.linspace(-3.0, 3.0, 61)
    weight = np.exp(-(sd**2) / 2.0) / np.exp(-(sd**2) / 2.0).sum()
    times_ms = np.arange(dip.onset_ms - 20.0, dip.end_ms + 40.0, 0.05)

    def gone(at_ms: float) -> np.ndarray:
        """(n_times,) share of the energy that has gone by, on average over the jitter."""
        return np.interp(times_ms[:, None] - at_ms - sd * dip.jitter_ms, since_ms, passed, left=0.0) @ weight

    lost = (1.0 - (1.0 - dip.depth) ** 2) * (gone(dip.onset_ms) - gone(dip.end_ms))
    lack = 1.0 - np.sqrt(1.0 - lost)
    low = lack > dip.depth / 2.0
    onset_ms, end_ms = (float(each) for each in times_ms[low][[0, -1]])
    return Expected(onset_ms, end_ms, 100.0 * float(lack[low].mean()), float(lack[low].sum() * 0.05))


def _energy(units: Units, clock: Clock, parameters: Parameters) -> tuple[np.ndarray, np.ndarray]:
    """Times since a potential began, and how much of the energy of all potentials has gone by then, 0 to 1."""
    shapes = potentials(units, clock.rate_hz)
    padded = np.pad(shapes, ((0, 0), (0, shapes.shape[1])))
    power = amplified(padded, Clock(clock.rate_hz, 0.0, padded.shape[1]), parameters) ** 2
    passed = np.cumsum(np.bincount(units.shape, units.size**2, len(shapes)) @ power)
    return np.arange(1, len(passed) + 1) * 1000.0 / clock.rate_hz, passed / passed[-1]


def ipsilateral_trials(
    who: Physiology, dip: Dip, n_trials: int, clock: Clock, parameters: Parameters, rng: np.random.Generator
) -> tuple[Trials, pd.DataFrame]:
    """A recording of both hands in contraction, the right hemisphere being stimulated; and its truth.

    Of the motor units of the right hand a part falls silent and the rest goes on: what is left of the power of EMG is
    the square of what is left of its amplitude.

    Parameters
    ----------
    who : Physiology
        The muscle, the same on both sides.
    dip : Dip
        The silent period.
    n_trials : int
        How many.
    clock, parameters, rng
        Samples, signal, source of chance.

    Returns
    -------
    trials : Trials
        Channels L, the hot-spot, and R, which answers with the silent period alone.
    truth : DataFrame
        One row a trial: onset_ms of the MEP of L, and sp_onset_ms and sp_end_ms of R.
    """
    import pandas as pd

    intensity = np.full(n_trials, round(1.5 * who.rest.threshold_mso), float)
    left = seen(Channel(who, side="L", active=True), intensity, clock, parameters, rng)
    shift_ms = rng.normal(0.0, dip.jitter_ms, (2, n_trials))
    onset_ms, end_ms = dip.onset_ms + shift_ms[0], dip.end_ms + shift_ms[1]
    never = Silence(*np.full((3, n_trials), np.nan))
    held_uv = who.contraction_uv * np.exp(rng.normal(0.0, 0.1, n_trials))
    stays = 1.0 - dip.depth
    right = resting_noise(n_trials, clock, parameters, rng)
    for share, silence in ((1.0 - stays**2, Silence(onset_ms, end_ms, end_ms + 1e-3)), (stays**2, never)):
        if share > 0:
            right += contraction(held_uv * np.sqrt(share), silence, who.units, clock, parameters, rng).emg_uv
    pulses = pd.DataFrame(
        {
            "pulse": "single", "intensity_mso": intensity, "stim_side": "R", "hotspot_muscle": who.muscle,
            "hotspot_side": "L", "state": "active", "mvc_percent": 50.0,
        }
    )  # fmt: skip
    made = Trials(np.stack([left.emg_uv, right], axis=1), clock.times_ms, [who.muscle] * 2, pulses, ["L", "R"])
    truth = {"trial": np.arange(n_trials), "onset_ms": left.truth["onset_ms"]}
    return made, pd.DataFrame({**truth, "sp_onset_ms": onset_ms, "sp_end_ms": end_ms})
