"""Trials: what travels from stage to stage, checked once at birth and never after."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import windows
from .errors import ReadError, did_you_mean

if TYPE_CHECKING:
    import mne
    import pandas as pd

PULSES = {
    "single": "one TMS pulse",
    "paired": "conditioning and test TMS pulse; 0 ms is the test pulse",
    "nerve": "electrical stimulation of a nerve",
    "nerve_tms": "electrical stimulation of a nerve, then TMS; 0 ms is the TMS pulse",
    "root": "magnetic stimulation of a spinal root",
    "rtms": "a pulse of repetitive TMS",
    "mvc": "maximal voluntary contraction, no pulse",
    "none": "no pulse: a null trial",
}
"""Kinds of pulse, and what each means."""

PULSE_COLUMNS = {
    "pulse": "kind of pulse",
    "intensity_mso": "intensity of the (test) TMS pulse, % of maximal stimulator output",
    "conditioning_mso": "intensity of the conditioning TMS pulse, % of maximal stimulator output",
    "isi_ms": "inter-stimulus interval: how long the first pulse comes before 0 ms",
    "stim_site": "where the stimulus is given",
    "stim_side": "side the stimulus is given on, L or R",
    "hotspot_muscle": "muscle the stimulation aims at",
    "hotspot_side": "side of the muscle the stimulation aims at, L or R",
    "nerve_ma": "current of the nerve stimulus, mA",
    "state": "rest or active",
    "mvc_percent": "target contraction, % of maximal voluntary contraction",
    "timepoint": "position in the study's design (pre, post0, post10, ...)",
    "block": "block of the session the trial belongs to",
    "onset_s": "time of the pulse in its recording, s",
    "minutes_after": "minutes since the intervention or exercise",
}
"""Columns of the pulse table that are interpreted; any other column is carried along untouched."""

NUMERIC_COLUMNS = ("intensity_mso", "conditioning_mso", "isi_ms", "nerve_ma", "mvc_percent", "onset_s", "minutes_after")
SIDES = ("L", "R", "")
STATES = ("rest", "active", "")

NOTES = {
    "fingerprint": "hash of the raw epoch, so that a reviewer's decision is tied to what was reviewed",
    "clipped": "1 where the raw signal stays at its limit outside the artefact zone, else 0",
    "missing_ms": "how long the raw signal is missing",
    "artefact_saturated_ms": "when the amplifier leaves saturation after the pulse; NaN where it is not saturated",
    "artefact_until_ms": "where the artefact interpolation ends",
    "artefact_residual_uv": "what is left of the artefact where its interpolation ends; NaN without a pulse",
    "mains_hz": "power-line frequency",
    "trigger_lag_ms": "how much later the artefact is than the trigger",
}
"""What a later stage can no longer see of the raw signal, by name of the note."""


@dataclasses.dataclass(frozen=True, eq=False)
class Trials:
    """EMG epochs of one recording on one clock.

    Parameters
    ----------
    emg_uv : array (n_trials, n_muscles, n_samples)
        EMG in µV; kept as float32, read-only. NaN where a sample is missing.
    times_ms : array (n_samples,)
        Time of each sample; 0 is the pulse (for pairs the test pulse).
    muscles : sequence of str (n_muscles,)
        The muscle each channel records.
    pulses : DataFrame (n_trials rows)
        One row a trial. Only `pulse` is required; see `PULSE_COLUMNS`. Unknown columns are carried.
    sides : sequence of {"L", "R", ""} (n_muscles,), optional
        Side of each muscle, "" where unknown.
    notes : mapping of str to array (n_trials, n_muscles), optional
        What a later stage can no longer see; see `NOTES`.

    Raises
    ------
    ReadError
        Where shapes disagree, times do not rise evenly or do not hold 0, a muscle and side stand twice, or the pulse
        table lacks `pulse` or holds an unknown kind, state or side.
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
        keep = object.__setattr__
        keep(self, "emg_uv", _read_only(np.asarray(emg_uv, np.float32)))
        keep(self, "times_ms", _read_only(np.asarray(times_ms, float)))
        keep(self, "muscles", tuple(map(str, muscles)))
        keep(self, "sides", tuple("" if side is None else str(side) for side in sides or [""] * len(self.muscles)))
        keep(self, "notes", {name: _read_only(np.asarray(note)) for name, note in (notes or {}).items()})
        _check_shapes(self.emg_uv, self.times_ms, self.muscles, self.sides)
        _check_times(self.times_ms)
        keep(self, "pulses", _checked_pulses(pulses, self.n_trials))
        for name, note in self.notes.items():
            if note.shape != self.emg_uv.shape[:2]:
                raise ReadError(f"Trials: note {name!r} has shape {note.shape}, expected {self.emg_uv.shape[:2]}")

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
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return Trials(**{**fields, **changes})

    def take(self, trials: np.ndarray) -> Trials:
        """The trials at these indices (or where this mask is True), in that order."""
        index = np.arange(self.n_trials)[trials]
        notes = {name: note[index] for name, note in self.notes.items()}
        pulses = self.pulses.iloc[index].reset_index(drop=True)
        return Trials(self.emg_uv[index], self.times_ms, self.muscles, pulses, self.sides, notes)

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


def _read_only(values: np.ndarray) -> np.ndarray:
    view = values.view()
    view.flags.writeable = False
    return view


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
    if not times_ms[0] <= 0 <= times_ms[-1]:
        raise ReadError(
            f"Trials: the epoch goes from {times_ms[0]:g} to {times_ms[-1]:g} ms; the pulse at 0 ms is not in it"
        )


def _checked_pulses(pulses: pd.DataFrame, n_trials: int) -> pd.DataFrame:
    import pandas as pd

    if "pulse" not in pulses.columns:
        raise ReadError(f"Trials: the pulse table has no column 'pulse' ({did_you_mean('pulse', pulses.columns)})")
    if len(pulses) != n_trials:
        raise ReadError(f"Trials: {len(pulses)} rows of pulses for {n_trials} trials")
    pulses = pulses.reset_index(drop=True).copy()
    for name in NUMERIC_COLUMNS:
        if name in pulses:
            numbers = pd.to_numeric(pulses[name].replace("n/a", np.nan), errors="coerce")
            if (bad := numbers.isna() & ~pulses[name].isin(["n/a", ""]) & pulses[name].notna()).any():
                raise ReadError(
                    f"pulse table, trial {bad.argmax()}: {name} is {pulses[name][bad.argmax()]!r}, expected a number"
                )
            pulses[name] = numbers.astype(float)
    for name in set(PULSE_COLUMNS) - set(NUMERIC_COLUMNS):
        if name in pulses:
            pulses[name] = pulses[name].astype(object).where(pulses[name].notna(), "").replace("n/a", "").astype(str)
    _check_words(pulses, "pulse", tuple(PULSES))
    _check_words(pulses, "state", STATES)
    for name in ("stim_side", "hotspot_side"):
        _check_words(pulses, name, SIDES)
    return pulses


def _check_words(pulses: pd.DataFrame, column: str, words: tuple[str, ...]) -> None:
    if column in pulses and (wrong := ~pulses[column].isin(words)).any():
        trial, word = int(wrong.argmax()), pulses[column][wrong.argmax()]
        near = did_you_mean(word, filter(None, words))
        raise ReadError(f"pulse table, trial {trial}: {column} {word!r} is unknown; {near}")
