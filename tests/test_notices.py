"""What is said of recordings that were measured."""

import pandas as pd
import pytest

from pipeline.notices import _near_misses


@pytest.mark.parametrize(
    ("name", "meant"),
    [("intensity", "intensity_mso"), ("intensty_mso", "intensity_mso"), ("hotspot_muscl", "hotspot_muscle")],
)
def test_a_slip_of_the_pen_is_taken_for_what_it_is(name, meant):
    (said,) = _near_misses(pd.DataFrame({"pulse": ["single"], name: [1]}))
    assert f"did you mean {meant!r}?" in said


@pytest.mark.parametrize(
    "name", ["duration", "trial_type", "value", "sample", "HED", "coil", "response_time", "event_id"]
)
def test_other_columns_are_carried_without_a_word(name):
    assert _near_misses(pd.DataFrame({"pulse": ["single"], name: [1]})) == []


def test_a_column_beside_the_one_it_is_like_is_meant():
    assert _near_misses(pd.DataFrame({"pulse": ["single"], "intensity_mso": [50], "intensity_ms": [1]})) == []


def test_pairs_that_no_metric_asks_for_are_said_by_check_and_run(lab, mep):
    for path in sorted((lab / "raw data").rglob("*_events.tsv")):
        events = pd.read_csv(path, sep="\t")
        events.loc[events.index[:4], ["pulse", "isi_ms", "conditioning_mso"]] = ["paired", 7.0, 35.0]
        events.to_csv(path, sep="\t", index=False, na_rep="n/a")
    expected = "4 trials of R FDI are pairs (paired) 7 ms apart, and no metric asks for that interval"
    said = mep("check", lab / "study.yaml")
    assert f"sub-01: {expected}" in said.out + said.err
    assert "excitability: {icf: {isi_ms: [7, 10, 15]}} (or sici, lici)" in said.out + said.err
    said = mep("run", lab / "study.yaml")
    assert expected in said.out + said.err
    config = lab / "study.yaml"
    config.write_text(config.read_text(encoding="utf-8") + "excitability: {icf: {isi_ms: [7]}}\n", encoding="utf-8")
    for command in ("check", "run"):
        said = mep(command, config)
        assert said.code == 0
        assert "no metric asks" not in said.out + said.err
