"""Area under the recruitment curve: by hand, invariances, misuse."""

import numpy as np
import pytest

from pipeline.excitability.recruitment_area import recruitment_auc

LEVELS = np.array([40.0, 45, 50, 55, 60, 65, 70])
SIZES = 3000 / (1 + np.exp(0.3 * (54 - LEVELS)))


def test_area_by_hand():
    intensity = np.repeat([40.0, 50, 55, 60, 70], [4, 4, 4, 4, 4])
    size = np.repeat([10.0, 100, 200, 300, 400], 4) + np.tile([-2.0, 2, -1, 1], 5)
    made = recruitment_auc(intensity, size).trapezoid
    assert made.value == pytest.approx(10 * 55 + 5 * 150 + 5 * 250 + 10 * 350)
    assert made.ci_low < made.value < made.ci_high
    assert (made.n_used, made.status) == (20, "")
    assert "40 to 70 %MSO" in made.method
    few = recruitment_auc(intensity[:16], size[:16]).trapezoid
    assert (np.isnan(few.value), few.status) == (True, "few_intensities;few_trials")


def test_area_of_single_trials_has_no_interval():
    made = recruitment_auc(LEVELS, SIZES).trapezoid
    assert made.value > 0
    assert np.isnan([made.ci_low, made.ci_high]).all()


def test_area_scales_with_gain_and_not_with_a_shift():
    intensity = np.repeat(LEVELS, 5)
    size = SIZES.repeat(5) * np.exp(np.random.default_rng(5).normal(0, 0.3, len(intensity)))
    before, louder, moved = (
        np.array(each.trapezoid[:3])
        for each in (
            recruitment_auc(intensity, size),
            recruitment_auc(intensity, 3 * size),
            recruitment_auc(intensity + 7, size),
        )
    )
    np.testing.assert_allclose(louder, 3 * before)
    np.testing.assert_allclose(moved, before)


def test_area_of_unknown_intensities_or_sizes():
    intensity, size = np.repeat(LEVELS, 4), np.repeat(SIZES, 4)
    nothing = np.full(28, np.nan)
    for made, status in (
        (recruitment_auc(nothing, size), "no_intensity"),
        (recruitment_auc(intensity, nothing), "no_values"),
    ):
        assert np.isnan([made.trapezoid.value, made.trapezoid.ci_low]).all()
        assert made.trapezoid.status == status
    intensity[0] = np.nan
    assert recruitment_auc(intensity, size).trapezoid.status == "some_missing"
