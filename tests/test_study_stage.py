"""The study stage of a run: made where it is asked for, again where something differs, and never in the way."""

import filelock
import pandas as pd
import pytest

import pipeline
from pipeline import batch, store, study_stage
from pipeline import config as configs
from pipeline.errors import ConfigError, ReadError, StudyError
from pipeline.study import analyses
from pipeline.study.groups import COLUMNS as GROUPS

ASKED = "study: {input: raw data, output: the results}\nstatistics: {tables: [groups, reliability]}\n"


def settle(lab, text):
    (lab / "study.yaml").write_text(text, encoding="utf-8")
    return lab / "study.yaml"


def there(lab):
    return {each.name for each in (lab / "the results").glob("study*")}


@pytest.fixture
def asked(lab, mep):
    """A study whose tables were made."""
    said = mep("run", settle(lab, ASKED))
    assert said.code == 0, said.err + said.out
    assert "wrote 5 files of the study's tables, of 2 subjects" in said.out
    return lab


def test_nothing_is_made_where_nothing_is_asked_for(lab, mep):
    assert mep("run", lab / "study.yaml").code == 0
    assert not there(lab)


def test_tables_are_files_with_a_dictionary_each_and_one_hdf5(asked):
    names = [f"study_{table}.{form}" for table in ("groups", "reliability") for form in ("json", "tsv")]
    assert there(asked) == {*names, "study.h5"}
    tables = pipeline.read_results(asked / "the results/study.h5")
    written = pd.read_csv(asked / "the results/study_groups.tsv", sep="\t", keep_default_na=False, na_values=["n/a"])
    assert list(written) == ["trials", *GROUPS]
    assert len(tables["groups"]) == len(written) > 10
    assert written["n"].max() == 1


def test_results_of_subjects_do_not_depend_on_the_section(lab, mep, everything):
    before = everything(lab / "the results")
    said = mep("run", settle(lab, ASKED))
    assert "2 unchanged" in said.out
    now = everything(lab / "the results")
    assert {name: now[name] for name in before if name.startswith("sub-")} == {
        name: each for name, each in before.items() if name.startswith("sub-")
    }


def test_a_second_run_makes_nothing(asked, mep, everything):
    before = everything(asked / "the results")
    said = mep("run", asked / "study.yaml")
    assert "the study's tables are as they were" in said.out
    assert everything(asked / "the results") == before
    assert "nothing would run" in mep("run", asked / "study.yaml", "--dry-run").out


def test_made_anew_they_are_the_same(asked, mep, everything):
    before = everything(asked / "the results")
    assert mep("run", asked / "study.yaml", "--fresh").code == 0
    assert everything(asked / "the results") == before


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("tables: [groups, reliability]", "tables: [groups, reliability, changes]"), "tables changed"),
        (("tables: [groups, reliability]", "tables: [groups, reliability], groups: {visits: [session]}"), "groups"),
        (("\n", "\nexcitability: {mep_probability: {min_trials: 3}}\n"), "if results come out otherwise"),
    ],
)
def test_a_change_makes_them_again_and_is_named(asked, mep, change, why):
    settle(asked, ASKED.replace(*change, 1))
    dry = mep("run", asked / "study.yaml", "--dry-run")
    assert why in dry.out
    assert "the study" in dry.out
    assert "wrote" in mep("run", asked / "study.yaml").out
    assert "as they were" in mep("run", asked / "study.yaml").out


def test_status_and_show_say_when_the_tables_are_not_those_of_the_config(asked, mep):
    assert "the study's tables: as a run would leave them" in mep("status", asked / "study.yaml").out
    assert "warning" not in mep("show", asked / "the results/study.h5").out
    settle(asked, ASKED.replace("reliability]", "reliability], groups: {visits: [session]}"))
    assert "the study's tables: groups changed" in mep("status", asked / "study.yaml").out
    (asked / "the results/study_groups.tsv").unlink()
    assert "study_groups.tsv was changed or is gone" in mep("show", asked / "the results/study.h5").out


def test_a_setting_of_an_analysis_runs_no_subject(asked, mep):
    settle(asked, ASKED.replace("reliability]", "reliability], groups: {visits: [session]}"))
    said = mep("run", asked / "study.yaml")
    assert "2 unchanged" in said.out
    assert "wrote 5 files" in said.out


def test_a_table_that_was_changed_by_hand_is_made_anew(asked, mep):
    path = asked / "the results/study_groups.tsv"
    before = path.read_bytes()
    path.write_bytes(before.replace(b"R", b"X"))
    assert "study_groups.tsv was changed or is gone" in mep("run", asked / "study.yaml", "--dry-run").out
    assert mep("run", asked / "study.yaml").code == 0
    assert path.read_bytes() == before


def test_a_table_that_is_not_asked_for_any_more_is_taken_away(asked, mep):
    settle(asked, ASKED.replace("groups, ", ""))
    assert mep("run", asked / "study.yaml").code == 0
    assert there(asked) == {"study.h5", "study_reliability.tsv", "study_reliability.json"}


def test_a_subject_that_fails_is_left_out_and_named(asked, mep):
    for each in (asked / "raw data/sub-01").rglob("*_emg.bdf"):
        each.write_bytes(b"nothing")
    said = mep("run", asked / "study.yaml")
    assert said.code == 1
    assert "of 1 subjects; without 01" in said.out
    attributes = store.attributes(asked / "the results/study.h5")
    assert attributes["left_out"] == "01"
    assert attributes["subjects"] == "02"


