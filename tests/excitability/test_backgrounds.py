"""Which background belongs to which number."""

import numpy as np
import pandas as pd

from pipeline.excitability.backgrounds import backgrounds, levels
from pipeline.excitability.cells import DESIGN

ROWS = pd.DataFrame(
    {"session": "a", "timepoint": ["pre", "pre", "post", "post"], "state": "rest", "side": "R", "muscle": "FDI",
     "pulse": ["single", "single", "single", "paired"], "background_rms_uv": [1.0, 2.0, 6.0, 90.0], "excluded": False}
)  # fmt: skip


def of(metric, timepoint, rows=ROWS):
    cell = pd.DataFrame([["a", timepoint, "rest", "R", "FDI"]], columns=list(DESIGN))
    return levels(pd.Series([metric]), cell, backgrounds(rows))[0]


def test_of_the_pulses_that_the_metric_is_made_of():
    assert of("rmt", "pre") == 1.5
    assert of("rmt", "post") == 6.0
    assert of("sici", "post") == 90.0


def test_of_all_timepoints_where_the_metric_is():
    assert of("after_effect", "") == 2.0
    assert np.isnan(of("rmt", ""))


def test_what_is_excluded_or_not_known():
    assert of("rmt", "pre", ROWS.assign(excluded=[True, False, False, False])) == 2.0
    assert np.isnan(of("rmt", "pre", ROWS.drop(columns="background_rms_uv")))
    assert np.isnan(of("nothing", "pre"))
