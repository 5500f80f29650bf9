"""Motor threshold: known truth, rules by hand, misuse."""

import numpy as np
import pytest
import scipy.special

from pipeline.excitability import motor_threshold, threshold_rules

HIT, MISS = 100.0, 10.0


def rmt(intensity, size, background=6.0, entered=np.nan, **settings):
    return motor_threshold.rmt(intensity, size, every(intensity, background), every(intensity, entered), **settings)


def amt(intensity, size, background, entered=np.nan, **settings):
    return motor_threshold.amt(intensity, size, background, every(intensity, entered), **settings)


def every(intensity, value):
    return np.full(len(intensity), value)


def series(*blocks):
    """Intensity and size of pulses from (intensity, hits, misses) blocks."""
    intensity = np.concatenate([np.full(hits + misses, float(at)) for at, hits, misses in blocks])
    size = np.concatenate([[HIT] * hits + [MISS] * misses for _, hits, misses in blocks])
    return intensity, size


def ladder(threshold, seed, n_each=10, step=1):
    """Pulses around a threshold, answered as Awiszus 2003 has it."""
    rng = np.random.default_rng(seed)
    intensity = np.repeat(np.arange(np.floor(threshold * 0.8), np.ceil(threshold * 1.25), step), n_each)
    chance = scipy.special.ndtr((intensity - threshold) / (0.07 * threshold))
    return intensity, np.where(rng.random(len(intensity)) < chance, HIT, MISS)


def estimated(n, **design):
    """(n,) truth, and (n, 3 conventions, 3) value and limits: 5/10, 10/20, ML-PEST."""
    truth = np.random.default_rng(5).uniform(35, 70, n)
    pulses = [ladder(m, seed, **design) for seed, m in enumerate(truth)]
    made = [motor_threshold.by_rule(intensity, size - 50, 0.07, 0.01, 10) for intensity, size in pulses]
    return truth, np.array([[one[at][:3] for at in (0, 1, 3)] for one in made])


def test_error_and_bias_over_seeds():
    truth, made = estimated(60)
    error = made[:, :, 0] - truth[:, None]
    assert (np.abs(error).mean(axis=0) < 1.0).all()
    assert (np.abs(error.mean(axis=0)) < 0.6).all()
    assert np.abs(error[:, 2]).mean() < 0.5


@pytest.mark.slow
def test_likelihood_interval_covers():
    truth, made = estimated(300, step=2)
    low, high = made[:, 2, 1], made[:, 2, 2]
    assert 0.91 <= ((low <= truth) & (truth <= high)).mean() <= 0.99


def test_relative_frequency_by_hand():
    made = rmt(*series((46, 0, 10), (48, 4, 6), (50, 5, 5), (52, 9, 1)))
    for each in made[:2]:
        assert each.value == 50
        assert np.isnan([each.ci_low, each.ci_high]).all()
        assert each.n_used == 40
    assert made.relative_frequency_5_10.status == ""
    assert made.relative_frequency_10_20.status == "few_pulses"


def test_only_the_first_pulses_of_an_intensity_count():
    intensity, size = series((48, 0, 10), (50, 5, 5))
    more_intensity, more_size = np.append(intensity, np.full(10, 50.0)), np.append(size, np.full(10, MISS))
    made = rmt(more_intensity, more_size)
    assert made.relative_frequency_5_10.value == 50
    assert made.relative_frequency_5_10.n_used == 20
    assert np.isnan(made.relative_frequency_10_20.value), "5 of 20 is under a half"
    assert made.relative_frequency_10_20.status == "not_bracketed"
    assert made.ml_pest.n_used == 30


def test_few_pulses_where_it_matters():
    made = rmt(*series((40, 0, 2), (48, 2, 8), (50, 7, 3), (60, 3, 0))).relative_frequency_5_10
    assert (made.value, made.status) == (50, "")
    made = rmt(*series((40, 0, 10), (48, 0, 3), (50, 7, 3))).relative_frequency_5_10
    assert (made.value, made.status) == (50, "few_pulses")


def test_hit_rates_that_fall_again_are_made_to_rise():
    # 52 fails after 50 succeeded: pooled (6 + 4 + 2) / 30 is under a half, so the threshold is 56
    made = rmt(*series((48, 0, 10), (50, 6, 4), (52, 4, 6), (54, 2, 8), (56, 9, 1))).relative_frequency_5_10
    assert made.value == 56
    assert made.method == "relative frequency 5/10, isotonic"
    # pooled (6 + 4) / 20 is exactly a half, which is enough
    made = rmt(*series((48, 0, 10), (50, 6, 4), (52, 4, 6), (56, 9, 1))).relative_frequency_5_10
    assert made.value == 50


def test_not_bracketed():
    all_hits = rmt(*series((50, 10, 0), (52, 10, 0)))
    assert np.isnan(all_hits.relative_frequency_5_10.value)
    assert all_hits.relative_frequency_5_10.ci_high == 50, "an upper bound"
    assert {each.status for each in all_hits[:2]} == {"not_bracketed", "few_pulses;not_bracketed"}
    assert np.isnan([all_hits.ml_pest.value, all_hits.ml_pest.ci_low]).all()
    assert 45 < all_hits.ml_pest.ci_high < 52
    assert all_hits.ml_pest.status == "not_bracketed"
    all_misses = rmt(*series((50, 0, 10), (52, 0, 10)))
    assert np.isnan([each.value for each in all_misses]).all()
    assert 50 < all_misses.ml_pest.ci_low < 60
    assert np.isnan(all_misses.ml_pest.ci_high)
    assert {each.status for each in all_misses[:4]} == {"not_bracketed"}


