"""The library of shapes is what its command makes, and is made the same again."""

import numpy as np
import pytest

from pipeline.shape_library import FULL_SCALE, SHIPPED
from pipeline.synthetic.shapes import BEFORE_MS, LENGTH_MS, STORED_HZ, library, save


@pytest.fixture(scope="module")
def few():
    return library(160)


def test_the_shipped_library_is_what_the_command_makes(few):
    with np.load(SHIPPED, allow_pickle=False) as file:
        stored, rate_hz, before = file["shapes"], file["rate_hz"], file["before"]
    assert len(stored) == library.__defaults__[0]
    assert rate_hz == STORED_HZ
    assert before == BEFORE_MS * STORED_HZ / 1000
    assert stored.dtype == np.int16
    assert np.abs(stored[: len(few)] - np.round(FULL_SCALE * few)).max() <= 1


def test_a_shape_depends_on_its_number_and_seed_alone(few):
    np.testing.assert_array_equal(library(6), few[:6])
    assert np.abs(library(2, seed=2) - few[:2]).max() > 0.05


def test_shapes_begin_where_1_percent_of_their_peak_is_exceeded(few):
    before = round(BEFORE_MS * STORED_HZ / 1000)
    size = np.abs(few)
    peak = size.max(-1, keepdims=True)
    assert (size[:, before] > 0.0099 * peak[:, 0]).all()
    assert few.shape == (160, round(LENGTH_MS * STORED_HZ / 1000))
    assert (np.ptp(few, axis=-1) <= 1 + 1e-9).all()
    assert (np.ptp(few, axis=-1) > 0.8).all(), "no more than the fifth of a sharp peak falls between the samples"
    assert (size[:, :before] < 0.0125 * peak).all()


def test_a_library_is_written_as_detection_reads_it(tmp_path, few):
    save(tmp_path / "own.npz", few)
    with np.load(tmp_path / "own.npz", allow_pickle=False) as file, np.load(SHIPPED, allow_pickle=False) as own:
        assert set(file.files) == set(own.files)
        assert (file["rate_hz"], file["before"], file["shapes"].dtype) == (own["rate_hz"], own["before"], np.int16)
        np.testing.assert_allclose(file["shapes"] / FULL_SCALE, few, atol=0.5001 / FULL_SCALE)
