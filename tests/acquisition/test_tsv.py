"""Tables are words until they hold nothing but numbers."""

import numpy as np
import pytest

from pipeline.acquisition.tsv import read_tsv, typed
from pipeline.errors import ReadError


@pytest.fixture
def table(tmp_path):
    def table(text):
        (tmp_path / "a.tsv").write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_tsv(tmp_path / "a.tsv")

    return table


def test_words_are_as_written_and_lines_are_counted(table):
    found = table("﻿onset\tname \n1.50\t 07\n\n2\tn/a\n")
    assert list(found) == ["onset", "name"]
    assert found["onset"].tolist() == ["1.50", "2"]
    assert found["name"].tolist() == ["07", "n/a"]
    assert found.index.tolist() == [2, 4]


def test_columns_of_numbers_become_numbers(table):
    found = typed(table("a\tb\tc\td\tpulse\n1\t1\tn/a\tx\t1\nn/a\ty\tn/a\tn/a\t2\n"))
    np.testing.assert_array_equal(found["a"], [1.0, np.nan])
    assert found["b"].tolist() == ["1", "y"]
    assert found["c"].tolist() == ["", ""]
    assert found["d"].tolist() == ["x", ""]
    assert found["pulse"].tolist() == ["1", "2"], "columns of the pulse table stay words"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a.tsv is empty"),
        ("a\ta\n1\t2\n", "column 'a' stands twice"),
        (b"a\n\xff\n", "is not a table of UTF-8 text"),
        ("a\n1\t2\t3\n", "a.tsv is not a table"),
    ],
)
def test_what_is_no_table(table, text, said):
    with pytest.raises(ReadError, match=said):
        table(text)
