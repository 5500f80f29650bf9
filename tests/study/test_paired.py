"""Which two numbers of a subject are held against each other, and their change."""

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import ConfigError
from pipeline.study.paired import COLUMNS, changes_of_subjects


def study(numbers, subjects="ab", sessions=("01",), timepoints=("pre", "post"), **facts):
    """One row a subject, session and timepoint; the value counts up."""
    places = [(one, session, when) for one in subjects for session in sessions for when in timepoints]
    return numbers([
        {"subject": one, "session": session, "timepoint": when, "value": 10.0 + at, **facts}
        for at, (one, session, when) in enumerate(places)
    ])  # fmt: skip


def pairs(table):
    return list(zip(table["subject"], table["first_value"], table["second_value"], strict=True))


def test_differences_and_log_ratios(numbers, size):
    frame = pd.concat([study(numbers), study(numbers, **size)], ignore_index=True)
    table = changes_of_subjects(frame)
    assert list(table) == list(COLUMNS)
    assert pairs(table) == [("a", 10, 11), ("b", 12, 13)] * 2
    assert list(table["scale"]) == ["raw", "raw", "log", "log"]
    assert table["change"].to_numpy() == pytest.approx([1, 1, np.log(1.1), np.log(13 / 12)])
    assert table["percent"].to_numpy() == pytest.approx([np.nan, np.nan, 10, 100 / 12], nan_ok=True)
    assert set(table["status"]) == {"ok"}
    assert table.iloc[0][["contrast", "first", "second", "session", "timepoint"]].tolist() == [
        "timepoint", "pre", "post", "01", "",
    ]  # fmt: skip


def test_each_later_timepoint_against_the_reference(numbers):
    table = changes_of_subjects(study(numbers, timepoints=("Pre", "post0", "post30")))
    assert set(zip(table["first"], table["second"], strict=True)) == {("Pre", "post0"), ("Pre", "post30")}
    other = changes_of_subjects(study(numbers, timepoints=("Pre", "post0", "post30")), reference=("post0",))
    assert set(zip(other["first"], other["second"], strict=True)) == {("post0", "Pre"), ("post0", "post30")}
    assert len(changes_of_subjects(study(numbers, timepoints=("before", "after")))) == 0


def test_timepoints_of_one_session_and_of_two(numbers):
    daily = study(numbers, sessions=("01", "02"))
    assert pairs(changes_of_subjects(daily)) == [("a", 10, 11), ("a", 12, 13), ("b", 14, 15), ("b", 16, 17)]
    month = daily[((daily["session"] == "01") == (daily["timepoint"] == "pre")).to_numpy()]
    table = changes_of_subjects(month)
    assert pairs(table) == [("a", 10, 13), ("b", 14, 17)]
    assert list(table["session"]) == ["", ""]


def test_arms_are_not_mixed(numbers):
    frame = study(numbers, sessions=("01", "02"))
    arms = np.where((frame["session"] == "01") ^ (frame["subject"] == "a"), "real", "sham")
    table = changes_of_subjects(frame.assign(arm=arms))
    assert set(zip(table["subject"], table["session"], table["arm"], strict=True)) == {
        ("a", "01", "sham"), ("a", "02", "real"), ("b", "01", "real"), ("b", "02", "sham"),
    }  # fmt: skip
    assert (table["change"] == 1).all()


def test_a_first_of_one_arm_is_not_held_against_a_second_of_another(numbers):
    frame = study(numbers)
    lost = frame["subject"].eq("a")
    arm = np.where(lost & frame["timepoint"].eq("post"), "sham", "real")
    table = changes_of_subjects(frame.assign(arm=arm))
    assert dict(zip(table["subject"], table["status"], strict=True)) == {"a": "no value at the second", "b": "ok"}


def test_months_apart_in_the_morning_and_the_evening(numbers):
    """T0 and T1 are sessions of their own, each twice a day: pairs share the time of day."""
    sessions = ("t0am", "t0pm", "t1am", "t1pm")
    frame = study(numbers, sessions=sessions, timepoints=("",))
    frame = frame.assign(timepoint=frame["session"].str[:2], time_of_day=frame["session"].str[2:])
    table = changes_of_subjects(frame, sessions=())
    assert pairs(table) == [("a", 10, 12), ("a", 11, 13), ("b", 14, 16), ("b", 15, 17)]
    assert list(table["time_of_day"]) == ["am", "pm"] * 2
    evening = changes_of_subjects(frame)
    evening = evening[evening["contrast"] == "time_of_day"]
    assert pairs(evening) == [("a", 10, 11), ("a", 12, 13), ("b", 14, 15), ("b", 16, 17)]
    assert list(evening["timepoint"]) == ["t0", "t1"] * 2


def test_sessions_named(numbers):
    frame = study(numbers, sessions=("Evening", "Morning"), timepoints=("",))
    table = changes_of_subjects(frame)
    assert set(table["contrast"]) == {"session"}
    assert pairs(table) == [("a", 11, 10), ("b", 13, 12)]
    assert list(table["session"]) == ["", ""]
    assert len(changes_of_subjects(frame, sessions=())) == 0


def test_one_value_missing_says_which(numbers, size):
    frame = study(numbers, subjects="abcd", **size)
    frame.loc[frame["subject"].eq("b") & frame["timepoint"].eq("pre"), "value"] = np.nan
    frame.loc[frame["subject"].eq("c") & frame["timepoint"].eq("post"), "value"] = np.nan
    frame.loc[frame["subject"].eq("d") & frame["timepoint"].eq("post"), "value"] = 0.0
    status = changes_of_subjects(frame).set_index("subject")["status"].to_dict()
    assert status == {
        "a": "ok", "b": "no value at the first", "c": "no value at the second",
        "d": "a value of zero or below has no logarithm",
    }  # fmt: skip


def test_a_cell_without_any_pair_is_left_out(numbers):
    frame = pd.concat([study(numbers), study(numbers, timepoints=("pre",), muscle="TA")], ignore_index=True)
    assert set(changes_of_subjects(frame)["muscle"]) == {"FDI"}


def test_order_of_rows_changes_nothing(numbers):
    frame = study(numbers, subjects="abcde", timepoints=("pre", "post0", "post30"))
    key = ["subject", "second"]
    expected = changes_of_subjects(frame).sort_values(key, ignore_index=True)
    for seed in range(5):
        found = changes_of_subjects(frame.sample(frac=1, random_state=seed)).sort_values(key, ignore_index=True)
        pd.testing.assert_frame_equal(found, expected)


def test_empty(numbers):
    table = changes_of_subjects(study(numbers).iloc[:0])
    assert (len(table), list(table)) == (0, list(COLUMNS))


def test_a_session_that_nobody_has_is_an_error_that_lists_those_there_are(numbers):
    frame = study(numbers, sessions=("base", "Ende"), timepoints=("",))
    assert len(changes_of_subjects(frame, sessions=(("base", "ende"),))) == 2
    with pytest.raises(ConfigError, match=r"no session or time of day 'end'; There are: Ende, base"):
        changes_of_subjects(frame, sessions=(("base", "end"),))
    assert len(changes_of_subjects(frame)) == 0
    assert len(changes_of_subjects(frame, sessions=(("am", "pm"), ("base", "ende")))) == 2
    hours = frame.assign(time_of_day=frame["session"].map({"base": "noon", "Ende": "night"}), session="")
    assert len(changes_of_subjects(hours, sessions=(("noon", "night"),))) == 2
