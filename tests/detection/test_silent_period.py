"""Silent periods of known length, censored ones, and trials without any."""

import numpy as np
import pytest

from pipeline.detection import detect
from pipeline.trials import Trials


@pytest.mark.parametrize("end_ms", [90.0, 130.0, 200.0])
@pytest.mark.parametrize("snr", [20.0, 100.0])
def test_ends_are_near_the_truth(recording, end_ms, snr):
    rows = detect(recording(60, snr=snr, rms_uv=40.0, state="active", silence_ms=(40.0, end_ms), seed=3)[0])
    assert rows["cortical_sp_present"].mean() >= 0.95
    assert abs(rows["cortical_sp_onset_ms"].median() - 40.0) < 6.0
    assert abs(rows["cortical_sp_first_return_ms"].median() - end_ms) < 5.0
    assert (abs(rows["cortical_sp_first_return_ms"] - end_ms) < 8.0).mean() > 0.8
    later = rows["cortical_sp_full_return_ms"] >= rows["cortical_sp_first_return_ms"]
    assert later[rows["cortical_sp_full_return_ms"].notna()].all()
    assert not rows["cortical_sp_censored"].any()


def test_a_silence_beyond_the_epoch_is_censored_and_never_its_edge(recording):
    rows = detect(recording(30, snr=50.0, rms_uv=40.0, state="active", silence_ms=(40.0, 400.0))[0])
    assert rows["cortical_sp_present"].all()
    assert rows["cortical_sp_censored"].all()
    assert rows[["cortical_sp_first_return_ms", "cortical_sp_full_return_ms"]].isna().all().all()


def test_at_rest_there_is_none(recording):
    trials, _ = recording(60, snr=50.0, rms_uv=40.0, state="active")
    rows = detect(trials.replace(pulses=trials.pulses.assign(state="rest")))
    assert not rows["cortical_sp_present"].any()
    assert rows["cortical_sp_onset_ms"].isna().all()


def test_an_uninterrupted_contraction_has_none(recording):
    rows = detect(recording(400, snr=0.0, rms_uv=40.0, state="active", seed=9)[0])
    assert rows["cortical_sp_present"].mean() <= 0.02


def test_the_slow_wave_after_a_large_response_is_not_emg(recording):
    trials, _ = recording(40, snr=50.0, rms_uv=40.0, state="active")
    wave = 150.0 * np.exp(-(trials.times_ms - 30) / 30) * (trials.times_ms > 30)
    rows, same = detect(trials.replace(emg_uv=trials.emg_uv + wave)), detect(trials)
    assert rows["cortical_sp_present"].mean() >= 0.95
    difference = rows["cortical_sp_first_return_ms"] - same["cortical_sp_first_return_ms"]
    assert difference.abs().median() < 0.5


def test_missing_samples_are_not_silence(recording):
    trials, _ = recording(20, snr=50.0, rms_uv=40.0, state="active", silence_ms=(40.0, 41.0))
    emg = trials.emg_uv.copy()
    emg[..., (trials.times_ms > 55) & (trials.times_ms < 120)] = np.nan
    rows = detect(Trials(emg, trials.times_ms, ["FDI"], trials.pulses, ["R"]))
    assert not rows["cortical_sp_present"].any()


@pytest.mark.parametrize("step", [1, 2])
def test_the_rate_does_not_decide(recording, step):
    trials, _ = recording(60, snr=50.0, rms_uv=40.0, state="active", silence_ms=(40.0, 130.0))
    slower = Trials(trials.emg_uv[..., ::step], trials.times_ms[::step], ["FDI"], trials.pulses, ["R"])
    assert abs(detect(slower)["cortical_sp_first_return_ms"].median() - 130.0) < 4.0
