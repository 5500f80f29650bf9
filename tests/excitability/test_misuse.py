"""Misuse, from raw epochs to metrics and contrasts: a status or an error in words, never a number."""

import numpy as np
import pandas as pd
import pytest

from pipeline import Trials, condition, detect, gaps, notices, summarise
from pipeline.errors import ReadError
from pipeline.excitability import STATUSES, contrasted, paradigms
from pipeline.synthetic.amplifier import Clock
from pipeline.synthetic.nerve import nerve_of
from pipeline.synthetic.nerve_trials import nerve_trials, root_trials
from pipeline.synthetic.pairs import Pair, Unconditioned, paired_pulses
from pipeline.synthetic.parameters import Parameters, generator
from pipeline.synthetic.physiology import participant, physiology
from pipeline.synthetic.recording import Channel, recorded

PARAMETERS = Parameters(preactivated_share=0.0)
CLOCK = Clock(4000.0, -125.0, 330 * 4)
WHO = physiology(participant("sub-01", 1), "evening", "FDI", 1, PARAMETERS)
RMT, AMT = WHO.rest.threshold_mso, WHO.active.threshold_mso
AIM = {"hotspot_muscle": "FDI", "hotspot_side": "R"}


def singles(intensity_mso, active=False, **columns):
    """Raw epochs of single pulses."""
    intensity = np.round(np.asarray(intensity_mso, float))
    state = "active" if active else "rest"
    pulses = pd.DataFrame({"intensity_mso": intensity, "pulse": "single", "state": state, **AIM}).assign(**columns)
    return recorded([Channel(WHO, active=active)], pulses, CLOCK, PARAMETERS, f"{state} {intensity.sum()} {columns}")[0]


def rows(**recordings):
    """Rows of recordings of one subject."""
    made = [detect(condition(each)).assign(recording=name) for name, each in recordings.items()]
    return pd.concat(made, ignore_index=True)


def metric(table, *names):
    """Rows of metrics that the subject has."""
    own = table[table["metric"].isin(names)]
    assert len(own), f"no row of {names}"
    assert set(";".join(own["status"]).split(";")) <= set(STATUSES)
    return own


def has_no_number(own, *codes):
    assert own["value"].isna().all(), own[["metric", "convention", "value", "status"]].to_string()
    found = own["status"].str.split(";").map(set)
    assert all(found.map(lambda there: bool(there & set(codes)))), found.tolist()
    return True


def check(table, made):
    """What `mep check` says of these trials."""
    return "; ".join(gaps.Gaps({"01": paradigms.found(table, made)}).missing)


@pytest.fixture(scope="module")
def pairs():
    """Test pulses and pairs 2 ms apart."""
    kinds = [Pair("paired", 2.0, 0.4, 0.4)]
    return paired_pulses(WHO, kinds, Unconditioned(1000.0, 0.4), 20, CLOCK, PARAMETERS, generator("pairs"))[0]


def only(trials, pulse):
    return trials.take((trials.pulses["pulse"] == pulse).to_numpy())


# 1. SICI without test pulses


def test_sici_with_test_pulses_is_a_number(pairs):
    assert metric(summarise(rows(a=pairs)), "sici")["value"].notna().all()


def test_sici_without_test_pulses(pairs):
    table = rows(a=only(pairs, "paired"))
    made = summarise(table)
    assert has_no_number(metric(made, "sici"), "no_test_pulses")
    assert f"SICI (sici): {STATUSES['no_test_pulses']}" in check(table, made)


@pytest.mark.parametrize(
    "other", [{"state": "active"}, {"timepoint": "post"}, {"intensity_mso": 90.0}], ids=lambda other: next(iter(other))
)
def test_sici_with_test_pulses_of_something_else(pairs, other):
    test, own = only(pairs, "single"), only(pairs, "paired")
    test = test.replace(pulses=test.pulses.assign(**other))
    own = own.replace(pulses=own.pulses.assign(timepoint="pre"))
    assert has_no_number(metric(summarise(rows(a=test, b=own)), "sici"), "no_test_pulses")


