"""Peripheral and cutaneous silent periods: told apart by the M wave, medians by hand."""

import numpy as np

from pipeline.excitability.silent_period_nerve import cutaneous_sp, peripheral_sp

PRESENT, CENSORED = np.array([1.0, 1, 1, 1, 0, 1]), np.array([0.0, 0, 0, 1, 0, 0])
ONSET = np.array([30.0, 32, 34, 30, np.nan, 70])
FIRST, FULL = np.array([100.0, 102, 104, np.nan, np.nan, 120]), np.array([110.0, 112, 114, np.nan, np.nan, 125])
M_WAVE = np.array([1.0, 1, 1, 1, 1, 0])


def of(metric, **settings):
    return metric(PRESENT, CENSORED, ONSET, FIRST, FULL, M_WAVE, **settings)


def test_trials_with_an_m_wave_are_peripheral():
    periods = of(peripheral_sp, min_trials=4)
    assert periods.first_return_from_stimulus.value == 103
    assert periods.first_return_from_onset.value == 70
    assert periods.full_return_from_stimulus.value == 113
    assert periods.first_return_from_stimulus.n_used == 4
    assert periods.first_return_from_stimulus.status == ""


def test_trials_without_are_cutaneous():
    periods = of(cutaneous_sp)
    assert [each.value for each in periods] == [120, 50, 125, 55]
    assert periods.first_return_from_stimulus.status == "few_trials"


def test_without_any_there_is_no_value():
    none = cutaneous_sp(*np.full((6, 0), np.nan))
    assert np.isnan(none.first_return_from_stimulus.value)
    assert none.first_return_from_stimulus.status == "no_values"
