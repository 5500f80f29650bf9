"""The stage as a whole: readers by name, settings, files that are not there, fingerprints."""

import subprocess
import sys

import numpy as np
import pytest

from pipeline import acquisition, columns
from pipeline.acquisition.recorded import fingerprints
from pipeline.errors import ConfigError, ReadError


def test_loading_the_stage_loads_nothing_heavy():
    script = (
        "import sys, pipeline.acquisition, pipeline.recordings\n"
        "print([n for n in ('mne', 'pandas', 'h5py', 'scipy.io', 'scipy.signal', 'edfio') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_names_and_endings_are_unique_and_a_reader_is_found_by_either():
    names = [each.name for each in acquisition.READERS]
    endings = [suffix for each in acquisition.READERS for suffix in each.suffixes]
    assert len(set(names)) == len(names)
    assert len(set(endings)) == len(endings)


def test_reader_of(tmp_path):
    assert acquisition.reader_of(tmp_path / "A.VHDR").name == "brainvision"
    assert acquisition.reader_of(tmp_path / "a.txt", "table").name == "table"
    with pytest.raises(ConfigError, match="no reader 'tabel'; did you mean 'table'"):
        acquisition.reader_of(tmp_path / "a.txt", "tabel")
    with pytest.raises(ReadError, match=r"no reader for files ending in '.smr'. There are: bids \(.edf .bdf\)"):
        acquisition.reader_of(tmp_path / "a.smr")


@pytest.mark.parametrize("documented", [acquisition.common, *(each.read for each in acquisition.READERS)])
def test_every_setting_has_a_default_and_a_meaning(documented):
    model = columns.settings_model(documented)
    model()
    assert all(field.description for field in model.model_fields.values())
    assert model.model_validate(model().model_dump(mode="json")) == model()


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"chanels": {}}, "did you mean 'channels'"),
        ({"brainvison": {}}, "did you mean 'brainvision'"),
        ({"unit": "kV"}, "'uV', 'µV', 'mV', 'V' or 'nV', but it is 'kV'"),
        ({"epoch_ms": [10, 100]}, "begins before the pulse"),
        ({"epoch_ms": [-10]}, "epoch_ms|at least 2"),
        ({"channels": {"a": {"side": "X"}}}, "side of channel 'a' is not L, R or empty"),
        ({"channels": {"a": {"mucle": "X"}}}, "no setting 'mucle'; did you mean 'muscle'. It has: muscle, side"),
        ({"markers": {"a": {"pulse": "singel"}}}, "marker 'a': no pulse 'singel'; did you mean 'single'"),
        ({"table": {"decimal": ";"}}, "acquisition.table.decimal: expected"),
    ],
)
def test_wrong_settings_are_errors_of_the_config(tmp_path, settings, text):
    (tmp_path / "a.csv").write_text("x")
    with pytest.raises(ConfigError, match=text):
        acquisition.load(tmp_path / "a.csv", settings)


def test_numbers_may_name_markers_and_channels():
    (stated,) = (
        columns.validated(acquisition.common, {"markers": {255: {"pulse": "single"}}}, "").pop("markers").items()
    )
    assert stated == ("255", {"pulse": "single"})


def test_missing_empty_and_unreadable_files_are_errors(tmp_path):
    with pytest.raises(ReadError, match=r"^no\.csv: there is no such file"):
        acquisition.load(tmp_path / "no.csv")
    (tmp_path / "a.csv").touch()
    with pytest.raises(ReadError, match=r"^a\.csv: is empty \(0 bytes\)"):
        acquisition.load(tmp_path / "a.csv")
    (tmp_path / "b.csv").mkdir()
    with pytest.raises(ReadError, match=r"^b\.csv: is not a file"):
        acquisition.files(tmp_path / "b.csv")


def test_fingerprints_follow_the_samples_and_nothing_else():
    emg = np.random.default_rng(0).normal(size=(4, 2, 30)).astype("f4")
    one = fingerprints(emg)
    assert one.shape == (4, 2)
    assert all(len(each) == 16 for each in one.ravel())
    assert np.array_equal(fingerprints(emg[::-1]), one[::-1])
    assert np.array_equal(fingerprints(np.asfortranarray(emg.astype(">f4"))), one)
    changed = emg.copy()
    changed[2, 1, 7] = np.nextafter(changed[2, 1, 7], np.float32(9))
    assert np.argwhere(fingerprints(changed) != one).tolist() == [[2, 1]]
