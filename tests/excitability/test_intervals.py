"""Intervals: hand arithmetic, degenerate input, and coverage."""

import numpy as np
import pytest
import scipy.stats

from pipeline.excitability import bootstrap, intervals


def draws(n, seed=0, n_boot=1000):
    return bootstrap.resampled(n, n_boot, np.random.default_rng(seed))


def missing(interval):
    return np.isnan(interval.low) and np.isnan(interval.high)


@pytest.mark.parametrize("values", [[], [3.0], [3.0, 4.0], [3.0] * 10])
def test_no_bootstrap_where_data_cannot_bear_one(values):
    assert missing(bootstrap.bca(np.mean, np.array(values), draws(len(values))))


def test_bca_agrees_with_scipy_on_the_same_draws():
    values = np.exp(np.random.default_rng(3).normal(size=25))
    settled = {"method": "BCa", "n_resamples": 1000, "random_state": np.random.default_rng(0)}
    theirs = scipy.stats.bootstrap((values,), np.mean, **settled)
    assert bootstrap.bca(np.mean, values, draws(25)) == pytest.approx(tuple(theirs.confidence_interval), rel=1e-9)


def test_bca_scales_with_the_data():
    values = np.exp(np.random.default_rng(3).normal(size=15))
    one, ten = (bootstrap.bca(np.median, values * gain, draws(15)) for gain in (1, 10))
    assert ten == pytest.approx(tuple(10 * np.array(one)))


@pytest.mark.parametrize("values", [[], [3.0, 4.0], [3.0] * 10, [0.0] * 5, [-1.0, 2.0, 3.0, 4.0]])
def test_no_interval_of_a_mean_size_where_data_cannot_bear_one(values):
    assert missing(bootstrap.of_mean_size(np.array(values), draws(len(values))))


def test_the_interval_of_a_mean_size_scales_and_holds_the_mean():
    values = np.exp(np.random.default_rng(3).normal(size=15))
    one = bootstrap.of_mean_size(values, draws(15))
    assert one.low < values.mean() < one.high
    assert one.high - values.mean() > values.mean() - one.low, "sizes are skewed"
    assert bootstrap.of_mean_size(1e-3 * values, draws(15)) == pytest.approx(tuple(1e-3 * np.array(one)))


def test_trials_too_few_to_say_have_no_interval_and_no_warning():
    assert missing(bootstrap.of_mean_size(np.array([1.0, 1.0001, 5000.0]), draws(3)))


