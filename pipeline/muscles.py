"""Profiles of muscles: where each muscle's response and artefact lie, and so the windows of each trial.

The shipped profiles are rows of `muscles.tsv`, each with its source and how far it can be trusted: P read in the
paper, M from memory and confident, m from memory and unverified, own a recommendation of this project.
"""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import ConfigError, MeasureError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

STIMULI = {
    "tms": "TMS of the motor cortex",
    "root": "magnetic stimulation of a spinal root",
    "nerve_m": "M wave after nerve stimulation",
    "nerve_h": "H reflex after nerve stimulation",
    "nerve_f": "F wave after nerve stimulation",
}
"""Kinds of stimulus a profile has a response window for."""

STIMULUS_OF_PULSE = {"root": "root", "nerve": "nerve_m", "nerve_pair": "nerve_m"}
"""Kind of pulse -> stimulus whose window applies; every other pulse is read in the TMS window."""

FIRST_OF_PAIR = {"paired": "tms", "nerve_tms": "nerve_m", "nerve_pair": "nerve_m"}
"""Kind of pulse that begins with another stimulus `isi_ms` before 0 -> that stimulus."""

NERVE = ("nerve_m", "nerve_h", "nerve_f")
"""What a pulse at a nerve evokes, in the order of their windows."""

AT_NERVE = ("nerve", "nerve_pair")
"""Kinds of pulse whose stimulus at 0 is at a nerve."""

NO_PULSE = ("none", "mvc")
BACKGROUND_MS = (-100.0, -5.0)
"""Background window from the *first* pulse of any kind: 95 ms that end 5 ms before it."""
ARTEFACT_MS = {"tms": 5.0, "root": 5.0, "nerve_m": 2.0, "nerve_h": 2.0, "nerve_f": 2.0}
"""Where the artefact zone of each stimulus ends unless a profile says otherwise."""
MAGNETIC = ("tms", "root")
"""Stimuli that an artefact zone stated as one number is for: after a nerve stimulus the M wave follows at once."""
ARTEFACT_FROM_MS = -1.0
"""An artefact zone begins this long before its pulse: the recorder's own filter smears it backwards."""


@dataclasses.dataclass(frozen=True)
class Profile:
    """Where a muscle's response and artefact lie after each kind of stimulus."""

    muscle: str
    response_ms: Mapping[str, tuple[float, float]]
    artefact_ms: Mapping[str, float]
    background_ms: tuple[float, float] = BACKGROUND_MS


