"""The silent period of an average: known dips, its intervals, and where it is looked for."""

import numpy as np
import pandas as pd
import pytest

from pipeline import windows
from pipeline.detection import averages, detect, silent_period_average
from pipeline.detection.silent_period_average import IPSILATERAL_MS, average_sp
from pipeline.trials import Trials

TIMES_MS = np.arange(-120.0, 300.0, 0.25)
BACKGROUND_MS = np.array([-100.0, -5.0])


def noise(rng, n_trials, n_samples):
    """(n_trials, n_samples) noise of RMS 1 with most power at 50-150 Hz."""
    hz = np.fft.rfftfreq(n_samples, 0.25e-3)
    density = hz / ((hz + 30.0) * (1 + (hz / 150.0) ** 2))
    spectrum = (rng.normal(size=(n_trials, len(hz))) + 1j * rng.normal(size=(n_trials, len(hz)))) * density
    signal = np.fft.irfft(spectrum, n_samples)
    return signal / signal.std(-1, keepdims=True)


def rectified(seed, n_trials=20, depth=0.6, dip_ms=(38.0, 62.0)):
    signal = 40.0 * noise(np.random.default_rng(seed), n_trials, len(TIMES_MS))
    signal[:, windows.inside(TIMES_MS, np.array(dip_ms))] *= 1 - depth
    return np.abs(signal)


def found(values, seed=0, **settings):
    rng = np.random.default_rng(seed)
    return average_sp(values, TIMES_MS, BACKGROUND_MS, np.array(IPSILATERAL_MS), rng, **settings)


def test_a_known_dip():
    many = pd.DataFrame([found(rectified(seed)) for seed in range(6)])
    median = many.median()
    assert median["average_sp_onset_ms"] == pytest.approx(38.0, abs=2)
    assert median["average_sp_end_ms"] == pytest.approx(62.0, abs=2)
    assert median["average_sp_depth_percent"] == pytest.approx(60.0, abs=8)
    assert median["average_sp_area_ms"] == pytest.approx(0.6 * 24.0, abs=2)
    lasts = many["average_sp_end_ms"] - many["average_sp_onset_ms"]
    np.testing.assert_allclose(many["average_sp_duration_ms"], lasts)
    inside = (many["average_sp_area_low_ms"] <= 0.6 * 24) & (many["average_sp_area_high_ms"] >= 0.6 * 24)
    assert inside.mean() >= 0.6
    assert (many["average_sp_found_fraction"] > 0.8).all()


def test_edges_of_a_box_lie_half_way_and_crossings_of_the_limit_before():
    signal = np.stack([rectified(seed, 40, 0.5) for seed in range(8)])
    ramp = np.clip((TIMES_MS - 34.0) / 8.0, 0.0, 1.0) * np.clip((66.0 - TIMES_MS) / 8.0, 0.0, 1.0)
    sloping = signal * np.where(windows.inside(TIMES_MS, np.array([38.0, 62.0])), 2.0, 1.0) * (1.0 - 0.6 * ramp)
    box, limit = (pd.DataFrame([found(each, edges=name) for each in sloping]).median() for name in ("box", "limit"))
    assert box["average_sp_onset_ms"] == pytest.approx(38.0, abs=1)
    assert box["average_sp_end_ms"] == pytest.approx(62.0, abs=1)
    assert limit["average_sp_onset_ms"] < 37
    assert limit["average_sp_end_ms"] > 63
    assert box["average_sp_duration_ms"] == pytest.approx(24.0, abs=1.5)
    inside = 100 * 0.6 * np.mean(ramp[windows.inside(TIMES_MS, np.array([38.0, 62.0]))])
    assert box["average_sp_depth_percent"] == pytest.approx(inside, abs=5)
    lacking = box["average_sp_depth_percent"] / 100 * box["average_sp_duration_ms"]
    assert box["average_sp_area_ms"] == pytest.approx(lacking, rel=0.05)


def test_a_box_by_hand():
    lacks = np.array([[0, 0, 1, 5, 5, 5, 1, 0, 0, 0], [0, 0, 2, 2, 2, 2, 2, 2, 2, 2]], float)
    running = np.concatenate([np.zeros((2, 1)), np.cumsum(lacks, -1)], -1)
    first, last, size = silent_period_average._box(running, np.array([2, 2]), np.array([7, 10]), 2)
    assert (first.tolist(), last.tolist(), size.tolist()) == ([3, 2], [6, 10], [15, 16])


