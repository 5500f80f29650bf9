"""Trials in memory with their truth, for tests and benchmarks."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from ..errors import ConfigError
from ..trials import STATES, Trials
from .amplifier import Clock
from .parameters import Parameters, generator
from .physiology import participant, physiology
from .recording import Channel, seen

if TYPE_CHECKING:
    import pandas as pd


def trials(
    n_trials: int = 100,
    *,
    muscle: str = "FDI",
    state: str = "rest",
    noise_uv: float | None = None,
    p2p_uv: np.ndarray | float | None = None,
    intensity_mso: np.ndarray | float | None = None,
    rate_hz: float = 4000.0,
    epoch_ms: tuple[float, float] = (-150.0, 350.0),
    family: str = "motor_unit_sum",
    seed: int = 0,
    parameters: Parameters | None = None,
) -> tuple[Trials, pd.DataFrame]:
    """Trials of one muscle of one simulated control, and their truth.

    Parameters
    ----------
    n_trials : int
        How many.
    muscle : str
        One of `MUSCLES`.
    state : {"rest", "active"}
        At rest, or in contraction with a silent period after each MEP.
    noise_uv : float, optional
        RMS of what the MEP stands in: noise at rest, or the EMG of the contraction.
    p2p_uv : float or array (n_trials,), optional
        Size of each MEP, NaN for a null trial; else drawn from the recruitment curve.
    intensity_mso : float or array (n_trials,), optional
        Intensity of each pulse, NaN for no pulse; else 120 % of the resting threshold.
    rate_hz : float
        Sampling rate.
    epoch_ms : (float, float)
        First sample, and end (not included), of the epoch; the pulse is at 0.
    family : str
        Family of waveforms, one of `FAMILIES`.
    seed : int
        Another seed is another person, with other chance.
    parameters : Parameters, optional
        The signal.

    Returns
    -------
    trials : Trials
        One channel, side R.
    truth : DataFrame
        One row a trial: trial, muscle, side, onset_ms (first sample where the noise-free MEP after the amplifier
        exceeds 1 % of its largest deflection), peak_to_peak_uv (of the same; NaN in null trials), noise_rms_uv (noise
        and contraction alone, -100 to -5 ms), snr (their ratio), the silent period, the artefact, rmt_mso, amt_mso.

    Raises
    ------
    ConfigError
        Where the state, the muscle or the family is unknown.
    """
    import pandas as pd

    if state not in STATES or not state:
        raise ConfigError(f"state {state!r}: expected rest or active")
    active = state == "active"
    parameters = parameters or Parameters()
    who = physiology(participant("sub-02", seed), "morning", muscle, seed, parameters)
    if noise_uv is not None and active:
        who = dataclasses.replace(who, contraction_uv=float(noise_uv))
    elif noise_uv is not None:
        parameters = dataclasses.replace(parameters, noise_uv=float(noise_uv))
    clock = Clock(rate_hz, epoch_ms[0], round((epoch_ms[1] - epoch_ms[0]) * rate_hz / 1000.0))
    asked = 1.2 * who.rest.threshold_mso if intensity_mso is None else intensity_mso
    intensity = np.broadcast_to(np.asarray(asked, float), n_trials)
    wanted = None if p2p_uv is None else np.broadcast_to(np.asarray(p2p_uv, float), n_trials)
    rng = generator(seed, muscle, state, family, "trials")
    view = seen(Channel(who, active=active, family=family), intensity, clock, parameters, rng, wanted)
    pulses = _pulses(intensity, muscle, state)
    truth = pd.DataFrame({"trial": np.arange(n_trials), "muscle": muscle, "side": "R", **view.truth})
    truth = truth.assign(rmt_mso=who.rest.threshold_mso, amt_mso=who.active.threshold_mso)
    return Trials(view.emg_uv[:, None], clock.times_ms, [muscle], pulses, ["R"]), truth


def _pulses(intensity_mso: np.ndarray, muscle: str, state: str) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "pulse": np.where(np.isnan(intensity_mso), "none", "single").astype(object),
            "intensity_mso": intensity_mso,
            "hotspot_muscle": muscle,
            "hotspot_side": "R",
            "state": state,
        }
    )
