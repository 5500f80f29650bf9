"""Bland-Altman by hand, sums that can be joined, the trials that differ most, and metrics beyond their intervals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.comparison import agreement
from pipeline.errors import ReadError

NAN = float("nan")
UNITS = {"onset_ms": "ms", "peak_to_peak_uv": "µV", "intensity_mso": "%MSO", "signal_to_noise": ""}
NUMBERS = st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 3)), max_size=30)


def metrics(**columns):
    n = max((len(each) for each in columns.values() if isinstance(each, list)), default=1)
    words = {"session": "", "timepoint": "pre", "state": "rest", "side": "R", "muscle": "FDI", "condition": "",
             "convention": "mean", "unit": "ms", "method": "mean, t", "status": "ok"}  # fmt: skip
    numbers = {"value": 20.0, "ci_low": 18.0, "ci_high": 22.0, "n_used": 10, "n_rejected": 1}
    return pd.DataFrame({"metric": [f"m{k}" for k in range(n)], **words, **numbers, **columns})


def test_bland_altman_by_hand():
    # 1, -2, 3, 0: mean 0.5, deviations 0.5, -2.5, 2.5, -0.5, squares 13, variance 13 / 3
    found = agreement.bland_altman(agreement.spread(np.array([1.0, -2.0, NAN, 3.0, 0.0])))
    sd = (13 / 3) ** 0.5
    assert found == pytest.approx(
        {"n": 4, "n_changed": 3, "mean_difference": 0.5, "sd": sd, "limit_low": 0.5 - 1.96 * sd,
         "limit_high": 0.5 + 1.96 * sd, "largest": 3.0, "median_absolute": 1.5}
    )  # fmt: skip


def test_too_few_trials_have_no_limits():
    none = agreement.bland_altman(agreement.spread(np.array([NAN])))
    assert (none["n"], none["n_changed"]) == (0, 0)
    assert np.isnan([none[name] for name in ("mean_difference", "sd", "limit_low", "largest", "median_absolute")]).all()
    one = agreement.bland_altman(agreement.spread(np.array([2.0])))
    assert (one["n"], one["mean_difference"], one["largest"]) == (1, 2.0, 2.0)
    assert np.isnan([one["sd"], one["limit_low"], one["limit_high"]]).all()


@given(st.lists(NUMBERS, max_size=4))
def test_parts_joined_are_the_whole(parts):
    whole = np.array([each for part in parts for each in part])
    total = agreement.Spread()
    for part in parts:
        total = agreement.joined(total, agreement.spread(np.array(part)))
    found = agreement.bland_altman(total)
    assert found == pytest.approx(agreement.bland_altman(agreement.spread(whole)), nan_ok=True, rel=1e-9, abs=1e-6)
    if len(whole) > 1:
        assert found["mean_difference"] == pytest.approx(whole.mean(), abs=1e-6)
        assert found["sd"] == pytest.approx(whole.std(ddof=1), rel=1e-9, abs=1e-6)
        assert found["median_absolute"] == pytest.approx(np.median(np.abs(whole)), rel=0.006)


@given(NUMBERS)
def test_the_other_way_round_the_signs_change(values):
    one, other = (agreement.bland_altman(agreement.spread(sign * np.array(values))) for sign in (1, -1))
    assert other["mean_difference"] == pytest.approx(-one["mean_difference"], nan_ok=True)
    assert (other["limit_low"], other["limit_high"]) == pytest.approx(
        (-one["limit_high"], -one["limit_low"]), nan_ok=True
    )
    for name in ("n", "n_changed", "sd", "largest", "median_absolute"):
        assert other[name] == pytest.approx(one[name], nan_ok=True)


def test_an_empty_spread_stays_empty_when_others_are_joined():
    agreement.joined(agreement.Spread(), agreement.spread(np.array([1.0])))
    assert not agreement.Spread().sizes


def test_measures_are_numbers_with_a_unit_of_trials_that_both_accept():
    first = pd.DataFrame({
        "onset_ms": [20.0, 21.0, NAN, 23.0, 24.0], "excluded": [False, False, False, True, False],
        "intensity_mso": [50.0] * 5, "signal_to_noise": [3.0] * 5, "mep_present": [True] * 5,
    })  # fmt: skip
    second = first.assign(onset_ms=[20.5, 21.0, 22.0, 25.0, 30.0], excluded=[False, False, False, False, True])
    found = agreement.differences(first, second, UNITS)
    assert list(found) == ["onset_ms"]
    np.testing.assert_array_equal(found["onset_ms"], [0.5, 0.0, NAN, NAN, NAN])


def test_the_farthest_come_first_and_unchanged_ones_never():
    difference = np.array([0.0, -3.0, NAN, 1.0, 3.0, 2.0])
    assert agreement.farthest(difference, 3).tolist() == [1, 4, 5]
    assert agreement.farthest(difference, 9).tolist() == [1, 4, 5, 3]
    assert agreement.farthest(difference, 9, 2.0).tolist() == [1, 4]
    assert agreement.farthest(np.zeros(0), 9).tolist() == []


MOVES = {
    "alike": ({}, None),
    "within": ({"value": 21.0}, ""),
    "only a count": ({"n_used": 9}, ""),
    "only an interval": ({"ci_low": 17.0}, ""),
    "outside of the first": ({"value": 22.5, "ci_low": 19.0, "ci_high": 24.0}, "beyond interval"),
    "first outside of the second": ({"value": 21.0, "ci_low": 20.5, "ci_high": 21.5}, "beyond interval"),
    "one interval is enough": ({"value": 30.0, "ci_low": NAN, "ci_high": NAN}, "beyond interval"),
    "vanished": ({"value": NAN, "ci_low": NAN, "ci_high": NAN, "status": "no_values"}, "vanished"),
    "status": ({"status": "few_trials"}, "status"),
    "unit": ({"unit": "s", "value": 0.02}, "unit"),
}


@pytest.mark.parametrize("case", MOVES)
@pytest.mark.parametrize("turned", [False, True], ids=["as it is", "the other way round"])
def test_how_a_metric_moved(case, turned):
    change, expected = MOVES[case]
    sides = [metrics(), metrics(**change)]
    table, n = agreement.metric_differences(*reversed(sides) if turned else sides)
    assert n == 1
    if turned and expected == "vanished":
        expected = "appeared"
    assert list(table["moved"]) == ([] if expected is None else [expected])
    if case == "within":
        assert table["difference"].iloc[0] == (-1.0 if turned else 1.0)
    if case == "unit":
        assert np.isnan(table["difference"].iloc[0])


def test_without_any_interval_a_change_cannot_be_beyond_one():
    first = metrics(ci_low=NAN, ci_high=NAN)
    assert list(agreement.metric_differences(first, first.assign(value=40.0))[0]["moved"]) == ["no interval"]
    half = first.assign(ci_low=18.0, ci_high=np.inf)
    assert list(agreement.metric_differences(half, half.assign(value=40.0))[0]["moved"]) == [""]
    assert list(agreement.metric_differences(half, half.assign(value=10.0))[0]["moved"]) == ["beyond interval"]


def test_rows_that_only_one_side_has():
    first, second = metrics(value=[20.0, NAN]), metrics(value=[20.0, NAN])
    second["metric"] = ["m0", "new"]
    table, n = agreement.metric_differences(first, second)
    assert n == 3
    assert table[["metric", "moved", "status_first", "status_second", "unit"]].to_numpy().tolist() == [
        ["m1", "status", "ok", "", "ms"],
        ["new", "status", "", "ok", "ms"],
    ]
    assert list(agreement.metric_differences(first.iloc[:0], first)[0]["moved"]) == ["appeared", "status"]
    assert agreement.metric_differences(first.iloc[:0], first.iloc[:0])[1] == 0


def test_the_order_of_rows_means_nothing():
    first = metrics(value=[20.0, 21.0, 22.0])
    table, n = agreement.metric_differences(first, first.iloc[::-1])
    assert (len(table), n) == (0, 3)


def test_a_metric_that_stands_twice_is_an_error():
    twice = pd.concat([metrics(), metrics()])
    with pytest.raises(
        ReadError, match="second: table metrics has several rows of .*metric m0, convention mean; expected"
    ):
        agreement.metric_differences(metrics(), twice)