def test_part_of_a_study_makes_no_tables(lab, mep):
    settle(lab, ASKED)
    for part in (("--subject", "01"), ("--shard", "1/2")):
        said = mep("run", lab / "study.yaml", *part)
        assert said.code == 0
        assert "left as they are: a run of all subjects makes them" in said.out
    assert not there(lab)


def test_tables_are_taken_away_where_none_is_asked_for_any_more(asked, mep):
    said = mep("run", settle(asked, ASKED.splitlines()[0] + "\n"))
    assert "the study's tables were removed" in said.out
    assert not there(asked)
    assert "the study's tables" not in mep("run", asked / "study.yaml").out


def test_who_is_left_out_is_a_reason(asked):
    config = configs.load(asked / "study.yaml")
    one = study_stage.wanted(config, ["01", "02"])
    assert not study_stage.why(config, one)
    assert study_stage.why(config, study_stage.wanted(config, ["01", "02"], ["03"])) == "other subjects are left out"


def test_settings_of_tables_that_are_not_asked_for_change_nothing(asked, mep):
    settle(asked, ASKED.replace("reliability]", "reliability], roc: {positive: PLMD}"))
    assert "as they were" in mep("run", asked / "study.yaml").out


def test_a_subject_that_another_run_writes_lets_the_tables_wait(asked, mep):
    before = (asked / "the results/study.h5").read_bytes()
    (asked / "raw data/participants.tsv").write_text("participant_id\tage\nsub-01\t33\nsub-02\t44\n", encoding="utf-8")
    with filelock.FileLock(asked / "the results/.mep/locks/sub-01.lock"):
        said = mep("run", asked / "study.yaml")
    assert said.code == 1
    assert "left as they are: another run is writing a subject" in said.out
    assert (asked / "the results/study.h5").read_bytes() == before


def test_results_that_cannot_be_read_are_an_error_and_not_a_smaller_study(asked):
    path = asked / "the results/sub-01/sub-01_desc-excitability_emg.h5"
    path.write_bytes(path.read_bytes()[:3000])
    config = configs.load(asked / "study.yaml")
    with pytest.raises(ReadError, match=path.name):
        study_stage.make(config, study_stage.wanted(config, ["01", "02"]))


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ("metrics: [rtm]", "no metric or scale 'rtm'; did you mean 'rmt'?"),
        ("conventions: {rmt: ml_pset}", "rmt: no convention 'ml_pset'; did you mean 'ml_pest'?"),
    ],
)
def test_names_are_checked_before_anything_runs(lab, mep, stated, said):
    answer = mep("run", settle(lab, ASKED.replace("reliability]", f"reliability], {stated}")))
    assert answer.code == 2
    assert said in answer.err


def test_an_unknown_pulse_lists_those_there_are(lab, mep):
    said = mep("run", settle(lab, ASKED.replace("reliability]", "reliability], levels: [single_120rm]")))
    assert said.code == 1
    assert "no pulse 'single_120rm'; did you mean 'single_120rmt'?" in said.out


def test_an_unknown_table_lists_what_there_is(lab, mep):
    said = mep("run", settle(lab, ASKED.replace("groups", "gruops")))
    assert said.code == 2
    assert "no table 'gruops'; did you mean 'groups'?" in said.err
    assert "study.yaml:2" in said.err


def test_what_is_not_installed_is_said_before_anything_runs(lab, monkeypatch):
    monkeypatch.setitem(analyses.EXTRAS, "stats", "no_such_module_anywhere")
    settle(lab, ASKED.replace("groups", "models"))
    with pytest.raises(ConfigError, match=r"models needs no_such_module_anywhere.*pip install 'mep-pipeline\[stats\]'"):
        batch.run(lab / "study.yaml", output=lab / "elsewhere")
    assert not (lab / "elsewhere").exists()


def test_an_analysis_that_does_not_fit_fails_alone(lab, mep):
    settle(lab, ASKED.replace("reliability]", "reliability], metrics: [rmt, irls], groups: {group: handedness}"))
    said = mep("run", lab / "study.yaml")
    assert said.code == 1
    assert "2 unchanged" in said.out
    assert "failed: the study's tables were not made" in said.out
    assert "handedness" in said.out
    with pytest.raises(StudyError, match="handedness"):
        pipeline.run(lab / "study.yaml")


def test_hints_that_are_damaged_cost_a_run_and_nothing_else(asked, mep):
    hint = asked / "the results/.mep/hints/study.json"
    for text in (
        "",
        "[]",
        '{"format": 1, "files": [], "parts": 3}',
        '{"format": 1, "files": {}, "parts": {"results": 3}}',
    ):
        hint.write_text(text, encoding="utf-8")
        assert mep("run", asked / "study.yaml").code == 0


def test_excluded_trials_can_be_taken_in(lab, mep):
    settle(lab, ASKED.replace("reliability]", "reliability], every_trial: true"))
    assert mep("run", lab / "study.yaml").code == 0
    table = pipeline.read_results(lab / "the results/study.h5")["groups"]
    assert set(table["trials"]) == {"accepted", "all"}
    keys = ["metric", "convention", "state", "side", "muscle", "level", "group"]
    rmt = table[table["metric"] == "mep_amplitude"].set_index([*keys, "trials"])["mean"].unstack()
    assert rmt.notna().any().all()


def test_it_is_shown_as_a_paper_would_have_it(asked, mep):
    said = mep("show", asked / "the results/study.h5")
    assert said.code == 0
    assert "Mean ± SD (n)" in said.out
    assert "rmt" in said.out
    assert "icc_agreement" in mep("show", asked / "the results/study.h5", "--all").out
