"""What a study's paradigms lack, in words: each thing once, and nothing of a paradigm that the study does not have."""

import pandas as pd
import pytest

from pipeline.excitability import STATUSES
from pipeline.excitability.paradigms import Found
from pipeline.gaps import MOST_ROWS, Gaps, drawn

WHERE = {"session": "pm", "timepoint": "pre", "state": "rest", "side": "R", "muscle": "FDI"}


def cell(paradigm, n=20, n_excluded=0, found=True, **where):
    return {"paradigm": paradigm, **WHERE, **where, "n": n, "n_excluded": n_excluded, "found": found}


def lack(paradigm, metric, code, found=True, **where):
    return {"paradigm": paradigm, "metric": metric, "code": code, **WHERE, **where, "found": found}


def gaps(**subjects):
    """Gaps of subjects, each a list of cells and a list of lacks."""
    return Gaps({name: Found(pd.DataFrame(cells), pd.DataFrame(lacks)) for name, (cells, lacks) in subjects.items()})


def test_nothing_of_nothing():
    made = gaps()
    assert (list(made.trials), made.missing) == (
        ["subject", "paradigm", "session", "timepoint", "state", "side", "muscle", "n", "n_excluded"],
        [],
    )
    assert not len(drawn(made.trials))


def test_each_thing_is_said_once_with_where():
    cells = [cell("SICI", session=name) for name in ("am", "pm")]
    lacks = [lack("SICI", "sici", "no_test_pulses")]
    (line,) = gaps(a=(cells, lacks), b=(cells, [])).missing
    assert line == f"SICI (sici): {STATUSES['no_test_pulses']}; in sub-a ses-pm pre rest R FDI"
    every = [lack("SICI", "sici", "no_test_pulses", session=name) for name in ("am", "pm")]
    (line,) = gaps(a=(cells, every), b=(cells, every)).missing
    assert line.endswith("; everywhere (4 of 4)")
    (line,) = gaps(**{f"s{n}": (cells, lacks) for n in range(7)}).missing
    assert line.endswith("in sub-s0 ses-pm pre rest R FDI, sub-s1 ses-pm pre rest R FDI, sub-s2 ses-pm pre rest R FDI, "
                         "sub-s3 ses-pm pre rest R FDI, and 3 more")  # fmt: skip


def test_metrics_that_lack_the_same_share_a_line():
    lacks = [lack("recruitment curve", f"recruitment_{name}", "few_intensities") for name in ("s50", "slope")]
    (line,) = gaps(a=([cell("recruitment curve")], lacks)).missing
    assert line.startswith("recruitment curve (recruitment_s50, recruitment_slope): ")


def test_absent_paradigms_are_not_asked_for():
    lacks = [lack("recruitment curve", "recruitment_s50", "few_intensities", found=False)]
    own = [cell("MEP size"), cell("recruitment curve", found=False)]
    assert gaps(a=(own, lacks)).missing == []
    others = [cell("MEP size"), cell("recruitment curve")]
    (line,) = gaps(a=(own, lacks), b=(others, []), c=(own, [])).missing
    assert line.startswith("recruitment curve (recruitment_s50): fewer different intensities")
    elsewhere = [cell("recruitment curve", muscle="TA")]
    assert gaps(a=(own, lacks), b=(elsewhere, [])).missing == []


def test_conduction_time_is_missed_once_a_study():
    own = [cell("latency", state="active"), cell("CMCT", found=False, state="active")]
    lacks = [lack("CMCT", "cmct", "no_root_trials", found=False, state="active")]
    assert gaps(a=(own, lacks), b=(own, lacks)).missing == [
        "CMCT: no root or F-wave trials in the study, so no central conduction time"
    ]
    assert gaps(a=([cell("MEP size")], [])).missing == []
    whole = [cell("latency", state="active"), cell("CMCT", state="active")]
    (line,) = gaps(a=(own, lacks), b=(whole, [])).missing
    assert line.startswith("CMCT (cmct): no accepted pulse at the root")
    assert line.endswith("in sub-a ses-pm pre active R FDI")


def test_a_visit_without_trials_that_most_have_is_said():
    whole, less = [cell("MEP size"), cell("SICI")], [cell("MEP size")]
    (line,) = gaps(a=(whole, []), b=(whole, []), c=(less, [])).missing
    assert line == "SICI: no trials, though most subjects have them; in sub-c ses-pm pre rest FDI"
    assert gaps(a=(whole, []), b=(less, [])).missing == []


def test_a_session_or_state_that_most_have_is_said_once():
    whole = [cell(name, session=day) for day in ("am", "pm") for name in ("MEP size", "threshold")]
    made = gaps(a=(whole, []), b=(whole, []), c=(whole[:2], []))
    assert made.missing == ["any paradigm: no trials, though most subjects have them; in sub-c ses-pm"]
    active = [*whole, *(cell(name, state="active") for name in ("latency", "cortical SP"))]
    made = gaps(a=(active, []), b=(active, []), c=(whole, []))
    assert made.missing == [
        "latency, cortical SP: no trials, though most subjects have them; in sub-c ses-pm pre active FDI"
    ]


def test_what_is_not_declared_is_said_once_for_all_paradigms():
    lacks = [lack(name, "x", "hotspot_unknown") for name in ("MEP size", "threshold")]
    (line,) = gaps(a=([cell("MEP size"), cell("threshold")], lacks)).missing
    assert line == f"{STATUSES['hotspot_unknown']}; in sub-a ses-pm pre rest R FDI"


def test_the_table_has_a_column_a_visit_and_shares_rows():
    cells = [cell("threshold", session="am"), cell("threshold", 18, 2), cell("SICI", 12)]
    table = drawn(gaps(a=(cells, []), b=(cells, [])).trials)
    assert list(table) == ["subject", "paradigm", "state", "muscle", "am pre", "pm pre"]
    assert table.to_numpy().tolist() == [
        ["all", "threshold", "rest", "R FDI", "20", "16 of 18"],
        ["all", "SICI", "rest", "R FDI", "", "12"],
    ]
    table = drawn(gaps(a=(cells, []), b=(cells[1:], [])).trials)
    assert table["subject"].tolist() == ["a", "all", "b"]


@pytest.mark.parametrize("n", [MOST_ROWS, MOST_ROWS + 1])
def test_a_large_study_is_drawn_as_ranges(n):
    many = {f"s{at}": ([cell("threshold", 100 + at)], []) for at in range(n)}
    table = drawn(gaps(**many).trials)
    assert len(table) == (n if n <= MOST_ROWS else 1)
    if n > MOST_ROWS:
        assert table["pm pre"].tolist() == [f"100-{99 + n} ({n})"]


def test_visits_and_subjects_stand_in_natural_order():
    cells = [cell("threshold", timepoint=each) for each in ("post10", "post2", "pre")]
    trials = gaps(**{"10": (cells, []), "9": (cells, [])}).trials
    assert trials["subject"].tolist() == ["9"] * 3 + ["10"] * 3
    assert trials["timepoint"].tolist()[:3] == ["pre", "post2", "post10"]
    assert list(drawn(trials))[-3:] == ["pm pre", "pm post2", "pm post10"]
