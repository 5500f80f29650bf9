"""Metrics that are held against other trials of the visit, and those made one an interval."""

import numpy as np
import pandas as pd
import pytest

from pipeline import conditions
from pipeline.excitability import cells
from pipeline.excitability.cells import PAIR, Estimate, Metric
from pipeline.excitability.mep_size import Probability
from pipeline.excitability.pairs import with_interval
from pipeline.excitability.references import BEFORE, Against


def seen(trial, test_trial, test_intensity_mso, /) -> Probability:
    """The trials a metric is given, as one number."""
    return Probability(Estimate(float(trial.sum()), float(test_trial.sum()), float(test_intensity_mso.sum()), 1))


def listed(trial, /, *, isi_ms=(2.0, 3.0)) -> Probability:
    """With a setting."""
    del isi_ms
    return Probability(Estimate(float(trial.sum()), unit="%"))


NEAR = Against(("single",), near={"intensity_mso": ("intensity_mso", 1.0)})


def rows(**columns):
    columns = {"muscle": "FDI", "side": "L", "pulse": "single", "state": "rest", **columns}
    n = max(len(each) for each in columns.values() if isinstance(each, list))
    table = pd.DataFrame({"trial": range(n), **columns})
    return cells.ordered(with_interval(conditions.label(table)))


def made(metric, table, settings=None):
    found = [cell for cell in cells.of(table, metric) if metric.covers(cell, settings or {})]
    return [each for cell in found for each in cells.estimates(metric, cell, settings or {}, False)]


PULSES = ["single", "paired", "single", "paired", "single"]


def test_references_lie_near_and_are_accepted_and_of_the_same_visit():
    table = rows(
        pulse=PULSES,
        isi_ms=[np.nan, 2.0, np.nan, 2.0, np.nan],
        intensity_mso=[60.0, 60.0, 61.0, 60.0, 62.0],
    )
    (row,) = made(Metric("seen", seen, "", pulses=("paired",), against={"test": NEAR}), table)
    assert (row["value"], row["ci_low"], row["ci_high"]) == (1 + 3, 0 + 2, 121)
    table = rows(
        pulse=PULSES,
        isi_ms=[np.nan, 2.0, np.nan, 2.0, np.nan],
        intensity_mso=60.0,
        excluded=[True, False, False, False, False],
        session=["a", "a", "a", "a", "b"],
    )
    (row,) = made(Metric("seen", seen, "", pulses=("paired",), against={"test": NEAR}), table)
    assert row["ci_low"] == 2, "neither the excluded one nor that of another session"


def test_references_of_unknown_intensity_agree_with_their_like_alone():
    columns = {"pulse": PULSES, "isi_ms": [np.nan, 2.0, np.nan, 2.0, np.nan]}
    metric = Metric("seen", seen, "", pulses=("paired",), against={"test": NEAR})
    (row,) = made(metric, rows(**columns, intensity_mso=[60.0, np.nan, np.nan, np.nan, 60.0]))
    assert row["ci_low"] == 2
    (row,) = made(metric, rows(**columns, intensity_mso=[np.nan, 60.0, np.nan, 60.0, 60.0]))
    assert row["ci_low"] == 4


def test_a_reference_may_be_of_the_whole_session_and_of_one_state():
    table = rows(pulse=["paired", "single", "single"], isi_ms=[2.0, np.nan, np.nan], state=["rest", "active", "rest"])
    wide = Against(("single",), same=("session", "side", "muscle"))
    (row,) = made(Metric("seen", seen, "", pulses=("paired",), against={"test": wide}), table)
    assert row["ci_low"] == 3
    active = Against(("single",), same=("session", "side", "muscle"), states=("active",))
    (row,) = made(Metric("seen", seen, "", pulses=("paired",), against={"test": active}), table)
    assert row["ci_low"] == 1


def test_trials_that_aim_elsewhere_are_no_reference():
    table = rows(
        pulse=["paired", "single", "single"], isi_ms=[2.0, np.nan, np.nan], hotspot_muscle=["FDI", "TA", "FDI"]
    )
    (row,) = made(Metric("seen", seen, "", pulses=("paired",), against={"test": Against(("single",))}), table)
    assert row["ci_low"] == 2


