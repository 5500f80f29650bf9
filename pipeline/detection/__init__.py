"""Detection: Trials to one row for each trial and muscle; what is unfit is marked with its reason, never dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import columns
from ..columns import Measure
from ..errors import ConfigError, MeasureError, did_you_mean
from .amplitude import onset_to_end, peak_to_peak
from .averages import Averages, averages
from .background import pre_stimulus
from .contraction import largest_rms
from .corrected import noise_table
from .decisions import applied, check_decisions, fresh_and_stale
from .given import PROFILE_SETTINGS, given_to_methods, profile_of
from .nerve_waves import m_h_and_f
from .onset import aic, derivative, last_crossing, sd_threshold
from .onset_evidence import evidence_alone
from .onset_glr import glr, rising_glr
from .onset_session import evidence
from .presence import amplitude_criterion, noise_criterion
from .presence_evidence import matched_filter
from .screening import (
    FLAGS,
    REASONS,
    artefact_remains,
    background_limits,
    detectors_disagree,
    deviation_from_block,
    joined,
    whole_signal,
)
from .silent_period_cusum import cusum
from .silent_period_glr import two_variance_glr
from .silent_period_limits import mean_consecutive_difference, mean_crossing, rectified_derivative
from .silent_period_nerve import two_variance_glr_after_nerve
from .turns import turns_and_phases

if TYPE_CHECKING:
    import pandas as pd

    from ..muscles import Profile
    from ..shape_library import Library
    from ..trials import Trials

__all__ = ["FLAGS", "MEASURES", "PROFILE_SETTINGS", "REASONS", "Averages", "averages", "detect"]

MEASURES = (
    Measure("background", (pre_stimulus,)),
    Measure("amplitude", (peak_to_peak,)),
    Measure("corrected_amplitude", (noise_table,)),
    Measure("presence", (amplitude_criterion,)),
    Measure("presence_in_noise", (matched_filter, noise_criterion)),
    Measure("onset_alone", (evidence_alone,)),
    Measure("onset", (evidence, rising_glr, glr, aic, sd_threshold, derivative, last_crossing)),
    Measure("cortical_sp", (two_variance_glr, mean_consecutive_difference, cusum, rectified_derivative, mean_crossing)),
    Measure("nerve_sp", (two_variance_glr_after_nerve,)),
    Measure("nerve_waves", (m_h_and_f,)),
    Measure("area", (onset_to_end,)),
    Measure("shape", (turns_and_phases,)),
    Measure("signal", (whole_signal,)),
    Measure("mvc", (largest_rms,)),
    Measure("contraction", (deviation_from_block,)),
    Measure("screening", (background_limits,)),
)
"""What is measured of each trial and muscle, with the methods to choose from; the first is the default."""


def detect(
    trials: Trials,
    settings: Mapping[str, Any] | None = None,
    decisions: pd.DataFrame | None = None,
    *,
    profiles: Sequence[Profile] | None = None,
    by_muscle: Mapping[str, Mapping[str, Any]] | None = None,
    library: Library | None = None,
) -> pd.DataFrame:
    """Measure every trial of every muscle.

    Parameters
    ----------
    trials : Trials
        Conditioned epochs of one recording.
    settings : mapping, optional
        A config's section `detection`: name of a measure -> its method and settings. `response_ms` (a window, or one
        for each kind of stimulus) and `background_ms` apply to all muscles, above any profile.
    decisions : DataFrame, optional
        What a reviewer decided: trial, muscle, column, value, fingerprint, and side where a muscle stands twice. A
        decided value replaces the computed one before later measures read it, but only where the trial's fingerprint
        is still the same.
    profiles : sequence of Profile, optional
        One for each channel; the shipped ones where absent.
    by_muscle : mapping of str to mapping, optional
        A section that stands in place of `settings` for a muscle.
    library : Library, optional
        The shapes that onsets are found by; the shipped ones where absent.

    Returns
    -------
    DataFrame
        One row for each trial and muscle, trial by trial: trial (from 0), muscle, side, the pulse table's columns, the
        notes, the response window, every column of `MEASURES`, flags, decided.

    Raises
    ------
    ConfigError
        For a measure, method, setting, muscle or decided column that does not exist.
    MeasureError
        Where the epochs do not hold a window.
    """
    import pandas as pd

    by_muscle = by_muscle or {}
    if unknown := sorted(set(by_muscle) - set(trials.muscles)):
        raise ConfigError(f"detection: no muscle {unknown[0]!r} here; {did_you_mean(unknown[0], trials.muscles)}")
    check_decisions(trials, decisions, [name for measure in MEASURES for name in measure.gives])
    tables = []
    for channel, muscle in enumerate(trials.muscles):
        section = dict(by_muscle.get(muscle, settings or {}))
        profile = profile_of(muscle, profiles[channel] if profiles is not None else None, section)
        given = given_to_methods(trials, channel, profile, library)
        tables.append(_measured(trials, channel, given, section, decisions))
    joint = {name: np.stack([each[name] for each in tables], 1).ravel() for name in (tables[0] if tables else ())}
    trial = np.repeat(np.arange(trials.n_trials), len(tables))
    place = {
        "trial": trial,
        "muscle": np.tile(np.array(trials.muscles, object), trials.n_trials),
        "side": np.tile(np.array(trials.sides, object), trials.n_trials),
    }
    pulses = trials.pulses.iloc[trial].reset_index(drop=True)
    if taken := sorted(set(map(str, pulses)) & {*place, *joint}):
        raise MeasureError(f"pulse table: {taken[0]!r} is the name of a column of results; rename it")
    return pd.concat([pd.DataFrame(place), pulses, pd.DataFrame(joint)], axis=1)


def _measured(
    trials: Trials,
    channel: int,
    to_methods: tuple[Mapping[str, Any], Mapping[str, np.ndarray]],
    section: Mapping[str, Any],
    decisions: pd.DataFrame | None,
) -> dict[str, np.ndarray]:
    """The columns of one muscle: notes, response window, measures, flags."""
    chosen, (given, flags) = _chosen(section), to_methods
    fresh, stale = fresh_and_stale(trials, channel, decisions)
    results: dict[str, np.ndarray] = {}
    for name in columns.order({name: method for name, (method, _) in chosen.items()}, given):
        method, values = chosen[name]
        found = method(*({**given, **results}[need] for need in columns.needs(method)), **values)
        results |= applied(found._asdict(), fresh)
    named = {column: results[column] for measure in MEASURES for column in measure.gives}
    by_reviewer = named["excluded"] & (named["reasons"] == "")
    named["reasons"] = np.where(by_reviewer, "reviewer", named["reasons"]).astype(object)
    notes = {name: note[:, channel] for name, note in trials.notes.items()}
    window = {"response_from_ms": given["response_ms"][:, 0], "response_to_ms": given["response_ms"][:, 1]}
    decided = {name: np.isin(np.arange(trials.n_trials), list(of)) for name, of in sorted(fresh.items())}
    uncertain = detectors_disagree(named["onset_ms"], named["onset_step_ms"], named["onset_aic_ms"])
    remains = artefact_remains(given["artefact_residual_uv"], named["background_rms_uv"])
    last = {
        "flags": joined(**flags, artefact_remains=remains, onset_uncertain=uncertain, decision_stale=stale),
        "decided": joined(**decided) if decided else np.full(trials.n_trials, "", dtype=object),
    }
    return {**notes, **window, **named, **last}


def _chosen(section: Mapping[str, Any]) -> dict[str, Any]:
    """The method of each measure, and its settings."""
    known = {measure.name: measure for measure in MEASURES}
    for name in section:
        if name not in known and name not in PROFILE_SETTINGS:
            near = did_you_mean(name, [*known, *PROFILE_SETTINGS])
            raise ConfigError(f"detection: no measure {name!r}; {near}")
    return {name: columns.choose(measure, section.get(name), "detection") for name, measure in known.items()}
