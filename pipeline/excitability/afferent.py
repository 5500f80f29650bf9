"""A nerve is stimulated, then the motor cortex: inhibition and facilitation of the response by the afferent volley."""

import numpy as np

from .bootstrap import N_BOOT
from .ratio import FEW_TRIALS, Count, Draws, Gate, Limits, Means, Pairs, Positive, Range, Ratio, Spans, compared

ARM = ("arm", "")
"""Limbs of SAI, LAI and AIF, whose intervals mean something else in a leg; an unknown muscle is taken for an arm's."""
LEG = ("leg",)
"""Limb of the afferent conditioning of leg muscles."""


def sai(
    peak_to_peak_uv: np.ndarray,
    intensity_mso: np.ndarray,
    test_peak_to_peak_uv: np.ndarray,
    test_background_rms_uv: np.ndarray,
    rng: np.random.Generator,
    /,
    *,
    isi_ms: Spans = (20.0, 25.0),
    test_uv: Range = (200.0, None),
    min_test_to_background: Positive = 10.0,
    min_trials: Count = FEW_TRIALS,
    interval: Means = "log_t",
    n_boot: Draws = N_BOOT,
) -> Ratio:
    """Short-latency afferent inhibition: a nerve of the arm 20 or 25 ms before the test pulse.

    Parameters
    ----------
    isi_ms : tuple of float
        Intervals that are SAI, each a metric of its own; for N20 + 2 ms state each subject's own in an override.
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
    Tokimura 2000.
    Gates and intervals of the conventions: own; number of trials: Biabani 2018 (unverified).
    """
    del isi_ms  # which pairs these are is for the frame to say
    pairs = Pairs(peak_to_peak_uv, intensity_mso, test_peak_to_peak_uv, test_background_rms_uv)
    return compared(pairs, Gate(test_uv, min_test_to_background, min_trials), Limits(rng, n_boot, interval))


def lai(
    peak_to_peak_uv: np.ndarray,
    intensity_mso: np.ndarray,
    test_peak_to_peak_uv: np.ndarray,
    test_background_rms_uv: np.ndarray,
    rng: np.random.Generator,
    /,
    *,
    isi_ms: Spans = (200.0,),
    test_uv: Range = (200.0, None),
    min_test_to_background: Positive = 10.0,
    min_trials: Count = FEW_TRIALS,
    interval: Means = "log_t",
    n_boot: Draws = N_BOOT,
) -> Ratio:
    """Long-latency afferent inhibition: a nerve of the arm 200 ms before the test pulse.

    Parameters
    ----------
    isi_ms : tuple of float
        Intervals that are LAI, each a metric of its own.
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
    Chen 1999; intervals of 150 and 200 ms: Lin 2018.
    Gates and intervals of the conventions: own; number of trials: Biabani 2018 (unverified).
    """
    del isi_ms  # which pairs these are is for the frame to say
    pairs = Pairs(peak_to_peak_uv, intensity_mso, test_peak_to_peak_uv, test_background_rms_uv)
    return compared(pairs, Gate(test_uv, min_test_to_background, min_trials), Limits(rng, n_boot, interval))


def aif(
    peak_to_peak_uv: np.ndarray,
    intensity_mso: np.ndarray,
    test_peak_to_peak_uv: np.ndarray,
    test_background_rms_uv: np.ndarray,
    rng: np.random.Generator,
    /,
    *,
    isi_ms: Spans = (45.0, 60.0, 80.0),
    test_uv: Range = (200.0, None),
    min_test_to_background: Positive = 10.0,
    min_trials: Count = FEW_TRIALS,
    interval: Means = "log_t",
    n_boot: Draws = N_BOOT,
) -> Ratio:
    """Afferent-induced facilitation: a nerve of the arm 45 to 80 ms before the test pulse.

    Parameters
    ----------
    isi_ms : tuple of float
        Intervals that are AIF, each a metric of its own.
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
    Devanne 2009 (unverified).
    Gates and intervals of the conventions: own; number of trials: Biabani 2018 (unverified).
    """
    del isi_ms  # which pairs these are is for the frame to say
    pairs = Pairs(peak_to_peak_uv, intensity_mso, test_peak_to_peak_uv, test_background_rms_uv)
    return compared(pairs, Gate(test_uv, min_test_to_background, min_trials), Limits(rng, n_boot, interval))


def leg_afferent(
    peak_to_peak_uv: np.ndarray,
    intensity_mso: np.ndarray,
    test_peak_to_peak_uv: np.ndarray,
    test_background_rms_uv: np.ndarray,
    rng: np.random.Generator,
    /,
    *,
    isi_ms: Spans = (30.0, 35.0, 45.0, 60.0, 100.0, 200.0),
    test_uv: Range = (200.0, None),
    min_test_to_background: Positive = 10.0,
    min_trials: Count = FEW_TRIALS,
    interval: Means = "log_t",
    n_boot: Draws = N_BOOT,
) -> Ratio:
    """Afferent conditioning of a leg muscle: a nerve of the leg, such as the peroneal, before the test pulse.

    Parameters
    ----------
    isi_ms : tuple of float
        Intervals, each a metric of its own.
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
    Lin 2018 (peroneal nerve, TA).
    Gates and intervals of the conventions: own; number of trials: Biabani 2018 (unverified).
    """
    del isi_ms  # which pairs these are is for the frame to say
    pairs = Pairs(peak_to_peak_uv, intensity_mso, test_peak_to_peak_uv, test_background_rms_uv)
    return compared(pairs, Gate(test_uv, min_test_to_background, min_trials), Limits(rng, n_boot, interval))
