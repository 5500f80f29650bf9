"""A muscle at one timepoint: effects do what they say."""

import dataclasses

import numpy as np
import pytest

from pipeline.synthetic import designs
from pipeline.synthetic.moved import Moved
from pipeline.synthetic.muscle_state import body, resized, states
from pipeline.synthetic.recruitment import Curve
from pipeline.synthetic.variability import QUANTITIES, Variability
from pipeline.synthetic.visits import attendances

STILL = {name: [0, 0, 0] for name in QUANTITIES}


def now(effects=(), variability=STILL, muscle="FDI", kind="mep", n=1):
    design = designs.of_values({
        "groups": {"RLS": {"n": n}},
        "sessions": [{"label": "one"}, {"label": "two"}],
        "timepoints": [{"label": "pre"}, {"label": "post", "minutes_after": 5}],
        "blocks": [{"task": "x", "kind": kind, "muscle": muscle}],
        "effects": list(effects),
        "variability": variability,
    })  # fmt: skip
    return [
        [states(design, who, visit, body(who, muscle, 1), muscle, 1) for visit in visits]
        for who, visits in attendances(design, 1)
    ]


def test_without_chance_and_effects_nothing_moves():
    ((one, two),) = now()
    whole = [dataclasses.replace(each.physiology, units=None) for each in (*one, *two)]
    assert all(each == whole[0] for each in whole)


@pytest.mark.parametrize("factor", [0.5, 1.0, 2.0])
def test_a_curve_changes_its_size_and_keeps_its_threshold(factor):
    before = Curve(50.0, 50.0, 4000.0, 65.0)
    after = resized(before, Moved(factor, 0.0), 1.0)
    assert after.median_uv(50.0) == pytest.approx(50.0)
    assert after.median_uv(60.0) == pytest.approx(factor * before.median_uv(60.0))
    assert after.max_uv == pytest.approx(factor * 4000.0)
    rising = after.median_uv(np.linspace(40, 90, 200))
    assert (np.diff(rising) > 0).all()


def test_effects_hold_where_they_are_and_nowhere_else():
    post = {"timepoint": "post", "session": ["two"]}
    ((one, two),) = now([
        {"what": "threshold", "where": post, "difference": -3},
        {"what": "silent_period", "where": post, "ratio": 0.8},
        {"what": "latency", "where": post, "difference": 1.5},
        {"what": "sici", "where": post, "ratio": 2},
    ])  # fmt: skip
    base, here = one[0].physiology, two[1].physiology
    assert dataclasses.replace(two[0].physiology, units=None) == dataclasses.replace(base, units=None)
    assert here.rest.threshold_mso == pytest.approx(base.rest.threshold_mso - 3)
    assert here.active.threshold_mso / here.rest.threshold_mso == pytest.approx(
        base.active.threshold_mso / base.rest.threshold_mso
    )
    assert here.silent_period_at_amt_ms == pytest.approx(0.8 * base.silent_period_at_amt_ms)
    assert here.latency_active_ms == pytest.approx(base.latency_active_ms + 1.5)
    assert (one[1].pairs["sici"](0.4), two[1].pairs["sici"](0.4)) == (pytest.approx(0.4), pytest.approx(0.8))
    share = here.rest.threshold_mso / base.rest.threshold_mso
    assert here.rest.median_uv(60 * share) == pytest.approx(base.rest.median_uv(60))


def test_effects_on_nerves():
    where = {"session": "two"}
    ((one, two),) = now(
        [
            {"what": "h_reflex", "where": where, "ratio": 1.5},
            {"what": "mmax", "where": where, "ratio": 0.5},
            {"what": "f_latency", "where": where, "difference": 2},
        ],
        muscle="SOL",
        kind="h_reflex",
    )
    before, after = one[0].nerve, two[0].nerve
    assert after.m_max_uv == pytest.approx(0.5 * before.m_max_uv)
    assert after.h_max_uv / after.m_max_uv == pytest.approx(1.5 * before.h_max_uv / before.m_max_uv)
    assert after.f_latency_ms == pytest.approx(before.f_latency_ms + 2)
    assert one[0].physiology is None


def test_sessions_and_timepoints_vary_as_much_as_told():
    told = {**STILL, "threshold": [0, 0.05, 0.01], "mep_size": [0.1, 0.2, 0]}
    found = now(variability=told, n=300)
    log = np.log([[[each.physiology.rest.threshold_mso for each in visit] for visit in visits] for visits in found])
    assert (log[:, 0, 0] - log[:, 1, 0]).std() == pytest.approx(np.hypot(0.05, 0.01) * 2**0.5, rel=0.15)
    assert (log[:, 0, 0] - log[:, 0, 1]).std() == pytest.approx(0.01 * 2**0.5, rel=0.15)
    size = np.log([[visit[0].physiology.rest.max_uv for visit in visits] for visits in found])
    assert (size[:, 0] - size[:, 1]).std() == pytest.approx(0.2 * 2**0.5, rel=0.15)
    assert size.mean(1).std() == pytest.approx(np.hypot(0.1, 0.2 / 2**0.5), rel=0.15)


def test_everything_that_varies_has_a_spread_and_the_other_way_round():
    assert {each.name for each in dataclasses.fields(Variability)} == set(QUANTITIES)
