"""`mep check` finds what a study holds, and says what does not fit."""

from pathlib import Path

import pytest

from pipeline import check, config, synthetic
from pipeline.gaps import WITHOUT_CMCT
from pipeline.synthetic.protocol import Protocol

DEMO = Path(__file__).parents[1] / "configs" / "demo.yaml"


@pytest.fixture(scope="module")
def noisy(tmp_path_factory):
    """A folder with a study of much noise."""
    folder = tmp_path_factory.mktemp("noisy")
    loud = synthetic.stated(["noise_uv=12"])
    protocol = Protocol(rest_steps_mso=(0,), active_steps_mso=(0,), rest_above=(), active_above=())
    synthetic.simulate_study(
        folder / "raw", n_subjects=1, sessions=("pm",), muscles=("FDI",), parameters=loud, protocol=protocol
    )
    return folder


@pytest.fixture
def found(noisy):
    def found(text=""):
        (noisy / "study.yaml").write_text("study: {input: raw, output: out}\n" + text, encoding="utf-8")
        return check.study(config.load(noisy / "study.yaml"))

    return found


def test_the_demo_is_found_whole():
    demo = config.load(DEMO)
    found = check.study(demo)
    events = {
        path.name.removesuffix("_events.tsv"): len(path.read_text(encoding="utf-8").splitlines()) - 1
        for path in demo.input.rglob("*_events.tsv")
    }
    assert dict(zip(found.recordings["recording"], found.recordings["trials"], strict=True)) == events
    assert len(events) == 16
    assert found.problems == []
    assert set(found.recordings["pulses"]) == {f"single {n}" for n in set(events.values())}
    of_two = found.recordings["recording"].str.contains("legActive")
    assert set(found.recordings.loc[of_two, "muscles"]) == {"R TA, R FDI"}
    cells = found.cells
    assert cells["n"].sum() == sum(events.values()) + sum(n for name, n in events.items() if "legActive" in name)
    assert (cells["n_excluded"] <= cells["n"]).all()
    assert set(cells["session"]) == {"evening", "morning"}
    trials = found.paradigms
    assert set(trials["subject"]) == {"01", "02"}
    assert set(trials["paradigm"]) == {"threshold", "MEP size", "recruitment curve", "latency", "cortical SP"}
    sizes = trials[trials["paradigm"] == "MEP size"]
    aimed = cells.merge(sizes, on=["subject", "session", "timepoint", "state", "muscle", "side"])
    assert sizes["n"].sum() == sum(events.values())
    assert (sizes["n_excluded"] <= sizes["n"]).all()
    assert len(aimed)
    assert [text for text in found.missing if text.startswith("CMCT")] == [WITHOUT_CMCT]
    assert not [text for text in found.missing if text.startswith(("SICI", "M wave", "H reflex", "MEP/Mmax"))]


def test_trials_that_are_all_rejected_are_said(found):
    assert any("handRest: none of 10 trials of R FDI accepted (pre_activation 10)" in text for text in found().warnings)


def test_paradigms_are_shown_and_what_they_lack(noisy, mep):
    text = "study: {input: raw, output: out}\ndetection: {screening: {max_rest_uv: 100}}\n"
    (noisy / "study.yaml").write_text(text, encoding="utf-8")
    answer = mep("check", noisy / "study.yaml")
    assert answer.code == 0
    (row,) = [line.split() for line in answer.out.splitlines() if line.split()[1:4] == ["MEP", "size", "rest"]]
    assert row == ["01", "MEP", "size", "rest", "R", "FDI", "10"]
    lines = [line for line in answer.out.splitlines() if line.startswith("missing: ")]
    assert any(line.startswith("missing: MEP size (mep_amplitude") and "fewer trials" in line for line in lines)
    assert not [line for line in lines if "SICI" in line or "recruitment" in line or "threshold" in line]


def test_a_visit_of_no_recording_is_a_warning(noisy, mep):
    (noisy / "study.yaml").write_text("study: {input: raw, output: out}\n", encoding="utf-8")
    (noisy / "raw/visits.tsv").write_text("subject\tsession\tirls\n01\tmonth2\t12\n", encoding="utf-8")
    answer = mep("check", noisy / "study.yaml")
    (noisy / "raw/visits.tsv").unlink()
    assert answer.code == 0
    assert "warning: visits.tsv:2: sub-01 ses-month2 has no recording" in answer.out


def test_noise_that_reaches_the_criterion_is_said(found):
    loud = found("detection: {screening: {max_rest_uv: 100}}\n").warnings
    assert any("sub-01 ses-pm FDI: noise alone reaches 50 µV in" in text for text in loud)
    high = found("detection: {screening: {max_rest_uv: 100}, presence: {rest_uv: 500}}\n").warnings
    assert not any("noise alone" in text for text in high)


def test_an_override_that_meets_nothing_is_a_problem(found):
    text = 'overrides:\n- where: {subject: "09"}\n  detection: {onset: {absolute: 0.5}}\n'
    (said,) = found(text).problems
    assert said.startswith("study.yaml:3:3: this override meets no recording")
    assert found(text.replace("09", "01")).problems == []


def test_a_recording_that_cannot_be_measured_is_a_problem(found):
    said = found("detection: {background_ms: [-900, -5]}\n").problems
    assert len(said) == 2
    assert all("the background window goes from -900 to -5 ms" in text for text in said)
