"""What a reader hands over becomes Trials: µV, a complete pulse table, a fingerprint."""

import numpy as np
import pandas as pd
import pytest

from pipeline.acquisition.channels import Channel
from pipeline.acquisition.pulses import Pulses
from pipeline.acquisition.recorded import Recorded, around, fingerprints, finished, trial_table
from pipeline.acquisition.settings import Common
from pipeline.errors import ReadError

TIMES_MS = np.arange(-10.0, 20.0)
CHANNELS = (Channel("ch1", "FDI", "R", "mV"), Channel("ch2", "TA", "", "uV"))


def common(**changes):
    return Common((-10.0, 20.0), {}, {}, "", "", {})._replace(**changes)


@pytest.fixture
def recorded():
    rng = np.random.default_rng(5)
    emg = rng.normal(0, 1, (3, 2, len(TIMES_MS))) * np.array([0.05, 50.0])[:, None]
    return Recorded(emg, TIMES_MS, CHANNELS, pd.DataFrame({"pulse": ["single"] * 3}))


def test_each_channel_in_its_unit(recorded, tmp_path):
    trials = finished(recorded, tmp_path / "a.mat", common())
    np.testing.assert_allclose(trials.emg_uv[:, 0], recorded.emg[:, 0] * 1000, rtol=1e-6)
    np.testing.assert_allclose(trials.emg_uv[:, 1], recorded.emg[:, 1], rtol=1e-6)
    assert (trials.muscles, trials.sides) == (("FDI", "TA"), ("R", ""))


def test_columns_of_the_study_fill_the_pulse_table(recorded, tmp_path):
    trials = finished(recorded, tmp_path / "a.mat", common(columns={"state": "rest", "intensity_mso": "55"}))
    assert trials.pulses["state"].tolist() == ["rest"] * 3
    assert trials.pulses["intensity_mso"].tolist() == [55.0] * 3


def test_a_trial_table_beside_it(recorded, tmp_path):
    settings = common(trial_table="{stem}_trials.tsv")
    assert trial_table(tmp_path / "a.mat", settings) == tmp_path / "a_trials.tsv"
    assert trial_table(tmp_path / "a.mat", common()) is None
    with pytest.raises(ReadError, match="there is no trial table 'a_trials.tsv'"):
        finished(recorded, tmp_path / "a.mat", settings)
    (tmp_path / "a_trials.tsv").write_text("intensity_mso\n40\n50\n60\n")
    assert finished(recorded, tmp_path / "a.mat", settings).pulses["intensity_mso"].tolist() == [40.0, 50.0, 60.0]


def test_nothing_in_it(recorded, tmp_path):
    with pytest.raises(ReadError, match="no samples in it: 0 trials"):
        finished(recorded._replace(emg=recorded.emg[:0]), tmp_path / "a.mat", common())


def test_a_fingerprint_is_of_the_epoch_alone():
    epochs = np.random.default_rng(2).normal(size=(4, 2, 50)).astype(np.float32)
    prints = fingerprints(epochs)
    assert prints.shape == (4, 2)
    assert len(set(prints.ravel())) == 8
    assert (fingerprints(epochs[[2, 0]]) == prints[[2, 0]]).all()
    changed = epochs.copy()
    changed[1, 0, 7] = np.nextafter(changed[1, 0, 7], np.float32(9))
    assert (fingerprints(changed) != prints).tolist() == [[False, False], [True, False], [False, False], [False, False]]


def test_epochs_are_cut_around_the_pulses():
    signal = np.arange(400.0).reshape(2, 200)
    found = Pulses(pd.DataFrame({"pulse": ["single"] * 2}), np.array([0.05, 0.1]), ("row 2", "row 3"))
    cut = around(signal, 1000.0, np.array([50, 100]), found, list(CHANNELS), (-10.0, 20.0))
    assert cut.emg[0, 0, cut.times_ms == 0] == 50
    assert cut.emg[1, 1, cut.times_ms == 5] == 305
