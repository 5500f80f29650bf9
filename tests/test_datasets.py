"""Each kind of value is one plain type in the file, and comes back as it was."""

import sys

import h5py
import numpy as np
import pandas as pd
import pytest

from pipeline import datasets, guarded, store
from pipeline.columns import Column

ONSET = Column("onset_ms", "ms", "when it begins", "glr")


@pytest.fixture
def group(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        yield file.create_group("trials")


@pytest.mark.parametrize(
    ("values", "kind", "back"),
    [
        (np.array([True, False]), "int8", [True, False]),
        (np.array([1, 2], np.int64), "int32", [1, 2]),
        (np.array([1.5, np.nan], np.float32), "float64", [1.5, np.nan]),
        (np.array(["FDI", "µ"], object), "object", ["FDI", "µ"]),
        (np.array(["a", None], object), "object", ["a", ""]),
        (np.array([np.nan, pd.NA], object), "object", ["", ""]),
        (np.array([], float), "float64", []),
        (np.array([["a", "b"], ["c", "d"]]), "object", [["a", "b"], ["c", "d"]]),
    ],
    ids=str,
)
def test_a_column_comes_back(group, values, kind, back):
    data = datasets.column(group, "onset_ms", values, ONSET)
    assert data.dtype == kind
    np.testing.assert_array_equal(guarded.values(data), np.array(back, guarded.values(data).dtype))
    assert (data.attrs["unit"], data.attrs["meaning"], data.attrs["method"]) == ("ms", "when it begins", "glr")
    assert ("flag" in data.attrs) == (kind == "int8")


def test_a_signal_lies_along_its_axes(group):
    datasets.axis(group, np.arange(40), Column("row", "", "number"))
    datasets.axis(group, np.linspace(-1, 1, 5), Column("time_ms", "ms", "time"))
    datasets.signal(group, np.ones((40, 5)), ("row", "time_ms"), Column("mean_uv", "µV", "average"))
    data = group["mean_uv"]
    assert data.dtype == np.float32
    assert data.chunks == (datasets.CHUNK_TRIALS, 5)
    assert [each[0].name for each in data.dims] == ["/trials/row", "/trials/time_ms"]
    assert group["time_ms"].is_scale


def test_what_is_not_known_is_carried():
    assert datasets.known({"onset_ms": ONSET}, "onset_ms") is ONSET
    assert datasets.known({}, "coil") == Column("coil", "", datasets.CARRIED)


def test_the_bytes_do_not_depend_on_when_something_is_let_go(earlier):
    """As a sampling profiler does, which holds the frames it has seen for a while."""
    path = earlier / "the results" / "sub-01" / "sub-01_desc-excitability_emg.h5"
    tables, written, held = store.read_tables(path), [], []

    def write(_, content):
        written.append(content)

    store.write_results(path, tables, {}, write)
    sys.setprofile(lambda frame, *_: held.append(frame))
    try:
        store.write_results(path, tables, {}, write)
    finally:
        sys.setprofile(None)
    assert held
    assert written[0] == written[1]
