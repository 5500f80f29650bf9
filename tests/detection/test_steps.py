"""A step of variance is found where it is, and both criteria are what their formulae say."""

import numpy as np
import pytest

from pipeline.detection.steps import FEWEST, step_ratio, two_variances


def stepped(n_trials=300, n=100, at=60, ratio=4.0, seed=0):
    values = np.random.default_rng(seed).normal(size=(n_trials, n))
    values[:, at:] *= ratio
    return values


def test_a_step_is_found_by_both():
    values = stepped()
    for found in (step_ratio(np.square(values)).argmax(-1), two_variances(values).argmin(-1) + 1):
        assert abs(np.median(found) - 60) <= 1
        assert (np.abs(found - 60) <= 5).mean() >= 0.9


def test_the_ratio_is_that_of_the_likelihoods():
    values = stepped(4, 30, 20)
    found = step_ratio(np.square(values))
    for trial, at in ((0, 0), (1, 12), (2, 20), (3, 29)):
        rest = values[trial, at:]
        variance = max(np.mean(rest**2), 1.0)
        with_step = -0.5 * len(rest) * np.log(variance) - 0.5 * np.sum(rest**2) / variance
        assert found[trial, at] == pytest.approx(max(with_step + 0.5 * np.sum(rest**2), 0.0), abs=1e-9)


def test_less_variance_than_before_is_no_step():
    assert (step_ratio(np.full((2, 20), 0.3)) == 0).all()


def test_two_variances_are_those_of_both_parts():
    values = stepped(3, 40, 25) + 7.0
    found = two_variances(values)
    for at in (5, 20, 30):
        first, second = values[:, : at + 1], values[:, at + 1 :]
        expected = (at + 1) * np.log(first.var(-1)) + (40 - at - 2) * np.log(second.var(-1))
        np.testing.assert_allclose(found[:, at], expected, rtol=1e-6)
    assert np.isinf(found[:, : FEWEST - 1]).all()
    assert np.isinf(found[:, 40 - FEWEST :]).all()
    assert np.isfinite(found[:, FEWEST - 1 : 40 - FEWEST]).all()


def test_samples_that_do_not_count():
    values = stepped(5, 60, 30)
    known = np.ones(values.shape, bool)
    known[:, :10] = False
    spoilt = np.where(known, values, np.nan)
    np.testing.assert_allclose(two_variances(spoilt, known)[:, 10:], two_variances(values[:, 10:]), rtol=1e-9)
    assert np.isinf(two_variances(spoilt, known)[:, :10]).all()


@pytest.mark.parametrize("gain", [1e-9, 1e6])
def test_gain_does_not_move_the_smallest(gain):
    values = stepped(40)
    np.testing.assert_array_equal(two_variances(gain * values).argmin(-1), two_variances(values).argmin(-1))


def test_flat_and_no_trials():
    assert not np.isnan(two_variances(np.zeros((2, 20)))).any()
    assert two_variances(np.zeros((0, 20))).shape == step_ratio(np.zeros((0, 20))).shape == (0, 20)
