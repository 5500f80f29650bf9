"""How the subjects of a study stand."""

import subprocess
import sys

import filelock

from pipeline import batch, config, output, status


def states(lab):
    return {each.subject: each for each in status.of(config.load(lab / "study.yaml"))}


def test_done_stale_and_new(lab, mep):
    assert {each.state for each in states(lab).values()} == {status.DONE}
    override = 'overrides: [{where: {subject: "02"}, detection: {onset: {method: aic}}}]\n'
    (lab / "study.yaml").write_text(f"study: {{input: raw data, output: the results}}\n{override}", encoding="utf-8")
    found = states(lab)
    assert (found["01"].state, found["02"].state) == (status.DONE, status.STALE)
    assert found["02"].stages == "detection, excitability, results"
    assert 'detection.onset.method: "evidence" -> "aic"' in found["02"].why
    output.results_file(lab / "the results", "01").unlink()
    assert states(lab)["01"].state == status.NEW
    said = mep("status", lab / "study.yaml")
    assert said.code == 1
    assert "1 stale, 1 new" in said.out


def test_failed_until_it_is_mended(lab, mep):
    recording = next((lab / "raw data/sub-01").rglob("*_emg.bdf"))
    content = recording.read_bytes()
    recording.write_bytes(content[:-100])
    batch.run(lab / "study.yaml")
    found = states(lab)["01"]
    assert found.state == status.FAILED
    assert "is truncated" in found.why
    shown = mep("show", output.results_file(lab / "the results", "01"))
    assert shown.out.startswith("warning: sub-01 is failed: ")
    recording.write_bytes(content)
    batch.run(lab / "study.yaml")
    assert states(lab)["01"].state == status.DONE


def test_locked_while_a_process_holds_the_lock_and_not_after_it_died(lab):
    lock = output.lock_file(config.load(lab / "study.yaml"), "01")
    with filelock.FileLock(lock):
        assert states(lab)["01"].state == status.LOCKED
    script = f"import filelock, os; lock = filelock.FileLock({str(lock)!r}); lock.acquire(); os.abort()"
    subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, timeout=60)
    assert lock.is_file()
    assert states(lab)["01"].state == status.DONE


def test_other_versions_are_said_and_are_no_reason_to_run(lab, monkeypatch):
    monkeypatch.setattr(status.versions, "here", lambda: "python 3.99;numpy 9.9")
    found = states(lab)["01"]
    assert found.state == status.DONE
    assert "-> 3.99" in found.other_versions
    assert "-> 9.9" in found.other_versions


def test_results_are_shown_with_what_must_be_known(lab, mep):
    path = output.results_file(lab / "the results", "02")
    assert not mep("show", path).out.startswith("warning")
    events = next((lab / "raw data/sub-02").rglob("*_events.tsv"))
    events.write_text(events.read_text(encoding="utf-8").replace("\tpre\t", "\tpost0\t"), encoding="utf-8")
    said = mep("show", path).out
    assert said.startswith("warning: sub-02 is stale: ")
    assert f"{events.name} differs" in said.splitlines()[0]
    compared = mep("diff", lab / "the results", lab / "the results")
    assert compared.code == 0
    assert compared.out.startswith(f"warning: {lab / 'the results'}: sub-02 is stale: ")


def test_results_without_their_study_are_shown_as_they_are(lab, mep):
    (lab / "raw data").rename(lab / "away")
    assert mep("show", output.results_file(lab / "the results", "01")).code == 0
    assert status.notes(lab / "the results") == []
