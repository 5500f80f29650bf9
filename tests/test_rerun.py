"""What runs again after which change: the stages count their calls, and one that should not run raises.

After each change the results are, byte for byte, those of a run that begins with nothing.
"""

import csv
import functools
import os
import shutil
from collections import Counter
from pathlib import Path

import h5py
import pytest

from pipeline import (
    acquisition,
    batch,
    code,
    conditioning,
    config,
    detection,
    excitability,
    hints,
    keys,
    recipes,
    status,
    store,
)
from pipeline.shape_library import SHIPPED
from pipeline.synthetic import simulate_study
from pipeline.synthetic.protocol import Protocol

STAGES = {
    "acquisition": (acquisition, "load"),
    "conditioning": (conditioning, "condition"),
    "detection": (detection, "detect"),
    "excitability": (excitability, "summarise"),
}
NOTHING = {}
METRICS = {"excitability": 2}
DETECTION = {"detection": 4, "excitability": 2}
RAW = {"acquisition": 4, "conditioning": 4}
CONDITIONING = {**RAW, "detection": 4, "excitability": 2}
ONE_RECORDING = {"acquisition": 1, "conditioning": 1, "detection": 1, "excitability": 1}
BASE = "study: {input: raw, output: out}\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two subjects with a morning and an evening recording, and the results of a first run; not to be changed."""
    folder = tmp_path_factory.mktemp("rerun")
    protocol = Protocol(rest_steps_mso=(-2, 2), active_steps_mso=(), pulses_per_level=3, rest_above=((120, 4),))
    study = simulate_study(folder / "raw", muscles=("FDI",), protocol=protocol)
    for each in study.rglob("*handActive*"):
        each.unlink()
    for each in study.rglob("*"):  # as if recorded long ago: a file of just now would be hashed again
        os.utime(each, (1_700_000_000, 1_700_000_000))
    (folder / "study.yaml").write_text(BASE, encoding="utf-8")
    assert [each.outcome for each in batch.run(folder / "study.yaml")] == [batch.DONE] * 2
    return folder


@pytest.fixture
def study(made, tmp_path):
    """A copy of it to change, run once so that what is remembered is of these files."""
    folder = Path(shutil.copytree(made, tmp_path / "s"))
    assert [each.outcome for each in batch.run(folder / "study.yaml")] == [batch.UNCHANGED] * 2
    return folder


def counting(counted, stage, real):
    @functools.wraps(real)
    def call(*args, **kwargs):
        assert stage not in counted.forbidden, f"{stage} must not run"
        counted[stage] += 1
        return real(*args, **kwargs)

    return call


@pytest.fixture
def calls(monkeypatch):
    """Counts the calls of each stage; those in `forbidden` raise."""

    class Calls(Counter):
        forbidden = ()

    counted = Calls()
    for stage, (module, name) in STAGES.items():
        monkeypatch.setattr(module, name, counting(counted, stage, getattr(module, name)))
    return counted


def state(text):
    """A change of the config."""
    return lambda folder: (folder / "study.yaml").write_text(BASE + text, encoding="utf-8")


def edit(pattern, old, new):
    """A change of the one file below the raw data that matches."""

    def change(folder):
        (path,) = (folder / "raw").rglob(pattern)
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return change


def touch(folder):
    for each in (folder / "raw").rglob("*"):
        os.utime(each, (1_800_000_000, 1_800_000_000))


def another_sample(folder):
    (path,) = (folder / "raw/sub-01/ses-morning").rglob("*.bdf")
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)


def a_subject_more(folder):
    raw = folder / "raw"
    for each in sorted((raw / "sub-02").rglob("*")):
        target = raw / each.relative_to(raw).as_posix().replace("sub-02", "sub-03")
        if each.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            text = each.read_bytes() if each.suffix == ".bdf" else each.read_bytes().replace(b"sub-02", b"sub-03")
            target.write_bytes(text)


def a_recording_less(folder):
    shutil.rmtree(folder / "raw/sub-01/ses-evening")


