"""SAI, LAI, AIF and the afferent conditioning of leg muscles."""

import numpy as np
import pandas as pd
import pytest

from pipeline.excitability import summarise

KINDS = ("sici", "icf", "lici", "sai", "lai", "aif", "leg_afferent")


def visit(muscle="FDI", pulse="nerve_tms", isi_ms=(20.0,), median_uv=600.0):
    rng = np.random.default_rng(0)
    isi = np.repeat([np.nan, *isi_ms], 20)
    size = np.where(np.isnan(isi), 1000.0, median_uv) * np.exp(0.4 * rng.normal(size=len(isi)))
    return pd.DataFrame(
        {
            "trial": range(len(isi)), "muscle": muscle, "side": "R", "hotspot_muscle": muscle, "hotspot_side": "R",
            "state": "rest", "pulse": np.where(np.isnan(isi), "single", pulse), "isi_ms": isi, "intensity_mso": 60.0,
            "nerve_ma": np.where(np.isnan(isi), np.nan, 8.0), "peak_to_peak_uv": size, "background_rms_uv": 2.0,
        }
    )  # fmt: skip


def made(rows, settings=None):
    table = summarise(rows, settings)
    return table[table["metric"].isin(KINDS)]


def found(rows, settings=None):
    return set(made(rows, settings)["metric"])


ALL = (20.0, 25.0, 30.0, 35.0, 45.0, 60.0, 80.0, 100.0, 200.0)


def test_the_interval_and_the_limb_say_what_it_is():
    table = made(visit(isi_ms=ALL)).query("convention == 'ratio_of_means'")
    assert {name: set(own["condition"]) for name, own in table.groupby("metric")} == {
        "sai": {"isi20", "isi25"},
        "lai": {"isi200"},
        "aif": {"isi45", "isi60", "isi80"},
    }
    table = made(visit("TA", isi_ms=ALL)).query("convention == 'ratio_of_means'")
    assert set(table["metric"]) == {"leg_afferent"}
    assert set(table["condition"]) == {"isi30", "isi35", "isi45", "isi60", "isi100", "isi200"}
    assert set(table["status"]) == {"ok"}


def test_a_muscle_nobody_knows_is_taken_for_an_arm_and_said():
    table = made(visit("platysma", isi_ms=(200.0,)))
    assert set(table["metric"]) == {"lai"}
    assert set(table["status"]) == {"limb_unknown"}
    assert found(visit("Tibialis anterior", isi_ms=(200.0,))) == {"leg_afferent"}


def test_by_hand():
    rows = visit()
    mean = rows.groupby("pulse")["peak_to_peak_uv"].mean()
    (row,) = made(rows).query("convention == 'ratio_of_means'").itertuples()
    assert (row.value, row.n_used) == (pytest.approx(mean["nerve_tms"] / mean["single"]), 40)


def test_each_subjects_own_interval():
    assert not found(visit(isi_ms=(21.5,)))
    assert found(visit(isi_ms=(21.5,)), {"sai": {"isi_ms": [21.5]}}) == {"sai"}


def test_two_tms_pulses_are_no_afferent_inhibition_and_the_reverse():
    assert not found(visit(pulse="paired", isi_ms=(20.0, 200.0)))
    assert not found(visit(isi_ms=(2.0, 10.0, 100.0)))


def test_without_test_pulses_there_is_no_number():
    table = made(visit().query("pulse != 'single'"))
    assert set(table["status"]) == {"no_test_pulses"}
    assert table["value"].isna().all()
