"""MEP latency."""

import numpy as np
import pytest
from scipy import stats

from pipeline.excitability.latency import mep_latency


def test_by_hand():
    onsets = np.array([23.0, np.nan, 22.0, 24.0, 21.0, np.nan, 25.0, 19.0])
    made = mep_latency(onsets, onsets)
    assert made.shortest_of_first_5.value == 21, "the 19 ms of the sixth onset is not among the first five"
    assert made.shortest_of_first_5.n_used == 5
    assert made.median.value == 22.5
    assert made.median.n_used == 6
    assert (made.median.ci_low, made.median.ci_high) == (19, 25)
    assert made.sd.value == pytest.approx(np.std([23, 22, 24, 21, 25, 19], ddof=1))
    limits = made.sd.value * np.sqrt(5 / stats.chi2.ppf([0.975, 0.025], 5))
    assert (made.sd.ci_low, made.sd.ci_high) == pytest.approx(tuple(limits))
    assert [each.status for each in made] == ["", "", ""]


def test_the_shortest_has_no_interval_ever():
    made = mep_latency(*[np.linspace(20, 24, 40)] * 2).shortest_of_first_5
    assert np.isnan([made.ci_low, made.ci_high]).all()


def test_few_and_none():
    made = mep_latency(*[np.array([22.0, np.nan, 23.0])] * 2)
    assert made.shortest_of_first_5.value == 22
    assert made.shortest_of_first_5.n_used == 2
    assert {each.status for each in made} == {"few_trials"}
    alone = mep_latency(*[np.array([22.0])] * 2)
    assert np.isnan(alone.sd.value)
    none = mep_latency(*[np.full(4, np.nan)] * 2)
    assert {each.status for each in none} == {"no_values"}
    assert np.isnan([each.value for each in none]).all()


def test_min_trials_is_no_setting_of_the_shortest():
    made = mep_latency(*[np.array([22.0, 23.0])] * 2, min_trials=1)
    assert made.shortest_of_first_5.status == "few_trials"
    assert made.median.status == ""


def test_a_shift_shifts_latency_and_leaves_its_spread():
    onsets = np.random.default_rng(1).normal(22, 1, 20)
    one, later = mep_latency(onsets, onsets), mep_latency(onsets + 1, onsets + 1)
    assert later.median[:3] == pytest.approx(tuple(np.array(one.median[:3]) + 1))
    assert later.shortest_of_first_5.value == pytest.approx(one.shortest_of_first_5.value + 1)
    assert later.sd[:3] == pytest.approx(one.sd[:3])


def test_the_shortest_is_of_onsets_found_alone():
    onsets = np.full(6, 22.0)
    made = mep_latency(onsets, onsets - np.arange(6.0))
    assert made.shortest_of_first_5.value == 18
    assert made.median.value == 22
