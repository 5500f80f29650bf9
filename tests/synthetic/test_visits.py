"""Who takes part, and when they come."""

from collections import Counter

import numpy as np
import pytest

from pipeline.synthetic import designs
from pipeline.synthetic.visits import attendances, scales

BLOCKS = [{"task": "mep", "kind": "mep", "muscle": "FDI"}]


def crossover(n, sessions="visit"):
    return designs.of_values({
        "groups": {"RLS": {"n": n}, "HC": {"n": n, "age": [20, 21]}},
        "crossover": {"sequences": [["a", "b"], ["b", "a"]], "sessions": sessions, "time_of_day": "evening"},
        "blocks": BLOCKS,
    })  # fmt: skip


@pytest.mark.parametrize("n", [1, 4, 9])
def test_sequences_are_balanced_in_each_group_and_arms_follow_them(n):
    people = attendances(crossover(n), 5)
    assert len(people) == 2 * n
    for group in ("RLS", "HC"):
        counts = Counter(each.visits[0].sequence for each in people if each.who.group == group)
        assert max(counts["a-b"], counts["b-a"]) - min(counts["a-b"], counts["b-a"]) <= 1
    for _, visits in people:
        assert "-".join(each.arm for each in visits) == visits[0].sequence
        assert [each.session for each in visits] == ["visit1", "visit2"]
        assert [each.period for each in visits] == ["1", "2"]


def test_sessions_may_be_labelled_by_arm():
    for _, visits in attendances(crossover(3, "arm"), 1):
        assert [each.session for each in visits] == [each.arm for each in visits]


def test_one_more_person_changes_nobody_else():
    few, more = ({each.who.label: each for each in attendances(crossover(n), 1)} for n in (3, 4))
    assert {label: repr(each) for label, each in few.items()} == {label: repr(more[label]) for label in few}


def test_people_are_of_their_group():
    people = [each.who for each in attendances(crossover(40), 1)]
    assert {each.age for each in people if each.group == "HC"} == {20, 21}
    assert 0.4 < np.mean([each.sex == "F" for each in people]) < 0.8
    assert len({each.label for each in people}) == 80


def test_scales_are_of_who_is_asked_and_fall_as_told():
    design = designs.of_values({
        "groups": {"RLS": {"n": 60}, "HC": {"n": 1}},
        "sessions": [{"label": "before"}, {"label": "after"}],
        "scales": {"irls": {"mean": 24, "sd": 3, "sessions_sd": 1, "range": [0, 40], "groups": ["RLS"]}},
        "effects": [{"what": "irls", "where": {"session": "after"}, "difference": -10, "sd": 1}],
        "blocks": BLOCKS,
    })  # fmt: skip
    people = attendances(design, 2)
    points = np.array([[scales(design, who, each, 2)["irls"] for each in visits] for who, visits in people])
    assert np.isnan(points[-1]).all()
    before, after = points[:-1].T
    assert before.mean() == pytest.approx(24, abs=3 * 3 / 60**0.5)
    assert (after - before).mean() == pytest.approx(-10, abs=3 * 2 / 60**0.5)
    assert (points[:-1] == np.rint(points[:-1])).all()
