"""Agreement of repeats: the textbook's table, R's mean squares, invariances, coverage, and what is missing."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import ConfigError
from pipeline.study.reliability import COLUMNS, NUMBERS, reliability

JUDGES = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)
"""Six subjects by four judges: Shrout & Fleiss 1979, Psychol Bull 86:420, table 2."""


def study(numbers, values, **facts):
    """(n_subjects, n_sessions) as the frame, NaN where a subject lacks a session."""
    return numbers([
        {"subject": f"{one:02d}", "session": f"{n + 1:02d}", "timepoint": "pre", "value": value, **facts}
        for one, row in enumerate(values) for n, value in enumerate(row)
    ])  # fmt: skip


def only(frame, **settings):
    (row,) = reliability(frame, **settings).to_dict("records")
    return row


def same(row, other):
    """Whether two rows say the same, NaN where NaN."""
    return all(a == pytest.approx(b, nan_ok=True, rel=1e-9) if isinstance(a, float) else a == b
               for a, b in zip(row.values(), other.values(), strict=True))  # fmt: skip


def simulated(seed, n=12, k=3, between=1.0, within=0.5):
    rng = np.random.default_rng(seed)
    return 40 + between * rng.normal(size=(n, 1)) + within * rng.normal(size=(n, k))


def test_the_textbook(numbers):
    row = only(study(numbers, JUDGES))
    assert row["icc_agreement"] == pytest.approx(0.29, abs=0.005)
    assert row["icc_consistency"] == pytest.approx(0.71, abs=0.005)
    # limits as R's psych::ICC prints them for the same table
    assert [row["icc_agreement_low"], row["icc_agreement_high"]] == pytest.approx([0.019, 0.76], abs=0.005)
    assert [row["icc_consistency_low"], row["icc_consistency_high"]] == pytest.approx([0.34, 0.95], abs=0.005)
    assert row["sem"] == pytest.approx(np.sqrt(1.02), abs=0.005)
    assert row["mdc95"] == pytest.approx(1.96 * np.sqrt(2) * row["sem"])
    assert (row["n_subjects"], row["n_repeats"], row["repeats"], row["status"]) == (6, 4, "01, 02, 03, 04", "ok")


def test_mean_squares_are_rs(numbers, told_by_r):
    values = simulated(1).round(3)
    flat = ", ".join(map(repr, values.ravel().tolist()))
    code = f"summary(aov(v ~ s + r, data.frame(v = c({flat}), s = gl(12, 3), r = gl(3, 1, 36))))[[1]][['Mean Sq']]"
    rows, columns, error = told_by_r(code)
    row = only(study(numbers, values))
    assert row["sem"] == pytest.approx(np.sqrt(error))
    assert row["icc_consistency"] == pytest.approx((rows - error) / (rows + 2 * error))
    assert row["icc_agreement"] == pytest.approx((rows - error) / (rows + 2 * error + 3 * (columns - error) / 12))


def test_the_sem_is_that_of_spread_and_icc(numbers):
    """SD sqrt(1 - ICC), SD that of single values about the means of repeats, is the root of the error mean square."""
    values = simulated(2)
    row = only(study(numbers, values))
    k = values.shape[1]
    subjects = k * values.mean(axis=1).var(ddof=1)
    spread = np.sqrt((subjects + (k - 1) * row["sem"] ** 2) / k)
    assert spread * np.sqrt(1 - row["icc_consistency"]) == pytest.approx(row["sem"])


def test_two_repeats_make_the_sem_of_differences(numbers):
    values = simulated(3, k=2)
    assert only(study(numbers, values))["sem"] == pytest.approx(np.diff(values).std(ddof=1) / np.sqrt(2))


def test_on_the_log_scale(numbers, size):
    values = np.exp(simulated(4, between=0.5, within=0.2) - 34)
    row = only(study(numbers, values, **size))
    raw = only(study(numbers, np.log(values)))
    assert [row[name] for name in NUMBERS[:-2]] == pytest.approx([raw[name] for name in NUMBERS[:-2]])
    assert (row["scale"], raw["scale"]) == ("log", "raw")
    assert row["mdc95_rise_percent"] == pytest.approx(100 * (np.exp(row["mdc95"]) - 1))
    assert (1 + row["mdc95_rise_percent"] / 100) * (1 + row["mdc95_fall_percent"] / 100) == pytest.approx(1)
    assert row["mean"] == pytest.approx(np.exp(np.log(values).mean()))
    assert np.isnan(raw["mdc95_rise_percent"])


@settings(deadline=None, max_examples=12)
@given(gain=st.floats(0.01, 100), seed=st.integers(0, 50))
def test_gain_changes_nothing_on_the_log_scale_and_no_icc_on_any(numbers, size, gain, seed):
    values = simulated(seed, n=6, k=2)
    for facts, names in ((size, NUMBERS), ({}, NUMBERS[:6])):
        before, after = (only(study(numbers, each, **facts)) for each in (values, gain * values))
        assert [after[name] for name in names] == pytest.approx([before[name] for name in names], rel=1e-6, abs=1e-9)


@settings(deadline=None, max_examples=12)
@given(seed=st.integers(0, 50))
def test_order_of_rows_changes_nothing(numbers, seed):
    frame = study(numbers, simulated(seed, n=6, k=3))
    assert same(only(frame.sample(frac=1, random_state=seed)), only(frame))


def test_a_common_shift_of_a_session_leaves_consistency_and_lowers_agreement(numbers):
    values = simulated(5)
    before, after = (only(study(numbers, each)) for each in (values, values + np.arange(3) * 2))
    for name in ("icc_consistency", "icc_consistency_low", "sem", "mdc95"):
        assert after[name] == pytest.approx(before[name])
    assert after["icc_agreement"] < before["icc_agreement"] - 0.1


def test_coverage_of_the_intervals(numbers):
    """400 studies of 12 subjects, true ICC 0.8 and SEM 0.5: inside four standard errors of 95 %."""
    studies = [study(numbers, simulated(seed, n=12, k=2), level=str(seed)) for seed in range(400)]
    table = reliability(pd.concat(studies, ignore_index=True))
    assert len(table) == 400
    for name, truth in (("icc_agreement", 0.8), ("icc_consistency", 0.8), ("sem", 0.5)):
        share = ((table[f"{name}_low"] <= truth) & (truth <= table[f"{name}_high"])).mean()
        assert 0.906 < share < 0.994, (name, share)


def test_95_percent_of_unchanged_subjects_lie_within_the_mdc(numbers):
    row = only(study(numbers, simulated(6, n=4000, k=2)))
    two = simulated(7, n=4000, k=2)
    assert np.mean(np.abs(np.diff(two)) < row["mdc95"]) == pytest.approx(0.95, abs=0.015)


def test_repeats_are_chosen_for_the_most_degrees_of_freedom(numbers):
    values = simulated(8, n=8, k=4)
    values[2:, 3] = np.nan
    values[7, 1] = np.nan
    row = only(study(numbers, values))
    assert (row["n_subjects"], row["n_repeats"], row["n_incomplete"], row["repeats"]) == (7, 3, 1, "01, 02, 03")
    assert row["sem"] == pytest.approx(only(study(numbers, values[:7, :3]))["sem"])


def test_of_equal_degrees_of_freedom_more_subjects_are_taken(numbers):
    """Five subjects at two repeats have as many as three subjects at three."""
    values = simulated(8, n=5, k=3)
    values[3:, 2] = np.nan
    row = only(study(numbers, values))
    assert (row["n_subjects"], row["n_repeats"]) == (5, 2)


def test_a_value_without_logarithm_is_incomplete(numbers, size):
    values = simulated(9, n=6, k=2)
    values[0, 1] = 0.0
    row = only(study(numbers, values, **size))
    assert (row["n_subjects"], row["n_incomplete"]) == (5, 1)


def test_the_baseline_is_the_first_reference_of_each_visit(numbers):
    pre, post = study(numbers, simulated(10)), study(numbers, simulated(11))
    both = numbers([*pre.to_dict("records"), *post.assign(timepoint="post").to_dict("records")])
    assert same(only(both), only(pre))
    assert same(only(pre.assign(timepoint="PRE")), only(pre))
    assert same(only(pre.assign(timepoint="")), only(pre))
    assert len(reliability(post.assign(timepoint="post"))) == 0
    earlier = study(numbers, simulated(12)).assign(timepoint="baseline")
    assert same(only(numbers([*both.to_dict("records"), *earlier.to_dict("records")])), only(pre))
    named = only(numbers([*both.to_dict("records"), *earlier.to_dict("records")]), reference=("baseline",))
    assert named["sem"] == only(earlier)["sem"]


def test_an_undeclared_timepoint_beside_declared_ones_is_no_baseline(numbers):
    pre = study(numbers, simulated(13, k=2))
    stray = study(numbers, simulated(14, k=3)).assign(timepoint="")
    stray = stray[stray["session"] == "03"]
    assert same(only(numbers([*pre.to_dict("records"), *stray.to_dict("records")])), only(pre))


def test_in_a_crossover_the_repeats_are_the_periods_whatever_the_arm(numbers):
    values = simulated(15, n=8, k=2) + np.array([0, 3])
    frame = study(numbers, values)
    swapped = (frame["subject"].astype(int) % 2 == 1).to_numpy()
    first = (frame["session"] == "01").to_numpy()
    arm = [{True: "real", False: "sham"}[bool(each)] for each in first ^ swapped]
    crossed = frame.assign(arm=arm, period=frame["session"].str[1], session=arm)
    row = only(crossed)
    assert row["repeats"] == "1, 2"
    assert row["sem"] == pytest.approx(only(frame)["sem"])
    assert only(crossed, baseline_arms=("sham",))["n_subjects"] == 0
    by_arm = reliability(crossed, same=("arm",))
    assert list(by_arm["arm"]) == ["real", "sham"]
    # without periods the sessions, named for the arms, are the repeats: the shift then counts as error
    assert only(crossed.assign(period=""))["sem"] > row["sem"]


def test_morning_and_evening_are_no_repeats_of_each_other(numbers):
    frame = study(numbers, simulated(16, k=2))
    names = {"01": "morning", "02": "evening"}
    found = reliability(frame.assign(session=frame["session"].map(names)))
    assert list(found["status"]) == ["fewer than 2 repeats"] * 2
    assert set(found["time_of_day"]) == {"morning", "evening"}
    assert only(frame.assign(session=frame["session"].map(names)), same=())["status"] == "ok"


def test_groups_apart_where_asked(numbers):
    frame = study(numbers, simulated(17, n=10))
    frame = frame.assign(group=np.where(frame["subject"] < "05", "RLS", "control"))
    assert only(frame)["n_subjects"] == 10
    apart = reliability(frame, same=("group",))
    assert dict(zip(apart["group"], apart["n_subjects"], strict=True)) == {"RLS": 5, "control": 5}


def test_named_sessions(numbers):
    frame = study(numbers, simulated(18, k=4))
    assert only(frame, baseline_sessions=("01", "03"))["repeats"] == "01, 03"
    with pytest.raises(ConfigError, match="no session '05'; .*01, 02, 03, 04"):
        reliability(frame, baseline_sessions=("05",))


@pytest.mark.parametrize(
    ("n", "k", "status"),
    [(1, 1, "fewer than 2 repeats"), (9, 1, "fewer than 2 repeats"), (2, 3, "fewer than 3 subjects with all repeats")],
)
def test_too_little_says_so(numbers, n, k, status):
    row = only(study(numbers, simulated(19, n=n, k=k)))
    assert row["status"] == status
    assert np.isnan([row[name] for name in NUMBERS]).all()


def test_no_error_and_no_spread_at_all_say_so(numbers):
    same = np.repeat(np.linspace(0.1, 0.7, 5)[:, None], 3, axis=1)
    row = only(study(numbers, same))
    assert (row["icc_agreement"], row["icc_consistency"], row["sem"]) == (1, 1, 0)
    assert np.isnan([row["icc_agreement_low"], row["icc_consistency_high"]]).all()
    assert "do not differ within subjects" in row["status"]
    alike = only(study(numbers, np.full((5, 3), 0.1)))
    assert np.isnan([alike["icc_agreement"], alike["icc_consistency"]]).all()
    assert alike["status"].endswith("no ICC")


def test_empty(numbers):
    frame = study(numbers, simulated(20, n=3, k=1))
    for none in (frame.iloc[:0], frame.assign(value=np.nan)):
        table = reliability(none)
        assert len(table) == 0
        assert list(table) == list(COLUMNS)
