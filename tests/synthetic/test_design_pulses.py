"""The pulses of a block."""

import numpy as np
import pytest

from pipeline.synthetic import designs
from pipeline.synthetic.design_pulses import pulses
from pipeline.synthetic.muscle_state import Believed

OF = Believed(50.4, 40.2, 11.0)


def given(**block):
    design = designs.of_values({
        "groups": {"RLS": {"n": 1}}, "sessions": [{"label": "one"}],
        "blocks": [{"task": "x", "muscle": "FDI", **block}],
    })  # fmt: skip
    return pulses(design.blocks[0], OF, np.random.default_rng(1))


def counts(column):
    return dict(zip(*np.unique(column[~np.isnan(column)], return_counts=True), strict=True))


def test_thresholds_are_looked_for_about_what_is_believed():
    rest = given(kind="threshold", steps_mso=[-2, 2], n=3)
    assert counts(rest["intensity_mso"]) == {48: 3, 52: 3}
    assert counts(given(kind="threshold", state="active", steps_mso=[-2, 2], n=3)["intensity_mso"]) == {38: 3, 42: 3}
    assert len(set(rest["intensity_mso"][:3])) > 1, "in random order"


def test_levels_are_whole_percentages_of_the_threshold_and_end_at_100():
    assert counts(given(kind="mep", levels=[[120, 2], [199, 1]])["intensity_mso"]) == {60: 2, 100: 1}
    assert set(given(kind="mep")["state"]) == {"rest"}
    assert set(given(kind="silent_period")["state"]) == {"active"}


def test_root_pulses_come_last_and_at_rest():
    told = given(kind="latency", levels=[[140, 4]], n_root=3)
    assert told["pulse"].tolist() == ["single"] * 4 + ["root"] * 3
    assert told["state"].tolist() == ["active"] * 4 + ["rest"] * 3


def test_pairs_come_with_test_pulses_and_conditioning_pulses_alone():
    pairs = [{"what": "sici", "isi_ms": 2, "n": 4}, {"what": "lici", "isi_ms": 100, "n": 2, "ratio": 0.2}]
    told = given(kind="paired", test=[120, 5], pairs=pairs, n_alone=3)
    single = told["pulse"] == "single"
    assert counts(told["intensity_mso"][single]) == {60: 5, 40: 3}
    assert counts(told["conditioning_mso"]) == {40: 4, 60: 2}
    assert counts(told["base"]) == {0.4: 4, 0.2: 2}
    assert set(told["what"][single]) == {""}
    afferent = given(kind="nerve_tms", pairs=[{"what": "sai", "isi_ms": 20, "n": 4}])
    assert np.isnan(afferent["conditioning_mso"]).all()
    assert counts(afferent["nerve_ma"]) == {8: 4}


@pytest.mark.parametrize(("kind", "n"), [("h_reflex", 13 * 4), ("f_wave", 20)])
def test_currents_follow_the_nerve(kind, n):
    told = given(kind=kind, muscle="SOL")
    assert len(told["nerve_ma"]) == n
    assert set(told["pulse"]) == {"nerve"}
    assert told["nerve_ma"].max() == pytest.approx(1.8 * 11.0)
