"""Whole studies."""

import json
from pathlib import Path

import edfio
import numpy as np
import pandas as pd
import pytest

from pipeline.errors import ConfigError, WriteError
from pipeline.synthetic import simulate_study
from pipeline.synthetic.protocol import Protocol

DEMO = Path(__file__).parents[2] / "data_samples" / "demo"
SHORT = Protocol(pulses_per_level=1, rest_above=((120, 2),), active_above=((120, 2),))


def made(dest, n_subjects=2, seed=3):
    return simulate_study(dest, n_subjects=n_subjects, seed=seed, protocol=SHORT)


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def table(path):
    return pd.read_csv(path, sep="\t", na_values="n/a")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return made(tmp_path_factory.mktemp("study") / "two")


def test_same_seed_same_bytes_and_another_seed_others(study, tmp_path):
    one, again = files(study), files(made(tmp_path / "again"))
    assert one == again
    other = files(made(tmp_path / "other", n_subjects=1, seed=4))
    name = "sub-01/ses-evening/emg/sub-01_ses-evening_task-handRest_emg.bdf"
    assert other[name] != one[name]


def test_a_further_subject_changes_no_other(study, tmp_path):
    fewer = {name: text for name, text in files(made(tmp_path / "one", n_subjects=1)).items() if name.startswith("sub")}
    more = files(study)
    assert fewer
    assert all(more[name] == text for name, text in fewer.items())


def test_validator_finds_no_error(study, bids_errors):
    assert bids_errors(study) == []


def test_tables_agree_with_each_other_and_with_the_signal(study):
    truth = table(study / "truth" / "trials.tsv")
    assert len(truth["recording"].unique()) == 16
    name = "sub-02_ses-morning_task-legRest"
    folder = study / "sub-02" / "ses-morning" / "emg"
    events, channels = table(folder / f"{name}_events.tsv"), table(folder / f"{name}_channels.tsv")
    bdf = edfio.read_bdf(folder / f"{name}_emg.bdf")
    own = truth[truth["recording"] == name]
    assert bdf.num_data_records == len(events) == own["trial"].nunique()
    assert [signal.label for signal in bdf.signals] == list(channels["name"]) == ["TA_R"]
    assert np.diff(events["onset"]) == pytest.approx(0.5)
    epochs = bdf.signals[0].data.reshape(len(events), 2000)
    leg = own[own["muscle"] == "TA"].reset_index(drop=True)
    shown = np.ptp(epochs[:, 600 + 80 : 600 + 260], axis=1)
    high = leg.index[leg["snr"] > 200]
    assert len(high)
    assert shown[high] == pytest.approx(leg.loc[high, "peak_to_peak_uv"].to_numpy(), rel=0.05)


def test_the_muscle_that_is_not_the_target_never_answers(study):
    truth = table(study / "truth" / "trials.tsv")
    other = truth[truth["recording"].str.endswith("legActive") & (truth["muscle"] == "FDI")]
    assert len(other)
    assert other[["onset_ms", "peak_to_peak_uv", "silent_period_end_ms"]].isna().all(axis=None)


def test_sidecar_says_what_the_file_holds(study):
    path = next((study / "sub-01" / "ses-evening" / "emg").glob("*handActive_emg.json"))
    said = json.loads(path.read_text(encoding="utf-8"))
    assert (said["RecordingType"], said["EpochLength"], said["SamplingFrequency"]) == ("epoched", 0.5, 4000)
    described = json.loads((study / "events.json").read_text(encoding="utf-8"))
    events = table(path.with_name(path.name.replace("_emg.json", "_events.tsv")))
    assert set(events.columns) - {"onset", "duration"} <= set(described)


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path):
    kept = tmp_path / "notes.txt"
    kept.write_text("mine")
    with pytest.raises(ConfigError, match="not empty"):
        made(tmp_path)
    assert files(tmp_path) == {"notes.txt": b"mine"}


def test_bad_destinations_are_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="is a file"):
        made(tmp_path / "file")
    with pytest.raises(ConfigError, match="at least one"):
        made(tmp_path / "none", n_subjects=0)
    with pytest.raises(WriteError, match="cannot be written"):
        made(tmp_path / "file" / "below")


def test_demo_is_small_valid_and_what_its_command_makes(tmp_path, bids_errors):
    size = sum(path.stat().st_size for path in DEMO.rglob("*") if path.is_file())
    assert 0 < size < 6_000_000
    assert bids_errors(DEMO) == []
    again = simulate_study(tmp_path / "demo", n_subjects=1, seed=1)
    for path in sorted((again / "sub-01").rglob("*")):
        shipped = DEMO / path.relative_to(again)
        if path.suffix == ".bdf":
            # Two builds of numpy may differ in a last bit, so samples are compared, not bytes.
            for one, two in zip(edfio.read_bdf(path).signals, edfio.read_bdf(shipped).signals, strict=True):
                assert np.abs(one.data - two.data).max() < 0.02
        elif path.is_file():
            assert path.read_bytes() == shipped.read_bytes(), path.name