def decide(folder, **changed):
    """A decision on the first trial of one recording."""
    trials = batch_rows(folder, "01")
    own = trials[trials["session"] == "morning"].iloc[0]
    row = {"subject": "01", "recording": own["recording"], "trial": str(own["trial"]), "muscle": own["muscle"],
           "column": "onset_ms", "value": "23.5", "fingerprint": own["fingerprint"], "was": str(own["onset_ms"]),
           "who": "AB", "when": "2026-01-01", "note": "", **changed}  # fmt: skip
    with (folder / "study_decisions.tsv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, row, delimiter="\t")
        writer.writeheader()
        writer.writerow(row)


def batch_rows(folder, subject, output="out"):
    import pipeline

    return pipeline.read_results(folder / output / f"sub-{subject}/sub-{subject}_desc-excitability_emg.h5")["trials"]


def a_row_of_the_table(folder):
    table = "session_id\tarm\nses-morning\tsham\nses-evening\tn/a\n"
    (folder / "raw/sub-01/sub-01_sessions.tsv").write_text(table, encoding="utf-8")


def a_scale(irls):
    """A visit's score on the scale, with all else as the study's tables say it."""

    def change(folder):
        text = f"session_id\tirls\tclock_time\nses-morning\t{irls}\t09:30\n"
        (folder / "raw/sub-01/sub-01_sessions.tsv").write_text(text, encoding="utf-8")

    return change


def a_library_of_shapes(folder):
    """One of its own that holds what the shipped one does."""
    shutil.copy(SHIPPED, folder / "own.npz")
    (folder / "study.yaml").write_text("study: {input: raw, output: out, shapes: own.npz}\n", encoding="utf-8")


CHANGES = {
    "nothing": (lambda _: None, NOTHING),
    "a metric's setting": (state("excitability: {rmt: {min_pulses: 5}}\n"), METRICS),
    "a metric's setting that it is at": (state("excitability: {rmt: {min_pulses: 1}}\nextends: default\n"), None),
    "a detector's setting": (state("detection: {presence: {rest_uv: 500}}\n"), DETECTION),
    "another method": (state("detection: {onset: {method: aic}}\n"), DETECTION),
    "no effect on the rows": (state("detection: {signal: {max_saturated_ms: 11}}\n"), {"detection": 4}),
    "a window that reaches the artefact": (state("muscles: {FDI: {response_ms: [16, 52]}}\n"), CONDITIONING),
    "a window of a muscle nobody recorded": (state("muscles: {TA: {response_ms: [25, 70]}}\n"), NOTHING),
    "how conditions are told apart": (state("conditions: {intensity_step_mso: 5}\n"), DETECTION),
    "the order of steps": (state("conditioning: [artefact, mains, offset, band_pass]\n"), CONDITIONING),
    "how it is read, with no effect on these epochs": (
        state("acquisition: {epoch_ms: [-200, 300]}\n"), {"acquisition": 4, "conditioning": 4, "detection": 4},
    ),
    "settings of another reader": (state("acquisition: {brainvision: {}}\n"), NOTHING),
    "an override of one subject": (
        state('overrides: [{where: {subject: "02"}, detection: {onset: {method: aic}}}]\n'),
        {"detection": 2, "excitability": 1},
    ),
    "an override of one session": (
        state('overrides: [{where: {subject: "02", session: morning}, detection: {onset: {method: aic}}}]\n'),
        {"detection": 1, "excitability": 1},
    ),
    "an override of metrics": (
        state('overrides: [{where: {subject: "02"}, excitability: {rmt: {min_pulses: 5}}}]\n'),
        {"excitability": 1},
    ),
    "files touched": (touch, NOTHING),
    "a sample": (another_sample, ONE_RECORDING),
    "an event": (edit("sub-01_ses-morning_*_events.tsv", "\tpre\t", "\tpost0\t"), ONE_RECORDING),
    "a channel": (edit("sub-01_ses-morning_*_channels.tsv", "\tFDI\t", "\tAPB\t"), ONE_RECORDING),
    "a row of the study's tables": (a_row_of_the_table, ONE_RECORDING),
    "a participant's row": (edit("participants.tsv", "\tRLS\t", "\tPLMD\t"), {"excitability": 1}),
    "a scale of a visit": (a_scale("21"), NOTHING),
    "a subject more": (
        a_subject_more, {"acquisition": 2, "conditioning": 2, "detection": 2, "excitability": 1},
    ),
    "a recording less": (a_recording_less, {"excitability": 1}),
    "a decision": (decide, {"detection": 1, "excitability": 1}),
    "a library of shapes, with no effect on the rows": (a_library_of_shapes, {"detection": 4}),
    "epochs not kept": (state("results: {epochs: false}\n"), NOTHING),
    "a metric's setting, epochs not kept": (
        state("results: {epochs: false}\nexcitability: {rmt: {min_pulses: 5}}\n"), METRICS,
    ),
}  # fmt: skip


def products(folder, name="out"):
    """Bytes of the results and epochs by name."""
    return {each.relative_to(folder / name).as_posix(): each.read_bytes() for each in (folder / name).rglob("*.h5")}


@pytest.mark.parametrize("name", [name for name, (_, stages) in CHANGES.items() if stages is not None])
def test_what_runs_after_a_change(name, study, calls):
    change, stages = CHANGES[name]
    change(study)
    calls.forbidden = set(STAGES) - set(stages)
    steps = batch.dry_run(study / "study.yaml")
    assert not calls, "a dry run runs nothing"
    told = Counter(each.stage for each in steps)
    sure = [each for each in stages if each != "excitability"]
    assert {each: told[each] for each in sure} == {each: stages[each] for each in sure}
    assert not [each for each in STAGES if told[each] and each not in stages and each != "excitability"]
    outcomes = batch.run(study / "study.yaml")
    assert {each.outcome for each in outcomes} <= set(batch.FINE), outcomes
    assert dict(calls) == stages
    calls.forbidden = ()
    batch.run(study / "study.yaml", output=study / "anew")
    assert products(study) == products(study, "anew")
    assert not batch.dry_run(study / "study.yaml")


@pytest.mark.parametrize("name", ["another method", "the order of steps", "a metric's setting", "epochs not kept"])
def test_back_again_gives_the_earlier_bytes(name, study):
    before = products(study)
    CHANGES[name][0](study)
    batch.run(study / "study.yaml")
    assert products(study) != before
    state("")(study)
    batch.run(study / "study.yaml")
    assert products(study) == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "stages"),
    [
        ("windows.py", CONDITIONING),
        ("conditioning/rows.py", {**RAW, "detection": 4}),
        ("detection/given.py", {"detection": 4}),
        ("conditions.py", DETECTION),
        ("excitability/intervals.py", METRICS),
        ("acquisition/edf.py", {**RAW, "detection": 4}),
        ("acquisition/brainvision.py", NOTHING),
        ("synthetic/mep.py", NOTHING),
        ("batch.py", NOTHING),
        ("store.py", {**RAW, "detection": 4}),
        ("flow.py", CONDITIONING),
        ("joining.py", DETECTION),
        ("results.py", NOTHING),
    ],
)
def test_what_runs_after_an_edit_of_the_code(file, stages, study, calls, tmp_path, monkeypatch):
    root = Path(shutil.copytree(code.ROOT, tmp_path / "pipeline", ignore=shutil.ignore_patterns("__pycache__")))
    for each in root.rglob("*.py"):  # another line ending is no edit
        each.write_bytes(each.read_bytes().replace(b"\n", b"\r\n"))
    monkeypatch.setattr(code, "ROOT", root)
    forget()
    try:
        calls.forbidden = set(STAGES)
        assert not batch.dry_run(study / "study.yaml")
        (root / file).write_text((root / file).read_text(encoding="utf-8") + "\nEDITED = True\n", encoding="utf-8")
        forget()
        calls.forbidden = set(STAGES) - set(stages)
        steps = batch.dry_run(study / "study.yaml")
        batch.run(study / "study.yaml")
    finally:
        forget()
    assert dict(calls) == stages
    dotted = file.removesuffix(".py").replace("/", ".")
    assert not stages or any(f"code {dotted}" in each.why for each in steps)


