"""The visits of a study: one row a subject and session, what reaches trials, and what is wrong with them."""

import pytest

from pipeline import config, loose_ends, plan, results, visits
from pipeline.errors import ConfigError
from pipeline.recordings import find_recordings


def write(folder, name, text):
    """A table whose columns are parted by blanks."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    lines = ["\t".join(line.split(" ")) for line in text.strip().splitlines()]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def study(tmp_path):
    """A recordings.tsv of two subjects with two sessions each."""
    rows = ["file subject session block"]
    for subject in ("01", "02"):
        for session in ("am", "pm"):
            (tmp_path / f"{subject}{session}.csv").write_text("x", encoding="utf-8")
            rows.append(f"{subject}{session}.csv {subject} {session} rest")
    write(tmp_path, "recordings.tsv", "\n".join(rows))
    return tmp_path


def problems(folder):
    with pytest.raises(ConfigError) as error:
        visits.of(folder)
    return str(error.value).splitlines()


def columns(folder):
    return {(each.subject, each.session): each.columns for each in find_recordings(folder)}


def jobs(folder):
    (folder / "study.yaml").write_text("study: {input: ., output: ../out}\n", encoding="utf-8")
    settled = config.load(folder / "study.yaml")
    return settled, plan.jobs(settled)


def test_no_table_no_visits(study):
    assert visits.of(study) == {}


def test_trials_get_what_is_of_trials_and_the_visit_keeps_the_rest(study):
    write(study, "visits.tsv", """
