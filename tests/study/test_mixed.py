"""Mixed models against analysis of variance, dense matrices and closed forms, and where there is nothing to fit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.study.mixed import fit, independent
from pipeline.study.nested import Nested, whitened
from pipeline.study.terms import categories, design, terms

ARMS, TIMES = ("sham", "M1", "S1"), ("pre", "post")


def balanced(seed, n=10, sd=(0.4, 0.3, 0.2)):
    """Values (n_subjects, arms, timepoints) of a crossover without effects."""
    rng = np.random.default_rng(seed)
    shape = (n, len(ARMS), len(TIMES))
    return rng.normal(0, sd[0], (n, 1, 1)) + rng.normal(0, sd[1], (*shape[:2], 1)) + rng.normal(0, sd[2], shape)


def laid_out(values):
    """Subject, arm and timepoint of each value, flat."""
    subject, arm, time = (each.ravel() for each in np.indices(values.shape))
    return subject, arm, time


def model(values, text="arm * timepoint"):
    subject, arm, time = laid_out(values)
    factors = {"arm": categories("arm", [ARMS[each] for each in arm], ("sham",)),
               "timepoint": categories("timepoint", [TIMES[each] for each in time], ("pre",))}  # fmt: skip
    return design(terms(text, factors), factors, values.size), Nested(subject, subject * len(ARMS) + arm)


def squares(values):
    """F of arm against subjects by arms, of timepoint and the interaction against what is left within sessions."""
    n, a, t = values.shape
    mean = values.mean()
    by = {"a": values.mean((0, 2)), "t": values.mean((0, 1)), "s": values.mean((1, 2)), "at": values.mean(0),
          "sa": values.mean(2)}  # fmt: skip
    ss_a, ss_t = n * t * ((by["a"] - mean) ** 2).sum(), n * a * ((by["t"] - mean) ** 2).sum()
    ss_at = n * ((by["at"] - by["a"][:, None] - by["t"] + mean) ** 2).sum()
    ss_sa = t * ((by["sa"] - by["s"][:, None] - by["a"] + mean) ** 2).sum()
    within = ((values - by["sa"][:, :, None]) ** 2).sum() - ss_t - ss_at
    df_sa, df_w = (n - 1) * (a - 1), n * a * (t - 1) - (t - 1) * a
    return {
        ("arm",): (ss_a / (a - 1) / (ss_sa / df_sa), df_sa),
        ("timepoint",): (ss_t / (t - 1) / (within / df_w), df_w),
        ("arm", "timepoint"): (ss_at / ((a - 1) * (t - 1)) / (within / df_w), df_w),
    }


@pytest.mark.parametrize("seed", range(5))
def test_balanced_data_give_the_analysis_of_variance(seed):
    values = balanced(seed)
    found = fit(values.ravel(), *model(values))
    assert found.converged
    for term, (f, df) in squares(values).items():
        assert found.tests[term].f == pytest.approx(f, rel=1e-4)
        assert found.tests[term].df == df
        assert found.tests[term].df_numerator == np.prod([{"arm": 2, "timepoint": 1}[name] for name in term])


@pytest.mark.parametrize("seed", range(3))
def test_with_timepoints_of_subjects_every_term_has_a_stratum_of_its_own(seed):
    """The repeated-measures analysis: arm against subjects by arms, timepoint against subjects by timepoints."""
    values = balanced(seed) + np.random.default_rng([seed, 1]).normal(0, 0.4, (10, 1, 2))
    made, nested = model(values)
    subject, _, time = laid_out(values)
    found = fit(values.ravel(), made, nested._replace(change=subject * 2 + time))
    change = values - values.mean(2, keepdims=True)
    by_time = change.mean(1)
    f = 30 * (by_time.mean(0) ** 2).sum() / (3 * ((by_time - by_time.mean(0)) ** 2).sum() / 9)
    assert found.tests["timepoint",].f == pytest.approx(f, rel=1e-3)
    rest = change - by_time[:, None] - change.mean(0) + by_time.mean(0)
    effect = 10 * ((change.mean(0) - by_time.mean(0)) ** 2).sum() / 2
    assert found.tests["arm", "timepoint"].f == pytest.approx(effect / ((rest**2).sum() / 18), rel=1e-3)
    assert found.tests["arm",].f == pytest.approx(squares(values)["arm",][0], rel=1e-3)
    assert {name: each.df for name, each in found.tests.items()} == {
        ("arm",): 18, ("timepoint",): 9, ("arm", "timepoint"): 18}  # fmt: skip


def test_the_interaction_is_the_difference_of_changes_whatever_the_variances():
    values = balanced(7)
    made, nested = model(values)
    found = fit(values.ravel(), made, nested)
    change = (values[:, :, 1] - values[:, :, 0]).mean(0)
    at = made.labels.index("arm[S1]:timepoint[post]")
    assert found.estimate[at] == pytest.approx(change[2] - change[0])
    within = values - values.mean(2, keepdims=True)
    rest = within - within.mean(0)
    variance = (rest**2).sum() / (values.shape[0] * 3 - 3)
    assert found.se[at] == pytest.approx(np.sqrt(4 * variance / values.shape[0]), rel=1e-4)


def test_visits_that_do_not_differ_have_a_variance_of_zero_and_the_model_is_that_without_them():
    values = balanced(2, sd=(0.4, 0.0, 0.2))
    values -= 0.9 * (values.mean(2, keepdims=True) - values.mean((1, 2), keepdims=True))
    made, nested = model(values)
    found = fit(values.ravel(), made, nested)
    assert found.sd[1] == 0.0
    alone = fit(values.ravel(), made, Nested(nested.subject, nested.subject))
    assert np.isnan(alone.sd[1])
    assert found.se == pytest.approx(alone.se, rel=1e-5)
    assert (found.df[made.labels.index("arm[M1]")], alone.df[made.labels.index("arm[M1]")]) == (18, 45)


def test_people_all_alike_have_a_variance_of_zero():
    values = balanced(3, sd=(0.0, 0.0, 0.2))
    values -= values.mean((1, 2), keepdims=True)
    assert fit(values.ravel(), *model(values)).sd[0] == 0.0


@given(st.integers(0, 10**6), st.floats(0, 20), st.floats(0, 20), st.floats(0, 20))
@settings(max_examples=30, deadline=None)
def test_whitening_is_the_inverse_of_the_covariance(seed, of_subject, of_session, of_change):
    rng = np.random.default_rng(seed)
    subject = rng.integers(0, 4, 20)
    codes = [subject, subject * 10 + rng.integers(0, 3, 20), subject * 10 + rng.integers(0, 2, 20)]
    nested = Nested(*(np.unique(each, return_inverse=True)[1] for each in codes))
    table, ratios = rng.normal(size=(20, 3)), (of_subject, of_session, of_change)
    made, determinant = whitened(table, nested, np.array(ratios))
    shared = [ratio * (each[:, None] == each) for ratio, each in zip(ratios, codes, strict=True)]
    covariance = np.eye(20) + sum(shared)
    assert made.T @ made == pytest.approx(table.T @ np.linalg.solve(covariance, table), rel=1e-7, abs=1e-9)
    assert determinant == pytest.approx(np.linalg.slogdet(covariance)[1], rel=1e-9, abs=1e-9)


def test_without_repeats_it_is_least_squares():
    rng = np.random.default_rng(4)
    arm = rng.integers(0, 2, 15)
    values = rng.normal(size=15) + arm
    factors = {"arm": categories("arm", [ARMS[each] for each in arm], ("sham",))}
    one = np.arange(15)
    found = fit(values, design([("arm",)], factors, 15), Nested(one, one))
    sample = values[arm == 1], values[arm == 0]
    pooled = np.sqrt(sum(((each - each.mean()) ** 2).sum() for each in sample) / 13)
    assert found.estimate[1] == pytest.approx(sample[0].mean() - sample[1].mean())
    assert found.se[1] == pytest.approx(pooled * np.sqrt(sum(1 / len(each) for each in sample)))
    assert found.df.tolist() == [13, 13]
    assert np.isnan(found.sd[:2]).all()


def test_nothing_to_fit():
    values = balanced(5)
    made, nested = model(values)
    assert fit(np.full(values.size, 3.3), made, nested) is None
    assert fit(made.columns @ np.arange(6.0), made, nested) is None
    assert (
        fit(values.ravel()[:6], made._replace(columns=made.columns[:6]), Nested(nested.subject[:6], nested.session[:6]))
        is None
    )


def test_residuals_that_are_all_but_nil_are_said():
    values = balanced(9, sd=(0.4, 0.3, 0.0))
    found = fit(values.ravel(), *model(values, "arm + timepoint"))
    assert found is None or not found.converged


def test_columns_that_depend_on_others_are_the_later_ones():
    rng = np.random.default_rng(6)
    columns = rng.normal(size=(20, 4))
    columns[:, 2] = columns[:, 0] - 3 * columns[:, 1]
    columns = np.column_stack([columns, np.zeros(20), 1e6 * columns[:, 3]])
    assert independent(columns).tolist() == [True, True, False, True, False, False]


def test_an_empty_cell_leaves_an_interaction_that_cannot_be_told():
    values = balanced(8)
    _, arm, time = laid_out(values)
    kept = ~((arm == 2) & (time == 1))
    made, nested = model(values)
    found = fit(
        values.ravel()[kept],
        made._replace(columns=made.columns[kept]),
        Nested(nested.subject[kept], nested.session[kept]),
    )
    assert dict(zip(made.labels, np.isnan(found.estimate), strict=True))["arm[S1]:timepoint[post]"]
    assert found.tests["arm", "timepoint"].df_numerator == 1
    assert 0 < found.tests["arm", "timepoint"].p < 1
