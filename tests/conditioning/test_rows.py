"""Rows: chunks cover everything once, and a level is that of its own window."""

import numpy as np
import pytest

from pipeline.conditioning.rows import N_AT_ONCE, chunks, level


@pytest.mark.parametrize("n_rows", [0, 1, N_AT_ONCE, N_AT_ONCE + 1, 3 * N_AT_ONCE - 1])
def test_chunks_cover_every_row_once(n_rows):
    covered = [row for each in chunks(n_rows) for row in range(each.start, each.stop)]
    assert covered == list(range(n_rows))


def test_level_is_that_of_each_window(make, times_ms):
    raw = make(np.stack([np.where(times_ms < 0, 3.0, 9.0)] * 3 + [np.full(1250, np.nan)]))
    windows_ms = np.array([[-50.0, -5.0], [10.0, 50.0], [np.nan, np.nan], [-50.0, -5.0]])[:, None]
    found = level(raw, windows_ms)
    np.testing.assert_array_equal(found.mean[:, 0], [3.0, 9.0, np.nan, np.nan])
    np.testing.assert_array_equal(found.sd[:, 0], [0.0, 0.0, np.nan, np.nan])
