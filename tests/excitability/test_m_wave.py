"""Mmax, the latency of the M wave, and the MEP in percent of it: by hand."""

import numpy as np
import pandas as pd
import pytest

from pipeline.excitability import summarise
from pipeline.excitability.m_wave import m_latency, mep_to_mmax, mmax, plateau, supramaximal

MA = np.array([5.0, 5, 10, 10, 18, 18, 19, 20, 20, 20])
M = np.array([100.0, 120, 4000, 4200, 9900, 10050, 10100, 10000, 10020, 9980])
ONSET = np.append([np.nan, np.nan], np.linspace(4.0, 4.4, 8))
THERE = np.append([0.0, 0.0], np.ones(8))
NO = np.full(0, np.nan)


def rng():
    return np.random.default_rng(0)


def test_the_plateau_is_within_10_percent_of_the_highest_current():
    made = mmax(M, THERE, MA)
    assert made.plateau.value == pytest.approx(np.median(M[4:]))
    assert made.plateau.n_used == 6
    assert made.plateau.ci_low == M[4:].min()
    assert made.largest.value == 10100
    assert np.isnan(made.largest.ci_low)
    assert made.plateau.status == ""
    assert supramaximal(M, THERE, MA).tolist() == [False] * 4 + [True] * 6


def test_an_m_wave_that_still_grows_is_said():
    ma = np.repeat([6.0, 8.0, 10.0], 3)
    grows = mmax(np.repeat([1000.0, 3000.0, 6000.0], 3), np.ones(9), ma)
    assert grows.plateau.status == "m_still_grows"
    flat = mmax(np.repeat([1000.0, 5900.0, 6000.0], 3), np.ones(9), ma)
    assert flat.plateau.status == ""


def test_without_a_current_there_is_no_plateau_but_a_largest():
    made = mmax(M, THERE, np.full(10, np.nan))
    assert made.largest.value == 10100
    assert made.largest.status == ""
    assert np.isnan(made.plateau.value)
    assert made.plateau.status == "no_current"
    assert plateau(M, THERE, np.full(10, np.nan)).uv == pytest.approx(np.median(M[4:]))


def test_noise_is_no_m_wave():
    made = mmax(np.full(5, 12.0), np.zeros(5), np.full(5, 10.0))
    assert np.isnan([made.plateau.value, made.largest.value]).all()
    assert made.plateau.status == "no_mmax"
    assert not supramaximal(np.full(5, 12.0), np.zeros(5), np.full(5, 10.0)).any()


def test_latency_is_of_supramaximal_trials():
    made = m_latency(M, THERE, ONSET, MA)
    assert made.median.value == pytest.approx(np.median(ONSET[4:]))
    assert made.shortest_of_first_5.value == ONSET[4]
    assert m_latency(M[:5], THERE[:5], ONSET[:5], MA[:5]).median.status == "few_trials"


def test_mep_to_mmax_by_hand():
    sizes, areas = np.array([500.0, 1000, 2000]), np.array([1000.0, np.nan, 3000])
    made = mep_to_mmax(sizes, areas, M, 4 * M, THERE, MA, rng(), min_trials=2)
    top = np.median(M[4:])
    assert made.amplitude_mean.value == pytest.approx(100 * sizes.mean() / top)
    assert made.amplitude_geometric_mean.value == pytest.approx(100 * 1000 / top)
    assert made.amplitude_geometric_mean.ci_low < made.amplitude_geometric_mean.value
    assert made.area_mean.value == pytest.approx(100 * 2000 / (4 * top))
    assert made.area_mean.status == "some_missing"


def test_without_m_waves_there_is_no_ratio():
    made = mep_to_mmax(np.array([500.0, 600]), np.array([1.0, 2]), NO, NO, NO, NO, rng())
    assert np.isnan([each.value for each in made]).all()
    assert {each.status for each in made} == {"no_mmax"}


def rows(**changed):
    nerve = {"pulse": "nerve", "nerve_ma": 20.0, "m_peak_to_peak_uv": 10000.0, "m_present": True, "state": "rest",
             "m_area_uv_ms": 40000.0}  # fmt: skip
    single = {"pulse": "single", "intensity_mso": 50.0, "peak_to_peak_uv": 2000.0, "area_uv_ms": 8000.0}
    tables = [
        pd.DataFrame([{**nerve, "timepoint": "pre"}] * 10),
        pd.DataFrame([{**single, "state": "active", "timepoint": each} for each in ("pre", "post") for _ in range(25)]),
    ]
    table = pd.concat(tables, ignore_index=True)
    common = {"session": "a", "muscle": "FDI", "side": "R", "hotspot_muscle": "FDI", "hotspot_side": "R"}
    return table.assign(**{**common, "excluded": False, "trial": np.arange(len(table)), **changed})


def of(table, metric="mep_to_mmax", convention="amplitude_mean"):
    made = summarise(table)
    return made[(made["metric"] == metric) & (made["convention"] == convention)].set_index("timepoint")


def test_m_waves_of_the_session_serve_where_the_timepoint_has_none():
    table = rows()
    assert of(table)["value"].tolist() == pytest.approx([20, 20])
    own = table[table["pulse"] == "nerve"].assign(timepoint="post", m_peak_to_peak_uv=5000.0, recording="b")
    made = of(pd.concat([table, own]))
    assert made.loc["pre", "value"] == pytest.approx(20)
    assert made.loc["post", "value"] == pytest.approx(40)


def test_excluded_m_waves_and_those_of_another_session_do_not_count():
    for table in (
        rows().assign(excluded=lambda each: each["pulse"] == "nerve"),
        rows().assign(session=lambda each: np.where(each["pulse"] == "nerve", "b", "a")),
    ):
        made = of(table)
        assert made["value"].isna().all()
        assert set(made["status"]) == {"no_mmax"}
