"""Recruitment curves: recovery of a known curve, invariances, misuse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipeline.excitability.curve_fit import rectified_logistic
from pipeline.excitability.recruitment import (
    recruitment_mep_max,
    recruitment_s50,
    recruitment_slope,
    recruitment_threshold,
    s1mv,
)

FITTED = (recruitment_s50, recruitment_threshold, recruitment_slope, recruitment_mep_max, s1mv)
LEVELS = np.array([40.0, 45, 50, 55, 60, 65, 70])


def boltzmann_uv(intensity, largest=3000.0, s50=54.0, k=0.3):
    return largest / (1 + np.exp(k * (s50 - intensity)))


def curve(seed=None, n_each=5, levels=LEVELS, sd=0.3, median=boltzmann_uv):
    """Intensity, size and background of pulses; without a seed they lie on the curve."""
    intensity = np.repeat(levels, n_each)
    spread = 0 if seed is None else np.random.default_rng(seed).normal(0, sd, len(intensity))
    return intensity, np.hypot(median(intensity) * np.exp(spread), 5.0), np.full(len(intensity), 5.0)


def values(metric, *trials, **settings):
    return np.array([each[:3] for each in metric(*trials, **settings)])


@pytest.mark.parametrize(
    ("metric", "truth"),
    [
        (recruitment_s50, 54),
        (recruitment_threshold, 54 - 2 / 0.3),
        (recruitment_slope, 3000 * 0.3 / 4),
        (recruitment_mep_max, 3000),
        (s1mv, 54 - np.log(2) / 0.3),
    ],
)
def test_a_boltzmann_is_found_again(metric, truth):
    made = metric(*curve())
    assert made.boltzmann.value == pytest.approx(truth, rel=1e-4)
    assert made.rectified_logistic.value == pytest.approx(truth, rel=0.02)
    assert made.boltzmann.n_used == 35
    assert made.boltzmann.status == ""
    assert made.boltzmann.ci_low <= made.boltzmann.value <= made.boltzmann.ci_high


def test_a_rectified_logistic_is_found_again():
    shape = np.array([54.0, np.log(0.25), np.log(0.1)])
    trials = curve(median=lambda intensity: 3000 * rectified_logistic(intensity, shape), levels=np.arange(40, 72, 2.0))
    inflection = 54 - np.log1p(0.2) / 0.25
    steepest = 3000 * 1.1 * 0.25 / 4
    assert recruitment_s50(*trials).rectified_logistic.value == pytest.approx(54, abs=0.1)
    assert recruitment_mep_max(*trials).rectified_logistic.value == pytest.approx(3000, rel=0.01)
    assert recruitment_slope(*trials).rectified_logistic.value == pytest.approx(steepest, rel=0.02)
    tangent = inflection - 3000 * 0.9 / 2 / steepest
    assert recruitment_threshold(*trials).rectified_logistic.value == pytest.approx(tangent, abs=0.2)


def test_the_rectified_logistic_is_half_at_its_midpoint_and_zero_below_its_foot():
    shape = np.array([54.0, np.log(0.25), np.log(0.1)])
    made = rectified_logistic(np.array([54.0, 20.0, 200.0]), shape)
    assert made.tolist() == pytest.approx([0.5, 0.0, 1.0])


def test_error_and_coverage_over_seeds():
    made = np.array([values(recruitment_s50, *curve(seed, n_each=4)) for seed in range(40)])
    for convention in (0, 1):
        value, low, high = made[:, convention].T
        assert abs(np.median(value - 54)) < 1.5
        assert ((low <= 54) & (high >= 54)).mean() >= 0.85
    assert np.abs(made[:, 0, 0] - 54).mean() < 1.5


def test_trials_without_a_response_do_not_pull():
    intensity, size, background = curve()
    more = np.repeat([20.0, 25, 30, 35], 10)
    noise = np.random.default_rng(0).uniform(3, 40, len(more))
    wide = (np.append(intensity, more), np.append(size, noise), np.append(background, np.full(40, 5.0)))
    assert recruitment_s50(*wide).boltzmann.value == pytest.approx(54, abs=0.1)
    unfloored = recruitment_s50(*wide, floor_uv=1e-3).boltzmann
    assert abs(unfloored.value - 54) > 0.5 or unfloored.ci_high - unfloored.ci_low > 1, "the floor is what does it"


def test_stray_trials_hardly_move_it():
    intensity, size, background = curve(3, n_each=6, sd=0.2)
    before = recruitment_s50(intensity, size, background).boltzmann.value
    size[[8, 31]] *= [15, 1 / 15]
    assert recruitment_s50(intensity, size, background).boltzmann.value == pytest.approx(before, abs=1)


@hypothesis_settings(max_examples=8, deadline=None)
@given(st.floats(0.01, 100), st.floats(-20, 20), st.integers(0, 5))
def test_gain_and_shift(gain, shift, seed):
    intensity, size, background = curve(seed)
    for metric, scaled, shifted in zip(FITTED, (0, 0, 1, 1, 0), (1, 1, 0, 0, 1), strict=True):
        extra = {"size_uv": 1000 * gain} if metric is s1mv else {}
        before = values(metric, intensity, size, background)
        louder = values(metric, intensity, gain * size, gain * background, floor_uv=50 * gain, **extra)
        np.testing.assert_allclose(louder, before * (gain if scaled else 1), rtol=1e-3, equal_nan=True)
        moved = values(metric, intensity + shift, size, background)
        np.testing.assert_allclose(moved, before + (shift if shifted else 0), rtol=1e-3, equal_nan=True)


@hypothesis_settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["constant", "zero", "wild", "falling", "single"]))
def test_whatever_comes_is_a_number_inside_or_words(seed, kind):
    rng = np.random.default_rng(seed)
    intensity = rng.permutation(np.repeat(LEVELS, 1 if kind == "single" else 3))
    size = {
        "constant": np.full(len(intensity), 300.0),
        "zero": np.zeros(len(intensity)),
        "wild": 10 ** rng.uniform(-3, 6, len(intensity)),
        "falling": boltzmann_uv(-intensity, s50=-54.0),
        "single": boltzmann_uv(intensity),
    }[kind]
    for metric in FITTED:
        for each in metric(intensity, size, np.full(len(size), 4.0)):
            assert np.isnan(each.value) == bool({"at_bound", "out_of_range"} & set(each.status.split(";")))
            if kind in ("constant", "zero", "falling"):
                assert np.isnan(each.value)
    for each in recruitment_s50(intensity, size, np.full(len(size), 4.0)):
        assert np.isnan(each.value) or 40 <= each.value <= 85


def test_order_of_trials_changes_nothing():
    trials = curve(2)
    order = np.random.default_rng(0).permutation(len(trials[0]))
    for metric in FITTED:
        assert metric(*(each[order] for each in trials)) == metric(*trials)


def test_a_fit_is_made_once():
    from pipeline.excitability import recruitment_fit

    trials = curve(77)
    before = recruitment_fit._fitted.cache_info()
    for metric in FITTED:
        metric(*trials)
    after = recruitment_fit._fitted.cache_info()
    assert (after.misses - before.misses, after.hits - before.hits) == (1, 4)


def test_few_intensities():
    for metric in FITTED:
        for each in metric(*curve(1, n_each=10, levels=LEVELS[:4])):
            assert np.isnan([each.value, each.ci_low, each.ci_high]).all()
            assert (each.n_used, each.status) == (40, "few_intensities")
        assert {each.status for each in metric(*curve(1), min_intensities=8)} == {"few_intensities"}


def test_few_trials_are_said():
    made = recruitment_s50(*curve(1, n_each=2))
    assert {each.status.split(";")[0] for each in made} == {"few_trials"}


def test_a_curve_without_its_plateau():
    made = recruitment_mep_max(*curve(1, n_each=8, levels=np.arange(40, 58, 2.0), sd=0.1)).boltzmann
    assert made.status == "no_plateau"
    assert made.value == pytest.approx(3000, rel=0.5)
    assert recruitment_s50(*curve(1, n_each=8, levels=np.arange(40, 58, 2.0), sd=0.1)).boltzmann.status == "no_plateau"


@pytest.mark.parametrize(
    "levels",
    [np.arange(20, 30, 2.0), np.arange(75, 90, 2.0), np.arange(40, 46, 1.0)],
    ids=["no response", "plateau alone", "foot alone"],
)
def test_one_side_of_the_curve_has_no_s50(levels):
    for seed in range(3):
        for made in recruitment_s50(*curve(seed, n_each=8, levels=levels)):
            assert np.isnan([made.value, made.ci_low, made.ci_high]).all()
            assert made.status == "at_bound"


def test_one_millivolt_beyond_what_was_tested():
    low = s1mv(*curve(1, levels=np.arange(40, 51, 2.0), sd=0.1))
    high = s1mv(*curve(1, levels=np.arange(53, 70, 3.0), sd=0.1))
    small = s1mv(*curve(1, sd=0.1), size_uv=5000)
    for made in (low.boltzmann, high.boltzmann, small.boltzmann):
        assert np.isnan([made.value, made.ci_low, made.ci_high]).all()
        assert made.status in ("out_of_range", "at_bound")
    assert small.boltzmann.status == "out_of_range"


def test_missing_intensity_or_size():
    intensity, size, background = curve(1)
    nothing = np.full(len(size), np.nan)
    for metric in FITTED:
        assert {each.status for each in metric(nothing, size, background)} == {"no_intensity"}
        assert {each.status for each in metric(intensity, nothing, background)} == {"no_values"}
        assert np.isnan([each.value for each in metric(nothing, size, background)]).all()
    intensity[0] = np.nan
    made = recruitment_s50(intensity, size, nothing).boltzmann
    assert (made.n_used, made.status) == (34, "some_missing")


def test_a_loud_background_lifts_the_floor():
    intensity, size, _ = curve()
    loud = np.hypot(size, 200.0)
    made = recruitment_s50(intensity, loud, np.full(len(size), 200.0)).boltzmann
    assert made.value == pytest.approx(54, abs=0.1)


def subject(seed):
    """Rows of 24 simulated pulses from raw epochs, and the true midpoint."""
    from pipeline import condition, detect, synthetic

    _, truth = synthetic.trials(1, seed=seed)
    threshold = float(truth["rmt_mso"].iloc[0])
    intensity = np.repeat(np.rint(threshold * np.linspace(0.9, 1.5, 6)), 4)
    trials, _ = synthetic.trials(24, seed=seed, intensity_mso=intensity)
    return detect(condition(trials)), 1.3 * threshold


def test_from_raw_epochs():
    from pipeline import summarise

    error = []
    for seed in range(3):
        rows, truth = subject(seed)
        made = summarise(rows.assign(entered_rmt_mso=44.0))
        own = made[made["metric"] == "recruitment_s50"].set_index("convention")
        assert set(own["condition"]) == {""}
        assert set(own["unit"]) == {"%MSO"}
        error.append(own["value"] - truth)
    assert np.abs(np.median(error, axis=0)).max() < 3
    entered = made[(made["metric"] == "rmt") & (made["convention"] == "entered")].iloc[0]
    assert (entered["value"], entered["status"]) == (44, "entered")


def test_paired_pulses_and_contraction_are_other_curves():
    from pipeline import summarise

    rows, _ = subject(1)
    paired = rows.assign(pulse="paired", isi_ms=2.0, conditioning_mso=35.0)
    assert not summarise(paired)["metric"].str.startswith("recruitment").any()
    both = summarise(rows.assign(state=np.where(np.arange(len(rows)) % 2, "rest", "active")))
    states = both[both["metric"] == "recruitment_s50"]["state"]
    assert set(states) == {"rest", "active"}
