"""What describes a visit: the study's tables, and what all of its trials share."""

import pandas as pd
import pytest

from pipeline.study.covariates import scales, visits


def tables(trials, *facts):
    return {"trials": pd.DataFrame(trials), "provenance": pd.DataFrame(facts, columns=["name", "value"]).astype(object)}


TRIALS = {
    "session": ["a", "a", "a", "b"],
    "timepoint": ["pre", "pre", "post", "pre"],
    "arm": ["real", "real", "real", "sham"],
    "coil": ["C1", "C2", "C1", "C1"],
    "trial": [0, 1, 2, 3],
}


def test_what_trials_share_is_of_the_timepoint_and_of_the_session():
    found = visits(tables(TRIALS)).set_index(["session", "timepoint"])
    assert found["arm"].to_dict() == {
        ("a", "pre"): "real", ("a", "post"): "real", ("b", "pre"): "sham", ("a", ""): "real", ("b", ""): "sham"
    }  # fmt: skip
    assert found.loc[("a", "post"), "coil"] == "C1"
    assert pd.isna(found.loc[("a", "pre"), "coil"])
    assert pd.isna(found.loc[("a", ""), "coil"])


def test_what_the_tables_say_of_a_session_is_of_all_its_timepoints():
    found = visits(tables(TRIALS, ("visit.a.irls", "31"), ("visit.a.clock_time", "20:00"), ("participant.age", "50")))
    own = found.set_index(["session", "timepoint"])["irls"]
    assert (own["a"] == "31").all()
    assert own["b"].isna().all()
    assert set(found.loc[found["session"] == "a", "clock_time"]) == {"20:00"}


def test_a_column_of_both_is_told_apart():
    found = visits(tables(TRIALS, ("visit.a.irls", "31"), ("participant.irls", "25"), ("participant.arm", "x")))
    assert {"irls_of_visit", "arm_of_visit"} <= set(found)


@pytest.mark.parametrize(("facts", "expected"), [
    ((), {}),
    ((("visit.a.irls", ""),), {}),
    ((("visit.a.irls", "31"), ("visit.b.irls", "n/a")), {("a", "", "irls"): 31.0}),
    ((("visit.a.irls", "31"), ("visit.b.plmi", "12.5")), {("a", "", "irls"): 31.0, ("b", "pre", "plmi"): 12.5}),
])  # fmt: skip
def test_scales_are_rows_of_the_timepoint_where_there_is_but_one(facts, expected):
    found = scales(visits(tables(TRIALS, *facts)))
    assert found.set_index(["session", "timepoint", "metric"])["value"].to_dict() == expected
    assert found["unit"].isin(["points", "1/h"]).all()
    assert (found["status"] == "entered").all()
