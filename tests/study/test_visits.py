"""One number a subject, cell and visit; which columns tell visits apart."""

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import ConfigError, MeasureError
from pipeline.study.cells import CELL
from pipeline.study.visits import cells_of_visits, once, parted, telling, with_group, within


def test_two_numbers_of_one_visit_are_an_error_in_words(numbers):
    frame = numbers([{"subject": "01", "session": "a", "value": 40.0}] * 2 + [{"subject": "02", "value": 40.0}])
    with pytest.raises(
        MeasureError, match=r"subject 01 has 2 values of rmt, relative_frequency, rest, R, FDI at visit \(a"
    ):
        once(frame)
    assert len(once(frame.iloc[1:])) == 2


def test_a_missing_column_is_an_error_that_names_it(numbers):
    with pytest.raises(MeasureError, match="metrics: no column 'timepoint'"):
        once(numbers([{"value": 1.0}]).drop(columns="timepoint"))


def test_rows_without_value_are_not_there(numbers):
    assert len(once(numbers([{"subject": "01"}, {"subject": "01", "value": 2.0}]))) == 1


def test_a_session_named_for_a_time_of_day_is_of_it_where_none_is_declared(numbers):
    rows = [{"session": "Evening"}, {"session": "evening", "time_of_day": "night"}, {"session": "01"}]
    found = once(numbers([{**row, "subject": str(n), "value": 1.0} for n, row in enumerate(rows)]))
    assert list(found["time_of_day"]) == ["evening", "night", ""]


def crossed(numbers, **more):
    return numbers([
        {"subject": one, "session": session, "timepoint": when, "value": 1.0,
         **{name: of[session] for name, of in more.items()}}
        for one in "ab" for session in ("1", "2") for when in ("pre", "post")
    ])  # fmt: skip


def test_as_few_columns_as_it_takes(numbers):
    assert telling(crossed(numbers), ["arm", "timepoint"]) == ["arm", "timepoint", "session"]
    assert telling(crossed(numbers, arm={"1": "real", "2": "sham"}), ["arm", "timepoint"]) == ["arm", "timepoint"]
    assert telling(crossed(numbers)[:1], []) == []


def test_visits_that_are_pooled_over_are_empty(numbers):
    frame = numbers([{"subject": one, "session": one, "timepoint": "pre", "value": 1.0} for one in "ab"])
    for visit, when in ((("timepoint",), "pre"), ((), "")):
        ((names, values, groups),) = cells_of_visits(frame, visit)
        assert (names["session"], names["timepoint"], len(values), len(groups)) == ("", when, 2, 2)


def test_one_cell_that_needs_more_columns_leaves_the_others(numbers):
    pooled = crossed(numbers, arm={"1": "real", "2": "sham"})
    daily = crossed(numbers).assign(metric="amt")
    both = pd.concat([pooled, daily], ignore_index=True)
    found = [(names["metric"], names["session"], len(at)) for names, at in parted(both, CELL, ("arm", "timepoint"))]
    assert found == [("rmt", "", 2)] * 4 + [("amt", each, 2) for each in ("1", "1", "2", "2")]
    positions = np.concatenate([at for _, at in parted(both, CELL, ("arm", "timepoint"))])
    assert sorted(positions) == list(range(len(both)))


def test_groups_are_words(numbers):
    frame = numbers([{"value": 1.0}] * 2).assign(sex=["F", float("nan")])
    assert list(with_group(frame, "sex")["group"]) == ["F", ""]
    with pytest.raises(ConfigError, match="no column 'gruop'; did you mean 'group'"):
        with_group(frame, "gruop")


def test_names_are_found_whatever_their_case_and_unknown_ones_are_errors(numbers):
    frame = numbers([{"session": "A", "value": 1.0}, {"session": "B", "value": 1.0}])
    assert list(within(frame, "session", ("a",))["session"]) == ["A"]
    assert len(within(frame, "session", ())) == 2
    assert len(within(frame.iloc[:0], "session", ("c",))) == 0
    with pytest.raises(ConfigError, match="no session 'c'; .*A, B"):
        within(frame, "session", ("c",))


def test_who_lacks_which_visit_does_not_pool_visits(numbers):
    """Each subject has one value of a sparse metric, at a visit of its own; the design has three."""
    sessions = ("base", "month1", "month2")
    full = [{"subject": f"{n}", "session": each, "value": 1.0} for n in range(6) for each in sessions]
    sparse = [{**row, "metric": "irls"} for row in full if row["session"] == sessions[int(row["subject"]) % 3]]
    found = [(names["metric"], names["session"], len(at)) for names, at, _ in cells_of_visits(
        numbers(full + sparse), ("arm", "timepoint"))]  # fmt: skip
    assert found == [("rmt", each, 6) for each in sessions] + [("irls", each, 2) for each in sessions]
    empty = [{**row, "value": float("nan")} for row in full]
    assert [len(at) for _, at, _ in cells_of_visits(numbers(empty + sparse), ("arm", "timepoint"))] == [2, 2, 2]


def test_a_visit_that_needs_more_columns_leaves_those_of_other_arms(numbers):
    rows = [{"subject": one, "session": f"{k}", "arm": arm, "value": 1.0}
            for one, arms in (("a", ("", "real", "sham", "")), ("b", ("", "sham", "real", "")))
            for k, arm in enumerate(arms)]  # fmt: skip
    found = {(names["arm"], names["session"], len(at)) for names, at, _ in cells_of_visits(numbers(rows), ("arm",))}
    assert found == {("", "0", 2), ("", "3", 2), ("real", "", 2), ("sham", "", 2)}