def forget():
    for each in (code.hashes, code._hash, code._file, code._reached, recipes._digest):
        each.cache_clear()


def test_jobs_and_the_order_of_subjects_change_nothing(study, calls):
    before = products(study)
    calls.forbidden = set(STAGES)
    for options in (batch.Options(jobs=2), batch.Options(shard=(2, 2)), batch.Options()):
        assert {each.outcome for each in batch.run(study / "study.yaml", options=options)} == {batch.UNCHANGED}
    assert {each.outcome for each in batch.run(study / "study.yaml", subjects=["02", "01"])} == {batch.UNCHANGED}
    assert products(study) == before


def test_everything_anew_gives_the_same_bytes(study, calls):
    before = products(study)
    batch.run(study / "study.yaml", options=batch.Options(fresh=True))
    assert dict(calls) == CONDITIONING
    assert products(study) == before


def test_what_is_remembered_may_be_lost(study, calls):
    calls.forbidden = set(STAGES)
    before = products(study)
    shutil.rmtree(study / "out/.mep")
    assert not batch.dry_run(study / "study.yaml")
    assert {each.outcome for each in batch.run(study / "study.yaml")} == {batch.UNCHANGED}
    for each in (study / "out/.mep/hints").glob("*.json"):
        each.write_text("[" * 5000)
    assert {each.outcome for each in batch.run(study / "study.yaml")} == {batch.UNCHANGED}
    assert products(study) == before


