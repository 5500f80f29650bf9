"""MEP over silent period: by hand, censored trials, how often the interval holds the truth."""

import numpy as np
import pytest

from pipeline.excitability.silent_period_ratio import mep_sp_ratio


def made(mep_uv, returns_ms, present=None, onset_ms=20.0, **settings):
    returns = np.array(returns_ms, float)
    there = np.ones(len(returns)) if present is None else np.array(present, float)
    censored = (there > 0) & np.isnan(returns)
    onsets = np.broadcast_to(np.asarray(onset_ms, float), len(returns))
    rng = np.random.default_rng(0)
    return mep_sp_ratio(np.array(mep_uv, float), onsets, there, censored.astype(float), returns, rng, **settings)


def test_by_hand():
    both = made([1000, 2000, 6000], [120, 140, 170], min_trials=3)
    assert both.ratio_of_means.value == pytest.approx(3.0 / (370 / 3))
    assert both.ratio_of_medians.value == pytest.approx(2.0 / 120)
    assert [each.n_used for each in both] == [3, 3]
    assert [each.status for each in both] == ["", ""]


def test_trials_without_a_silent_period_or_an_onset_do_not_enter():
    returns, present = [120, np.nan, 140, 160], [1, 0, 1, 1]
    both = made([1000, 50, 1000, 9000], returns, present, onset_ms=[20, 20, 20, np.nan], min_trials=1)
    assert both.ratio_of_means.value == pytest.approx(2.0 / 220)
    assert both.ratio_of_means.status == "some_missing"
    assert both.ratio_of_medians.n_used == 2


def test_a_silent_period_that_does_not_end_ranks_longest_and_leaves_the_mean():
    both = made([1000, 2000, 3000], [120, 140, np.nan], min_trials=1)
    assert both.ratio_of_medians.value == pytest.approx(2.0 / 120)
    assert both.ratio_of_means.value == pytest.approx(3.0 / 220)
    assert (both.ratio_of_means.n_used, both.ratio_of_means.status) == (2, "some_unended")
    assert np.isnan(both.ratio_of_medians.ci_low), "a resample of such trials alone has no ratio"
    assert both.ratio_of_medians.status == "interval_open"


@pytest.mark.parametrize("returns", [[120, np.nan], [120, 130, np.nan, np.nan], [np.nan]])
def test_half_censored_is_nan(returns):
    both = made([1000] * len(returns), returns, min_trials=1)
    assert np.isnan([each.value for each in both]).all()
    assert {each.status for each in both} == {"censored"}
    assert {each.n_used for each in both} == {len(returns)}


def test_none_has_one():
    assert {each.status for each in made([50, 50], [np.nan] * 2, [0, 0])} == {"no_silent_period"}
    assert {each.status for each in made([50], [np.nan], [np.nan])} == {"no_values"}
    one = made([1000], [120]).ratio_of_means
    assert (one.value, one.status) == (pytest.approx(0.01), "few_trials")
    assert np.isnan(one.ci_low)
    alike = made([1000] * 12, [120] * 12)
    assert np.isnan([(each.ci_low, each.ci_high) for each in alike]).all()


def test_gain_scales_it_and_order_changes_no_value():
    rng = np.random.default_rng(3)
    mep, returns = 2000 * np.exp(0.4 * rng.normal(size=15)), rng.normal(130, 12, 15)
    once, doubled, turned = made(mep, returns), made(2 * mep, returns), made(mep[::-1], returns[::-1])
    for one, two, other in zip(once, doubled, turned, strict=True):
        np.testing.assert_allclose(
            [two.value, two.ci_low, two.ci_high], 2 * np.array([one.value, one.ci_low, one.ci_high])
        )
        assert other.value == pytest.approx(one.value)


def test_intervals_hold_the_truth():
    rng = np.random.default_rng(8)
    held = []
    for _ in range(300):
        chance = rng.normal(size=(2, 20))
        both = made(2000 * np.exp(0.4 * chance[0]), 140 + 10 * chance[0] + 12 * chance[1], n_boot=300)
        true = 2.0 * np.exp(0.08) / 120, 2.0 / 120
        held.append([each.ci_low <= value <= each.ci_high for each, value in zip(both, true, strict=True)])
    share = np.mean(held, 0)
    assert (share > 0.90).all()
    assert (share < 0.995).all(), share
