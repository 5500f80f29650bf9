"""Averages beside the rows of their trials."""

import numpy as np
import pandas as pd
import pytest

from pipeline import conditions
from pipeline.errors import MeasureError
from pipeline.excitability.averaged import NUMBERS, read_averages, with_averages


def labelled(n=4, **columns):
    table = {
        "recording": "a", "trial": range(n), "muscle": "FDI", "side": "R", "pulse": "single", "state": "active",
        "hotspot_muscle": "first dorsal interosseous", "hotspot_side": "L", **columns,
    }  # fmt: skip
    return conditions.label(pd.DataFrame(table))


def averages(**columns):
    row = {
        "recording": "a", "muscle": "FDI", "side": "R", "state": "active", "timepoint": "", "target": "not_target",
        "condition": "single", "n_used": 4, "average_sp_kind": "ipsilateral", **dict.fromkeys(NUMBERS, 7.0),
    }  # fmt: skip
    return pd.DataFrame([{**row, **columns}])


def test_each_trial_gets_its_average():
    both = pd.concat([averages(), averages(recording="b", average_sp_onset_ms=9.0, n_used=1)], ignore_index=True)
    table = with_averages(labelled(recording=["a", "b", "a", "c"]), both)
    assert table["ipsilateral"].tolist() == ["target", "target", "target", ""]
    np.testing.assert_array_equal(table["average_sp_onset_ms"], [7, 9, 7, np.nan])
    np.testing.assert_array_equal(table["average_at"], [0, 1, 0, np.nan])
    np.testing.assert_array_equal(table["average_n_used"], [4, 1, 4, np.nan])


@pytest.mark.parametrize(("spot", "aim"), [("FDI", "target"), ("fdi", "target"), ("TA", "not_target"), ("", "unknown")])
def test_the_hot_spot_is_that_muscle_on_whatever_side(spot, aim):
    table = labelled(hotspot_muscle=spot)
    own = averages(target=table["target"].iloc[0])
    assert set(with_averages(table, own)["ipsilateral"]) == {aim}


def test_without_averages_and_of_other_kinds_there_is_none():
    for given in (None, averages(average_sp_kind="cortical"), averages(average_sp_kind=""), averages().iloc[:0]):
        assert set(with_averages(labelled(), given)["ipsilateral"]) == {""}


def test_the_index_and_the_order_of_rows_stay():
    rows = labelled().set_index(pd.Index([9, 4, 4, 1]))
    made = with_averages(rows, averages())
    assert made.index.tolist() == [9, 4, 4, 1]
    pd.testing.assert_frame_equal(made[list(rows)], rows)


def test_what_is_read_is_what_metrics_are_made_of():
    both = pd.concat([averages(average_sp_kind="cortical"), averages()], ignore_index=True)
    read = read_averages(both.assign(average_sp_end_ms=3.0))
    assert len(read) == 1
    assert "average_sp_end_ms" not in read
    assert set(NUMBERS) < set(read)


def test_bad_averages():
    with pytest.raises(MeasureError, match="no column 'recording'"):
        with_averages(labelled(), averages().drop(columns="recording"))
    with pytest.raises(MeasureError, match="two are of the same recording"):
        with_averages(labelled(), pd.concat([averages(), averages()]))
    rows = labelled().drop(columns="recording")
    assert set(with_averages(rows, averages())["ipsilateral"]) == {"target"}
    with pytest.raises(MeasureError, match="two are of the same recording"):
        with_averages(rows, pd.concat([averages(), averages(recording="b")]))
