"""Epochs in MATLAB files of both kinds, written and read back, broken, and real."""

import csv

import h5py
import numpy as np
import pytest
import scipy

from pipeline import acquisition
from pipeline.errors import ConfigError, ReadError

FIRST_MS, RATE_HZ, N_TRIALS, N_SAMPLES = -50, 2000, 6, 400
OWN = {"axes": ["time", "trial"], "rate_hz": RATE_HZ, "first_ms": FIRST_MS, "pulse": "single"}
TWO = {"channels": {"fdi": {"muscle": "FDI", "side": "R"}, "apb": {"muscle": "APB"}}, "unit": "uV"}
STACKED = {**OWN, "variable": "data.values", "channel_names": ["fdi", "apb"]}


@pytest.fixture
def epochs():
    """(n_trials, 2, n_samples) µV."""
    return np.random.default_rng(3).normal(0, 20, (N_TRIALS, 2, N_SAMPLES))


def write_7_3(path, content):
    """What MATLAB shows as `content`, as it stores it: the last dimension first, after 512 bytes of its own."""
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, values in content.items():
            file[name] = np.asarray(values).T
    with path.open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file".ljust(512))


def write_5(path, content):
    scipy.io.savemat(path, content)


def nested(content):
    return {"data": {name.partition("/")[2]: values for name, values in content.items()}}


@pytest.mark.parametrize("write", [write_5, write_7_3])
def test_a_variable_for_each_channel(tmp_path, epochs, write):
    write(tmp_path / "a.mat", {"fdi": epochs[:, 0].T, "apb": epochs[:, 1].T})
    (trials,) = acquisition.load(tmp_path / "a.mat", {**TWO, "mat_epochs": OWN})
    assert np.array_equal(trials.emg_uv, epochs.astype(np.float32))
    assert trials.times_ms[[0, 100]].tolist() == [-50, 0]
    assert (trials.muscles, trials.sides) == (("FDI", "APB"), ("R", ""))
    assert trials.pulses["pulse"].tolist() == ["single"] * N_TRIALS


@pytest.mark.parametrize("write", [write_5, write_7_3])
@pytest.mark.parametrize(
    "axes", [["trial", "channel", "time"], ["time", "channel", "trial"], ["channel", "time", "trial"]]
)
def test_one_variable_with_all_channels_in_any_order_of_axes(tmp_path, epochs, write, axes):
    values = epochs.transpose([("trial", "channel", "time").index(axis) for axis in axes])
    content = {"data/values": values, "data/t": (FIRST_MS + np.arange(N_SAMPLES)[None] / 2) / 1e3}
    write(tmp_path / "a.mat", content if write is write_7_3 else nested(content))
    own = {**STACKED, "axes": axes, "times": "data.t", "times_unit": "s", "rate_hz": None, "first_ms": None}
    (trials,) = acquisition.load(tmp_path / "a.mat", {**TWO, "mat_epochs": own})
    assert np.array_equal(trials.emg_uv, epochs.astype(np.float32))
    assert trials.times_ms[[0, -1]] == pytest.approx([-50, 149.5])
    only = {**TWO, "channels": {"apb": {"muscle": "APB"}}, "mat_epochs": own}
    assert np.array_equal(acquisition.load(tmp_path / "a.mat", only)[0].emg_uv, epochs[:, 1:].astype(np.float32))


def table(path, rows):
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter="\t").writerows(rows)


def test_a_trial_table_says_what_each_trial_is(tmp_path, epochs):
    write_5(tmp_path / "a.mat", {"fdi": epochs[:, 0].T, "apb": epochs[:, 1].T})
    rows = [["pulse", "isi_ms", "note"], *([["paired", 2, "x"], ["single", "n/a", "y"]] * 3)]
    table(tmp_path / "a_trials.tsv", rows)
    settings = {**TWO, "trial_table": "{stem}_trials.tsv", "mat_epochs": OWN}
    (trials,) = acquisition.load(tmp_path / "a.mat", settings, columns={"pulse": "root", "state": "rest"})
    assert trials.pulses["pulse"].tolist() == ["paired", "single"] * 3
    assert trials.pulses["isi_ms"].iloc[0] == 2
    assert np.isnan(trials.pulses["isi_ms"].iloc[1])
    assert trials.pulses["state"].tolist() == ["rest"] * 6
    assert [each.name for each in acquisition.files(tmp_path / "a.mat", settings)] == ["a.mat", "a_trials.tsv"]
    table(tmp_path / "a_trials.tsv", rows[:-1])
    with pytest.raises(ReadError, match="the trial table has 5 rows, the recording 6 trials"):
        acquisition.load(tmp_path / "a.mat", settings)
    (tmp_path / "a_trials.tsv").unlink()
    with pytest.raises(ReadError, match="no trial table 'a_trials.tsv'"):
        acquisition.load(tmp_path / "a.mat", settings)


