"""Columns of rows as arrays."""

import numpy as np
import pandas as pd
import pytest

from pipeline.excitability.rows import Rows


@pytest.fixture
def rows():
    frame = pd.DataFrame({"a": ["x", "y", "x", None], "b": [1.0, np.nan, 1.0, 2.0], "c": [True, False, True, True]})
    return Rows(frame.set_index(pd.Index([9, 9, 1, 0])))


def test_a_column_is_made_once(rows):
    assert rows["b"] is rows["b"]
    assert rows["c"].tolist() == [True, False, True, True]
    assert "a" in rows
    assert "z" not in rows


def test_numbers(rows):
    np.testing.assert_array_equal(rows.numbers("b"), [1, np.nan, 1, 2])
    assert rows.numbers("c").tolist() == [1, 0, 1, 1]
    assert np.isnan(rows.numbers("z")).all()


def test_codes_tell_combinations_apart_and_missing_ones(rows):
    assert rows.codes("a").tolist() == [0, 1, 0, -1]
    assert rows.codes("a", "b").tolist() == [0, -1, 0, -1]


def test_among(rows):
    assert rows.among("a", ("x", "z")).tolist() == [True, False, True, False]


def test_words_as_numbers(rows):
    assert rows.numbers("a_code").tolist() == [0, 1, 0, -1]
    assert np.isnan(rows.numbers("z_code")).all()


def test_further_columns(rows):
    more = rows.assign(d=np.array([1.0, 2.0, 3.0, 4.0]))
    assert more.numbers("d").tolist() == [1, 2, 3, 4]
    assert "d" not in rows
