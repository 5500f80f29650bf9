"""Overrides change what they name, for whom they name, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import config, layers
from pipeline.errors import ConfigError

STUDY = "study: {input: raw, output: out}\n"
BASE = STUDY + "detection: {onset: {method: sd_threshold, n_sd: 3}}\n"
LABELS = {"subject": "07", "session": "pm", "task": "rest", "run": "1"}


@pytest.fixture
def load(tmp_path):
    def load(text):
        (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
        return config.load(tmp_path / "study.yaml")

    return load


def said(load, text):
    with pytest.raises(ConfigError) as error:
        load(text)
    return str(error.value).splitlines()


def onset(found, **labels):
    return found.section("detection", labels)["onset"]


@pytest.mark.parametrize(
    ("where", "met", "not_met"),
    [
        ('{subject: "07"}', {}, {"subject": "08"}),
        ('{subject: ["07", "09"]}', {"subject": "09"}, {"subject": "08"}),
        ("{session: pm}", {"subject": "08"}, {"session": "am"}),
        ("{task: rest}", {}, {"task": "active"}),
        ('{run: "1"}', {}, {"run": ""}),
        ('{subject: "07", session: pm}', {}, {"session": "am"}),
        ("{muscle: TA}", {"muscle": "TA"}, {"muscle": "FDI"}),
        ("{muscle: TA}", {"muscle": "TA", "session": "am"}, {}),
    ],
)
def test_an_override_is_for_whom_it_names(load, where, met, not_met):
    found = load(BASE + f"overrides:\n- where: {where}\n  detection: {{onset: {{n_sd: 4}}}}\n")
    assert onset(found, **{**LABELS, **met})["n_sd"] == 4.0
    assert onset(found, **{**LABELS, **not_met})["n_sd"] == 3.0


def test_an_override_changes_only_what_it_names(load):
    found = load(BASE + 'overrides:\n- where: {subject: "07"}\n  detection: {onset: {n_sd: 4}}\n')
    own, others = found.section("detection", {"subject": "07"}), found.section("detection", {"subject": "08"})
    assert own["onset"] == {"method": "sd_threshold", "n_sd": 4.0, "min_run_ms": 1.0}
    assert {name: value for name, value in own.items() if name != "onset"} == {
        name: value for name, value in others.items() if name != "onset"
    }
    assert found.section("conditioning", {"subject": "07"}) == found.settings["conditioning"]


def test_a_list_is_replaced_and_a_method_changed(load):
    text = 'overrides:\n- where: {subject: "07"}\n  conditioning: [offset]\n  detection: {onset: {method: aic}}\n'
    found = load(BASE + text)
    assert found.section("conditioning", {"subject": "07"}) == [{"offset": {}}]
    assert "n_sd" not in onset(found, subject="07")
    assert onset(found, subject="08")["method"] == "sd_threshold"


def test_later_overrides_lie_on_earlier_ones(load):
    text = (
        'overrides:\n- where: {subject: "07"}\n  detection: {onset: {method: sd_threshold, n_sd: 4}}\n'
        '- where: {subject: "07", muscle: TA}\n  detection: {onset: {min_run_ms: 2}}\n'
    )
    found = load(STUDY + text)  # the second is right on the first alone: evidence has no min_run_ms
    assert onset(found, subject="07", muscle="TA") == {"method": "sd_threshold", "n_sd": 4.0, "min_run_ms": 2.0}
    assert onset(found, subject="08", muscle="TA")["method"] == "evidence"


def test_overrides_that_do_not_fit_together_are_an_error_not_a_default(load):
    text = (
        'overrides:\n- where: {subject: "07"}\n  detection: {onset: {method: aic}}\n'
        "- where: {muscle: TA}\n  detection: {onset: {n_sd: 4}}\n"
    )
    found = load(BASE + text)
    assert onset(found, subject="08", muscle="TA")["n_sd"] == 4.0
    found.check([{**LABELS, "subject": "08"}])
    with pytest.raises(ConfigError) as error:
        found.check([{**LABELS, "subject": "08"}, LABELS])
    assert str(error.value) == (
        "study.yaml:6:3: detection.onset: no setting 'n_sd'; It has: before_ms (method aic) "
        "(for subject 07, session pm, task rest, run 1, muscle TA, after the overrides above this one)"
    )


@pytest.mark.parametrize(
    ("override", "line"),
    [
        (
            "where: {muscle: TA}\n  conditioning: []",
            "4:3: overrides.0: no section 'conditioning' here; This `where` may change: detection, muscles",
        ),
        (
            "where: {session: pm}\n  excitability: {}",
            "4:3: overrides.0: no section 'excitability' here; This `where` may change: "
            "acquisition, conditioning, detection, muscles",
        ),
        (
            "where: {subject: a}\n  study: {}",
            "4:3: overrides.0: no section 'study' here; This `where` may change: "
            "acquisition, conditioning, conditions, detection, excitability, muscles",
        ),
        ("detection: {}", "3:3: overrides.0: expected `where: {subject: ..., ...}` and the sections to change"),
        ("where: {}", "3:3: overrides.0: expected `where: {subject: ..., ...}` and the sections to change"),
        (
            "where: {sujet: a}",
            "3:11: overrides.0.where: no setting 'sujet'; did you mean 'subject'? It has: "
            "muscle, run, session, subject, task",
        ),
        (
            "where: {subject: 07}",
            "3:11: overrides.0.where.subject: expected text or a list, but it is 7; "
            'a label of digits stands in quotes, such as "07"',
        ),
        (
            "where: {subject: }",
            "3:11: overrides.0.where.subject: expected a label, or a list of labels, but it is empty",
        ),
        ("where: {subject: []}", "3:11: overrides.0.where.subject: expected text or a list of 1 or more, but it is []"),
    ],
)
def test_a_wrong_override_is_said_with_its_place(load, override, line):
    assert said(load, f"{STUDY}overrides:\n- {override}\n") == [f"study.yaml:{line}"]


def test_metrics_can_be_overridden_for_a_subject(load):
    found = load(STUDY + 'overrides:\n- where: {subject: "07"}\n  excitability: {rmt: {min_pulses: 3}}\n')
    assert found.section("excitability", {"subject": "07"})["rmt"]["min_pulses"] == 3
    assert found.section("excitability", {"subject": "08"})["rmt"]["min_pulses"] == 10


TREES = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from("abc"), TREES), st.dictionaries(st.sampled_from("abc"), TREES))
def test_merging_keeps_all_that_is_stated_above(base, over):
    result = layers.merged(base, over)
    assert layers.merged(result, over) == result
    assert set(result) == set(base) | set(over)
    assert layers.merged({}, over) == over
    assert layers.merged(base, {}) == base
    for name in set(base) - set(over):
        assert result[name] == base[name]
