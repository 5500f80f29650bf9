"""Simulated nerve and root stimulation: what is said of it is so."""

import dataclasses

import numpy as np
import pytest

from pipeline.synthetic.nerve import MODELS, nerve_of
from pipeline.synthetic.nerve_trials import nerve_trials, root_trials
from pipeline.synthetic.parameters import Parameters

QUIET = Parameters(noise_uv=0.0, mains_uv=0.0, drift_uv=0.0, artefact_uv=(0.0, 0.0))


@pytest.mark.parametrize("muscle", MODELS)
def test_without_noise_the_signal_is_the_responses(muscle):
    nerve = dataclasses.replace(nerve_of(muscle, 1), f_persistence=0.0, h_max_uv=0.0)
    trials, truth = nerve_trials(nerve, np.full(4, 2.0 * nerve.m50_ma), parameters=QUIET)
    np.testing.assert_allclose(np.ptp(trials.emg_uv[:, 0], axis=-1), truth["m_peak_to_peak_uv"], rtol=1e-5)
    assert truth["m_onset_ms"].between(nerve.m_latency_ms, nerve.m_latency_ms + 1.5).all()
    assert truth[["h_onset_ms", "f_onset_ms"]].isna().all(axis=None)


def test_f_waves_are_as_frequent_as_told_and_differ_from_trial_to_trial():
    nerve = dataclasses.replace(nerve_of("FDI", 3), f_persistence=0.7)
    _, truth = nerve_trials(nerve, np.full(300, 2.0 * nerve.m50_ma), parameters=QUIET, epoch_ms=(-10.0, 80.0))
    assert truth["f_onset_ms"].notna().mean() == pytest.approx(0.7, abs=0.08)
    assert truth["f_onset_ms"].min() > nerve.f_latency_ms - 0.3
    assert truth["f_onset_ms"].std() > 0.3
    assert truth["f_peak_to_peak_uv"].median() == pytest.approx(nerve.f_uv, rel=0.15)


def test_root_responses_come_at_their_latency():
    nerve = nerve_of("TA", 4)
    trials, truth = root_trials(nerve, 6, parameters=QUIET)
    assert set(trials.pulses["pulse"]) == {"root"}
    assert truth["root_onset_ms"].between(nerve.root_latency_ms, nerve.root_latency_ms + 1.5).all()


def test_the_same_seed_is_the_same_signal_and_another_is_not():
    nerve = nerve_of("FDI", 5)
    one, same, other = (nerve_trials(nerve, np.full(3, 15.0), seed=seed)[0].emg_uv for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
