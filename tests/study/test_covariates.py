"""What describes a visit: the study's tables, and what all of its trials share."""

import pandas as pd
import pytest

from pipeline.study.covariates import columns_of_people, people, scales, timed, visits


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
    one = tables(TRIALS, ("visit.a.irls", "31"), ("participant.irls", "25"), ("participant.coil", "x"))
    read = {"1": one, "2": tables(TRIALS)}
    found = visits(one, columns_of_people(read))
    assert {"irls", "coil_of_visit"} <= set(found)
    assert set(visits(read["2"], columns_of_people(read))) >= {"coil_of_visit"}, "the same in everybody"
    assert list(people(read, set(found))) == ["subject", "irls_of_person", "coil"]
    assert list(people(read, set())) == ["subject", "irls", "coil"]


def test_what_the_tables_say_goes_above_what_the_trials_share():
    found = visits(tables({**TRIALS, "irls": ["20"] * 4}, ("visit.a.irls", "31"), ("visit.b.irls", "")))
    assert found.set_index(["session", "timepoint"])["irls"].to_dict() == {
        ("a", "pre"): "31", ("a", "post"): "31", ("a", ""): "31", ("b", "pre"): "20", ("b", ""): "20"
    }  # fmt: skip


def test_words_that_are_one_but_for_their_case_are_spelt_alike():
    found = visits(tables({**TRIALS, "time_of_day": ["Morning", "Morning", "morning", "MORNING"], "arm": list("aAaa")}))
    assert set(found["time_of_day"]) == {"morning"}, "in every row"
    whole = found.set_index(["session", "timepoint"])["arm"]
    assert whole.isna()[("a", "")], "a free word stays as it is: these are two arms"


@pytest.mark.parametrize(("facts", "expected"), [
    ((), {}),
    ((("visit.a.irls", ""),), {}),
    ((("visit.a.irls", "31"), ("visit.b.irls", "n/a")), {("a", "", "irls"): 31.0}),
    ((("visit.a.irls", "31"), ("visit.b.plmi", "12.5")), {("a", "", "irls"): 31.0, ("b", "", "plmi"): 12.5}),
])  # fmt: skip
def test_scales_are_rows_of_the_session(facts, expected):
    of_visits = visits(tables(TRIALS, *facts))
    assert not timed([of_visits])
    found = scales(of_visits, False)
    assert found.set_index(["session", "timepoint", "metric"])["value"].to_dict() == expected
    assert found["unit"].isin(["points", "1/h"]).all()
    assert (found["status"] == "entered").all()


def test_scales_are_rows_of_the_timepoint_where_no_session_of_the_study_has_two():
    trials = {**TRIALS, "timepoint": ["pre", "pre", "pre", "post"]}
    of_visits = visits(tables(trials, ("visit.a.irls", "31"), ("visit.b.irls", "20")))
    assert timed([of_visits])
    found = scales(of_visits, True).set_index(["session", "timepoint"])["value"].to_dict()
    assert found == {("a", "pre"): 31.0, ("b", "post"): 20.0}
    untimed = visits(tables({**trials, "timepoint": [""] * 4}, ("visit.a.irls", "31")))
    assert scales(untimed, True).set_index(["session", "timepoint"])["value"].to_dict() == {("a", ""): 31.0}
