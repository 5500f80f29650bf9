"""Epoched and continuous tables written and read back, and what can be wrong with them."""

import numpy as np
import pandas as pd
import pytest

from pipeline import acquisition
from pipeline.errors import ReadError

RATE_HZ = 2000
AT = np.array([2000, 5000, 8000, 11000])
SETTINGS = {"channels": {"fdi": {"muscle": "FDI", "side": "R"}}, "unit": "uV", "table": {"pulse": "single"}}
MARKED = {**SETTINGS, "markers": {"1": {"pulse": "single"}}}


@pytest.fixture
def continuous(signal):
    marker = np.full(signal.shape[1], "", object)
    marker[AT] = "1"
    marker[AT + 600] = "2"
    return pd.DataFrame(
        {"time_s": np.arange(signal.shape[1]) / RATE_HZ, "fdi": signal[0], "apb": signal[1], "marker": marker}
    )


@pytest.fixture
def epoched():
    """Long table of 5 trials of 300 samples."""
    emg = np.random.default_rng(2).normal(0, 20, (5, 300))
    trial, time = np.divmod(np.arange(1500), 300)
    return pd.DataFrame({"trial": trial + 1, "time_ms": time / 2 - 50, "fdi": emg.ravel(), "apb": emg.ravel()})


def truth(signal):
    return signal[0][AT[:, None] + np.arange(-300, 1001)]


@pytest.mark.parametrize(
    ("name", "separator", "decimal"), [("a.csv", ",", "."), ("a.tsv", "\t", "."), ("a.csv", ";", ",")]
)
def test_continuous_samples_and_pulses_come_back(tmp_path, continuous, signal, name, separator, decimal):
    continuous.to_csv(tmp_path / name, sep=separator, decimal=decimal, index=False)
    own = {"separator": separator if decimal == "," else "", "decimal": decimal}
    (trials,) = acquisition.load(tmp_path / name, {**MARKED, "table": own})
    assert np.array_equal(trials.emg_uv[:, 0], truth(signal).astype(np.float32))
    assert trials.pulses["onset_s"].tolist() == (AT / RATE_HZ).tolist()
    assert trials.times_ms[[0, 300, -1]] == pytest.approx([-150, 0, 500])


def test_a_marker_held_over_rows_is_one_pulse(tmp_path, continuous):
    for n in range(1, 10):
        continuous.loc[AT + n, "marker"] = "1"
    continuous.to_csv(tmp_path / "a.csv", index=False)
    (trials,) = acquisition.load(tmp_path / "a.csv", MARKED)
    assert trials.pulses["onset_s"].tolist() == pytest.approx((AT / RATE_HZ).tolist())


def test_events_beside_and_a_stated_rate_and_a_clock_that_does_not_start_at_zero(tmp_path, continuous):
    beside = tmp_path / "a_events.tsv"
    beside.write_text("onset\tpulse\tisi_ms\n" + "".join(f"{at / RATE_HZ}\tpaired\t3\n" for at in AT))
    continuous[["fdi", "apb"]].to_csv(tmp_path / "a.csv", index=False)
    settings = {**SETTINGS, "table": {"rate_hz": RATE_HZ}}
    (stated,) = acquisition.load(tmp_path / "a.csv", settings)
    assert stated.pulses["isi_ms"].tolist() == [3] * 4
    assert [each.name for each in acquisition.files(tmp_path / "a.csv", settings)] == ["a.csv", "a_events.tsv"]
    beside.write_text("onset\tpulse\n" + "".join(f"{100 + at / RATE_HZ}\tsingle\n" for at in AT))
    late = continuous.drop(columns="marker").assign(time_s=100 + continuous["time_s"])
    late.to_csv(tmp_path / "a.csv", index=False)
    (shifted,) = acquisition.load(tmp_path / "a.csv", SETTINGS)
    assert np.array_equal(stated.emg_uv, shifted.emg_uv)
    beside.write_text("onset\tpulse\n99\tsingle\n")
    with pytest.raises(ReadError, match="line 2 at 99 s lies outside the recording, which goes from 100 s to 107 s"):
        acquisition.load(tmp_path / "a.csv", SETTINGS)


