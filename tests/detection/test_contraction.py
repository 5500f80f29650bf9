"""Maximal contractions: the largest RMS of half a second, of known truth, and no limit that excludes them."""

import numpy as np
import pandas as pd
import pytest

from pipeline import windows
from pipeline.detection import detect
from pipeline.detection.contraction import largest_rms
from pipeline.synthetic.amplifier import Clock
from pipeline.synthetic.noise import Silence, contraction
from pipeline.synthetic.parameters import Parameters, generator, muscle_model
from pipeline.synthetic.units import motor_units
from pipeline.trials import Trials

RATE_HZ = 2000.0
TIMES_MS = np.arange(-200.0, 3000.0, 1000.0 / RATE_HZ)
BURST_MS = np.array([1000.0, 1800.0])


def mvc(n):
    return np.full(n, "mvc", object)


def slow(signal, n):
    """The largest RMS, stretch by stretch."""
    return max(signal[start : start + n].std() for start in range(len(signal) - n + 1))


def epochs(n_trials, burst_uv, rms_uv=2.0, seed=0):
    """White noise of RMS `rms_uv`, and of `burst_uv` in the burst."""
    emg = np.random.default_rng(seed).normal(0, rms_uv, (n_trials, len(TIMES_MS)))
    emg[:, windows.inside(TIMES_MS, BURST_MS)] *= burst_uv / rms_uv
    return emg


def test_it_is_the_largest_of_every_stretch():
    emg = epochs(3, 300.0)[:, ::8]
    found = largest_rms(emg, TIMES_MS[::8], mvc(3)).mvc_rms_uv
    np.testing.assert_allclose(found, [slow(each, 125) for each in emg], rtol=1e-10)


def test_a_burst_of_known_strength_is_found_wherever_it_is():
    found = largest_rms(epochs(20, 300.0), TIMES_MS, mvc(20)).mvc_rms_uv
    assert np.median(found) == pytest.approx(300.0, rel=0.04)
    assert (np.abs(found / 300.0 - 1.0) < 0.1).all()
    shifted = np.roll(epochs(20, 300.0), 1500, axis=-1)
    np.testing.assert_allclose(largest_rms(shifted, TIMES_MS, mvc(20)).mvc_rms_uv, found, rtol=0.02)


def test_motor_units_of_a_burst_are_found():
    parameters, rng = Parameters(), generator("mvc")
    clock = Clock(RATE_HZ, -200.0, len(TIMES_MS))
    never = Silence(*np.full((3, 10), np.nan))
    units = motor_units(muscle_model("FDI"), rng)
    burst = contraction(np.full(10, 400.0), never, units, clock, parameters, rng).emg_uv
    emg = np.where(windows.inside(TIMES_MS, BURST_MS), burst, 0.1 * burst)
    found = largest_rms(emg, TIMES_MS, mvc(10)).mvc_rms_uv
    within = windows.inside(TIMES_MS, BURST_MS)
    assert (found >= 0.99 * emg[:, within].std(-1)).all()
    assert (found <= 1.35 * emg[:, within].std(-1)).all()


def test_an_offset_changes_nothing_and_gain_scales_it():
    emg = epochs(4, 300.0).astype(np.float32)
    found = largest_rms(emg, TIMES_MS, mvc(4)).mvc_rms_uv
    np.testing.assert_allclose(largest_rms(emg + np.float32(5000), TIMES_MS, mvc(4)).mvc_rms_uv, found, rtol=1e-4)
    np.testing.assert_allclose(largest_rms(-3 * emg, TIMES_MS, mvc(4)).mvc_rms_uv, 3 * found, rtol=1e-6)


def test_stretches_with_a_missing_sample_are_left_out():
    emg = epochs(2, 300.0)
    whole = largest_rms(emg, TIMES_MS, mvc(2)).mvc_rms_uv
    emg[0, windows.nearest(TIMES_MS, 2900.0)] = np.nan
    emg[1, ::200] = np.nan
    found = largest_rms(emg, TIMES_MS, mvc(2)).mvc_rms_uv
    assert found[0] == pytest.approx(whole[0])
    assert np.isnan(found[1])
    assert np.isnan(largest_rms(np.full((1, len(TIMES_MS)), np.nan), TIMES_MS, mvc(1)).mvc_rms_uv).all()


def test_other_trials_and_short_epochs_have_none():
    kinds = np.array(["mvc", "single", "none"], object)
    assert np.isfinite(largest_rms(epochs(3, 300.0), TIMES_MS, kinds).mvc_rms_uv).tolist() == [True, False, False]
    short = windows.inside(TIMES_MS, np.array([-200.0, 290.0]))
    emg, times_ms = epochs(1, 300.0)[:, short], TIMES_MS[short]
    assert np.isnan(largest_rms(emg, times_ms, mvc(1)).mvc_rms_uv).all()
    assert np.isfinite(largest_rms(emg, times_ms, mvc(1), window_ms=250.0).mvc_rms_uv).all()


def test_a_longer_stretch_than_the_burst_is_weaker():
    emg = epochs(4, 300.0)
    found = [largest_rms(emg, TIMES_MS, mvc(4), window_ms=each).mvc_rms_uv for each in (250.0, 500.0, 1600.0)]
    assert (found[0] > found[1]).all()
    np.testing.assert_allclose(found[2], 300.0 / np.sqrt(2), rtol=0.05)


def session(state="active", before_uv=2.0, kinds=("single",) * 8 + ("mvc",) * 3):
    """Trials in contraction of 30 µV and maximal ones of 300 µV whose own background is `before_uv`."""
    own = np.array(kinds, object) == "mvc"
    emg = np.random.default_rng(1).normal(0, 30.0, (len(kinds), len(TIMES_MS)))
    emg[own] = epochs(own.sum(), 300.0, before_uv)
    pulses = pd.DataFrame({"pulse": kinds, "state": np.where(own, state, "active"), "block": "a"})
    return Trials(emg[:, None], TIMES_MS, ["FDI"], pulses, ["R"])


@pytest.mark.parametrize("state", ["active", "rest", ""])
@pytest.mark.parametrize("before_uv", [1.0, 100.0])
def test_no_limit_of_rest_or_contraction_excludes_a_maximal_contraction(state, before_uv):
    rows = detect(session(state, before_uv))
    assert not rows["excluded"].any()
    assert rows["contraction_deviation_percent"].notna().tolist() == [True] * 8 + [False] * 3
    assert rows["mvc_rms_uv"].notna().tolist() == [False] * 8 + [True] * 3
    assert not rows["flags"].str.contains("state_assumed").any()
    assert rows["state"].tolist() == ["active"] * 8 + [state] * 3, "as it was declared"


def test_a_fault_of_the_signal_does():
    clipped = np.array([0.0] * 10 + [1.0])[:, None]
    assert detect(session().replace(notes={"clipped": clipped}))["reasons"].tolist() == [""] * 10 + ["clipped"]


def test_other_trials_are_measured_as_if_it_were_not_there():
    whole = session(before_uv=100.0)
    with_it, alone = detect(whole)[:8], detect(whole.take(np.arange(8)))
    pd.testing.assert_frame_equal(with_it, alone)
