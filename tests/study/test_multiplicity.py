"""Adjusted p values: by hand, by R, and what must not change them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.study.multiplicity import holm


def test_by_hand():
    # four tests: 4 x 0.005, 3 x 0.01, 2 x 0.03, then 1 x 0.04 raised to the one before
    assert holm(np.array([0.01, 0.04, 0.03, 0.005]), np.zeros(4)) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_families_are_apart_and_tests_not_made_count_in_none():
    p = np.array([0.01, np.nan, 0.02, 0.04, 0.6, np.nan])
    family = np.array(["a", "a", "b", "a", "b", "c"])
    assert holm(p, family) == pytest.approx([0.02, np.nan, 0.04, 0.04, 0.6, np.nan], nan_ok=True)


def test_small_p_values_keep_their_digits():
    p = np.array([1e-30, 0.9, 3e-25, 0.2])
    assert holm(p, np.array([1, 0, 1, 0]))[[0, 2]] == pytest.approx([2e-30, 3e-25], rel=1e-12)


def test_none():
    assert holm(np.array([]), np.array([])).shape == (0,)
    assert np.isnan(holm(np.full(3, np.nan), np.arange(3))).all()


def test_against_r(told_by_r):
    p = np.random.default_rng(4).uniform(0, 0.2, 12)
    told = told_by_r(f"p.adjust(c({', '.join(map(repr, p.tolist()))}), 'holm')")
    assert holm(p, np.zeros(12)) == pytest.approx(told, rel=1e-10)


values = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3)), min_size=1, max_size=30)


@settings(deadline=None, max_examples=50)
@given(values, st.randoms(use_true_random=False))
def test_order_changes_nothing(pairs, random):
    order = random.sample(range(len(pairs)), len(pairs))
    p, family = np.array([each[0] for each in pairs]), np.array([each[1] for each in pairs])
    assert np.array_equal(holm(p, family)[order], holm(p[order], family[order]))


@settings(deadline=None, max_examples=50)
@given(values)
def test_never_smaller_never_over_one_and_in_the_same_order(pairs):
    p, family = np.array([each[0] for each in pairs]), np.array([each[1] for each in pairs])
    adjusted = holm(p, family)
    assert ((adjusted >= p) & (adjusted <= 1)).all()
    for own in set(family.tolist()):
        assert (np.diff(adjusted[family == own][np.argsort(p[family == own])]) >= 0).all()
