"""Recovery of the H reflex: by hand, what is no curve, intervals, through the frame."""

import numpy as np
import pandas as pd
import pytest

from pipeline.excitability import summarise
from pipeline.excitability.h_recovery import h_recovery, h_recovery_area, h_recovery_late

SHARES = {50.0: 0.1, 100.0: 0.4, 150.0: 0.6, 200.0: 0.9, 300.0: 0.7, 500.0: 0.8, 1000.0: 1.0}


def rows(n=6, log_sd=0.0, shares=SHARES, seed=0, **changed):
    """Single pulses of 2000 µV, and pairs of each interval."""
    isi = np.repeat([np.nan, *shares], n)
    chance = np.exp(log_sd * np.random.default_rng(seed).normal(size=len(isi)))
    size = 2000.0 * np.repeat([1.0, *shares.values()], n) * chance
    table = {
        "trial": range(len(isi)), "muscle": "SOL", "side": "R", "hotspot_muscle": "SOL", "hotspot_side": "R",
        "state": "rest", "pulse": np.where(np.isnan(isi), "nerve", "nerve_pair"), "isi_ms": isi, "nerve_ma": 12.0,
        "h_peak_to_peak_uv": size, "h_present": True, "m_peak_to_peak_uv": 500.0, "m_present": True,
    }  # fmt: skip
    return pd.DataFrame({**table, **changed})


def made(table, metric="h_recovery", settings=None):
    found = summarise(table, settings)
    return found[found["metric"] == metric]


def values(table, **where):
    return made(table, **where).set_index(["condition", "convention"])["value"]


def test_one_row_an_interval_and_convention():
    found = values(rows())
    for isi_ms, share in SHARES.items():
        for convention in ("ratio_of_means", "geometric_ratio", "ratio_of_medians"):
            assert found[f"isi{isi_ms:g}", convention] == pytest.approx(100 * share)
    assert len(found) == 3 * len(SHARES)
    assert set(made(rows())["unit"]) == {"%"}
    assert set(made(rows())["status"]) == {"ok"}
    assert set(made(rows())["n_used"]) == {12}


def test_late_facilitation_and_area_by_hand():
    late = made(rows(), "h_recovery_late").set_index("convention")
    assert late.loc["largest_mean", "value"] == pytest.approx(90)
    assert "at 200 ms" in late.loc["largest_mean", "method"]
    assert np.isnan(late.loc["largest_mean", "ci_low"])
    assert late.loc["mean_level", "value"] == pytest.approx(100 * np.mean([0.4, 0.6, 0.9, 0.7]))
    assert late.loc["mean_level", "n_used"] == 5 * 6
    (area,) = made(rows(), "h_recovery_area").itertuples()
    assert area.value == pytest.approx(np.trapezoid(100 * np.array(list(SHARES.values())), list(SHARES)))
    assert (area.unit, area.condition, area.status) == ("%·ms", "", "ok")


def test_intervals_that_are_not_asked_for_are_not_in_it():
    odd = rows(shares={**SHARES, 70.0: 5.0})
    assert ("isi70", "ratio_of_means") not in values(odd)
    assert values(odd, metric="h_recovery_area").iloc[0] == pytest.approx(
        values(rows(), metric="h_recovery_area").iloc[0]
    )
    assert values(odd, settings={"h_recovery": {"isi_ms": [70]}})["isi70", "ratio_of_means"] == pytest.approx(500)


def test_few_intervals_have_no_area_and_no_late_part():
    short = rows(shares={20.0: 0.1, 50.0: 0.2})
    for metric in ("h_recovery_late", "h_recovery_area"):
        assert set(made(short, metric)["status"]) == {"few_intervals"}
        assert made(short, metric)["value"].isna().all()


