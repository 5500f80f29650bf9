"""Trials: what travels from stage to stage, checked once at birth and never after."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import windows
from .errors import ReadError
from .pulse_table import NUMERIC_COLUMNS, PULSE_COLUMNS, PULSES, SIDES, STATES, checked

if TYPE_CHECKING:
    import mne
    import pandas as pd

__all__ = ["NOTES", "NUMERIC_COLUMNS", "PULSES", "PULSE_COLUMNS", "RESERVED", "SIDES", "STATES", "Trials"]

NOTES = {
    "fingerprint": "hash of the raw epoch, so that a reviewer's decision is tied to what was reviewed",
    "clipped": "1 where the raw signal stays at its limit outside the artefact zone, else 0",
    "missing_ms": "how long the raw signal is missing",
    "artefact_saturated_ms": "when the amplifier leaves saturation after the pulse; NaN where it is not saturated",
    "artefact_until_ms": "where the artefact interpolation ends",
    "artefact_residual_uv": "what is left of the artefact where its interpolation ends; NaN without a pulse",
    "mains_hz": "frequency of the power-line hum that conditioning subtracted, NaN where it subtracted none; before "
    "that, the power-line frequency that the recording states",
}
"""What a later stage can no longer see of the raw signal, by name of the note."""

LEAST_RATE_HZ = 200.0
"""A lower sampling rate is a mistake, of its unit most likely."""

RESERVED = frozenset({
    "recording", "session", "task", "run", "trial", "muscle", "side", "row", "time_ms", "emg_uv", "response_from_ms",
    "response_to_ms", "excluded", "reasons", "flags", "decided", "condition", "target", "state_assumed", *NOTES,
})  # fmt: skip
"""Names of results: a column of the pulse table that bore one would be taken for it."""


@dataclasses.dataclass(frozen=True, eq=False)
class Trials:
    """EMG epochs of one recording on one clock.

    Parameters
    ----------
    emg_uv : array (n_trials, n_muscles, n_samples)
        EMG in µV; kept as float32, read-only, and copied where it could still be changed from outside. NaN where a
        sample is missing.
    times_ms : array (n_samples,)
        Time of each sample; 0 is the pulse (for pairs the test pulse).
    muscles : sequence of str (n_muscles,)
        The muscle each channel records.
    pulses : DataFrame (n_trials rows)
        One row a trial. Only `pulse` is required, and `isi_ms` of pairs; see `PULSE_COLUMNS`. Unknown columns are
        carried, but for names in `RESERVED`.
    sides : sequence of {"L", "R", ""} (n_muscles,), optional
        Side of each muscle, "" where unknown.
    notes : mapping of str to array (n_trials, n_muscles), optional
        What a later stage can no longer see; see `NOTES`.

    Raises
    ------
    ReadError
        Where shapes disagree, times do not rise evenly or do not hold 0, a muscle and side stand twice, or the pulse
        table is not as it must be: see `pulse_table.checked`.
    """

    emg_uv: np.ndarray
    times_ms: np.ndarray
    muscles: tuple[str, ...]
    pulses: pd.DataFrame
    sides: tuple[str, ...] = ()
    notes: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)

    def __init__(
        self,
        emg_uv: np.ndarray,
        times_ms: np.ndarray,
        muscles: Sequence[str],
        pulses: pd.DataFrame,
        sides: Sequence[str] | None = None,
        notes: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        import pandas as pd

        if isinstance(muscles, str):
            raise ReadError(f"Trials: muscles is the text {muscles!r}; expected a list, one muscle a channel")
        if not isinstance(pulses, pd.DataFrame):
            raise ReadError(f"Trials: pulses is a {type(pulses).__name__}; expected a DataFrame, one row a trial")
        self._fill_in(emg_uv, times_ms, muscles, sides, notes)
        object.__setattr__(self, "pulses", checked(pulses, self.n_trials, RESERVED))

    def _fill_in(
        self,
        emg_uv: np.ndarray,
        times_ms: np.ndarray,
        muscles: Sequence[str],
        sides: Sequence[str] | None,
        notes: Mapping[str, np.ndarray] | None,
    ) -> None:
        """Take up and check all but the pulse table."""
        keep = object.__setattr__
        keep(self, "emg_uv", _kept(emg_uv, np.float32))
        keep(self, "times_ms", _kept(times_ms, float))
        keep(self, "muscles", tuple(map(str, muscles)))
        sides = [""] * len(self.muscles) if sides is None else sides
        keep(self, "sides", tuple("" if side is None else str(side) for side in sides))
        keep(self, "notes", {name: _kept(notes[name]) for name in _in_order(notes)} if notes else {})
        _check_shapes(self.emg_uv, self.times_ms, self.muscles, self.sides)
        _check_times(self.times_ms)
        for name, note in self.notes.items():
            if note.shape != self.emg_uv.shape[:2]:
                raise ReadError(f"Trials: note {name!r} has shape {note.shape}, expected {self.emg_uv.shape[:2]}")

    def __repr__(self) -> str:
        named = ", ".join(" ".join(pair).strip() for pair in zip(self.sides, self.muscles, strict=True))
        span = f"{self.times_ms[0]:g} to {self.times_ms[-1]:g} ms at {self.rate_hz:g} Hz"
        return f"Trials({self.n_trials} trials of {named}; {span})"

    @property
    def n_trials(self) -> int:
        """Number of trials."""
        return self.emg_uv.shape[0]

    @property
    def rate_hz(self) -> float:
        """Sampling rate in Hz."""
        return windows.rate_hz(self.times_ms)

    def replace(self, **changes: Any) -> Trials:
        """A copy with some fields changed; `notes` are added to those there are."""
        if "notes" in changes:
            changes["notes"] = {**self.notes, **changes["notes"]}
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)} | changes
        if not changes.keys() <= {"emg_uv", "notes"} or len(fields["emg_uv"]) != self.n_trials:
            return Trials(**fields)
        del fields["pulses"]
        made = object.__new__(Trials)
        made._fill_in(**fields)
        object.__setattr__(made, "pulses", self.pulses.copy())  # it was checked when it came
        return made

    def take(self, trials: np.ndarray) -> Trials:
        """The trials at these indices (or where this mask is True), in that order."""
        index = np.arange(self.n_trials)[trials]
        notes = {name: note[index] for name, note in self.notes.items()}
        pulses = self.pulses.iloc[index].reset_index(drop=True)
        emg_uv = self.emg_uv[index]
        emg_uv.flags.writeable = False  # it is a copy already
        return Trials(emg_uv, self.times_ms, self.muscles, pulses, self.sides, notes)

    @classmethod
    def from_mne(cls, epochs: mne.BaseEpochs, pulse: str | None = None) -> Trials:
        """Trials from mne epochs whose channels are named `FDI_R`, `TA_L`, or `FDI` where the side is unknown.

        Parameters
        ----------
        epochs : mne.Epochs
            EMG in V as mne keeps it, time 0 at the pulse. `metadata` becomes the pulse table.
        pulse : str, optional
            Kind of pulse of every trial, needed where `metadata` has no column `pulse`.

        Raises
        ------
        ReadError
            Where the kind of pulse is neither in the metadata nor given.
        """
        import pandas as pd

        pulses = pd.DataFrame(index=range(len(epochs))) if epochs.metadata is None else epochs.metadata
        pulses = pulses.reset_index(drop=True)
        if pulse is not None:
            pulses = pulses.assign(pulse=pulse)
        names = [_muscle_and_side(name) for name in epochs.ch_names]
        muscles, sides = [name[0] for name in names], [name[1] for name in names]
        return cls(epochs.get_data(copy=False) * 1e6, epochs.times * 1e3, muscles, pulses, sides)

    def to_mne(self) -> mne.EpochsArray:
        """These trials as mne epochs: V, one `emg` channel a muscle, the pulse table as metadata."""
        import mne

        names = [f"{muscle}_{side}" if side else muscle for muscle, side in zip(self.muscles, self.sides, strict=True)]
        info = mne.create_info(names, self.rate_hz, "emg")
        data = self.emg_uv.astype(float) * 1e-6
        first_s = self.times_ms[0] / 1e3
        return mne.EpochsArray(data, info, tmin=first_s, metadata=self.pulses.copy(), verbose="error")


def _kept(values: Any, dtype: Any = None) -> np.ndarray:
    """Values as an array that nobody can change; a copy only where it could be changed from outside."""
    array = np.asarray(values, dtype)
    converted = isinstance(values, np.ndarray) and not np.may_share_memory(array, values)
    if not converted and not isinstance(values, list | tuple) and _changeable(array):
        array = array.copy()
    array.flags.writeable = False
    return array


def _changeable(array: Any) -> bool:
    """Whether an array, or what it is a view of, is writeable."""
    while isinstance(array, np.ndarray):
        if array.flags.writeable:
            return True
        array = array.base
    return False


def _muscle_and_side(channel: str) -> tuple[str, str]:
    muscle, _, side = channel.rpartition("_")
    return (muscle, side) if muscle and side in ("L", "R") else (channel, "")


def _check_shapes(emg_uv: np.ndarray, times_ms: np.ndarray, muscles: tuple[str, ...], sides: tuple[str, ...]) -> None:
    if emg_uv.ndim != 3:
        raise ReadError(f"Trials: emg_uv has shape {emg_uv.shape}, expected (n_trials, n_muscles, n_samples)")
    expected = (len(emg_uv), len(muscles), len(times_ms))
    if emg_uv.shape != expected:
        raise ReadError(f"Trials: emg_uv has shape {emg_uv.shape}, its muscles and times say {expected}")
    if len(sides) != len(muscles):
        raise ReadError(f"Trials: {len(sides)} sides for {len(muscles)} muscles")
    if wrong := sorted(set(sides) - set(SIDES)):
        raise ReadError(f"Trials: side {wrong[0]!r}; expected L, R, or nothing where it is unknown")
    named = [" ".join(pair).strip() for pair in zip(sides, muscles, strict=True)]
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise ReadError(f"Trials: muscle {twice[0]!r} stands twice; name the side or another muscle for one of them")


def _check_times(times_ms: np.ndarray) -> None:
    if len(times_ms) < 2 or not np.isfinite(times_ms).all():
        raise ReadError("Trials: times_ms needs at least two finite samples")
    steps = np.diff(times_ms)
    if steps.min() <= 0 or np.ptp(steps) > 0.01 * steps.mean():
        raise ReadError("Trials: times_ms does not rise evenly")
    if windows.rate_hz(times_ms) < LEAST_RATE_HZ:
        raise ReadError(
            f"Trials: {windows.rate_hz(times_ms):g} samples a second are not EMG; times are in ms, rates in Hz"
        )
    if not times_ms[0] <= 0 <= times_ms[-1]:
        raise ReadError(
            f"Trials: the epoch goes from {times_ms[0]:g} to {times_ms[-1]:g} ms; the pulse at 0 ms is not in it"
        )


def _in_order(notes: Mapping[str, np.ndarray]) -> list[str]:
    """Names of notes in one order, whoever made them first: the known ones, then the others."""
    return [*(name for name in NOTES if name in notes), *sorted(set(notes) - set(NOTES))]
