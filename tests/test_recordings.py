"""The recordings and participants of a study, from datasets and tables that are right and wrong."""

import pytest

from pipeline.errors import ConfigError
from pipeline.participants import rows as participants
from pipeline.recordings import find_recordings
from pipeline.study_tables import label


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def table(folder, text, name="recordings.tsv"):
    lines = ["\t".join(line.split(" ")) for line in text.strip().splitlines()]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / name


@pytest.fixture
def bids(tmp_path):
    touch(
        tmp_path,
        "sub-02/emg/sub-02_task-rest_run-10_emg.bdf",
        "sub-02/emg/sub-02_task-rest_run-2_emg.edf",
        "sub-01/ses-pm/emg/sub-01_ses-pm_task-b_emg.edf",
        "sub-01/ses-am/emg/sub-01_ses-am_task-b_acq-x_emg.edf",
        "sub-01/ses-am/emg/sub-01_ses-am_task-b_emg.json",
        "derivatives/sub-09/emg/sub-09_task-b_emg.edf",
        "sub-01/ses-am/eeg/sub-01_ses-am_task-b_eeg.edf",
    )
    return tmp_path


def test_bids_in_canonical_order(bids):
    found = find_recordings(bids)
    assert [each.id for each in found] == [
        "sub-01_ses-am_task-b_acq-x",
        "sub-01_ses-pm_task-b",
        "sub-02_task-rest_run-2",
        "sub-02_task-rest_run-10",
    ]
    assert [(each.subject, each.session, each.task, each.run) for each in found[1:3]] == [
        ("01", "pm", "b", ""),
        ("02", "", "rest", "2"),
    ]
    assert all(each.path.is_file() and each.reader == "" and each.columns == {} for each in found)


def test_bids_tables_of_sessions_and_scans(bids):
    table(
        bids / "sub-01", "session_id arm timepoint irls\nses-am real pre 20\nses-pm sham n/a 21", "sub-01_sessions.tsv"
    )
    scans = "filename timepoint use\nemg/sub-01_ses-am_task-b_acq-x_emg.edf post0 n/a"
    table(bids / "sub-01" / "ses-am", scans, "sub-01_ses-am_scans.tsv")
    table(bids / "sub-02", "filename use\nemg/sub-02_task-rest_run-2_emg.edf no", "sub-02_scans.tsv")
    found = find_recordings(bids)
    assert [each.columns for each in found] == [{"arm": "real", "timepoint": "post0"}, {"arm": "sham"}, {}]
    assert found[-1].run == "10"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sub-03/emg/sub-04_task-a_emg.edf", "sub-03/emg/sub-04_task-a_emg.edf: its name is not"),
        ("sub-03/emg/sub-03_ta-sk-a_emg.edf", "its name is not"),
        ("sub-02/emg/sub-02_task-rest_run-2_emg.bdf", "'sub-02_task-rest_run-2' stands twice"),
    ],
)
def test_bids_names_that_are_wrong(bids, name, text):
    touch(bids, name)
    with pytest.raises(ConfigError, match=text):
        find_recordings(bids)


def test_nothing_there_says_what_was_expected(tmp_path):
    with pytest.raises(ConfigError, match=r"no recordings in .*; expected sub-<label>/\[ses-<label>/\]emg/\*_emg.edf"):
        find_recordings(tmp_path)
    with pytest.raises(ConfigError, match=r"does not exist; expected a BIDS dataset, a recordings.tsv"):
        find_recordings(tmp_path / "nowhere")


def test_table_of_recordings(tmp_path):
    touch(tmp_path, "a/1 ü.mat", "a/2.mat", "b.vhdr", "c.csv")
    path = table(
        tmp_path,
        "file subject session block arm use reason reader pulse intensity_mso coil trial_table\n"
        "a/2.mat sub-P_2 ses-1 hand-rest real yes n/a mat_epochs single 60 D70 n/a\n"
        "b.vhdr P1 n/a n/a n/a n/a n/a n/a n/a n/a n/a tables/b.tsv\n"
        "c.csv P1 n/a n/a n/a no aborted n/a n/a n/a n/a n/a\n"
        "a/2.mat P1 2 leg n/a n/a n/a n/a n/a n/a n/a tables/x.tsv\n",
    )
    found = find_recordings(path)
    assert [each.id for each in found] == ["sub-P1", "sub-P1_ses-2_task-leg", "sub-P2_ses-1_task-handrest"]
    assert found == find_recordings(tmp_path)
    assert found[2].reader == "mat_epochs"
    assert found[2].columns == {
        "block": "hand-rest",
        "arm": "real",
        "pulse": "single",
        "intensity_mso": "60",
        "coil": "D70",
    }
    assert found[0].columns == {"trial_table": "tables/b.tsv"}
    assert found[1].columns == {"trial_table": "../tables/x.tsv", "block": "leg"}
    assert (found[1].path.parent / found[1].columns["trial_table"]).resolve() == tmp_path / "tables" / "x.tsv"
    assert "/" not in "".join(str(each.columns.get("block", "")) for each in found)


