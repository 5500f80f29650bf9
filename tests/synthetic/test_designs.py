"""Designs of simulated studies: what a file may say, and what is wrong with one."""

from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from pipeline.synthetic import designs

STUDIES = Path(__file__).parents[2] / "configs" / "studies"
SHIPPED = sorted(each.stem.removesuffix("_design") for each in STUDIES.glob("*_design.yaml"))
SMALL = {
    "groups": {"RLS": {"n": 2}},
    "sessions": [{"label": "one"}],
    "blocks": [{"task": "mep", "kind": "mep", "muscle": "FDI"}],
}


def wrong(**sections):
    with pytest.raises(ConfigError) as raised:
        designs.of_values({**SMALL, **sections})
    return str(raised.value)


def test_there_is_a_design_for_every_study_of_the_literature():
    assert SHIPPED == [
        "crossover_1hz", "evening_morning_sici", "leg_h_f", "leg_m1_irls", "recruitment", "sai_lai_month",
    ]  # fmt: skip


@pytest.mark.parametrize("name", SHIPPED)
def test_each_shipped_design_is_read_and_each_of_its_effects_says_where_it_comes_from(name):
    design = designs.read(STUDIES / f"{name}_design.yaml")
    assert design.title
    assert design.effects
    assert all(each.source for each in design.effects)


def test_all_that_is_wrong_is_said_with_its_place(tmp_path):
    (tmp_path / "d.yaml").write_text(
        'groups: {RLS: {n: "3"}}\nsessions: [{label: a, armm: x}]\nblocks: [{task: x, kind: mepp, muscle: FDI}]\n'
        "effects: [{what: threshold, where: {grop: RLS}, ratio: 2}]\nvariability: {threshol: [1, 2, 3]}\nnois: 3\n"
    )
    with pytest.raises(ConfigError) as raised:
        designs.read(tmp_path / "d.yaml")
    said = str(raised.value).splitlines()
    assert [line.split(":")[1] for line in said] == ["6", "1", "2", "3", "4", "5"]
    for word in ("whole number", "'arm'", "'mep'", "'group'", "'threshold'"):
        assert word in str(raised.value)


@pytest.mark.parametrize(
    ("sections", "text"),
    [
        ({"groups": {}}, "no section 'groups'"),
        ({"groups": {"a b": {"n": 1}}}, "letters and digits"),
        ({"groups": [1]}, "expected a mapping"),
        ({"sessions": None}, "either sessions or crossover"),
        ({"crossover": {"sequences": [["a"]]}}, "either sessions or crossover"),
        ({"sessions": [{"label": "one"}, {"label": "one"}]}, "stands twice"),
        ({"sessions": None, "crossover": {"sequences": [["a", "b"], ["a"]]}}, "as many arms"),
        ({"sessions": None, "crossover": {"sequences": [["a", "a"]], "sessions": "arm"}}, "stands twice"),
        ({"blocks": [{"task": "x", "kind": "mep", "muscle": "SOL"}]}, "no model of the answer to TMS of 'SOL'"),
        ({"blocks": [{"task": "x", "kind": "h_reflex", "muscle": "APB"}]}, "no model of the nerve of 'APB'"),
        ({"blocks": [{"task": "x", "kind": "mep", "muscle": "TA", "sessions": ["two"]}]}, "no session 'two'"),
        ({"blocks": [{"task": "x", "kind": "mep", "muscle": "TA", "timepoints": ["t"]}]}, "no timepoint 't'"),
        ({"effects": [{"what": "thresh", "ratio": 2}]}, "did you mean 'threshold'"),
        ({"effects": [{"what": "sici"}]}, "either ratio or difference"),
        ({"effects": [{"what": "sici", "ratio": 2, "difference": 1}]}, "either ratio or difference"),
        ({"effects": [{"what": "sici", "ratio": 2, "where": {"group": "HC"}}]}, "no group 'HC'"),
        ({"effects": [{"what": "mep_size", "ratio": 0.01}]}, "0.2 or more"),
        ({"effects": [{"what": "electrodes", "difference": 1}]}, "expected a ratio"),
        ({"scales": {"irls": {"mean": 2, "sd": 1, "groups": ["HC"]}}}, "no group 'HC'"),
        ({"scales": {"sici": {"mean": 2, "sd": 1}}}, "name of a quantity"),
        (
            {
                "scales": {"irls": {"mean": 2, "sd": 1}},
                "effects": [{"what": "irls", "difference": 2, "where": {"muscle": "FDI"}}],
            },
            "a scale is of a session",
        ),
    ],
)
def test_what_does_not_fit_is_said(sections, text):
    assert text in wrong(**sections)


@pytest.mark.parametrize("pair", [{"what": "sai", "isi_ms": 20, "n": 3}, {"what": "sicf", "isi_ms": 2, "n": 3}])
def test_pairs_must_be_of_their_block(pair):
    block = {"task": "x", "kind": "paired", "muscle": "FDI", "pairs": [pair]}
    assert "expected" in wrong(blocks=[block])


def test_another_number_of_people_and_no_effects():
    design = designs.read(STUDIES / "crossover_1hz_design.yaml")
    assert [group.n for group in design.groups.values()] == [13, 10]
    assert [group.n for group in design.of(2).groups.values()] == [2, 2]
    assert design.of(None) is design
    assert design.without_effects().effects == ()
    assert {each.what for each in design.without_effects("threshold").effects} == {
        "silent_period", "mep_size", "latency",
    }  # fmt: skip
