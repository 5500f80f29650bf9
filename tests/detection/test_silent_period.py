"""Every method: silent periods of known length, censored ones, and trials without any."""

import numpy as np
import pytest

from pipeline.columns import gives
from pipeline.detection import MEASURES, detect
from pipeline.detection.silent_period import SilentPeriod
from pipeline.trials import Trials

METHODS = [each.__name__ for each in next(m for m in MEASURES if m.name == "cortical_sp").methods]
TIMES = ["cortical_sp_onset_ms", "cortical_sp_first_return_ms", "cortical_sp_full_return_ms"]
LOOSE = {"cusum": 25.0, "mean_crossing": 12.0}
"""Largest median error of the end where a method's own rule cannot do better than this on single trials, in ms."""
METHOD = pytest.mark.parametrize("method", METHODS)


def measured(trials, method):
    return detect(trials, {"cortical_sp": {"method": method}})


@METHOD
@pytest.mark.parametrize("end_ms", [90.0, 200.0])
def test_ends_are_near_the_truth(recording, method, end_ms):
    trials, _ = recording(40, snr=50.0, rms_uv=40.0, state="active", silence_ms=(40.0, end_ms), seed=3)
    rows = measured(trials, method)
    most_ms = LOOSE.get(method, 5.0)
    assert rows["cortical_sp_present"].mean() >= (0.5 if method == "cusum" else 0.95)
    assert abs(rows["cortical_sp_onset_ms"].median() - 40.0) < (12.0 if method in LOOSE else 6.0)
    assert abs(rows["cortical_sp_first_return_ms"].median() - end_ms) < most_ms
    later = rows["cortical_sp_full_return_ms"] >= rows["cortical_sp_first_return_ms"]
    assert later[rows["cortical_sp_full_return_ms"].notna()].all()
    assert rows["cortical_sp_depth_percent"].median() > (50 if method == "cusum" else 70)


@METHOD
def test_a_silence_beyond_the_epoch_is_censored_and_never_its_edge(recording, method):
    trials, _ = recording(30, snr=50.0, rms_uv=40.0, state="active", silence_ms=(40.0, 400.0))
    rows = measured(trials, method)
    found = rows[rows["cortical_sp_present"]]
    assert len(found) >= 25
    assert found["cortical_sp_censored"].all()
    assert (found[TIMES[1:]].isna() | (found[TIMES[1:]] < trials.times_ms[-1] - 1)).all().all()
    assert found["cortical_sp_full_return_ms"].isna().mean() > 0.9


@METHOD
def test_at_rest_there_is_none(recording, method):
    trials, _ = recording(20, snr=50.0, rms_uv=40.0, state="active")
    rows = measured(trials.replace(pulses=trials.pulses.assign(state="rest")), method)
    assert not rows[["cortical_sp_present", "cortical_sp_censored"]].any().any()
    assert rows[[*TIMES, "cortical_sp_depth_percent"]].isna().all().all()


@METHOD
def test_trials_at_rest_among_others_change_nothing(recording, method):
    trials, _ = recording(12, snr=50.0, rms_uv=40.0, state="active")
    mixed = trials.replace(pulses=trials.pulses.assign(state=["rest", "active", "active"] * 4))
    some, every = measured(mixed, method), measured(trials, method)
    active = (some["state"] == "active").to_numpy()
    assert some[gives_names()][active].equals(every[gives_names()][active])


def gives_names():
    return list(SilentPeriod._fields)


def test_all_methods_give_the_same_columns():
    for each in next(m for m in MEASURES if m.name == "cortical_sp").methods:
        assert gives(each) == SilentPeriod._fields


@pytest.mark.parametrize("pulse", ["nerve", "root", "mvc"])
def test_after_other_pulses_there_is_no_cortical_one(recording, pulse):
    trials, _ = recording(10, snr=50.0, rms_uv=40.0, state="active")
    rows = detect(trials.replace(pulses=trials.pulses.assign(pulse=pulse)))
    assert not rows["cortical_sp_present"].any()


@METHOD
@pytest.mark.parametrize("factor", [-1.0, 0.01])
def test_polarity_and_gain_do_not_decide(recording, method, factor):
    trials, _ = recording(20, snr=50.0, rms_uv=40.0, state="active")
    one, other = measured(trials, method), measured(trials.replace(emg_uv=factor * trials.emg_uv), method)
    assert one["cortical_sp_present"].equals(other["cortical_sp_present"])
    np.testing.assert_allclose(one[TIMES], other[TIMES], atol=0.3)


@METHOD
def test_a_flat_trial_and_a_missing_one_have_none(recording, method):
    trials, _ = recording(6, snr=50.0, rms_uv=40.0, state="active")
    emg = trials.emg_uv.copy()
    emg[1], emg[3] = 7.0, np.nan
    rows = measured(Trials(emg, trials.times_ms, ["FDI"], trials.pulses, ["R"]), method)
    assert not rows["cortical_sp_present"][[1, 3]].any()
    assert rows[TIMES].loc[[1, 3]].isna().all().all()


@pytest.mark.parametrize("method", [each for each in METHODS if each not in LOOSE])
def test_the_slow_wave_after_a_large_response_is_not_emg(recording, method):
    trials, _ = recording(40, snr=50.0, rms_uv=40.0, state="active")
    wave = 150.0 * np.exp(-(trials.times_ms - 30) / 30) * (trials.times_ms > 30)
    rows, same = measured(trials.replace(emg_uv=trials.emg_uv + wave), method), measured(trials, method)
    assert rows["cortical_sp_present"].mean() >= 0.95
    difference = rows["cortical_sp_first_return_ms"] - same["cortical_sp_first_return_ms"]
    assert difference.abs().median() < 0.5


@METHOD
def test_missing_samples_are_not_silence(recording, method):
    trials, _ = recording(20, snr=50.0, rms_uv=40.0, state="active", silence_ms=(40.0, 41.0))
    emg = trials.emg_uv.copy()
    emg[..., (trials.times_ms > 55) & (trials.times_ms < 120)] = np.nan
    rows = measured(Trials(emg, trials.times_ms, ["FDI"], trials.pulses, ["R"]), method)
    assert rows["cortical_sp_present"].mean() <= 0.1
