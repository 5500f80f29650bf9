"""Trials share a group exactly where they share their state and all of their windows."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.detection.groups import alike

KINDS = st.lists(st.tuples(st.sampled_from(["rest", "active"]), st.integers(0, 2), st.integers(0, 2)), max_size=30)


@given(kinds=KINDS)
def test_trials_are_together_exactly_where_all_is_the_same(kinds):
    state = np.array([each[0] for each in kinds], object)
    before = np.array([(-100.0 - each[1], -5.0) for each in kinds]).reshape(-1, 2)
    behind = np.array([(15.0, 50.0 + each[2]) for each in kinds]).reshape(-1, 2)
    found = alike(state, before, behind)
    assert sorted(np.concatenate([*found, np.zeros(0, int)]).tolist()) == list(range(len(kinds)))
    assert len(found) == len(set(kinds))
    for trials in found:
        assert len({kinds[each] for each in trials}) == 1
        assert (np.diff(trials) > 0).all()


def test_groups_come_in_the_order_of_their_first_trial():
    found = alike(np.array(["rest", "active", "rest", "active"], object), np.zeros((4, 2)))
    assert [each.tolist() for each in found] == [[0, 2], [1, 3]]


def test_edges_are_not_mixed_up_between_windows():
    one, other = np.array([[1.0, 2.0], [2.0, 1.0]]), np.array([[3.0, 4.0], [3.0, 4.0]])
    assert len(alike(np.array(["rest", "rest"], object), one, other)) == 2


def test_no_trials_make_no_group():
    assert alike(np.zeros(0, object), np.zeros((0, 2))) == []
