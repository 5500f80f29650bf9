"""Paired pulses with a true ratio: a conditioning stimulus, then a test pulse whose response it changes."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..trials import Trials
from .amplifier import Clock
from .parameters import Parameters
from .physiology import Physiology
from .recording import Channel, seen

if TYPE_CHECKING:
    import pandas as pd


class Pair(NamedTuple):
    """One kind of pair.

    Sizes of single and of paired responses are log-normal around their medians; where the conditioned ones spread more
    or less than the test responses, the ratio of means is another than the ratio of medians.
    """

    pulse: str
    """paired, or nerve_tms."""
    isi_ms: float
    ratio: float
    """Median conditioned over median test response."""
    log_sd: float
    """SD of the logarithms of conditioned responses."""
    conditioning: float = 0.8
    """Conditioning pulse over the resting threshold; from 1 on it has a response of its own. Not for a nerve."""


class Unconditioned(NamedTuple):
    """Responses to the test pulse alone."""

    median_uv: float
    log_sd: float
    intensity: float = 1.2
    """Over the resting threshold."""


def paired_pulses(
    who: Physiology,
    pairs: Sequence[Pair],
    test: Unconditioned,
    n_trials: int,
    clock: Clock,
    parameters: Parameters,
    rng: np.random.Generator,
) -> tuple[Trials, pd.DataFrame]:
    """A recording at rest of test pulses, pairs, and conditioning pulses alone, in random order; and its truth.

    The first stimulus of a pair leaves its artefact and, where it is above threshold, its own response; a nerve
    stimulus leaves its artefact alone, no M wave.

    Parameters
    ----------
    who : Physiology
        The muscle.
    pairs : sequence of Pair
        What is given beside the test pulse.
    test : Unconditioned
        The test pulse.
    n_trials : int
        Trials of each kind.
    clock, parameters, rng
        Samples (the epoch has to begin before the background of the longest interval), signal, source of chance.

    Returns
    -------
    trials : Trials
        One channel, side R, the hot-spot. The pulse table carries `true_uv`, the size of each response to the pulse at
        0; NaN where there is none.
    truth : DataFrame
        One row a kind of pair: pulse, isi_ms, and the true ratio in each convention of the metrics.
    """
    import pandas as pd

    test_mso = round(test.intensity * who.rest.threshold_mso)
    below = sorted({each.conditioning for each in pairs if each.pulse == "paired" and each.conditioning < 1})
    kinds = [_single(test_mso, test.median_uv, test.log_sd)]
    kinds += [_single(round(each * who.rest.threshold_mso), np.nan, 0.0) for each in below]
    kinds += [_paired(each, who, test, test_mso) for each in pairs]
    pulses = pd.DataFrame(kinds).loc[np.repeat(np.arange(len(kinds)), n_trials)]
    pulses = pulses.iloc[rng.permutation(len(pulses))].reset_index(drop=True)
    size_uv = pulses.pop("median_uv") * np.exp(pulses.pop("log_sd") * rng.normal(size=len(pulses)))
    channel = Channel(who)
    view = seen(channel, pulses["intensity_mso"].to_numpy(float), clock, parameters, rng, size_uv.to_numpy())
    emg_uv = view.emg_uv + first_uv(channel, pulses, clock, parameters, rng)
    pulses = pulses.assign(hotspot_muscle=who.muscle, hotspot_side="R", state="rest", true_uv=size_uv)
    return Trials(emg_uv[:, None], clock.times_ms, [who.muscle], pulses, ["R"]), _truth(pairs, test)


def _single(intensity_mso: float, median_uv: float, log_sd: float) -> dict[str, object]:
    return {"pulse": "single", "intensity_mso": intensity_mso, "median_uv": median_uv, "log_sd": log_sd}


def _paired(pair: Pair, who: Physiology, test: Unconditioned, test_mso: float) -> dict[str, object]:
    first = round(pair.conditioning * who.rest.threshold_mso) if pair.pulse == "paired" else np.nan
    own = {"isi_ms": pair.isi_ms, "conditioning_mso": first, "nerve_ma": 8.0 if pair.pulse == "nerve_tms" else np.nan}
    return {**_single(test_mso, pair.ratio * test.median_uv, pair.log_sd), "pulse": pair.pulse, **own}


def first_uv(
    channel: Channel, pulses: pd.DataFrame, clock: Clock, parameters: Parameters, rng: np.random.Generator
) -> np.ndarray:
    """(n_trials, n_samples) what the first stimulus of each pair leaves; nothing in other trials.

    `pulses` has isi_ms and conditioning_mso, NaN for a nerve.
    """
    silent = dataclasses.replace(parameters, noise_uv=0.0, mains_uv=0.0, drift_uv=0.0, preactivated_share=0.0)
    out = np.zeros((len(pulses), clock.n_samples))
    threshold_mso = channel.physiology.rest.threshold_mso
    for isi_ms in sorted(pulses["isi_ms"].dropna().unique().tolist()):
        own = pulses[pulses["isi_ms"] == isi_ms]
        first_mso = own["conditioning_mso"].fillna(threshold_mso).to_numpy(float)
        drawn = channel.physiology.rest.median_uv(first_mso) * np.exp(rng.normal(0.0, parameters.log_sd, len(own)))
        size_uv = np.where(own["conditioning_mso"].to_numpy(float) >= threshold_mso, drawn, np.nan)
        from_first = clock._replace(start_ms=clock.start_ms + isi_ms)
        out[own.index] = seen(channel, first_mso, from_first, silent, rng, size_uv).emg_uv
    return out


def _truth(pairs: Sequence[Pair], test: Unconditioned) -> pd.DataFrame:
    import pandas as pd

    made = pd.DataFrame([{"pulse": each.pulse, "isi_ms": each.isi_ms} for each in pairs])
    medians = np.array([each.ratio for each in pairs])
    means = medians * np.exp((np.array([each.log_sd for each in pairs]) ** 2 - test.log_sd**2) / 2)
    return made.assign(
        ratio_of_means=means, geometric_ratio=medians, ratio_of_medians=medians, percent_change=100 * (means - 1)
    )
