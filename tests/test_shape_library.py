"""Libraries of shapes: read as they were written, and distrusted."""

import contextlib
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import ReadError
from pipeline.shape_library import FULL_SCALE, Library, read, shipped


def test_written_and_read_again(tmp_path):
    one = Library(shipped().shapes[:7], 5000.0, 10)
    (tmp_path / "own.npz").write_bytes(one.content())
    again = read(tmp_path / "own.npz")
    np.testing.assert_array_equal(again.shapes, one.shapes)
    assert (again.rate_hz, again.before) == (5000.0, 10)
    assert one.content() == again.content(), "the same bytes for the same shapes"
    assert np.ptp(one.shapes, axis=-1).max() <= FULL_SCALE


def npz(path, **arrays):
    np.savez(path, **arrays)
    return path


WHOLE = {"shapes": np.ones((3, 9), np.int16), "rate_hz": 5000.0, "before": 2}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"shapes": np.ones(9)}, "shapes (9,)"),
        ({"shapes": np.zeros((3, 9))}, "each with a response in it"),
        ({"shapes": np.full((3, 9), np.nan)}, "finite"),
        ({"shapes": np.empty((0, 9))}, "shapes (0, 9)"),
        ({"shapes": np.array([["a"]])}, "not of numbers"),
        ({"shapes": np.array([[{}]])}, "not of numbers"),
        ({"rate_hz": 5.0}, "rate_hz 5"),
        ({"rate_hz": np.nan}, "rate_hz nan"),
        ({"before": 9}, "before 9"),
        ({"before": -1}, "before -1"),
    ],
)
def test_what_is_no_library_is_refused(tmp_path, changed, said):
    with pytest.raises(ReadError, match="not a library of shapes") as found:
        read(npz(tmp_path / "own.npz", **{**WHOLE, **changed}))
    assert said in str(found.value)
    assert "own.npz" in str(found.value)


def test_a_part_that_is_missing_and_no_file(tmp_path):
    with pytest.raises(ReadError, match="rate_hz"):
        read(npz(tmp_path / "own.npz", shapes=WHOLE["shapes"], before=2))
    (tmp_path / "words.npz").write_text("words")
    with pytest.raises(ReadError, match=r"words\.npz: not a library"):
        read(tmp_path / "words.npz")
    with pytest.raises(ReadError, match="No such file"):
        read(tmp_path / "none.npz")


def test_a_claim_is_not_allocated(tmp_path):
    """A header that says 10^15 bytes, and an archive that unpacks to a gigabyte."""
    header = (
        b"\x93NUMPY\x01\x00v\x00"
        + f"{{'descr': '<i2', 'fortran_order': False, 'shape': ({10**9}, {10**6}), }}".encode()
    )
    header = header.ljust(127) + b"\n"
    with zipfile.ZipFile(tmp_path / "large.npz", "w") as packed:
        packed.writestr("shapes.npy", header + b"\0" * 8)
    with pytest.raises(ReadError, match="its header says"):
        read(tmp_path / "large.npz")
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("shapes.npy", bytes(2**28))
    with pytest.raises(ReadError, match="MB unpacked"):
        read(tmp_path / "bomb.npz")


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.integers(0, 5000), value=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_library_is_an_error_of_ours_or_read(tmp_path, at, value, cut):
    content = bytearray(Library(shipped().shapes[:5], 5000.0, 10).content())
    at %= len(content)
    content[at] = value
    (tmp_path / "own.npz").write_bytes(content[:at] if cut else content)
    with contextlib.suppress(ReadError):
        assert read(tmp_path / "own.npz").shapes.ndim == 2
