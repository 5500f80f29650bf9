"""Which numbers are compared as logarithms."""

import pytest

from pipeline.study.cells import logarithmic


@pytest.mark.parametrize(
    ("metric", "unit", "expected"),
    [
        ("mep_amplitude", "µV", True),
        ("h_reflex", "%", True),
        ("h_reflex", "µV", True),
        ("sici", "", True),
        ("sici", "%", False),
        ("rmt", "%MSO", False),
        ("rmt", "µV", False),
        ("irls", "points", False),
    ],
)
def test_sizes_and_ratios_are_and_changes_in_percent_are_not(metric, unit, expected):
    assert logarithmic(metric, unit) is expected