def test_epochs_come_back_in_order_of_their_first_row_whatever_the_order_of_rows(tmp_path, epoched):
    epoched.to_csv(tmp_path / "a.csv", index=False)
    (trials,) = acquisition.load(tmp_path / "a.csv", SETTINGS)
    assert np.array_equal(trials.emg_uv[:, 0], epoched["fdi"].to_numpy("f4").reshape(5, 300))
    assert trials.times_ms[[0, 100, -1]].tolist() == [-50, 0, 99.5]
    assert trials.pulses["trial_name"].tolist() == ["1", "2", "3", "4", "5"]
    mixed = pd.concat([epoched[epoched["trial"] == 3], epoched[epoched["trial"] != 3].iloc[::-1]])
    mixed.to_csv(tmp_path / "b.csv", index=False)
    (other,) = acquisition.load(tmp_path / "b.csv", SETTINGS)
    assert other.pulses["trial_name"].tolist() == ["3", "5", "4", "2", "1"]
    assert np.array_equal(other.emg_uv, trials.emg_uv[[2, 4, 3, 1, 0]])


def test_an_empty_cell_is_a_missing_sample(tmp_path, epoched):
    epoched.loc[7, "fdi"] = np.nan
    epoched.to_csv(tmp_path / "a.csv", index=False)
    (trials,) = acquisition.load(tmp_path / "a.csv", SETTINGS)
    assert np.isnan(trials.emg_uv).nonzero() == ([0], [0], [7])


def break_epochs(frame, how):
    if how == "row":
        return frame.drop(index=3)
    if how == "times":
        return frame.assign(time_ms=frame["time_ms"] + (frame["trial"] == 4))
    if how == "text":
        return frame.astype({"fdi": object}).assign(fdi=lambda frame: frame["fdi"].where(frame.index != 5, "x1"))
    if how == "trial":
        return frame.astype({"trial": object}).assign(trial=lambda frame: frame["trial"].where(frame.index != 5, ""))
    if how == "notime":
        return frame.drop(columns="time_ms")
    return frame.iloc[:0]


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ("row", "trial '1' has 299 rows, trial '2' 300"),
        ("times", "trial '4' has other times than trial '1'"),
        ("text", "line 7: column 'fdi' holds 'x1', expected a number"),
        ("trial", "line 7: column 'trial' is empty"),
        ("notime", "neither time_ms nor time_s"),
        ("empty", "has a header, but no rows"),
    ],
)
def test_what_is_wrong_with_epochs_is_said(tmp_path, epoched, how, text):
    break_epochs(epoched, how).to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(ReadError, match=text):
        acquisition.load(tmp_path / "a.csv", SETTINGS)


@pytest.mark.parametrize(
    ("change", "settings", "text"),
    [
        (lambda frame: frame.drop(index=9), MARKED, "line .*: time_s does not rise evenly"),
        (
            lambda frame: frame.assign(time_s=frame["time_s"].round(2)),
            MARKED,
            "evenly; rows are missing or",
        ),
        (lambda frame: frame.assign(time_s=1.0), MARKED, "does not rise from its first"),
        (lambda frame: frame.drop(columns="time_s"), MARKED, "no column time_s or time_ms; state"),
        (
            lambda frame: frame.drop(columns="marker"),
            SETTINGS,
            "no column 'trial' or 'marker', and no a_events.tsv",
        ),
        (lambda frame: frame, SETTINGS, r"does not say which marker is the pulse.*1 \(4\), 2 \(4\)"),
        (
            lambda frame: frame,
            {**MARKED, "markers": {"3": {"pulse": "single"}}},
            r"no marker '3'; there are: 1 \(4\), 2 \(4\)",
        ),
        (
            lambda frame: frame,
            {**MARKED, "channels": {"ta": {"muscle": "TA"}}},
            "no channel 'ta' in .*apb, fdi",
        ),
        (lambda frame: frame, {**MARKED, "unit": ""}, "'fdi' has no unit in the file; state it in the config"),
        (lambda frame: frame, {**MARKED, "unit": "V"}, "cannot be EMG in V: .*uV .*would be plausible"),
        (lambda frame: frame.assign(fdi=3.0), MARKED, "'fdi' is constant throughout"),
    ],
)
def test_what_is_wrong_with_a_continuous_table_is_said(tmp_path, continuous, change, settings, text):
    change(continuous).to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(ReadError, match=text):
        acquisition.load(tmp_path / "a.csv", settings)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\x01" * 50, b"\n\n", b'a,b\n"1,2\n3,4,5\n6'])
def test_what_is_no_table_is_an_error(tmp_path, content):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(ReadError, match=r"a\.csv: "):
        acquisition.load(tmp_path / "a.csv", SETTINGS)
