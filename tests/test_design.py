"""Columns that describe subjects, visits and trials: what each may hold, and what is said of a wrong cell."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import design
from pipeline.errors import ConfigError
from pipeline.participants import rows as participants
from pipeline.pulse_table import PULSE_COLUMNS, PULSES
from pipeline.recordings import find_recordings

PAGE = Path(__file__).parents[1] / "docs" / "config.md"
NAMED = (
    "group", "severity", "medication", "age", "sex", "height_cm", "handedness", "dominant_side", "affected_side",
    "clock_time", "time_of_day", "hours_awake", "hours_since_dose", "arm", "period", "sequence", "timepoint",
    "minutes_after", "hotspot_muscle", "hotspot_side", "irls", "psqi", "hama", "hamd", "vas", "ess", "cgi", "plmi",
    "rls6", "entered_rmt_mso", "entered_amt_mso", "sham_guess", "adverse_events", "pulses_delivered",
)  # fmt: skip


def said(column, text):
    return design.problems("visits.tsv", [(3, {"subject": "01", column: text})])


@pytest.mark.parametrize("name", NAMED)
def test_a_factor_of_a_study_is_known(name):
    assert name in design.COLUMNS


def test_levels_part_the_columns():
    parts = (design.SUBJECT_COLUMNS, design.VISIT_COLUMNS, design.TRIAL_COLUMNS)
    assert sum(map(len, parts)) == len(design.COLUMNS)
    for level, part in zip(design.LEVELS, parts, strict=True):
        assert {each.level for each in part.values()} == {level}
    assert set(PULSE_COLUMNS) < set(design.TRIAL_COLUMNS)
    assert set(design.SCALES) < set(design.VISIT_COLUMNS)
    assert all(each.meaning for each in design.COLUMNS.values())


@pytest.mark.parametrize(
    ("column", "text", "expected"),
    [
        ("irls", "57", "a number from 0 to 40"),
        ("irls", "-1", "a number from 0 to 40"),
        ("psqi", "22", "a number from 0 to 21"),
        ("ess", "25", "a number from 0 to 24"),
        ("cgi", "8", "a number from 1 to 7"),
        ("age", "abc", "a number from 0 to 130 (years)"),
        ("age", "nan", "a number from 0 to 130 (years)"),
        ("height_cm", "1.68", "a number from 50 to 250 (cm)"),
        ("clock_time", "25:00", "a time of day as HH:MM, from 00:00 to 23:59"),
        ("clock_time", "9.30", "a time of day as HH:MM, from 00:00 to 23:59"),
        ("time_of_day", "noonish", "one of morning, afternoon, evening, night, AM, PM"),
        ("sex", "x", "one of F, M, O, female, male, other"),
        ("dominant_side", "up", "one of L, R, left, right"),
        ("hours_since_dose", "-2", "a number of 0 or more (h)"),
        ("pulses_delivered", "999.5", "a whole number of 0 or more"),
        ("entered_rmt_mso", "0.47", "a number from 1 to 100 (%MSO)"),
        ("entered_amt_mso", "101", "a number from 1 to 100 (%MSO)"),
        ("minutes_after", "ten", "a number (min)"),
        ("pulse", "double", f"one of {', '.join(PULSES)}"),
        ("state", "asleep", "one of rest, active"),
    ],
)
def test_a_wrong_cell_is_said_with_line_column_and_what_was_expected(column, text, expected):
    assert said(column, text) == [f"visits.tsv:3: {column} is {text!r}; expected {expected}"]


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("irls", "40"), ("irls", "0"), ("irls", ""), ("age", "89+"), ("age", "61.5"), ("clock_time", "9:05"),
        ("clock_time", "23:59:59"), ("time_of_day", "pm"), ("time_of_day", "Evening"), ("sex", "f"),
        ("handedness", "RIGHT"), ("group", "RLS with augmentation"), ("arm", "S1"), ("timepoint", "post10"),
        ("paradigm", "anything"), ("minutes_after", "-5"), ("pulses_delivered", "1000"), ("adverse_events", "none"),
        ("weather", "25:00"), ("irls_2", "99"),
    ],
)  # fmt: skip
def test_what_may_be_is_let_be(column, text):
    assert said(column, text) == []


@given(st.sampled_from(sorted(design.SCALES)), st.floats(allow_nan=True, allow_infinity=True))
def test_a_scale_holds_its_range_and_nothing_else(name, value):
    own = design.SCALES[name]
    assert own.fits(repr(value)) == (own.least <= value <= own.most)


@given(st.sampled_from(sorted(design.COLUMNS)), st.text(max_size=12))
def test_any_text_is_answered(name, text):
    problems = design.problems("t.tsv", [(2, {name: text})])
    assert len(problems) == (not design.COLUMNS[name].fits(text))


def test_a_row_is_parted_into_what_trials_and_what_the_visit_get():
    row = {"arm": "real", "irls": "20", "weather": "fine", "timepoint": "", "entered_rmt_mso": "50", "use": "yes"}
    assert design.of_trials(row) == {"arm": "real", "entered_rmt_mso": "50"}
    assert design.of_visit(row) == {"irls": "20", "weather": "fine"}


def test_tables_of_participants_and_recordings_are_checked(tmp_path):
    (tmp_path / "participants.tsv").write_text("participant_id\tage\tirls\nsub-01\tabc\t57\n", encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        participants(tmp_path)
    assert str(error.value).splitlines() == [
        "participants.tsv:2: age is 'abc'; expected a number from 0 to 130 (years)",
        "participants.tsv:2: irls is '57'; expected a number from 0 to 40",
    ]
    (tmp_path / "a.csv").write_text("x", encoding="utf-8")
    text = "file\tsubject\ttime_of_day\tentered_rmt_mso\na.csv\t01\tlunch\tfifty\n"
    (tmp_path / "recordings.tsv").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        find_recordings(tmp_path)
    first, second = str(error.value).splitlines()
    assert first.startswith("recordings.tsv:2: time_of_day is 'lunch'; expected one of")
    assert second == "recordings.tsv:2: entered_rmt_mso is 'fifty'; expected a number from 1 to 100 (%MSO)"


def test_the_page_names_every_column_with_its_level():
    text = PAGE.read_text(encoding="utf-8").split("## The study's tables")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| ([^|]*) \| ([^|]*) \|", text, re.MULTILINE)
    assert rows == [(each["column"], each["level"], each["holds"], each["unit"]) for each in design.listed()]