def test_a_file_is_hashed_once(study, monkeypatch):
    monkeypatch.setattr(hints, "SETTLED_NS", 0)
    batch.run(study / "study.yaml", options=batch.Options(rehash=True))
    hashed = []
    real = keys.of_file
    monkeypatch.setattr(keys, "of_file", lambda path: hashed.append(path.name) or real(path))
    batch.run(study / "study.yaml")
    assert not hashed
    batch.run(study / "study.yaml", options=batch.Options(rehash=True))
    n_files = len({each for each in hashed if each.endswith(".bdf")})
    assert n_files == 4


def test_a_reason_names_what_differs(study):
    def reasons():
        return [each.why for each in batch.dry_run(study / "study.yaml")]

    state("detection: {onset: {method: sd_threshold, n_sd: 4}}\n")(study)
    assert 'detection.onset.method: "evidence" -> "sd_threshold"' in reasons()[0]
    a_library_of_shapes(study)
    assert reasons()[0] == "study.shapes own.npz is new"
    state("")(study)
    CHANGES["an event"][0](study)
    assert reasons()[0].startswith("file sub-01/ses-morning/emg/sub-01_ses-morning_task-handRest_events.tsv differs")
    assert len({each.recording for each in batch.dry_run(study / "study.yaml")} - {""}) == 1
    batch.run(study / "study.yaml")
    decide(study)
    assert "decision on trial 0 FDI onset_ms" in reasons()[0]
    (study / "study_decisions.tsv").unlink()
    a_row_of_the_table(study)
    assert 'its row: arm: nothing -> "sham"' in reasons()[0]


def test_a_changed_scale_measures_nothing_anew_and_is_stated(study, calls, mep):
    a_scale("20")(study)
    batch.run(study / "study.yaml")
    a_scale("21")(study)
    calls.forbidden = set(STAGES)
    (step,) = batch.dry_run(study / "study.yaml")
    assert (step.subject, step.stage) == ("01", "results")
    assert step.why == "visit.morning.irls: 20 -> 21"
    assert "visit.morning.irls: 20 -> 21" in mep("run", study / "study.yaml", "--dry-run").out
    first, second = batch.run(study / "study.yaml")
    assert (first.outcome, second.outcome) == (batch.DONE, batch.UNCHANGED)
    facts = store.read_results(study / "out/sub-01/sub-01_desc-excitability_emg.h5")["provenance"]
    stated = dict(zip(facts["name"], facts["value"], strict=True))
    assert stated["visit.morning.irls"] == "21"
    assert stated["visit.morning.clock_time"] == "09:30"
    assert not any(name.startswith("visit.evening") for name in stated)
    trials = batch_rows(study, "01")
    assert not {"irls", "clock_time"} & set(trials)


