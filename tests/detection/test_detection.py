"""The stage as a whole: rows, settings, decisions, windows."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import columns, muscles
from pipeline.detection import FLAGS, MEASURES, REASONS, detect
from pipeline.errors import ConfigError, MeasureError
from pipeline.trials import Trials

TIMES = ["onset_ms", "peak_max_ms", "peak_min_ms", "mep_end_ms", "cortical_sp_onset_ms", "cortical_sp_first_return_ms"]
SIZES = ["background_rms_uv", "background_peak_to_peak_uv", "peak_to_peak_uv", "area_uv_ms"]


def with_signal(trials: Trials, emg_uv: np.ndarray) -> Trials:
    return trials.replace(emg_uv=emg_uv)


def two_channels(trials: Trials) -> Trials:
    pair = np.concatenate([trials.emg_uv, 0.5 * trials.emg_uv[::-1]], axis=1)
    notes = {"fingerprint": np.array([[f"{i}R", f"{i}L"] for i in range(trials.n_trials)], object)}
    return Trials(pair, trials.times_ms, ["FDI", "FDI"], trials.pulses, ["R", "L"], notes)


def test_every_column_is_described_and_every_code_has_a_meaning():
    for measure in MEASURES:
        for method in measure.methods:
            assert columns.gives(method) == measure.gives
            assert all(column.meaning for column in columns.described(method)), method.__name__
            assert set(columns.settings(method)) <= set(columns.meanings(method)), method.__name__
    assert all(REASONS.values())
    assert all(FLAGS.values())


def test_rows_go_trial_by_trial_and_carry_the_pulse_table_and_notes(recording):
    trials = two_channels(recording(5)[0])
    trials = trials.replace(pulses=trials.pulses.assign(mood=list("abcde")))
    rows = detect(trials)
    assert rows["trial"].tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert rows["side"].tolist() == ["R", "L"] * 5
    assert rows["mood"].tolist() == list("aabbccddee")
    assert rows["fingerprint"].tolist()[:3] == ["0R", "0L", "1R"]
    ratio = rows["peak_to_peak_uv"].to_numpy()[1::2] / rows["peak_to_peak_uv"].to_numpy()[-2::-2]
    np.testing.assert_allclose(ratio, 0.5, rtol=1e-6)


def test_peak_to_peak_is_near_the_truth(recording):
    rows = detect(recording(60, snr=300.0)[0])
    assert (abs(rows["peak_to_peak_uv"] / 600.0 - 1) < 0.05).mean() >= 0.95


@settings(max_examples=8, deadline=None)
@given(gain=st.floats(1.0, 50.0), state=st.sampled_from(["rest", "active"]), seed=st.integers(0, 99))
def test_gain_scales_sizes_and_leaves_times(recording, gain, state, seed):
    trials, _ = recording(6, state=state, seed=seed, rms_uv=30.0 if state == "active" else 2.0)
    low, high = detect(trials), detect(with_signal(trials, trials.emg_uv * np.float32(gain)))
    for name in SIZES:
        np.testing.assert_allclose(high[name], low[name] * np.float32(gain), rtol=1e-4)
    for name in TIMES:
        np.testing.assert_allclose(high[name], low[name], atol=0.02)


@settings(max_examples=8, deadline=None)
@given(state=st.sampled_from(["rest", "active"]), offset=st.floats(-2000, 2000), seed=st.integers(0, 99))
def test_polarity_and_offset_change_nothing(recording, state, offset, seed):
    trials, _ = recording(6, state=state, seed=seed)
    rows = detect(trials)
    turned = detect(with_signal(trials, -trials.emg_uv))
    moved = detect(with_signal(trials, trials.emg_uv + np.float32(offset)))
    for name in ["peak_to_peak_uv", "onset_ms", "mep_end_ms", "cortical_sp_first_return_ms", "area_uv_ms"]:
        np.testing.assert_allclose(turned[name], rows[name], rtol=1e-6)
        np.testing.assert_allclose(moved[name], rows[name], rtol=2e-3)
    np.testing.assert_array_equal(turned["peak_max_ms"], rows["peak_min_ms"])


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(range(12)), state=st.sampled_from(["rest", "active"]))
def test_permuted_trials_give_permuted_rows(recording, order, state):
    trials, _ = recording(12, state=state)
    rows = detect(trials).iloc[list(order)].reset_index(drop=True).drop(columns="trial")
    permuted = detect(trials.take(np.array(order))).drop(columns="trial")
    pd.testing.assert_frame_equal(rows, permuted, rtol=1e-5)


def test_a_missing_trial_is_missing_everywhere_and_disturbs_no_other(recording):
    trials, _ = recording(5)
    emg = trials.emg_uv.copy()
    emg[2] = np.nan
    rows, whole = detect(with_signal(trials, emg)), detect(trials)
    bad = rows.iloc[2]
    assert np.isnan(
        bad[["background_rms_uv", "peak_to_peak_uv", "onset_ms", "area_uv_ms", "signal_to_noise"]].astype(float)
    ).all()
    assert not bad[["mep_present", "mep_above_noise", "cortical_sp_present", "cortical_sp_censored"]].any()
    assert bad["reasons"] == "missing_samples"
    assert bad["excluded"]
    learnt = [name for name in rows if name.startswith(("peak_to_peak_corrected", "onset", "mep", "area"))]
    others, expected = rows.drop(index=2), whole.drop(index=2)
    pd.testing.assert_frame_equal(others[learnt], expected[learnt], rtol=0.02)  # the noise is that of all trials
    pd.testing.assert_frame_equal(others.drop(columns=learnt), expected.drop(columns=learnt))


@pytest.mark.parametrize("value", [0.0, 7.5])
def test_a_flat_trial_has_no_response(recording, value):
    trials, _ = recording(3)
    rows = detect(with_signal(trials, np.full_like(trials.emg_uv, value)))
    assert not rows[["mep_present", "mep_above_noise", "cortical_sp_present"]].any().any()
    assert rows["onset_ms"].isna().all()
    assert (rows["reasons"] == "flat_signal").all()


@pytest.mark.parametrize("n_trials", [0, 1])
def test_none_or_one_trial(recording, n_trials):
    trials = recording(2)[0].take(np.arange(n_trials))
    rows = detect(trials)
    assert len(rows) == n_trials
    assert rows["onset_ms"].notna().all()


def test_missing_state_is_rest_and_flagged(recording):
    trials, _ = recording(2)
    rows = detect(trials.replace(pulses=trials.pulses.drop(columns="state")))
    assert (rows["flags"] == "state_assumed").all()
    assert not rows["excluded"].any()


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ({"onzet": {}}, "did you mean 'onset'"),
        ({"onset": {"method": "sd_treshold"}}, "did you mean 'sd_threshold'"),
        ({"onset": {"method": "sd_threshold", "n_std": 2}}, "did you mean 'n_sd'"),
        ({"presence": {"rest_uv": -1}}, "greater than 0"),
    ],
)
def test_unknown_names_are_errors_that_list_what_there_is(recording, section, said):
    with pytest.raises(ConfigError, match=said):
        detect(recording(1)[0], section)


def test_settings_reach_the_method(recording):
    trials, _ = recording(10, snr=100.0)
    assert detect(trials)["mep_present"].all()
    assert not detect(trials, {"presence": {"rest_uv": 500.0}})["mep_present"].any()
    by_muscle = detect(trials, {"presence": {"rest_uv": 500.0}}, by_muscle={"FDI": {}})
    assert by_muscle["mep_present"].all()
    with pytest.raises(ConfigError, match="no muscle 'TA'"):
        detect(trials, by_muscle={"TA": {}})


def test_profile_settings_apply_above_a_profile(recording):
    trials, _ = recording(4)
    narrow = dataclasses.replace(muscles.profile("FDI"), response_ms={"tms": (20.0, 40.0)})
    assert (detect(trials, profiles=[narrow])["response_to_ms"] == 40).all()
    rows = detect(trials, {"response_ms": (16, 45), "background_ms": (-50, -10)}, profiles=[narrow])
    assert (rows["response_from_ms"] == 16).all()
    assert (rows["background_rms_uv"] != detect(trials)["background_rms_uv"]).all()


def test_an_epoch_too_short_says_what_is_needed(recording):
    trials, _ = recording(2)
    short = trials.times_ms >= -60
    cut = Trials(trials.emg_uv[..., short], trials.times_ms[short], ["FDI"], trials.pulses, ["R"])
    with pytest.raises(MeasureError, match=r"FDI: the background window goes from -100 to -5 ms, the epochs from -60"):
        detect(cut)
    assert len(detect(cut, {"background_ms": (-55, -5)})) == 2
    pairs = trials.pulses.assign(pulse="paired", isi_ms=30.0)
    with pytest.raises(MeasureError, match="from -130 to -35"):
        detect(trials.replace(pulses=pairs))


def test_a_pulse_column_may_not_take_the_name_of_a_result(recording):
    trials, _ = recording(1)
    with pytest.raises(MeasureError, match="'onset_ms' is the name"):
        detect(trials.replace(pulses=trials.pulses.assign(onset_ms=1.0)))


def decisions(*rows):
    return pd.DataFrame(rows, columns=["trial", "muscle", "side", "column", "value", "fingerprint"])


def test_a_decided_value_is_used_by_later_measures(recording):
    trials = two_channels(recording(3)[0])
    before = detect(trials)
    rows = detect(trials, decisions=decisions((1, "FDI", "L", "onset_ms", "21.5", "1L")))
    assert rows.loc[3, "onset_ms"] == 21.5
    assert rows.loc[3, "decided"] == "onset_ms"
    np.testing.assert_allclose(rows.loc[3, "mep_duration_ms"], rows.loc[3, "mep_end_ms"] - 21.5)
    pd.testing.assert_frame_equal(rows.drop(index=3), before.drop(index=3))


def test_a_decision_on_a_changed_trial_is_flagged_and_not_applied(recording):
    trials = two_channels(recording(3)[0])
    rows = detect(trials, decisions=decisions((0, "FDI", "R", "onset_ms", 30.0, "other")))
    assert rows.loc[0, "flags"] == "decision_stale"
    assert rows.loc[0, "onset_ms"] == detect(trials).loc[0, "onset_ms"]
    assert (rows["decided"] == "").all()


def test_a_reviewer_excludes_and_takes_back(recording):
    trials = two_channels(recording(3, rms_uv=8.0)[0])
    assert (detect(trials)["reasons"].iloc[::2] == "pre_activation").all()
    rows = detect(
        trials,
        decisions=decisions((0, "FDI", "R", "excluded", "false", "0R"), (0, "FDI", "L", "excluded", True, "0L")),
    )
    assert not rows.loc[0, "excluded"]
    assert rows.loc[1, "excluded"]
    assert rows.loc[1, "reasons"] == "reviewer"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ((0, "TA", "R", "onset_ms", 1, ""), "no muscle 'TA'"),
        ((0, "FDI", "R", "onset", 1, ""), "did you mean 'onset_ms'"),
        ((9, "FDI", "R", "onset_ms", 1, ""), "trial 9 does not exist"),
        ((0, "FDI", "R", "onset_ms", "soon", "0R"), "expected a number"),
        ((0, "FDI", "R", "excluded", "maybe", "0R"), "expected true or false"),
    ],
)
def test_decisions_that_make_no_sense_are_errors(recording, row, said):
    with pytest.raises(ConfigError, match=said):
        detect(two_channels(recording(3)[0]), decisions=decisions(row))
