"""Ratios of conditioned to test responses: by hand, invariances, gates, coverage."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from pipeline.columns import validated
from pipeline.errors import ConfigError
from pipeline.excitability import paired_pulse, ratio
from pipeline.excitability.ratio import Gate, Limits, Pairs

OPEN = Gate((200.0, None), 10.0, 1)


def rng(seed=0):
    return np.random.default_rng(seed)


def limits(n_boot=200, means="bca"):
    return Limits(rng(), n_boot, means)


def sizes(n, median_uv, seed):
    return median_uv * np.exp(0.5 * rng(seed).normal(size=n))


def pairs(own, test, intensity_mso=60.0, background_uv=2.0):
    intensity = np.broadcast_to(intensity_mso, len(own)).astype(float)
    return Pairs(own, intensity, test, np.broadcast_to(background_uv, len(test)).astype(float))


def made(own, test, gate=OPEN, **columns):
    return ratio.compared(pairs(own, test, **columns), gate, limits())


def no_number(estimates):
    return np.isnan([[each.value, each.ci_low, each.ci_high] for each in estimates]).all()


def test_by_hand():
    found = ratio.ratios(np.array([100.0, 200.0, 400.0]), np.array([500.0, 1000.0, 2000.0, 4000.0]), limits())
    assert found.ratio_of_means.value == pytest.approx((700 / 3) / 1875)
    assert found.ratio_of_medians.value == pytest.approx(200 / 1500)
    assert found.geometric_ratio.value == pytest.approx(200 / (1000 * 2**0.5))
    assert found.percent_change.value == pytest.approx(100 * ((700 / 3) / 1875 - 1))
    assert [each.n_used for each in found] == [7] * 4
    assert [each.unit for each in found] == [None, None, None, "%"]
    for each in found:
        assert each.ci_low < each.value < each.ci_high


def test_trials_are_never_paired_up():
    own, test = sizes(12, 300, 1), sizes(15, 1000, 2)
    found = ratio.ratios(own, test, limits())
    assert found.ratio_of_means.value == pytest.approx(own.mean() / test.mean())
    other = ratio.ratios(own[::-1], rng(5).permutation(test), limits())
    assert [each.value for each in other] == pytest.approx([each.value for each in found])


def test_percent_change_has_the_limits_of_the_ratio():
    found = made(sizes(20, 400, 1), sizes(20, 1000, 2))
    low, high = (100 * (each - 1) for each in (found.ratio_of_means.ci_low, found.ratio_of_means.ci_high))
    assert (found.percent_change.ci_low, found.percent_change.ci_high) == pytest.approx((low, high))


@given(st.floats(0.5, 1000), st.integers(3, 12))
def test_gain_changes_nothing(gain, n):
    own, test = sizes(n, 400, n), sizes(n + 2, 1000, n + 100)
    one, other = (ratio.ratios(own * each, test * each, limits(100)) for each in (1, gain))
    np.testing.assert_allclose([each[:3] for each in other], [each[:3] for each in one], rtol=1e-6)


@given(st.floats(0.1, 10))
def test_a_gain_of_the_conditioned_response_alone_is_a_gain_of_the_ratio(gain):
    own, test = sizes(10, 400, 1), sizes(10, 1000, 2)
    one, other = ratio.ratios(own, test, limits(100)), ratio.ratios(own * gain, test, limits(100))
    np.testing.assert_allclose(
        [each[:3] for each in other[:3]], gain * np.array([each[:3] for each in one[:3]]), rtol=1e-6
    )


def test_geometric_interval_is_welchs():
    own, test = sizes(9, 400, 1), sizes(14, 1000, 2)
    theirs = scipy.stats.ttest_ind(np.log(own), np.log(test), equal_var=False).confidence_interval()
    found = ratio.ratios(own, test, limits()).geometric_ratio
    assert (found.ci_low, found.ci_high) == pytest.approx(tuple(np.exp(theirs)))


@pytest.mark.parametrize(
    ("test_uv", "gate", "code"),
    [
        (sizes(20, 1000, 2), OPEN, ""),
        (sizes(20, 100, 2), OPEN, "test_too_small"),
        (sizes(20, 400, 2), Gate((500.0, 1500.0), 10.0, 1), "test_too_small"),
        (sizes(20, 3000, 2), Gate((500.0, 1500.0), 10.0, 1), "test_too_large"),
        (sizes(20, 1000, 2), Gate((500.0, 1500.0), 10.0, 1), ""),
        (sizes(20, 1000, 2), Gate((200.0, None), 1000.0, 1), "test_too_small"),
        (np.array([]), OPEN, "no_test_pulses"),
        (np.full(3, np.nan), OPEN, "no_test_pulses"),
    ],
)
def test_the_test_response_is_gated(test_uv, gate, code):
    found = made(sizes(20, 300, 1), test_uv, gate)
    assert {each.status for each in found} == {code}
    assert no_number(found) == bool(code)


def test_pairs_of_several_test_intensities_have_no_ratio():
    found = made(sizes(20, 300, 1), sizes(20, 1000, 2), intensity_mso=np.repeat([60.0, 70.0], 10))
    assert {each.status for each in found} == {"mixed_test_intensity"}
    assert no_number(found)
    found = made(sizes(20, 300, 1), sizes(20, 1000, 2), intensity_mso=np.repeat([60.0, 61.0], 10))
    assert {each.status for each in found} == {""}


def test_what_is_missing_is_left_out_and_said():
    own = np.array([300.0, np.nan, 500.0, 400.0])
    found = made(own, sizes(5, 1000, 2), Gate((200.0, None), 10.0, 4), intensity_mso=np.nan)
    assert {each.status for each in found} == {"some_missing;few_trials;no_intensity"}
    assert {each.n_used for each in found} == {8}
    assert made(np.full(3, np.nan), sizes(5, 1000, 2)).ratio_of_means.status == "no_values"
    unknown = made(own, sizes(5, 1000, 2), background_uv=np.nan)
    assert np.isfinite(unknown.ratio_of_means.value), "an unknown background gates nothing"


@pytest.mark.parametrize(("n_own", "n_test"), [(1, 20), (20, 1), (2, 2)])
def test_few_trials_have_a_ratio_and_no_bootstrap(n_own, n_test):
    found = ratio.ratios(sizes(n_own, 300, 1), sizes(n_test, 1000, 2), limits())
    assert np.isfinite([each.value for each in found]).all()
    assert np.isnan([found.ratio_of_means.ci_low, found.ratio_of_medians.ci_high]).all()


def test_zero_has_no_logarithm_and_divides_nothing():
    own, test = np.array([0.0, 300.0, 400.0]), sizes(5, 1000, 2)
    found = ratio.ratios(own, test, limits())
    assert np.isfinite(found.ratio_of_means[:3]).all()
    assert np.isnan(found.geometric_ratio[:3]).all()
    assert found.geometric_ratio.status == "not_positive"
    found = ratio.ratios(test, own, limits())
    assert np.isnan([found.ratio_of_means.ci_low, found.percent_change.ci_low]).all()
    assert np.isfinite(found.ratio_of_means.value)


@pytest.mark.parametrize("wrong", [[1500, 500], [0, None], [500], [500, 500]])
def test_a_range_that_is_none_is_refused(wrong):
    with pytest.raises(ConfigError, match="test_uv"):
        validated(paired_pulse.sici, {"test_uv": wrong}, "excitability.sici")
    assert validated(paired_pulse.sici, {"test_uv": [500, 1500]}, "x")["test_uv"] == (500, 1500)


def test_the_other_interval_of_means_changes_the_limits_alone():
    own, test = sizes(12, 400, 1), sizes(15, 1000, 2)
    one, other = (ratio.ratios(own, test, limits(means=each)) for each in ("bca", "log_t"))
    assert [each.value for each in other] == [each.value for each in one]
    assert other[1:3] == one[1:3]
    mean = other.ratio_of_means
    assert mean.ci_low * mean.ci_high == pytest.approx(mean.value**2), "even on the log scale"
    assert other.percent_change.ci_low == pytest.approx(100 * (mean.ci_low - 1))
    assert {one.ratio_of_means.method, mean.method} == set(ratio.MEANS.values())


def held(means, n, n_draws):
    """Share of draws whose interval holds the truth: log-normal, log SD 0.5, true ratio of medians and of means 0.4."""
    found = np.zeros(3)
    for seed in range(n_draws):
        draw = rng(seed)
        own, test = (median * np.exp(0.5 * draw.normal(size=n)) for median in (400.0, 1000.0))
        found += [each.ci_low < 0.4 < each.ci_high for each in ratio.ratios(own, test, Limits(draw, 400, means))[:3]]
    return found / n_draws


def test_intervals_hold_the_truth():
    # three binomial standard errors of 95 % at 300 draws are 3.8 %; of means the bootstrap is known to fall short
    of_means, of_logs, of_medians = held("bca", 20, 300)
    assert 0.87 < of_means < 0.99
    assert 0.91 < of_logs < 0.99
    assert 0.90 < of_medians < 0.99
    assert 0.90 < held("log_t", 10, 200)[0] < 0.995