def test_likelihood_reaching_the_edge_is_said():
    made = rmt(*series((95, 1, 5), (100, 1, 5)), min_pulses=1).ml_pest
    assert made.ci_high == 100
    assert made.status == "interval_at_edge"


def test_likelihood_of_a_step_lies_in_its_middle():
    made = rmt(*series((48, 0, 20), (52, 20, 0))).ml_pest
    assert made.value == pytest.approx(50, abs=0.3)
    assert made.ci_low < 50 < made.ci_high
    assert made.ci_high - made.ci_low < 4


def test_lapse_forgives_a_miss_far_above():
    intensity, size = ladder(50, 3, n_each=3, step=2)
    intensity, size = np.append(intensity, 80.0), np.append(size, MISS)
    strict, forgiving = (rmt(intensity, size, lapse=lapse).ml_pest for lapse in (0, 0.01))
    assert abs(forgiving.value - 50) < 1 < abs(strict.value - 50)
    assert forgiving.method == "ML-PEST, lapse 0.01"


def test_few_pulses_of_a_whole_series():
    assert rmt(*series((48, 0, 4), (52, 4, 0))).ml_pest.status == "few_pulses"
    assert rmt(*series((48, 0, 5), (52, 5, 0))).ml_pest.status == ""


def test_criterion():
    intensity, size = series((48, 0, 10), (52, 10, 0))
    assert rmt(intensity, size, criterion_uv=HIT).relative_frequency_5_10.value == 52, "reaching it is enough"
    assert np.isnan(rmt(intensity, size, criterion_uv=HIT + 1).relative_frequency_5_10.value)


def test_active_threshold_is_an_excess_over_background():
    intensity, size = series((36, 0, 10), (38, 0, 10), (40, 10, 0))
    size = np.select([size == HIT, intensity == 38], [400.0, 250.0], 100.0)
    quiet, loud = (amt(intensity, size, np.full(30, background)) for background in (20.0, 150.0))
    assert quiet.relative_frequency_5_10.value == 38, "250 - 20 reaches 200"
    assert loud.relative_frequency_5_10.value == 40, "250 - 150 does not, 400 - 150 does"
    assert {each.status for each in amt(intensity, size, np.full(30, np.nan))} == {"no_values"}


def test_missing_intensity():
    intensity, size = series((48, 0, 10), (52, 10, 0))
    nothing = rmt(np.full(20, np.nan), size)
    assert {each.status for each in nothing[:5]} == {"no_intensity"}
    assert np.isnan([each.value for each in nothing]).all()
    intensity[0] = np.nan
    made = rmt(intensity, size)
    assert made.ml_pest.n_used == 19
    assert made.ml_pest.status == "some_missing"


def test_order_matters_only_through_the_first_pulses():
    intensity, size = ladder(50, 1)
    order = np.random.default_rng(0).permutation(len(intensity))
    assert rmt(intensity[order], size[order]).ml_pest == rmt(intensity, size).ml_pest
    assert rmt(intensity[order], size[order]).relative_frequency_5_10.value == (
        rmt(intensity, size).relative_frequency_5_10.value
    )


def test_tally_takes_the_first_in_order():
    made = threshold_rules.tally(np.array([50.0, 40, 50, 50, 40]), np.array([True, False, True, False, True]), 2)
    assert made.intensity_mso.tolist() == [40, 50]
    assert made.n_hits.tolist() == [1, 2]
    assert made.n.tolist() == [2, 2]


def test_mills_nithi_by_hand():
    made = rmt(*series((44, 0, 10), (46, 0, 10), (48, 4, 6), (50, 10, 0), (52, 10, 0))).mills_nithi
    assert (made.value, made.status, made.n_used) == (48, "", 50)
    assert np.isnan([made.ci_low, made.ci_high]).all()


def test_mills_nithi_without_its_limits():
    for blocks in (((46, 0, 10), (50, 9, 1)), ((46, 1, 9), (50, 10, 0))):
        made = rmt(*series(*blocks)).mills_nithi
        assert (np.isnan(made.value), made.status) == (True, "not_bracketed")
    made = rmt(*series((46, 0, 9), (50, 10, 0))).mills_nithi
    assert (np.isnan(made.value), made.status) == (True, "few_pulses;not_bracketed")
    made = rmt(*series((40, 0, 10), (50, 10, 0))).mills_nithi
    assert (made.value, made.status) == (45, "coarse_steps")
    made = rmt(*series((40, 0, 10), (44, 10, 0), (46, 0, 10), (50, 10, 0))).mills_nithi
    assert made.value == 42, "no pulse at 46 is an accident above 44"


def test_entered_thresholds():
    intensity, size = series((48, 0, 10), (52, 10, 0))
    made = rmt(intensity, size, entered=49.0).entered
    assert (made.value, made.status, made.n_used) == (49, "entered", 0)
    assert rmt(intensity, size).entered.status == "no_values"
    several = motor_threshold.rmt(intensity, size, size, np.repeat([49.0, 51.0], 10)).entered
    assert (np.isnan(several.value), several.status) == (True, "mixed_entries")
    assert amt(intensity, size, size, entered=40.0).entered.value == 40
