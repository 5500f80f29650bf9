"""F waves: latency, persistence, chronodispersion and size, over supramaximal trials."""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Ge

from .bootstrap import N_BOOT, of_mean_size, resampled
from .cells import Estimate, said
from .intervals import log_t, of_mean, proportion
from .m_wave import plateau, supramaximal

FEW_STIMULI = 10
"""F waves vary: 10, better 20, stimuli are asked for."""

Count = Annotated[int, Ge(1)]
Draws = Annotated[int, Ge(100)]


class FLatency(NamedTuple):
    """Latency of F waves from the nerve pulse.

    Attributes
    ----------
    minimum : Estimate
        Shortest F wave (Fmin), which falls with the number of stimuli; no interval.
    mean : Estimate
        Mean over the F waves, with a t interval.
    maximum : Estimate
        Longest F wave; no interval.
    """

    minimum: Estimate
    mean: Estimate
    maximum: Estimate


class FPersistence(NamedTuple):
    """How often an F wave follows.

    Attributes
    ----------
    fraction : Estimate
        Trials with an F wave over supramaximal trials.
    """

    fraction: Estimate


class FChronodispersion(NamedTuple):
    """Spread of the latency of F waves.

    Attributes
    ----------
    range : Estimate
        Longest less shortest latency, which grows with the number of F waves; no interval.
    """

    range: Estimate


class FAmplitude(NamedTuple):
    """Peak-to-peak amplitude of F waves in percent of the largest M wave.

    Attributes
    ----------
    mean : Estimate
        Of the mean over the F waves.
    geometric_mean : Estimate
        Of their geometric mean, with a t interval on the log scale.
    """

    mean: Estimate
    geometric_mean: Estimate


class Waves(NamedTuple):
    """The supramaximal trials."""

    examined: np.ndarray
    """(n_trials,) True where an F wave was looked for."""
    found: np.ndarray
    """(n_trials,) True where there is one."""
    status: str


def waves(
    f_present: np.ndarray, f_peak_to_peak_uv: np.ndarray, m: tuple[np.ndarray, np.ndarray, np.ndarray], min_stimuli: int
) -> Waves:
    """Which trials were examined for an F wave, and have one; `m` is size and presence of the M wave, and current."""
    full = plateau(*m)
    examined = supramaximal(*m) & np.isfinite(f_peak_to_peak_uv)
    found, n = examined & (f_present > 0), int(examined.sum())
    window = np.isfinite(f_peak_to_peak_uv).any()
    codes = said(
        no_values=not window,
        no_f_waves=bool(n) and not found.any(),
        few_trials=0 < n < min_stimuli,
    )
    return Waves(examined, found, ";".join(filter(None, [full.status, codes])))


def f_latency(
    f_onset_ms: np.ndarray,
    f_present: np.ndarray,
    f_peak_to_peak_uv: np.ndarray,
    m_peak_to_peak_uv: np.ndarray,
    m_present: np.ndarray,
    nerve_ma: np.ndarray,
    /,
    *,
    min_stimuli: Count = FEW_STIMULI,
) -> FLatency:
    """Latency of the F waves that follow supramaximal stimuli (M wave of 90 % of the largest, or more).

    Parameters
    ----------
    min_stimuli : int
        Fewer supramaximal stimuli than this get the status few_trials.

    References
    ----------
    Minimum and mean: the field's standard. Interval: Student 1908.
    """
    of = waves(f_present, f_peak_to_peak_uv, (m_peak_to_peak_uv, m_present, nerve_ma), min_stimuli)
    onsets = f_onset_ms[of.found & np.isfinite(f_onset_ms)]
    if not (n := len(onsets)):
        return FLatency(*[Estimate(np.nan, status=of.status or "no_f_waves")] * 3)
    return FLatency(
        Estimate(float(onsets.min()), n_used=n, method="shortest, no interval", status=of.status),
        Estimate(float(onsets.mean()), *of_mean(onsets), n, "mean, t", of.status),
        Estimate(float(onsets.max()), n_used=n, method="longest, no interval", status=of.status),
    )


def f_persistence(
    f_present: np.ndarray,
    f_peak_to_peak_uv: np.ndarray,
    m_peak_to_peak_uv: np.ndarray,
    m_present: np.ndarray,
    nerve_ma: np.ndarray,
    /,
    *,
    min_stimuli: Count = FEW_STIMULI,
) -> FPersistence:
    """Share of supramaximal stimuli that an F wave follows.

    Parameters
    ----------
    min_stimuli : int
        Fewer supramaximal stimuli than this get the status few_trials.

    References
    ----------
    Definition: the field's standard. Interval: Wilson 1927.
    """
    of = waves(f_present, f_peak_to_peak_uv, (m_peak_to_peak_uv, m_present, nerve_ma), min_stimuli)
    return FPersistence(proportion(int(of.found.sum()), int(of.examined.sum()), of.status))


def f_chronodispersion(
    f_onset_ms: np.ndarray,
    f_present: np.ndarray,
    f_peak_to_peak_uv: np.ndarray,
    m_peak_to_peak_uv: np.ndarray,
    m_present: np.ndarray,
    nerve_ma: np.ndarray,
    /,
    *,
    min_stimuli: Count = FEW_STIMULI,
) -> FChronodispersion:
    """Longest less shortest latency of the F waves that follow supramaximal stimuli.

    Parameters
    ----------
    min_stimuli : int
        Fewer supramaximal stimuli than this get the status few_trials.

    References
    ----------
    Definition: the field's standard.
    """
    of = waves(f_present, f_peak_to_peak_uv, (m_peak_to_peak_uv, m_present, nerve_ma), min_stimuli)
    onsets = f_onset_ms[of.found & np.isfinite(f_onset_ms)]
    value = float(np.ptp(onsets)) if len(onsets) > 1 else np.nan
    status = of.status or said(few_trials=len(onsets) < 2)
    return FChronodispersion(Estimate(value, n_used=len(onsets), method="longest less shortest", status=status))


def f_amplitude_to_m(
    f_present: np.ndarray,
    f_peak_to_peak_uv: np.ndarray,
    m_peak_to_peak_uv: np.ndarray,
    m_present: np.ndarray,
    nerve_ma: np.ndarray,
    rng: np.random.Generator,
    /,
    *,
    min_stimuli: Count = FEW_STIMULI,
    n_boot: Draws = N_BOOT,
) -> FAmplitude:
    """Size of the F waves that there are, in percent of Mmax, whose own error is not in the interval.

    Parameters
    ----------
    min_stimuli : int
        Fewer supramaximal stimuli than this get the status few_trials.
    n_boot : int
        Draws of the bootstrap.

    References
    ----------
    Definition: the field's standard. Intervals: Efron 1981 (bootstrap-t), Student 1908.
    """
    m = (m_peak_to_peak_uv, m_present, nerve_ma)
    of = waves(f_present, f_peak_to_peak_uv, m, min_stimuli)
    sizes = 100.0 * f_peak_to_peak_uv[of.found] / plateau(*m).uv
    if not (n := len(sizes)):
        return FAmplitude(*[Estimate(np.nan, status=of.status)] * 2)
    limits = of_mean_size(sizes, resampled(n, n_boot, rng))
    return FAmplitude(
        Estimate(float(sizes.mean()), *limits, n, "mean, bootstrap-t of its logarithm", of.status),
        Estimate(float(np.exp(np.log(sizes).mean())), *log_t(sizes), n, "geometric mean, t on log scale", of.status),
    )
