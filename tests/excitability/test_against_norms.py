"""Which norms hold for a number, and what is said of it by them."""

import math

import numpy as np
import pandas as pd
import pytest

from pipeline.excitability import METRICS, STATUSES, own_norms, summarise
from pipeline.excitability.against_norms import Circumstances, referred
from pipeline.norms import Norm, Person, Span

NAN = math.nan
OPEN = Span(NAN, NAN)
AT_120 = {"percent_rmt": Span(120, 120)}
MILD = {"mvc_percent": Span(10, 20)}


def norm(**changed):
    """A complete norm of the silent period, 100 to 180 ms."""
    spans = dict.fromkeys(("percent_rmt", "mvc_percent", "isi_ms", "age", "height_cm"), OPEN)
    stated = {"metric": "cortical_sp", "conventions": ("first_return_from_mep_onset",), "muscle": "fdi",
              "state": "active", "sex": "", "kind": "norm", "low": 100.0, "high": 180.0, "unit": "ms", "by_sd": False,
              "slope": (NAN, NAN), "trust": "P", "source": "Paper 2020"}  # fmt: skip
    own = changed.pop("spans", {**AT_120, **MILD})
    return Norm(spans={**spans, **own}, **{**stated, **changed})


def row(value=150.0, given=(120.0, 15.0, NAN), **changed):
    stated = {"metric": "cortical_sp", "convention": "first_return_from_mep_onset", "muscle": "FDI", "state": "active"}
    found = Circumstances(*given)
    return {**stated, "unit": "ms", "status": "ok", "value": value, "circumstances": lambda: found, **changed}


def said(number, *norms, person=None, own=()):
    (found,) = referred([number], METRICS, (own, norms), person or Person())
    return found


def limits(found):
    return found["ref_low"], found["ref_high"]


@pytest.mark.parametrize(("changed", "of_row", "holds"), [
    ({}, {}, True),
    ({"metric": "mep_latency"}, {}, False),
    ({"unit": "%"}, {}, False),
    ({"conventions": ("full_return_from_stimulus",)}, {}, False),
    ({"conventions": ("full_return_from_stimulus", "first_return_from_mep_onset")}, {}, True),
    ({"conventions": ()}, {}, True),
    ({"conventions": ("any",)}, {}, True),
    ({"muscle": "ta"}, {}, False),
    ({"muscle": "any"}, {}, True),
    ({"muscle": ""}, {}, True),
    ({}, {"muscle": "First dorsal interosseous"}, True),
    ({"state": "rest"}, {}, False),
    ({"state": ""}, {}, True),
    ({}, {"given": (125.0, 15.0, NAN)}, True),
    ({}, {"given": (114.9, 15.0, NAN)}, False),
    ({}, {"given": (NAN, 15.0, NAN)}, False),
    ({"spans": MILD}, {"given": (NAN, 15.0, NAN)}, True),
    ({}, {"given": (120.0, 21.0, NAN)}, False),
    ({}, {"given": (120.0, NAN, NAN)}, False),
    ({"spans": {**AT_120, "mvc_percent": Span(0, NAN)}}, {"given": (120.0, NAN, NAN)}, True),
    ({"spans": {"isi_ms": Span(2, 3)}}, {"given": (NAN, NAN, 3.1)}, True),
    ({"spans": {"isi_ms": Span(2, 3)}}, {"given": (NAN, NAN, 1.5)}, False),
    ({}, {"status": "few_trials;not_target"}, False),
    ({}, {"status": "hotspot_unknown"}, True),
])  # fmt: skip
def test_which_rows_hold(changed, of_row, holds):
    found = said(row(**of_row), norm(**changed))
    assert (limits(found) == (100.0, 180.0)) is holds
    assert bool(found["ref_source"]) is holds


@pytest.mark.parametrize(("person", "holds"), [
    (Person(30, "F", 165), True), (Person(50, "F", 165), False), (Person(30, "M", 165), False), (Person(), False),
    (Person(30, "F"), False),
])  # fmt: skip
def test_norms_of_some_persons_need_to_know_the_person(person, holds):
    own = norm(spans={**AT_120, **MILD, "age": Span(20, 40), "height_cm": Span(150, 190)}, sex="F")
    assert bool(said(row(), own, person=person)["ref_source"]) is holds


def test_limits_follow_the_height():
    found = said(row(), norm(slope=(0.5, 170.0)), person=Person(height_cm=180.0))
    assert limits(found) == (105.0, 185.0)


