"""A key depends on content, and on nothing else."""

import numpy as np
import pandas as pd

from pipeline import keys


def test_order_of_names_does_not_matter_but_values_do():
    assert keys.of({"a": 1, "b": [2.0]}) == keys.of({"b": [2.0], "a": 1})
    assert keys.of({"a": 1}) != keys.of({"a": 2})
    assert keys.of("a", "b") != keys.of("ab")


def test_a_table_is_known_by_its_content():
    frame = pd.DataFrame({"a": [1.0, np.nan], "b": ["x", "y"], "c": [True, False]})
    assert keys.of_frame(frame) == keys.of_frame(frame.copy())
    for change in ({"a": [1.0, 2.0]}, {"b": ["x", "z"]}, {"b": ["xy", ""]}, {"c": [True, True]}):
        assert keys.of_frame(frame.assign(**change)) != keys.of_frame(frame)
    assert keys.of_frame(frame[["b", "a", "c"]]) != keys.of_frame(frame)


def test_files_are_named_from_the_study(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.txt").write_bytes(b"abc")
    assert keys.below(tmp_path / "sub" / "a.txt", tmp_path) == "sub/a.txt"
    assert keys.of_file(tmp_path / "sub" / "a.txt").startswith("ba7816bf")


def test_two_files_of_one_name_outside_the_study_are_two(tmp_path):
    found = [keys.below(tmp_path / name / "x.json", tmp_path / "study") for name in ("a", "b")]
    assert found == ["../a/x.json", "../b/x.json"]
