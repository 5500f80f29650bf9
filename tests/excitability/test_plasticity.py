"""After exercise: which trials are before and after, and what comes out."""

import numpy as np
import pandas as pd
import pytest

from pipeline import summarise
from pipeline.excitability import plasticity

PEF, PED, DF = "post_exercise_facilitation", "post_exercise_depression", "delayed_facilitation"


def rows(before=(1000.0,) * 12, **after):
    """Trials before exercise, and at minutes after it: minute -> sizes."""
    minutes = [*[np.nan] * len(before), *(float(name[1:]) / 10 for name, sizes in after.items() for _ in sizes)]
    sizes = [*before, *(each for own in after.values() for each in own)]
    return pd.DataFrame(
        {
            "trial": range(len(sizes)),
            "muscle": "FDI",
            "side": "R",
            "hotspot_muscle": "FDI",
            "pulse": "single",
            "paradigm": "exercise",
            "intensity_mso": 60.0,
            "state": "rest",
            "timepoint": ["pre" if np.isnan(each) else "post" for each in minutes],
            "minutes_after": minutes,
            "peak_to_peak_uv": sizes,
            "excluded": False,
        }
    )


def found(table, metric, convention="ratio_of_means"):
    made = summarise(table)
    (row,) = made[(made["metric"] == metric) & (made["convention"] == convention)].to_dict("records")
    return row


AFTER = {"m5": (2000.0,) * 12, "m50": (500.0,) * 12, "m200": (1500.0,) * 12}


@pytest.mark.parametrize(("metric", "ratio"), [(PEF, 2.0), (PED, 0.5), (DF, 1.5)])
def test_each_window_by_hand(metric, ratio):
    row = found(rows(**AFTER), metric)
    assert row["value"] == pytest.approx(ratio)
    assert row["n_used"] == 24
    assert (row["timepoint"], row["condition"]) == ("", "single_60mso")
    assert found(rows(**AFTER), metric, "percent_change")["value"] == pytest.approx(100 * (ratio - 1))


def test_the_end_of_a_window_is_not_in_it():
    assert np.isnan(found(rows(m10=(2000.0,) * 12), PEF)["value"])
    assert found(rows(m0=(2000.0,) * 12), PEF)["value"] == pytest.approx(2.0)


def test_minutes_below_zero_are_before():
    table = rows(**AFTER)
    table.loc[table["minutes_after"].isna(), "minutes_after"] = -3.0
    assert found(table, PEF)["value"] == pytest.approx(2.0)


def test_what_is_missing_is_said_and_gives_no_number():
    row = found(rows(before=(), **AFTER), PEF)
    assert np.isnan(row["value"])
    assert "no_baseline" in row["status"]
    row = found(rows(), PEF)
    assert np.isnan(row["value"])
    assert "no_minutes" in row["status"]
    table = rows(**AFTER)
    table.loc[table["minutes_after"].isna(), "intensity_mso"] = 50.0
    made = summarise(table)
    own = made[(made["metric"] == PEF) & (made["condition"] == "single_60mso")]
    assert own["value"].isna().all(), "the baseline is of another intensity"


def test_other_paradigms_have_none():
    made = summarise(rows(**AFTER).assign(paradigm="rtms"))
    assert not made["metric"].isin([PEF, PED, DF]).any()


def test_excluded_trials_do_not_enter():
    table = rows(m5=(2000.0,) * 12 + (9000.0,))
    table.loc[len(table) - 1, "excluded"] = True
    row = found(table, PEF)
    assert (row["value"], row["n_rejected"]) == (pytest.approx(2.0), 1)


def test_intervals_cover():
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(400):
        sizes = np.exp(rng.normal(0, 0.5, (2, 20)))
        made = plasticity.post_exercise_facilitation(
            sizes[0] * 2, np.full(20, 0.5), sizes[1], np.full(20, np.nan), rng, n_boot=100
        )
        held += made.geometric_ratio.ci_low <= 2 <= made.geometric_ratio.ci_high
    assert 0.92 <= held / 400 <= 0.98


def test_later_trials_without_minutes_are_no_baseline():
    table = rows(m5=(900.0,) * 12)
    late = table.iloc[:12].assign(timepoint="post30", peak_to_peak_uv=5000.0, trial=range(100, 112))
    row = found(pd.concat([table, late], ignore_index=True), PEF)
    assert row["value"] == pytest.approx(0.9)
