"""After-effects of an intervention over a session: which trials they are made of, and what comes out."""

import numpy as np
import pandas as pd
import pytest

from pipeline import summarise
from pipeline.excitability import STATUSES

NAMES = ("after_effect", "after_effect_auc", "after_effect_peak", "after_effect_return")


def rows(**blocks):
    """Trials of one session: block -> (minutes after, sizes)."""
    tables = [
        pd.DataFrame({"timepoint": name, "minutes_after": minutes, "peak_to_peak_uv": sizes})
        for name, (minutes, sizes) in blocks.items()
    ]
    table = pd.concat(tables, ignore_index=True)
    return table.assign(
        trial=range(len(table)), muscle="FDI", side="R", hotspot_muscle="FDI", pulse="single", intensity_mso=60.0,
        state="rest", excluded=False,
    )  # fmt: skip


def spread(median, n=12, log_sd=0.3):
    """Sizes whose geometric mean is the median, the same every time."""
    at = np.linspace(-1.5, 1.5, n)
    return median * np.exp(log_sd * at)


def found(table, metric, convention="geometric", **settings):
    made = summarise(table, {metric: settings} if settings else None)
    (row,) = made[(made["metric"] == metric) & (made["convention"] == convention)].to_dict("records")
    return row


PRE = (np.nan, spread(1000))
COURSE = {"pre": PRE, "post0": (0.0, spread(2000)), "post10": (10.0, spread(3000)), "post30": (30.0, spread(1000))}


def test_one_row_a_session_and_condition():
    made = summarise(rows(**COURSE))
    own = made[made["metric"].isin(NAMES)]
    assert set(own["metric"]) == set(NAMES)
    assert set(own["timepoint"]) == {""}
    assert set(own["condition"]) == {"single_60mso"}
    assert not own.duplicated(["metric", "convention"]).any()
    assert set(";".join(own["status"]).split(";")) <= set(STATUSES)


def test_ratio_of_all_later_trials():
    row = found(rows(**COURSE), "after_effect", "geometric_ratio")
    assert row["value"] == pytest.approx((2000 * 3000 * 1000) ** (1 / 3) / 1000)
    assert (row["n_used"], row["status"]) == (48, "ok")
    assert row["ci_low"] < row["value"] < row["ci_high"]
    assert found(rows(**COURSE), "after_effect", "ratio_of_means")["value"] == pytest.approx(2.0)
    assert found(rows(**COURSE), "after_effect", "percent_change")["unit"] == "%"


@pytest.mark.parametrize("convention", ["geometric", "of_means"])
def test_area_by_hand(convention):
    area = 10 * (np.log(2) + np.log(3)) / 2 + 20 * np.log(3) / 2
    row = found(rows(**COURSE), "after_effect_auc", convention)
    assert (row["value"], row["unit"]) == (pytest.approx(area), "min")
    assert row["ci_low"] < row["value"] < row["ci_high"]
    mean = found(rows(**COURSE), "after_effect_auc", f"{convention}_per_minute")
    assert (mean["value"], mean["unit"]) == (pytest.approx(area / 30), "")
    assert mean["ci_low"] == pytest.approx(row["ci_low"] / 30)
    assert mean["n_used"] == row["n_used"] == 48


def test_peak_is_the_largest_of_either_sign():
    row = found(rows(**COURSE), "after_effect_peak")
    assert row["value"] == pytest.approx(np.log(3))
    assert np.isnan(row["ci_low"])
    assert row["method"].startswith("largest of 3 ")
    down = COURSE | {"post10": (10.0, spread(100))}
    assert found(rows(**down), "after_effect_peak")["value"] == pytest.approx(np.log(0.1))


def test_return_is_the_first_block_from_which_all_are_back():
    assert found(rows(**COURSE), "after_effect_return")["value"] == 30.0
    late = COURSE | {"post20": (20.0, spread(1000)), "post40": (40.0, spread(3000)), "post50": (50.0, spread(1010))}
    row = found(rows(**late), "after_effect_return")
    assert (row["value"], row["status"], row["unit"]) == (50.0, "ok", "min")


