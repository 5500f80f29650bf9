"""M wave, H reflex and F wave: truth, invariances, nothing where there is nothing."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from pipeline import muscles
from pipeline.conditioning import condition
from pipeline.detection import detect
from pipeline.detection.nerve_tail import less_tail
from pipeline.synthetic import memory
from pipeline.synthetic.nerve import nerve_of
from pipeline.synthetic.nerve_trials import nerve_trials
from pipeline.synthetic.parameters import Parameters

COLUMNS = [
    "m_peak_to_peak_uv", "m_onset_ms", "m_duration_ms", "m_area_uv_ms", "h_peak_to_peak_uv", "h_onset_ms",
    "f_peak_to_peak_uv", "f_onset_ms", "f_duration_ms",
]  # fmt: skip
NOISY = Parameters(noise_uv=2.0)


def measured(muscle="FDI", seed=0, share=1.9, n_trials=30, **changed):
    """Rows and truth of nerve trials at a current of `share` times that of half the M wave."""
    nerve = dataclasses.replace(nerve_of(muscle, seed), **changed)
    trials, truth = nerve_trials(nerve, np.full(n_trials, share * nerve.m50_ma), parameters=NOISY, seed=seed)
    return detect(condition(trials)), truth


@pytest.fixture(scope="module")
def hand():
    return measured()


@pytest.mark.parametrize("muscle", ["FDI", "TA", "SOL"])
def test_the_m_wave_is_the_truth(muscle):
    rows, truth = measured(muscle, seed=1)
    np.testing.assert_allclose(rows["m_peak_to_peak_uv"], truth["m_peak_to_peak_uv"], rtol=0.01)
    np.testing.assert_allclose(rows["m_onset_ms"], truth["m_onset_ms"], atol=0.3)
    np.testing.assert_allclose(rows["m_duration_ms"], truth["m_duration_ms"], atol=1.0)


@pytest.mark.parametrize("muscle", ["FDI", "TA", "SOL"])
def test_f_waves_are_the_truth(muscle):
    rows, truth = measured(muscle, seed=2, h_max_uv=0.0)
    there = truth["f_peak_to_peak_uv"].notna()
    large = there & (truth["f_peak_to_peak_uv"] > 50)
    assert rows["f_present"][large].all()
    assert not rows["f_present"][~there].any()
    error = (rows["f_onset_ms"] - truth["f_onset_ms"])[large]
    assert abs(error.median()) < 0.3
    assert error.abs().mean() < 0.5
    assert abs((rows["f_peak_to_peak_uv"] / truth["f_peak_to_peak_uv"])[large].median() - 1) < 0.02
    assert abs((rows["f_duration_ms"] - truth["f_duration_ms"])[large].median()) < 1.0


def test_h_reflexes_are_the_truth():
    rows, truth = measured("SOL", seed=3, share=0.85, f_persistence=0.0)
    assert rows["h_present"].all()
    np.testing.assert_allclose(rows["h_peak_to_peak_uv"], truth["h_peak_to_peak_uv"], rtol=0.05)
    assert (rows["h_onset_ms"] - truth["h_onset_ms"]).abs().max() < 0.5


@pytest.mark.parametrize(("muscle", "wave"), [("FDI", "f"), ("TA", "f"), ("SOL", "f"), ("SOL", "h")])
def test_an_m_wave_alone_has_neither_h_nor_f(muscle, wave):
    alarms = [
        measured(muscle, seed, n_trials=40, f_persistence=0.0, h_max_uv=0.0)[0][f"{wave}_present"].mean()
        for seed in range(5)
    ]
    assert np.mean(alarms) <= 0.02


@pytest.mark.parametrize("state", ["rest", "active"])
@pytest.mark.parametrize("muscle", ["FDI", "TA"])
def test_noise_alone_has_none(muscle, state):
    rows = []
    for seed in range(3):
        trials, _ = memory.trials(70, muscle=muscle, state=state, p2p_uv=np.nan, intensity_mso=np.nan, seed=seed)
        rows.append(detect(condition(trials.replace(pulses=trials.pulses.assign(pulse="nerve")))))
    rows = pd.concat(rows)
    assert rows["f_peak_to_peak_uv"].notna().all()
    assert rows["f_present"].mean() <= 0.02
    assert rows["m_present"].mean() <= 0.02
    assert rows["f_onset_ms"].notna().sum() <= rows["f_present"].sum()


@pytest.mark.parametrize("change", [lambda emg: 3.0 * emg, lambda emg: -emg, lambda emg: emg + 100.0])
def test_gain_scales_sizes_and_nothing_else_changes(change):
    nerve = nerve_of("FDI", 4)
    trials, _ = nerve_trials(nerve, np.full(15, 1.9 * nerve.m50_ma), parameters=NOISY)
    trials = condition(trials)
    one, other = detect(trials), detect(trials.replace(emg_uv=change(trials.emg_uv)))
    gain = np.ptp(change(np.array([0.0, 1.0])))
    for name in COLUMNS:
        factor = gain if "_uv" in name else 1.0
        np.testing.assert_allclose(other[name], factor * one[name], rtol=2e-3, atol=0.25 if "_ms" in name else 1e-3)
    np.testing.assert_array_equal(one["f_present"], other["f_present"])


def test_the_order_of_trials_changes_nothing(hand):
    rows, _ = hand
    nerve = nerve_of("FDI", 0)
    trials = condition(nerve_trials(nerve, np.full(30, 1.9 * nerve.m50_ma), parameters=NOISY)[0])
    turned = detect(trials.take(np.arange(30)[::-1]))
    for name in COLUMNS:
        np.testing.assert_allclose(turned[name][::-1], rows[name], rtol=1e-3, atol=1e-3)


def test_other_pulses_and_absent_windows_have_nothing(hand):
    rows, _ = hand
    assert rows[["h_peak_to_peak_uv", "h_onset_ms"]].isna().all(axis=None), "no window for a hand muscle's H reflex"
    assert not rows["h_present"].any()
    trials, _ = memory.trials(6)
    other = detect(condition(trials))
    assert other[COLUMNS].isna().all(axis=None)
    assert not other[["m_present", "h_present", "f_present"]].any(axis=None)


def test_one_window_for_all_stimuli_is_none_for_a_late_response():
    own = muscles.profile("FDI", {"response_ms": [5, 40]})
    windows = muscles.nerve_windows(pd.DataFrame({"pulse": ["nerve", "single"]}), own)
    assert windows[0, 0].tolist() == [5, 40]
    assert np.isnan(windows[0, 1:]).all()
    assert np.isnan(windows[1]).all()


def test_epochs_that_end_before_the_f_wave_have_none():
    nerve = nerve_of("FDI", 0)
    trials, _ = nerve_trials(nerve, np.full(5, 1.9 * nerve.m50_ma), parameters=NOISY, epoch_ms=(-120.0, 40.0))
    rows = detect(condition(trials))
    assert rows["m_onset_ms"].notna().all()
    assert rows["f_peak_to_peak_uv"].isna().all()
    assert not rows["f_present"].any()


@pytest.mark.parametrize("rate_hz", [1000.0, 2000.0])
@pytest.mark.parametrize("background_ms", [[-100, -5], [-11, -5]])
def test_short_windows_and_epochs_are_measured(rate_hz, background_ms):
    nerve = nerve_of("FDI", 0)
    trials, _ = nerve_trials(nerve, np.full(4, 16.0), parameters=NOISY, rate_hz=rate_hz, epoch_ms=(-120.0, 34.0))
    asked = {"background_ms": background_ms, "response_ms": {"nerve_f": [25, 32]}}
    rows = detect(condition(trials), asked)
    assert rows["f_peak_to_peak_uv"].notna().all()
    assert rows["m_present"].all()


def test_missing_samples_give_no_number():
    nerve = nerve_of("FDI", 0)
    trials = condition(nerve_trials(nerve, np.full(5, 1.9 * nerve.m50_ma), parameters=NOISY)[0])
    emg = trials.emg_uv.copy()
    emg[2] = np.nan
    emg[3] = 7.0
    rows = detect(trials.replace(emg_uv=emg))
    assert rows[COLUMNS].loc[[2]].isna().all(axis=None)
    assert not rows.loc[[2, 3], "f_present"].any()
    assert rows["m_present"].tolist() == [True, True, False, False, True]


def test_a_tail_is_taken_off_and_what_stands_out_of_it_stays():
    times = np.arange(0.0, 60.0, 0.2)
    tail = 300.0 * np.exp(-times / 9.0) + 20.0
    z = (times - 20.0) / 1.5
    response = 100.0 * z * np.exp(0.5 - z**2 / 2)
    left = less_tail(np.stack([tail, tail + response]), 5000.0, np.ones(2))
    assert np.abs(left[0]).max() < 2.0
    assert np.abs(left[1] - response).max() < 3.0