def test_single_pulses_of_another_current_are_no_reference():
    table = rows()
    other = table.assign(nerve_ma=np.where(table["pulse"] == "nerve", 13.0, 12.0))
    for metric in ("h_recovery", "h_recovery_late", "h_recovery_area"):
        assert set(made(other, metric)["status"]) == {"no_test_pulses"}
        assert made(other, metric)["value"].isna().all()
    near = table.assign(nerve_ma=np.where(table["pulse"] == "nerve", 12.1, 12.0))
    assert set(made(near)["status"]) == {"ok"}
    assert set(made(table.assign(nerve_ma=np.nan))["status"]) == {"no_current"}


def test_pairs_of_several_currents_are_told_apart_and_have_no_curve():
    table = pd.concat([rows(), rows(nerve_ma=15.0)], ignore_index=True)
    assert {"isi100_12ma", "isi100_15ma"} <= set(made(table)["condition"])
    assert set(made(table, "h_recovery_area")["status"]) == {"mixed_current"}


@pytest.mark.parametrize(("share", "status"), [(0.0, "no_h_reflex"), (1 / 3, "test_too_small"), (0.5, "ok")])
def test_the_unconditioned_reflex_must_be_there(share, status):
    table = rows()
    there = (table["pulse"] == "nerve_pair") | (table["trial"] < share * 6 - 1e-9)
    assert set(made(table.assign(h_present=there))["status"]) == {status}


def test_a_reflex_that_is_not_there_keeps_its_size():
    table = rows(shares={50.0: 0.01, 100.0: 0.4, 200.0: 0.9})
    table["h_present"] = table["isi_ms"] != 50
    assert values(table)["isi50", "ratio_of_means"] == pytest.approx(1)


def test_excluded_and_missing_trials():
    table = rows(h_peak_to_peak_uv=np.where(np.arange(48) % 6 == 5, np.nan, rows()["h_peak_to_peak_uv"]))
    table["excluded"] = np.arange(48) % 6 == 4
    found = made(table)
    assert set(found["status"]) == {"some_missing;few_trials"}
    assert set(found["n_rejected"]) == {1}
    assert set(found["n_used"]) == {8}


def test_gain_and_order_change_nothing():
    table = rows(log_sd=0.2)
    for metric in ("h_recovery", "h_recovery_late", "h_recovery_area"):
        doubled = made(table.assign(h_peak_to_peak_uv=2 * table["h_peak_to_peak_uv"]), metric)
        numbers = ["value", "ci_low", "ci_high"]
        np.testing.assert_allclose(doubled[numbers], made(table, metric)[numbers])
        pd.testing.assert_frame_equal(made(table.sample(frac=1, random_state=1), metric), made(table, metric))


def test_other_pulses_of_a_nerve_are_not_of_pairs():
    """A pair's M and H waves are those of its second stimulus: they are in no metric of single ones."""
    both = made(rows(), "mmax")
    alone = made(rows()[lambda table: table["pulse"] == "nerve"], "mmax")
    assert both["n_used"].tolist() == alone["n_used"].tolist()


def test_intervals_hold_the_truth():
    held = []
    for seed in range(300):
        table = rows(8, 0.2, seed=seed + 1)
        pair = table["pulse"] == "nerve_pair"
        h, isi, ma = (table.loc[pair, name].to_numpy(float) for name in ("h_peak_to_peak_uv", "isi_ms", "nerve_ma"))
        test = table.loc[~pair, "h_peak_to_peak_uv"].to_numpy()
        there, own, rng = np.ones(len(test)), isi == 200, np.random.default_rng(seed)
        single = h_recovery(h[own], ma[own], test, there, rng, n_boot=100).ratio_of_means
        late = h_recovery_late(h, isi, ma, test, there).mean_level
        area = h_recovery_area(h, isi, ma, test, there).trapezoid
        true = 90, 65, np.trapezoid(100 * np.array(list(SHARES.values())), list(SHARES))
        held.append([e.ci_low <= t <= e.ci_high for e, t in zip((single, late, area), true, strict=True)])
    share = np.mean(held, 0)
    assert (share > 0.91).all(), share
    assert (share < 0.99).all(), share
