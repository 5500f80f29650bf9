"""The pulse table from events, markers and tables."""

import numpy as np
import pandas as pd
import pytest

from pipeline.acquisition import pulses
from pipeline.acquisition.tsv import read_tsv, typed
from pipeline.errors import ReadError


@pytest.fixture
def events(tmp_path):
    def read(text):
        (tmp_path / "x_events.tsv").write_bytes(text.encode())
        return read_tsv(tmp_path / "x_events.tsv")

    return read


def test_words_stay_words_numbers_become_numbers_and_na_is_missing(events):
    table = typed(events("block\tintensity_mso\textra\tname\n01\t50\t1e1\ta\nn/a\tn/a\tn/a\tn/a\n"))
    assert table["block"].tolist() == ["01", ""]
    assert table["intensity_mso"].tolist() == ["50", ""]
    assert table["extra"].iloc[0] == 10
    assert np.isnan(table["extra"].iloc[1])
    assert table["name"].tolist() == ["a", ""]


def test_lines_are_counted_as_an_editor_does(events):
    table = events("\ufeffonset\tpulse\r\n\r\n1\tsingle\r\n\r\n2\tsingle\r\n")
    assert pulses.from_events(table, "e.tsv", {}).rows == ("e.tsv line 3", "e.tsv line 5")


@pytest.mark.parametrize("text", ["", "a\ta\n1\t2\n", "a\tb\n1\t2\t3\n"])
def test_what_is_no_table_is_an_error(events, text):
    with pytest.raises(ReadError, match=r"x_events\.tsv"):
        events(text)


def test_rows_of_events_that_are_no_pulse_are_passed_over(events):
    found = pulses.from_events(events("onset\tpulse\tx\n1\tsingle\t5\n2\tn/a\t6\n3\tpaired\t7\n"), "e", {})
    assert found.at_s.tolist() == [1, 3]
    assert found.table["onset_s"].tolist() == [1, 3]
    assert found.table["x"].tolist() == [5, 7]


def test_a_stated_onset_s_is_another_clock(events):
    found = pulses.from_events(events("onset\tpulse\tonset_s\n1\tsingle\t500\n"), "e", {})
    assert found.at_s.tolist() == [1]
    assert found.table["onset_s"].tolist() == ["500"]


def test_markers_may_stand_in_value_or_in_a_named_column(events):
    table = events("onset\ttrial_type\tvalue\tevent_id\n1\tx\t7\tp\n2\tx\t8\tq\n")
    meant = {"pulse": "single", "intensity_mso": 60}
    assert pulses.from_events(table, "e", {"7": meant}).at_s.tolist() == [1]
    assert pulses.from_events(table, "e", {"q": meant}, "event_id").at_s.tolist() == [2]
    carried = pulses.from_events(table, "e", {"x": meant}).table
    assert carried["value"].tolist() == [7, 8]
    assert carried["intensity_mso"].tolist() == [60, 60]
    with pytest.raises(ReadError, match=r"no marker '9'; there are: trial_type: x \(2\); value: 7 \(1\), 8 \(1\)"):
        pulses.from_events(table, "e", {"9": meant})
    with pytest.raises(ReadError, match="no column 'event'; did you mean 'event_id'"):
        pulses.from_events(table, "e", {"9": meant}, "event")


def test_a_marker_is_looked_for_where_the_table_says_what_a_pulse_is_too(events):
    table = events(
        "onset\tpulse\ttrial_type\tintensity_mso\tstate\n"
        "1\tsingle\tstrong\t50\trest\n2\tn/a\tweak\t40\trest\n3\tsingle\tother\t30\tactive\n4\tn/a\tother\t20\t\n"
    )
    markers = {"strong": {"intensity_mso": 80}, "weak": {"pulse": "root"}}
    found = pulses.from_events(table, "e", markers)
    assert found.at_s.tolist() == [1, 2, 3]
    assert found.table["pulse"].tolist() == ["single", "root", "single"]
    assert [str(each) for each in found.table["intensity_mso"]] == ["80", "40", "30"]
    assert found.table["state"].tolist() == ["rest", "rest", "active"]
    with pytest.raises(
        ReadError, match=r"e: there is no marker 'S1'; there are: trial_type: other \(2\), strong \(1\)"
    ):
        pulses.from_events(table, "e", {"S1": {"pulse": "single"}})


