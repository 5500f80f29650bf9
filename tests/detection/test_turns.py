"""Peaks, turns and phases of known shapes."""

import numpy as np
import pandas as pd
import pytest
import scipy.io

from pipeline.detection.turns import turns_and_phases

TIMES_MS = np.arange(-100.0, 120.0, 0.25)
BACKGROUND = np.array([[-95.0, -5.0]])


def waves(*sizes, begin=20.0, each_ms=4.0):
    """Half-waves of these sizes, one after the other."""
    out = np.zeros(len(TIMES_MS))
    for number, size in enumerate(sizes):
        since = TIMES_MS - begin - number * each_ms
        out += size * np.sin(np.pi * since / each_ms) * ((since >= 0) & (since < each_ms))
    return out[None]


def shape(emg, onset=20.0, end=60.0, rms=1.0, **settings):
    rows = [np.array([each]) for each in (onset, end, rms)]
    return turns_and_phases(emg, TIMES_MS, np.tile(BACKGROUND, (len(emg), 1)), *rows, **settings)


@pytest.mark.parametrize(
    ("sizes", "turns", "phases"),
    [((100,), 1, 1), ((100, -80), 2, 2), ((-100, 80, -60), 3, 3), ((100, 60), 3, 1), ((100, -3, 90), 3, 1)],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_turns_and_phases_are_counted(sizes, turns, phases, sign):
    found = shape(waves(*(sign * each for each in sizes)) + 300.0)
    assert (found.turns[0], found.phases[0]) == (turns, phases)


def test_peaks_are_in_the_order_of_time_with_their_sign():
    found = shape(waves(-70, 100) + 25.0)
    np.testing.assert_allclose([found.first_peak_uv[0], found.second_peak_uv[0]], [-70, 100], atol=0.01)
    np.testing.assert_allclose([found.first_peak_ms[0], found.second_peak_ms[0]], [22, 26])


def test_noise_on_a_slope_is_no_turn():
    noise = np.random.default_rng(0).normal(size=(1, len(TIMES_MS)))
    found = shape(waves(100, -80) + noise, rms=1.0, n_rms=6.0)
    assert (found.turns[0], found.phases[0]) == (2, 2)
    assert shape(waves(100, -80) + 4 * noise, rms=0.1).turns[0] > 4


def test_what_lies_outside_of_onset_and_end_does_not_count():
    found = shape(waves(100, -80, 60), end=27.0)
    assert (found.turns[0], found.phases[0]) == (2, 2)


@pytest.mark.parametrize(("onset", "end"), [(np.nan, 40.0), (20.0, np.nan), (30.0, 25.0)])
def test_without_onset_or_end_there_is_no_shape(onset, end):
    assert np.isnan([each[0] for each in shape(waves(100), onset, end)]).all()


@pytest.mark.parametrize("emg", [np.full((1, len(TIMES_MS)), np.nan), waves(100)])
def test_a_response_that_is_not_in_the_epoch_has_no_shape(emg):
    assert np.isnan([each[0] for each in shape(emg, 130.0, 140.0)]).all()
    assert np.isnan([each[0] for each in shape(emg * np.nan)]).all()


def test_missing_samples_are_left_out():
    emg = waves(100, -80)
    emg[0, np.isclose(TIMES_MS, 23.0)] = np.nan
    found = shape(emg)
    np.testing.assert_allclose([found.first_peak_uv[0], found.second_peak_uv[0]], [100, -80], atol=0.01)


def test_trials_with_and_without_a_response_side_by_side():
    emg = np.concatenate([waves(100, -80), waves(), waves(50, -90, 40)])
    onset, end, rms = np.array([20.0, np.nan, 20.0]), np.array([60.0, 60.0, 60.0]), np.ones(3)
    found = turns_and_phases(emg, TIMES_MS, np.tile(BACKGROUND, (3, 1)), onset, end, rms)
    np.testing.assert_array_equal(found.turns, [2, np.nan, 3])
    np.testing.assert_array_equal(found.phases, [2, np.nan, 3])


@pytest.mark.parametrize(("name", "same"), [("ID01", 0.8), ("ID04", 0.35)])
def test_agreement_with_another_tool_on_real_responses(real, name, same):
    """Its window from onset to end is used; its rule for a turn is another: see the method."""
    signal = scipy.io.loadmat(real / "mepfeatx" / f"{name}.mat")["meps"].T
    theirs = pd.read_csv(real / "mepfeatx" / f"{name}_features.csv")
    times_ms, n = -50 + np.arange(signal.shape[1]) / 3, len(signal)
    onset = np.where(theirs["Latency"] > 0, theirs["Latency"], np.nan)
    background = np.tile([-45.0, -5.0], (n, 1))
    rms = signal[:, (times_ms > -45) & (times_ms < -5)].std(-1)
    found = turns_and_phases(signal, times_ms, background, onset, onset + theirs["Duration"].to_numpy(), rms)
    some = np.isfinite(found.turns)
    assert np.nanmedian(np.abs(found.first_peak_ms - theirs["T1T"])[some]) < 0.2
    assert np.abs(np.abs(found.second_peak_uv / theirs["T2A"])[some] - 1).median() < 0.01
    assert (found.turns == theirs["nTurns"])[some].mean() >= same
    assert (np.abs(found.turns - theirs["nTurns"])[some] <= 1).mean() >= 0.7
    assert (np.abs(found.phases - theirs["nPhases"])[some] <= 1).mean() >= 0.9
