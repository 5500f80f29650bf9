"""Which sidecars apply, by the inheritance principle of BIDS."""

import json
import os

import pytest

from pipeline.acquisition import sidecars
from pipeline.errors import ReadError


@pytest.fixture
def path(tmp_path):
    """A recording in a dataset with sidecars on every level."""
    folder = tmp_path / "sub-01" / "ses-pm" / "emg"
    folder.mkdir(parents=True)
    for at, name, content in (
        (tmp_path, "emg.json", {"a": 1, "b": 1, "c": 1}),
        (tmp_path, "task-rest_emg.json", {"b": 2, "c": 2}),
        (tmp_path, "task-active_emg.json", {"c": 9}),
        (tmp_path / "sub-01", "sub-01_emg.json", {"c": 3}),
        (folder, "sub-01_ses-pm_task-rest_emg.json", {"d": 4}),
        (folder, "sub-01_ses-am_task-rest_emg.json", {"d": 9}),
        (folder, "sub-01_ses-pm_task-rest_ieeg.json", {"d": 9}),
        (tmp_path.parent, "emg.json", {"e": 9}),
    ):
        (at / name).write_text(json.dumps(content), encoding="utf-8")
    return folder / "sub-01_ses-pm_task-rest_emg.bdf"


def test_those_that_apply_the_most_general_first(path):
    assert [each.name for each in sidecars.applying(path, "emg", ".json")] == [
        "emg.json",
        "task-rest_emg.json",
        "sub-01_emg.json",
        "sub-01_ses-pm_task-rest_emg.json",
    ]
    assert sidecars.applying(path, "events", ".tsv") == []


def test_the_nearer_goes_first(path):
    assert sidecars.merged(path, "emg") == {"a": 1, "b": 2, "c": 3, "d": 4}


def test_words_that_are_no_entities_tell_files_of_one_folder_apart(tmp_path):
    for name in ("a_events.tsv", "b_events.tsv", "events.tsv"):
        (tmp_path / name).write_text("onset\n")
    assert [each.name for each in sidecars.applying(tmp_path / "a.edf", "events", ".tsv")] == [
        "events.tsv",
        "a_events.tsv",
    ]


def test_what_lies_above_the_study_does_not_apply(tmp_path):
    folder = tmp_path / "sub-archive" / "study" / "sub-01" / "emg"
    folder.mkdir(parents=True)
    (tmp_path / "emg.json").write_text('{"a": 1}')
    (tmp_path / "sub-archive" / "emg.json").write_text('{"b": 1}')
    (tmp_path / "sub-archive" / "study" / "emg.json").write_text('{"c": 1}')
    assert sidecars.merged(folder / "sub-01_task-rest_emg.edf", "emg") == {"c": 1}


def test_numbers_are_finite_and_no_words():
    said = [1, 2.5, True, "1", None, [], float("inf"), float("nan"), 10**400, -(10**400)]
    assert [sidecars.number(each) for each in said] == [1.0, 2.5, *[None] * 8]


@pytest.mark.parametrize(("text", "said"), [("{", "is not JSON"), ("[1]", "holds list, expected an object")])
def test_what_is_no_object(path, text, said):
    path.with_suffix(".json").write_text(text)
    with pytest.raises(ReadError, match=f"sidecar sub-01_ses-pm_task-rest_emg.json {said}"):
        sidecars.merged(path, "emg")


def test_a_folder_is_listed_once_until_it_changes(path, monkeypatch):
    monkeypatch.setattr(sidecars, "SETTLED_NS", -(10**15))
    assert sidecars.applying(path, "events", ".tsv") == []
    listed = sidecars._listed.cache_info().misses
    assert len(sidecars.applying(path, "emg", ".json")) == 4
    assert sidecars._listed.cache_info().misses == listed
    later = path.with_name(path.name.replace("_emg.bdf", "_events.tsv"))
    later.write_text("onset\n")
    os.utime(later.parent, (1, 1))
    assert sidecars.applying(path, "events", ".tsv") == [later]
    later.unlink()
    os.utime(later.parent, (2, 2))
    assert sidecars.applying(path, "events", ".tsv") == []


def test_a_folder_that_has_just_changed_is_listed_each_time(path):
    listed = sidecars._listed.cache_info()
    assert len(sidecars.applying(path, "emg", ".json")) == 4
    assert sidecars._listed.cache_info() == listed
