"""What is missing is counted, named, and given its reason; trials are counted once."""

import numpy as np
import pandas as pd
import pytest

from pipeline.study.completeness import EXCLUSIONS, MISSING, exclusions, missing


def row(table, **facts):
    (found,) = table[np.all([table[name] == value for name, value in facts.items()], axis=0)].to_dict("records")
    return found


def test_a_whole_study_lacks_nothing(crossover):
    table = missing(crossover(1))
    assert list(table) == list(MISSING)
    assert len(table) == 2 * 3 * 2
    assert set(zip(table["n_expected"], table["n_with"], strict=True)) == {(6, 6)}
    assert not table[["n_without", "n_absent"]].to_numpy().any()
    assert set(table["session"]) == {""}  # sessions are of other arms in other subjects


def test_without_a_value_and_not_there_are_told_apart(crossover):
    frame = pd.concat([crossover(2), crossover(2).assign(muscle="TA")])
    no_value = (frame["subject"] == "02") & (frame["arm"] == "M1") & (frame["timepoint"] == "post")
    frame.loc[no_value & (frame["muscle"] == "FDI"), ["value", "status"]] = [np.nan, "no_accepted_trials"]
    frame = frame[~((frame["subject"] == "04") & (frame["arm"] == "M1"))]
    frame = frame[~((frame["subject"] == "06") & (frame["muscle"] == "FDI") & (frame["arm"] == "M1"))]
    made = row(missing(frame), group="HC", muscle="FDI", arm="M1", timepoint="post")
    assert (made["n_expected"], made["n_with"], made["n_without"], made["n_absent"]) == (6, 3, 2, 1)
    assert made["why"] == "no_accepted_trials: 1, no_row: 1"
    assert (made["subjects_without"], made["subjects_absent"]) == ("02, 06", "04")
    made = row(missing(frame), group="HC", muscle="TA", arm="M1", timepoint="post")
    assert (made["n_with"], made["n_without"], made["n_absent"]) == (5, 0, 1)


def test_subjects_of_parallel_arms_are_expected_in_their_own(crossover):
    frame = crossover(3)
    own = {subject: "sham" if int(subject) < 5 else "M1" for subject in set(frame["subject"])}
    frame = frame[frame["arm"] == frame["subject"].map(own)]
    table = missing(frame)
    assert dict(zip(zip(table["group"], table["arm"], strict=True), table["n_expected"], strict=True)) == {
        ("HC", "sham"): 3, ("HC", "M1"): 3, ("RLS", "sham"): 2, ("RLS", "M1"): 4}  # fmt: skip
    assert not table["n_absent"].any()


def test_groups_of_other_visits_lack_nothing(crossover):
    frame = crossover(4)
    frame = frame[(frame["group"] == "RLS") | ((frame["period"] == "1") & (frame["timepoint"] == "pre"))]
    frame.loc[frame["group"] == "HC", "arm"] = ""
    assert not missing(frame)["n_absent"].any()


def test_visits_are_told_apart_by_time_of_day_or_session(numbers):
    rows = [{"subject": f"{n}", "session": f"v{(n + k) % 2}", "time_of_day": hour, "value": 40.0}
            for n in range(4) for k, hour in enumerate(("evening", "morning"))]  # fmt: skip
    assert set(missing(numbers(rows))["time_of_day"]) == {"evening", "morning"}
    assert set(missing(numbers(rows))["session"]) == {""}
    twice = missing(numbers([{**each, "time_of_day": "evening"} for each in rows]))
    assert set(twice["session"]) == {"v0", "v1"}
    assert set(twice["n_with"]) == {4}


def test_what_belongs_to_the_whole_visit_is_expected_of_who_was_there(numbers):
    rows = [{"subject": f"{n}", "session": "a", "timepoint": "pre", "metric": "mep_amplitude", "value": 1.0}
            for n in range(3)]  # fmt: skip
    rows += [{"subject": f"{n}", "session": "a", "value": 40.0} for n in range(2)]
    made = row(missing(numbers(rows)), metric="rmt")
    assert (made["n_expected"], made["n_with"], made["n_without"], made["n_absent"]) == (3, 2, 1, 0)


def test_trials_are_counted(crossover):
    frame = crossover(5).assign(n_used=18, n_rejected=2)
    frame.loc[(frame["subject"] == "02") & (frame["arm"] == "S1"), ["n_used", "n_rejected"]] = [0, 20]
    table = exclusions(frame)
    assert list(table) == list(EXCLUSIONS)
    made = row(table, group="HC", arm="S1", timepoint="pre")
    assert (made["n_subjects"], made["n_used"], made["n_rejected"]) == (6, 90, 30)
    assert made["share"] == pytest.approx(0.25)
    assert (made["share_median"], made["share_highest"]) == (pytest.approx(0.1), 1.0)
    assert (made["n_used_lowest"], made["n_lost"]) == (0, 1)
    assert table["n_used"].sum() == frame["n_used"].sum()


def test_the_order_of_rows_changes_nothing(crossover):
    frame = crossover(6)
    frame.loc[3:9, "value"] = np.nan
    for function in (missing, exclusions):
        pd.testing.assert_frame_equal(function(frame), function(frame.sample(frac=1.0, random_state=2)))


def test_nothing(crossover):
    for function, columns in ((missing, MISSING), (exclusions, EXCLUSIONS)):
        assert list(function(crossover(7).iloc[:0])) == list(columns)
        assert len(function(crossover(7).iloc[:0])) == 0


def months(numbers, arms):
    """Subjects of parallel arms at three sessions; one of the real arm never came at the last."""
    return numbers([
        {"subject": f"{n}", "group": "RLS", "arm": arms[n % 2], "session": session, "value": 40.0, "n_rejected": 2}
        for n in range(6) for session in ("base", "month1", "month2") if (n, session) != (4, "month2")
    ])  # fmt: skip


def test_who_never_came_to_a_later_session_of_an_arm_is_absent(numbers):
    table = missing(months(numbers, ("real", "sham")))
    assert set(table["session"]) == {"base", "month1", "month2"}
    made = row(table, arm="real", session="month2")
    assert (made["n_expected"], made["n_with"], made["n_absent"], made["subjects_absent"]) == (3, 2, 1, "4")
    assert table["n_absent"].sum() == 1
    made = row(exclusions(months(numbers, ("real", "sham"))), arm="real", session="month2")
    assert (made["n_subjects"], made["n_rejected"]) == (2, 4)


def test_times_of_day_tell_the_visits_of_an_arm_apart(numbers):
    rows = [{"subject": f"{n}", "arm": "ab"[n % 2], "session": f"v{(n + k) % 3}", "time_of_day": hour, "value": 40.0}
            for n in range(6) for k, hour in enumerate(("evening", "morning"))]  # fmt: skip
    table = missing(numbers(rows))
    assert (set(table["session"]), set(table["time_of_day"])) == ({""}, {"evening", "morning"})
    assert not table["n_absent"].any()


def test_numbered_sessions_of_a_crossover_are_not_missed_in_the_other_arm(numbers):
    rows = [{"subject": f"{n}", "arm": ("real", "sham")[(n + k // 2) % 2], "session": f"v{k}", "value": 40.0}
            for n in range(4) for k in range(4)]  # fmt: skip
    table = missing(numbers(rows))
    assert (set(table["session"]), set(table["n_with"]), set(table["n_absent"])) == ({""}, {4}, {0})
    named = [{**each, "session": f"{each['arm']}{int(each['session'][1]) % 2}"} for each in rows]
    assert len(missing(numbers(named[1:]))) == 4
    assert missing(numbers(named[1:]))["n_absent"].sum() == 1
