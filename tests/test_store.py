"""What is written is read back, byte for byte the same each time, and opens elsewhere."""

import shutil
import subprocess

import h5py
import numpy as np
import pandas as pd
import pytest

from pipeline import store
from pipeline.columns import Column
from pipeline.errors import ReadError, WriteError
from pipeline.store import Table
from pipeline.trials import Trials

COLUMNS = {
    "onset_ms": Column("onset_ms", "ms", "when the MEP starts", "glr"),
    "mean_uv": Column("mean_uv", "µV", "average"),
}
TIMES_MS = np.arange(-50, 50.0)


def frame():
    return pd.DataFrame(
        {
            "trial": np.arange(3),
            "onset_ms": [21.5, np.nan, 22.0],
            "excluded": [False, True, False],
            "reasons": ["", "pre_activation, 5 µV", ""],
        }
    )


def tables():
    averages = pd.DataFrame({"muscle": ["FDI", "TA"], "n_used": [2, 0]})
    signals = {"mean_uv": np.stack([np.sin(TIMES_MS), np.full(100, np.nan)])}
    return {
        "trials": Table(frame(), COLUMNS),
        "averages": Table(averages, COLUMNS, signals, TIMES_MS),
        "empty": Table(frame().iloc[:0], COLUMNS),
    }


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "sub 01 µ" / "results.h5"
    store.write_results(path, tables(), {"subject": "01"})
    return path


def test_tables_come_back(path):
    back = store.read_results(path)
    pd.testing.assert_frame_equal(back["trials"], frame(), check_dtype=False)
    assert back["trials"]["excluded"].dtype == bool
    assert back["trials"].attrs["units"]["onset_ms"] == "ms"
    assert len(back["averages"]) == 200
    assert back["averages"]["mean_uv"].isna().sum() == 100
    assert list(back["empty"]) == list(frame())
    assert store.attributes(path)["subject"] == "01"


def test_two_writes_are_the_same_bytes_also_from_what_was_read(path, tmp_path):
    again = tmp_path / "again.h5"
    store.write_results(again, tables(), {"subject": "01"})
    assert again.read_bytes() == path.read_bytes()
    read = {**tables(), "trials": Table(store.read_results(path)["trials"], COLUMNS)}
    store.write_results(again, read, {"subject": "01"})
    assert again.read_bytes() == path.read_bytes()


def test_only_plain_hdf5_is_used(path):
    kinds = set()
    with h5py.File(path) as file:
        file.visititems(lambda _, node: kinds.add(node.dtype.kind) if isinstance(node, h5py.Dataset) else None)
        assert file["trials/onset_ms"].attrs["unit"] == "ms"
        assert file["trials/onset_ms"].attrs["method"] == "glr"
        assert file["trials/excluded"].dtype == np.int8
        assert file["trials/onset_ms"].dims[0][0].name == "/trials/row"
        assert file["averages/mean_uv"].dtype == np.float32
    assert kinds == {"i", "f", "O"}


def test_h5dump_opens_it(path):
    if not shutil.which("h5dump"):
        pytest.skip("h5dump (Debian's hdf5-tools) is not installed")
    done = subprocess.run(["h5dump", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "pre_activation" in done.stdout


@pytest.mark.parametrize("group", ["trials", "averages"])
def test_xarray_opens_it(path, group):
    xarray = pytest.importorskip("xarray")
    with xarray.open_dataset(path, group=group, engine="h5netcdf") as data:
        assert "row" in data.dims
        if group == "averages":
            assert data["mean_uv"].dims == ("row", "time_ms")
            assert data["mean_uv"].attrs["unit"] == "µV"


def test_epochs_come_back(tmp_path):
    rng = np.random.default_rng(2)
    pulses = pd.DataFrame({"pulse": ["single"] * 4, "intensity_mso": [50.0, np.nan, 55.0, 60.0]})
    notes = {"clipped": np.zeros((4, 2)), "fingerprint": np.array([["a", "b"]] * 4)}
    trials = Trials(rng.normal(size=(4, 2, 100)), TIMES_MS, ["FDI", "TA"], pulses, ["R", ""], notes)
    path = tmp_path / "epochs.h5"
    store.write_epochs(path, trials, {}, {"key": "k"})
    back = store.read_epochs(path)
    assert (back.emg_uv == trials.emg_uv).all()
    assert back.muscles == trials.muscles
    assert back.sides == trials.sides
    assert back.notes["fingerprint"].tolist() == notes["fingerprint"].tolist()
    pd.testing.assert_frame_equal(back.pulses, trials.pulses)


def test_what_is_not_ours_is_refused_in_words(path, tmp_path):
    with pytest.raises(ReadError, match="there is no such file"):
        store.read_results(tmp_path / "none.h5")
    (tmp_path / "text.h5").write_text("no")
    with pytest.raises(ReadError, match="not an HDF5 file"):
        store.read_results(tmp_path / "text.h5")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = 1
    with pytest.raises(ReadError, match="not a file of results written by mep-pipeline"):
        store.read_results(tmp_path / "other.h5")
    with h5py.File(path, "r+") as file:
        file.attrs["mep_pipeline_format"] = store.FORMAT + 1
    with pytest.raises(ReadError, match="is newer than this version reads"):
        store.read_results(path)


def test_a_full_disk_is_said_and_the_earlier_file_kept(path):
    resource = pytest.importorskip("resource", reason="file-size limits exist on Unix only")
    earlier = path.read_bytes()
    many = Table(pd.DataFrame({"onset_ms": np.random.default_rng(3).normal(size=200_000)}), COLUMNS)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limit[1]))
    try:
        with pytest.raises(WriteError, match="disk .* is full; what was there before is kept"):
            store.write_results(path, {"trials": many}, {})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert path.read_bytes() == earlier
    assert [each.name for each in path.parent.iterdir()] == [path.name]
