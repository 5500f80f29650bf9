"""The command line: what it answers, and its exit codes."""

import subprocess
import sys

import pytest

from pipeline.__main__ import LISTS


@pytest.mark.parametrize("what", LISTS)
def test_every_list_is_printed(mep, what):
    said = mep("list", what)
    assert said.code == 0
    assert said.err == ""
    assert len(said.out.splitlines()) > 2


def test_the_lists_are_listed(mep):
    assert all(f"\n{what} " in mep("list").out for what in LISTS)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "COMMAND"),
        (["rnu"], "invalid choice: 'rnu'"),
        (["list", "metric"], "invalid choice: 'metric'"),
        (["run"], "CONFIG"),
        (["run", "none.yaml"], "none.yaml: cannot be read: No such file"),
        (["check", "none.yaml"], "none.yaml: cannot be read: No such file"),
        (["run", "none.yaml", "--jobs", "0"], "expected 1 or more, found 0"),
        (["simulate", "somewhere", "--set", "nois_uv=3"], "did you mean 'noise_uv'"),
    ],
)
def test_a_wrong_call_ends_with_2(mep, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    answer = mep(*arguments)
    assert answer.code == 2
    assert said in answer.err
    assert answer.out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_config_ends_with_2_and_all_that_is_wrong(mep, tmp_path):
    (tmp_path / "study.yaml").write_text("study: {input: a, output: b}\ndetecton: {}\nresults: {epochs: 3}\n")
    for command in ("run", "check"):
        said = mep(command, tmp_path / "study.yaml")
        assert said.code == 2
        assert [line.split(": ")[0] for line in said.err.splitlines()] == ["study.yaml:2:1", "study.yaml:3:11"]
    assert [each.name for each in tmp_path.iterdir()] == ["study.yaml"]


def test_an_unknown_subject_ends_with_2_and_lists_those_there_are(mep, earlier, tmp_path):
    said = mep("run", earlier / "study.yaml", "--subject", "03", "--output", tmp_path / "out")
    assert said.code == 2
    assert "subject '03' has no recording in" in said.err
    assert "There are: 01, 02" in said.err


def test_run_and_show(mep, earlier, tmp_path):
    said = mep("run", earlier / "study.yaml", "--subject", "sub-02", "--jobs", "1", "--output", tmp_path / "out")
    assert said.code == 0
    assert said.rows("02")[0].split()[:2] == ["sub-02", "done"]
    assert not said.rows("01")
    (made,) = (tmp_path / "out").glob("sub-*/*.h5")
    assert made.read_bytes() == next(earlier.rglob("sub-02_desc-excitability_emg.h5")).read_bytes()
    shown = mep("show", made)
    assert shown.code == 0
    assert all(word in shown.out for word in ("sub-02_ses-pm_task-handRest", "rmt", "%MSO", "mep show --all"))
    assert "ml_pest" not in shown.out
    assert "ml_pest" in mep("show", made, "--all").out


def test_check(mep, earlier):
    said = mep("check", earlier / "study.yaml")
    assert said.code == 0
    assert said.out.splitlines()[-1] == "nothing wrong was found"
    assert said.out.count("_task-handRest") == 2


def test_show_of_what_is_no_results_file_ends_with_1(mep, tmp_path):
    said = mep("show", tmp_path / "none.h5")
    assert said.code == 1
    assert "there is no such file" in said.err


def test_simulate_writes_once(mep, tmp_path):
    arguments = ("simulate", tmp_path / "made", "--subjects", "1", "--muscles", "FDI", "--seed", "4")
    said = mep(*arguments)
    assert said.code == 0
    assert said.out.split() == ["wrote", str(tmp_path / "made")]
    assert [each.name for each in (tmp_path / "made").glob("sub-*")] == ["sub-01"]
    again = mep(*arguments)
    assert again.code == 2
    assert "the folder is not empty, nothing was written" in again.err


def test_as_a_module_and_into_a_closed_pipe():
    call = [sys.executable, "-m", "pipeline", "list", "defaults"]
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().startswith("# Every key")
        process.stdout.close()
        assert process.wait() == 0
        assert process.stderr.read() == ""
