"""Simulated pairs of nerve stimuli: what is there, the truth of it, and what the pipeline measures of it."""

import dataclasses

import numpy as np
import pytest

from pipeline import condition, detect
from pipeline.errors import MeasureError
from pipeline.synthetic.nerve import nerve_of
from pipeline.synthetic.nerve_pairs import current_ma, nerve_pairs
from pipeline.synthetic.parameters import Parameters

QUIET = Parameters(noise_uv=0.0, mains_uv=0.0, drift_uv=0.0, artefact_uv=(0.0, 0.0))
NERVE = dataclasses.replace(nerve_of("SOL", 1), f_persistence=0.0)
SHARES = {60.0: 0.2, 200.0: 0.8}
EPOCH_MS = (-350.0, 150.0)


def made(n_trials=30, nerve=NERVE, **changed):
    return nerve_pairs(nerve, SHARES, n_trials, **{"epoch_ms": EPOCH_MS, "parameters": QUIET, **changed})


def test_the_current_is_on_the_rising_side_of_the_curve():
    assert NERVE.h_uv(current_ma(NERVE)) == pytest.approx(0.9 * NERVE.h_max_uv, rel=0.05)
    assert NERVE.h_uv(current_ma(NERVE) + 0.2) > NERVE.h_uv(current_ma(NERVE))


def test_second_reflexes_are_what_is_told_of_single_ones():
    trials, truth = made(200)
    median = truth["h_peak_to_peak_uv"].groupby(trials.pulses["isi_ms"].fillna(0)).median()
    for isi_ms, share in SHARES.items():
        assert median[isi_ms] / median[0] == pytest.approx(share, rel=0.06)
    assert trials.pulses["pulse"].value_counts().to_dict() == {"nerve_pair": 400, "nerve": 200}
    assert (np.diff(trials.pulses["isi_ms"].fillna(0)) != 0).sum() > 100, "in random order"


@pytest.mark.parametrize("isi_ms", list(SHARES))
def test_the_first_stimulus_answers_before_the_second_and_single_ones_do_not(isi_ms):
    trials, _ = made(4)
    own = (trials.pulses["isi_ms"] == isi_ms).to_numpy()
    alone = (trials.pulses["pulse"] == "nerve").to_numpy()
    h = (trials.times_ms > NERVE.h_latency_ms - isi_ms) & (trials.times_ms < min(NERVE.h_latency_ms + 15 - isi_ms, 0))
    assert (np.ptp(trials.emg_uv[own, 0][:, h], axis=-1) > 0.5 * NERVE.h_max_uv).all()
    assert np.abs(trials.emg_uv[alone, 0][:, trials.times_ms < 0]).max() < 1e-6
    assert np.abs(trials.emg_uv[own, 0][:, trials.times_ms < -isi_ms]).max() < 1e-6


def test_detection_measures_the_second_reflex_and_a_background_before_the_first():
    noisy = Parameters(noise_uv=1.0)
    trials, truth = made(6, parameters=noisy)
    rows = detect(condition(trials))
    np.testing.assert_allclose(rows["h_peak_to_peak_uv"], truth["h_peak_to_peak_uv"], rtol=0.06)
    np.testing.assert_allclose(rows["m_peak_to_peak_uv"], truth["m_peak_to_peak_uv"], rtol=0.06)
    assert rows["h_present"].all()
    assert rows["background_rms_uv"].between(0.6, 3.0).all()
    assert not rows["excluded"].any()


def test_an_epoch_that_does_not_hold_the_background_is_an_error():
    trials, _ = made(1, epoch_ms=(-250.0, 150.0))
    with pytest.raises(MeasureError, match=r"-300 to .* ms, .* -250"):
        detect(trials)


def test_the_same_seed_is_the_same_signal_and_another_is_not():
    one, same, other = (made(2, seed=seed)[0].emg_uv for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
