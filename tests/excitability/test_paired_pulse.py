"""SICI, ICF, LICI: which trials, which status, and what misuse is told."""

import numpy as np
import pandas as pd
import pytest

from pipeline.excitability import METRICS, STATUSES, summarise
from pipeline.excitability.cells import generator

CONDITIONED = ("sici", "icf")
KINDS = ("sici", "icf", "lici", "sai", "lai", "aif", "leg_afferent")


def trials(n=20, median_uv=1000.0, seed=0, **columns):
    size = median_uv * np.exp(0.4 * np.random.default_rng(seed).normal(size=n))
    given = {"pulse": "single", "intensity_mso": 60.0, "isi_ms": np.nan, "conditioning_mso": np.nan, "nerve_ma": np.nan}
    return pd.DataFrame({"peak_to_peak_uv": size, "background_rms_uv": 2.0, **given, **columns}, index=range(n))


def pairs(isi_ms, conditioning_mso=40.0, median_uv=400.0, **columns):
    seed = int(10 * isi_ms)
    own = {"pulse": "paired", "isi_ms": isi_ms, "conditioning_mso": conditioning_mso, **columns}
    return trials(median_uv=median_uv, **{"seed": seed, **own})


def visit(*parts, muscle="FDI", **columns):
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.assign(muscle=muscle, side="R", hotspot_muscle=muscle, hotspot_side="R", session="a", trial=rows.index)
    rows = rows.assign(state=rows["state"].fillna("rest")) if "state" in rows else rows.assign(state="rest")
    rows["excluded"] = rows["excluded"].eq(True) if "excluded" in rows else False
    return rows.assign(**columns)


def made(rows, settings=None):
    table = summarise(rows, settings)
    return table[table["metric"].isin(KINDS)].reset_index(drop=True)


def value(table, metric, condition, convention="ratio_of_means"):
    mine = (table["metric"] == metric) & (table["condition"] == condition) & (table["convention"] == convention)
    (row,) = table[mine].itertuples()
    return row


TEST = trials(seed=1)
ALONE = trials(median_uv=8.0, seed=2, intensity_mso=40.0)


def test_each_interval_is_a_metric_of_its_own():
    parts = [pairs(isi) for isi in (2, 3, 10, 15)]
    table = made(visit(TEST, ALONE, *parts, pairs(100, 70.0)))
    assert [tuple(each) for each in table[["metric", "condition"]].drop_duplicates().to_numpy()] == [
        ("sici", "isi2"), ("sici", "isi3"), ("icf", "isi10"), ("icf", "isi15"), ("lici", "isi100"),
    ]  # fmt: skip
    assert set(table["status"]) == {"ok"}
    for metric, isi, part in zip(("sici", "sici", "icf", "icf"), (2, 3, 10, 15), parts, strict=True):
        row = value(table, metric, f"isi{isi}")
        assert row.value == pytest.approx(part["peak_to_peak_uv"].mean() / TEST["peak_to_peak_uv"].mean())
        assert (row.n_used, row.unit) == (40, "")
    assert value(table, "sici", "isi2", "percent_change").unit == "%"


def test_gain_changes_nothing():
    rows = visit(TEST, ALONE, pairs(2), pairs(100, 70.0))
    louder = rows.assign(**{name: 1.5 * rows[name] for name in ("peak_to_peak_uv", "background_rms_uv")})
    numbers = ["value", "ci_low", "ci_high"]
    np.testing.assert_allclose(made(louder)[numbers], made(rows)[numbers], rtol=1e-9)


def test_order_of_trials_changes_nothing():
    rows = visit(TEST, ALONE, pairs(2), pairs(100, 70.0))
    pd.testing.assert_frame_equal(made(rows.sample(frac=1, random_state=1)), made(rows))