def test_a_trial_column_of_a_visit_measures_its_session_anew(study, calls):
    table = "session_id\ttime_of_day\tentered_rmt_mso\nses-morning\tAM\t47\n"
    (study / "raw/sub-01/sub-01_sessions.tsv").write_text(table, encoding="utf-8")
    batch.run(study / "study.yaml")
    assert dict(calls) == ONE_RECORDING
    trials = batch_rows(study, "01")
    morning = trials["session"] == "morning"
    assert set(trials.loc[morning, "time_of_day"]) == {"AM"}
    assert set(trials.loc[morning, "entered_rmt_mso"].astype(float)) == {47.0}
    assert set(trials.loc[~morning, "time_of_day"]) == {""}


def test_results_that_state_other_settings_name_them(study):
    """A setting that no stage's product hangs on is still stated in the results."""
    path = study / "out/sub-01/sub-01_desc-excitability_emg.h5"
    state("muscles: {ADM: {background_ms: [-90, -10]}}\n")(study)
    (step,) = [each for each in batch.dry_run(study / "study.yaml") if each.subject == "01"]
    assert step.stage == "results"
    assert "muscles.ADM" in step.why
    assert "-90" in step.why
    assert path.is_file()


def test_a_decision_replaces_the_value_and_reaches_the_metrics(study):
    before = batch_rows(study, "01")
    decide(study)
    batch.run(study / "study.yaml")
    after = batch_rows(study, "01")
    changed = (before["onset_ms"].to_numpy() != after["onset_ms"].to_numpy()) & (after["decided"] != "").to_numpy()
    assert changed.sum() == 1
    assert after.loc[changed, "onset_ms"].tolist() == [23.5]
    assert after.loc[changed, "decided"].tolist() == ["onset_ms"]


def test_who_decided_and_when_is_no_reason_to_run_again(study, calls):
    decide(study)
    batch.run(study / "study.yaml")
    calls.clear()
    calls.forbidden = set(STAGES)
    decide(study, who="CD", when="2026-02-02", note="again", was="1")
    assert not batch.dry_run(study / "study.yaml")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"fingerprint": "0123456789abcdef"}, "the trial is not what was reviewed"),
        ({"trial": "999"}, "there are 10 trials, from 0"),
        ({"muscle": "TA"}, "the muscle was not recorded"),
    ],
)
def test_a_decision_that_does_not_fit_is_said_and_not_applied(changed, said, study):
    decide(study, **changed)
    first, _ = batch.run(study / "study.yaml")
    assert first.outcome == batch.DONE
    assert "decision not applied" in first.message
    assert said in first.message
    assert (batch_rows(study, "01")["decided"] == "").all()
    again, _ = batch.run(study / "study.yaml", options=batch.Options(rehash=True))
    assert (again.outcome, again.message) == (batch.UNCHANGED, first.message)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"column": "onset"}, "study_decisions.tsv:2: no column 'onset' is measured; did you mean 'onset_ms'?"),
        ({"trial": "-1"}, "study_decisions.tsv:2: trial is '-1'; expected its number, from 0"),
    ],
)
def test_a_wrong_row_of_decisions_stops_the_run(changed, said, study, mep):
    decide(study, **changed)
    answer = mep("run", study / "study.yaml")
    assert answer.code == 2
    assert said in answer.err


def test_the_decisions_go_along_with_the_resolved_config(study):
    decide(study)
    batch.run(study / "study.yaml")
    batch.run(study / "out/mep_config.yaml", output=study / "anew")
    assert products(study) == products(study, "anew")


def test_two_clocks_of_a_recording_have_keys_of_their_own():
    recipe = {"labels": {}, "acquisition": {"reader": "bids"}, "conditioning": [], "conditions": {}, "clocks": {}}
    recipe["library"] = {}
    own = {"channels": [["FDI", ""]], "windows": [], "detection": {}, "decisions": []}
    recipe["clocks"] = {"a": own, "a_recording-2": own}
    first, second = (recipes.clock_keys(recipe, name) for name in recipe["clocks"])
    assert first["acquisition_key"] == second["acquisition_key"]
    assert first["conditioning_key"] != second["conditioning_key"]