def test_of_sd_by_hand():
    # 4 degrees of freedom: chi-square 0.4844 and 11.1433
    low, high = intervals.of_sd(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    assert (low, high) == pytest.approx((np.sqrt(10 / 11.1433), np.sqrt(10 / 0.484419)), rel=1e-4)
    assert missing(intervals.of_sd(np.array([1.0])))
    assert missing(intervals.of_sd(np.full(4, 2.0)))


def test_log_t_by_hand():
    # logs 0 and 2: mean 1, SD sqrt(2), standard error 1, t(1 df) 12.706
    low, high = intervals.log_t(np.exp([0.0, 2.0]))
    assert np.log([low, high]) == pytest.approx([1 - 12.7062, 1 + 12.7062], abs=1e-3)
    assert missing(intervals.log_t(np.array([5.0])))
    assert missing(intervals.log_t(np.array([5.0, 5.0])))


@pytest.mark.parametrize(("n", "rank"), [(6, 1), (8, 1), (9, 2), (20, 6), (100, 40)])
def test_ranks_of_the_median(n, rank):
    # textbook ranks of the 95 % sign interval
    assert intervals.of_median(np.arange(1.0, n + 1)) == (rank, n + 1 - rank)


def test_median_of_few_and_of_endless():
    assert missing(intervals.of_median(np.arange(5.0)))
    assert missing(intervals.of_median(np.array([])))
    assert intervals.of_median(np.array([1, 2, 3, 4, 5, np.inf])) == (1, np.inf)


def test_wilson_by_hand():
    assert intervals.wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert intervals.wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert intervals.wilson(10, 10) == pytest.approx((0.7225, 1.0), abs=1e-4)
    assert missing(intervals.wilson(0, 0))


@pytest.mark.slow
def test_coverage_on_log_normal_sizes():
    rng = np.random.default_rng(11)
    truth = {"mean": np.exp(0.125), "mean of sizes": np.exp(0.125), "sd": 0.5} | dict.fromkeys(
        ("median", "geometric", "order"), 1.0
    )
    held = dict.fromkeys(truth, 0)
    for _ in range(400):
        values = np.exp(rng.normal(0, 0.5, 20))
        index = bootstrap.resampled(20, 800, rng)
        made = {
            "mean": bootstrap.bca(np.mean, values, index),
            "mean of sizes": bootstrap.of_mean_size(values, index),
            "sd": intervals.of_sd(np.log(values)),
            "median": bootstrap.bca(np.median, values, index),
            "geometric": intervals.log_t(values),
            "order": intervals.of_median(values),
        }
        for name, interval in made.items():
            held[name] += interval.low <= truth[name] <= interval.high
    share = {name: n / 400 for name, n in held.items()}
    assert 0.86 <= share["mean"] <= 0.97, share
    assert 0.91 <= share["mean of sizes"] <= 0.98, share
    assert share["mean of sizes"] > share["mean"]
    assert 0.92 <= share["sd"] <= 0.98, share
    assert 0.91 <= share["median"] <= 0.99, share
    assert 0.92 <= share["geometric"] <= 0.98, share
    assert share["order"] >= 0.93, share


def of_means(first, second, axis=-1):
    return first.mean(axis) / second.mean(axis)


def test_bca_of_two_agrees_with_scipy_on_the_same_draws():
    rng = np.random.default_rng(3)
    first, second = np.exp(rng.normal(size=25)), np.exp(rng.normal(size=25))
    settled = {"method": "BCa", "n_resamples": 1000, "random_state": np.random.default_rng(0)}
    theirs = scipy.stats.bootstrap((first, second), of_means, **settled).confidence_interval
    source = np.random.default_rng(0)
    both = [bootstrap.resampled(25, 1000, source) for _ in range(2)]
    assert bootstrap.bca_of_two(of_means, first, second, *both) == pytest.approx(tuple(theirs), rel=1e-9)


@pytest.mark.parametrize(("first", "second"), [([1.0, 2.0], [1.0, 2.0, 3.0]), ([3.0] * 9, [4.0] * 9)])
def test_no_bootstrap_of_two_where_data_cannot_bear_one(first, second):
    both = np.array(first), np.array(second)
    assert missing(bootstrap.bca_of_two(of_means, *both, draws(len(first)), draws(len(second), 1)))


def test_one_sample_that_does_not_vary_leaves_the_others_interval():
    values = np.exp(np.random.default_rng(3).normal(size=15))
    made = bootstrap.bca_of_two(of_means, values, np.full(9, 2.0), draws(15), draws(9, 1))
    assert made == pytest.approx(tuple(0.5 * np.array(bootstrap.bca(np.mean, values, draws(15)))))


def test_log_t_of_two_where_data_cannot_bear_one():
    assert missing(intervals.log_t_of_two(np.array([1.0]), np.array([1.0, 2.0])))
    assert missing(intervals.log_t_of_two(np.full(4, 2.0), np.full(5, 3.0)))
    low, high = intervals.log_t_of_two(np.exp([0.0, 2.0]), np.full(5, 1.0))
    assert np.log([low, high]) == pytest.approx([1 - 12.7062, 1 + 12.7062], abs=1e-3), "the other has no error"


def test_log_t_of_means_by_hand():
    # means 2 and 5, squared standard errors 2 / (2 * 4) and 0: log ratio -0.9163, half 12.7062 * 0.5
    low, high = intervals.log_t_of_means(np.array([1.0, 3.0]), np.full(5, 5.0))
    assert np.log([low, high]) == pytest.approx([-0.91629 - 6.35310, -0.91629 + 6.35310], abs=1e-4)
    assert missing(intervals.log_t_of_means(np.array([1.0]), np.array([1.0, 2.0])))
    assert missing(intervals.log_t_of_means(np.full(4, 2.0), np.full(5, 3.0)))
