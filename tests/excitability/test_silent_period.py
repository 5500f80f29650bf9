"""Cortical silent period: medians with censored trials, by hand."""

import numpy as np
import pytest

from pipeline.excitability.silent_period import cortical_sp, cortical_sp_depth, cortical_sp_probability


def made(present, first, full=None, censored=None, onset=None, end=None, **settings):
    n = len(present)
    return cortical_sp(
        np.array(present, float),
        np.array(censored if censored is not None else np.zeros(n), float),
        np.array(first, float),
        np.array(full if full is not None else first, float),
        np.array(onset if onset is not None else np.full(n, 20.0), float),
        np.array(end if end is not None else np.full(n, 45.0), float),
        **settings,
    )


def test_conventions_by_hand():
    periods = made([1, 1, 1], [100, 120, 140], [130, 150, 190], min_trials=3)
    assert [each.value for each in periods] == [100, 120, 75, 130, 150, 105]
    assert {each.n_used for each in periods} == {3}
    assert {each.status for each in periods} == {""}


def test_trials_without_count_but_do_not_enter():
    period = made([1, 0, 1, 0], [100, np.nan, 120, np.nan], min_trials=2).first_return_from_stimulus
    assert period.value == 110
    assert period.n_used == 2


def test_censored_ranks_longest():
    period = made([1] * 5, [100, 110, 120, np.nan, np.nan], censored=[0, 0, 0, 1, 1]).first_return_from_stimulus
    assert period.value == 120
    assert period.status == "few_trials"


@pytest.mark.parametrize("first", [[100, 110, np.nan, np.nan], [100, np.nan, np.nan]])
def test_half_censored_is_nan(first):
    period = made([1] * len(first), first, censored=np.isnan(first), min_trials=1).first_return_from_stimulus
    assert np.isnan(period.value)
    assert period.status == "censored"
    assert period.n_used == len(first)


def test_first_return_seen_and_full_return_not():
    periods = made([1] * 3, [100, 110, 120], [np.nan, np.nan, 150], censored=[1, 1, 0], min_trials=1)
    assert periods.first_return_from_stimulus.value == 110
    assert np.isnan(periods.full_return_from_stimulus.value)


def test_interval_of_order_statistics_may_be_open():
    first = np.append(np.arange(100.0, 107.0), np.nan)
    period = made([1] * 8, first, min_trials=1).first_return_from_stimulus
    assert (period.value, period.ci_low) == (103.5, 100)
    assert np.isnan(period.ci_high)
    assert period.status == "interval_open"


def test_none_has_one():
    period = made([0, 0], [np.nan, np.nan]).first_return_from_stimulus
    assert np.isnan(period.value)
    assert (period.n_used, period.status) == (0, "no_silent_period")
    period = made([np.nan], [np.nan]).first_return_from_stimulus
    assert (period.n_used, period.status) == (0, "no_values")


def test_without_an_onset_the_other_conventions_stand():
    periods = made([1, 1, 1], [100, 110, 120], onset=[20, np.nan, 20], min_trials=1)
    assert periods.first_return_from_stimulus.value == 110
    assert periods.first_return_from_mep_onset.value == 90
    assert periods.first_return_from_mep_onset.n_used == 2
    assert periods.first_return_from_mep_onset.status == "some_missing"


def test_probability():
    one = cortical_sp_probability(np.array([1.0, 0, 0, 0]), np.array([0.0, 0, 0, 1]), min_trials=1).fraction
    assert (one.value, one.n_used, one.status) == (0.5, 4, "")
    none = cortical_sp_probability(np.array([np.nan]), np.array([np.nan])).fraction
    assert (none.n_used, none.status) == (0, "no_values")


def test_a_shift_of_all_times_leaves_durations():
    first, onset, end = np.arange(100.0, 120.0), np.full(20, 20.0), np.full(20, 45.0)
    one = made([1] * 20, first, onset=onset, end=end)
    later = made([1] * 20, first + 3, onset=onset + 3, end=end + 3)
    assert later.first_return_from_mep_onset == one.first_return_from_mep_onset
    assert later.first_return_from_mep_end == one.first_return_from_mep_end
    assert later.first_return_from_stimulus.value == one.first_return_from_stimulus.value + 3


def test_depth_is_the_median_of_trials_that_have_one():
    present, depth = np.array([1.0, 1, 1, 0]), np.array([90.0, 80, 70, np.nan])
    found = cortical_sp_depth(present, np.zeros(4), depth, min_trials=3).median
    assert (found.value, found.n_used, found.status) == (80, 3, "")
    none = cortical_sp_depth(np.zeros(2), np.zeros(2), np.full(2, np.nan)).median
    assert np.isnan(none.value)
    assert none.status == "no_silent_period"