def test_more_trials_narrow_the_interval():
    few, many = found(rectified(1, 8)), found(rectified(1, 80))
    width = [each.average_sp_area_high_ms - each.average_sp_area_low_ms for each in (few, many)]
    assert width[1] < 0.7 * width[0]


def test_the_same_seed_gives_the_same_interval():
    assert found(rectified(2), seed=4) == found(rectified(2), seed=4)


@pytest.mark.parametrize("edges", ["limit", "box"])
def test_gain_changes_no_time(edges):
    np.testing.assert_allclose(found(rectified(3), edges=edges), found(1000.0 * rectified(3), edges=edges))


def test_without_a_dip_it_is_seldom_found_and_never_sure():
    each = [found(rectified(seed, depth=0.0)) for seed in range(20, 32)]
    assert np.isfinite([one.average_sp_onset_ms for one in each]).mean() <= 0.3
    assert np.mean([one.average_sp_found_fraction for one in each]) < 0.6


def test_one_that_is_under_way_or_does_not_end_has_no_edge_for_a_time():
    early = found(rectified(5, depth=0.9, dip_ms=(10.0, 60.0)))
    assert not early.average_sp_onset_ms <= 20.5
    for edges in ("limit", "box"):
        late = found(rectified(5, depth=0.9, dip_ms=(50.0, 400.0)), edges=edges)
        assert late.average_sp_onset_ms == pytest.approx(50.0, abs=3)
        assert np.isnan([late.average_sp_end_ms, late.average_sp_duration_ms, late.average_sp_area_ms]).all()


def test_missing_trials_are_left_out_and_few_have_no_interval():
    values = rectified(6, 5)
    values[2, 10] = np.nan
    assert np.isfinite(found(values).average_sp_onset_low_ms)
    two = found(rectified(6, 2, depth=0.9))
    assert np.isfinite(two.average_sp_onset_ms)
    assert np.isnan(two.average_sp_onset_low_ms)
    assert np.isnan(found(np.full((3, len(TIMES_MS)), np.nan))).all()
    assert np.isnan(found(np.zeros((4, len(TIMES_MS))))[:15]).all()


def table(trials, **pulses):
    given = trials.replace(pulses=trials.pulses.assign(**pulses))
    return averages(given, detect(given), ["state"]).table.iloc[0]


def test_of_the_side_that_is_stimulated_it_is_the_ipsilateral_one():
    signal = 40.0 * noise(np.random.default_rng(7), 20, len(TIMES_MS))
    signal[:, (TIMES_MS >= 38) & (TIMES_MS < 62)] *= 0.3
    pulses = pd.DataFrame({"pulse": ["single"] * 20, "state": "active", "stim_side": "R"})
    row = table(Trials(signal[:, None], TIMES_MS, ["FDI"], pulses, ["R"]))
    assert row["average_sp_kind"] == "ipsilateral"
    assert row["average_sp_onset_ms"] == pytest.approx(38.0, abs=3)
    assert row["average_sp_end_ms"] == pytest.approx(62.0, abs=3)


def test_else_it_is_the_cortical_one(recording):
    trials, _ = recording(20, snr=50.0, rms_uv=40.0, state="active")
    for side in ("L", ""):
        row = table(trials, stim_side=side)
        assert row["average_sp_kind"] == "cortical"
        assert row["average_sp_end_ms"] == pytest.approx(130.0, abs=4)


def test_at_rest_after_pairs_and_of_both_sides_there_is_none(recording):
    trials, _ = recording(10, snr=50.0, rms_uv=40.0, state="active")
    for pulses in ({"state": "rest"}, {"pulse": "nerve"}, {"stim_side": ["L", "R"] * 5}):
        row = table(trials, **pulses)
        assert row["average_sp_kind"] == ""
        assert np.isnan(row["average_sp_onset_ms"])


def test_stretches_by_hand():
    below = np.array([list("..xx.x..x.."), list("xx...xx..xx"), list("...........")]) == "x"
    row, first, last = (each.tolist() for each in silent_period_average._stretches(below, 2))
    assert (row, first, last) == ([0, 0, 1, 1, 1], [2, 8, 0, 5, 9], [6, 9, 2, 7, 11])
    row, first, last = (each.tolist() for each in silent_period_average._stretches(below, 3))
    assert (row, first, last) == ([0, 1, 1], [2, 0, 5], [11, 2, 11]), "fewer samples than a gap follow: no end is seen"
    assert not len(silent_period_average._stretches(below[2:], 2)[0])
