"""The files of a simulated dataset say what is in them."""

import math

import edfio
import numpy as np
import pandas as pd
import pytest

from pipeline.synthetic import bids, memory

TRIALS, TRUTH = memory.trials(4, p2p_uv=[100.0, 500.0, np.nan, 900.0], seed=2)


def test_epochs_are_written_one_after_another(tmp_path):
    bids.write_bdf(tmp_path / "a.bdf", TRIALS)
    file = edfio.read_bdf(tmp_path / "a.bdf")
    assert [each.label for each in file.signals] == ["FDI_R"]
    assert file.num_data_records == 4
    low, high = bids.PHYSICAL_UV
    step = (high - low) / 2**24
    np.testing.assert_allclose(file.signals[0].data, TRIALS.emg_uv[:, 0].ravel(), atol=step)


def test_the_same_trials_give_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        bids.write_bdf(tmp_path / name, TRIALS)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_pulses_stand_in_their_epochs():
    events = bids.events_table(TRIALS)
    sidecar = bids.emg_sidecar("handRest", TRIALS, 10.0, 1500.0, 50.0)
    assert sidecar["EpochLength"] == 0.5
    assert sidecar["RecordingDuration"] == 2.0
    assert sidecar["PowerLineFrequency"] == 50.0
    np.testing.assert_allclose(events["onset"], 0.15 + 0.5 * np.arange(4))
    assert list(events)[:3] == ["onset", "duration", "trial_type"]


def test_channels_name_their_muscles():
    table = bids.channels_table(TRIALS, 10.0, 1500.0)
    assert table[["name", "type", "units", "target_muscle", "side"]].to_numpy().tolist() == [
        ["FDI_R", "EMG", "uV", "FDI", "R"]
    ]


@pytest.mark.parametrize(
    ("value", "word"), [(math.nan, "n/a"), (0.1 + 0.2, "0.3"), (True, "1"), ("FDI", "FDI"), (50.0, "50")]
)
def test_what_is_missing_is_na(tmp_path, value, word):
    bids.write_tsv(tmp_path / "a.tsv", pd.DataFrame({"x": [value]}))
    assert (tmp_path / "a.tsv").read_bytes() == f"x\n{word}\n".encode()
