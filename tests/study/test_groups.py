"""Summaries of groups: against scipy, at each visit, one value a subject."""

import numpy as np
import pytest
import scipy.stats

from pipeline.errors import ConfigError, MeasureError
from pipeline.study.groups import COLUMNS, groups

VALUES = np.exp(np.random.default_rng(6).normal(6.0, 0.6, 9))


def study(numbers, values, group="RLS", **facts):
    return numbers(
        [{"subject": f"{group}{n}", "group": group, "value": value, **facts} for n, value in enumerate(values)]
    )


def only(frame, **settings):
    (row,) = groups(frame, **settings).to_dict("records")
    return row


def test_against_scipy(numbers, size):
    row = only(study(numbers, VALUES, **size))
    limits = scipy.stats.t.interval(0.95, 8, VALUES.mean(), scipy.stats.sem(VALUES))
    assert (row["n"], row["mean"], row["sd"]) == pytest.approx((9, VALUES.mean(), VALUES.std(ddof=1)))
    assert (row["mean_low"], row["mean_high"]) == pytest.approx(limits)
    assert (row["q25"], row["median"], row["q75"]) == pytest.approx(tuple(np.sort(VALUES)[[2, 4, 6]]))
    assert row["geometric_mean"] == pytest.approx(scipy.stats.gmean(VALUES))
    logs = np.log(VALUES)
    limits = np.exp(scipy.stats.t.interval(0.95, 8, logs.mean(), scipy.stats.sem(logs)))
    assert (row["geometric_mean_low"], row["geometric_mean_high"]) == pytest.approx(tuple(limits))
    assert row["status"] == "ok"


def test_no_geometric_mean_where_it_is_not_due(numbers, size):
    assert np.isnan(only(study(numbers, VALUES))["geometric_mean"])
    row = only(study(numbers, [*VALUES, 0.0], **size))
    assert np.isnan(row["geometric_mean"])
    assert row["status"] == "a value of zero or below: no geometric mean"
    assert row["n"] == 10


def test_each_group_at_each_visit(numbers):
    frame = numbers([
        {"subject": f"{group}{n}", "group": group, "session": f"0{n}", "timepoint": when, "value": 40.0 + at + n}
        for group, at in (("RLS", 0), ("control", 10)) for n in range(3) for when in ("pre", "post")
    ])  # fmt: skip
    table = groups(frame)
    assert list(zip(table["timepoint"], table["group"], table["mean"], table["n"], strict=True)) == [
        ("pre", "RLS", 41, 3), ("pre", "control", 51, 3), ("post", "RLS", 41, 3), ("post", "control", 51, 3),
    ]  # fmt: skip
    assert set(table["session"]) == {""}


def test_visits_of_one_subject_are_never_pooled(numbers):
    frame = numbers([
        {"subject": one, "group": "RLS", "session": session, "value": 40.0}
        for one in "abc" for session in ("01", "02")
    ])  # fmt: skip
    table = groups(frame)
    assert list(zip(table["session"], table["n"], strict=True)) == [("01", 3), ("02", 3)]
    assert len(groups(frame, visits=())) == 2


def test_two_values_of_one_visit_are_an_error(numbers):
    with pytest.raises(MeasureError, match="has 2 values of rmt"):
        groups(numbers([{"subject": "a", "value": 1.0}] * 2))


def test_a_covariate_may_be_the_group(numbers):
    frame = study(numbers, [1.0, 2.0, 3.0]).assign(sex=["F", "M", "F"])
    table = groups(frame, group="sex")
    assert dict(zip(table["group"], table["mean"], strict=True)) == {"F": 2, "M": 2}
    with pytest.raises(ConfigError, match="no column 'sxe'; did you mean 'sex'"):
        groups(frame, group="sxe")


def test_one_subject_and_none(numbers):
    row = only(study(numbers, [40.0]))
    assert (row["n"], row["mean"], row["median"], row["status"]) == (1, 40, 40, "fewer than 2 subjects: no spread")
    assert np.isnan([row["sd"], row["mean_low"]]).all()
    table = groups(study(numbers, [40.0]).iloc[:0])
    assert (len(table), list(table)) == (0, list(COLUMNS))
