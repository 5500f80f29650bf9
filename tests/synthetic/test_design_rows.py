"""Rows of trials without signals: they are of the same truth as the signals."""

from pathlib import Path

import numpy as np
import pytest

import pipeline
from pipeline.synthetic import designs
from pipeline.synthetic.visits import attendances
from pipeline.synthetic.walk import parts

STUDIES = Path(__file__).parents[2] / "configs" / "studies"
FEWEST = {"n_boot": 100}


def shipped(name, n):
    return designs.read(STUDIES / f"{name}_design.yaml").of(n)


def value(metrics, metric, convention, **where):
    own = metrics[(metrics["metric"] == metric) & (metrics["convention"] == convention)]
    for name, wanted in where.items():
        own = own[own[name] == wanted]
    assert len(own) == 1
    return float(own["value"].iloc[0])


def test_same_seed_same_rows_and_a_further_person_changes_no_other():
    one, more = designs.rows(shipped("crossover_1hz", 1), 3), designs.rows(shipped("crossover_1hz", 2), 3)
    assert designs.rows(shipped("crossover_1hz", 1), 3).equals(one)
    assert not designs.rows(shipped("crossover_1hz", 1), 4)["peak_to_peak_uv"].equals(one["peak_to_peak_uv"])
    kept = more[more["subject"].isin(set(one["subject"]))].reset_index(drop=True)
    assert kept.equals(one)


def test_rows_have_the_pulses_of_the_signals():
    design = shipped("crossover_1hz", 1)
    rows = designs.rows(design, 3)
    for part in parts(design, 3, attendances(design, 3)[1]):
        own = rows[(rows["recording"] == part.recording) & (rows["timepoint"] == part.state.timepoint.label)]
        assert own["intensity_mso"].tolist() == part.told["intensity_mso"].tolist()
        assert own["arm"].unique().tolist() == [part.visit.arm]


def test_metrics_of_rows_are_plausible_and_near_the_truth():
    design = shipped("crossover_1hz", 1)
    rows = designs.rows(design, 5)
    metrics = pipeline.summarise(rows[rows["subject"] == "HC01"], {"mep_amplitude": FEWEST})
    first = [each for each in parts(design, 5, attendances(design, 5)[1]) if each.visit.session == "visit1"]
    for part in first:
        of, where = part.state.physiology, {"session": "visit1", "timepoint": part.state.timepoint.label}
        assert value(metrics, "rmt", "graded_amplitude", **where) == pytest.approx(of.rest.threshold_mso, abs=1.5)
    pulse = f"single_{np.unique(first[4].told['intensity_mso'])[0]:g}mso"
    assert first[4].block.kind == "silent_period"
    silent_ms = value(
        metrics, "cortical_sp", "first_return_from_stimulus", condition=pulse, **{**where, "timepoint": "pre"}
    )
    assert silent_ms == pytest.approx(float(of.silent_period_ms(np.array(float(pulse[7:-3])))) + 7, abs=15)
    central = metrics[(metrics["metric"] == "cmct") & (metrics["convention"] == "root")]["value"]
    assert central.between(3, 9).all()


@pytest.mark.parametrize(
    ("name", "metric", "convention", "low", "high"),
    [
        ("evening_morning_sici", "sici", "geometric_ratio", 0.2, 1.3),
        ("evening_morning_sici", "icf", "geometric_ratio", 0.7, 2.5),
        ("sai_lai_month", "sai", "geometric_ratio", 0.3, 1.6),
        ("sai_lai_month", "lai", "geometric_ratio", 0.3, 1.6),
        ("recruitment", "recruitment_s50", "boltzmann", 40, 110),
        ("leg_h_f", "h_reflex", "top_of_curve", 20, 110),
        ("leg_h_f", "f_persistence", "fraction", 0.5, 1),
        ("leg_m1_irls", "mep_to_mmax", "amplitude_mean", 0.5, 60),
        ("leg_m1_irls", "rmt", "graded_amplitude", 45, 90),
    ],
)
def test_every_shipped_design_gives_rows_that_can_be_summarised(name, metric, convention, low, high):
    rows = designs.rows(shipped(name, 1), 1)
    metrics = pipeline.summarise(rows[rows["subject"] == "RLS01"])
    own = metrics[(metrics["metric"] == metric) & (metrics["convention"] == convention)]["value"].dropna()
    assert len(own)
    assert low < own.median() < high


def test_a_population_effect_is_in_the_rows():
    design = shipped("crossover_1hz", 12)
    rows = designs.rows(design, 1)
    silent = rows[rows["task"] == "silentPeriod"].groupby(["group", "subject"])["cortical_sp_first_return_ms"].median()
    ratio = np.exp(np.log(silent["RLS"]).mean() - np.log(silent["HC"]).mean())
    assert 0.7 < ratio < 0.93


def test_a_design_without_effects_has_none():
    design = shipped("crossover_1hz", 12).without_effects()
    rows = designs.rows(design, 1).query("task == 'threshold' and arm == 's1'")
    centre = rows.groupby(["subject", "timepoint"])["intensity_mso"].mean().unstack()
    assert abs((centre["post"] - centre["pre"]).mean()) < 0.6
