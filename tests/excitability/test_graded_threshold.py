"""Motor threshold from graded sizes: known truth, invariances, misuse."""

import numpy as np
import pytest

from pipeline.excitability.motor_threshold import rmt as metric


def rmt(intensity, size, background=6.0, **settings):
    return metric(intensity, size, np.full(len(size), background), np.full(len(size), np.nan), **settings)


def graded(threshold, seed, n_each=5, largest=4000.0, criterion=50.0, spread=0.4):
    """Pulses around a threshold whose sizes grow along a Boltzmann, with small responses lost in 6 µV of noise."""
    rng = np.random.default_rng(seed)
    intensity = np.repeat(np.rint(threshold * np.array([0.9, 0.94, 0.98, 1.02, 1.06, 1.2])), n_each)
    k = np.log(largest / criterion - 1) / (0.3 * threshold)
    median = largest / (1 + np.exp(k * (1.3 * threshold - intensity)))
    return intensity, np.hypot(median * np.exp(rng.normal(0, spread, len(intensity))), 6.0)


def test_graded_amplitude_beats_counting():
    truth = np.random.default_rng(6).uniform(35, 70, 40)
    made = [rmt(*graded(m, seed)) for seed, m in enumerate(truth)]
    value, low, high = np.array([each.graded_amplitude[:3] for each in made]).T
    counted = np.array([each.ml_pest.value for each in made])
    assert abs(np.median(value - truth)) < 0.3
    assert np.abs(value - truth).mean() < np.abs(counted - truth).mean()
    assert ((low <= truth) & (truth <= high)).mean() >= 0.8


def test_graded_amplitude_is_of_sizes_relative_to_the_criterion():
    intensity, size = graded(50, 1)
    made = rmt(intensity, size).graded_amplitude
    louder = rmt(intensity, 4 * size, background=24.0, criterion_uv=200.0).graded_amplitude
    assert louder[:3] == pytest.approx(made[:3], rel=1e-9)
    moved = rmt(intensity + 10, size).graded_amplitude
    assert moved.value == pytest.approx(made.value + 10, abs=0.3)


def test_graded_amplitude_forgives_a_miss_far_above():
    intensity, size = graded(50, 2)
    before = rmt(intensity, size).graded_amplitude.value
    made = rmt(np.append(intensity, 70.0), np.append(size, 6.0)).graded_amplitude
    assert made.value == pytest.approx(before, abs=0.5)


def test_graded_amplitude_on_one_side_is_no_number():
    intensity, size = graded(50, 3)
    above, under = (rmt(intensity[side], size[side]).graded_amplitude for side in (intensity > 55, intensity < 46))
    for each in (above, under):
        assert np.isnan(each.value)
        assert "not_bracketed" in each.status
    assert np.isnan(above.ci_low)
    assert above.ci_high < 60
    assert np.isnan(under.ci_high)
    assert under.ci_low > 44
