"""Carry-over that is there is found, that is not is not; two arms in two periods as the textbook has them."""

import numpy as np
import pandas as pd
import pytest
import scipy

from pipeline.study.carry_over import COLUMNS, carry_over


def row(table, **facts):
    (found,) = table[np.all([table[name] == value for name, value in facts.items()], axis=0)].to_dict("records")
    return found


def left_behind(frame, arm, log):
    """The frame with everything in the period after an arm raised."""
    after = {(one, int(period) + 1) for one, period in frame[frame["arm"] == arm][["subject", "period"]].to_numpy()}
    own = [(one, int(period)) in after for one, period in frame[["subject", "period"]].to_numpy()]
    return frame.assign(value=frame["value"] * np.exp(log * np.array(own)))


def test_what_an_arm_leaves_is_found_in_the_next_baseline(crossover):
    frame = crossover(1, n=18, sd=(0.4, 0.05, 0.05))
    before, after = carry_over(frame), carry_over(left_behind(frame, "S1", 0.5))
    assert list(before) == list(COLUMNS)
    one, other = (row(table, second="S1") for table in (before, after))
    assert other["difference"] - one["difference"] == pytest.approx(0.5)
    assert other["ci_low"] < 0.5 < other["ci_high"]
    assert other["p"] < 0.001 < one["p"]
    assert row(after, second="")["p"] < 0.001
    assert row(after, second="M1")["difference"] == pytest.approx(row(before, second="M1")["difference"])


def test_periods_and_subjects_may_differ(crossover):
    frame = crossover(2)
    moved = frame["value"] * frame["period"].map({"1": 1.0, "2": 2.0, "3": 0.3}) * (1 + frame["subject"].astype(int))
    numbers = ["difference", "statistic", "p", "detectable"]
    pd.testing.assert_frame_equal(carry_over(frame)[numbers], carry_over(frame.assign(value=moved))[numbers])


def test_detectable_is_what_four_studies_of_five_find(crossover):
    made = row(carry_over(crossover(3)), second="M1")
    se = made["difference"] / made["statistic"]
    found = scipy.stats.nct.sf(scipy.stats.t.ppf(0.975, made["df"]), made["df"], made["detectable"] / se)
    assert found == pytest.approx(0.8, abs=0.02)
    assert "Senn 2002" in made["method"]


def test_two_arms_in_two_periods(crossover):
    frame = crossover(4, n=14, arms=("sham", "real"), timepoints=("pre", "post", "late"))
    table = carry_over(frame)
    wide = np.log(frame.pivot(index="subject", columns=["period", "timepoint"], values="value"))
    first = frame[frame["period"] == "1"].drop_duplicates("subject").set_index("subject")["arm"]
    for timepoint in ("post", "late"):
        total = sum(wide[period, timepoint] - wide[period, "pre"] for period in ("1", "2"))
        expected = scipy.stats.ttest_ind(total[first == "real"], total[first == "sham"])
        made = row(table, test="sum of periods", timepoint=timepoint)
        assert (made["first"], made["second"], made["df"]) == ("sham", "real", 12)
        assert made["statistic"] == pytest.approx(expected.statistic)
        assert made["p"] == pytest.approx(expected.pvalue)
    change = wide["2", "pre"] - wide["1", "pre"]
    expected = scipy.stats.ttest_ind(change[first == "real"], change[first == "sham"])
    assert row(table, test="baseline after")["p"] == pytest.approx(expected.pvalue)


def test_a_missed_period_hides_what_was_before(crossover):
    frame = crossover(5)
    gone = frame[~((frame["subject"] == "04") & (frame["period"] == "2"))]
    assert row(carry_over(frame), second="M1")["n_obs"] == 36
    assert row(carry_over(gone), second="M1")["n_obs"] == 34


def test_the_order_of_rows_changes_nothing(crossover):
    frame = crossover(6)
    pd.testing.assert_frame_equal(carry_over(frame), carry_over(frame.sample(frac=1.0, random_state=1)))


def test_nothing_to_carry_over(crossover):
    frame = crossover(7)
    for none in (frame.iloc[:0], frame.assign(arm=""), frame.assign(period=""), frame[frame["period"] == "1"],
                 frame[frame["timepoint"] == "post"]):  # fmt: skip
        assert len(carry_over(none)) == 0
        assert list(carry_over(none)) == list(COLUMNS)
    alone = carry_over(frame[frame["subject"] == "03"])
    assert set(alone["status"]) == {"too few subjects"}


def test_a_period_without_timepoints_has_no_baseline(crossover):
    frame = crossover(8, timepoints=("",), effects={("S1", ""): 1.0})
    (made,) = carry_over(frame).to_dict("records")
    assert made["test"] == "baseline after"
    assert made["status"].startswith("no baseline is declared")
    assert np.isnan([made["difference"], made["p"]]).all()
