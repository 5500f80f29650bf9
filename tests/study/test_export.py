"""What leaves for other programs: every number once, described, and the same again."""

import csv
import json

import numpy as np
import pandas as pd
import pytest

import pipeline
from pipeline import study
from pipeline.errors import ConfigError
from pipeline.study.wide import wide


@pytest.fixture(scope="module")
def results(earlier):
    return earlier / "the results"


@pytest.fixture(scope="module")
def found(results):
    return study.gathered(results)


def metrics_of(results, subject):
    return pipeline.read_results(results / f"sub-{subject}/sub-{subject}_desc-excitability_emg.h5")["metrics"]


def test_every_metric_of_every_subject_once(results, found):
    for subject in ("01", "02"):
        own = metrics_of(results, subject)
        own = own[(own["status"] != "not_target") | own["value"].notna()].reset_index(drop=True)
        there = found.metrics[found.metrics["subject"] == subject].reset_index(drop=True)
        pd.testing.assert_frame_equal(there[list(own)], own, check_dtype=False)
    assert set(found.metrics["subject"]) == {"01", "02"}


def test_participants_are_covariates(found):
    assert {"age", "sex", "height_cm", "group", "irls"} <= set(found.covariates)
    assert found.metrics.groupby("subject")["group"].nunique().eq(1).all()
    assert set(found.metrics["group"]) == {"RLS", "control"} or found.metrics["group"].nunique() == 2
    assert not {"onset_s", "intensity_mso", "duration", "trial_type"} & set(found.covariates)


def test_what_a_visit_shares_is_a_covariate(lab, mep):
    (lab / "raw data/sub-01/sub-01_sessions.tsv").write_text("session_id\tarm\nses-pm\tsham\n", encoding="utf-8")
    assert mep("run", lab / "study.yaml").code == 0
    table = study.gathered(lab / "the results").metrics
    assert set(table.loc[table["subject"] == "01", "arm"]) == {"sham"}
    assert (table.loc[table["subject"] == "02", "arm"] == "").all()


def test_the_command_writes_tables_with_a_dictionary_each(results, mep, tmp_path):
    said = mep("export", results, "--output", tmp_path / "out")
    assert said.code == 0, said.err
    for name in ("study_metrics", "study_contrasts", "study_wide"):
        with (tmp_path / f"out/{name}.csv").open(encoding="utf-8", newline="") as file:
            columns = next(csv.reader(file))
        described = json.loads((tmp_path / f"out/{name}.json").read_text(encoding="utf-8"))
        assert set(columns) == set(described)
        assert all(each["Description"] for each in described.values())
    text = (tmp_path / "out/study_methods.md").read_text(encoding="utf-8")
    assert "Source: Rossini" in text
    assert "*onset*" in text
    assert str(tmp_path) not in text


def test_the_same_again(results, found, tmp_path):
    first = {each.name: each.read_bytes() for each in study.export(found, tmp_path / "a")}
    second = {each.name: each.read_bytes() for each in study.export(study.gathered(results), tmp_path / "b")}
    assert first == second


def test_wide_holds_what_tidy_holds(found):
    table, named = wide(found.metrics, found.covariates)
    assert len(table) == len(found.metrics[["subject", "session", "timepoint"]].drop_duplicates())
    assert set(named) < set(table)
    rng = np.random.default_rng(1)
    for _, row in found.metrics.iloc[rng.integers(len(found.metrics), size=20)].iterrows():
        (column,) = [
            name for name, own in named.items()
            if all(own[key] == row[key] for key in ("metric", "convention", "state", "side", "muscle", "condition"))
        ]  # fmt: skip
        there = table.set_index(["subject", "session", "timepoint"]).loc[
            (row["subject"], row["session"], row["timepoint"]), column
        ]
        assert there == row["value"] or (np.isnan(there) and np.isnan(row["value"]))
        assert named[column]["unit"] == row["unit"]


def test_no_results_and_no_such_format(tmp_path, found):
    with pytest.raises(ConfigError, match="no results in it"):
        study.gathered(tmp_path)
    with pytest.raises(ConfigError, match="no format 'sav'; did you mean 'tsv'. There are: csv, tsv, xlsx"):
        study.export(found, tmp_path, "sav")


def test_a_subject_that_cannot_be_read_is_said(lab, mep):
    path = lab / "the results/sub-01/sub-01_desc-excitability_emg.h5"
    path.write_bytes(path.read_bytes()[:5000])
    said = mep("export", lab / "the results")
    assert said.code == 1
    assert path.name in said.out + said.err
    assert set(pd.read_csv(lab / "the results/study_metrics.csv", dtype={"subject": str})["subject"]) == {"02"}


def test_a_workbook(found, tmp_path):
    pytest.importorskip("openpyxl")
    (path, *_) = study.export(found, tmp_path, "xlsx")
    assert len(pd.read_excel(path)) == len(found.metrics)


def test_names_that_are_taken_are_told_apart(lab, mep):
    table = lab / "raw data/participants.tsv"
    lines = table.read_text(encoding="utf-8").splitlines()
    more = ["subject\tfirst\tvalue\tarm", *["XX\ta\t1\tb"] * (len(lines) - 1)]
    text = "\n".join(f"{a}\t{b}" for a, b in zip(lines, more, strict=True))
    table.write_text(text + "\n", encoding="utf-8")
    (lab / "raw data/sub-01/sub-01_sessions.tsv").write_text("session_id\tarm\nses-pm\tsham\n", encoding="utf-8")
    assert mep("run", lab / "study.yaml").code == 0
    found = study.gathered(lab / "the results")
    assert {"subject_of_study", "first_of_study", "value_of_study", "arm", "arm_of_person"} <= set(found.covariates)
    assert set(found.metrics["subject"]) == {"01", "02"}
    assert len(found.metrics) > 50


def test_names_that_become_one_are_told_apart(found):
    two = pd.concat([found.metrics.assign(muscle=name) for name in ("FDI 1", "FDI-1")], ignore_index=True)
    table, named = wide(two, found.covariates)
    assert len(named) == len(two.drop_duplicates(["metric", "convention", "state", "side", "muscle", "condition"]))
    assert set(named) < set(table)
