"""A config is checked whole, with the place of everything that is wrong; what lies above wins."""

import re
import textwrap
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pipeline import config
from pipeline.errors import ConfigError

STUDY = "study: {input: raw, output: out}\n"
ROOT = Path(__file__).parents[1]
DEMO = ROOT / "configs" / "demo.yaml"
SECTIONS = (
    "acquisition, checklist, conditioning, conditions, detection, excitability, extends, muscles, overrides, results, "
    "statistics, study"
)
TA_OF_07 = {"subject": "07", "muscle": "TA"}


@pytest.fixture
def load(tmp_path):
    """Loads study.yaml of this text, beside other files of that name and text."""

    def load(text, **others):
        for name, content in {"study": text, **others}.items():
            (tmp_path / f"{name}.yaml").write_text(content, encoding="utf-8")
        return config.load(tmp_path / "study.yaml")

    return load


def lines(load, text, **others):
    with pytest.raises(ConfigError) as error:
        load(text, **others)
    return str(error.value).splitlines()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "study.yaml:1:1: expected a mapping (`study: ...`), found nothing"),
        ("# only words\n", "study.yaml:1:1: expected a mapping (`study: ...`), found nothing"),
        ("study: {output: b}\n", "study.yaml:1:1: study: 'input' is missing; it must be stated"),
        ("study: a\n", "study.yaml:1:1: study: expected a mapping, but it is 'a'"),
        (
            "study: {input: a, output: b, subjects: [07]}\n",
            "study.yaml:1:41: study.subjects.0: expected text, but it is 7; "
            'a label of digits stands in quotes, such as "07"',
        ),
        (
            "study: {input: a, output: b, subjects: '07'}\n",
            "study.yaml:1:30: study.subjects: expected a list, but it is '07'",
        ),
        (
            STUDY + "detecton: {}\n",
            f"study.yaml:2:1: no setting 'detecton'; did you mean 'detection'? It has: {SECTIONS}",
        ),
        (
            STUDY + "detection:\n  onset: {method: sd_treshold}\n",
            "study.yaml:3:11: detection.onset: no method 'sd_treshold'; did you mean 'sd_threshold'? "
            "There are: aic, derivative, evidence, glr, last_crossing, rising_glr, sd_threshold",
        ),
        (
            STUDY + "detection:\n  onset:\n    method: sd_threshold\n    n_std: 3\n",
            "study.yaml:5:5: detection.onset: no setting 'n_std'; did you mean 'n_sd'? It has: min_run_ms, n_sd "
            "(method sd_threshold)",
        ),
        (STUDY + "detection: [onset]\n", "study.yaml:2:1: detection: expected a mapping, but it is ['onset']"),
        (
            STUDY + "detection: {onset: aic}\n",
            "study.yaml:2:13: detection.onset: expected a mapping such as {method: evidence}, but it is 'aic'",
        ),
        (
            STUDY + "conditioning: {offset: {}}\n",
            "study.yaml:2:1: conditioning: expected a list of steps, but it is {'offset': {}}",
        ),
        (
            STUDY + "detection: {onset: {n_sd: 3}}\n",
            "study.yaml:2:21: detection.onset: no setting 'n_sd'; It has: absolute, least_alike (method evidence)",
        ),
        (STUDY + "results: {epochs: no}\n", "study.yaml:2:11: results.epochs: expected true or false, but it is 'no'"),
        (
            STUDY + "muscles: {FDI: {response_ms: {tsm: [1, 2]}}}\n",
            "study.yaml:2:17: muscles.FDI.response_ms: no stimulus 'tsm'; did you mean 'tms'? "
            "There are: nerve_f, nerve_h, nerve_m, root, tms",
        ),
        (
            STUDY + "muscles: {FDI: {response_ms: [50, 10]}}\n",
            "study.yaml:2:17: muscles.FDI.response_ms: a window goes from an earlier to a later time, "
            "but it is [50, 10]",
        ),
        (
            STUDY + "muscles: {FDI: {artefact_ms: x}}\n",
            "study.yaml:2:17: muscles.FDI.artefact_ms: expected a number or a mapping, but it is 'x'",
        ),
        (
            STUDY + "muscles: {FDI: {response_ms: {tms: [15]}}}\n",
            "study.yaml:2:31: muscles.FDI.response_ms.tms: expected a list of 2 or more, but it is [15]",
        ),
        (
            STUDY + "acquisition: {channels: {a: {musle: FDI}}}\n",
            "study.yaml:2:30: acquisition.channels.a: no setting 'musle'; did you mean 'muscle'? It has: muscle, side",
        ),
        (
            "extends: rsl\n" + STUDY,
            "study.yaml:1:1: extends: no preset 'rsl'; did you mean 'rls'? There are: default, rls",
        ),
        ("extends: 3\n" + STUDY, "study.yaml:1:1: extends: expected a preset or a path, but it is 3"),
        ("extends: study.yaml\n" + STUDY, "study.yaml:1:1: extends: study.yaml extends itself: study.yaml"),
        (STUDY + "overrides: 3\n", "study.yaml:2:1: overrides: expected a list, but it is 3"),
    ],
)
def test_one_fault_is_one_line(load, text, said):
    assert lines(load, text) == [said]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("three", "a number, but it is 'three'"),
        ('"3"', "a number, but it is '3'"),
        ("true", "a number, but it is true"),
        ("", "a number, but it is empty"),
        ("[3]", "a number, but it is [3]"),
        ("-1", "a number greater than 0, but it is -1"),
        (".inf", "a finite number, but it is inf"),
        (".nan", "a finite number, but it is nan"),
    ],
)
def test_a_number_is_a_number(load, value, said):
    text = f"{STUDY}detection:\n  onset: {{method: sd_threshold, n_sd: {value}}}\n"
    assert lines(load, text) == [f"study.yaml:3:33: detection.onset.n_sd: expected {said}"]


