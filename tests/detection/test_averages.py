"""Averages over accepted trials."""

import numpy as np
import pytest

from pipeline.detection import averages, detect
from pipeline.errors import ConfigError
from pipeline.trials import Trials


def two_muscles(recording):
    trials, _ = recording(6)
    emg = np.concatenate([trials.emg_uv, 2 * trials.emg_uv], axis=1)
    pulses = trials.pulses.assign(timepoint=list("aabbcc"))
    return Trials(emg, trials.times_ms, ["FDI", "ADM"], pulses, ["R", "R"])


def test_means_of_accepted_trials_and_their_counts(recording):
    trials = two_muscles(recording)
    rows = detect(trials)
    rows["excluded"] = rows["trial"].isin([1, 4, 5])
    found = averages(trials, rows, ["timepoint"])
    table = found.table.set_index(["muscle", "side", "timepoint"])
    assert table["n_used"].tolist() == [1, 2, 0, 1, 2, 0]
    assert table["n_rejected"].tolist() == [1, 0, 2, 1, 0, 2]
    at = table.index.get_loc(("FDI", "R", "b"))
    np.testing.assert_allclose(found.mean_uv[at], trials.emg_uv[2:4, 0].mean(0), rtol=1e-5)
    np.testing.assert_allclose(found.rectified_mean_uv[at], np.abs(trials.emg_uv[2:4, 0]).mean(0), rtol=1e-5)
    np.testing.assert_allclose(found.mean_uv[at - 3], 2 * found.mean_uv[at], rtol=1e-5)
    none = table.index.get_loc(("ADM", "R", "c"))
    assert np.isnan(found.mean_uv[none]).all()
    assert np.isnan(found.rectified_mean_uv[none]).all()


def test_without_conditions_there_is_a_row_for_each_muscle(recording):
    trials = two_muscles(recording)
    found = averages(trials, detect(trials), [])
    assert found.table["n_used"].tolist() == [6, 6]
    assert found.mean_uv.shape == (2, len(trials.times_ms))


def test_a_missing_sample_is_left_out(recording):
    trials = two_muscles(recording)
    emg = trials.emg_uv.copy()
    emg[0, 0, 5] = np.nan
    rows = detect(trials)
    found = averages(trials.replace(emg_uv=emg), rows, [])
    np.testing.assert_allclose(found.mean_uv[1, 5], emg[1:, 0, 5].mean(), rtol=1e-5)


def test_an_unknown_column_is_an_error(recording):
    trials = two_muscles(recording)
    with pytest.raises(ConfigError, match="did you mean 'timepoint'"):
        averages(trials, detect(trials), ["timepont"])
