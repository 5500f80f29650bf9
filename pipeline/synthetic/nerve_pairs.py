"""Pairs of nerve stimuli with a true recovery curve of the H reflex."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..trials import Trials
from .nerve import Nerve
from .nerve_trials import nerve_trials
from .parameters import Parameters, generator

if TYPE_CHECKING:
    import pandas as pd

H_SHARE = 0.9
"""The stimulus evokes so much of the largest H reflex, on the rising side of its curve: the M wave is small there."""


def current_ma(nerve: Nerve) -> float:
    """Current of an H reflex of 90 % of the largest, on the rising side, to a tenth of a mA."""
    grid = np.arange(0.3, 1.0, 0.001) * nerve.m50_ma
    size = nerve.h_uv(grid)
    return round(float(grid[(size >= H_SHARE * size.max()).argmax()]), 1)


def nerve_pairs(
    nerve: Nerve,
    recovery: Mapping[float, float],
    n_trials: int,
    *,
    parameters: Parameters | None = None,
    rate_hz: float = 5000.0,
    epoch_ms: tuple[float, float] = (-1150.0, 150.0),
    seed: int = 0,
) -> tuple[Trials, pd.DataFrame]:
    """Trials at rest of single nerve stimuli and of pairs, in random order, and their truth.

    Both stimuli of a pair leave artefact, M wave, H reflex and F wave; only the H reflex of the second differs from
    that of a single one.

    Parameters
    ----------
    nerve : Nerve
        What answers.
    recovery : mapping of float to float
        Interval in ms -> median second H reflex over the median unconditioned one.
    n_trials : int
        Trials of each interval, and of single stimuli.
    parameters : Parameters, optional
        Noise, artefact, amplifier.
    rate_hz, epoch_ms
        Sampling rate; first sample and end (not included) of the epoch, which begins before the background of the
        longest interval.
    seed : int
        Of chance.

    Returns
    -------
    trials : Trials
        One channel, side R.
    truth : DataFrame
        As of `nerve_trials`, of the stimulus at 0.
    """
    isi_ms = np.repeat([np.nan, *recovery], n_trials)
    generator("nerve pairs", nerve.muscle, nerve.m_max_uv, seed).shuffle(isi_ms)
    factor = np.ones(len(isi_ms))
    for each, ratio in recovery.items():
        factor[isi_ms == each] = ratio
    current = np.full(len(isi_ms), current_ma(nerve))
    trials, truth = nerve_trials(
        nerve, current, parameters=parameters, rate_hz=rate_hz, epoch_ms=epoch_ms, seed=seed, h_factor=factor
    )
    silent = dataclasses.replace(parameters or Parameters(), noise_uv=0.0, mains_uv=0.0, drift_uv=0.0)
    emg_uv = trials.emg_uv.astype(float)
    for n, each in enumerate(recovery):
        own = np.flatnonzero(isi_ms == each)
        from_first = (epoch_ms[0] + each, epoch_ms[1] + each)
        other = seed + 1_000_003 * (n + 1)
        first, _ = nerve_trials(
            nerve, current[own], parameters=silent, rate_hz=rate_hz, epoch_ms=from_first, seed=other
        )
        emg_uv[own] += first.emg_uv
    pulses = trials.pulses.assign(pulse=np.where(np.isnan(isi_ms), "nerve", "nerve_pair"), isi_ms=isi_ms)
    return trials.replace(emg_uv=emg_uv, pulses=pulses), truth
