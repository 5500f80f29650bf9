"""Tables of a study: rows with their lines, names that stand once, files that lie inside."""

import pytest

from pipeline import study_tables
from pipeline.errors import ConfigError


@pytest.fixture
def table(tmp_path):
    def table(text):
        path = tmp_path / "recordings.tsv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return table


def test_rows_know_their_lines(table):
    path = table("﻿file\tsubject\r\na.mat\t 01 \r\n\r\nb.mat\tn/a\r\nc.mat\r\n")
    assert study_tables.read(path, ("file",)) == [
        (2, {"file": "a.mat", "subject": "01"}),
        (4, {"file": "b.mat", "subject": ""}),
        (5, {"file": "c.mat", "subject": ""}),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fiel\n", "recordings.tsv: no column 'file'; did you mean 'fiel'. It has: fiel"),
        ("", "no column 'file'; It has: none"),
        ("file\tfile\n", "column 'file' stands twice"),
        ("file\na\tb\n", "recordings.tsv:2: 2 cells, the header has 1 columns"),
        (b"file\n\xff\n", "it is not UTF-8 text"),
    ],
)
def test_what_is_no_table(table, text, said):
    with pytest.raises(ConfigError, match=said):
        study_tables.read(table(text), ("file",))


def test_a_name_stands_once():
    study_tables.check_once("t.tsv", "participant", [("line 2", "01"), ("line 3", "02")])
    with pytest.raises(ConfigError, match="t.tsv: participant '01' stands twice: line 2 and line 4"):
        study_tables.check_once("t.tsv", "participant", [("line 2", "01"), ("line 3", "02"), ("line 4", "01")])


def test_a_file_lies_inside(tmp_path):
    assert study_tables.inside(tmp_path, "a\\b.mat", "x") == tmp_path / "a" / "b.mat"
    assert study_tables.inside(tmp_path, "a/../b.mat", "x") == tmp_path / "b.mat"
    for file in ("../b.mat", "/etc/passwd", "", "a/../../b.mat"):
        with pytest.raises(ConfigError, match="^line 3: .*expected the path of a file below"):
            study_tables.inside(tmp_path, file, "line 3")
