"""A laboratory's own norms, from the config to the results."""

import os

import pytest

import pipeline
from pipeline import acquisition, batch, conditioning, config, detection

HEAD = "metric\tconvention\tmuscle\tstate\tkind\tlow\thigh\tunit\ttrust\tsource\n"
ROW = "rmt\tany\tFDI\trest\tnorm\t1\t{high}\t%MSO\town\town laboratory\n"


def state(lab, high="2", more=""):
    (lab / "norms").mkdir(exist_ok=True)
    (lab / "norms/own.tsv").write_text(HEAD + ROW.format(high=high) + more, encoding="utf-8")
    text = "study: {input: raw data, output: the results, norms: norms/own.tsv}\n"
    (lab / "study.yaml").write_text(text, encoding="utf-8")


def rmt(lab, output="the results"):
    file = lab / output / "sub-01/sub-01_desc-excitability_emg.h5"
    metrics = pipeline.read_results(file)["metrics"]
    return metrics[(metrics["metric"] == "rmt") & (metrics["muscle"] == "FDI") & metrics["value"].notna()]


@pytest.fixture
def nothing_measured(monkeypatch):
    """Stages before excitability raise."""

    def never(*_, **__):
        raise AssertionError("only excitability must run")

    for module, name in ((acquisition, "load"), (conditioning, "condition"), (detection, "detect")):
        monkeypatch.setattr(module, name, never)


def outcomes(lab, **where):
    return {each.outcome for each in batch.run(lab / "study.yaml", subjects=["01"], **where)}


def steps(lab):
    return batch.dry_run(lab / "study.yaml", subjects=["01"])


@pytest.mark.usefixtures("nothing_measured")
def test_own_norms_re_run_excitability_alone(lab):
    state(lab)
    assert {each.stage for each in steps(lab)} == {"excitability", "results"}
    assert {each.why for each in steps(lab)} == {"study.norms own.tsv is new"}
    assert outcomes(lab) == {batch.DONE}
    first = rmt(lab)
    assert len(first)
    assert set(first["ref_source"]) == {"own laboratory: 1 to 2 (norm, own data)"}
    assert first["status"].str.endswith("outside_reference").all()

    os.utime(lab / "norms/own.tsv", (1_800_000_000, 1_800_000_000))
    assert not steps(lab)
    assert outcomes(lab) == {batch.UNCHANGED}

    state(lab, high="99")
    assert {each.why for each in steps(lab)} == {"study.norms own.tsv differs"}
    assert outcomes(lab) == {batch.DONE}
    assert set(rmt(lab)["ref_high"]) == {99.0}
    assert not rmt(lab)["status"].str.contains("outside_reference").any()

    (lab / "study.yaml").write_text("study: {input: raw data, output: the results}\n", encoding="utf-8")
    assert {each.why for each in steps(lab)} == {"study.norms own.tsv is gone"}
    assert outcomes(lab) == {batch.DONE}
    assert "own laboratory" not in set(rmt(lab)["ref_source"])


def test_the_results_are_those_of_a_run_that_begins_with_nothing(lab, everything):
    state(lab)
    assert outcomes(lab) == outcomes(lab, output=lab / "anew") == {batch.DONE}
    assert everything(lab / "the results/sub-01") == everything(lab / "anew/sub-01")


def test_the_resolved_config_finds_the_table(lab):
    state(lab)
    outcomes(lab)
    again = config.load(lab / "the results/mep_config.yaml")
    assert again.norms.resolve() == (lab / "norms/own.tsv").resolve()
    assert again.settings["study"]["norms"]


@pytest.mark.parametrize(("more", "said"), [
    ("rtm\t\tFDI\trest\tnorm\t1\t2\t%MSO\town\tx\n", "own.tsv:3: no metric 'rtm'; did you mean 'rmt'?"),
    ("rmt\t\tFDX\trest\tnorm\t1\t2\t%MSO\town\tx\n", "own.tsv:3: no muscle 'FDX'"),
])  # fmt: skip
def test_a_wrong_table_stops_the_run_before_anything_runs(more, said, lab, mep):
    state(lab, more=more)
    for command in ("run", "check", "status"):
        answer = mep(command, lab / "study.yaml")
        assert answer.code == 2
        assert said in answer.err


def test_a_table_that_is_not_there_is_named(lab, mep):
    state(lab)
    (lab / "norms/own.tsv").unlink()
    answer = mep("run", lab / "study.yaml")
    assert answer.code == 2
    assert "study.yaml: study.norms: " in answer.err
    assert "own.tsv cannot be read" in answer.err


def test_a_muscle_of_the_config_may_have_norms(lab):
    state(lab, more="rmt\t\tECR\trest\tnorm\t1\t2\t%MSO\town\tx\n")
    with (lab / "study.yaml").open("a", encoding="utf-8") as file:
        file.write("muscles: {ECR: {response_ms: {tms: [12, 45]}}}\n")
    assert steps(lab)


def test_the_shipped_table_is_listed(mep):
    said = mep("list", "norms")
    assert said.code == 0
    assert "unverified" in said.out
    assert "Cantone 2019" in said.out
