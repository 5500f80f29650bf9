"""Rows of trials drawn from the truth of a design without any signal, for studies that are simulated by the hundred.

What detection would measure is the truth with an error of its usual order: noise adds to a size in quadrature, onsets
and returns of EMG scatter. That errors of detectors are so, and independent from trial to trial, is our own choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..pulse_table import CRITERION_UV
from .design_files import pulse_table_columns
from .design_nerve_rows import nerve_measures, root_measures
from .design_pulses import Columns
from .design_schema import Design
from .design_truth import drawn_uv, onset_ms, return_scale_ms
from .parameters import Parameters, generator
from .visits import attendances
from .walk import Part, parts

if TYPE_CHECKING:
    import pandas as pd

PEAK_TO_PEAK_OF_RMS = 6.0
"""Peak-to-peak of noise in a response window over its RMS."""
ONSET_ERROR_MS, ALONE_ERROR_MS = 0.3, 0.5
MEP_MS: Mapping[str, float] = {"FDI": 12.0, "TA": 22.0}
AREA_MS = 4.0
"""Area of an MEP over its peak-to-peak size."""
MOST_RESTING_UV = 5.0
"""A trial at rest with more background is excluded."""
MEASURED = (
    "background_rms_uv", "background_peak_to_peak_uv", "peak_to_peak_uv", "onset_ms", "onset_alone_ms", "mep_end_ms",
    "area_uv_ms", "cortical_sp_onset_ms", "cortical_sp_first_return_ms", "cortical_sp_full_return_ms",
    "cortical_sp_depth_percent",
    *(f"{wave}_{name}" for wave in "mhf" for name in ("peak_to_peak_uv", "onset_ms", "duration_ms", "area_uv_ms")),
)  # fmt: skip
"""Columns of numbers, NaN where a block does not give them."""
FOUND = (
    "mep_present",
    "cortical_sp_present",
    "cortical_sp_censored",
    "m_present",
    "h_present",
    "f_present",
    "excluded",
)
"""Columns of yes and no, False where a block does not give them."""
OF_A_VISIT = ("session", "arm", "period", "sequence", "time_of_day")


def rows(design: Design, seed: int = 1) -> pd.DataFrame:
    """Rows of trials of everybody in a design, as detection would give them; the truth is that of `simulate_design`.

    Parameters
    ----------
    design : Design
        See `designs.read`.
    seed : int
        Of the study.

    Returns
    -------
    DataFrame
        One row a trial: subject, group, recording, task, trial, muscle, side, the columns of the visit, the pulse
        table, and what metrics are computed from. `pipeline.summarise` takes the rows of one subject.
    """
    import pandas as pd

    told = [_drawn(part, design.signal) for each in attendances(design, seed) for part in parts(design, seed, each)]
    n_each = [len(each["pulse"]) for each in told]
    names = list(dict.fromkeys(name for each in told for name in each))
    table = pd.DataFrame({name: _column([each[name] for each in told], n_each) for name in names})
    return table.assign(trial=table.groupby("recording", sort=False).cumcount())


def _column(pieces: list[Any], n_each: list[int]) -> np.ndarray:
    """One column of all parts, each an array or one value for the whole part."""
    whole = [each if np.ndim(each) else np.full(n, each, object if isinstance(each, str) else None)
             for each, n in zip(pieces, n_each, strict=True)]  # fmt: skip
    return np.concatenate(whole)


def _drawn(part: Part, parameters: Parameters) -> dict[str, Any]:
    rng = generator(part.name, "rows")
    visit = part.visit
    place: dict[str, Any] = {
        "subject": part.who.label.removeprefix("sub-"),
        "group": part.who.group,
        "recording": part.recording,
    }
    place |= {name: getattr(visit, name) for name in OF_A_VISIT}
    place |= {"task": part.block.task, "run": "", "trial": 0, "muscle": part.block.muscle, "side": part.block.side}
    nothing: dict[str, Any] = {**dict.fromkeys(MEASURED, np.nan), **dict.fromkeys(FOUND, False)}
    return {**place, **pulse_table_columns(part, parameters.mvc_percent), **nothing, **_measures(part, parameters, rng)}


def _measures(part: Part, parameters: Parameters, rng: np.random.Generator) -> Columns:
    told = part.told
    background = _background(part, parameters, rng)
    found = {**background, **_meps(part, background, parameters, rng)}
    if (told["pulse"] == "nerve").any():
        assert part.state.nerve is not None
        found |= nerve_measures(part.state.nerve, told["nerve_ma"], background["background_rms_uv"], parameters, rng)
    if (root := told["pulse"] == "root").any():
        assert part.state.nerve is not None
        for name, values in root_measures(part.state.nerve, int(root.sum()), rng).items():
            found[name] = found[name].copy()
            found[name][root] = values
    return found


def _background(part: Part, parameters: Parameters, rng: np.random.Generator) -> Columns:
    n, active = len(part.told["pulse"]), part.told["state"] == "active"
    held = part.state.physiology.contraction_uv if part.state.physiology is not None else 0.0
    careless = (rng.random(n) < parameters.preactivated_share) & ~active
    emg_uv = np.where(active, held, parameters.preactivated_uv * careless)
    rms_uv = np.hypot(emg_uv, parameters.noise_uv) * np.exp(rng.normal(0.0, 0.1, n))
    excess = PEAK_TO_PEAK_OF_RMS * np.exp(rng.normal(0.0, 0.1, n))
    return {
        "background_rms_uv": rms_uv,
        "background_peak_to_peak_uv": rms_uv * excess,
        "excluded": ~active & (rms_uv > MOST_RESTING_UV),
    }


def _meps(part: Part, background: Columns, parameters: Parameters, rng: np.random.Generator) -> Columns:
    """What is measured of the answer to TMS, and of the silent period behind it."""
    told, of, n = part.told, part.state.physiology, len(part.told["pulse"])
    size_uv = drawn_uv(told, part.state, parameters, rng)
    noise_uv = background["background_rms_uv"] * PEAK_TO_PEAK_OF_RMS * np.exp(rng.normal(0.0, 0.1, n))
    seen_uv, active = np.hypot(np.nan_to_num(size_uv), noise_uv), told["state"] == "active"
    excess_uv = np.where(active, seen_uv - background["background_peak_to_peak_uv"], seen_uv)
    found = {
        "peak_to_peak_uv": seen_uv,
        "mep_present": excess_uv >= np.where(active, CRITERION_UV["active"], CRITERION_UV["rest"]),
    }
    if of is None:
        return found
    true_ms = np.where(active, onset_ms(of, True), onset_ms(of, False))
    true_ms = np.where(np.isnan(size_uv), np.nan, true_ms + rng.normal(0.0, parameters.latency_jitter_ms, n))
    end_ms = true_ms + MEP_MS.get(of.muscle, 15.0) * np.exp(rng.normal(0.0, 0.1, n))
    found |= {
        "onset_ms": true_ms + rng.normal(0.0, ONSET_ERROR_MS, n),
        "onset_alone_ms": true_ms + rng.normal(0.0, ALONE_ERROR_MS, n),
        "mep_end_ms": end_ms,
        "area_uv_ms": AREA_MS * np.where(np.isnan(size_uv), np.nan, seen_uv),
    }
    return found | _silence(
        np.where(active, of.silent_period_ms(told["intensity_mso"]), np.nan), end_ms, parameters, rng
    )


def _silence(mean_ms: np.ndarray, mep_end_ms: np.ndarray, parameters: Parameters, rng: np.random.Generator) -> Columns:
    n = len(mean_ms)
    end_ms = mean_ms + rng.normal(0.0, parameters.silent_period_sd_ms, n)
    return {
        "cortical_sp_present": np.isfinite(end_ms),
        "cortical_sp_onset_ms": np.where(np.isfinite(end_ms), mep_end_ms, np.nan),
        "cortical_sp_first_return_ms": end_ms + rng.rayleigh(return_scale_ms(parameters), n),
        "cortical_sp_full_return_ms": end_ms + parameters.recovery_ms,
        "cortical_sp_depth_percent": np.where(np.isfinite(end_ms), np.minimum(rng.normal(95.0, 1.5, n), 100.0), np.nan),
    }
