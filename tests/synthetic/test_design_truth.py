"""What is true of metrics, and the sizes that are drawn from it."""

import dataclasses

import numpy as np
import pytest

from pipeline.excitability import METRICS
from pipeline.synthetic import Parameters, designs
from pipeline.synthetic.design_trials import clock_of
from pipeline.synthetic.design_truth import drawn_uv, f_duration_ms, of_metrics, return_scale_ms
from pipeline.synthetic.nerve import nerve_of
from pipeline.synthetic.noise import Silence, contraction
from pipeline.synthetic.visits import attendances
from pipeline.synthetic.walk import parts


def part(effects=(), muscle="FDI", **block):
    design = designs.of_values({
        "groups": {"RLS": {"n": 1}}, "sessions": [{"label": "one"}], "effects": list(effects),
        "blocks": [{"task": "x", "muscle": muscle, **block}],
    })  # fmt: skip
    return next(parts(design, 1, attendances(design, 1)[0]))


def truth(of):
    return {
        (row["metric"], row["condition"]): row["value"] for row in of_metrics(of.block, of.told, of.state, Parameters())
    }


def test_conditioned_sizes_are_test_sizes_times_the_ratio():
    of = part(kind="paired", test=[120, 4000], pairs=[{"what": "sici", "isi_ms": 2, "n": 4000}])
    drawn = drawn_uv(of.told, of.state, Parameters(smallest_mep_uv=0.0), np.random.default_rng(1))
    pairs = of.told["pulse"] == "paired"
    ratio = np.exp(np.log(drawn[pairs]).mean() - np.log(drawn[~pairs]).mean())
    assert ratio == pytest.approx(truth(of)["sici", "isi2"], rel=0.05)
    mso = of.told["intensity_mso"][0]
    assert np.median(drawn[~pairs]) == pytest.approx(truth(of)["mep_amplitude", f"single_{mso:g}mso"], rel=0.05)


def test_effects_on_ratios_are_in_the_truth():
    block = {"kind": "nerve_tms", "pairs": [{"what": "sai", "isi_ms": 20, "n": 2}]}
    plain = truth(part(**block))["sai", "isi20"]
    assert truth(part([{"what": "sai", "ratio": 1.5}], **block))["sai", "isi20"] == pytest.approx(1.5 * plain)
    shifted = truth(part([{"what": "sai", "difference": 0.1}], **block))["sai", "isi20"]
    assert shifted == pytest.approx(plain + 0.1)


@pytest.mark.parametrize(
    ("muscle", "block", "metrics"),
    [
        ("FDI", {"kind": "threshold"}, {"rmt"}),
        ("FDI", {"kind": "threshold", "state": "active"}, {"amt"}),
        ("TA", {"kind": "mep"}, {"mep_amplitude", "mep_latency"}),
        ("TA", {"kind": "silent_period"}, {"mep_amplitude", "mep_latency", "cortical_sp"}),
        ("FDI", {"kind": "latency"}, {"mep_amplitude", "mep_latency", "cmct"}),
        (
            "FDI",
            {"kind": "recruitment", "levels": [[100, 2], [140, 2]]},
            {"mep_amplitude", "recruitment_s50", "recruitment_slope", "recruitment_mep_max"},
        ),
        ("SOL", {"kind": "h_reflex"}, {"mmax", "m_latency", "h_reflex", "h_latency"}),
        ("AH", {"kind": "f_wave"}, {"mmax", "m_latency", "f_latency", "f_persistence", "f_duration"}),
    ],
)
def test_each_kind_of_block_has_the_truth_of_its_metrics(muscle, block, metrics):
    found = truth(part(muscle=muscle, **block))
    assert {metric for metric, _ in found} == metrics
    assert metrics <= {each.name for each in METRICS}
    assert np.isfinite(list(found.values())).all()


def test_the_first_unit_fires_again_when_it_is_said_to():
    of = part(kind="silent_period").state.physiology
    clock = clock_of(part(kind="silent_period").block)
    silence = Silence(*np.repeat([[40.0], [150.0], [175.0]], 300, axis=1))
    made = contraction(np.full(300, 40.0), silence, of.units, clock, Parameters(), np.random.default_rng(1))
    late = np.median(made.first_return_ms) - 150.0
    assert late == pytest.approx(np.sqrt(2 * np.log(2)) * return_scale_ms(Parameters()), abs=1.5)


def test_f_waves_of_a_wider_spread_last_longer():
    nerve = nerve_of("AH", 1)
    wider = dataclasses.replace(nerve, f_spread_ms=2 * nerve.f_spread_ms)
    assert f_duration_ms(wider) > f_duration_ms(nerve) + 1
