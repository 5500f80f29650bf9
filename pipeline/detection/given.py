"""What every method is given: the signal of one muscle, its windows, the pulse table and the notes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import muscles
from ..errors import MeasureError
from ..pulse_table import MVC
from ..shape_library import Library, shipped
from ..trials import NOTES, NUMERIC_COLUMNS, PULSE_COLUMNS
from .whitening import groups

if TYPE_CHECKING:
    from ..trials import Trials

PROFILE_SETTINGS = ("response_ms", "background_ms")
"""Settings of a muscle's profile that may stand in the section `detection` too, for all muscles."""


def profile_of(muscle: str, profile: muscles.Profile | None, section: Mapping[str, Any]) -> muscles.Profile:
    """The profile of a muscle, with the section's settings above the given or the shipped one."""
    own = {name: section[name] for name in PROFILE_SETTINGS if section.get(name) is not None}
    if profile is None:
        return muscles.profile(muscle, own)
    response = own.get("response_ms", {})
    per_stimulus = response if isinstance(response, Mapping) else dict.fromkeys(muscles.STIMULI, response)
    windows = {name: tuple(window) for name, window in per_stimulus.items()}
    return dataclasses.replace(
        profile,
        response_ms={**profile.response_ms, **windows},
        background_ms=tuple(own.get("background_ms", profile.background_ms)),
    )


def given_to_methods(
    trials: Trials, channel: int, profile: muscles.Profile, library: Library | None = None
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What methods may ask for by name, and the flags it gives rise to.

    Raises
    ------
    MeasureError
        Where the epochs do not hold the background or the response window.
    """
    background = muscles.background_windows(trials.pulses, profile)
    response = muscles.response_windows(trials.pulses, profile)
    _check_epoch(trials, profile.muscle, "background", background)
    _check_epoch(trials, profile.muscle, "response", response)
    empty = {name: np.nan if name in NUMERIC_COLUMNS else "" for name in PULSE_COLUMNS}
    pulses = {
        name: trials.pulses[name].to_numpy(float if name in NUMERIC_COLUMNS else object)
        if name in trials.pulses
        else np.full(trials.n_trials, value, dtype=float if name in NUMERIC_COLUMNS else object)
        for name, value in empty.items()
    }
    assumed = (pulses["state"] == "") & (pulses["pulse"] != MVC)
    # no limit of rest or contraction is that of a maximal one, and its EMG is no noise of other trials
    declared = np.where(assumed, "rest", pulses["state"])
    pulses["state"] = np.where(pulses["pulse"] == MVC, MVC, declared).astype(object)
    notes = {
        name: trials.notes[name][:, channel] if name in trials.notes else np.full(trials.n_trials, np.nan)
        for name in NOTES
    }
    signal = {
        "emg_uv": trials.emg_uv[:, channel],
        "times_ms": trials.times_ms,
        "background_ms": background,
        "response_ms": response,
        "nerve_ms": _inside_epochs(muscles.nerve_windows(trials.pulses, profile), trials),
        "first_pulse_ms": muscles.first_pulse_ms(trials.pulses),
    }
    alike = groups(trials.emg_uv[:, channel], trials.times_ms, background, response, pulses["state"])
    return {**pulses, **notes, **signal, "groups": alike, "library": library or shipped()}, {"state_assumed": assumed}


def _inside_epochs(windows_ms: np.ndarray, trials: Trials) -> np.ndarray:
    """Windows (n_trials, n_kinds, 2), NaN where the epochs do not hold them: those of late responses may be absent."""
    slack = 500.0 / trials.rate_hz + 1e-6
    whole = (windows_ms[..., 0] >= trials.times_ms[0] - slack) & (windows_ms[..., 1] <= trials.times_ms[-1] + slack)
    return np.where(whole[..., None], windows_ms, np.nan)


LEAST_SAMPLES = 5
"""A window of fewer is a mistake, of its unit most likely."""


def _check_epoch(trials: Trials, muscle: str, window: str, windows_ms: np.ndarray) -> None:
    """Half a sample of a window may lie outside: rates do not always divide it."""
    if not len(windows_ms):
        return
    start, end = windows_ms[:, 0].min(), windows_ms[:, 1].max()
    first, last = trials.times_ms[0], trials.times_ms[-1]
    slack = 500.0 / trials.rate_hz + 1e-6
    name = f"{window}_ms"
    shortest = float(np.diff(windows_ms).min())
    if shortest < LEAST_SAMPLES * 1000.0 / trials.rate_hz:
        raise MeasureError(
            f"muscle {muscle}: the {window} window is {shortest:g} ms long, which holds fewer than {LEAST_SAMPLES} "
            f"samples at {trials.rate_hz:g} Hz; {name} is in ms"
        )
    if first - slack <= start < end <= last + slack:
        return
    raise MeasureError(
        f"muscle {muscle}: the {window} window goes from {start:g} to {end:g} ms, the epochs from {first:g} to "
        f"{last:g} ms; cut longer epochs, or state a shorter {name} (detection: {{{name}: [from, to]}}, or in the "
        f"muscle's profile; a background counts from the first pulse)"
    )
