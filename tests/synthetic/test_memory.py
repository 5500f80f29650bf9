"""Trials in memory."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import ConfigError
from pipeline.synthetic import FAMILIES, Parameters, trials

BARE = Parameters(mains_uv=0, drift_uv=0, artefact_uv=(0, 0), preactivated_share=0)


@pytest.mark.parametrize("family", FAMILIES)
def test_truth_is_what_the_signal_shows_where_there_is_almost_no_noise(family):
    wanted = np.array([60.0, 300.0, 2500.0, np.nan])
    made, truth = trials(4, p2p_uv=wanted, noise_uv=1e-4, family=family, parameters=BARE)
    emg_uv = made.emg_uv[:, 0].astype(float)
    assert np.ptp(emg_uv, axis=1)[:3] == pytest.approx(wanted[:3], rel=1e-4)
    assert np.ptp(emg_uv[3]) < 0.01
    above = np.abs(emg_uv) > 0.01 * np.abs(emg_uv).max(1, keepdims=True)
    assert truth["onset_ms"][:3].to_numpy() == pytest.approx(made.times_ms[above.argmax(1)][:3])
    assert truth.loc[3, ["onset_ms", "peak_to_peak_uv", "snr"]].isna().all()


@settings(max_examples=8, deadline=None)
@given(
    muscle=st.sampled_from(("FDI", "TA")),
    state=st.sampled_from(("rest", "active")),
    rate_hz=st.sampled_from((2000.0, 3000.0, 4000.0, 5000.0)),
    seed=st.integers(0, 1000),
)
def test_any_trials_are_sound_and_the_same_twice(muscle, state, rate_hz, seed):
    one, truth = trials(5, muscle=muscle, state=state, rate_hz=rate_hz, seed=seed)
    two, again = trials(5, muscle=muscle, state=state, rate_hz=rate_hz, seed=seed)
    assert one.emg_uv.tobytes() == two.emg_uv.tobytes()
    assert truth.equals(again)
    assert one.rate_hz == pytest.approx(rate_hz)
    assert np.isfinite(one.emg_uv).all()
    seen = truth.dropna(subset=["onset_ms"])
    low, high = (18, 25) if muscle == "FDI" else (24, 35)
    assert seen["onset_ms"].between(low, high).all()
    assert (truth["silent_period_end_ms"].notna() == (state == "active")).all()


def test_noise_is_measured_before_the_pulse_and_snr_follows():
    _, truth = trials(200, noise_uv=2.0, parameters=BARE)
    assert truth["noise_rms_uv"].median() == pytest.approx(2.0, rel=0.1)
    assert (truth["snr"] * truth["noise_rms_uv"]).dropna().to_numpy() == pytest.approx(
        truth["peak_to_peak_uv"].dropna().to_numpy()
    )


def test_trials_without_a_pulse_are_null_trials():
    made, truth = trials(3, intensity_mso=np.array([55.0, np.nan, 55.0]))
    assert list(made.pulses["pulse"]) == ["single", "none", "single"]
    assert list(truth["onset_ms"].isna()) == [False, True, False]


def test_amplifier_clips_where_it_saturates():
    made, _ = trials(5, parameters=Parameters(saturation_uv=300.0))
    assert np.abs(made.emg_uv).max() == pytest.approx(300.0)


@pytest.mark.parametrize("wrong", [{"state": "resting"}, {"muscle": "fdi"}, {"family": "gauss"}])
def test_unknown_names_are_errors(wrong):
    with pytest.raises(ConfigError):
        trials(2, **wrong)
