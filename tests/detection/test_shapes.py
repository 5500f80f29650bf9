"""The library: each shape begins where it is said to, whatever the sampling rate."""

import numpy as np
import pytest

from pipeline.detection.shapes import LARGE, SHIFTS, n_steps, strided, whitened_rises
from pipeline.detection.whitening import ORDER, stride_of
from pipeline.shape_library import shipped

RATES_HZ = (1000.0, 2000.0, 3000.0, 4096.0, 5000.0, 10000.0, 20000.0)
WHITE = np.eye(1, ORDER + 1)[0]


def test_every_shape_exceeds_1_percent_of_its_peak_first_at_its_onset():
    shapes, before = shipped().shapes, shipped().before
    size = np.abs(shapes) / np.abs(shapes).max(-1, keepdims=True)
    assert size[:, :before].max() <= 0.0101
    assert size[:, before].min() >= 0.0099


def test_shapes_are_various():
    shapes, rate_hz, before = shipped().shapes, shipped().rate_hz, shipped().before
    to_peak_ms = (np.abs(shapes).argmax(-1) - before) / rate_hz * 1000
    assert np.quantile(to_peak_ms, 0.05) < 3
    assert np.quantile(to_peak_ms, 0.95) > 12
    polarity = np.sign(np.take_along_axis(shapes, np.abs(shapes).argmax(-1)[:, None], -1))
    assert 0.2 < (polarity > 0).mean() < 0.8
    unit = shapes / np.linalg.norm(shapes, axis=-1, keepdims=True)
    likeness = np.abs(unit @ unit.T) - np.eye(len(unit))
    assert likeness.max() < 0.9999, "no shape stands twice"


@pytest.mark.parametrize("part", LARGE)
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_rises_end_at_a_large_positive_deflection_and_leads_rise(rate_hz, part):
    rises = whitened_rises(shipped(), rate_hz, WHITE, part)
    back, on = n_steps(1000.0 * stride_of(rate_hz) / rate_hz)
    assert rises.values.shape == rises.square.shape == (len(shipped().shapes), back + on + 1)
    assert np.isfinite(rises.values).all()
    np.testing.assert_allclose(rises.square, np.square(rises.values))
    assert (np.diff(rises.lead_ms) >= 0).all()
    assert (rises.values[:, back] > 0).mean() > 0.95
    own = np.abs(rises.values[:, : back + 1]).max(-1)
    assert (own > 0).mean() > 0.97, "a sharp one that is moved back by some steps may not have begun"


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_rises_are_zero_before_their_onset(rate_hz):
    rises = whitened_rises(shipped(), rate_hz, WHITE, LARGE[0])
    step_ms = 1000.0 * stride_of(rate_hz) / rate_hz
    back, _ = n_steps(step_ms)
    since_ms = rises.lead_ms[:, None] + step_ms * (np.arange(rises.values.shape[1]) - back)
    peak = np.abs(rises.values).max(-1, keepdims=True)
    foot = np.abs(rises.values / peak)
    assert foot[since_ms < -step_ms].max(initial=0.0) < 0.06, "a mean of samples before the onset holds next to nothing"
    first = (foot > 0.1).argmax(-1)
    assert np.median(since_ms[np.arange(len(foot)), first]) > 0


@pytest.mark.parametrize("part", LARGE)
def test_leads_do_not_depend_on_the_rate(part):
    fine = np.median(whitened_rises(shipped(), 20000.0, WHITE, part).lead_ms)
    for rate_hz in RATES_HZ:
        median = np.median(whitened_rises(shipped(), rate_hz, WHITE, part).lead_ms)
        assert abs(median - fine) < 0.7 * max(0.4, 1000.0 / rate_hz), "less than the length of a mean"


def test_a_higher_part_of_the_peak_comes_later():
    medians = [np.median(whitened_rises(shipped(), 5000.0, WHITE, part).lead_ms) for part in LARGE]
    assert medians == sorted(medians)


def test_the_same_twice_and_not_to_be_spoilt():
    one = whitened_rises(shipped(), 4000.0, WHITE, LARGE[0])
    again = whitened_rises(shipped(), 4000.0, WHITE, LARGE[0])
    np.testing.assert_array_equal(one.values, again.values)
    one.values[:] = 0
    np.testing.assert_array_equal(whitened_rises(shipped(), 4000.0, WHITE, LARGE[0]).values, again.values)


def test_a_rise_is_whitened_as_the_signal_is():
    colour = np.array([1.0, -0.5, 0.0, 0.0, 0.0, 0.0, 0.0])
    plain, white = (
        whitened_rises(shipped(), 5000.0, WHITE, LARGE[0]).values,
        whitened_rises(shipped(), 5000.0, colour, LARGE[0]).values,
    )
    np.testing.assert_allclose(white[:, 1:], plain[:, 1:] - 0.5 * plain[:, :-1], rtol=1e-5, atol=1e-2)


def test_values_about_a_sample_a_stride_apart():
    values = np.arange(20.0, dtype=np.float32).reshape(2, 10)
    assert strided(values, np.array([4, 1]), 2, -2, 2).tolist() == [[0, 2, 4, 6, 8], [0, 0, 11, 13, 15]]
    assert strided(values, np.array([9, 9]), 3, 0, 1).tolist() == [[9, 0], [19, 0]]


def test_moves_are_of_chance_but_centred():
    assert sum(SHIFTS) == 0
