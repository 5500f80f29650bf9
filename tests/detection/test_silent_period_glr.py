"""The default: how near its ends are, that it sees a burst, and how seldom it sees a silence where none is."""

import numpy as np
import pytest

from pipeline import synthetic
from pipeline.conditioning import condition
from pipeline.detection import detect
from pipeline.detection.silent_period_glr import two_variance_glr
from pipeline.trials import Trials

RELAXED = synthetic.Parameters(preactivated_share=0.0)


@pytest.mark.parametrize("rate_hz", [2000.0, 5000.0])
@pytest.mark.parametrize("muscle", ["FDI", "TA"])
def test_ends_of_simulated_silent_periods(muscle, rate_hz):
    trials, truth = synthetic.trials(
        40, muscle=muscle, state="active", noise_uv=30.0, p2p_uv=1500.0, rate_hz=rate_hz, seed=71, parameters=RELAXED
    )
    rows = detect(condition(trials))
    error = rows["cortical_sp_first_return_ms"] - truth["silent_period_first_return_ms"]
    assert rows["cortical_sp_present"].mean() >= 0.95
    assert error.abs().mean() < 4.0
    assert error.abs().median() < 2.0
    onset = rows["cortical_sp_onset_ms"] - truth["silent_period_onset_ms"]
    assert onset.abs().median() < 5.0


@pytest.mark.parametrize("step", [1, 2])
def test_the_rate_does_not_decide(recording, step):
    trials, _ = recording(60, snr=50.0, rms_uv=40.0, state="active", silence_ms=(40.0, 130.0))
    slower = Trials(trials.emg_uv[..., ::step], trials.times_ms[::step], ["FDI"], trials.pulses, ["R"])
    rows = detect(slower)
    for name in ("cortical_sp_first_return_ms", "cortical_sp_full_return_ms"):
        assert abs(rows[name].median() - 130.0) < 2.0
    assert not rows["cortical_sp_censored"].any()


def test_a_burst_is_a_first_return_and_not_a_full_one(recording):
    trials, _ = recording(40, snr=50.0, rms_uv=40.0, state="active", silence_ms=(40.0, 220.0), seed=5)
    loud, _ = recording(40, snr=0.0, rms_uv=40.0, state="active", seed=6)
    burst = (trials.times_ms >= 110) & (trials.times_ms <= 135)
    emg = np.where(burst, loud.emg_uv, trials.emg_uv)
    rows = detect(Trials(emg, trials.times_ms, ["FDI"], trials.pulses, ["R"]))
    assert abs(rows["cortical_sp_first_return_ms"].median() - 110.0) < 2.0
    assert abs(rows["cortical_sp_full_return_ms"].median() - 220.0) < 3.0
    assert (rows["cortical_sp_full_return_ms"] > 200.0).mean() > 0.9


def test_a_spike_in_the_silence_is_no_return(recording):
    trials, _ = recording(20, snr=50.0, rms_uv=40.0, state="active", silence_ms=(40.0, 130.0))
    emg = trials.emg_uv.copy()
    emg[..., np.searchsorted(trials.times_ms, 90.0)] += 30.0
    rows = detect(Trials(emg, trials.times_ms, ["FDI"], trials.pulses, ["R"]))
    assert abs(rows["cortical_sp_first_return_ms"].median() - 130.0) < 2.0


def test_an_uninterrupted_contraction_has_none(recording):
    rows = detect(recording(400, snr=0.0, rms_uv=40.0, state="active", seed=9)[0])
    assert rows["cortical_sp_present"].mean() <= 0.02
    rows = detect(recording(400, snr=50.0, rms_uv=40.0, state="active", seed=10, silence_ms=(40.0, 40.0))[0])
    assert rows["cortical_sp_present"].mean() <= 0.02


def test_few_firing_units_do_not_make_a_silence():
    trials, _ = synthetic.trials(
        200, state="active", noise_uv=40.0, p2p_uv=np.nan, intensity_mso=20.0, seed=72, parameters=RELAXED
    )
    assert detect(condition(trials))["cortical_sp_present"].mean() <= 0.02


@pytest.mark.parametrize("depth", [0.6, 0.9])
def test_depth_is_how_far_the_emg_falls(recording, depth):
    loud, _ = recording(60, snr=0.0, rms_uv=40.0, state="active", seed=8)
    trials, _ = recording(60, snr=50.0, rms_uv=40.0, state="active", silence_ms=(40.0, 400.0), seed=8)
    silent = (trials.times_ms >= 40) & (trials.times_ms <= 150)
    emg = np.where(silent, (1 - depth) * loud.emg_uv, np.where(trials.times_ms > 150, loud.emg_uv, trials.emg_uv))
    rows = detect(Trials(emg, trials.times_ms, ["FDI"], trials.pulses, ["R"]), {"cortical_sp": {"first_floor": 0.5}})
    assert rows["cortical_sp_depth_percent"].median() == pytest.approx(100 * depth, abs=8)


def test_a_later_pulse_shifts_all_times(recording):
    trials, _ = recording(20, snr=50.0, rms_uv=40.0, state="active")
    window = np.tile([[-100.0, -5.0], [15.0, 50.0]], (20, 1, 1))
    words = (np.full(20, "active", object), np.full(20, "single", object))
    emg = trials.emg_uv[:, 0]
    one = two_variance_glr(emg, trials.times_ms, window[:, 0], window[:, 1], *words)
    other = two_variance_glr(emg, trials.times_ms - 4.0, window[:, 0] - 4.0, window[:, 1] - 4.0, *words)
    for name in ("cortical_sp_onset_ms", "cortical_sp_first_return_ms", "cortical_sp_full_return_ms"):
        np.testing.assert_allclose(getattr(other, name) + 4.0, getattr(one, name))


def test_an_epoch_that_ends_within_the_silence_gives_no_time(recording):
    trials, _ = recording(20, snr=50.0, rms_uv=40.0, state="active", silence_ms=(40.0, 130.0))
    for end_ms in (100.0, 125.0, 131.0):
        kept = trials.times_ms <= end_ms
        rows = detect(Trials(trials.emg_uv[..., kept], trials.times_ms[kept], ["FDI"], trials.pulses, ["R"]))
        assert rows["cortical_sp_present"].mean() >= 0.9
        assert rows["cortical_sp_censored"][rows["cortical_sp_present"]].all()
        assert rows[["cortical_sp_first_return_ms", "cortical_sp_full_return_ms"]].isna().all().all()


def test_the_silence_of_a_chunk_is_that_of_each_trial(recording):
    trials, _ = recording(5, snr=50.0, rms_uv=40.0, state="active")
    together = detect(trials)
    for k in range(5):
        pulses = trials.pulses.iloc[[k]].reset_index(drop=True)
        alone = detect(Trials(trials.emg_uv[[k]], trials.times_ms, ["FDI"], pulses, ["R"]))
        assert alone["cortical_sp_first_return_ms"][0] == together["cortical_sp_first_return_ms"][k]