@pytest.mark.parametrize("write", [write_5, write_7_3])
@pytest.mark.parametrize(
    ("own", "text"),
    [
        ({"axes": None}, "axes are not stated"),
        ({"axes": ["time", "channel"]}, r"axes are \['time', 'channel'\]"),
        ({"rate_hz": None}, "state acquisition.mat_epochs: rate_hz and first_ms"),
        ({"times": "t"}, "times has 3 values, the epochs 400 samples"),
        ({"times": "u"}, "no variable 'u' in the file; .*apb"),
        ({"variable": "deep", "axes": ["time", "trial", "channel"], "channel_names": ["fdi", "apb"]}, "has 3 channels"),
        ({"variable": "fdi", "axes": ["time", "trial", "channel"], "channel_names": ["fdi", "apb"]}, "2 dimensions"),
        ({"first_ms": 10}, "the pulse at 0 ms is not in it"),
        ({"pulse": ""}, "the kind of pulse .* is nowhere given"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, epochs, write, own, text):
    content = {"fdi": epochs[:, 0].T, "apb": epochs[:, 1].T, "t": np.ones((1, 3)), "deep": np.ones((N_SAMPLES, 6, 3))}
    write(tmp_path / "a.mat", content)
    with pytest.raises(ReadError, match=text) as error:
        acquisition.load(tmp_path / "a.mat", {**TWO, "mat_epochs": {**OWN, **own}})
    assert str(error.value).startswith("a.mat: ")


def test_arrays_that_differ_or_hold_no_numbers(tmp_path, epochs):
    write_5(tmp_path / "a.mat", {"fdi": epochs[:, 0].T, "apb": epochs[1:, 1].T})
    with pytest.raises(ReadError, match=r"variable 'apb' has the dimensions \(400, 5\); expected \(400, 6\)"):
        acquisition.load(tmp_path / "a.mat", {**TWO, "mat_epochs": OWN})
    write_5(tmp_path / "b.mat", {"fdi": "text", "apb": {"x": 1}})
    with pytest.raises(ReadError, match="expected numbers"):
        acquisition.load(tmp_path / "b.mat", {**TWO, "mat_epochs": OWN})


@pytest.mark.parametrize("write", [write_5, write_7_3])
@pytest.mark.parametrize("keep", [0, 100, 3000, -2000])
def test_truncated_files_are_errors(tmp_path, epochs, write, keep):
    path = tmp_path / "a.mat"
    write(path, {"fdi": epochs[:, 0].T, "apb": epochs[:, 1].T})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ReadError, match=r"is empty|not a readable MATLAB|no variable 'apb'"):
        acquisition.load(path, {**TWO, "mat_epochs": OWN})


@pytest.mark.parametrize("write", [write_5, write_7_3])
def test_damaged_files_are_read_or_an_error_of_reading(tmp_path, epochs, write):
    path, generator, n_errors = tmp_path / "a.mat", np.random.default_rng(11), 0
    write(path, {"fdi": epochs[:, 0].T, "apb": epochs[:, 1].T})
    whole = path.read_bytes()
    for _ in range(80):
        damaged, at = bytearray(whole), generator.integers(500 * (write is write_7_3), 3000)
        damaged[at : at + 2] = generator.bytes(5)
        path.write_bytes(damaged)
        try:
            acquisition.load(path, {**TWO, "mat_epochs": OWN})
        except ReadError:
            n_errors += 1
    assert n_errors > 0


def test_nan_is_a_missing_sample_and_infinity_an_error(tmp_path, epochs):
    epochs[2, 0, 10:20] = np.nan
    write_5(tmp_path / "a.mat", {"fdi": epochs[:, 0].T, "apb": epochs[:, 1].T})
    (trials,) = acquisition.load(tmp_path / "a.mat", {**TWO, "mat_epochs": OWN})
    assert np.isnan(trials.emg_uv).sum() == 10
    epochs[2, 0, 10] = np.inf
    write_5(tmp_path / "a.mat", {"fdi": epochs[:, 0].T, "apb": epochs[:, 1].T})
    with pytest.raises(ReadError, match="'fdi' holds inf in trial 2"):
        acquisition.load(tmp_path / "a.mat", {**TWO, "mat_epochs": OWN})


def test_an_unknown_setting_axis_or_pulse_is_an_error_of_the_config(tmp_path, epochs):
    write_5(tmp_path / "a.mat", {"fdi": epochs[:, 0].T})
    for own, text in (({"axis": 1}, "did you mean 'axes'"), ({"axes": ["tme"]}, "'trial', 'channel' or 'time'")):
        with pytest.raises(ConfigError, match=text):
            acquisition.load(tmp_path / "a.mat", {**TWO, "mat_epochs": own})
    with pytest.raises(ConfigError, match="did you mean 'single'"):
        acquisition.load(tmp_path / "a.mat", {**TWO, "mat_epochs": {**OWN, "pulse": "singel"}})


@pytest.mark.parametrize(
    ("name", "n_trials", "correlated"), [("ID01", 152, True), ("ID02", 40, False), ("ID04", 20, True)]
)
def test_real_epochs_of_version_5(real, name, n_trials, correlated):
    settings = {
        "channels": {"meps": {"muscle": "FDI"}},
        "unit": "uV",
        "mat_epochs": {"axes": ["time", "trial"], "rate_hz": 3000, "first_ms": -50, "pulse": "single"},
    }
    (trials,) = acquisition.load(real / "mepfeatx" / f"{name}.mat", settings)
    assert trials.n_trials == n_trials
    assert trials.times_ms[150] == 0
    assert np.array_equal(
        trials.emg_uv[:, 0], scipy.io.loadmat(real / "mepfeatx" / f"{name}.mat")["meps"].T.astype("f4")
    )
    with (real / "mepfeatx" / f"{name}_features.csv").open() as file:
        amplitude = np.array([float(row["Amplitude"]) for row in csv.DictReader(file)])
    response = (trials.times_ms >= 15) & (trials.times_ms <= 80)
    peak_to_peak_uv = np.ptp(trials.emg_uv[:, 0, response], axis=-1)
    there = amplitude > 0
    if correlated:
        assert np.corrcoef(peak_to_peak_uv[there], amplitude[there])[0, 1] > 0.9999
        assert np.median(peak_to_peak_uv[there] / amplitude[there]) == pytest.approx(1, abs=0.01)


def test_real_epochs_of_version_7_3(real):
    path = real / "vendor" / "signal_mat" / "Example Data 1.mat"
    own = {
        "axes": ["time", "channel", "trial"],
        "variable": "wave_data.values",
        "channel_names": ["FDI", "APB"],
        "rate_hz": 5000,
        "first_ms": -500,
        "pulse": "single",
    }
    settings = {"channels": {"FDI": {"muscle": "FDI"}, "APB": {"muscle": "APB"}}, "unit": "mV", "mat_epochs": own}
    (trials,) = acquisition.load(path, settings)
    assert trials.emg_uv.shape == (46, 2, 5000)
    assert trials.times_ms[2500] == 0
    with h5py.File(path) as file:
        assert np.array_equal(trials.emg_uv, (file["wave_data/values"][()] * 1e3).astype("f4"))
    with pytest.raises(ReadError, match="mV would be plausible"):
        acquisition.load(path, {**settings, "unit": "uV"})
    with pytest.raises(ReadError, match=r"is a struct; name one of its fields: .*values"):
        acquisition.load(path, {**settings, "mat_epochs": {**own, "variable": "wave_data"}})
    with pytest.raises(ReadError, match="expected numbers"):
        acquisition.load(path, {**settings, "mat_epochs": {**own, "variable": "wave_data.frameinfo.state"}})