def test_one_cell_an_interval_whatever_the_intensities_of_the_day():
    table = rows(
        pulse="paired",
        isi_ms=[2.0, 3.0, 2.04, 10.0],
        conditioning_mso=[40.0, 40.0, 40.0, 40.0],
        intensity_mso=[60.0, 60.0, 61.0, 60.0],
    )
    metric = Metric("listed", listed, "", per=PAIR, pulses=("paired",), only=("isi_ms", "isi_ms", 0.2))
    found = made(metric, table, {"isi_ms": (2.0, 3.0)})
    assert [(row["condition"], row["value"], row["unit"]) for row in found] == [("isi2", 2, "%"), ("isi3", 1, "%")]
    assert [row["condition"] for row in made(metric, table, {"isi_ms": (10.0,)})] == ["isi10"]
    assert not made(metric, table, {"isi_ms": (7.0,)})


@pytest.mark.parametrize(("first", "names"), [([40.0, 40.0], {"isi2"}), ([40.0, 30.0], {"isi2_cs40", "isi2_cs30"})])
def test_conditioning_stimuli_of_one_interval_are_told_apart(first, names):
    table = rows(pulse="paired", isi_ms=2.0, conditioning_mso=first)
    assert set(table["interval"]) == names


def test_pulses_alone_have_no_interval():
    table = rows(pulse=["single", "nerve_tms"], isi_ms=[np.nan, 20.0], nerve_ma=[np.nan, 8.0])
    assert table["interval"].tolist()[1] == "isi20"
    assert pd.isna(table["interval"][0])


def test_excluded_trials_do_not_choose_the_reference():
    table = rows(
        pulse=["paired"] * 5 + ["single"] * 2,
        isi_ms=[2.0] * 5 + [np.nan] * 2,
        intensity_mso=[60.0, 60.0, 90.0, 90.0, 90.0, 60.0, 90.0],
        excluded=[False, False, True, True, True, False, False],
    )
    metric = Metric("seen", seen, "", per=PAIR, pulses=("paired",), against={"test": NEAR})
    (row,) = made(metric, table)
    assert row["ci_low"] == 5, "the test pulse of the accepted pairs"


def test_the_reference_of_two_halves_is_one_of_them():
    table = rows(
        pulse=["paired", "paired", "single", "single"], isi_ms=[2.0, 2.0, np.nan, np.nan],
        intensity_mso=[60.0, 70.0, 60.0, 65.0],
    )  # fmt: skip
    (row,) = made(Metric("seen", seen, "", per=PAIR, pulses=("paired",), against={"test": NEAR}), table)
    assert row["ci_low"] == 2


def test_a_reference_may_be_of_timepoints_before():
    table = rows(pulse=["paired", "single", "single"], isi_ms=[2.0, np.nan, np.nan], timepoint=["post", "Pre", "post"])
    before = Against(("single",), same=("session", "side", "muscle"), timepoints=BEFORE)
    (row,) = made(Metric("seen", seen, "", pulses=("paired",), against={"test": before}), table)
    assert row["ci_low"] == 1


def test_a_reference_may_be_of_the_muscle_on_the_other_side():
    table = rows(
        side=["R", "L", "L", "R", ""],
        hotspot_muscle=["FDI", "FDI", "FDI", "FDI", "FDI"],
        hotspot_side=["L", "L", "R", "L", "L"],
    )
    other = Against(("single",), same=("session", "muscle"), opposite=True, aimed=True)
    own = np.flatnonzero(table["side"] == "R")
    assert table["trial"][other.rows(table, own)].tolist() == [1], "trial 2 aims at the right hand"
    either = Against(("single",), same=("session", "muscle"), opposite=True)
    assert table["trial"][either.rows(table, own)].tolist() == [1, 2]
    nowhere = np.flatnonzero(table["side"] == "")
    assert not len(other.rows(table, nowhere))
