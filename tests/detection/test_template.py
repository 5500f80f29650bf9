"""Trials against the average of the others: where they lie, whose average it is, and whether they look like it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.detection.template import LARGEST, Steps, average, between, leave_one_out, matched

STEPS = Steps(0.1, 4)
N = 900


def wave(at, width=12.0, n=N):
    """(n_trials, n) a wave of two phases that begins about a sample (n_trials,)."""
    since = (np.arange(n) - np.asarray(at)[:, None] - 3.0 * width) / width
    return (-since * np.exp(-0.5 * since**2)).astype(np.float32)


def trials(n_trials=12, size=40.0, seed=0, spread=0.0):
    rng = np.random.default_rng(seed)
    at = 400.0 + spread * rng.normal(size=n_trials)
    return size * wave(at) + rng.normal(size=(n_trials, N)).astype(np.float32), at


def test_how_a_signal_is_stepped_through():
    assert STEPS.lag == 2
    assert STEPS.samples(1.25) == 12
    assert STEPS.offsets[0] == -30
    assert (np.diff(STEPS.offsets) == 4).all()
    assert Steps(0.5, 1).lag == 1


@given(at=st.floats(0, 60), first=st.integers(-20, 0), length=st.integers(1, 30))
def test_values_between_samples_are_on_a_line(at, first, length):
    values = np.stack([np.arange(61.0), 3.0 * np.arange(61.0) - 5.0]).astype(np.float32)
    found = between(values, np.array([at, at]), first, first + length - 1)
    where = at + np.arange(first, first + length)
    inside = (where >= 0) & (where <= 60)
    np.testing.assert_allclose(found[:, inside], [where[inside], 3.0 * where[inside] - 5.0], atol=1e-3)
    assert np.abs(found[:, (where <= -1) | (where >= 61)]).max(initial=0.0) < 1e-6


def test_a_trial_never_changes_its_own_template():
    values, at = trials()
    size = np.full(len(at), 40.0)
    before = leave_one_out(values, at, size, STEPS)
    changed = values.copy()
    changed[5] = 500.0 * np.random.default_rng(9).normal(size=N)
    after = leave_one_out(changed, at, size, STEPS)
    others = np.arange(len(at)) != 5
    np.testing.assert_allclose(after[5], before[5], atol=1e-4)
    assert (np.abs(after[others] - before[others]).max(-1) > 0.1).all()


def test_a_template_is_the_average_of_the_others_of_length_1():
    values, at = trials(spread=10.0)
    found = leave_one_out(values, at, np.full(len(at), 40.0), STEPS)
    np.testing.assert_allclose(np.linalg.norm(found, axis=-1), 1.0, rtol=1e-5)
    pieces = np.array(
        [np.interp(place + STEPS.offsets, np.arange(N), row) for row, place in zip(values, at, strict=True)]
    )
    for trial in range(len(at)):
        mean = np.delete(pieces, trial, 0).mean(0)
        np.testing.assert_allclose(found[trial], mean / np.linalg.norm(mean), atol=2e-4)


def test_a_trial_that_makes_no_template_has_one():
    values, at = trials()
    left_out = at.copy()
    left_out[3] = np.nan
    size = np.full(len(at), 40.0)
    found = leave_one_out(values, left_out, size, STEPS)
    others = np.arange(len(at)) != 3
    alone = leave_one_out(values[others], at[others], size[others], STEPS)
    np.testing.assert_allclose(found[others], alone, atol=1e-5)
    assert np.linalg.norm(found[3]) == pytest.approx(1.0, rel=1e-5)


def test_a_huge_trial_counts_for_no_more_than_a_few():
    values, at = trials(20)
    odd = 40.0 * wave(at[:1], width=6.0)[0]
    size = np.full(20, 40.0)
    values[0], size[0] = 1000.0 * odd, 40000.0
    huge = leave_one_out(values, at, size, STEPS)
    values[0], size[0] = LARGEST * odd, LARGEST * 40.0
    capped = leave_one_out(values, at, size, STEPS)
    np.testing.assert_allclose(huge[5], capped[5], atol=1e-4)


@pytest.mark.parametrize("moved", [-24, -10, -2, 0, 6, 18])
def test_a_known_lag_is_found_to_a_tenth_of_a_sample(moved):
    values, at = trials(12, size=300.0)
    templates = leave_one_out(values, at, np.full(12, 300.0), STEPS)
    found = matched(values, at - moved, templates, STEPS, 4.0)
    likelihood = found.likelihood()
    chance = np.exp(likelihood - likelihood.max(-1, keepdims=True))
    lag = (chance @ found.lags) / chance.sum(-1)
    np.testing.assert_allclose(lag, moved, atol=0.1)


def test_a_lag_between_the_steps_is_found_to_half_a_step():
    values, at = trials(12, size=100.0)
    templates = leave_one_out(values, at, np.full(12, 100.0), STEPS)
    found = matched(values, at - 5.0, templates, STEPS, 4.0)
    assert (np.abs(found.lags[found.likelihood().argmax(-1)] - 5.0) <= STEPS.lag / 2).all()


def test_trials_of_various_latencies_come_together():
    values, at = trials(30, size=60.0, seed=3, spread=12.0)
    templates = leave_one_out(values, at, np.full(30, 60.0), STEPS)
    found = matched(values, np.full(30, 400.0), templates, STEPS, 6.0)
    off = 400.0 + found.lags[found.likelihood().argmax(-1)] - at
    assert np.abs(off).max() <= 2 * STEPS.lag
    assert abs(off.mean()) < 0.5


def test_fit_and_power_are_what_they_say():
    values, at = trials(3)
    templates = leave_one_out(values, at, np.full(3, 40.0), STEPS)
    found = matched(values, at, templates, STEPS, 1.0)
    assert found.fit.shape == found.power.shape == (3, len(found.lags))
    for column, lag in enumerate(found.lags):
        pieces = values[:, 400 + lag + STEPS.offsets]
        np.testing.assert_allclose(found.power[:, column], np.square(pieces).sum(-1), rtol=1e-3)
        np.testing.assert_allclose(
            found.fit[:, column], np.maximum((pieces * templates).sum(-1), 0), rtol=1e-3, atol=0.1
        )


def test_a_trial_turned_over_does_not_fit():
    values, at = trials(8)
    templates = leave_one_out(values, at, np.full(8, 40.0), STEPS)
    found = matched(-values, at, templates, STEPS, 0.0)
    assert (found.fit == 0).all()
    assert not found.alike(np.zeros(8, int), 0.6).any()


def test_likeness_is_that_of_the_shape_and_not_of_the_size():
    values, at = trials(10, size=40.0)
    size = np.full(10, 40.0)
    values[7] *= 3.0
    values[8] = 40.0 * wave(at[:1] + 25.0, width=3.0)[0]
    values[9] = np.random.default_rng(4).normal(size=N)
    makes = np.where(np.arange(10) < 7, at, np.nan)
    found = matched(values, at, leave_one_out(values, makes, size, STEPS), STEPS, 2.0)
    like = found.alike(found.likelihood().argmax(-1), 0.6)
    assert like.tolist() == [True] * 8 + [False] * 2


def test_the_noise_of_an_average_is_that_of_one_trial():
    rng = np.random.default_rng(5)
    values = rng.normal(size=(50, 4000)).astype(np.float32)
    size = np.exp(rng.normal(size=50))
    found = average(values, np.full(50, 100.0), size, 0, 3800)
    assert found.std() == pytest.approx(1.0, abs=0.05)
    at = np.where(np.arange(50) < 10, 100.0, np.nan)
    np.testing.assert_allclose(
        average(values, at, size, 0, 300), average(values[:10], at[:10], size[:10], 0, 300), rtol=1e-5
    )


def test_an_average_has_its_response_where_the_trials_have_theirs():
    values, at = trials(25, size=20.0, spread=15.0, seed=6)
    found = average(values, at, np.full(25, 20.0), -50, 150)
    expected = wave(np.array([50.0]), n=201)[0]
    assert np.corrcoef(found, expected)[0, 1] > 0.99
    assert np.abs(found).max() == pytest.approx(20.0 * 5 * np.abs(expected).max(), rel=0.1)
