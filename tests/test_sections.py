"""The sections of a config, and the JSON Schema that editors check it with."""

import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pipeline import acquisition, conditioning, config, detection, excitability, sections

ROOT = Path(__file__).parents[1]
STUDY = {"study": {"input": "raw", "output": "out"}}


@pytest.fixture(scope="module")
def validator():
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((ROOT / "configs" / "mep.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def faults(validator, value):
    return [list(each.path) for each in validator.iter_errors(value)]


CONFIGS = [each for each in sorted((ROOT / "configs").rglob("*.yaml")) if not each.stem.endswith("_design")]
"""What describes a simulated study is no config."""


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_shipped_configs_fit_the_schema(validator, path):
    assert faults(validator, YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))) == []


def test_a_file_may_leave_to_another_what_must_be_stated(validator):
    assert faults(validator, {"extends": "base.yaml", "study": {"output": "out"}}) == []


def test_a_resolved_config_fits_the_schema(validator):
    demo = config.load(ROOT / "configs" / "demo.yaml")
    assert faults(validator, json.loads(json.dumps(demo.resolved(ROOT)))) == []


@pytest.mark.parametrize(
    ("stated", "path"),
    [
        ({"detecton": {}}, []),
        ({"detection": {"onset": {"method": "sd_treshold"}}}, ["detection", "onset"]),
        ({"detection": {"onset": {"method": "sd_threshold", "n_sd": "3"}}}, ["detection", "onset"]),
        ({"detection": {"presence": {"rest_uv": -1}}}, ["detection", "presence", "rest_uv"]),
        ({"conditioning": {"offset": {}}}, ["conditioning"]),
        ({"conditioning": ["ofset"]}, ["conditioning", 0]),
        ({"study": {"inptu": "a"}}, ["study"]),
        ({"overrides": [{"detection": {}}]}, ["overrides", 0]),
        ({"overrides": [{"where": {"subject": 7}}]}, ["overrides", 0, "where", "subject"]),
        ({"excitability": {"rmmt": {}}}, ["excitability"]),
    ],
)
def test_a_broken_config_does_not_fit(validator, stated, path):
    assert path in faults(validator, {**STUDY, **stated})
    assert faults(validator, STUDY) == []


def test_every_reader_step_measure_and_metric_has_its_place():
    tree = sections.tree().pieces
    assert set(tree) == set(sections.SECTIONS)
    assert set(tree["acquisition"].pieces) == {each.name for each in acquisition.READERS}
    assert set(tree["conditioning"].steps) == set(conditioning.STEPS)
    assert set(tree["detection"].pieces) == {each.name for each in detection.MEASURES}
    assert set(tree["excitability"].pieces) == {*(each.name for each in excitability.METRICS), "contrasts"}


def test_what_overrides_may_change_are_sections():
    assert set(sections.PER_MUSCLE) < set(sections.PER_RECORDING) < set(sections.PER_SUBJECT) < set(sections.SECTIONS)
    assert "study" not in sections.PER_SUBJECT
    assert "results" not in sections.PER_SUBJECT