# 2. CMCT without root or F trials


def test_cmct_without_root_or_f_trials():
    table = rows(a=singles(np.full(8, 1.4 * AMT), active=True))
    made = summarise(table)
    assert gaps.WITHOUT_CMCT in check(table, made)
    made = metric(made, "cmct")
    assert set(made["convention"]) == {"root", "f_wave"}
    assert has_no_number(made, "no_root_trials", "no_f_waves")


def test_cmct_has_the_one_whose_trials_there_are():
    nerve = nerve_of("FDI", 1)
    at_root = root_trials(nerve, 6, parameters=PARAMETERS, seed=1)[0]
    at_root = at_root.replace(pulses=at_root.pulses.assign(**AIM))
    made = metric(summarise(rows(a=singles(np.full(8, 1.4 * AMT), active=True), b=at_root)), "cmct")
    assert made.set_index("convention")["value"].notna().to_dict() == {"root": True, "f_wave": False}


# 3. Threshold trials on one side of the threshold


@pytest.mark.parametrize("of_rmt", [(1.2, 1.3, 1.4), (0.6, 0.7, 0.8)], ids=["all above", "all below"])
def test_resting_threshold_of_one_side(of_rmt):
    table = rows(a=singles(np.repeat(of_rmt, 12) * RMT))
    made = summarise(table)
    assert STATUSES["not_bracketed"] in check(table, made)
    own = metric(made, "rmt")
    assert has_no_number(own, "not_bracketed", "no_values")
    assert (own["status"].str.contains("not_bracketed") == (own["convention"] != "entered")).all()
    assert not (made["metric"] == "mep_at_rmt").any(), "no percentage of what is not known"


@pytest.mark.parametrize("of_amt", [(1.2, 1.3, 1.4), (0.5, 0.6, 0.7)], ids=["all above", "all below"])
def test_active_and_inhibitory_threshold_of_one_side(of_amt):
    made = summarise(rows(a=singles(np.repeat(of_amt, 12) * AMT, active=True)))
    assert has_no_number(metric(made, "amt", "inhibitory_threshold"), "not_bracketed", "no_values")


def test_threshold_of_both_sides_is_a_number():
    made = metric(summarise(rows(a=singles(np.repeat([0.8, 0.9, 0.96, 1.04, 1.1, 1.2], 10) * RMT))), "rmt")
    assert made.set_index("convention")["value"][["ml_pest", "relative_frequency_5_10"]].notna().all()


# 4. Paired pulses with the wrong interval


def test_pairs_of_another_interval_are_in_no_metric(pairs):
    other = pairs.replace(pulses=pairs.pulses.assign(isi_ms=pairs.pulses["isi_ms"] + 0.6))
    table = rows(a=other)
    made = summarise(table)
    assert not made["metric"].isin(["sici", "icf", "lici"]).any()
    (said,) = notices.unasked(table, {})
    assert "2.6 ms apart, and no metric asks for that interval" in said
    assert "{sici: {isi_ms: [2, 2.6, 3]}}" in said


def test_pairs_without_an_interval_are_an_error(pairs):
    with pytest.raises(ReadError, match="isi_ms is not stated"):
        pairs.replace(pulses=pairs.pulses.drop(columns="isi_ms"))


# 5. An FDI channel under a leg hot-spot


def test_a_hand_muscle_under_a_leg_hot_spot():
    made = summarise(rows(a=singles(np.repeat([0.8, 1.2], 12) * RMT, hotspot_muscle="TA")))
    assert has_no_number(made, "not_target")
    assert set(made["metric"]) >= {"rmt", "mep_amplitude"}


def test_its_contrasts_are_none():
    blocks = [singles(np.full(8, 1.2 * RMT), hotspot_muscle="TA", timepoint=each) for each in ("pre", "post")]
    table = rows(a=blocks[0], b=blocks[1])
    assert not len(contrasted(table, summarise(table)))


# 6. A muscle measured at rest and in contraction under one name


