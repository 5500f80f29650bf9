"""Effect sizes: other formulas of the same, R, invariances, coverage of the intervals."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.study.effects import auc, hedges, noncentrality, of_changes, varies, welch

RNG = np.random.default_rng(11)
FIRST, SECOND = RNG.normal(40, 5, 9).round(2), RNG.normal(46, 9, 14).round(2)
samples = st.lists(st.integers(-50, 50), min_size=3, max_size=12).filter(lambda each: len(set(each)) > 1)


def vector(values):
    return f"c({', '.join(map(repr, values.tolist()))})"


@pytest.mark.parametrize(("t", "freedom"), [(2.5, 10), (0.0, 5), (-3.0, 4), (12.0, 30)])
def test_noncentrality_leaves_the_tails(t, freedom):
    low, high = noncentrality(t, freedom)
    assert scipy.stats.nct.cdf(t, freedom, [low, high]) == pytest.approx([0.975, 0.025], abs=1e-6)


def test_welch_is_scipys():
    told = scipy.stats.ttest_ind(SECOND, FIRST, equal_var=False)
    limits = told.confidence_interval()
    expected = (SECOND.mean() - FIRST.mean(), limits.low, limits.high, told.pvalue)
    assert welch(FIRST, SECOND) == pytest.approx(expected)


def test_welch_is_rs(told_by_r):
    code = f"with(t.test({vector(SECOND)}, {vector(FIRST)}), c(estimate[1] - estimate[2], conf.int, p.value))"
    assert list(welch(FIRST, SECOND)) == pytest.approx(told_by_r(code))


def test_the_interval_of_g_leaves_the_tails_by_r(told_by_r):
    low, high = hedges(FIRST, SECOND)[1:]
    unit = np.sqrt(9 * 14 / 23)
    pooled = np.sqrt((8 * FIRST.var(ddof=1) + 13 * SECOND.var(ddof=1)) / 21)
    t = float((SECOND.mean() - FIRST.mean()) / pooled * unit)
    code = f"c(pt({t!r}, 21, {float(low * unit)!r}), pt({t!r}, 21, {float(high * unit)!r}))"
    assert told_by_r(code) == pytest.approx([0.975, 0.025], abs=1e-5)


def test_g_of_hand():
    # means 2 and 4, both variances 1: d = 2; J = 1 - 3 / (4 x 4 - 1) to its usual approximation
    g = hedges(np.array([1.0, 2, 3]), np.array([3.0, 4, 5]))
    assert g.value == pytest.approx(2 * (1 - 3 / 15), rel=0.005)
    assert g.low < g.value < g.high


def test_g_is_free_of_bias():
    rng = np.random.default_rng(5)
    found = [hedges(a, b).value for a, b in zip(rng.normal(0, 1, (4000, 5)), rng.normal(1, 1, (4000, 5)), strict=True)]
    assert np.mean(found) == pytest.approx(1.0, abs=3 * np.std(found) / np.sqrt(4000))


def test_srm_and_paired_t():
    changes = SECOND[:9] - FIRST
    effect, p = of_changes(changes)
    assert effect.value == pytest.approx(changes.mean() / changes.std(ddof=1))
    assert p == pytest.approx(scipy.stats.ttest_rel(SECOND[:9], FIRST).pvalue)


def test_auc_is_the_mann_whitney_statistic_and_delongs_variance_that_of_midranks():
    area = auc(FIRST, SECOND, "delong")
    assert area.value == pytest.approx(scipy.stats.mannwhitneyu(SECOND, FIRST).statistic / (9 * 14))
    # Sun & Xu 2014: placements from midranks
    rank = scipy.stats.rankdata(np.concatenate([SECOND, FIRST]))
    over = (rank[:14] - scipy.stats.rankdata(SECOND)) / 9
    under = 1 - (rank[14:] - scipy.stats.rankdata(FIRST)) / 14
    error = np.sqrt(over.var(ddof=1) / 14 + under.var(ddof=1) / 9)
    assert area.value - area.low == pytest.approx(1.959964 * error, rel=1e-5)
    assert area.high == min(1.0, area.value + 1.959964 * error) or area.high == pytest.approx(2 * area.value - area.low)


def test_the_score_interval_is_where_the_area_would_be_just_rejected():
    area = auc(FIRST, SECOND)
    error = (area.value - auc(FIRST, SECOND, "delong").low) / 1.959964
    subjects = area.value * (1 - area.value) / error**2
    for limit in area[1:]:
        assert abs(area.value - limit) / np.sqrt(limit * (1 - limit) / subjects) == pytest.approx(1.959964, rel=1e-5)
    assert 0 < area.low < area.value < area.high < 1


@settings(deadline=None, max_examples=50)
@given(samples, samples)
def test_swapping_flips_the_sign(one, other):
    a, b = np.array(one, float), np.array(other, float)
    for of_two in (hedges, welch):
        there, back = of_two(a, b), of_two(b, a)
        assert list(there[:3]) == pytest.approx([-back[0], -back[2], -back[1]], rel=1e-4, abs=1e-5)
    assert auc(a, b).value == pytest.approx(1 - auc(b, a).value)


@settings(deadline=None, max_examples=50)
@given(samples, samples, st.floats(0.01, 100), st.floats(-10, 10))
def test_gain_and_offset_change_no_effect_size(one, other, gain, offset):
    a, b = np.array(one, float), np.array(other, float)
    assert list(hedges(gain * a + offset, gain * b + offset)) == pytest.approx(list(hedges(a, b)), rel=1e-4, abs=1e-5)
    assert of_changes(gain * a)[0].value == pytest.approx(of_changes(a)[0].value)


def test_coverage():
    """Of 1,000 draws each: inside a band of four standard errors around 95 %, but for DeLong's normal one."""
    rng = np.random.default_rng(3)
    a, b = rng.normal(0, 1, (1000, 10)), rng.normal(0.8, 1, (1000, 12))
    truth = {"g": 0.8, "srm": 0.8, "auc": scipy.stats.norm.cdf(0.8 / np.sqrt(2)), "welch": 0.8}
    truth["delong"] = truth["auc"]
    found = {
        "g": [hedges(*each) for each in zip(a, b, strict=True)],
        "srm": [of_changes(each)[0] for each in b],
        "auc": [auc(*each) for each in zip(a, b, strict=True)],
        "delong": [auc(*each, "delong") for each in zip(a, b, strict=True)],
        "welch": [welch(*each) for each in zip(a, b, strict=True)],
    }
    share = {name: np.mean([each[1] <= truth[name] <= each[2] for each in own]) for name, own in found.items()}
    assert all(0.922 < share[name] < 0.978 for name in ("g", "srm", "welch", "auc")), share
    assert 0.88 < share["delong"] < share["auc"], share


def test_nothing_to_compare_is_nan():
    one, two, alike = np.array([3.0]), np.array([1.0, 2.0]), np.full(4, 0.1 + 0.2)
    assert np.isnan([*hedges(one, two), *welch(one, two), *of_changes(one)[0], *of_changes(alike)[0]]).all()
    assert np.isnan([*hedges(alike, alike), *welch(alike, alike)]).all()
    assert np.isnan(auc(np.array([]), two).value)
    assert auc(two, two + 5)[0] == 1.0
    assert np.isnan(auc(two, two + 5)[1:]).all()
    assert not varies(alike)
    assert not varies(np.array([]))
