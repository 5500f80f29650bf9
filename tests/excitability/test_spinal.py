"""H reflex: recruitment series by hand, invariances, what is no H reflex."""

import numpy as np
import pytest

from pipeline.excitability.spinal import h_at_m, h_latency, h_reflex, h_threshold

LEVELS = np.array([4.0, 5, 6, 7, 8, 9, 10, 16, 18, 20])
H_MEAN = np.array([5.0, 6, 1000, 3500, 4000, 3500, 1500, 300, 200, 150])
M_MEAN = np.array([5.0, 6, 20, 300, 1000, 2000, 5000, 9700, 10000, 10000])


def series(n=5, log_sd=0.0, seed=0):
    """H, whether it is there, M, whether it is there, the current; n trials a level."""
    rng = np.random.default_rng(seed)
    h = np.repeat(H_MEAN, n) * np.exp(rng.normal(0, log_sd, n * len(LEVELS)))
    m = np.repeat(M_MEAN, n)
    return h, (h > 50).astype(float), m, (m > 50).astype(float), np.repeat(LEVELS, n)


def test_the_largest_reflex_over_the_largest_m_wave():
    made = h_reflex(*series())
    assert made.largest_mean.value == pytest.approx(40)
    assert made.largest_trial.value == pytest.approx(40)
    assert made.h_max.value == pytest.approx(4000, rel=0.02)
    assert made.h_max.unit == "µV"
    assert made.top_of_curve.value == pytest.approx(40, abs=0.5)
    assert {each.status for each in made} == {""}
    assert made.largest_mean.n_used == 35, "M waves of 90 % of the largest are followed by F waves"
    assert np.isnan([each.ci_low for each in made]).all()


def test_an_f_wave_under_a_full_m_wave_is_no_h_reflex():
    _, _, m, m_there, ma = series()
    late = np.where(ma >= 16, 9000.0, 5.0)
    made = h_reflex(late, (late > 50).astype(float), m, m_there, ma)
    assert np.isnan(made.largest_mean.value)
    assert made.largest_mean.status == "no_h_reflex"
    assert np.isnan(h_latency(np.where(late > 50, 30.0, np.nan), late, m, m_there, ma).median.value)
    assert h_threshold((late > 50).astype(float), late, m, m_there, ma).half_of_trials.status == "no_h_reflex"


def test_a_series_that_ends_at_the_largest_is_said():
    h, present, m, m_there, ma = (each[:25] for each in series())
    made = h_reflex(h, present, np.where(ma == 8, 300.0, m), m_there, ma)
    assert "h_at_edge" in made.largest_mean.status


def test_one_current_is_no_curve():
    h, present, m, m_there, ma = (each[np.isin(series()[4], [8.0, 20.0])] for each in series())
    made = h_reflex(h, present, m, m_there, ma)
    assert made.largest_mean.value == pytest.approx(40)
    assert "h_at_edge" in made.largest_mean.status
    assert np.isnan([made.top_of_curve.value, made.h_max.value]).all()
    assert "few_intensities" in made.top_of_curve.status
    assert "few_intensities" in made.h_max.status


def test_without_m_waves_there_is_no_ratio_but_a_size():
    h, present, m, _, ma = series()
    made = h_reflex(h, present, m, np.zeros(len(h)), ma)
    assert np.isnan(made.largest_mean.value)
    assert made.largest_mean.status == "no_mmax"
    assert made.h_max.value == pytest.approx(4000, rel=0.02)


def test_without_currents_there_is_the_largest_trial_only():
    h, present, m, m_there, ma = series()
    made = h_reflex(h, present, m, m_there, np.full(len(ma), np.nan))
    assert made.largest_trial.value == pytest.approx(40, rel=0.02)
    assert np.isnan([made.largest_mean.value, made.top_of_curve.value]).all()
    assert made.largest_mean.status == "no_current"
    assert h_threshold(present, h, m, m_there, np.full(len(ma), np.nan)).half_of_trials.status == "no_current"


def test_the_threshold_is_the_lowest_current_with_half():
    h, present, m, m_there, ma = series()
    assert h_threshold(present, h, m, m_there, ma).half_of_trials.value == 6
    stray = present.copy()
    stray[:3] = 1.0
    assert h_threshold(stray, h, m, m_there, ma).half_of_trials.value == 6, "the next current does not confirm it"
    above = ma >= 6
    open_end = h_threshold(*(each[above] for each in (present, h, m, m_there, ma))).half_of_trials
    assert np.isnan(open_end.value)
    assert open_end.ci_high == 6
    assert open_end.status == "not_bracketed"
    few = h_threshold(*series(n=2)[1::-1], *series(n=2)[2:]).half_of_trials
    assert few.status == "few_pulses"


def test_the_latency_is_of_trials_with_a_reflex():
    h, present, m, m_there, ma = series()
    at = np.where(present > 0, 30.0, np.nan)
    at[12] = 29.0
    made = h_latency(at, h, m, m_there, ma)
    assert (made.median.value, made.shortest.value, made.median.n_used) == (30, 29, 25)
    none = h_latency(np.full(50, np.nan), np.full(50, np.nan), m, m_there, ma)
    assert none.median.status == "no_values"


def test_h_at_a_stated_m_wave():
    rng = np.random.default_rng(1)
    m = np.append(rng.uniform(500, 1500, 20), np.full(10, 10000.0))
    h = np.append(1000 + 2.0 * m[:20], np.full(10, 100.0))
    ma = np.append(np.full(20, 8.0), np.full(10, 20.0))
    made = h_at_m(h, m, np.ones(30), ma).interpolated
    assert made.value == pytest.approx(30, abs=0.3)
    assert made.n_used == 20
    noisy = h_at_m(h * np.exp(rng.normal(0, 0.1, 30)), m, np.ones(30), ma).interpolated
    assert noisy.ci_low < 30 < noisy.ci_high
    none = h_at_m(h, m, np.ones(30), ma, m_percent=50.0).interpolated
    assert np.isnan(none.value)
    assert none.status == "no_trials_at_m"


def test_gain_changes_no_ratio():
    one, other = series(log_sd=0.1), series(log_sd=0.1)
    scaled = [3 * other[0], other[1], 3 * other[2], *other[3:]]
    for left, right in zip(h_reflex(*one)[:3], h_reflex(*scaled)[:3], strict=True):
        assert left.value == pytest.approx(right.value)
