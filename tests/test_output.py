"""What a run leaves in the output folder."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import pipeline
from pipeline import batch
from pipeline.atomic import together, write_bytes
from pipeline.errors import WriteError

NAME = "ses-pm_task-handRest"


def test_the_files_of_a_run(earlier, everything):
    of_subjects = {
        name
        for subject in ("01", "02")
        for name in (
            f"sub-{subject}/sub-{subject}_desc-excitability_emg.h5",
            f"sub-{subject}/ses-pm/emg/sub-{subject}_{NAME}_desc-conditioned_emg.h5",
        )
    }
    assert set(everything(earlier / "the results")) == {
        "dataset_description.json",
        ".bidsignore",
        "mep_config.yaml",
        *of_subjects,
    }


def test_the_output_is_a_valid_derivative(earlier):
    beside = Path(sys.executable).with_name("bids-validator-deno")
    validator = shutil.which("bids-validator-deno") or (str(beside) if beside.exists() else "")
    if not validator:
        pytest.skip("bids-validator-deno is not installed: the derivative was not validated")
    done = subprocess.run(
        [validator, earlier / "the results", "--format", "json"], capture_output=True, encoding="utf-8", check=False
    )
    found = json.loads(done.stdout)["issues"]["issues"]
    assert [each for each in found if each["severity"] == "error"] == []
    described = json.loads((earlier / "the results" / "dataset_description.json").read_text())
    assert described["DatasetType"] == "derivative"
    assert described["GeneratedBy"][0]["Name"] == "mep-pipeline"


def test_nothing_names_this_machine_or_the_time(earlier, everything):
    for name, content in everything(earlier / "the results").items():
        assert str(earlier).encode() not in content, name
        assert b"/tmp" not in content, name
        assert str(Path.home()).encode() + b"/" not in content, name


def test_a_second_run_gives_the_same_bytes(lab, everything):
    before = everything(lab / "the results")
    shutil.rmtree(lab / "the results")
    batch.run(lab / "study.yaml")
    assert everything(lab / "the results") == before


def test_the_resolved_config_gives_the_same_results(lab, everything):
    before = everything(lab / "the results")
    for path in (lab / "the results").rglob("*.h5"):
        path.unlink()
    batch.run(lab / "the results" / "mep_config.yaml")
    assert everything(lab / "the results") == before


def test_epochs_can_be_left_out(lab, everything):
    with (lab / "study.yaml").open("a") as file:
        file.write("results: {epochs: false}\n")
    batch.run(lab / "study.yaml", subjects=["01"], output=lab / "small")
    assert [name for name in everything(lab / "small") if name.endswith(".h5")] == [
        "sub-01/sub-01_desc-excitability_emg.h5"
    ]


def test_the_participants_row_and_the_settings_are_in_the_results(lab):
    with (lab / "raw data" / "participants.tsv").open(encoding="utf-8") as file:
        names, first = (line.rstrip("\n").split("\t") for line in list(file)[:2])
    tables = pipeline.read_results(lab / "the results" / "sub-01" / "sub-01_desc-excitability_emg.h5")
    facts = tables["provenance"].set_index("name")["value"].to_dict()
    assert first[0] == "sub-01"
    for name, value in zip(names[1:], first[1:], strict=True):
        assert facts[f"participant.{name}"] == value.replace("n/a", "")
    assert json.loads(facts["settings.detection"])["onset"]["method"]
    assert facts["mep-pipeline"]


def test_overrides_of_some_recordings_are_in_the_results(lab):
    with (lab / "study.yaml").open("a") as file:
        file.write("overrides: [{where: {session: pm, muscle: FDI}, detection: {presence: {rest_uv: 900}}}]\n")
    batch.run(lab / "study.yaml", subjects=["01"])
    tables = pipeline.read_results(lab / "the results" / "sub-01" / "sub-01_desc-excitability_emg.h5")
    facts = tables["provenance"].set_index("name")["value"].to_dict()
    assert json.loads(facts["settings.override.1"])["detection"] == {"presence": {"rest_uv": 900}}
    assert not tables["trials"]["mep_present"].all()


def test_epochs_that_nothing_stands_behind_any_more_are_removed(lab):
    epochs = next((lab / "the results").rglob("*_desc-conditioned_emg.h5"))
    old = epochs.with_name(epochs.name.replace("handRest", "gone"))
    foreign = epochs.with_name("mine_desc-conditioned_emg.h5")
    shutil.copy(epochs, old)
    foreign.write_text("not ours")
    batch.run(lab / "study.yaml")
    assert epochs.exists()
    assert not old.exists()
    assert foreign.exists()


def test_a_hot_spot_that_nobody_recorded_is_said(lab):
    for events in (lab / "raw data").rglob("*_events.tsv"):
        events.write_text(events.read_text(encoding="utf-8").replace("\tFDI\t", "\tADM\t"), encoding="utf-8")
    (outcome, _) = batch.run(lab / "study.yaml")
    assert "no recorded muscle is the hot-spot 'R ADM'; recorded: R FDI" in outcome.message


def test_a_column_that_is_nearly_understood_is_said(lab):
    for events in (lab / "raw data").rglob("*_events.tsv"):
        events.write_text(events.read_text(encoding="utf-8").replace("intensity_mso", "intensty_mso"), encoding="utf-8")
    (outcome, _) = batch.run(lab / "study.yaml")
    assert "column 'intensty_mso' is carried but not understood; did you mean 'intensity_mso'?" in outcome.message


def test_files_that_belong_together_are_all_written_or_none(tmp_path):
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    with together() as write:
        write(one, b"1")
        write(two, b"1")
        assert not one.exists()
    assert (one.read_bytes(), two.read_bytes()) == (b"1", b"1")
    (tmp_path / "file").write_text("")

    def one_that_cannot_be_written():
        with together() as write:
            write(one, b"2")
            write(tmp_path / "file" / "three.txt", b"2")

    with pytest.raises(WriteError, match="three.txt: cannot be written to .*file"):
        one_that_cannot_be_written()
    assert one.read_bytes() == b"1"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "one.txt", "two.txt"]


def test_a_file_in_the_way_of_another(tmp_path):
    (tmp_path / "taken").mkdir()
    with pytest.raises(WriteError, match="taken: cannot be written to"):
        write_bytes(tmp_path / "taken", b"1")
    assert list(tmp_path.iterdir()) == [tmp_path / "taken"]


def test_another_studys_results_are_not_written_over(lab, mep, everything):
    before = everything(lab / "the results")
    shutil.copytree(lab / "raw data", lab / "other")
    (lab / "other.yaml").write_text("study: {input: other, output: the results}\n", encoding="utf-8")
    said = mep("run", lab / "other.yaml")
    assert said.code == 2
    assert "holds results of recordings in" in said.err
    assert "raw data" in said.err
    assert everything(lab / "the results") == before
    (lab / "raw data").rename(lab / "moved")
    (lab / "study.yaml").write_text("study: {input: moved, output: the results}\n", encoding="utf-8")
    assert mep("run", lab / "study.yaml").code == 0


def test_an_override_that_meets_nobody_is_said(lab, mep):
    text = 'overrides: [{where: {subject: "07"}, detection: {onset: {method: aic}}}]\n'
    (lab / "study.yaml").write_text(f"study: {{input: raw data, output: the results}}\n{text}", encoding="utf-8")
    said = mep("run", lab / "study.yaml")
    assert said.code == 0
    assert "this override meets no recording: no subject '07'" in said.out + said.err


@pytest.mark.parametrize("table", ["participants.tsv", "sub-01/ses-pm/emg/*_events.tsv"])
def test_a_nul_character_in_a_table_is_named(lab, mep, table):
    (path,) = (lab / "raw data").glob(table)
    lines = path.read_text(encoding="utf-8").splitlines()
    cells = [f"{line}\t{'note' if n == 0 else 'a' + chr(0) + 'b'}" for n, line in enumerate(lines)]
    path.write_text("\n".join(cells) + "\n", encoding="utf-8")
    said = mep("run", lab / "study.yaml")
    assert said.code != 0
    assert "NUL character" in said.out + said.err
    assert "unexpected" not in said.out + said.err
