"""Stimulus-response curve and threshold of the cortical silent period: recovery, invariances, misuse."""

import numpy as np
import pytest

from pipeline.excitability.silent_period_curve import (
    cortical_sp_curve_max,
    cortical_sp_curve_slope,
    cortical_sp_curve_v50,
    inhibitory_threshold,
)

CURVE = (cortical_sp_curve_max, cortical_sp_curve_slope, cortical_sp_curve_v50)
LEVELS = np.array([35.0, 40, 45, 50, 55, 60, 65, 70])
ONSET_MS = 20.0


def trials(seed=None, n_each=5, levels=LEVELS, longest=160.0, shortest=20.0):
    """Columns of trials: intensity, present, censored, first return, full return, onset."""
    intensity = np.repeat(levels, n_each)
    spread = 0 if seed is None else np.random.default_rng(seed).normal(0, 8, len(intensity))
    duration = longest / (1 + np.exp(0.2 * (50 - intensity))) + spread
    has = duration >= shortest
    first = np.where(has, ONSET_MS + duration, np.nan)
    return [intensity, has, np.zeros(len(has), bool), first, first + 20, np.full(len(has), ONSET_MS)]


@pytest.mark.parametrize(("metric", "truth"), [*zip(CURVE, (160, 160 * 0.2 / 4, 50), strict=True)])
def test_the_curve_is_found_again(metric, truth):
    made = metric(*trials()).first_return_from_mep_onset
    assert made.value == pytest.approx(truth, rel=0.03)
    assert (made.n_used, made.status) == (40, "")
    noisy = [metric(*trials(seed)).first_return_from_mep_onset for seed in range(12)]
    assert np.median([each.value for each in noisy]) == pytest.approx(truth, rel=0.05)
    assert np.mean([each.ci_low <= truth <= each.ci_high for each in noisy]) > 0.6


def test_conventions_differ_by_where_they_count():
    made = cortical_sp_curve_max(*trials(1, shortest=-99))
    assert made.full_return_from_mep_onset.value > made.first_return_from_mep_onset.value + 10
    assert made.first_return_from_stimulus.value > made.first_return_from_mep_onset.value + 10


def test_a_shift_of_intensity_shifts_v50_only():
    before, moved = trials(1), trials(1)
    moved[0] = moved[0] + 11
    for metric, shift in zip(CURVE, (0, 0, 11), strict=True):
        for one, other in zip(metric(*before), metric(*moved), strict=True):
            assert other.value == pytest.approx(one.value + shift, rel=1e-6)


def test_order_of_trials_changes_nothing():
    of = trials(2)
    order = np.random.default_rng(0).permutation(len(of[0]))
    for metric in CURVE:
        assert metric(*(each[order] for each in of)) == metric(*of)


def test_silent_periods_without_an_end_are_the_longest():
    of = trials(1)
    late = of[3] > ONSET_MS + 160
    before = cortical_sp_curve_max(*of).first_return_from_mep_onset
    of[2], of[3] = late, np.where(late, np.nan, of[3])
    made = cortical_sp_curve_max(*of).first_return_from_mep_onset
    assert made.n_used == 40
    assert late.sum() >= 3
    assert made.value == pytest.approx(before.value, rel=0.03)
    left_out = cortical_sp_curve_max(*(each[~late] for each in of)).first_return_from_mep_onset
    assert left_out.value < made.value


def test_mostly_without_an_end_has_no_curve():
    of = trials(1)
    of[2] = of[1].copy()
    of[3], of[4] = np.full((2, len(of[0])), np.nan)
    for each in cortical_sp_curve_max(*of):
        assert (np.isnan(each.value), each.status) == (True, "censored")


def test_misuse_gives_words():
    few = trials(1, n_each=10, levels=LEVELS[:4])
    none = trials(1, shortest=1e9)
    unknown = [np.full(40, np.nan), *trials(1)[1:]]
    unexamined = [trials(1)[0], np.full(40, np.nan), *trials(1)[2:]]
    for metric in CURVE:
        for of, status in (
            (few, "few_intensities"),
            (none, "no_silent_period"),
            (unknown, "no_intensity"),
            (unexamined, "no_values"),
        ):
            made = metric(*of)
            assert {each.status for each in made} == {status}
            assert np.isnan([each.value for each in made]).all()


def test_the_plateau_alone_has_no_v50():
    for each in cortical_sp_curve_v50(*trials(1, levels=np.arange(80, 95, 2.0))):
        assert (np.isnan(each.value), each.status) == (True, "at_bound")


def test_trials_without_an_onset_are_left_out_where_it_counts():
    of = trials(1)
    of[5][20] = np.nan
    made = cortical_sp_curve_max(*of)
    assert (made.first_return_from_mep_onset.n_used, made.first_return_from_stimulus.n_used) == (39, 40)
    assert made.first_return_from_mep_onset.status == "some_missing"


def test_inhibitory_threshold_by_hand():
    intensity = np.repeat([30.0, 32, 34, 36], 10)
    has = np.concatenate([np.arange(10) < n for n in (0, 4, 5, 10)])
    made = inhibitory_threshold(intensity, has, np.zeros(40))
    assert made.relative_frequency_5_10.value == 34
    assert made.ml_pest.value == pytest.approx(33.4, abs=0.7)
    assert made.ml_pest.ci_low < made.ml_pest.value < made.ml_pest.ci_high
    unended = inhibitory_threshold(intensity, np.where(has, np.nan, 0.0), has)
    assert unended == made, "one that does not end is one"


def test_inhibitory_threshold_on_one_side_is_no_number():
    intensity = np.repeat([30.0, 32], 10)
    for has in (np.ones(20), np.zeros(20)):
        for each in inhibitory_threshold(intensity, has, np.zeros(20)):
            assert (np.isnan(each.value), each.status) == (True, "not_bracketed")
    nothing = inhibitory_threshold(intensity, np.full(20, np.nan), np.zeros(20))
    assert {each.status for each in nothing} == {"no_values"}