@cache
def _table() -> list[dict[str, str]]:
    with Path(__file__).with_name("muscles.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@cache
def shipped() -> Mapping[str, Profile]:
    """The profiles of `muscles.tsv`, by the muscle's short name and by its full name."""
    rows = _table()
    profiles = {}
    for muscle, name in dict.fromkeys((row["muscle"], row["name"]) for row in rows):
        own = [row for row in rows if row["muscle"] == muscle]
        response = {row["stimulus"]: (float(row["response_from_ms"]), float(row["response_to_ms"])) for row in own}
        artefact = {row["stimulus"]: float(row["artefact_until_ms"]) for row in own}
        profiles[muscle] = profiles[name] = Profile(muscle, response, artefact)
    return profiles


@cache
def _in_small_letters() -> Mapping[str, Profile]:
    return {name.lower(): each for name, each in shipped().items()}


def profile(muscle: str, settings: Mapping[str, Any] | None = None) -> Profile:
    """The profile of a muscle, with a config's settings above the shipped one.

    Parameters
    ----------
    muscle : str
        Short or full name of the muscle; case does not matter.
    settings : mapping, optional
        `response_ms` (a window, or one per stimulus), `artefact_ms` (ms after a magnetic stimulus, or per stimulus),
        `background_ms` (a window from the first pulse).

    Raises
    ------
    ConfigError
        Where the muscle is unknown and the settings hold no response window.
    """
    settings = {name: value for name, value in (settings or {}).items() if value is not None}
    known = _in_small_letters().get(muscle.lower())
    if known is None and "response_ms" not in settings:
        short = [name for name, each in shipped().items() if name == each.muscle]
        raise ConfigError(
            f"muscle {muscle!r} has no profile; give it one in the config: "
            f"muscles: {{{muscle}: {{response_ms: {{tms: [from, to]}}}}}}. {did_you_mean(muscle.upper(), short)}"
        )
    base = known or Profile(muscle, {}, {})
    response = {**base.response_ms, **_per_stimulus(settings.get("response_ms", {}))}
    artefact = {**ARTEFACT_MS, **base.artefact_ms, **_per_stimulus(settings.get("artefact_ms", {}), MAGNETIC)}
    background = settings.get("background_ms", base.background_ms)
    _check_windows(base.muscle, response, artefact, background)
    return Profile(base.muscle, {name: tuple(window) for name, window in response.items()}, artefact, tuple(background))


def _check_windows(
    muscle: str, response: Mapping[str, Any], artefact: Mapping[str, float], background: tuple[float, float]
) -> None:
    for stimulus, (start, _) in response.items():
        if not 0 <= artefact[stimulus] <= start:
            raise ConfigError(
                f"muscle {muscle}: artefact_ms of {stimulus} is {artefact[stimulus]:g}; expected 0 to {start:g} ms, "
                f"where its response window begins"
            )
    if not background[0] < background[1] <= 0:
        raise ConfigError(
            f"muscle {muscle}: background_ms is {list(background)}; expected a window that ends before the first "
            f"pulse, such as [-100, -5]"
        )


def short_name(muscle: str) -> str:
    """A muscle's short name where it has one, in lower case, so that spelling does not tell two names apart."""
    bare = muscle.strip().lower()
    known = _in_small_letters().get(bare)
    return known.muscle.lower() if known else bare


@cache
def limb(muscle: str) -> str:
    """The limb a muscle belongs to, arm or leg; "" for a muscle that `muscles.tsv` does not know."""
    short = short_name(muscle)
    return next((row["limb"] for row in _table() if row["muscle"].lower() == short), "")


def _per_stimulus(value: Any, stimuli: Iterable[str] = STIMULI) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else dict.fromkeys(stimuli, value)


def stimuli(pulses: pd.DataFrame) -> np.ndarray:
    """(n_trials,) the stimulus whose response window applies to each trial."""
    return np.array([STIMULUS_OF_PULSE.get(pulse, "tms") for pulse in pulses["pulse"].tolist()], dtype=object)


def first_pulse_ms(pulses: pd.DataFrame) -> np.ndarray:
    """(n_trials,) when the first pulse comes: 0, or -ISI where another precedes the one at 0; NaN without its ISI."""
    pair = pulses["pulse"].isin(list(FIRST_OF_PAIR)).to_numpy()
    isi_ms = pulses["isi_ms"].to_numpy(float) if "isi_ms" in pulses else np.full(len(pulses), np.nan)
    return np.where(pair, -isi_ms, 0.0)


def response_windows(pulses: pd.DataFrame, of: Profile) -> np.ndarray:
    """(n_trials, 2) the response window of each trial, in ms.

    Raises
    ------
    MeasureError
        Where the profile has no window for a stimulus that occurs.
    """
    kinds = stimuli(pulses)
    if missing := sorted(set(kinds) - set(of.response_ms)):
        raise MeasureError(
            f"muscle {of.muscle!r} has no response window for stimulus {missing[0]!r}; "
            f"state muscles: {{{of.muscle}: {{response_ms: {{{missing[0]}: [from, to]}}}}}}"
        )
    out = np.empty((len(kinds), 2))
    for kind in set(kinds):
        out[kinds == kind] = of.response_ms[kind]
    return out


def nerve_windows(pulses: pd.DataFrame, of: Profile) -> np.ndarray:
    """(n_trials, 3, 2) windows of M wave, H reflex and F wave, in ms; NaN after other pulses and where there is none.

    A late response in the window of the M wave is none: one window was stated for all stimuli.
    """
    out = np.full((len(pulses), len(NERVE), 2), np.nan)
    stated = [of.response_ms.get(name) for name in NERVE]
    own = [each if at == 0 or each != stated[0] else None for at, each in enumerate(stated)]
    out[pulses["pulse"].isin(AT_NERVE).to_numpy()] = [each or (np.nan, np.nan) for each in own]
    return out


def background_windows(pulses: pd.DataFrame, of: Profile) -> np.ndarray:
    """(n_trials, 2) the background window of each trial, in ms: it ends before the first pulse of any kind."""
    return first_pulse_ms(pulses)[:, None] + np.asarray(of.background_ms, float)


def artefact_zones(pulses: pd.DataFrame, of: Profile) -> np.ndarray:
    """(2, n_trials, 2) artefact zone of the pulse at 0 and of the one before it, in ms; NaN where there is none."""
    kinds = stimuli(pulses)
    main = np.full((len(kinds), 2), ARTEFACT_FROM_MS)
    for kind in set(kinds):
        main[kinds == kind, 1] = of.artefact_ms[kind]
    main[pulses["pulse"].isin(NO_PULSE).to_numpy()] = np.nan
    before = first_pulse_ms(pulses)
    until = np.array([of.artefact_ms.get(FIRST_OF_PAIR.get(pulse, ""), np.nan) for pulse in pulses["pulse"].tolist()])
    first = np.where(
        (before < 0)[:, None], before[:, None] + np.stack([np.full(len(until), ARTEFACT_FROM_MS), until], -1), np.nan
    )
    return np.stack([main, first])


def profiles(muscles: Iterable[str], settings: Mapping[str, Any] | None = None) -> list[Profile]:
    """The profile of each muscle, `settings` holding a config's section `muscles`."""
    return [profile(muscle, (settings or {}).get(muscle)) for muscle in muscles]
