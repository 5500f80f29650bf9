"""Each stage's key depends on what goes into it, and on nothing else."""

import dataclasses
import shutil

import pytest

from pipeline import batch, config, flow, hints, plan, read_results, recordings
from pipeline.errors import MeasureError, ReadError
from pipeline.synthetic import simulate_study
from pipeline.synthetic.protocol import Protocol

STAGES = ("acquisition_key", "conditioning_key", "detection_key")


@pytest.fixture(scope="module")
def study(earlier, tmp_path_factory):
    """A folder with the raw data of the small study."""
    folder = tmp_path_factory.mktemp("flow")
    shutil.copytree(earlier / "raw data", folder / "raw")
    return folder


@pytest.fixture(scope="module")
def of(study):
    """What flow makes of the first subject with a config of this text."""

    def of(text="", folder=study):
        (folder / "study.yaml").write_text("study: {input: raw, output: out}\n" + text, encoding="utf-8")
        settled = config.load(folder / "study.yaml")
        found = [each for each in recordings.find_recordings(settled.input) if each.subject == "01"]
        hashes = hints.Hashes(settled.input, {})
        recorded = []
        for each in found:
            recorded += flow.record(each, settled, hashes.of(plan.input_files(each, settled)))
        return flow.summarise(recorded, settled, "01", {"age": "40"})

    return of


@pytest.fixture(scope="module")
def usual(of):
    return of()


def changed(first, second):
    """The keys that differ, `metrics` for that of excitability."""
    entries = first.recorded[0].entry, second.recorded[0].entry
    keys = {name for name in STAGES if entries[0][name] != entries[1][name]}
    return keys | ({"metrics"} if first.key != second.key else set())


def test_the_same_inputs_give_the_same_keys(of, usual):
    again = of()
    assert changed(usual, again) == set()
    assert len({usual.recorded[0].entry[name] for name in STAGES} | {usual.key}) == 4


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("results: {epochs: false}\n", set()),
        ("acquisition: {unit: uV}\n", {*STAGES}),
        ("conditioning: [offset]\n", {"conditioning_key", "detection_key", "metrics"}),
        ("detection: {onset: {method: sd_threshold}}\n", {"detection_key", "metrics"}),
        ("detection: {presence: {rest_uv: 5000}}\n", {"detection_key", "metrics"}),
        ("muscles: {TA: {response_ms: [25, 70]}}\n", set()),
        ("muscles: {FDI: {response_ms: [16, 52]}}\n", {"conditioning_key", "detection_key", "metrics"}),
        ("excitability: {rmt: {min_pulses: 5}}\n", {"metrics"}),
        ("excitability: {not_target: true}\n", {"metrics"}),
        ('overrides: [{where: {subject: "02"}, detection: {onset: {method: aic}}}]\n', set()),
        ("conditions: {intensity_step_mso: 5}\n", {"detection_key", "metrics"}),
        (
            "overrides: [{where: {session: pm}, conditioning: [offset]}]\n",
            {"conditioning_key", "detection_key", "metrics"},
        ),
        ("overrides: [{where: {muscle: TA}, detection: {onset: {method: aic}}}]\n", set()),
    ],
)
def test_a_setting_changes_the_keys_it_reaches(of, usual, text, keys):
    assert changed(usual, of(text)) == keys


def test_an_effect_that_vanishes_ends_at_the_metrics(of, usual):
    """A criterion that no trial falls under changes the key of detection, but not one row."""
    other = of("detection: {signal: {max_saturated_ms: 11}}\n")
    assert changed(usual, other) == {"detection_key"}


def test_settings_of_other_readers_do_not_count(of, usual):
    text = "acquisition: {mat_epochs: {axes: [time, trial], rate_hz: 3000, first_ms: -50}, bids: {marker_column: ''}}\n"
    assert changed(usual, of(text)) == set()


def test_a_changed_events_file_changes_all_keys(of, usual, study, tmp_path):
    shutil.copytree(study / "raw", tmp_path / "raw")
    (events,) = (tmp_path / "raw" / "sub-01").rglob("*handRest_events.tsv")
    events.write_text(events.read_text(encoding="utf-8").replace("\tpre\t", "\tpost0\t"), encoding="utf-8")
    other = of(folder=tmp_path)
    assert changed(usual, other) == {*STAGES, "metrics"}
    files = [each.recorded[0].entry["input_files"].split(";") for each in (usual, other)]
    differing = [first for first, second in zip(*files, strict=True) if first != second]
    assert [each.split()[0] for each in differing] == [events.relative_to(tmp_path / "raw").as_posix()]


def test_another_subjects_files_and_another_folder_change_nothing(of, usual, study, tmp_path):
    shutil.copytree(study / "raw", tmp_path / "raw")
    shutil.rmtree(tmp_path / "raw" / "sub-02")
    assert changed(usual, of(folder=tmp_path)) == set()


def test_an_override_of_a_muscle_changes_only_its_rows(study):
    steps = {"rest_steps_mso": (), "active_steps_mso": (3,), "rest_above": ((120, 3),), "active_above": ()}
    raw = study / "two muscles" / "raw"
    simulate_study(raw, n_subjects=1, sessions=("pm",), muscles=("TA",), protocol=Protocol(**steps))
    rows = []
    for text in ("", "overrides: [{where: {muscle: TA}, detection: {presence: {active_uv: 90000}}}]\n"):
        (study / "two.yaml").write_text("study: {input: two muscles/raw, output: out}\n" + text, encoding="utf-8")
        settled = config.load(study / "two.yaml")
        (active,) = [each for each in recordings.find_recordings(settled.input) if each.task == "legActive"]
        (recorded,) = flow.record(active, settled)
        rows.append(recorded.rows)
    other = rows[0]["muscle"] != "TA"
    assert other.any()
    assert rows[0][other].equals(rows[1][other])
    assert rows[0].loc[~other, "mep_present"].any()
    assert not rows[1].loc[~other, "mep_present"].any()