@pytest.mark.parametrize(("value", "changed", "code"), [
    (150.0, {}, ""), (100.0, {}, ""), (180.0, {}, ""), (NAN, {}, ""),
    (99.9, {}, "outside_reference"), (180.1, {}, "outside_reference"),
    (200.0, {"trust": "own"}, "outside_reference"), (200.0, {"trust": "C"}, "outside_reference"),
    (200.0, {"trust": "m"}, ""), (200.0, {"trust": "M"}, ""),
    (200.0, {"conventions": ()}, ""),
    (200.0, {"conventions": ("first_return_from_mep_onset", "full_return_from_stimulus")}, ""),
    (200.0, {"conventions": ("any",)}, "outside_reference"),
    (200.0, {"spans": AT_120}, ""), (200.0, {"spans": MILD}, ""),
    (200.0, {"muscle": ""}, ""), (200.0, {"state": ""}, ""),
    (200.0, {"muscle": "any"}, "outside_reference"),
    (200.0, {"low": NAN}, "outside_reference"), (20.0, {"low": NAN}, ""), (200.0, {"high": NAN}, ""),
    (200.0, {"kind": "cut_off"}, ""),
    (200.0, {"kind": "plausibility"}, "implausible"), (200.0, {"kind": "plausibility", "trust": "m"}, "implausible"),
    (200.0, {"kind": "plausibility", "spans": MILD}, ""), (150.0, {"kind": "plausibility"}, ""),
])  # fmt: skip
def test_what_flags(value, changed, code):
    found = said(row(value), norm(**changed))
    assert found["status"] == (code or "ok")
    assert found["ref_source"]
    assert code in ("", *STATUSES)


def test_a_flag_stands_beside_other_codes():
    assert said(row(200.0, status="few_trials"), norm())["status"] == "few_trials;outside_reference"
    assert said(row(150.0, status="few_trials"), norm())["status"] == "few_trials"


@pytest.mark.parametrize(("metric", "changed", "flags"), [
    ("rmt", {"state": "rest", "unit": "%MSO", "conventions": ("ml_pest",), "spans": {}}, True),
    ("amt", {"unit": "%MSO", "conventions": ("ml_pest",), "spans": {}}, False),
    ("amt", {"unit": "%MSO", "conventions": ("ml_pest",), "spans": MILD}, True),
    ("mmax", {"state": "rest", "unit": "µV", "conventions": ("plateau",), "spans": {}}, True),
    ("mep_amplitude", {"state": "rest", "unit": "µV", "conventions": ("mean",), "spans": {}}, False),
    ("mep_amplitude", {"state": "rest", "unit": "µV", "conventions": ("mean",), "spans": AT_120}, True),
    ("mep_at_rmt", {"state": "rest", "unit": "µV", "conventions": ("mean",), "spans": {}}, False),
    ("sici", {"state": "rest", "unit": "", "conventions": ("ratio_of_means",), "spans": {}}, False),
    ("pmct", {"state": "rest", "conventions": (), "spans": {}}, True),
])  # fmt: skip
def test_intensity_and_contraction_are_needed_where_they_make_a_difference(metric, changed, flags):
    own = norm(metric=metric, **changed)
    number = row(500.0, metric=metric, convention=own.conventions[0] if own.conventions else "f_wave",
                 state=own.state, unit=own.unit)  # fmt: skip
    assert (said(number, own)["status"] == "outside_reference") is flags


def test_sources_that_disagree_are_both_named_and_the_widest_is_shown():
    other = norm(low=80.0, high=150.0, source="Paper 2021")
    for value, status in ((170.0, "ok"), (90.0, "ok"), (190.0, "outside_reference"), (70.0, "outside_reference")):
        found = said(row(value), norm(), other)
        assert found["status"] == status
    assert limits(found) == (80.0, 180.0)
    assert found["ref_source"] == "Paper 2020: 100 to 180 (norm, published); Paper 2021: 80 to 150 (norm, published)"
    assert np.isnan(limits(said(row(), norm(), norm(low=NAN)))[0]), "an open side is the widest"


def test_a_published_norm_that_says_too_little_keeps_another_from_flagging_but_does_not_flag():
    vague = norm(low=100.0, high=220.0, spans={}, source="Paper 2021")
    assert said(row(200.0), norm(), vague)["status"] == "ok"
    assert said(row(230.0), norm(), vague)["status"] == "outside_reference"
    assert said(row(230.0), vague)["status"] == "ok"


def test_what_is_unverified_neither_widens_nor_stops_a_norm_that_was_read():
    memory = norm(low=50.0, high=300.0, trust="m", source="from memory")
    found = said(row(200.0), memory, norm())
    assert (limits(found), found["status"]) == ((100.0, 180.0), "outside_reference")
    assert found["ref_source"].endswith("; from memory: 50 to 300 (norm, unverified)")


def test_which_range_is_shown():
    made = {kind: norm(kind=kind, low=low, high=500.0, trust="m")
            for kind, low in (("norm", 1.0), ("plausibility", 2.0), ("cut_off", 3.0))}  # fmt: skip
    shown = [list(made.values())[::-1], [made["cut_off"], made["plausibility"]], [made["cut_off"]]]
    assert [limits(said(row(), *each))[0] for each in shown] == [1.0, 2.0, 3.0]