def test_all_faults_are_said_at_once_each_in_its_place(load):
    text = (
        "study: {inptu: a, output: b}\n"
        "conditioning: [ofset, {band_pass: {lo_hz: 3}}, 3, {offset: {}, mains: {}}]\n"
        "excitability: {rmt: {criterion_uv: 0, min_pulses: 1.5}}\n"
        "overrides:\n"
        "- where: {subject: 07}\n"
        "  detection: {presence: {rest_uv: x}}\n"
        "- where: {sujet: a}\n"
    )
    said = lines(load, text)
    places = ["1:1", "1:9", "2:16", "2:36", "2:48", "2:51", "3:22", "3:39", "5:11", "6:26", "7:11"]
    assert sorted(each.split(": ")[0] for each in said) == [f"study.yaml:{place}" for place in places]
    assert "study.yaml:2:36: conditioning.1.band_pass: no setting 'lo_hz'; did you mean 'low_hz'?" in "\n".join(said)
    assert "study.yaml:2:48: conditioning.2: expected a step (its name, or its name and settings), but it is 3" in said
    assert "study.yaml:3:39: excitability.rmt.min_pulses: expected a whole number, but it is 1.5" in said
    assert "study.yaml:6:26: overrides.0.detection.presence.rest_uv: expected a number, but it is 'x'" in said


def test_an_error_names_the_file_that_states_it(load):
    base = "detection:\n  onset: {method: sd_threshold, n_std: 3}\n"
    assert lines(load, "extends: base.yaml\n" + STUDY, base=base)[0].startswith(
        "base.yaml:2:33: detection.onset: no set"
    )
    over = "extends: base.yaml\ndetection: {onset: {n_sd: x}}\n" + STUDY
    said = lines(load, over, base="detection:\n  onset: {method: sd_threshold, n_sd: 3}\n")
    assert said == ["study.yaml:2:21: detection.onset.n_sd: expected a number, but it is 'x'"]


def test_extends_a_preset_a_path_and_a_chain(load):
    assert load("extends: rls\n" + STUDY).settings["acquisition"]["epoch_ms"] == [-310.0, 600.0]
    base = "extends: rls\nexcitability: {rmt: {min_pulses: 12}}\n"
    found = load("extends: ./base.yaml\n" + STUDY, base=base).settings
    assert found["excitability"]["rmt"]["min_pulses"] == 12
    assert found["acquisition"]["epoch_ms"] == [-310.0, 600.0]


def test_extends_what_is_not_there_or_itself(load, tmp_path):
    (said,) = lines(load, "extends: ./other.yaml\n" + STUDY)
    assert said == f"study.yaml:1:1: extends: there is no file other.yaml in {tmp_path.resolve()}"
    (said,) = lines(load, "extends: base.yaml\n" + STUDY, base="extends: study.yaml\n")
    assert said == "base.yaml:1:1: extends: study.yaml extends itself: study.yaml -> base.yaml"


def test_mappings_merge_and_lists_replace(load):
    base = (
        "conditioning: [offset, {band_pass: {low_hz: 20}}]\n"
        "muscles: {FDI: {response_ms: {tms: [15, 40], root: [8, 30]}}, TA: {artefact_ms: 4}}\n"
    )
    top = "extends: base.yaml\nconditioning: [mains]\nmuscles: {FDI: {response_ms: {tms: [16, 41]}}}\n" + STUDY
    found = load(top, base=base).settings
    assert [next(iter(step)) for step in found["conditioning"]] == ["mains"]
    assert found["muscles"]["FDI"]["response_ms"] == {"tms": [16.0, 41.0], "root": [8.0, 30.0]}
    assert found["muscles"]["TA"]["artefact_ms"] == 4.0


