"""Simulated pairs of pulses: what is there, and the truth of it."""

import numpy as np
import pytest

from pipeline.synthetic.amplifier import Clock
from pipeline.synthetic.pairs import Pair, Unconditioned, paired_pulses
from pipeline.synthetic.parameters import Parameters
from pipeline.synthetic.physiology import participant, physiology

QUIET = Parameters(noise_uv=0.0, mains_uv=0.0, drift_uv=0.0, preactivated_share=0.0, artefact_uv=(0.0, 0.0))
CLOCK = Clock(2000.0, -150.0, 500)
WHO = physiology(participant("sub-02", 1), "morning", "FDI", 1, QUIET)


def made(pairs, n_trials=400, parameters=QUIET, seed=0, log_sd=0.4):
    rng = np.random.default_rng(seed)
    return paired_pulses(WHO, pairs, Unconditioned(1000.0, log_sd), n_trials, CLOCK, parameters, rng)


def sizes(trials, **where):
    fit = np.logical_and.reduce([trials.pulses[name] == value for name, value in where.items()])
    after = (trials.times_ms > 10) & (trials.times_ms < 60)
    return np.ptp(trials.emg_uv[fit, 0][:, after], axis=-1)


def test_the_truth_is_that_of_the_sizes():
    trials, truth = made([Pair("paired", 2.0, 0.4, 0.7), Pair("nerve_tms", 20.0, 1.2, 0.4)])
    test = sizes(trials, pulse="single", intensity_mso=round(1.2 * WHO.rest.threshold_mso))
    for row in truth.to_dict("records"):
        own = sizes(trials, pulse=row["pulse"], isi_ms=row["isi_ms"])
        assert len(own) == len(test) == 400
        # standard error of a log ratio of means at 400 trials and log SD 0.4 and 0.7: 0.04
        assert own.mean() / test.mean() == pytest.approx(row["ratio_of_means"], rel=0.12)
        assert np.median(own) / np.median(test) == pytest.approx(row["ratio_of_medians"], rel=0.15)
        assert np.exp(np.log(own).mean() - np.log(test).mean()) == pytest.approx(row["geometric_ratio"], rel=0.12)
    assert truth["percent_change"].tolist() == pytest.approx((100 * (truth["ratio_of_means"] - 1)).tolist())


def test_conditioning_pulses_are_given_alone_and_evoke_nothing_below_threshold():
    trials, _ = made([Pair("paired", 2.0, 0.4, 0.4), Pair("nerve_tms", 20.0, 0.7, 0.4)], n_trials=5)
    alone = round(0.8 * WHO.rest.threshold_mso)
    assert (sizes(trials, pulse="single", intensity_mso=alone) == 0).all()
    assert trials.pulses["pulse"].value_counts().to_dict() == {"single": 10, "paired": 5, "nerve_tms": 5}
    assert set(trials.pulses.loc[trials.pulses["pulse"] == "paired", "conditioning_mso"]) == {alone}


@pytest.mark.parametrize(("conditioning", "answers"), [(0.8, False), (1.2, True)])
def test_a_first_pulse_above_threshold_answers_before_the_second(conditioning, answers):
    trials, _ = made([Pair("paired", 100.0, 0.3, 0.4, conditioning)], n_trials=5)
    before = (trials.times_ms > -100) & (trials.times_ms < -30)
    own = trials.emg_uv[(trials.pulses["pulse"] == "paired").to_numpy(), 0]
    assert (np.ptp(own[:, before], axis=-1) > 100).all() == answers
    assert np.abs(own[:, trials.times_ms < -100]).max() < 1e-9


def test_each_stimulus_leaves_an_artefact():
    loud = Parameters(noise_uv=0.0, mains_uv=0.0, drift_uv=0.0, preactivated_share=0.0)
    trials, _ = made([Pair("nerve_tms", 20.0, 0.7, 0.4)], n_trials=3, parameters=loud)
    own = np.abs(trials.emg_uv[(trials.pulses["pulse"] == "nerve_tms").to_numpy(), 0])
    for at_ms in (-20, 0):
        assert (own[:, np.abs(trials.times_ms - at_ms - 1) < 1.1].max(axis=-1) > 100).all()


def test_the_same_seed_is_the_same_recording():
    pairs = [Pair("paired", 2.0, 0.4, 0.4)]
    one, again, other = (made(pairs, 3, seed=seed)[0].emg_uv for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
