"""Conditioning: raw epochs to clean epochs of the same shape, a list of steps in its order.

Nothing is dropped here. What the steps hide is noted first (`quality`), so that a later stage can still reject for it.
A step is a function from Trials to Trials: its positional-only parameters name what it needs, its keyword-only
parameters are its settings.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .. import columns
from ..errors import ConfigError, MeasureError, did_you_mean
from ..muscles import Profile, artefact_zones, background_windows, response_windows
from ..muscles import profiles as shipped_profiles
from ..trials import Trials
from .artefact import artefact
from .band import band_pass
from .mains import mains
from .offset import offset
from .quality import quality
from .subtraction import subtract_artefact

STEPS: dict[str, Callable[..., Trials]] = {
    step.__name__: step for step in (subtract_artefact, artefact, offset, mains, band_pass)
}
"""The steps, by name."""

DEFAULT = ("mains", "subtract_artefact", "artefact", "offset", "band_pass")
"""What is done where a config says nothing. Hum goes first: it is fitted outside of all that is evoked, and neither an
exponential nor a line across the artefact would follow it. What decays into the response is subtracted, what is left
near the pulse is bridged, and the filter comes after the artefact is gone, so that it cannot ring from it."""


def condition(
    trials: Trials,
    settings: Sequence[str | Mapping[str, Any]] | None = None,
    *,
    profiles: Sequence[Profile] | None = None,
) -> Trials:
    """Clean epochs of the same trials.

    Parameters
    ----------
    trials : Trials
        Raw epochs in µV.
    settings : sequence of str or mapping, optional
        The steps in their order: a name, or a mapping of one name to that step's settings. None takes `DEFAULT`.
    profiles : sequence of Profile (n_muscles,), optional
        Where response and artefact of each muscle lie. None takes the shipped profile of each muscle.

    Returns
    -------
    Trials
        float32 epochs of the same shape, with notes on what the steps hide and on what they did.

    Raises
    ------
    ConfigError
        Where a step or a setting is unknown or wrong, or a muscle has no profile; all steps are read before any runs.
    MeasureError
        Where these epochs cannot be conditioned so: too short, or no response window for a stimulus that occurs.
    """
    steps = [_chosen(step, place) for place, step in enumerate(DEFAULT if settings is None else settings)]
    given = _given(trials, shipped_profiles(trials.muscles) if profiles is None else profiles)
    _check_length(trials, given["zones_ms"])
    for step, own in [(quality, {}), *steps]:
        needed = [given[name] for name in columns.needs(step)[1:]]
        trials = step(trials, *needed, **own)
    return trials


def _check_length(trials: Trials, zones_ms: np.ndarray) -> None:
    """That epochs go on after the artefact: else their times are not what they are taken for."""
    end_ms, last_ms = np.nanmax(zones_ms[..., 1], initial=-np.inf), trials.times_ms[-1]
    if end_ms >= last_ms:
        raise MeasureError(
            f"the epochs end at {last_ms:g} ms, within the artefact zone (to {end_ms:g} ms): {trials.n_trials} trials "
            f"of {len(trials.times_ms)} samples at {trials.rate_hz:g} Hz from {trials.times_ms[0]:g} ms; expected "
            f"epochs with the response in them. Are the axes, the rate and the first time right?"
        )


def _chosen(step: str | Mapping[str, Any], place: int) -> tuple[Callable[..., Trials], dict[str, Any]]:
    """A step's function and its complete settings."""
    if isinstance(step, str):
        step = {step: None}
    if not isinstance(step, Mapping) or len(step) != 1:
        raise ConfigError(f"conditioning.{place}: expected a step, or one step with its settings, found {step!r}")
    ((name, own),) = step.items()
    if name not in STEPS:
        raise ConfigError(f"conditioning.{place}: no step {name!r}; {did_you_mean(name, STEPS)}")
    if own is not None and not isinstance(own, Mapping):
        raise ConfigError(f"conditioning.{place}.{name}: expected its settings, found {own!r}")
    return STEPS[name], columns.validated(STEPS[name], own, f"conditioning.{place}.{name}")


def _given(trials: Trials, profiles: Sequence[Profile]) -> dict[str, np.ndarray]:
    """What steps may need besides the trials: windows in ms, (..., n_trials, n_muscles, 2)."""
    if len(profiles) != len(trials.muscles):
        raise ConfigError(f"condition: {len(profiles)} profiles for {len(trials.muscles)} muscles; expected one each")
    return {
        "zones_ms": np.stack([artefact_zones(trials.pulses, each) for each in profiles], axis=2),
        "background_ms": np.stack([background_windows(trials.pulses, each) for each in profiles], axis=1),
        "response_ms": np.stack([response_windows(trials.pulses, each) for each in profiles], axis=1),
    }