def test_a_stated_limit_stands_above_the_blocks_own_interval():
    small = {"pre": PRE, "post5": (5.0, spread(1100)), "post9": (9.0, spread(1000))}
    row = found(rows(**small), "after_effect_return")
    assert np.isnan(row["value"])
    assert row["status"] == "no_effect"
    row = found(rows(**small), "after_effect_return", limit_log=0.05)
    assert (row["value"], row["status"]) == (9.0, "ok")
    assert "within 0.05" in row["method"]


def test_what_did_not_return_is_censored():
    row = found(rows(pre=PRE, post5=(5.0, spread(1000)), post9=(9.0, spread(3000))), "after_effect_return")
    assert np.isnan(row["value"])
    assert (row["status"], row["ci_low"]) == ("not_returned", 9.0)
    assert np.isnan(row["ci_high"])


def test_one_later_block_is_no_course():
    table = rows(pre=PRE, post5=(5.0, spread(2000)))
    row = found(table, "after_effect_auc")
    assert (row["status"], np.isnan(row["value"])) == ("one_block", True)
    assert found(table, "after_effect", "geometric_ratio")["value"] == pytest.approx(2.0)
    assert found(table, "after_effect_peak")["value"] == pytest.approx(np.log(2))


def test_a_block_of_one_trial_has_no_interval_to_judge_by():
    table = rows(pre=PRE, post5=(5.0, spread(2000)), post9=(9.0, [1000.0]))
    row = found(table, "after_effect_return")
    assert np.isnan(row["value"])
    assert set(row["status"].split(";")) == {"few_trials", "no_interval"}
    assert found(table, "after_effect_return", limit_log=0.2)["value"] == 9.0


@pytest.mark.parametrize("minutes", [np.nan, 0.0, -5.0])
def test_ordinary_studies_have_no_such_row(minutes):
    made = summarise(rows(pre=PRE, post=(minutes, spread(2000))))
    assert not made["metric"].isin(NAMES).any()


def test_exercise_has_its_own_metrics():
    assert not summarise(rows(**COURSE).assign(paradigm="exercise"))["metric"].isin(NAMES).any()
    assert summarise(rows(**COURSE).assign(paradigm="pas"))["metric"].isin(NAMES).any()


def test_each_condition_is_held_against_itself():
    other = rows(pre=(np.nan, spread(100)), post5=(5.0, spread(50)), post9=(9.0, spread(50))).assign(intensity_mso=45.0)
    table = pd.concat([rows(**COURSE), other.assign(trial=other["trial"] + 100)], ignore_index=True)
    made = summarise(table)
    own = made[(made["metric"] == "after_effect") & (made["convention"] == "geometric_ratio")]
    assert own.set_index("condition")["value"].to_dict() == pytest.approx(
        {"single_45mso": 0.5, "single_60mso": 6 ** (1 / 3)}
    )


def test_without_a_block_before_there_is_no_number():
    table = rows(post0=(0.0, spread(2000)), post10=(10.0, spread(3000)))
    for name in NAMES:
        own = summarise(table)
        own = own[own["metric"] == name]
        assert own["value"].isna().all()
        assert set(own["status"]) == {"no_baseline"}


def test_later_blocks_without_minutes_are_left_out_and_said():
    row = found(rows(**COURSE, late=(np.nan, spread(9000))), "after_effect", "geometric_ratio")
    assert row["value"] == pytest.approx(6 ** (1 / 3))
    assert row["status"] == "some_missing"


def test_excluded_trials_and_zero_sizes():
    table = rows(**COURSE)
    table.loc[table["timepoint"] == "post10", "excluded"] = True
    row = found(table, "after_effect_peak")
    assert (row["value"], row["n_rejected"]) == (pytest.approx(np.log(2)), 12)
    table.loc[0, "peak_to_peak_uv"] = 0.0
    assert found(table, "after_effect_auc")["status"] == "not_positive"
    assert found(table, "after_effect", "ratio_of_means")["value"] > 1


def test_gain_order_and_trial_order_change_nothing():
    table = rows(**COURSE)
    made = summarise(table)
    other = summarise(table.assign(peak_to_peak_uv=3 * table["peak_to_peak_uv"]).sample(frac=1, random_state=1))
    mine = [each[each["metric"].isin(NAMES)].reset_index(drop=True) for each in (made, other)]
    pd.testing.assert_frame_equal(*mine, rtol=1e-9)
