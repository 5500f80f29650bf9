"""Mean change of groups: against scipy and by hand, with what is missing."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.study.change import COLUMNS, changes

RNG = np.random.default_rng(8)
PRE = np.exp(RNG.normal(6.0, 0.5, 14))
POST = PRE * np.exp(RNG.normal(-0.3, 0.25, 14))


def study(numbers, pre, post, **facts):
    return numbers([
        {"subject": f"{n:02d}", "session": "01", "timepoint": when, "value": value, **facts}
        for when, values in (("pre", pre), ("post", post)) for n, value in enumerate(values)
    ])  # fmt: skip


def only(frame, **settings):
    (row,) = changes(frame, **settings).to_dict("records")
    return row


def test_logs_against_scipy(numbers, size):
    row = only(study(numbers, PRE, POST, **size))
    told = scipy.stats.ttest_rel(np.log(POST), np.log(PRE))
    limits = told.confidence_interval()
    assert [row[f"change{end}"] for end in ("", "_low", "_high")] == pytest.approx(
        [np.log(POST / PRE).mean(), limits.low, limits.high]
    )
    assert row["p"] == pytest.approx(told.pvalue)
    assert row["percent"] == pytest.approx(100 * (scipy.stats.gmean(POST / PRE) - 1))
    assert row["percent_low"] == pytest.approx(100 * np.expm1(limits.low))
    assert row["srm"] == pytest.approx(told.statistic / np.sqrt(14))
    assert row["srm_low"] < row["srm"] < row["srm_high"] < 0
    assert (row["n"], row["n_missing"], row["scale"], row["status"]) == (14, 0, "log", "ok")


def test_raw_values_against_scipy(numbers):
    row = only(study(numbers, PRE, POST))
    told = scipy.stats.ttest_rel(POST, PRE)
    assert (row["change"], row["p"]) == pytest.approx(((POST - PRE).mean(), told.pvalue))
    assert row["sd"] == pytest.approx((POST - PRE).std(ddof=1))
    assert np.isnan([row["percent"], row["percent_high"]]).all()


@settings(deadline=None, max_examples=6)
@given(gain=st.floats(0.01, 100))
def test_gain_changes_nothing_on_the_log_scale_and_no_srm_on_any(numbers, size, gain):
    for facts, names in ((size, ("change", "change_low", "srm", "srm_low", "p")), ({}, ("srm", "srm_high", "p"))):
        before, after = (only(study(numbers, k * PRE, k * POST, **facts)) for k in (1, gain))
        assert [after[name] for name in names] == pytest.approx([before[name] for name in names], rel=1e-4)


def test_swapping_the_timepoints_flips_the_sign(numbers, size):
    there, back = only(study(numbers, PRE, POST, **size)), only(study(numbers, POST, PRE, **size))
    assert there["change"] == pytest.approx(-back["change"])
    assert (there["srm_low"], there["srm_high"]) == pytest.approx((-back["srm_high"], -back["srm_low"]), rel=1e-4)
    assert there["p"] == pytest.approx(back["p"])


def test_groups_and_arms_are_apart(numbers, size):
    frame = study(numbers, PRE, POST, **size)
    n = frame["subject"].astype(int)
    frame = frame.assign(group=np.where(n < 6, "RLS", "control"), arm=np.where(n % 2, "real", "sham"))
    table = changes(frame)
    assert {tuple(each) for each in table[["group", "arm", "n"]].to_numpy().tolist()} == {
        ("RLS", "real", 3), ("RLS", "sham", 3), ("control", "real", 4), ("control", "sham", 4),
    }  # fmt: skip
    own = np.log(POST / PRE)[[1, 3, 5]]
    found = table[(table["group"] == "RLS") & (table["arm"] == "real")]
    assert found["change"].item() == pytest.approx(own.mean())


def test_sessions_of_one_subject_are_never_pooled(numbers):
    frame = numbers([
        {"subject": one, "session": session, "timepoint": when, "value": 40.0 + RNG.normal()}
        for one in "abcd" for session in ("01", "02", "03") for when in ("pre", "post")
    ])  # fmt: skip
    table = changes(frame)
    assert list(table["session"]) == ["01", "02", "03"]
    assert set(table["n"]) == {4}


def test_holm_within_the_family(numbers, size):
    rows = [study(numbers, PRE, POST, **size, muscle=muscle) for muscle in ("FDI", "TA", "AH")]
    rows[2]["value"] = np.exp(np.random.default_rng(1).normal(6, 1, 28))
    frame = numbers([row for each in rows for row in each.to_dict("records")])
    table = changes(frame)
    assert table["p_holm"].iloc[0] == pytest.approx(3 * table["p"].iloc[0])
    assert set(table["family"]) == {"metric + convention"}
    apart = changes(frame, family=("metric", "muscle"))
    assert apart["p_holm"].to_numpy() == pytest.approx(apart["p"].to_numpy())


def test_who_lacks_one_of_the_two_is_counted(numbers, size):
    pre = PRE.copy()
    pre[:2], pre[2] = np.nan, 0.0
    row = only(study(numbers, pre, POST, **size))
    assert (row["n"], row["n_missing"]) == (11, 3)
    assert row["change"] == pytest.approx(np.log(POST / PRE)[3:].mean())


def test_too_little_says_so(numbers):
    one = only(study(numbers, PRE[:1], POST[:1]))
    assert (one["status"], one["change"]) == ("fewer than 2 subjects", POST[0] - PRE[0])
    assert np.isnan([one[name] for name in ("change_low", "sd", "srm", "p", "p_holm")]).all()
    alike = only(study(numbers, PRE[:5], PRE[:5]))
    assert (alike["status"], alike["change"]) == ("all changes are alike", 0)
    assert np.isnan([alike["srm"], alike["p"]]).all()
    table = changes(study(numbers, PRE, POST).iloc[:0])
    assert (len(table), list(table)) == (0, list(COLUMNS))


def test_a_null_effect_is_found_as_often_as_promised(numbers):
    """400 muscles of 10 subjects without effect: p under 0.05 inside four standard errors of 5 %."""
    values = np.random.default_rng(2).normal(40, 3, (2, 400, 10))
    rows = [study(numbers, *own, level=str(n)) for n, own in enumerate(values.transpose(1, 0, 2))]
    table = changes(numbers([row for each in rows for row in each.to_dict("records")]))
    assert 0.006 < (table["p"] < 0.05).mean() < 0.094
    covered = ((table["change_low"] < 0) & (table["change_high"] > 0)).mean()
    assert covered == pytest.approx(1 - (table["p"] < 0.05).mean())


def test_changes_of_other_sessions_are_not_pooled_in_a_sparse_metric(numbers):
    """Changes of a metric that each subject has in one session only, beside one that all have in both."""
    rows = [{"subject": one, "session": session, "timepoint": when, "value": value}
            for one in "abcd" for session in ("1", "2") for when, value in (("pre", 40.0), ("post", 41.0))]  # fmt: skip
    own = {"a": "1", "b": "1", "c": "2", "d": "2"}
    sparse = [{**row, "metric": "amt"} for row in rows if own[row["subject"]] == row["session"]]
    table = changes(numbers(rows + sparse))
    found = {(row["metric"], row["session"], row["n"]) for row in table.to_dict("records")}
    assert found == {("rmt", "1", 4), ("rmt", "2", 4), ("amt", "1", 2), ("amt", "2", 2)}
