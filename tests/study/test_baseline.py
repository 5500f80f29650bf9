"""Baselines of arms and groups against textbook tests, and where there is nothing to compare."""

import numpy as np
import pandas as pd
import pytest
import scipy

from pipeline.study.baseline import COLUMNS, baselines


def row(table, **facts):
    (found,) = table[np.all([table[name] == value for name, value in facts.items()], axis=0)].to_dict("records")
    return found


def logs(frame, by):
    own = frame[frame["timepoint"] == "pre"]
    return np.log(own.pivot(index="subject", columns=by, values="value"))


def test_two_arms_of_a_crossover_are_paired(crossover):
    frame = crossover(1)
    table = baselines(frame)
    assert list(table) == list(COLUMNS)
    wide = logs(frame, "arm")
    made = row(table, between="arm", second="M1")
    expected = scipy.stats.ttest_rel(wide["M1"], wide["sham"])
    assert (made["first"], made["n_first"], made["n_second"], made["df"]) == ("sham", 12, 12, 11)
    assert made["statistic"] == pytest.approx(expected.statistic)
    assert made["p"] == pytest.approx(expected.pvalue)
    assert made["difference"] == pytest.approx((wide["M1"] - wide["sham"]).mean())
    spread = np.sqrt((wide["M1"].var() + wide["sham"].var()) / 2)
    assert made["standardised"] == pytest.approx(made["difference"] / spread)
    assert [made["ci_low"], made["ci_high"]] == pytest.approx(list(expected.confidence_interval()))


def test_all_arms_together_are_a_repeated_measures_analysis(crossover):
    frame = crossover(2)
    values = logs(frame, "arm").to_numpy()
    arm = 12 * ((values.mean(0) - values.mean()) ** 2).sum() / 2
    rest = values - values.mean(0) - values.mean(1, keepdims=True) + values.mean()
    made = row(baselines(frame), between="arm", second="")
    assert made["statistic"] == pytest.approx(arm / ((rest**2).sum() / 22))
    assert (made["df_numerator"], made["df"], made["n_first"]) == (2, 22, 12)


def test_groups_are_compared_by_one_mean_a_subject(crossover):
    frame = crossover(3)
    mean = logs(frame, "arm").mean(axis=1)
    group = frame.drop_duplicates("subject").set_index("subject")["group"]
    expected = scipy.stats.ttest_ind(mean[group == "RLS"], mean[group == "HC"], equal_var=False)
    made = row(baselines(frame), between="group", second="RLS")
    assert (made["first"], made["n_first"], made["n_second"]) == ("HC", 6, 6)
    assert made["statistic"] == pytest.approx(expected.statistic)
    assert made["p"] == pytest.approx(expected.pvalue)


def test_parallel_arms_are_not_paired(crossover):
    frame = crossover(4)
    own = {subject: ["sham", "M1", "S1"][int(subject) % 3] for subject in set(frame["subject"])}
    frame = frame[frame["arm"] == frame["subject"].map(own)]
    table = baselines(frame)
    made = row(table, between="arm", second="M1")
    wide = logs(frame, "arm")
    expected = scipy.stats.ttest_ind(wide["M1"].dropna(), wide["sham"].dropna(), equal_var=False)
    assert made["p"] == pytest.approx(expected.pvalue)
    assert "Welch" in made["method"]
    expected = scipy.stats.f_oneway(*(wide[name].dropna() for name in wide))
    assert row(table, between="arm", second="")["p"] == pytest.approx(expected.pvalue)


def test_what_comes_later_changes_nothing(crossover):
    frame = crossover(5)
    later = frame.assign(value=frame["value"].where(frame["timepoint"] == "pre", 1.0)).sample(frac=1.0, random_state=1)
    one, other = (
        table.sort_values(["between", "second"], ignore_index=True) for table in map(baselines, (frame, later))
    )
    pd.testing.assert_frame_equal(one, other)


def test_a_gain_changes_no_size(crossover):
    frame = crossover(6)
    pd.testing.assert_frame_equal(baselines(frame), baselines(frame.assign(value=9.0 * frame["value"])), rtol=1e-6)


def test_holm_is_over_all_metrics(crossover):
    frame = pd.concat([crossover(7), crossover(8).assign(muscle="TA")])
    table = baselines(frame)
    own = table[(table["between"] == "arm") & (table["second"] != "")]
    assert set(own["family"]) == {"4 tests of two of baselines between arms"}
    assert own["p_holm"].min() == pytest.approx(min(4 * own["p"].min(), 1.0))


def test_nothing_to_compare(crossover, numbers):
    frame = crossover(9)
    assert len(baselines(frame.iloc[:0])) == 0
    assert list(baselines(frame.iloc[:0])) == list(COLUMNS)
    assert len(baselines(frame[frame["timepoint"] == "post"])) == 0
    one = baselines(frame[frame["subject"] == "03"])
    assert set(one["status"]) == {"fewer than two subjects", "too few subjects"}
    assert one["p"].isna().all()
    alike = baselines(frame.assign(value=5.0))
    assert set(alike["status"]) <= {"nothing varies", "too few subjects"}
    numbers_only = baselines(numbers([{"subject": f"{n}", "group": "ab"[n % 2], "value": 40.0 + n} for n in range(8)]))
    assert numbers_only["difference"].tolist() == [1.0]


def treated(numbers, fall, timepoints=("", "")):
    """Two parallel arms, two sessions each; the values of the real arm fall after the first."""
    return numbers([
        {"subject": f"{n}", "arm": ("real", "sham")[n % 2], "session": session, "timepoint": timepoint,
         "value": 50.0 + n * 1.3 % 3 - fall * (n % 2 == 0 and session == "ende")}
        for n in range(12) for session, timepoint in zip(("base", "ende"), timepoints, strict=True)
    ])  # fmt: skip


def test_what_follows_a_treatment_is_no_baseline(numbers):
    (made,) = baselines(treated(numbers, 8.0)).to_dict("records")
    assert made["status"].startswith("no baseline is declared")
    assert np.isnan([made[name] for name in ("difference", "p", "p_holm", "statistic")]).all()
    (made,) = baselines(treated(numbers, 8.0, ("pre", "post"))).to_dict("records")
    (alike,) = baselines(treated(numbers, 0.0, ("pre", "post"))).to_dict("records")
    assert (made["status"], made["difference"]) == ("ok", alike["difference"])
    one = treated(numbers, 8.0)
    (made,) = baselines(one[one["session"] == "base"]).to_dict("records")
    assert (made["status"], made["n_first"]) == ("ok", 6)


def test_one_number_a_subject_of_any_visit_is_no_baseline(numbers):
    frame = treated(numbers, 8.0)
    gone = (frame["session"] == "ende") == frame["subject"].isin(["0", "1", "2", "3"])
    (made,) = baselines(frame.assign(value=frame["value"].where(gone))).to_dict("records")
    assert made["status"].startswith("no baseline is declared")


def test_a_scale_of_a_whole_visit_with_timepoints_is_no_baseline(crossover):
    frame = crossover(10)
    scale = frame[frame["timepoint"] == "pre"].assign(metric="irls", convention="scale", unit="points", timepoint="")
    table = baselines(pd.concat([frame, scale], ignore_index=True))
    told = table[table["metric"] == "irls"]
    assert set(told["between"]) == {"arm", "group"}
    assert told["status"].str.startswith("no baseline is declared").all()
    assert told["p"].isna().all()
    numbers = ["difference", "p", "p_holm", "family"]
    rest = table.loc[table["metric"] != "irls", numbers].reset_index(drop=True)
    pd.testing.assert_frame_equal(rest, baselines(frame)[numbers])
