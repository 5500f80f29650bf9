"""What is said of recordings that were measured."""

import pandas as pd
import pytest

from pipeline.notices import _near_misses


@pytest.mark.parametrize(
    ("name", "meant"),
    [("intensity", "intensity_mso"), ("intensty_mso", "intensity_mso"), ("hotspot_muscl", "hotspot_muscle")],
)
def test_a_slip_of_the_pen_is_taken_for_what_it_is(name, meant):
    (said,) = _near_misses(pd.DataFrame({"pulse": ["single"], name: [1]}))
    assert f"did you mean {meant!r}?" in said


@pytest.mark.parametrize(
    "name", ["duration", "trial_type", "value", "sample", "HED", "coil", "response_time", "event_id"]
)
def test_other_columns_are_carried_without_a_word(name):
    assert _near_misses(pd.DataFrame({"pulse": ["single"], name: [1]})) == []


def test_a_column_beside_the_one_it_is_like_is_meant():
    assert _near_misses(pd.DataFrame({"pulse": ["single"], "intensity_mso": [50], "intensity_ms": [1]})) == []
