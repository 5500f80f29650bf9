"""Labels of trials: paradigm, condition, target."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import conditions
from pipeline.errors import ConfigError, MeasureError
from pipeline.trials import PULSES


def rows(**columns):
    n = max(len(values) for values in columns.values() if isinstance(values, list))
    given_columns = {"trial": list(range(n)), "muscle": "FDI", "pulse": "single", **columns}
    return pd.DataFrame(given_columns, index=range(n))


@pytest.mark.parametrize(
    ("pulse", "condition"),
    [
        ({"pulse": "single", "intensity_mso": 55.0}, "single_55mso"),
        ({"pulse": "single", "intensity_mso": np.nan}, "single"),
        ({"pulse": "single", "intensity_mso": 0.0}, "single_0mso"),
        ({"pulse": "single", "intensity_mso": 54.5}, "single_55mso"),
        ({"pulse": "single", "intensity_mso": 55.4}, "single_55mso"),
        ({"pulse": "paired", "isi_ms": 2.0, "conditioning_mso": 40.0, "intensity_mso": 55.0}, "paired_isi2_cs40_ts55"),
        ({"pulse": "paired", "isi_ms": 2.5, "intensity_mso": 55.0}, "paired_isi2.5_ts55"),
        ({"pulse": "paired", "isi_ms": 0.3}, "paired_isi0.3"),
        ({"pulse": "nerve_tms", "isi_ms": 25.0, "intensity_mso": 55.0}, "nerve_tms_isi25_ts55"),
        ({"pulse": "nerve_tms", "isi_ms": 25.0, "nerve_ma": 9.5, "intensity_mso": 55.0}, "nerve_tms_isi25_9.5ma_ts55"),
        ({"pulse": "nerve", "nerve_ma": 12.0}, "nerve_12ma"),
        ({"pulse": "nerve_pair", "isi_ms": 100.0, "nerve_ma": 12.0}, "nerve_pair_isi100_12ma"),
        ({"pulse": "nerve_pair", "isi_ms": 100.0, "intensity_mso": 55.0}, "nerve_pair_isi100"),
        ({"pulse": "root"}, "root"),
        ({"pulse": "none", "intensity_mso": 55.0}, "none"),
        ({"pulse": "mvc"}, "mvc"),
    ],
)
def test_condition_says_the_pulse(pulse, condition):
    made = conditions.label(pd.DataFrame([{"muscle": "FDI", **pulse}]))
    assert made["condition"].tolist() == [condition]
    assert made["paradigm"].tolist() == [pulse["pulse"]]


def test_every_kind_of_pulse_has_a_condition():
    assert set(conditions.PARTS) == set(PULSES)


def test_steps_are_settings_and_merge_intensities():
    given_rows = rows(intensity_mso=[48.0, 50.0, 52.0])
    assert conditions.label(given_rows)["condition"].nunique() == 3
    made = conditions.label(given_rows, {"intensity_step_mso": 5})
    assert made["condition"].tolist() == ["single_50mso"] * 3
    assert conditions.label(given_rows, intensity_step_mso=5)["condition"].equals(made["condition"])


def test_settings_are_checked():
    with pytest.raises(ConfigError, match="did you mean 'isi_step_ms'"):
        conditions.label(rows(intensity_mso=[1.0]), {"isi_step": 1})
    with pytest.raises(ConfigError, match=r"conditions.*greater than 0"):
        conditions.label(rows(intensity_mso=[1.0]), {"intensity_step_mso": 0})


@pytest.mark.parametrize(
    ("muscle", "side", "spot", "spot_side", "target"),
    [
        ("FDI", "L", "FDI", "L", "target"),
        ("FDI", "R", "FDI", "L", "not_target"),
        ("FDI", "", "FDI", "L", "target"),
        ("FDI", "R", "FDI", "", "target"),
        ("TA", "L", "FDI", "L", "not_target"),
        ("TA", "", "FDI", "", "not_target"),
        ("FDI", "L", "", "", "unknown"),
        ("FDI", "L", None, None, "unknown"),
        ("FDI", "L", "n/a", "n/a", "unknown"),
        ("first dorsal interosseous", "L", "fdi", "L", "target"),
    ],
)
def test_target(muscle, side, spot, spot_side, target):
    made = conditions.label(rows(muscle=[muscle], side=[side], hotspot_muscle=[spot], hotspot_side=[spot_side]))
    assert made["target"].tolist() == [target]


def test_no_hotspot_column_is_unknown():
    assert conditions.label(rows(trial=[0, 1]))["target"].tolist() == ["unknown", "unknown"]


def test_missing_design_columns_are_filled():
    made = conditions.label(rows(trial=[0, 1]))
    assert (made[["session", "timepoint", "side"]] == "").all(axis=None)
    assert made["state"].tolist() == ["rest", "rest"]
    assert made["state_assumed"].tolist() == [True, True]


def test_a_missing_state_is_rest_and_said():
    made = conditions.label(rows(state=["active", "", None, np.nan, "rest"]))
    assert made["state"].tolist() == ["active", "rest", "rest", "rest", "rest"]
    assert made["state_assumed"].tolist() == [False, True, True, True, False]


def test_declared_paradigm_stands():
    made = conditions.label(rows(paradigm=["recruitment", ""]))
    assert made["paradigm"].tolist() == ["recruitment", "single"]


def test_labelling_twice_changes_nothing_and_the_input_stays():
    given_rows = rows(state=["active", ""], intensity_mso=[50.0, np.nan])
    before = given_rows.copy()
    once = conditions.label(given_rows)
    pd.testing.assert_frame_equal(conditions.label(once), once)
    pd.testing.assert_frame_equal(given_rows, before)
    assert conditions.labelled(once) is once


def test_index_of_the_rows_does_not_matter():
    given_rows = rows(intensity_mso=[50.0, 60.0, 50.0])
    made = conditions.label(given_rows.set_axis([7, 7, 3]))
    assert made["condition"].tolist() == ["single_50mso", "single_60mso", "single_50mso"]


def test_no_rows():
    made = conditions.label(rows(trial=[0]).iloc[:0])
    assert made.empty
    assert set(conditions.COLUMNS) <= set(made)
    assert conditions.counts(made).empty


def test_bad_rows():
    with pytest.raises(MeasureError, match="no column 'pulse'"):
        conditions.label(pd.DataFrame({"muscle": ["FDI"]}))
    with pytest.raises(MeasureError, match="'singel' is unknown; did you mean 'single'"):
        conditions.label(rows(pulse=["singel"]))


def test_counts():
    given_rows = rows(intensity_mso=[110.0, 95.0, 95.0, 95.0], excluded=[False, True, False, True], state=["rest"] * 4)
    made = conditions.counts(given_rows)
    assert made["condition"].tolist() == ["single_95mso", "single_110mso"]
    assert made["n"].tolist() == [3, 1]
    assert made["n_excluded"].tolist() == [2, 0]


def test_counts_keeps_sides_apart_and_needs_no_exclusions():
    made = conditions.counts(rows(side=["L", "R", "R"]))
    assert made["side"].tolist() == ["L", "R"]
    assert made["n"].tolist() == [1, 2]
    assert made["n_excluded"].tolist() == [0, 0]


def test_natural_order():
    names = ["single_110mso", "single_95mso", "single", "paired_isi10_ts55", "paired_isi2.5_ts55", "paired_isi2_ts55"]
    assert sorted(names, key=conditions.natural) == [
        "paired_isi2_ts55",
        "paired_isi2.5_ts55",
        "paired_isi10_ts55",
        "single",
        "single_95mso",
        "single_110mso",
    ]


@given(st.lists(st.text(max_size=8), max_size=6))
def test_natural_order_takes_any_text(names):
    keys = [conditions.natural(name) for name in sorted(names, key=conditions.natural)]
    assert keys == sorted(keys)


@given(st.lists(st.sampled_from([40.0, 55.0, 100.0, np.nan]), min_size=1, max_size=12))
def test_trials_share_a_condition_where_they_share_the_pulse(intensities):
    made = conditions.label(rows(intensity_mso=intensities))["condition"]
    same = [[a == b or (a != a and b != b) for a in intensities] for b in intensities]
    assert (np.equal.outer(made.to_numpy(), made.to_numpy()) == np.array(same)).all()


def test_a_hot_spot_without_a_side_is_unknown_where_both_sides_are_recorded():
    both = rows(muscle=["FDI", "FDI", "TA"], side=["L", "R", "R"], hotspot_muscle=["FDI"] * 3)
    assert conditions.label(both)["target"].tolist() == ["unknown", "unknown", "not_target"]
    one = rows(muscle=["FDI", "TA"], side=["R", "R"], hotspot_muscle=["FDI"] * 2)
    assert conditions.label(one)["target"].tolist() == ["target", "not_target"]
