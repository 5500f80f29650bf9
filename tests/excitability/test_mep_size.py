"""MEP size: golden tables by hand, invariances, degenerate input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipeline.excitability import mep_size


def rng():
    return np.random.default_rng(0)


def test_amplitude_by_hand():
    made = mep_size.mep_amplitude(np.array([100.0, 200.0, 400.0, 800.0]), rng(), min_trials=4)
    assert made.mean.value == 375
    assert made.median.value == 300
    assert made.geometric_mean.value == pytest.approx(100 * 2**1.5)
    assert [each.n_used for each in made] == [4, 4, 4]
    assert [each.status for each in made] == ["", "", ""]
    for each in made:
        assert each.ci_low < each.value < each.ci_high


def test_few_trials_are_said():
    made = mep_size.mep_amplitude(np.full(19, 100.0) + np.arange(19), rng())
    assert {each.status for each in made} == {"few_trials"}
    made = mep_size.mep_amplitude(np.full(20, 100.0) + np.arange(20), rng())
    assert {each.status for each in made} == {""}


@pytest.mark.parametrize("values", [[120.0], [120.0] * 30])
def test_one_trial_or_constant_trials_have_no_interval(values):
    for each in mep_size.mep_amplitude(np.array(values), rng()):
        assert each.value == pytest.approx(120)
        assert np.isnan([each.ci_low, each.ci_high]).all()


def test_trials_without_a_value_are_said_and_left_out():
    made = mep_size.mep_area(np.array([10.0, np.nan, 30.0]), rng(), min_trials=1)
    assert made.mean.value == 20
    assert made.mean.n_used == 2
    assert made.mean.status == "some_missing"
    made = mep_size.mep_area(np.full(3, np.nan), rng())
    assert [each.status for each in made] == ["no_values", "no_values"]
    assert np.isnan([each.value for each in made]).all()
    assert [each.n_used for each in made] == [0, 0]


def test_zero_has_no_logarithm():
    values = np.array([0.0, 100.0, 300.0])
    amplitude = mep_size.mep_amplitude(values, rng(), min_trials=1)
    assert amplitude.mean.value == pytest.approx(400 / 3)
    assert np.isnan(amplitude.geometric_mean.value)
    assert amplitude.geometric_mean.status == "not_positive"
    assert {each.status for each in mep_size.mep_variability(values, min_trials=1)} == {"not_positive"}


def test_variability_by_hand():
    made = mep_size.mep_variability(np.array([100.0, 200.0, 300.0]))
    assert made.cv.value == pytest.approx(0.5)
    assert made.log_sd.value == pytest.approx(np.std(np.log([1, 2, 3]), ddof=1))
    logs = np.log([1, 2, 3]).var(ddof=1) * 2 / stats.chi2.ppf([0.975, 0.025], 2)
    assert (made.log_sd.ci_low, made.log_sd.ci_high) == pytest.approx(tuple(np.sqrt(logs)))
    assert (made.cv.ci_low, made.cv.ci_high) == pytest.approx(tuple(np.sqrt(np.expm1(logs))))
    alone = mep_size.mep_variability(np.array([100.0]))
    assert np.isnan([alone.cv.value, alone.log_sd.value]).all()


def test_a_cv_that_log_normal_sizes_of_this_spread_would_not_have_gets_no_interval():
    null, real = np.full(12, 8.0), np.full(12, 800.0)
    made = mep_size.mep_variability(np.concatenate([null, real]) * np.linspace(0.99, 1.01, 24))
    assert np.isnan([made.cv.ci_low, made.cv.ci_high]).all()
    assert made.log_sd.ci_low < made.log_sd.value < made.log_sd.ci_high


def test_probability_by_hand():
    made = mep_size.mep_probability(np.array([1.0, 0.0, 1.0, 0.0]), min_trials=4).fraction
    assert made.value == 0.5
    assert made.n_used == 4
    assert mep_size.mep_probability(np.array([np.nan])).fraction.status == "no_values"
    none = mep_size.mep_probability(np.zeros(30)).fraction
    assert (none.value, none.ci_low, none.status) == (0, 0, "")
    assert 0 < none.ci_high < 0.15


@given(st.floats(0.01, 1000), st.integers(3, 12))
def test_gain_scales_size_and_leaves_spread(gain, n):
    values = np.exp(np.random.default_rng(n).normal(5, 0.5, n))
    for one, scaled in zip(
        mep_size.mep_amplitude(values, rng(), n_boot=100),
        mep_size.mep_amplitude(values * gain, rng(), n_boot=100),
        strict=True,
    ):
        assert scaled[:3] == pytest.approx(tuple(gain * np.array(one[:3])), rel=1e-6)
    cv, scaled = (mep_size.mep_variability(each).cv for each in (values, values * gain))
    assert scaled.value == pytest.approx(cv.value, rel=1e-6)
