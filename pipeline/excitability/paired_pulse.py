"""Pairs of TMS pulses over the motor cortex: inhibition and facilitation of the second response by the first."""

import numpy as np

from .bootstrap import N_BOOT
from .ratio import (
    FEW_TRIALS,
    RESPONDS_UV,
    Count,
    Draws,
    Gate,
    Limits,
    Means,
    Pairs,
    Positive,
    Range,
    Ratio,
    Spans,
    compared,
)


def sici(
    peak_to_peak_uv: np.ndarray,
    intensity_mso: np.ndarray,
    conditioning_mso: np.ndarray,
    test_peak_to_peak_uv: np.ndarray,
    test_background_rms_uv: np.ndarray,
    alone_peak_to_peak_uv: np.ndarray,
    rng: np.random.Generator,
    /,
    *,
    isi_ms: Spans = (2.0, 3.0),
    test_uv: Range = (200.0, None),
    min_test_to_background: Positive = 10.0,
    min_trials: Count = FEW_TRIALS,
    interval: Means = "log_t",
    n_boot: Draws = N_BOOT,
) -> Ratio:
    """Short-interval intracortical inhibition: a weaker conditioning pulse, then the test pulse, 2 or 3 ms apart.

    Parameters
    ----------
    isi_ms : tuple of float
        Intervals that are SICI, each a metric of its own; 1, 1.5 and 2.6 ms mix it with refractoriness and SICF.
    test_uv : (float, float or null)
        Least and most that the median response to the test pulse alone may be; [500, 1500] for a 1 mV design.
    min_test_to_background : float
        That median over the median RMS of the EMG before the test pulses must be this at least.
    min_trials : int
        Fewer pairs or fewer test pulses than this get the status few_trials.
    interval : {"bca", "log_t"}
        Interval of the ratio of means: a bootstrap, or a t interval on the log scale, which is wider for few trials.
    n_boot : int
        Draws of the bootstrap.

    References
    ----------
    Kujirai 1993.
    Gates and intervals of the conventions: own; number of trials: Biabani 2018 (unverified).
    """
    del isi_ms  # which pairs these are is for the frame to say
    pairs = Pairs(peak_to_peak_uv, intensity_mso, test_peak_to_peak_uv, test_background_rms_uv)
    gate = Gate(test_uv, min_test_to_background, min_trials)
    return compared(
        pairs, gate, Limits(rng, n_boot, interval), **_weaker(conditioning_mso, intensity_mso, alone_peak_to_peak_uv)
    )


def icf(
    peak_to_peak_uv: np.ndarray,
    intensity_mso: np.ndarray,
    conditioning_mso: np.ndarray,
    test_peak_to_peak_uv: np.ndarray,
    test_background_rms_uv: np.ndarray,
    alone_peak_to_peak_uv: np.ndarray,
    rng: np.random.Generator,
    /,
    *,
    isi_ms: Spans = (10.0, 15.0),
    test_uv: Range = (200.0, None),
    min_test_to_background: Positive = 10.0,
    min_trials: Count = FEW_TRIALS,
    interval: Means = "log_t",
    n_boot: Draws = N_BOOT,
) -> Ratio:
    """Intracortical facilitation: a weaker conditioning pulse, then the test pulse, 10 or 15 ms apart.

    Parameters
    ----------
    isi_ms : tuple of float
        Intervals that are ICF, each a metric of its own.
    test_uv : (float, float or null)
        Least and most that the median response to the test pulse alone may be; [500, 1500] for a 1 mV design.
    min_test_to_background : float
        That median over the median RMS of the EMG before the test pulses must be this at least.
    min_trials : int
        Fewer pairs or fewer test pulses than this get the status few_trials.
    interval : {"bca", "log_t"}
        Interval of the ratio of means: a bootstrap, or a t interval on the log scale, which is wider for few trials.
    n_boot : int
        Draws of the bootstrap.

    References
    ----------
    Kujirai 1993.
    Gates and intervals of the conventions: own; number of trials: Biabani 2018 (unverified).
    """
    del isi_ms  # which pairs these are is for the frame to say
    pairs = Pairs(peak_to_peak_uv, intensity_mso, test_peak_to_peak_uv, test_background_rms_uv)
    gate = Gate(test_uv, min_test_to_background, min_trials)
    return compared(
        pairs, gate, Limits(rng, n_boot, interval), **_weaker(conditioning_mso, intensity_mso, alone_peak_to_peak_uv)
    )


def lici(
    peak_to_peak_uv: np.ndarray,
    intensity_mso: np.ndarray,
    test_peak_to_peak_uv: np.ndarray,
    test_background_rms_uv: np.ndarray,
    rng: np.random.Generator,
    /,
    *,
    isi_ms: Spans = (100.0,),
    test_uv: Range = (200.0, None),
    min_test_to_background: Positive = 10.0,
    min_trials: Count = FEW_TRIALS,
    interval: Means = "log_t",
    n_boot: Draws = N_BOOT,
) -> Ratio:
    """Long-interval intracortical inhibition: a conditioning pulse above threshold, then the test pulse, 100 ms apart.

    Parameters
    ----------
    isi_ms : tuple of float
        Intervals that are LICI, each a metric of its own.
    test_uv : (float, float or null)
        Least and most that the median response to the test pulse alone may be; [500, 1500] for a 1 mV design.
    min_test_to_background : float
        That median over the median RMS of the EMG before the test pulses must be this at least.
    min_trials : int
        Fewer pairs or fewer test pulses than this get the status few_trials.
    interval : {"bca", "log_t"}
        Interval of the ratio of means: a bootstrap, or a t interval on the log scale, which is wider for few trials.
    n_boot : int
        Draws of the bootstrap.

    References
    ----------
    Valls-Sole 1992.
    Gates and intervals of the conventions: own; number of trials: Biabani 2018 (unverified).
    """
    del isi_ms  # which pairs these are is for the frame to say
    pairs = Pairs(peak_to_peak_uv, intensity_mso, test_peak_to_peak_uv, test_background_rms_uv)
    return compared(pairs, Gate(test_uv, min_test_to_background, min_trials), Limits(rng, n_boot, interval))


def _weaker(
    conditioning_mso: np.ndarray, intensity_mso: np.ndarray, alone_uv: np.ndarray
) -> dict[str, dict[str, bool]]:
    """What must be so, and what should, of a conditioning pulse that is to stay below threshold."""
    first, then = conditioning_mso[np.isfinite(conditioning_mso)], intensity_mso[np.isfinite(intensity_mso)]
    # pulses of unknown intensity agree with an unknown conditioning intensity, but say nothing of it
    alone = alone_uv[np.isfinite(alone_uv)] if len(first) else alone_uv[:0]
    stronger = bool(len(first) and len(then)) and float(np.median(first)) >= float(np.median(then))
    responds = bool(len(alone)) and float(np.median(alone)) >= RESPONDS_UV
    return {
        "faults": {"conditioning_not_weaker": stronger, "conditioning_responds": responds},
        "remarks": {
            "no_conditioning_intensity": len(first) < len(conditioning_mso),
            "conditioning_not_checked": not len(alone),
        },
    }
