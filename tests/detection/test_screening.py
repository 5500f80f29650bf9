"""Reasons for exclusion, each by its own cause."""

import numpy as np
import pytest

from pipeline.detection import REASONS, detect
from pipeline.detection.screening import artefact_remains, detectors_disagree, deviation_from_block, joined


def notes(trials, **values):
    return trials.replace(notes={name: np.array(each, float)[:, None] for name, each in values.items()})


def test_codes_are_joined_in_their_order():
    found = joined(a=np.array([True, True, False]), b=np.array([True, False, False]))
    assert found.tolist() == ["a;b", "a", ""]


@pytest.mark.parametrize(("rms_uv", "reason"), [(4.0, ""), (6.5, "pre_activation")])
def test_activity_at_rest(recording, rms_uv, reason):
    rows = detect(recording(20, rms_uv=rms_uv)[0])
    assert (rows["reasons"] == reason).mean() >= 0.9
    assert (rows["excluded"] == (rows["reasons"] != "")).all()


def test_notes_of_earlier_stages_exclude(recording):
    trials, _ = recording(5)
    trials = notes(
        trials,
        clipped=[0, 1, 0, 0, 1],
        missing_ms=[0, 0, 2.5, 0, 0],
        artefact_saturated_ms=[3, np.nan, 9, 12, 30],
    )
    expected = ["", "clipped", "missing_samples", "saturated_artefact", "clipped;saturated_artefact"]
    assert detect(trials)["reasons"].tolist() == expected
    assert detect(trials, {"signal": {"max_saturated_ms": 40.0}})["reasons"].tolist()[3:] == ["", "clipped"]


@pytest.mark.parametrize(("rms_uv", "reason"), [(3.0, "not_contracted"), (30.0, "")])
def test_rest_that_is_called_contraction(recording, rms_uv, reason):
    rows = detect(recording(20, state="active", rms_uv=rms_uv)[0])
    assert rows["reasons"].str.split(";").str[0].eq(reason).mean() >= 0.8
    assert (
        detect(recording(20, state="active", rms_uv=rms_uv)[0], {"screening": {"min_active_uv": 0.1}})["reasons"]
        .str.contains("not_contracted")
        .sum()
        == 0
    )


def test_contraction_is_compared_within_its_block(recording):
    trials, _ = recording(12, state="active", rms_uv=30.0)
    factor = np.array([1, 1, 1, 1, 1.6, 0.5, 3, 3, 3, 3, 3, 1.0])
    blocks = ["a"] * 6 + ["b"] * 6
    trials = trials.replace(emg_uv=trials.emg_uv * factor[:, None, None], pulses=trials.pulses.assign(block=blocks))
    assert np.flatnonzero(detect(trials)["reasons"] == "contraction_out_of_range").tolist() == [4, 5, 11]
    wide = detect(trials, {"screening": {"tolerance_percent": 90.0}})
    assert not wide["excluded"].any()


def test_hotspot_and_target_contraction_are_blocks_of_their_own():
    n = 6
    words, rest = np.full(n, "", object), np.array(["active"] * 5 + ["rest"], object)
    found = deviation_from_block(
        np.array([10.0, 10, 30, 30, 33, 99]), rest, words, words, words, np.array([10.0, 10, 50, 50, 50, 50])
    ).contraction_deviation_percent
    np.testing.assert_allclose(found, [0, 0, 0, 0, 10, np.nan])


def test_every_reason_given_is_in_the_table(recording):
    trials, _ = recording(4, rms_uv=9.0)
    trials = notes(trials, clipped=[1] * 4, missing_ms=[1] * 4, artefact_saturated_ms=[99] * 4)
    codes = set(";".join(detect(trials)["reasons"]).split(";"))
    assert len(codes) == 4
    assert codes <= set(REASONS)


def test_size_never_excludes(recording):
    assert not detect(recording(10, snr=2000.0)[0])["excluded"].any()
    assert not detect(recording(10, snr=0.0)[0])["excluded"].any()


def test_what_is_left_of_an_artefact_is_flagged():
    residual, rms = np.array([500.0, 15.0, 300.0, np.nan]), np.array([2.0, 1.0, 60.0, 2.0])
    assert artefact_remains(residual, rms).tolist() == [True, False, False, False]


def test_detectors_disagree_by_more_than_1_ms_in_either_direction():
    onset = np.array([20.0, 20.0, 20.0, 20.0, 20.0])
    step, aic = np.array([20.9, 21.1, 19.5, 20.0, np.nan]), np.array([20.0, 20.0, 20.5, 18.9, 22.0])
    assert detectors_disagree(onset, step, aic).tolist() == [False, True, False, True, True]
    assert not detectors_disagree(np.full(2, np.nan), step[:2], aic[:2]).any(), "no onset, nothing to doubt"
    assert not detectors_disagree(onset[:1], np.array([np.nan])).any()


@pytest.mark.parametrize("method", ["evidence", "aic", "derivative"])
def test_an_onset_that_others_place_elsewhere_is_flagged_and_kept(session, method):
    made = session(60, snr=(6.0, 100.0), null_share=0.2)
    rows = detect(made.trials, {"onset": {"method": method}})
    apart = (rows[["onset_step_ms", "onset_aic_ms"]].sub(rows["onset_ms"], axis=0).abs() > 1).any(axis=1)
    assert rows["flags"].str.contains("onset_uncertain").tolist() == apart.tolist()
    assert 0 < apart.sum() < 60
    assert not rows["excluded"].any()
    assert (rows["onset_ms"].notna() | ~apart).all()


def test_onsets_that_others_doubt_are_further_off(session):
    off, doubted = [], []
    for seed in range(4):
        made = session(60, snr=(8.0, 100.0), seed=seed, muscle="TA")
        rows = detect(made.trials)
        off.append((rows["onset_ms"] - made.onset_ms).abs())
        doubted.append(rows["flags"] == "onset_uncertain")
    off, doubted = np.concatenate(off), np.concatenate(doubted)
    assert np.nanmean(off[doubted]) > np.nanmean(off[~doubted])


def test_columns_of_evidence_are_there_together_or_not_at_all(session):
    rows = detect(session(60, snr=(8.0, 100.0), null_share=0.5).trials)
    for name in ("onset", "onset_alone"):
        found = rows[f"{name}_ms"].notna()
        for end in ("low", "high"):
            assert (rows[f"{name}_{end}_ms"].notna() == found).all()
        assert (rows[f"{name}_low_ms"] < rows[f"{name}_ms"])[found].all()
        assert (rows[f"{name}_ms"] < rows[f"{name}_high_ms"])[found].all()
    for name in ("onset_ms", "onset_alone_ms", "onset_step_ms", "onset_aic_ms"):
        assert (rows[name].notna() <= rows["mep_above_noise"]).all()
    assert rows["mep_probability"].between(0, 1).all()
