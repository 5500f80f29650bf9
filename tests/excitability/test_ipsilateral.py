"""Ipsilateral silent period: numbers of averages, by hand and through the frame."""

import numpy as np
import pandas as pd
import pytest

from pipeline import condition, conditions, detect
from pipeline.detection import averages
from pipeline.excitability import summarise
from pipeline.excitability.ipsilateral import ipsi_sp_area, ipsi_sp_depth, ipsi_sp_duration, ipsi_sp_onset
from pipeline.synthetic.amplifier import Clock
from pipeline.synthetic.ipsilateral import Dip, expected, ipsilateral_trials
from pipeline.synthetic.parameters import Parameters
from pipeline.synthetic.physiology import participant, physiology

METRICS = ("ipsi_sp_onset", "ipsi_sp_duration", "ipsi_sp_depth", "ipsi_sp_area", "transcallosal_time")


def of(function, value, low, high, n_used=(20,), onset=None, found=1.0, **settings):
    """The metric of averages of which each gives a number, one trial of each as the frame hands it over, and twice."""
    n = np.array(n_used, float)
    columns = [np.arange(len(n), dtype=float), n]
    if function is not ipsi_sp_onset:
        columns.append(np.array(value if onset is None else onset, float))
    columns += [np.array(each, float) for each in (value, low, high)] + [np.broadcast_to(float(found), len(n))]
    (estimate,) = function(*(np.tile(each, 2) for each in columns), **settings)
    return estimate


def test_one_average_is_its_own_number():
    made = of(ipsi_sp_duration, [24.0], [20.0], [30.0])
    assert (made.value, made.ci_low, made.ci_high, made.n_used, made.status) == (24, 20, 30, 20, "")
    made = of(ipsi_sp_area, [14.0], [10.0], [19.0], onset=[38.0])
    assert (made.value, made.ci_low, made.ci_high) == (1400, 1000, 1900)


def test_several_are_weighted_by_their_trials():
    made = of(ipsi_sp_onset, [40.0, 36.0], [38.0, 35.0], [41.0, 40.0], n_used=[10, 30])
    assert made.value == 37
    assert made.ci_low == pytest.approx(37 - np.hypot(0.25 * 2, 0.75 * 1))
    assert made.ci_high == pytest.approx(37 + np.hypot(0.25 * 1, 0.75 * 4))
    assert (made.n_used, made.status) == (40, "")
    assert made.method.endswith("mean of 2 averages")


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"n_used": [14]}, "few_trials"),
        ({"n_used": [15]}, ""),
        ({"n_used": [14], "min_trials": 10}, ""),
        ({"found": 0.79}, "not_reproduced"),
        ({"found": 0.8}, ""),
    ],
)
def test_what_is_said_of_a_number(changed, status):
    made = of(ipsi_sp_depth, [60.0], [50.0], [70.0], **changed)
    assert (made.value, made.status) == (60, status)


def test_without_one_or_without_an_end_there_is_no_number():
    nothing = [np.nan]
    made = of(ipsi_sp_onset, nothing, nothing, nothing)
    assert np.isnan(made.value)
    assert (made.n_used, made.status) == (20, "no_silent_period")
    made = of(ipsi_sp_duration, nothing, nothing, nothing, onset=[38.0])
    assert (np.isnan(made.value), made.status) == (True, "no_end")
    made = of(ipsi_sp_duration, [24.0, np.nan], [20.0, np.nan], [30.0, np.nan], n_used=[20, 30], onset=[38.0, np.nan])
    assert (made.value, made.ci_low, made.n_used, made.status) == (24, 20, 20, "some_missing")


@pytest.fixture(scope="module")
def hands():
    """Rows and averages of a recording of both hands, the right hemisphere being stimulated; what is true of it."""
    own = Parameters()
    who = physiology(participant("sub-02", 4), "morning", "FDI", 4, own)
    clock, dip = Clock(4000.0, -150.0, 1400), Dip(37.0, 61.0, 0.75)
    trials, truth = ipsilateral_trials(who, dip, 24, clock, own, np.random.default_rng(4))
    cleaned = condition(trials)
    rows = conditions.label(detect(cleaned)).assign(recording="a", session="pm")
    of_trials = averages(cleaned, rows, list(conditions.AVERAGED_BY)).table.assign(recording="a")
    return rows, of_trials, truth, expected(who, dip, clock, own)


def made(rows, of_trials, **settings):
    table = summarise(rows, settings, of_trials)
    return table[table["metric"].isin(METRICS)]


def test_the_silent_period_is_the_truth(hands):
    rows, of_trials, truth, true = hands
    table = made(rows, of_trials)
    assert set(table["side"]) == {"R"}
    assert set(table["muscle"]) == {"FDI"}
    assert set(table["n_used"]) == {(~rows.loc[rows["side"] == "R", "excluded"]).sum()}
    assert table["condition"].str.startswith("single_").all()
    found = table.set_index(["metric", "convention"])["value"]
    assert found["ipsi_sp_onset", "average"] == pytest.approx(true.onset_ms, abs=3)
    assert found["ipsi_sp_duration", "average"] == pytest.approx(true.end_ms - true.onset_ms, abs=5)
    assert found["ipsi_sp_depth", "average"] == pytest.approx(true.depth_percent, abs=10)
    assert found["ipsi_sp_area", "average"] == pytest.approx(100 * true.area_ms, rel=0.2)
    crossing = true.onset_ms - truth["onset_ms"][:5].min()
    assert found["transcallosal_time", "other_side"] == pytest.approx(crossing, abs=3)
    assert np.isnan(found["transcallosal_time", "same_muscle"])


def test_only_where_averages_are_given_and_active_and_of_the_stimulated_side(hands):
    rows, of_trials, *_ = hands
    assert made(rows, None).empty
    assert made(rows, of_trials[of_trials["side"] == "L"]).empty
    assert made(rows.assign(state="rest"), of_trials.assign(state="rest")).empty


def test_other_metrics_do_not_change(hands):
    rows, of_trials, *_ = hands
    both = summarise(rows, None, of_trials)
    pd.testing.assert_frame_equal(both[~both["metric"].isin(METRICS)].reset_index(drop=True), summarise(rows))


def test_the_order_of_rows_and_averages_changes_nothing(hands):
    rows, of_trials, *_ = hands
    turned = made(rows.sample(frac=1, random_state=2), of_trials.iloc[::-1])
    pd.testing.assert_frame_equal(turned, made(rows, of_trials))


def test_another_hot_spot_and_none(hands):
    rows, of_trials, *_ = hands
    elsewhere = rows.assign(hotspot_muscle="TA", target="not_target")
    of_elsewhere = of_trials.assign(target="not_target")
    assert set(made(elsewhere, of_elsewhere)["status"]) == {"not_target"}
    asked = made(elsewhere, of_elsewhere, not_target=True).query("metric == 'ipsi_sp_onset'")
    assert asked["value"].notna().all()
    nowhere = made(rows.assign(hotspot_muscle="", target="unknown"), of_trials.assign(target="unknown"))
    assert nowhere["status"].str.startswith("hotspot_unknown").all()
    assert nowhere.query("metric == 'ipsi_sp_onset'")["value"].notna().all()


def test_excluded_trials_are_counted(hands):
    rows, of_trials, *_ = hands
    right = rows["side"] == "R"
    few = made(rows.assign(excluded=right & (rows["trial"] < 2)), of_trials)
    assert set(few["n_rejected"]) == {2}
    none = made(rows.assign(excluded=right), of_trials)
    assert set(none["status"]) == {"no_accepted_trials"}
