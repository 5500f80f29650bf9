"""Times become indices in one place; these are its rules."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import windows


@given(st.floats(200, 20_000), st.integers(2, 3000), st.floats(-500, 0))
def test_rate_is_that_of_the_axis(rate_hz, n, first_ms):
    times_ms = first_ms + np.arange(n) * 1000 / rate_hz
    assert windows.rate_hz(times_ms) == pytest.approx(rate_hz, rel=1e-6)


@given(st.sampled_from([1000, 2048, 3000, 4000, 5000]), st.integers(-100, 300))
def test_nearest_finds_the_sample_itself(rate_hz, index):
    times_ms = (np.arange(500) - 100) * 1000 / rate_hz
    assert windows.nearest(times_ms, times_ms[index + 100]) == index + 100


def test_a_window_is_closed_at_both_ends():
    times_ms = np.arange(-50, 50) / 2.0
    covered = times_ms[windows.inside(times_ms, np.array([[-5.0, 3.0]]))[0]]
    assert covered[0] == -5.0
    assert covered[-1] == 3.0


def test_thirds_of_a_millisecond_do_not_lose_the_edge():
    times_ms = -50 + np.arange(451) / 3
    covered = times_ms[windows.inside(times_ms, np.array([10.0, 80.0]))]
    assert covered[0] == pytest.approx(10)
    assert covered[-1] == pytest.approx(80)


def test_cut_spans_all_windows_and_marks_each_trials_own():
    times_ms = np.arange(100.0)
    signal = np.tile(times_ms, (2, 1))
    part = windows.cut(signal, times_ms, np.array([[10.0, 20.0], [15.0, 30.0]]))
    assert part.times_ms[[0, -1]].tolist() == [10, 30]
    assert part.inside.sum(axis=1).tolist() == [11, 16]
    assert (part.values == part.times_ms).all()


def test_a_window_of_nan_covers_nothing():
    times_ms = np.arange(100.0)
    part = windows.cut(np.zeros((2, 100)), times_ms, np.array([[10.0, 20.0], [np.nan, np.nan]]))
    assert part.inside.sum(axis=1).tolist() == [11, 0]
    assert windows.cut(np.zeros((1, 100)), times_ms, np.full((1, 2), np.nan)).values.shape == (1, 0)


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.integers(1, 6))
def test_held_is_what_a_loop_would_find(values, n):
    mask = np.array([values])
    expected = [len(values[i : i + n]) == n and all(values[i : i + n]) for i in range(len(values))]
    assert windows.held(mask, n)[0].tolist() == expected


def test_first_and_last_time_are_nan_where_there_is_none():
    times_ms = np.arange(5.0)
    mask = np.array([[False, True, False, True, False], [False] * 5])
    assert windows.first_time(mask, times_ms)[0] == 1
    assert windows.last_time(mask, times_ms)[0] == 3
    assert np.isnan(windows.first_time(mask, times_ms)[1])
    assert np.isnan(windows.last_time(mask, times_ms)[1])
