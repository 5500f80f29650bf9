"""Epochs are the parts of the recording they should be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.acquisition.cutting import cut, samples_of
from pipeline.errors import ReadError


@given(st.integers(0, 999), st.integers(1, 400), st.integers(1, 400), st.sampled_from([1000.0, 3000.0, 4096.0, 5000.0]))
def test_each_epoch_is_its_part_of_the_recording_or_nan(at, before, after, rate_hz):
    signal = np.arange(2000.0).reshape(2, 1000)
    emg, times_ms = cut(signal, np.array([at]), rate_hz, (-before * 1000 / rate_hz, after * 1000 / rate_hz))
    assert len(times_ms) == before + after + 1
    assert times_ms[before] == 0
    index = at + np.arange(-before, after + 1)
    inside = (index >= 0) & (index < 1000)
    assert np.isnan(emg[0, :, ~inside]).all()
    assert np.array_equal(emg[0][:, inside], signal[:, index[inside]])


@given(st.integers(0, 200))
def test_a_shift_of_the_recording_shifts_the_samples(shift):
    signal = np.random.default_rng(0).normal(size=(1, 3000))
    at = np.array([500, 1500, 2500])
    one, _ = cut(signal, at, 1000.0, (-100, 200))
    two, _ = cut(np.roll(signal, shift), at + shift, 1000.0, (-100, 200))
    assert np.array_equal(one, two)


def test_nothing_is_taken_from_beyond_a_gap():
    signal = np.arange(1000.0)[None]
    emg, _ = cut(signal, np.array([395, 400, 405]), 1000.0, (-10, 10), np.array([0, 400]))
    assert np.isfinite(emg[0, 0]).sum() == 10 + 5
    assert emg[1, 0, np.isfinite(emg[1, 0])].tolist() == list(range(400, 411))
    assert emg[2, 0, np.isfinite(emg[2, 0])].tolist() == list(range(400, 416))


def test_samples_are_the_nearest_ones():
    assert samples_of(np.array([0.0, 0.0004, 0.0006, 1.9994]), 1000.0, 2000, ("",) * 4).tolist() == [0, 0, 1, 1999]


@pytest.mark.parametrize(("onset_s", "text"), [(-0.1, "-0.1 s"), (2.0, "2 s"), (50.0, "50 s")])
def test_a_pulse_outside_the_recording_is_an_error(onset_s, text):
    with pytest.raises(ReadError, match=f"second at {text} lies outside the recording, which goes from 0 s to 2 s"):
        samples_of(np.array([1.0, onset_s]), 1000.0, 2000, ("first", "second"))
