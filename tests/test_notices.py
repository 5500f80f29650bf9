"""What is said of recordings that were measured."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from pipeline import config, flow, plan
from pipeline.notices import _near_misses, notices
from pipeline.synthetic import simulate_study
from pipeline.synthetic.protocol import Protocol


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


@pytest.fixture(scope="module")
def active(tmp_path_factory):
    """A config of one subject with a recording at rest and one in contraction, whose epochs end at 349.75 ms."""
    folder = tmp_path_factory.mktemp("active")
    protocol = Protocol(rest_steps_mso=(2,), active_steps_mso=(3,), pulses_per_level=4, rest_above=(), active_above=())
    simulate_study(folder / "raw", n_subjects=1, sessions=("pm",), muscles=("FDI",), protocol=protocol)
    (folder / "study.yaml").write_text("study: {input: raw, output: out}\n", encoding="utf-8")
    return folder / "study.yaml"


SHORT = "sub-01_ses-pm_task-handActive: epochs of R FDI in contraction end 349.75 ms after the pulse"


def test_epochs_too_short_for_a_silent_period_are_said_by_check_and_run_once(active, mep):
    for command in ("check", "run"):
        said = mep(command, active)
        assert said.code == 0
        text = " ".join((said.out + said.err).split())
        assert text.count("in contraction end") == 1
        assert SHORT in text
        assert "needs at least 400 ms" in text
        assert "acquisition: {epoch_ms: [-150, 400]}" in text


@pytest.fixture(scope="module")
def recorded(active):
    (job,) = plan.jobs(config.load(active))
    return {each.id: flow.record(each, job.config)[0] for each in job.recordings}


def changed(recorded, end_ms=300.0, **columns):
    rows = recorded.rows.assign(**columns)
    return dataclasses.replace(recorded, rows=rows, times_ms=np.arange(-150.0, end_ms, 0.25))


@pytest.mark.parametrize(
    ("end_ms", "columns", "short"),
    [
        (300.0, {}, True),
        (399.0, {}, True),
        (400.0, {}, False),  # ends a sample before 400 ms, as epochs of a round number of samples do
        (600.0, {}, False),
        (300.0, {"pulse": "paired"}, True),
        (300.0, {"pulse": "nerve_tms"}, True),
        (300.0, {"pulse": "nerve"}, False),
        (300.0, {"pulse": "mvc"}, False),
        (300.0, {"pulse": "rtms"}, False),
        (300.0, {"state": "rest"}, False),
        (300.0, {"target": "not_target"}, False),
        (300.0, {"target": "unknown"}, True),
    ],
)
def test_only_tms_in_contraction_needs_epochs_of_400_ms(recorded, end_ms, columns, short):
    each = recorded["sub-01_ses-pm_task-handActive"]
    said = [text for text in notices([changed(each, end_ms, **columns)]) if "in contraction end" in text]
    assert len(said) == short


def test_muscles_of_one_recording_are_named_together(recorded):
    each = recorded["sub-01_ses-pm_task-handActive"]
    rows = pd.concat([each.rows, each.rows.assign(muscle="TA"), each.rows.assign(muscle="ADM", target="not_target")])
    said = notices([dataclasses.replace(each, rows=rows.reset_index(drop=True))])
    (text,) = [text for text in said if "in contraction end" in text]
    assert "epochs of R FDI, R TA in contraction" in text


def test_recordings_at_rest_need_none(recorded):
    assert not [text for text in notices([recorded["sub-01_ses-pm_task-handRest"]]) if "in contraction" in text]
