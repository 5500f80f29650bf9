"""A file is the old one or the new one, never a half, and several that belong together change together."""

import pytest

from pipeline.atomic import together, write_bytes
from pipeline.errors import WriteError


def test_a_file_is_written_with_its_folders(tmp_path):
    write_bytes(tmp_path / "a" / "b.h5", b"one")
    write_bytes(tmp_path / "a" / "b.h5", b"two")
    assert (tmp_path / "a" / "b.h5").read_bytes() == b"two"
    assert [each.name for each in (tmp_path / "a").iterdir()] == ["b.h5"]


def test_files_that_belong_together_appear_at_the_end(tmp_path):
    with together() as write:
        write(tmp_path / "a", b"1")
        write(tmp_path / "b", b"2")
        assert not (tmp_path / "a").exists()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a", "b"]


def test_a_failure_leaves_all_as_it_was(tmp_path):
    write_bytes(tmp_path / "a", b"old")
    (tmp_path / "file").write_bytes(b"")

    def all_of_them():
        with together() as write:
            write(tmp_path / "a", b"new")
            write(tmp_path / "file" / "b", b"new")

    with pytest.raises(WriteError, match="^b: cannot be written to .*file"):
        all_of_them()
    assert (tmp_path / "a").read_bytes() == b"old"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a", "file"]


def test_an_interruption_leaves_all_as_it_was(tmp_path):
    write_bytes(tmp_path / "a", b"old")

    def stopped():
        with together() as write:
            write(tmp_path / "a", b"new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert (tmp_path / "a").read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["a"]


def test_a_folder_in_the_way(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(WriteError, match="^a: cannot be written to"):
        write_bytes(tmp_path / "a", b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["a"]