def decisions(folder, *rows):
    """Decisions on the first trial of one recording, in this order."""
    own = batch_rows(folder, "01").query("session == 'morning'").iloc[0]
    shared = {"subject": "01", "recording": own["recording"], "trial": "0", "muscle": "FDI", "side": "",
              "column": "onset_ms", "value": "", "fingerprint": own["fingerprint"]}  # fmt: skip
    with (folder / "study_decisions.tsv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, shared, delimiter="\t")
        writer.writeheader()
        writer.writerows({**shared, **row} for row in rows)


def test_the_later_of_two_decisions_holds_and_their_order_counts(study):
    side = batch_rows(study, "01")["side"].iloc[0]
    first, second = {"value": "23.5"}, {"value": "25.5", "side": side}
    for rows, value in (((first, second), 25.5), ((second, first), 23.5), ((first, second, first), 23.5)):
        decisions(study, *rows)
        batch.run(study / "study.yaml")
        found = batch_rows(study, "01").query("session == 'morning'")["onset_ms"].iloc[0]
        assert found == value


def test_decisions_on_nobody_and_on_no_recording_are_said(study, mep):
    decisions(study, {"value": "23.5", "subject": "1"})
    said = mep("run", study / "study.yaml")
    assert said.code == 2
    assert "study_decisions.tsv: subject '1' has no recording; did you mean '01'?" in said.err
    decisions(study, {"value": "23.5", "recording": "sub-01_ses-noon_task-handRest"})
    first, _ = batch.run(study / "study.yaml", options=batch.Options(rehash=True))
    assert "decision not applied: there is no recording 'sub-01_ses-noon_task-handRest'" in first.message


def test_muscles_whose_names_hold_a_plus_keep_their_settings_apart():
    chosen = recipes.Chosen((), {"FDI": {"a": 1}, "APB": {"a": 1}, "FDI+APB": {"a": 2}})
    made = recipes.clock([], chosen, [])
    assert made["detection"] == [[["FDI", "APB"], {"a": 1}], [["FDI+APB"], {"a": 2}]]


def damage(path, dataset):
    """Turn bytes in the middle of a dataset's content."""
    with h5py.File(path) as file:
        chunk = file[dataset].id.get_chunk_info(0)
    content = bytearray(path.read_bytes())
    at = chunk.byte_offset + chunk.size // 2
    content[at : at + 8] = bytes(each ^ 0xFF for each in content[at : at + 8])
    path.write_bytes(content)


def test_damaged_results_are_made_anew(study):
    before = products(study)
    path = study / "out/sub-01/sub-01_desc-excitability_emg.h5"
    damage(path, "trials/peak_to_peak_uv")
    found = {each.subject: each for each in status.of(config.load(study / "study.yaml"))}
    assert (found["01"].state, found["02"].state) == (status.STALE, status.DONE)
    assert "its results cannot be read" in found["01"].why
    assert {each.subject for each in batch.dry_run(study / "study.yaml")} == {"01"}
    first, second = batch.run(study / "study.yaml")
    assert (first.outcome, second.outcome) == (batch.DONE, batch.UNCHANGED)
    assert products(study) == before


def test_damaged_epochs_are_made_anew(study):
    path = next((study / "out/sub-01").rglob("*morning*_desc-conditioned_emg.h5"))
    damage(path, "epochs/emg_uv")
    state("detection: {onset: {method: aic}}\n")(study)
    assert {each.outcome for each in batch.run(study / "study.yaml")} == {batch.DONE}
    batch.run(study / "study.yaml", output=study / "anew")
    assert products(study) == products(study, "anew")


def test_files_that_are_not_ours_are_left_alone(study):
    own = study / "out/sub-01/sub-01_mine_desc-conditioned_emg.h5"
    own.write_bytes(b"")
    other = own.with_name("sub-01_other_desc-conditioned_emg.h5")
    other.write_bytes(b"\x89HDF\r\n\x1a\n and then something else")
    link = own.with_name("sub-01_link_desc-conditioned_emg.h5")
    link.symlink_to("nowhere")
    state("excitability: {rmt: {min_pulses: 5}}\n")(study)
    assert {each.outcome for each in batch.run(study / "study.yaml")} == {batch.DONE}
    assert own.is_file()
    assert other.is_file()
    assert link.is_symlink()


def test_a_lost_hint_does_not_bring_back_an_earlier_outcome(study):
    hint = study / "out/.mep/hints/sub-01.json"
    before = hint.read_bytes()
    state("detection: {presence: {rest_uv: 100000}}\n")(study)
    first, _ = batch.run(study / "study.yaml")
    hint.write_bytes(before)
    again, _ = batch.run(study / "study.yaml")
    assert again[2:4] == first[2:4]
    assert again.message == first.message


def test_a_dry_run_hashes_nothing_where_all_is_to_be_made(study, monkeypatch):
    shutil.rmtree(study / "out")

    def hashed(path):
        raise AssertionError(f"{path.name} must not be read")

    monkeypatch.setattr(keys, "of_file", hashed)
    steps = batch.dry_run(study / "study.yaml")
    assert Counter(each.stage for each in steps) == {
        "acquisition": 4, "conditioning": 4, "detection": 4, "excitability": 2, "results": 2
    }  # fmt: skip
    assert {each.why for each in steps if each.stage == "acquisition"} == {"it has no results yet"}


def test_results_that_someone_changed_are_made_anew(study):
    before = products(study)
    path = study / "out/sub-01/sub-01_desc-excitability_emg.h5"
    with h5py.File(path, "r+") as file:
        file["metrics/value"][0] = 999.0
    (step,) = {each.why for each in batch.dry_run(study / "study.yaml") if not each.recording}
    assert step == "its results are not as they were written"
    assert [each.outcome for each in batch.run(study / "study.yaml")] == [batch.DONE, batch.UNCHANGED]
    assert products(study) == before


def test_what_meets_nothing_is_said_though_nothing_runs(study, mep):
    decisions(study, {"value": "23.5", "recording": "sub-01_ses-noon_task-handRest"})
    batch.run(study / "study.yaml")
    for command in ("run", "check"):
        said = mep(command, study / "study.yaml")
        assert "there is no recording 'sub-01_ses-noon_task-handRest'" in said.out + said.err
    (study / "study_decisions.tsv").unlink()
    next((study / "raw/sub-01").rglob("*morning*_emg.bdf")).unlink()
    name = "sub-01_ses-morning_task-handRest"
    for command in ("run", "check"):
        said = mep(command, study / "study.yaml")
        assert f"{name}_emg.json: there is no recording beside it" in said.out + said.err
    state("detection: {onset: {method: aic}}\n")(study)
    assert mep("run", study / "study.yaml").code == 0


def test_a_recording_that_is_gone_is_said(study):
    next((study / "raw/sub-01").rglob("*morning*_emg.bdf")).unlink()
    first, second = batch.run(study / "study.yaml")
    assert "sub-01_ses-morning_task-handRest is not in the study any more" in first.message
    assert "any more" not in second.message


@pytest.mark.parametrize(("column", "value", "said"), [
    ("onset_ms", "2000", "the epoch goes from -150 to 349.75 ms"), ("peak_to_peak_uv", "-20", "it cannot be negative"),
])  # fmt: skip
def test_a_decided_value_that_cannot_be_is_said_and_not_applied(column, value, said, study):
    decisions(study, {"value": value, "column": column})
    first, _ = batch.run(study / "study.yaml")
    assert f"{value}: {said}" in first.message
    assert batch_rows(study, "01")[column].max() < 2000 or column != "onset_ms"
    assert not (batch_rows(study, "01")["decided"] != "").any()


def test_an_older_hint_beside_newer_results_is_no_reason_to_run(study):
    """As after a kill between the results and what is remembered of them."""
    path = study / "out/.mep/hints/sub-01.json"
    before = path.read_bytes()
    state("excitability: {contrasts: {sham: placebo}}\n")(study)
    assert [each.outcome for each in batch.run(study / "study.yaml")] == [batch.DONE] * 2
    path.write_bytes(before)
    assert not batch.dry_run(study / "study.yaml")
