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
        ("fiel\n", "recordings.tsv: no column 'file', which it must have; it has: fiel"),
        ("", "no column 'file', which it must have; it has: none"),
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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("file\n" + "x" * 200_000, "cannot be read as a table: field larger than field limit"),
        ("file\t" + "\t".join(map(str, range(5000))) + "\n" + "x\n" * 5000, "5001 columns and 5001 rows, far more"),
        ('file\n"a\n', "cannot be read as a table: unexpected end of data"),
    ],
)
def test_tables_made_to_take_the_memory(table, text, said):
    with pytest.raises(ConfigError, match=said):
        study_tables.read(table(text), ("file",))


def test_a_table_without_end_is_read_to_a_bound(table):
    path = table("file\n")
    with path.open("r+b") as file:
        file.truncate(study_tables.MOST_BYTES + 1)
    with pytest.raises(ConfigError, match="larger than 128 MB"):
        study_tables.read(path, ("file",))


@pytest.mark.parametrize("file", ["a\0.mat", "x" * 5000, "x/" * 200 + "a.mat", "é" * 200])
def test_a_name_that_no_file_can_have(tmp_path, file):
    with pytest.raises(ConfigError, match=r"line 3: file .*\.\.\.; no file can have this name"):
        study_tables.inside(tmp_path, file, "line 3")
