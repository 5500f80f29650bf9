"""The checklist: thirty items, each from the data or the config, or not reported."""

import pandas as pd

from pipeline.study.checklist import ITEMS, NOT_REPORTED, Studied, checklist
from pipeline.study.pulses import given

TRIALS = pd.DataFrame(
    {
        "recording": ["a"] * 4 + ["b"] * 2,
        "trial": [0, 1, 2, 3, 0, 1],
        "pulse": ["single", "single", "paired", "paired", "single", "single"],
        "intensity_mso": [60.0, 60.0, 60.0, 60.0, 70.0, 70.0],
        "conditioning_mso": [None, None, 40.0, 40.0, None, None],
        "isi_ms": [None, None, 2.0, 2.0, None, None],
        "state": ["rest"] * 4 + ["active"] * 2,
        "mvc_percent": [0.0] * 4 + [15.0] * 2,
        "stim_site": "M1hand",
        "hotspot_muscle": "FDI",
        "coil": "D70",
        "onset_s": [0.0, 5.0, 11.0, 16.0, 0.0, 5.0],
    }
)
PEOPLE = pd.DataFrame({"subject": ["1", "2"], "age": ["50", "60"], "sex": ["F", "M"], "group": ["RLS", "HC"]})
METRICS = pd.DataFrame(
    {
        "subject": "1",
        "metric": ["rmt", "mep_amplitude", "mep_amplitude"],
        "convention": ["ml_pest", "mean", "median"],
        "condition": ["", "single_60mso", "single_60mso"],
        "level": ["", "single_120rmt", "single_120rmt"],
        "method": ["ML-PEST", "mean", "median"],
        "value": [50.0, 1200.0, 900.0],
        "n_used": [40, 20, 20],
    }
)


def made(stated=None, people=PEOPLE, metrics=METRICS):
    return checklist(Studied(people, given({"1": TRIALS}), metrics), stated or {})


def test_thirty_items_in_four_parts():
    parts = [item.part for item in ITEMS]
    assert [parts.count(each) for each in ("subject", "method", "paired", "analysis")] == [8, 17, 3, 2]
    assert [each["number"] for each in made().values()] == list(range(1, 31))


def test_what_the_data_say():
    said = {name: each["value"] for name, each in made().items()}
    assert said["age"] == "mean 55, SD 7.07, 50 to 60 years, n = 2"
    assert said["sex"] == "F 1, M 1"
    assert said["contraction"] == "active, rest (15 % of maximal voluntary contraction)"
    assert said["coil"] == "D70"
    assert said["intensity"].startswith("60, 70 % of maximal stimulator output; 120 to 120 %")
    assert said["interval"].startswith("median 5 s")
    assert said["threshold"] == "rmt: ml_pest, ML-PEST"
    assert said["n_meps"] == "median 20 accepted a condition, 20 to 20"
    assert said["test_intensity"] == "60 % of maximal stimulator output"
    assert said["conditioning_intensity"] == "40 % of maximal stimulator output"
    assert said["isi"] == "2 ms"
    assert said["mep_size"] == "peak-to-peak amplitude (mean, median)"
    assert said["unconditioned_size"] == "mean 1.2, 1.2 to 1.2 mV, n = 1"


def test_what_nobody_said_is_not_reported():
    said = made()
    assert said["attention"] == {
        "number": 23, "item": "attention and arousal during the test", "value": NOT_REPORTED, "controlled": None,
        "source": "",
    }  # fmt: skip


def test_the_config_goes_above_the_data_and_alone_says_what_was_controlled():
    said = made(
        {"coil": {"value": "double cone", "controlled": True}, "attention": {"value": None, "controlled": False}}
    )
    assert said["coil"]["value"] == "double cone"
    assert said["coil"]["source"] == "config"
    assert said["coil"]["controlled"] is True
    assert said["attention"]["controlled"] is False
    assert said["attention"]["value"] == NOT_REPORTED
    assert said["age"]["controlled"] is None


def test_nothing_at_all_is_no_fault():
    said = checklist(Studied(PEOPLE[["subject"]], given({}), METRICS.iloc[:0]), {})
    assert {each["value"] for each in said.values()} == {NOT_REPORTED}
