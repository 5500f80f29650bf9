"""Whatever breaks: it is named, nothing is lost, the others go on, and the next run puts it right."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import h5py
import pytest

from pipeline import acquisition, batch, status
from pipeline import config as configs

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of this kind are of POSIX systems")
DEADLINE_S = 60


def results(lab, subject="01"):
    return lab / "the results" / f"sub-{subject}" / f"sub-{subject}_desc-excitability_emg.h5"


def run(lab, **options):
    """Outcomes of a run by subject."""
    return {each.subject: each for each in batch.run(lab / "study.yaml", options=batch.Options(**options))}


def states(lab):
    return {each.subject: each.state for each in status.of(configs.load(lab / "study.yaml"))}


# Ctrl-C.


@POSIX
@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_keeps_what_is_done_and_the_next_run_does_the_rest(crowd, jobs, tmp_path, everything):
    output, subjects = crowd / tmp_path.name, [f"{n:02}" for n in range(1, 21)]
    command = [sys.executable, "-m", "pipeline", "run", str(crowd / "study.yaml"), "--output", str(output)]
    process = subprocess.Popen(
        [*command, "--jobs", jobs, "--subject", *subjects],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    end = time.monotonic() + DEADLINE_S
    while len(list(output.rglob("*excitability_emg.h5"))) < 2:
        assert time.monotonic() < end
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 1, err
    assert err.endswith("stopped; subjects that were done are kept, run again for the others\n")
    assert "Traceback" not in out + err
    first = everything(output)
    done = [name for name in first if name.endswith("excitability_emg.h5")]
    assert 2 <= len(done) <= 2 + 4, "what was running is finished, nothing more was begun"
    assert not [name for name in first if name.endswith(".part")]
    logged = (output / "logs" / "run.tsv").read_text(encoding="utf-8")
    assert 0 < logged.count("\tdone\t") <= len(done)
    outcomes = batch.run(crowd / "study.yaml", subjects=subjects, output=output)
    assert {each.outcome for each in outcomes} == {batch.DONE, batch.UNCHANGED}
    assert sum(each.outcome == batch.UNCHANGED for each in outcomes) == len(done)
    second = everything(output)
    assert {name: second[name] for name in first} == first
    assert sum(name.endswith("excitability_emg.h5") for name in second) == len(subjects)


@POSIX
@pytest.mark.slow
def test_ctrl_c_while_processes_begin_is_quiet(crowd, tmp_path):
    output = crowd / tmp_path.name
    command = [sys.executable, "-m", "pipeline", "run", str(crowd / "study.yaml"), "--output", str(output)]
    for wait_s in (0.05, 0.5):
        shutil.rmtree(output, ignore_errors=True)
        process = subprocess.Popen(
            [*command, "--jobs", "2"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )
        end = time.monotonic() + DEADLINE_S
        while not (output / "mep_config.yaml").is_file():  # what is written just before the first process begins
            assert time.monotonic() < end
            time.sleep(0.002)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(wait_s)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=DEADLINE_S)
        assert process.returncode == 1, err
        assert "Traceback" not in out + err, err


# A disk that is full from the start (one that fills half way is in test_bad_input).


@POSIX
def test_a_disk_that_is_full_from_the_start_stops_the_run(lab):
    import resource

    shutil.rmtree(lab / "the results")
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "run", str(lab / "study.yaml")],
        capture_output=True,
        encoding="utf-8",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10)),
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("study.output: ")
    assert "the disk (or a limit on it) is full" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not [each for each in (lab / "the results").rglob("*") if each.is_file() and ".mep" not in each.parts]


# A file that changes while it is read.


@pytest.mark.parametrize("end", ["emg.bdf", "events.tsv", "channels.tsv"])
def test_a_file_that_changes_while_it_is_read_is_named(lab, end, everything, monkeypatch):
    before = everything(lab / "the results")
    real = acquisition.load
    (changing,) = (lab / "raw data" / "sub-01").rglob(f"*_{end}")
    content = changing.read_bytes()

    def load(path, *given, **named):
        found = real(path, *given, **named)
        if "sub-01" in str(path):
            changing.write_bytes(content + b"\n")
        return found

    monkeypatch.setattr(acquisition, "load", load)
    outcomes = run(lab, fresh=True)
    assert [each.outcome for each in outcomes.values()] == [batch.FAILED, batch.DONE]
    said = outcomes["01"].message
    assert said == f"{changing.name}: changed while it was read; run again when nothing writes to it"
    assert everything(lab / "the results") == before
    assert states(lab)["01"] == status.FAILED
    monkeypatch.undo()
    changing.write_bytes(content)
    assert run(lab)["01"].outcome in batch.FINE
    assert everything(lab / "the results") == before


def test_a_file_that_goes_away_while_it_is_read_is_named(lab, everything, monkeypatch):
    before = everything(lab / "the results")
    real = acquisition.load

    def load(path, *given, **named):
        found = real(path, *given, **named)
        path.unlink()
        return found

    monkeypatch.setattr(acquisition, "load", load)
    (outcome,) = batch.run(lab / "study.yaml", subjects=["01"], options=batch.Options(fresh=True))
    assert outcome.outcome == batch.FAILED
    assert "_emg.bdf: changed while it was read" in outcome.message
    assert everything(lab / "the results") == before


# Files of other versions, and of others.


def of_layout(path, layout):
    with h5py.File(path, "r+") as file:
        file.attrs["mep_pipeline_format"] = layout


def test_results_of_a_newer_version_are_refused_and_stay(lab):
    of_layout(results(lab), 99)
    before = results(lab).read_bytes()
    for options in ({}, {"fresh": True}, {"rehash": True}):
        outcome = run(lab, **options)["01"]
        assert outcome.outcome == batch.FAILED
        assert outcome.message.startswith(f"{results(lab).name}: its layout is newer than this version writes")
        assert results(lab).read_bytes() == before
    (step,) = batch.dry_run(lab / "study.yaml")
    assert (step.subject, step.stage) == ("01", batch.FAILS)
    assert "its layout is newer" in step.why
    assert states(lab) == {"01": status.FAILED, "02": status.DONE}


def test_results_of_an_older_version_are_made_anew_and_it_is_said(lab, everything):
    before = everything(lab / "the results")
    of_layout(results(lab), 1)
    steps = batch.dry_run(lab / "study.yaml")
    assert {each.subject for each in steps} == {"01"}
    assert "its results are of an older layout (1)" in {each.why for each in steps}
    assert run(lab)["01"].outcome == batch.DONE
    assert everything(lab / "the results") == before


def another_program(path):
    path.unlink()
    with h5py.File(path, "w") as file:
        file["theirs"] = 1


@pytest.mark.parametrize("foreign", [lambda path: path.write_text("a letter"), another_program])
def test_a_file_of_others_under_the_name_of_results_is_refused_and_stays(lab, foreign):
    foreign(results(lab))
    before = results(lab).read_bytes()
    for options in ({}, {"fresh": True}):
        outcomes = run(lab, **options)
        assert outcomes["01"].outcome == batch.FAILED
        assert "a file of this name was not written by mep-pipeline; move it away" in outcomes["01"].message
        assert outcomes["02"].outcome in batch.FINE
    assert results(lab).read_bytes() == before


@pytest.mark.parametrize("keep", [0, 100, 20_000])
def test_results_that_are_damaged_are_made_anew(lab, keep, everything):
    before = everything(lab / "the results")
    results(lab).write_bytes(results(lab).read_bytes()[:keep])
    assert run(lab)["01"].outcome == batch.DONE
    assert everything(lab / "the results") == before


def test_epochs_that_are_damaged_are_made_anew(lab, everything):
    before = everything(lab / "the results")
    (epochs,) = (lab / "the results" / "sub-01").rglob("*_desc-conditioned_emg.h5")
    epochs.write_bytes(epochs.read_bytes()[:20_000])
    assert run(lab)["01"].outcome == batch.DONE
    assert everything(lab / "the results") == before


# What is remembered, whatever it is.

DAMAGED_HINTS = (
    b"",
    b"{",
    b"[]",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"format": 1}',
    b'{"format": 99, "outcome": [1, 2, 3, 4]}',
    b'{"format": 1, "inputs": [], "results": 5, "epochs": null, "outcome": 7}',
    b'{"format": 1, "inputs": {"x": 1}, "results": {"identity": 1}, "epochs": [1], "outcome": []}',
)


@pytest.mark.parametrize("content", DAMAGED_HINTS, ids=range(len(DAMAGED_HINTS)))
def test_what_is_remembered_may_be_damaged(lab, content, everything):
    before = everything(lab / "the results")
    (lab / "the results" / ".mep" / "hints" / "sub-01.json").write_bytes(content)
    assert not batch.dry_run(lab / "study.yaml")
    assert states(lab)["01"] == status.DONE
    assert {each.outcome for each in run(lab).values()} == {batch.UNCHANGED}
    assert everything(lab / "the results") == before


@pytest.mark.slow
@pytest.mark.parametrize("part", ["inputs", "results", "epochs", "outcome"])
@pytest.mark.parametrize("content", [None, 5, "x", [], [1], {}, {"x": 1}, {"x": [1]}], ids=str)
def test_each_part_of_what_is_remembered_may_be_damaged(lab, part, content, everything):
    before = everything(lab / "the results")
    path = lab / "the results" / ".mep" / "hints" / "sub-01.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), part: content}), encoding="utf-8")
    assert run(lab)["01"].outcome == batch.UNCHANGED
    assert everything(lab / "the results") == before


# Locks.


def test_the_lock_of_a_dead_process_is_none(lab):
    lock = lab / "the results" / ".mep" / "locks" / "sub-01.lock"
    script = (
        "import filelock, os, signal, sys\n"
        "lock = filelock.FileLock(sys.argv[1])\n"
        "lock.acquire()\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert holder.stdout.readline() == "held\n"
    assert states(lab) == {"01": status.LOCKED, "02": status.DONE}
    holder.kill()
    holder.communicate()
    assert lock.is_file()
    assert states(lab) == {"01": status.DONE, "02": status.DONE}
    assert run(lab, fresh=True)["01"].outcome == batch.DONE


def test_a_lock_that_cannot_be_had_is_named(lab):
    lock = lab / "the results" / ".mep" / "locks" / "sub-01.lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()
    outcomes = run(lab, fresh=True)
    assert outcomes["01"].outcome == batch.FAILED
    assert str(lock) in outcomes["01"].message
    assert "the subject's lock, cannot be written or locked" in outcomes["01"].message
    assert outcomes["02"].outcome == batch.DONE
