"""Filters as products of matrices: what the recursion gives."""

import numpy as np
import pytest
import scipy.signal

from pipeline.conditioning.filtering import BLOCK, both_ways


@pytest.mark.parametrize(
    ("n_samples", "n_padding", "order", "kind", "hz"),
    [(1250, 500, 2, "highpass", 10), (1250, 500, 4, "lowpass", 450), (700, 699, 8, "highpass", 20)]
    + [(n, 10, 1, "lowpass", 900) for n in (BLOCK, 2 * BLOCK - 20, 3 * BLOCK + 1)],
)
def test_it_is_what_the_recursion_gives(n_samples, n_padding, order, kind, hz):
    rng = np.random.default_rng(n_samples)
    signal = 100 * rng.normal(size=(20, n_samples)) + 1000 * rng.normal(size=(20, 1))
    sections = scipy.signal.butter(order, hz, kind, fs=5000, output="sos")
    expected = scipy.signal.sosfiltfilt(sections, signal, padtype="even", padlen=n_padding)
    np.testing.assert_allclose(both_ways(signal, sections, n_padding), expected, atol=1e-7)