def test_a_muscles_own_profile_goes_above_the_window_for_all(of):
    text = "muscles: {FDI: {response_ms: {tms: [20, 45]}}}\ndetection: {response_ms: [16, 60]}\n"
    rows = of(text).recorded[0].rows
    assert set(rows["response_from_ms"]) == {20}
    assert set(of("detection: {response_ms: [16, 60]}\n").recorded[0].rows["response_from_ms"]) == {16}


@pytest.mark.parametrize("name", ["fdi", "first dorsal interosseous"])
def test_a_profile_is_found_however_the_muscle_is_spelt(of, name):
    rows = of(f"muscles: {{{name}: {{response_ms: {{tms: [20, 45]}}}}}}\n").recorded[0].rows
    assert set(rows["response_from_ms"]) == {20}


@pytest.mark.parametrize("where", ["subject: sub-01", "muscle: fdi", "session: ses-pm"])
def test_an_override_is_met_however_its_label_is_spelt(of, usual, where):
    other = of(f"overrides: [{{where: {{{where}}}, detection: {{onset: {{method: aic}}}}}}]\n")
    assert "detection_key" in changed(usual, other)


def test_averages_do_not_mix_states(usual):
    table = usual.recorded[0].averages.table
    assert {"state", "timepoint", "target", "condition"} <= set(table)
    assert table["n_used"].sum() == (~usual.recorded[0].rows["excluded"]).sum()


def with_averages(made, study, **columns):
    """What flow makes of the same recordings if their averages were others."""
    own = [
        dataclasses.replace(each, averages=each.averages._replace(table=each.averages.table.assign(**columns)))
        for each in made.recorded
    ]
    return flow.summarise(own, config.load(study / "study.yaml"), "01", {"age": "40"})


def test_averages_that_metrics_read_change_their_key_and_others_do_not(of, study):
    made = of()
    assert with_averages(made, study).key == made.key
    assert with_averages(made, study, average_sp_onset_ms=38.0).key == made.key
    silent = {"average_sp_kind": "ipsilateral", "average_sp_onset_ms": 38.0}
    one, same, other = (with_averages(made, study, **silent, average_sp_depth_percent=d) for d in (50.0, 50.0, 60.0))
    assert one.key == same.key
    assert len({made.key, one.key, other.key}) == 3


def test_an_ipsilateral_average_gives_metrics_that_a_second_run_keeps(tmp_path):
    steps = {"rest_steps_mso": (), "active_steps_mso": (), "rest_above": ((120, 1),), "active_above": ((120, 8),)}
    raw = tmp_path / "raw"
    simulate_study(raw, n_subjects=1, sessions=("pm",), muscles=("FDI",), protocol=Protocol(**steps))
    for each in raw.rglob("*handRest*"):
        each.unlink()
    (events,) = raw.rglob("*handActive_events.tsv")
    header, *lines = events.read_text(encoding="utf-8").splitlines()
    at = header.split("\t").index("stim_side")
    same = {"L": "R", "R": "L"}
    cells = [line.split("\t") for line in lines]
    words = [[*row[:at], same[row[at]], *row[at + 1 :]] for row in cells]
    events.write_text("\n".join([header, *("\t".join(row) for row in words)]) + "\n", encoding="utf-8")
    (tmp_path / "study.yaml").write_text("study: {input: raw, output: out}\n", encoding="utf-8")
    (first,) = batch.run(tmp_path / "study.yaml")
    (results,) = (tmp_path / "out").rglob("*_desc-excitability_emg.h5")
    metrics = read_results(results)["metrics"]
    found = metrics[metrics["metric"] == "ipsi_sp_onset"]
    assert first.outcome == batch.DONE
    assert len(found) == 1
    assert found["status"].iloc[0].endswith("few_trials")
    (second,) = batch.run(tmp_path / "study.yaml")
    assert second.outcome == batch.UNCHANGED
    settled = config.load(tmp_path / "study.yaml")
    planned = plan.of(plan.jobs(settled)[0])
    kept = [flow.kept(one.recipe, name, settled, planned.earlier) for one in planned.recordings for name in one.keep]
    read = flow.summarise(kept, settled, "01", planned.job.participant)
    assert read.key == planned.earlier.made["metrics_key"], "averages of a file are those that were written"
    assert read.metrics["value"].notna().sum() == metrics["value"].notna().sum()


def test_rows_are_labelled(usual):
    rows = usual.recorded[0].rows
    assert list(rows)[:5] == ["recording", "session", "task", "run", "trial"]
    assert set(rows["recording"]) == {"sub-01_ses-pm_task-handRest"}
    assert set(rows["target"]) == {"target"}


def test_a_fault_names_the_recording_once(of, study, tmp_path):
    with pytest.raises(MeasureError, match="^sub-01_ses-pm_task-handRest: .*the background window goes from -900"):
        of("detection: {background_ms: [-900, -5]}\n")
    shutil.copytree(study / "raw", tmp_path / "raw")
    next((tmp_path / "raw" / "sub-01").rglob("*.bdf")).write_bytes(b"no")
    with pytest.raises(ReadError, match="^sub-01_ses-pm_task-handRest") as error:
        of(folder=tmp_path)
    assert str(error.value).count("sub-01_ses-pm_task-handRest") == 1