def test_a_changed_method_replaces_the_mapping_of_its_measure(load):
    base = "detection:\n  onset: {method: sd_threshold, n_sd: 5}\n  presence: {rest_uv: 60}\n"
    same = "extends: base.yaml\ndetection: {onset: {min_run_ms: 2}}\n" + STUDY
    onset = load(same, base=base).settings["detection"]["onset"]
    assert onset == {"method": "sd_threshold", "n_sd": 5.0, "min_run_ms": 2.0}
    other = "extends: base.yaml\ndetection: {onset: {method: glr}}\n" + STUDY
    found = load(other, base=base).settings["detection"]
    assert found["onset"] == {"method": "glr", "order": 6}
    assert found["presence"]["rest_uv"] == 60.0
    unnamed = "detection: {onset: {absolute: 0.5}}\n"  # of the default method
    assert "n_sd" in load("extends: base.yaml\n" + STUDY, base=base).settings["detection"]["onset"]
    to_aic = "extends: base.yaml\ndetection: {onset: {method: aic}}\n" + STUDY
    assert "absolute" not in load(to_aic, base=unnamed).settings["detection"]["onset"]


def test_the_default_method_is_filled_in(load):
    for text in (STUDY, STUDY + "detection: {onset: {absolute: 0.5}}\n", STUDY + "detection: {onset: {method: }}\n"):
        assert load(text).settings["detection"]["onset"]["method"] == "evidence"


def test_what_is_stated_empty_is_the_default(load):
    empty = STUDY + "".join(f"{name}:\n" for name in SECTIONS.split(", ")[:-1])
    assert load(empty).settings == load(STUDY).settings
    base = "detection: {onset: {method: aic}}\nconditioning: [offset]\n"
    over = "extends: base.yaml\ndetection: {onset: }\nconditioning:\n" + STUDY
    assert load(over, base=base).settings == load(STUDY).settings


def test_extending_the_default_changes_nothing(load):
    assert load("extends: default\n" + STUDY).settings == load(STUDY).settings


def test_paths_are_relative_to_the_file_that_states_them(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "base.yaml").write_text("study: {input: ../raw, output: out}\n")
    (tmp_path / "a" / "b" / "study.yaml").write_text("extends: ../base.yaml\nstudy: {output: here}\n")
    found = config.load(tmp_path / "a" / "b" / "study.yaml")
    assert found.input == tmp_path / "raw"
    assert found.output == tmp_path / "a" / "b" / "here"
    assert config.load(tmp_path / "a" / "b" / "study.yaml", tmp_path / "there").output == tmp_path / "there"


def test_a_path_is_the_same_from_another_folder(load, tmp_path, monkeypatch):
    load(STUDY)
    monkeypatch.chdir(tmp_path)
    assert config.load("study.yaml").input == tmp_path / "raw"


def test_resolved_loads_to_the_same(load, tmp_path):
    text = (
        "extends: rls\n" + STUDY + "muscles: {ECR: {response_ms: {tms: [12, 45]}}}\n"
        "conditioning: [{mains: {mains_hz: 60}}]\n"
        "detection: {onset: {method: sd_threshold, n_sd: 3}, background_ms: [-90, -5]}\n"
        'overrides:\n- where: {subject: "07", muscle: [TA, FDI]}\n  detection: {onset: {n_sd: 4}}\n'
    )
    first = load(text)
    beside = tmp_path / "results" / "of it"
    beside.mkdir(parents=True)
    with (beside / "mep_config.yaml").open("w", encoding="utf-8") as file:
        YAML(typ="safe", pure=True).dump(first.resolved(beside), file)
    second = config.load(beside / "mep_config.yaml")
    assert second.settings == first.settings
    assert (second.input, second.output) == (first.input, first.output)
    assert second.section("detection", TA_OF_07) == first.section("detection", TA_OF_07)
    assert second.section("detection", TA_OF_07)["onset"]["n_sd"] == 4.0


@pytest.mark.parametrize("name", ["default", "rls"])
def test_presets_load(load, name):
    assert set(config.presets()) == {"default", "rls"}
    assert load(f"extends: {name}\n{STUDY}").settings["detection"]["presence"]["rest_uv"] == 50.0


def test_the_demo_loads():
    demo = config.load(DEMO)
    assert demo.input == DEMO.parents[1] / "data_samples" / "demo"
    assert demo.input.is_dir()
    assert demo.overrides == ()


def examples():
    for page in (ROOT / "README.md", ROOT / "docs" / "config.md"):
        for at, block in enumerate(
            re.findall(r"^ *```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        ):
            yield pytest.param(textwrap.dedent(block), id=f"{page.stem}{at}")


@pytest.mark.parametrize("text", list(examples()))
def test_the_examples_of_the_pages_are_right(load, text):
    load(text if "study:" in text else STUDY + text)