def mixed(n_rest, n_active, **columns):
    """Trials of a resting and of a contracting muscle, all declared the same."""
    parts = [singles(np.full(n, 1.2 * RMT), active) for n, active in ((n_rest, False), (n_active, True))]
    pulses = pd.concat([each.pulses for each in parts], ignore_index=True).drop(columns="state").assign(**columns)
    return Trials(np.concatenate([each.emg_uv for each in parts]), CLOCK.times_ms, ["FDI"], pulses, ["R"])


@pytest.mark.parametrize("declared", [{"state": "rest"}, {}], ids=["rest", "not declared"])
def test_contraction_that_is_called_rest(declared):
    table = rows(a=mixed(12, 12, **declared))
    assert table["excluded"].tolist() == [False] * 12 + [True] * 12
    assert set(table["reasons"][12:]) == {"pre_activation"}
    mean = metric(summarise(table), "mep_amplitude").iloc[0]
    assert (mean["n_used"], mean["n_rejected"]) == (12, 12)
    assert mean["value"] == pytest.approx(table["peak_to_peak_uv"][:12].mean())
    assert ("state_assumed" in mean["status"]) == (not declared)
    assert has_no_number(metric(summarise(rows(a=mixed(0, 12, **declared))), "mep_amplitude"), "no_accepted_trials")


@pytest.mark.parametrize("n_rest", [6, 12, 18])
def test_rest_that_is_called_contraction(n_rest):
    table = rows(a=mixed(n_rest, 24 - n_rest, state="active"))
    assert table["reasons"][:n_rest].str.startswith("not_contracted").all()
    made = summarise(table)
    of_rest = table["peak_to_peak_uv"][:n_rest]
    used = metric(made, "mep_amplitude")
    assert (used["n_used"] <= 24 - n_rest).all()
    assert not np.isclose(used["value"].fillna(0), of_rest.mean()).any()
    assert has_no_number(metric(summarise(rows(a=mixed(12, 0, state="active"))), "amt"), "no_accepted_trials")


def test_one_name_for_two_channels_is_an_error():
    trials = singles(np.full(3, 1.2 * RMT))
    with pytest.raises(ReadError, match="muscle 'R FDI' stands twice"):
        Trials(np.tile(trials.emg_uv, (1, 2, 1)), CLOCK.times_ms, ["FDI", "FDI"], trials.pulses, ["R", "R"])


# 7. Raw MEP across visits without Mmax


@pytest.fixture(scope="module")
def visits():
    """Rows of a morning and an evening: single pulses and supramaximal nerve pulses."""
    made = []
    for session in ("morning", "evening"):
        at_nerve = nerve_trials(nerve_of("FDI", 1), np.full(6, 80.0), parameters=PARAMETERS, seed=len(session))[0]
        at_nerve = at_nerve.replace(pulses=at_nerve.pulses.assign(**AIM))
        made.append(rows(cortex=singles(np.full(20, 1.2 * RMT), visit=session), nerve=at_nerve).assign(session=session))
    return pd.concat(made, ignore_index=True)


def contrast(table, *names):
    made = contrasted(table, summarise(table))
    return made[made["metric"].isin(names) & (made["contrast"] == "session")]


def test_raw_sizes_across_visits_have_no_number(visits):
    raw = contrast(visits[visits["pulse"] == "single"], "mep_amplitude", "mep_area")
    assert len(raw) == 15
    assert has_no_number(raw.rename(columns={"measure": "convention", "convention": "c"}), "not_comparable")
    assert raw["status"].str.contains("electrodes_replaced").all()
    assert raw[["ci_low", "ci_high"]].isna().all(axis=None)


def test_mep_to_mmax_across_visits_without_mmax(visits):
    made = contrast(visits[visits["pulse"] == "single"], "mep_to_mmax")
    assert made["value"].isna().all()
    assert made["status"].str.contains("no_value").all()


def test_mep_to_mmax_across_visits_is_a_number(visits):
    made = contrast(visits, "mep_to_mmax")
    own = made[(made["convention"] == "amplitude_mean") & (made["measure"] == "log_ratio")]
    assert own["value"].notna().all()
    assert set(own["status"]) == {"comparable"}
