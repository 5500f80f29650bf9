"""What is shown is whole: no value is cut, no markup is taken from names."""

import pandas as pd
import pytest

from pipeline import batch, console, listing, progress, store
from pipeline.batch import Outcome
from pipeline.check import Found


@pytest.fixture
def said(capsys):
    return lambda: capsys.readouterr().out


def test_outcomes(said, tmp_path):
    long = "sub-02_task-[red]x: " + "no pulse was found in it " * 20 + "END"
    console.print_outcomes(
        [
            Outcome("01", batch.DONE, 38, 2, 1.25),
            Outcome("02", batch.FAILED, message=long),
            Outcome("03", batch.LOCKED),
        ],
        tmp_path,
    )
    lines = said().splitlines()
    assert lines[0].split() == ["subject", "outcome", "trials", "used", "rejected", "seconds", "message"]
    assert lines[1].split() == ["sub-01", "done", "38", "2", "1.2"]
    assert "[red]x" in lines[2]
    assert lines[2].endswith("END"), "a message stands on one line"
    assert lines[-1] == f"3 subjects: 1 done, 1 failed, 1 locked; results in {tmp_path}"


def test_check_counts_its_problems(said):
    frame = pd.DataFrame({"recording": ["sub-01"], "trials": [3], "rate_hz": [float("nan")]})
    none = pd.DataFrame()
    console.print_check(Found(frame, none, [], ["much noise"], none, ["SICI: no test pulses"]))
    text = said()
    assert "warning: much noise" in text
    assert "missing: SICI: no test pulses" in text
    assert "n/a" in text
    assert text.splitlines()[-1] == "nothing wrong was found"
    console.print_check(Found(frame, none, ["a [1, 2]"], [], none, []))
    assert said().splitlines()[-2:] == ["problem: a [1, 2]", "1 problem"]
    console.print_check(Found(frame, none, ["a", "b"], [], none, []))
    assert said().splitlines()[-1] == "2 problems"


def test_results(said, earlier):
    tables = store.read_results(next(earlier.rglob("sub-01_desc-excitability_emg.h5")))
    console.print_results(tables)
    text = said()
    assert "sub-01_ses-pm_task-handRest" in text
    assert "rmt" in text
    assert "%MSO" in text
    metrics = tables["metrics"].assign(status="not_target")
    console.print_results({**tables, "metrics": metrics})
    assert f"{len(metrics)} rows of muscles that are not the target are left out here" in said()


def test_lists(said):
    console.print_list(None)
    text = said()
    assert all(name in text for name in (*listing.LISTS, *listing.TEXTS))
    console.print_list("muscles")
    text = said()
    assert all(name in text for name in set(listing.frame("muscles")["muscle"]))


def test_progress_is_silent_where_nobody_looks(capsys):
    with progress.progress() as bar:
        bar.planned(2)
        bar.advance(Outcome("01", batch.DONE))
    assert capsys.readouterr() == ("", "")
