"""Silent periods after a nerve pulse: peripheral ones with M and F wave, cutaneous ones without."""

import numpy as np
import pandas as pd
import pytest

from pipeline.detection import detect
from pipeline.trials import Trials

TIMES = ["nerve_sp_onset_ms", "nerve_sp_first_return_ms", "nerve_sp_full_return_ms"]


def after_nerve(recording, silence_ms, m_uv=0.0, f_uv=0.0, seed=0):
    """Trials whose pulse stimulates a nerve: their contraction, an M wave at 8 and an F wave at 28 ms."""
    trials, _ = recording(30, snr=0.0, rms_uv=40.0, state="active", seed=seed)
    t = trials.times_ms
    emg = trials.emg_uv * np.where((t >= silence_ms[0]) & (t < silence_ms[1]), 0.05, 1.0)
    for size, at_ms in ((m_uv, 8.0), (f_uv, 28.0)):
        z = (t - at_ms) / 1.5
        emg = emg + size * z * np.exp(0.5 - z**2 / 2)
    pulses = pd.DataFrame({"pulse": ["nerve"] * 30, "state": "active"})
    return Trials(emg, t, ["FDI"], pulses, ["R"])


def test_the_peripheral_one_ends_after_the_f_wave(recording):
    rows = detect(after_nerve(recording, (12.0, 105.0), m_uv=5000.0, f_uv=300.0))
    assert rows["mep_present"].all()
    assert rows["nerve_sp_present"].mean() >= 0.95
    assert abs(rows["nerve_sp_first_return_ms"].median() - 105.0) < 2.0
    assert abs(rows["nerve_sp_onset_ms"].median() - 33.0) < 3.0


def test_without_an_f_wave_it_begins_after_the_m_wave(recording):
    rows = detect(after_nerve(recording, (12.0, 105.0), m_uv=5000.0))
    assert abs(rows["nerve_sp_onset_ms"].median() - 13.0) < 3.0


def test_the_cutaneous_one_begins_late(recording):
    rows = detect(after_nerve(recording, (65.0, 110.0)))
    assert not rows["mep_present"].any()
    assert rows["nerve_sp_present"].mean() >= 0.9
    assert abs(rows["nerve_sp_onset_ms"].median() - 65.0) < 3.0
    assert abs(rows["nerve_sp_full_return_ms"].median() - 110.0) < 3.0
    assert not rows["nerve_sp_censored"].any()
    assert not rows["cortical_sp_present"].any()


def test_an_uninterrupted_contraction_has_none(recording):
    present = [
        detect(after_nerve(recording, (0.0, 0.0), m_uv=size, seed=seed))["nerve_sp_present"].mean()
        for size in (0.0, 5000.0)
        for seed in range(4)
    ]
    assert np.mean(present) <= 0.02


def test_a_silence_beyond_the_epoch_is_censored(recording):
    rows = detect(after_nerve(recording, (12.0, 400.0), m_uv=5000.0))
    assert rows["nerve_sp_censored"].all()
    assert rows[TIMES[1:]].isna().all().all()


@pytest.mark.parametrize("changed", [{"state": "rest"}, {"pulse": "single"}])
def test_at_rest_and_after_tms_there_is_none(recording, changed):
    trials = after_nerve(recording, (12.0, 105.0), m_uv=5000.0)
    rows = detect(trials.replace(pulses=trials.pulses.assign(**changed)))
    assert not rows[["nerve_sp_present", "nerve_sp_censored"]].any().any()
    assert rows[TIMES].isna().all().all()
