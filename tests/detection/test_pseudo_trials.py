"""How rare a score is, and how likely that makes a response."""

import numpy as np
import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.detection.pseudo_trials import FEWEST, posterior, tail


def share(draw, alpha, n_noise=1024):
    """How often noise alone is called rarer than alpha."""
    rng = np.random.default_rng(0)
    return np.mean([(np.exp(-tail(draw(rng, n_noise), draw(rng, 5000))) <= alpha).mean() for _ in range(40)])


@pytest.mark.parametrize("alpha", [0.5, 0.2, 0.05, 0.01, 0.003])
def test_exponential_scores_are_as_rare_as_said(alpha):
    assert share(lambda rng, n: rng.exponential(3.0, n), alpha) == pytest.approx(alpha, rel=0.12)


@pytest.mark.parametrize("alpha", [0.5, 0.2, 0.05, 0.01, 0.003])
def test_normal_scores_are_never_more_often_rare_than_said(alpha):
    assert 0.1 * alpha < share(lambda rng, n: rng.normal(2.0, 5.0, n), alpha) < 1.15 * alpha


def test_half_squares_of_normal_scores_have_an_exponential_tail():
    assert share(lambda rng, n: 0.5 * rng.normal(size=n) ** 2, 0.003) == pytest.approx(0.003, rel=0.6)


def test_a_hundred_pieces_of_noise_are_nearly_enough():
    assert share(lambda rng, n: rng.exponential(3.0, n), 0.01, n_noise=100) < 0.02


@settings(max_examples=30, deadline=None)
@given(n=st.integers(0, 200), seed=st.integers(0, 999))
def test_a_higher_score_is_never_less_rare(n, seed):
    rng = np.random.default_rng(seed)
    found = tail(rng.exponential(1.0, n), np.linspace(-1.0, 30.0, 200))
    assert (np.diff(found) >= 0).all()
    assert found[0] >= 0
    assert found[-1] > 3


@settings(max_examples=30, deadline=None)
@given(gain=st.floats(1e-3, 1e3), offset=st.floats(-100, 100))
def test_the_unit_of_a_score_does_not_matter(gain, offset):
    rng = np.random.default_rng(1)
    noise, scores = rng.exponential(1.0, 300), rng.exponential(2.0, 60)
    np.testing.assert_allclose(tail(gain * noise + offset, gain * scores + offset), tail(noise, scores), atol=0.02)


def test_too_little_noise_is_stated_and_the_same_for_all():
    scores = np.array([0.0, 2.0, 10.0])
    rng = np.random.default_rng(2)
    stated = tail(np.zeros(0), scores)
    np.testing.assert_array_equal(tail(rng.exponential(50.0, FEWEST - 1), scores), stated)
    assert np.exp(-stated[2]) < 0.003 < np.exp(-stated[1])
    assert (tail(rng.exponential(50.0, FEWEST), scores) < stated).any()


def test_noise_that_is_all_alike():
    found = tail(np.zeros(100), np.array([0.0, 1.0]))
    assert np.isfinite(found).all()
    assert found[0] < 0.1
    assert found[1] > 10


def test_no_scores():
    assert tail(np.zeros(50), np.zeros(0)).shape == posterior(np.zeros(0)).shape == (0,)


@settings(max_examples=40, deadline=None)
@given(exponents=st.lists(st.floats(1e-5, 290), min_size=1, max_size=60))
def test_a_rarer_chance_is_never_a_less_probable_response(exponents):
    chance = 10.0 ** -np.array(exponents)
    found = posterior(chance)
    assert ((found >= 0) & (found <= 1)).all()
    assert (np.diff(found[np.argsort(-chance, kind="stable")]) >= 0).all()


@settings(max_examples=20, deadline=None)
@given(order=st.permutations(range(20)))
def test_the_order_of_trials_does_not_matter(order):
    chance = np.geomspace(1e-12, 0.99, 20)
    np.testing.assert_allclose(posterior(chance[list(order)]), posterior(chance)[list(order)], rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("n", [50, 200, 1000])
def test_noise_alone_is_seldom_a_probable_response(n):
    found = np.array([posterior(np.random.default_rng(seed).uniform(size=n)) for seed in range(20)])
    assert found.mean() < 0.15
    assert np.median(found) < 0.1
    assert (found > 0.95).mean() < 0.02


@pytest.mark.parametrize("n", [1, 5, 100])
def test_clear_responses_are_probable_and_stay_so_among_noise(n):
    assert posterior(np.full(n, 1e-12)).min() > 0.99
    noise = np.linspace(0.0, 1.0, 202)[1:-1]
    found = posterior(np.append(noise, np.full(n, 1e-12)))
    assert found[200:].min() > 0.99
    assert found[:200].mean() < 0.15


def test_a_probability_is_what_it_says():
    rng = np.random.default_rng(4)
    said, true = [], []
    for _ in range(40):
        responds = rng.random(100) < 0.4
        z = rng.normal(np.where(responds, 3.0, 0.0), np.where(responds, 1.5, 1.0))
        said.append(posterior(scipy.special.ndtr(-z)))
        true.append(responds)
    said, true = np.concatenate(said), np.concatenate(true)
    for low, high in ((0.0, 0.1), (0.1, 0.5), (0.5, 0.9), (0.9, 1.0)):
        some = (said >= low) & (said <= high)
        assert abs(true[some].mean() - said[some].mean()) < 0.12


@pytest.mark.parametrize("highest", [0.9995, 1.0])
def test_a_trial_that_noise_nearly_always_outdoes_lifts_no_other(highest):
    noise = np.linspace(0.01, 0.99, 200)
    assert posterior(np.append(noise, [highest, 1e-12]))[:200].mean() < 0.15