def test_what_the_source_says_of_itself():
    own = norm(spans={}, conventions=(), by_sd=True, low=31.19, high=63.430000001)
    assert said(row(), own)["ref_source"] == (
        "Paper 2020: 31.19 to 63.43 (norm, published, mean ± 2 SD; not stated: convention, intensity, contraction)"
    )
    assert "up to 180 (cut-off" in said(row(), norm(kind="cut_off", low=NAN))["ref_source"]
    assert "from 100 (" in said(row(), norm(high=NAN))["ref_source"]


def test_own_rows_stand_above_shipped_ones_where_they_hold():
    own = norm(low=10.0, high=20.0, trust="own", source="own laboratory")
    found = said(row(), norm(), own=(own,))
    assert (limits(found), found["status"]) == ((10.0, 20.0), "outside_reference")
    assert "Paper 2020" not in found["ref_source"]
    for other in (norm(muscle="ta"), norm(spans={**AT_120, **MILD, "age": Span(20, 40)})):
        assert limits(said(row(), norm(), own=(other,))) == (100.0, 180.0)


def trials(intensity_mso, n=12, muscle="FDI", rmt_mso=50.0, **columns):
    """Trials of one intensity of a subject whose threshold was entered."""
    return pd.DataFrame({
        "pulse": "single", "muscle": muscle, "side": "L", "hotspot_muscle": muscle, "hotspot_side": "L", "session": "a",
        "state": "rest", "intensity_mso": intensity_mso, "entered_rmt_mso": rmt_mso, "excluded": False,
        "peak_to_peak_uv": 1000.0 + np.arange(n) - (n - 1) / 2, "onset_alone_ms": 21.0, "onset_ms": 21.0, **columns,
    })  # fmt: skip


def one(made, metric, convention):
    (found,) = made[(made["metric"] == metric) & (made["convention"] == convention)].to_dict("records")
    return found


def test_the_intensity_is_that_of_the_trials_over_the_threshold_of_the_session():
    at_120, at_140, at_105 = (
        one(summarise(trials(mso, muscle="APB")), "mep_latency", "median") for mso in (60.0, 70.0, 52.5)
    )
    assert limits(at_120) == pytest.approx((21.77 - 2 * 1.47, 21.77 + 2 * 1.47))
    assert limits(at_140) == pytest.approx((21.17 - 2 * 1.44, 21.17 + 2 * 1.44))
    assert np.isnan(at_105["ref_low"])
    assert at_105["ref_source"] == ""
    unknown = one(summarise(trials(60.0, muscle="APB", rmt_mso=NAN)), "mep_latency", "median")
    assert np.isnan(unknown["ref_low"])


def test_an_implausible_threshold_is_said():
    """Of shipped rows: 30 to 65 %MSO for the FDI, from memory."""
    found = [one(summarise(trials(60.0, rmt_mso=mso)), "rmt", "entered") for mso in (45.0, 80.0)]
    assert [each["status"] for each in found] == ["entered", "entered;implausible"]
    assert all("from memory: 30 to 65 (plausibility, unverified)" in each["ref_source"] for each in found)


def test_excluded_trials_do_not_say_what_the_intensity_is():
    both = pd.concat([trials(60.0, muscle="APB"), trials(95.0, muscle="APB", n=40, excluded=True)])
    made = summarise(both)
    own = made[(made["metric"] == "mep_latency") & (made["condition"] == "single_60mso")]
    assert own["ref_low"].notna().any()


def test_own_norms_and_the_participant_reach_the_table(tmp_path):
    names = ("metric", "convention", "muscle", "state", "kind", "high", "unit", "age_to", "trust", "source")
    cells = ("rmt", "entered", "FDI", "rest", "norm", "40", "%MSO", "50", "own", "own laboratory")
    (tmp_path / "own.tsv").write_text("\n".join("\t".join(line) for line in (names, cells)) + "\n", encoding="utf-8")
    norms = own_norms(tmp_path / "own.tsv")
    young, old, unknown = (
        one(summarise(trials(60.0), participant=who, norms=norms), "rmt", "entered")
        for who in ({"age": "40"}, {"age": "60"}, None)
    )
    assert (young["ref_high"], young["status"]) == (40.0, "entered;outside_reference")
    assert (old["ref_high"], old["status"]) == (unknown["ref_high"], unknown["status"]) == (46.0, "entered")


def test_other_columns_hang_on_no_norm():
    rows = trials(60.0)
    bare = summarise(rows)
    changed = summarise(rows, participant={"age": "40"}, norms=(norm(metric="mep_latency", state="rest"),))
    same = [name for name in bare if not name.startswith("ref_") and name != "status"]
    pd.testing.assert_frame_equal(bare[same], changed[same])
