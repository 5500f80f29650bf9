"""Simulated ipsilateral silent periods: what is said of them is so."""

import numpy as np
import pytest

from pipeline.synthetic.amplifier import Clock
from pipeline.synthetic.ipsilateral import Dip, expected, ipsilateral_trials
from pipeline.synthetic.parameters import Parameters
from pipeline.synthetic.physiology import participant, physiology

QUIET = Parameters(noise_uv=0.0, mains_uv=0.0, drift_uv=0.0, artefact_uv=(0.0, 0.0), high_pass_hz=30.0)
WHO = physiology(participant("sub-02", 1), "morning", "FDI", 1, QUIET)
CLOCK = Clock(4000.0, -150.0, 1200)


def made(dip, n_trials=20, seed=0):
    return ipsilateral_trials(WHO, dip, n_trials, CLOCK, QUIET, np.random.default_rng(seed))


def level(trials):
    """(n_samples,) mean rectified EMG of the right hand over its background, smoothed over 3 ms."""
    mean = np.abs(trials.emg_uv[:, 1]).mean(0)
    return np.convolve(mean / mean[trials.times_ms < 0].mean(), np.ones(12) / 12, "same")


@pytest.mark.parametrize("depth", [0.4, 0.8])
def test_the_average_is_as_expected(depth):
    dip = Dip(38.0, 62.0, depth)
    trials, _ = made(dip, 400)
    true = expected(WHO, dip, CLOCK, QUIET)
    inside = (trials.times_ms >= true.onset_ms) & (trials.times_ms <= true.end_ms)
    lack = 1.0 - level(trials)
    assert 100 * lack[inside].mean() == pytest.approx(true.depth_percent, abs=8)
    assert lack[inside].sum() / 4.0 == pytest.approx(true.area_ms, rel=0.15)
    half = np.flatnonzero(inside & (lack > depth / 2))
    assert trials.times_ms[half[0]] == pytest.approx(true.onset_ms, abs=2)
    assert trials.times_ms[half[-1]] == pytest.approx(true.end_ms, abs=2)


def test_what_is_expected_follows_what_is_told():
    true = expected(WHO, Dip(38.0, 62.0, 0.7), CLOCK, QUIET)
    later = expected(WHO, Dip(40.0, 70.0, 0.7), CLOCK, QUIET)
    assert later.onset_ms - true.onset_ms == pytest.approx(2, abs=0.2)
    assert later.end_ms - true.end_ms == pytest.approx(8, abs=0.2)
    assert 38 < true.onset_ms < 42, "potentials that began before the last motor unit stopped are still there"
    assert true.area_ms == pytest.approx(true.depth_percent / 100 * (true.end_ms - true.onset_ms), rel=0.01)
    assert expected(WHO, Dip(38.0, 62.0, 1.0), CLOCK, QUIET).depth_percent > 80


def test_without_depth_there_is_none_and_the_other_hand_has_meps():
    trials, truth = made(Dip(38.0, 62.0, 0.0), 200)
    inside = (trials.times_ms > 40) & (trials.times_ms < 62)
    assert level(trials)[inside].mean() == pytest.approx(1, abs=0.1)
    assert truth["onset_ms"].notna().all()
    response = (trials.times_ms > 15) & (trials.times_ms < 50)
    assert (np.ptp(trials.emg_uv[:, 0][:, response], axis=-1) > 500).all()
    assert trials.sides == ("L", "R")
    assert set(trials.pulses["stim_side"]) == {"R"}
    assert set(trials.pulses["hotspot_side"]) == {"L"}


def test_onset_and_end_vary_as_told_and_the_seed_decides():
    _, truth = made(Dip(38.0, 62.0, 0.6, jitter_ms=2.0), 300)
    assert truth["sp_onset_ms"].std() == pytest.approx(2, rel=0.15)
    assert truth["sp_end_ms"].mean() == pytest.approx(62, abs=0.5)
    one, same, other = (made(Dip(38.0, 62.0, 0.6), 3, seed)[0].emg_uv for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
