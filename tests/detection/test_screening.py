"""Reasons for exclusion, each by its own cause."""

import numpy as np
import pytest

from pipeline.detection import REASONS, detect
from pipeline.detection.screening import artefact_remains, deviation_from_block, joined


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