def test_a_column_that_one_marker_states_hides_the_files_for_that_marker_only(events):
    table = events("onset\ttrial_type\tintensity_mso\n1\ta\t50\n2\tb\t40\n3\ta\t30\n")
    markers = {"a": {"pulse": "single"}, "b": {"pulse": "single", "intensity_mso": 99, "state": None}}
    found = pulses.from_events(table, "e", markers).table
    assert [str(each) for each in found["intensity_mso"]] == ["50", "99", "30"]


def test_markers_of_two_columns_are_an_error_that_says_so(events):
    table = events("onset\ttrial_type\tvalue\n1\ta\t7\n")
    with pytest.raises(ReadError, match="no single column holds every marker"):
        pulses.from_events(table, "e", {"a": {"pulse": "single"}, "7": {"pulse": "single"}})


def test_precedence_trial_table_then_file_then_study_row_by_row():
    table = pd.DataFrame({"pulse": ["single", "single"], "intensity_mso": [1.0, np.nan], "state": ["active", "n/a"]})
    beside = pd.DataFrame({"pulse": ["n/a", "root"], "timepoint": ["", "post0"]})
    columns = {"pulse": "nerve", "intensity_mso": "9", "state": "rest", "arm": "sham", "timepoint": "pre"}
    found = pulses.completed(table, beside, columns)
    assert found["pulse"].tolist() == ["single", "root"]
    assert found["state"].tolist() == ["active", "rest"]
    assert found["arm"].tolist() == ["sham", "sham"]
    assert found["timepoint"].tolist() == ["pre", "post0"]
    assert found["intensity_mso"].tolist() == [1, 9]


def test_a_column_of_numbers_filled_with_a_number_stays_one():
    table = pd.DataFrame({"pulse": ["single"] * 3, "dose": [1.5, np.nan, 2.0]})
    assert pulses.completed(table, None, {"dose": "3"})["dose"].tolist() == [1.5, 3.0, 2.0]
    assert pulses.completed(table, None, {"dose": "high"})["dose"].tolist() == [1.5, "high", 2.0]


def test_a_kind_of_pulse_missing_in_one_row_is_an_error():
    with pytest.raises(ReadError, match="the kind of pulse .* is not given for trial 1"):
        pulses.completed(pd.DataFrame({"pulse": ["single", ""]}), None, {})


def test_without_a_kind_of_pulse_it_is_an_error():
    with pytest.raises(ReadError, match="the kind of pulse"):
        pulses.completed(pd.DataFrame({"x": [1, 2]}), None, {"state": "rest"})


@pytest.mark.parametrize(
    ("kinds", "apart_ms", "fine"),
    [
        (["single", "single"], 499.9, False),
        (["single", "single"], 500, True),
        (["nerve", "single"], 25, False),
        (["single", "single"], 100, False),
        (["rtms", "rtms"], 5, True),
        (["rtms", "single"], 5, False),
        (["none", "single"], 5, True),
        (["paired", "paired"], 0, False),
    ],
)
def test_pulses_must_be_apart(kinds, apart_ms, fine):
    at_s = np.array([2.0, 9.0, 2.0 + apart_ms / 1e3])
    arguments = np.array([kinds[0], "single", kinds[1]], object), at_s, ("first", "other", "second")
    if fine:
        pulses.check_apart(*arguments)
    else:
        with pytest.raises(ReadError, match=r"first and second are .* ms apart, at 2 s \(1 such pairs\).*isi_ms"):
            pulses.check_apart(*arguments)


def test_a_column_named_like_one_of_results_is_carried_under_another_name():
    table = pd.DataFrame({"pulse": ["single"], "condition": ["baseline"], "trial_type": ["tms"]})
    assert list(pulses.completed(table, None, {})) == ["pulse", "given_condition", "trial_type"]
