"""Recruitment curve and sizes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.synthetic.parameters import Parameters, generator
from pipeline.synthetic.recruitment import Curve, sizes

RMT = 45.0
REST = Curve(RMT, 50.0, 4000.0, 1.3 * RMT)


@given(
    threshold=st.floats(20, 80),
    criterion=st.sampled_from((50.0, 200.0)),
    largest=st.floats(500, 10000),
    ratio=st.floats(1.1, 1.6),
)
def test_median_at_threshold_is_the_criterion_and_at_s50_half_the_largest(threshold, criterion, largest, ratio):
    curve = Curve(threshold, criterion, largest, ratio * threshold)
    assert curve.median_uv(threshold) == pytest.approx(criterion)
    assert curve.median_uv(curve.s50_mso) == pytest.approx(largest / 2)
    assert (np.diff(curve.median_uv(np.linspace(0, 100, 50))) >= 0).all()


def test_at_120_percent_of_threshold_half_to_one_millivolt():
    assert 500 < REST.median_uv(1.2 * RMT) < 1000


def test_half_of_the_trials_at_threshold_exceed_50_uv():
    drawn = sizes(REST, np.full(20000, RMT), Parameters(), generator("half"))
    assert np.mean(np.nan_to_num(drawn) >= 50.0) == pytest.approx(0.5, abs=0.015)


def test_spread_is_what_was_asked():
    far_above = np.full(20000, 3 * RMT)
    drawn = sizes(REST, far_above, Parameters(log_sd=0.5), generator("spread"))
    assert np.std(np.log(drawn)) == pytest.approx(0.5, abs=0.02)


def test_a_size_below_one_motor_unit_or_no_pulse_is_absent_not_zero():
    drawn = sizes(REST, np.array([0.0, np.nan, RMT * 1.5]), Parameters(), generator("absent"))
    assert np.isnan(drawn[:2]).all()
    assert drawn[2] > 100