subject session arm time_of_day entered_rmt_mso irls clock_time weather
sub-01 ses-am real AM 47 20 09:30 fine
01 pm sham n/a n/a n/a n/a n/a
""")  # fmt: skip
    found = columns(study)
    assert found["01", "am"] == {"arm": "real", "time_of_day": "AM", "entered_rmt_mso": "47", "block": "rest"}
    assert found["01", "pm"] == {"arm": "sham", "block": "rest"}
    assert found["02", "am"] == {"block": "rest"}
    _, (first, second) = jobs(study)
    assert first.visits == {"am": {"irls": "20", "clock_time": "09:30", "weather": "fine"}, "pm": {}}
    assert second.visits == {}


def test_bids_has_its_own_table_and_both_may_speak(tmp_path):
    for session in ("am", "pm"):
        name = f"sub-01/ses-{session}/emg/sub-01_ses-{session}_task-b_emg.edf"
        write(tmp_path, name, "x")
    sessions = "session_id irls entered_amt_mso timepoint\nses-am 20 44 pre\nses-pm 21 n/a n/a"
    write(tmp_path, "sub-01/sub-01_sessions.tsv", sessions)
    write(tmp_path, "visits.tsv", "subject session irls sequence\n01 am 20.0 AB\n01 pm n/a AB")
    write(tmp_path, "sub-01/ses-am/sub-01_ses-am_scans.tsv",
          "filename timepoint\nemg/sub-01_ses-am_task-b_emg.edf post0")  # fmt: skip
    assert columns(tmp_path) == {
        ("01", "am"): {"entered_amt_mso": "44", "sequence": "AB", "timepoint": "post0"},
        ("01", "pm"): {"sequence": "AB"},
    }
    found = visits.of(tmp_path)["01"]
    assert {name: each.columns["irls"] for name, each in found.items()} == {"am": "20", "pm": "21"}
    write(tmp_path, "visits.tsv", "subject session irls\n01 am 22")
    assert problems(tmp_path) == [
        "sub-01_sessions.tsv:2: irls is '20', but '22' in visits.tsv:2 of the same visit; state it once, or the same"
    ]


def test_two_rows_of_one_visit_are_an_error(study):
    write(study, "visits.tsv", "subject session irls\n01 am 20\n01 pm 21\nsub-01 ses-am 22")
    assert problems(study) == ["visits.tsv: visit 'sub-01 ses-am' stands twice: line 2 and line 4"]


def test_a_wrong_cell_names_its_line(study):
    write(study, "visits.tsv", "subject session irls clock_time\n01 am 57 25:00\n-- pm 3 n/a\n01 ? 3 n/a")
    assert problems(study) == [
        "visits.tsv:2: irls is '57'; expected a number from 0 to 40",
        "visits.tsv:2: clock_time is '25:00'; expected a time of day as HH:MM, from 00:00 to 23:59",
        "visits.tsv:3: subject '--' holds no letter or digit",
        "visits.tsv:4: session '?' holds no letter or digit",
    ]
    write(study, "visits.tsv", "subject visit\n01 am")
    assert problems(study)[0].startswith("visits.tsv: no column 'session'")


def test_recordings_and_visits_must_not_disagree(study):
    write(study, "visits.tsv", "subject session arm block\n01 am real rest")
    text = (study / "recordings.tsv").read_text(encoding="utf-8").splitlines()
    rows = [f"{text[0]}\tarm", f"{text[1]}\tsham", *(f"{line}\tn/a" for line in text[2:])]
    (study / "recordings.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        find_recordings(study)
    assert str(error.value) == (
        "recordings.tsv:2: arm is 'sham', but 'real' in visits.tsv:2 of the same visit; state it once, or the same"
    )
    rows[1] = rows[1].replace("sham", "real")
    (study / "recordings.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert columns(study)["01", "am"]["arm"] == "real"


def test_a_visit_without_a_session_label_is_of_recordings_without_one(tmp_path):
    (tmp_path / "a.csv").write_text("x", encoding="utf-8")
    write(tmp_path, "recordings.tsv", "file subject\na.csv 01")
    write(tmp_path, "visits.tsv", "subject session arm irls\n01 n/a real 20")
    assert columns(tmp_path) == {("01", ""): {"arm": "real"}}
    assert jobs(tmp_path)[1][0].visits == {"": {"irls": "20"}}


def test_a_visit_that_is_not_used_leaves_its_recordings_out(study):
    write(study, "visits.tsv", "subject session use reason\n01 am no ill\n01 pm yes n/a")
    assert set(columns(study)) == {("01", "pm"), ("02", "am"), ("02", "pm")}


def test_a_damaged_table_is_named(study):
    (study / "visits.tsv").write_bytes(b"subject\tsession\tir\0ls\n01\tam\t20\n")
    assert problems(study) == ["visits.tsv:1: a NUL character in the cell 'ir\\x00ls'; expected text"]
    (study / "visits.tsv").write_bytes(b"subject\tsession\n01\tam\t20\n")
    assert problems(study) == ["visits.tsv:2: 3 cells, the header has 2 columns"]
    (study / "visits.tsv").write_bytes(b"subject\tsession\n\xff\tam\n")
    assert "it is not UTF-8 text" in problems(study)[0]


def test_the_order_of_rows_changes_nothing(study):
    rows = ["01 am 20 fine", "01 pm 21 rain"]
    write(study, "visits.tsv", "\n".join(["subject session irls weather", *rows]))
    first = jobs(study)
    write(study, "visits.tsv", "\n".join(["subject session irls weather", *rows[::-1]]))
    second = jobs(study)
    stated = [
        results.facts("01", config, found[0].participant, found[0].visits, []) for config, found in (first, second)
    ]
    assert stated[0] == stated[1]
    assert ("visit.pm.irls", "21") in stated[0]


def test_a_visit_of_no_recording_is_said_and_kept(study):
    write(study, "visits.tsv", "subject session irls\n01 am 20\n01 month2 12\n03 am 9")
    settled, found = jobs(study)
    said = loose_ends.of(settled, found)
    assert [each.partition(";")[0] for each in said] == [
        "visits.tsv:3: sub-01 ses-month2 has no recording that is used",
        "visits.tsv:4: sub-03 ses-am has no recording that is used",
    ]
    assert found[0].visits["month2"] == {"irls": "12"}