def told(rows, settings=None):
    """The status of the one metric there is; there must be no number."""
    table = made(rows, settings)
    assert table[["value", "ci_low", "ci_high"]].isna().all(axis=None)
    (status,) = set(table["status"])
    assert set(status.split(";")) <= set(STATUSES)
    return status


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([pairs(2)], "no_test_pulses"),
        ([pairs(2), ALONE], "no_test_pulses"),
        ([pairs(2), trials(intensity_mso=63.0)], "no_test_pulses"),
        ([pairs(2), TEST.assign(state="active")], "no_test_pulses"),
        ([pairs(2), TEST.assign(excluded=True)], "no_test_pulses"),
        ([pairs(2), TEST.assign(pulse="none")], "no_test_pulses"),
        ([pairs(2), trials(median_uv=90.0)], "test_too_small"),
        ([pairs(2), TEST.assign(background_rms_uv=300.0)], "test_too_small"),
        ([pairs(2, 65.0), TEST], "conditioning_not_weaker"),
        ([pairs(10, 60.0), TEST], "conditioning_not_weaker;conditioning_responds"),
        ([pairs(2), TEST, trials(median_uv=90.0, intensity_mso=40.0)], "conditioning_responds"),
        ([pairs(2), pairs(2, intensity_mso=70.0), TEST], "mixed_test_intensity"),
        ([pairs(2, excluded=True), TEST], "no_accepted_trials"),
        ([pairs(2).assign(peak_to_peak_uv=np.nan), TEST], "no_values"),
    ],
)
def test_misuse_is_told_and_has_no_number(parts, status):
    assert status in told(visit(*parts))


def test_a_1_mv_design_is_a_setting():
    rows = visit(pairs(2), TEST, ALONE)
    assert set(made(rows, {"sici": {"test_uv": [500, 1500]}})["status"]) == {"ok"}
    assert told(rows, {"sici": {"test_uv": [1500, 3000]}}) == "test_too_small"
    assert told(rows, {"sici": {"test_uv": [200, 500]}}) == "test_too_large"


@pytest.mark.parametrize("isi_ms", [1.0, 1.5, 2.6, 7.0, 50.0])
def test_an_interval_nobody_asked_for_has_no_metric(isi_ms):
    rows = visit(pairs(isi_ms), TEST, ALONE)
    assert made(rows).empty
    assert set(made(rows, {"sici": {"isi_ms": [2, isi_ms]}})["metric"]) == {"sici"}


def test_an_interval_of_another_metric_is_no_sici():
    assert set(made(visit(pairs(10), TEST))["metric"]) == {"icf"}


def test_remarks_leave_the_number():
    for part, status in [
        ([pairs(2), TEST], "conditioning_not_checked"),
        ([pairs(2).assign(conditioning_mso=np.nan), TEST], "no_conditioning_intensity;conditioning_not_checked"),
        ([pairs(2)[:19], TEST, ALONE], "few_trials"),
        ([pairs(2), TEST[:10], ALONE], "few_trials"),
        ([pairs(2), TEST.assign(pulse="single"), ALONE.assign(state="active")], "conditioning_not_checked"),
    ]:
        table = made(visit(*part))
        assert set(table["status"]) == {status}
        assert table["value"].notna().all()


def test_without_any_intensity_the_pulses_are_taken_to_agree():
    unknown = {"intensity_mso": np.nan, "conditioning_mso": np.nan}
    table = made(visit(pairs(2), TEST, **unknown))
    assert set(table["status"]) == {"no_intensity;no_conditioning_intensity;conditioning_not_checked"}
    assert table["value"].notna().all()


def test_contraction_is_told_from_rest_and_its_threshold_is_not_checked():
    active = [each.assign(state="active") for each in (pairs(2), TEST, trials(median_uv=90.0, intensity_mso=40.0))]
    table = made(visit(*active))
    assert set(table["state"]) == {"active"}
    assert set(table["status"]) == {"conditioning_not_checked"}


def test_an_excluded_pair_changes_n_rejected_only():
    rows = visit(pairs(2), TEST, ALONE)
    odd = rows.iloc[[0]].assign(excluded=True, peak_to_peak_uv=9000.0, trial=99)
    one, other = made(rows), made(pd.concat([rows, odd]))
    assert set(other["n_rejected"]) == {1}
    pd.testing.assert_frame_equal(other.drop(columns="n_rejected"), one.drop(columns="n_rejected"))
    odd = rows.iloc[[25]].assign(excluded=True, peak_to_peak_uv=9000.0, trial=99)
    pd.testing.assert_frame_equal(made(pd.concat([rows, odd])), one)


def test_responses_without_an_mep_stay_in():
    silent = pairs(2).assign(peak_to_peak_uv=3.0, mep_present=False)
    row = value(made(visit(silent, TEST, ALONE)), "sici", "isi2")
    assert row.value == pytest.approx(3 / TEST["peak_to_peak_uv"].mean())


def test_every_paired_metric_has_the_same_conventions():
    mine = [each for each in METRICS if each.name in KINDS]
    assert len(mine) == len(KINDS)
    assert {each.conventions for each in mine} == {
        ("ratio_of_means", "geometric_ratio", "ratio_of_medians", "percent_change")
    }
    assert generator("sici").random() != generator("icf").random()
