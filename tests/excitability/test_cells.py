"""Cells of the design: which trials a number is made of, and in which order."""

import numpy as np
import pandas as pd
import pytest

from pipeline import conditions
from pipeline.errors import MeasureError
from pipeline.excitability import cells, summarise
from pipeline.excitability.cells import DESIGN, Estimate, Metric
from pipeline.excitability.mep_size import Probability
from pipeline.excitability.statuses import STATUSES


def seen(trial, rng, /) -> Probability:
    """The trials a metric is given, as one number."""
    return Probability(Estimate(float(trial[0]), float(trial[-1]), rng.random(), len(trial)))


SEEN = Metric("seen", seen, "")


def rows(n=4, **columns):
    table = pd.DataFrame({"trial": range(n), "muscle": "FDI", "side": "L", "pulse": "single", "state": "rest"})
    return cells.ordered(conditions.label(table.assign(**columns)))


def test_recordings_stand_in_natural_order():
    table = rows(trial=[1, 0, 1, 0], recording=["run-10", "run-10", "run-2", "run-2"])
    assert list(zip(table["recording"], table["trial"], strict=True)) == [
        ("run-2", 0),
        ("run-2", 1),
        ("run-10", 0),
        ("run-10", 1),
    ]


def test_time_of_the_pulse_goes_before_the_trial():
    assert rows(onset_s=[9.0, np.nan, 1.0, 5.0])["trial"].tolist() == [2, 3, 0, 1]


def test_rows_of_two_subjects_are_an_error():
    with pytest.raises(MeasureError, match="2 subjects"):
        rows(subject=["01", "01", "02", "02"])


def test_two_hotspots_in_one_cell_leave_the_trials_that_aim_at_the_muscle():
    table = rows(hotspot_muscle=["FDI", "TA", "TA", "FDI"])
    (cell,) = cells.of(table, SEEN)
    assert table["trial"][cell.rows].tolist() == [0, 3]
    assert cell.target == "target"


def test_undeclared_trials_stay_and_say_so():
    table = rows(hotspot_muscle=["FDI", "", "TA", "FDI"])
    (cell,) = cells.of(table, SEEN)
    assert table["trial"][cell.rows].tolist() == [0, 1, 3]
    assert cell.target == "unknown"


def test_cells_split_by_what_the_metric_says():
    table = rows(intensity_mso=[50.0, 60.0, 50.0, 60.0], state=["rest", "rest", "active", "active"])
    assert len(list(cells.of(table, SEEN))) == 4
    pooled = list(cells.of(table, Metric("seen", seen, "", per=DESIGN)))
    assert [cell.names["condition"] for cell in pooled] == ["", ""]
    assert len(list(cells.of(table, Metric("seen", seen, "", states=("rest",))))) == 2
    assert not list(cells.of(table, Metric("seen", seen, "", pulses=("paired",))))


def test_a_function_sees_accepted_trials_only():
    table = rows(excluded=[True, False, False, True])
    (cell,) = cells.of(table, SEEN)
    (made,) = cells.estimates(SEEN, cell, {}, False)
    assert (made["value"], made["ci_low"], made["n_used"], made["n_rejected"]) == (1, 2, 2, 2)


def test_codes():
    table = rows(state="", mvc_percent=[10.0, 20.0, np.nan, 10.0])
    (cell,) = cells.of(table, SEEN)
    (made,) = cells.estimates(SEEN, cell, {}, False)
    assert made["status"] == "hotspot_unknown;state_assumed;mixed_contraction"
    assert set(made["status"].split(";")) <= set(STATUSES)


def test_the_generator_depends_on_names_alone():
    assert cells.generator("a", "b").random() == cells.generator("a", "b").random()
    drawn = {cells.generator(*names).random() for names in (("a", "b"), ("ab", ""), ("b", "a"), ("a",))}
    assert len(drawn) == 4


@pytest.mark.parametrize(
    ("column", "code"),
    [
        ("stim_site", "mixed_site"),
        ("stim_side", "mixed_site"),
        ("arm", "mixed_arm"),
        ("mvc_percent", "mixed_contraction"),
    ],
)
def test_a_cell_that_mixes_what_should_not_vary_says_so(column, code):
    values = [10.0, 20.0] if column == "mvc_percent" else ["L", "R"]
    rows = pd.DataFrame(
        {"pulse": "single", "muscle": "FDI", "state": "active", "trial": np.arange(8), "peak_to_peak_uv": 500.0}
    ).assign(**{column: np.tile(values, 4)})
    made = summarise(rows).query("metric == 'mep_amplitude'")
    assert all(code in status for status in made["status"])
    assert not any(code in status for status in summarise(rows.assign(**{column: values[0]}))["status"])