@pytest.mark.parametrize(
    ("rows", "texts"),
    [
        (
            "a 01 1 x\nb 01 1 x",
            ["recordings.tsv:2 and recordings.tsv:3 are both sub-01_ses-1_task-x", "set `use` to no"],
        ),
        ("a 01 1 x\nb sub-01 ses-1 x yes", ["are both sub-01_ses-1_task-x"]),
        ("a 01 1 x maybe", ["recordings.tsv:2: use is 'maybe'; expected yes, no, or nothing"]),
        ("../a 01 1 x", ["recordings.tsv:2: file '../a'; expected the path of a file below"]),
        ("/etc/passwd 01 1 x", ["recordings.tsv:2: file '/etc/passwd'"]),
        ("n/a 01 1 x", ["recordings.tsv:2: file ''"]),
        (
            "zz 01 1 x\nyy 02 1 x",
            ["recordings.tsv:2: there is no file 'zz'", "recordings.tsv:3: there is no file 'yy'"],
        ),
        ("a -- 1 x", ["recordings.tsv:2: subject '--' holds no letter or digit"]),
        ("a n/a 1 x", ["recordings.tsv:2: subject '' holds no letter or digit"]),
        ("a 01 1 x_1\nb 01 1 x-1", ["block 'x-1' and 'x_1' (recordings.tsv:2) are the same label, 'x1'"]),
        ("a P-1 1 x\nb P1 2 x", ["subject 'P1' and 'P-1' (recordings.tsv:2) are the same label"]),
        ("a 01 1 x yes 9", ["recordings.tsv:2: 6 cells, the header has 5 columns"]),
        ("a 01 1 x no", ["recordings.tsv: no recordings"]),
    ],
)
def test_a_wrong_table_is_an_error_naming_its_rows(tmp_path, rows, texts):
    touch(tmp_path, "a", "b")
    path = table(tmp_path, f"file subject session block use\n{rows}")
    with pytest.raises(ConfigError) as error:
        find_recordings(path)
    for text in texts:
        assert text in str(error.value)


def test_use_decides_between_two_of_the_same_name(tmp_path):
    touch(tmp_path, "a", "b")
    for no in ("no", "0", "FALSE"):
        path = table(tmp_path, f"file subject use\na 01 {no}\nb 01 n/a")
        assert [each.path.name for each in find_recordings(path)] == ["b"]


def test_a_table_without_its_columns_or_with_one_twice(tmp_path):
    with pytest.raises(ConfigError, match="no column 'file', which it must have; it has: files, subject"):
        find_recordings(table(tmp_path, "files subject\na 01"))
    with pytest.raises(ConfigError, match="column 'file' stands twice"):
        find_recordings(table(tmp_path, "file subject file\na 01 b"))
    (tmp_path / "recordings.tsv").write_bytes(b"file\tsubject\n\xff\xfe\t01\n")
    with pytest.raises(ConfigError, match="cannot be read as a table"):
        find_recordings(tmp_path)


@pytest.mark.parametrize(
    ("name", "subject", "id"),
    [
        ("sub-07_ses-a_task-x_emg.bdf", "07", "sub-07_ses-a_task-x"),
        ("rest sub-07.vhdr", "07", "sub-07"),
        ("sub-01+a rest.vhdr", "01+a", "sub-01+a"),
        ("Müller 1 (rest).csv", "Muller1rest", "sub-Muller1rest"),
        ("plain.tsv", "plain", "sub-plain"),
    ],
)
def test_one_recording_on_its_own(tmp_path, name, subject, id):  # noqa: A002
    touch(tmp_path, name)
    (found,) = find_recordings(tmp_path / name)
    assert (found.subject, found.id, found.path) == (subject, id, tmp_path / name)


def test_participants(bids):
    assert participants(bids) == {}
    table(bids, "participant_id age group\nsub-01 40 RLS\nsub-77 n/a HC", "participants.tsv")
    expected = {"01": {"age": "40", "group": "RLS"}, "77": {"age": "", "group": "HC"}}
    assert participants(bids) == expected
    assert participants(bids / "sub-01/ses-pm/emg/sub-01_ses-pm_task-b_emg.edf") == expected
    assert participants(table(bids, "file subject\nx 01")) == expected
    table(bids, "participant_id age\nsub-01+a 40\nsub-01 41", "participants.tsv")
    assert participants(bids) == {"01+a": {"age": "40"}, "01": {"age": "41"}}
    table(bids, "participant_id age\nsub-01 40\n01 41", "participants.tsv")
    with pytest.raises(ConfigError, match=r"participant '01' stands twice: line 2 and line 3"):
        participants(bids)
    table(bids, "participant age\nsub-01 40", "participants.tsv")
    with pytest.raises(ConfigError, match="no column 'participant_id'"):
        participants(bids)


@pytest.mark.parametrize(
    ("text", "entity", "expected"),
    [
        ("sub-01", "sub", "01"),
        ("01", "sub", "01"),
        ("hand_rest 2", "", "handrest2"),
        ("Žižka", "", "Zizka"),
        ("sub-01+a", "sub", "01+a"),
        ("--", "", ""),
        ("+", "", ""),
    ],
)
def test_labels_are_letters_and_digits(text, entity, expected):
    assert label(text, entity) == expected


def test_real_datasets(real):
    for name, task in (("emg_CustomBipolar", "holdWeight"), ("emg_TwoHDsEMG", "isometric")):
        (found,) = find_recordings(real / "bids" / name)
        assert found.id == f"sub-01_task-{task}"
        assert participants(real / "bids" / name)["01"]["group"] == "control"
    with pytest.raises(ConfigError, match="no recordings in"):
        find_recordings(real / "bids" / "nibs_bep037_v6.3")
