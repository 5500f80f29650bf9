"""Every subject of a study: in one process or several, killed, failing for a reason nobody thought of, or logged."""

import csv
import dataclasses
import multiprocessing
import threading

import pytest

import pipeline
from pipeline import batch, config
from pipeline.errors import ConfigError


def test_two_processes_give_the_same_bytes_as_one(lab, everything):
    before = everything(lab / "the results")
    told = []
    outcomes = pipeline.run(lab / "study.yaml", jobs=2, output=lab / "two", on_outcome=told.append)
    assert [each.subject for each in outcomes] == ["01", "02"], "in the study's order"
    assert [each.outcome for each in outcomes] == [batch.DONE, batch.DONE]
    assert sorted(told) == sorted(outcomes)
    two = everything(lab / "two")
    assert set(two) == set(before)
    assert {name: two[name] for name in two if name.endswith(".h5")} == {
        name: before[name] for name in before if name.endswith(".h5")
    }


def test_only_the_subjects_asked_for(lab):
    outcomes = batch.run(lab / "study.yaml", subjects=["sub-02", "02"], output=lab / "some")
    assert [each.subject for each in outcomes] == ["02"]
    assert not (lab / "some" / "sub-01").exists()
    with pytest.raises(ConfigError, match="subject '3' has no recording in .*There are: 01, 02"):
        batch.run(lab / "study.yaml", subjects=["3"])


def test_the_log_says_how_each_subject_fared(lab):
    recording = next((lab / "raw data" / "sub-01").rglob("*_emg.bdf"))
    recording.write_bytes(b"")
    outcomes = batch.run(lab / "study.yaml")
    with (lab / "the results" / "logs" / "run.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert [row["subject"] for row in rows] == ["01", "02"]
    assert [row["outcome"] for row in rows] == ["failed", "unchanged"]
    assert [row["message"] for row in rows] == [each.message for each in outcomes]
    assert rows[0]["message"] == f"{recording.name}: is empty (0 bytes)"
    assert int(rows[1]["n_used"]) + int(rows[1]["n_rejected"]) == 10
    assert float(rows[1]["seconds"]) > 0


def test_what_nobody_thought_of_is_named_and_its_traceback_is_in_a_log(lab, everything):
    whole = config.load(lab / "study.yaml")
    without = {name: value for name, value in whole.settings.items() if name != "conditioning"}
    before = everything(lab / "the results")
    first, second = batch.run(dataclasses.replace(whole, settings=without))
    for each in (first, second):
        assert each.outcome == batch.FAILED
        log = f"logs/sub-{each.subject}_error.txt"
        assert each.message == f"unexpected KeyError: 'conditioning' (traceback in {log}; please report)"
        text = (lab / "the results" / log).read_text(encoding="utf-8")
        assert text.startswith("Traceback")
        assert "KeyError: 'conditioning'" in text
    after = everything(lab / "the results")
    assert {name: after[name] for name in before if name.endswith(".h5")} == {
        name: before[name] for name in before if name.endswith(".h5")
    }


def test_a_subject_whose_process_is_killed_is_tried_again(lab, everything):
    before = everything(lab / "the results")

    def kill_one():
        while not (children := multiprocessing.active_children()):
            pass
        children[0].kill()

    killer = threading.Thread(target=kill_one, daemon=True)
    killer.start()
    outcomes = batch.run(lab / "study.yaml", options=batch.Options(jobs=2, fresh=True))
    killer.join(timeout=60)
    assert [each.outcome for each in outcomes] == [batch.DONE] * 2
    assert everything(lab / "the results") == before


def test_a_config_object_goes_with_another_output(lab):
    batch.run(config.load(lab / "study.yaml"), subjects=["01"], output=lab / "elsewhere")
    assert (lab / "elsewhere" / "sub-01").is_dir()
