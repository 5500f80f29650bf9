"""Which rows belong together, which trials changed state, and which settings differ."""

import json

import numpy as np
import pandas as pd
import pytest

from pipeline.comparison import changes
from pipeline.errors import ReadError

NAN = float("nan")


def trials(n=4, **columns):
    known = {"recording": "sub-01_task-rest", "trial": np.arange(n), "muscle": "FDI", "side": "R"}
    prints = [f"{k:04d}" for k in range(n)]
    return pd.DataFrame({**known, "fingerprint": prints, **columns})


def found(first, second):
    return {(each.measure, each.kind, each.code): np.flatnonzero(each.at).tolist()
            for each in changes.changes(first, second)}  # fmt: skip


def provenance(**facts):
    rows = [(name.replace("__", "."), value) for name, value in facts.items()]
    return pd.DataFrame(rows, columns=["name", "value"])


def settings(**sections):
    return provenance(**{f"settings__{name}": json.dumps(value) for name, value in sections.items()})


def test_trials_are_matched_by_their_names_not_their_places():
    first = trials(value=[0, 1, 2, 3])
    second = first.iloc[[3, 1, 0]].assign(value=[30, 10, 0])
    one, other, counts = changes.paired(first, second)
    assert list(one["value"]) == [0, 1, 3]
    assert list(other["value"]) == [0, 10, 30]
    assert counts == {"compared": 3, "only_first": 1, "only_second": 0, "other_raw_data": 0}
    assert changes.paired(second, first)[2] == {"compared": 3, "only_first": 0, "only_second": 1, "other_raw_data": 0}


def test_trials_of_other_raw_data_are_counted_and_not_compared():
    first = trials(onset_ms=[20.0, 21.0, 22.0, 23.0])
    second = trials(onset_ms=[20.0, 99.0, 99.0, 23.0], fingerprint=["0000", "changed", "", "0003"])
    first.loc[3, "fingerprint"] = ""
    one, other, counts = changes.paired(first, second)
    assert counts == {"compared": 3, "only_first": 0, "only_second": 0, "other_raw_data": 1}
    assert list(one["trial"]) == [0, 2, 3], "a fingerprint that is not stated tells nothing apart"
    assert changes.paired(first.drop(columns="fingerprint"), second)[2]["compared"] == 4
    assert found(one, other) == {("onset_ms", "moved", ""): [1]}


def test_the_same_trial_twice_is_an_error():
    with pytest.raises(
        ReadError, match="first: table trials has several rows of .*trial 0, muscle FDI, side R; expected"
    ):
        changes.paired(trials(trial=0), trials())


def test_nothing_against_nothing():
    one, other, counts = changes.paired(trials(0), trials(2))
    assert counts == {"compared": 0, "only_first": 0, "only_second": 2, "other_raw_data": 0}
    assert found(one, other) == {}


def test_every_kind_of_change():
    first = trials(
        mep_present=[True, False, True, False], onset_ms=[20.0, NAN, 22.0, NAN], state=["rest", "rest", "rest", "rest"],
        clipped=[0, 0, 0, 0],
    )  # fmt: skip
    second = first.assign(
        mep_present=[True, True, False, False], onset_ms=[20.0, 21.0, NAN, NAN], state=["rest", "active", "rest", ""],
        clipped=[0, 0, 0, 1],
    )  # fmt: skip
    second.loc[0, "onset_ms"] = 20.5
    assert found(first, second) == {
        ("mep_present", "gained", ""): [1],
        ("mep_present", "lost", ""): [2],
        ("onset_ms", "gained", ""): [1],
        ("onset_ms", "lost", ""): [2],
        ("onset_ms", "moved", ""): [0],
        ("state", "changed", ""): [1, 3],
        ("clipped", "moved", ""): [3],
    }


def test_the_other_way_round_gains_are_losses():
    first = trials(excluded=[False, True, True, False], reasons=["", "clipped", "clipped;flat_signal", ""])
    second = trials(excluded=[True, True, False, False], reasons=["flat_signal", "clipped", "", ""])
    turned = {"gained": "lost", "lost": "gained"}
    there = found(first, second)
    assert there == {(name, turned[kind], code): at for (name, kind, code), at in found(second, first).items()}
    assert there == {
        ("excluded", "gained", ""): [0],
        ("excluded", "gained", "flat_signal"): [0],
        ("excluded", "lost", ""): [2],
        ("excluded", "lost", "clipped"): [2],
        ("excluded", "lost", "flat_signal"): [2],
        ("reasons", "gained", "flat_signal"): [0],
        ("reasons", "lost", "clipped"): [2],
        ("reasons", "lost", "flat_signal"): [2],
    }


def test_a_column_that_only_one_has_and_one_that_became_words():
    first = trials(new_ms=1.0, carried=[1.0, NAN, 3.0, 4.0])
    second = trials(carried=["1.0", "", "n/a", "4.0"])
    assert found(first, second) == {("new_ms", "only_first", ""): [0, 1, 2, 3], ("carried", "changed", ""): [2]}


def test_settings_by_their_dotted_path():
    first = settings(detection={"onset": {"method": "glr", "order": 6}, "response_ms": [15, 50], "area": {}})
    second = settings(detection={"onset": {"method": "sd_threshold", "n_sd": 3}, "response_ms": [15.0, 50.0]})
    assert changes.setting_differences(first, second, ()) == [
        ("setting", "detection.onset.method", "glr", "sd_threshold"),
        ("setting", "detection.onset.n_sd", "", "3"),
        ("setting", "detection.onset.order", "6", ""),
    ]


def test_what_is_null_empty_or_absent_is_told_apart():
    first, second = settings(a={"x": None, "y": "", "z": True}), settings(a={"x": "", "z": 1})
    assert changes.setting_differences(first, second, ()) == [
        ("setting", "a.x", "null", '""'),
        ("setting", "a.y", '""', ""),
        ("setting", "a.z", "true", "1"),
    ]


def test_steps_go_by_their_names_and_their_order_is_one_setting():
    first = settings(conditioning=[{"offset": {}}, {"band_pass": {"low_hz": 10}}, {"band_pass": {"low_hz": 20}}])
    second = settings(conditioning=[{"band_pass": {"low_hz": 10}}, {"offset": {}}, {"band_pass": {"low_hz": 21.5}}])
    assert changes.setting_differences(first, second, ()) == [
        ("setting", "conditioning", "offset, band_pass, band_pass", "band_pass, offset, band_pass"),
        ("setting", "conditioning.band_pass.2.low_hz", "20", "21.5"),
    ]


def test_versions_and_participants_and_nothing_else():
    first = provenance(
        numpy="2.0", python="3.11", participant__age="40", excitability_key="a", code__x="1", warning="w"
    )
    second = provenance(numpy="2.1", python="3.11", participant__age="41", excitability_key="b", code__x="2")
    assert changes.setting_differences(first, second, ("numpy", "python")) == [
        ("participant", "participant.age", "40", "41"),
        ("version", "numpy", "2.0", "2.1"),
    ]


def test_settings_that_are_not_json_are_an_error():
    with pytest.raises(ReadError, match=r"table provenance: settings.detection is not JSON: "):
        changes.setting_differences(provenance(settings__detection="{no"), provenance(), ())
