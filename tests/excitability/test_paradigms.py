"""Which paradigms a subject's trials are taken for, and what each lacks."""

import pandas as pd
import pytest

from pipeline import excitability
from pipeline.excitability import METRICS, STATUSES, paradigms
from pipeline.excitability.paradigms import ANYWHERE, LACKS, PARADIGMS


def trials(n, pulse="single", intensity_mso=60.0, state="rest", **columns):
    """Trials of the right FDI, which is aimed at, with an MEP of 1 mV each."""
    own = {"session": "a", "timepoint": "pre", "muscle": "FDI", "side": "R", "hotspot_muscle": "FDI",
           "hotspot_side": "R", "excluded": False, "peak_to_peak_uv": 1000.0, "mep_present": True,
           "background_rms_uv": 2.0, "onset_ms": 22.0, "area_uv_ms": 5000.0, **columns}  # fmt: skip
    return pd.DataFrame({"pulse": [pulse] * n, "intensity_mso": intensity_mso, "state": state, **own})


def staircase(*levels_mso, hits=None, **columns):
    """Ten trials at each intensity, of which all have an MEP from the middle level on."""
    first = len(levels_mso) // 2 if hits is None else hits
    own = [trials(10, intensity_mso=float(mso), mep_present=at >= first,
                  peak_to_peak_uv=[100.0 + at * 50 + n if at >= first else 5.0 + n for n in range(10)], **columns)
           for at, mso in enumerate(levels_mso)]  # fmt: skip
    return pd.concat(own, ignore_index=True)


def found(*parts, settings=None):
    rows = pd.concat(parts, ignore_index=True)
    return paradigms.found(rows, excitability.summarise(rows, settings), settings)


def names(made):
    return set(made.cells.loc[made.cells["found"], "paradigm"])


def codes(made, paradigm):
    own = made.lacks[(made.lacks["paradigm"] == paradigm) & made.lacks["found"]]
    return set(own["code"])


def test_the_table_names_what_there_is():
    answered = [metric.name for each in PARADIGMS for metric in paradigms._metrics(each)]
    assert sorted([*answered, "mep_at_rmt"]) == sorted(each.name for each in METRICS)
    assert all(paradigms._metrics(each) for each in PARADIGMS)
    assert set(LACKS) <= set(STATUSES)
    assert set(ANYWHERE) <= set(LACKS)


def test_one_intensity_is_a_size_and_no_threshold():
    made = found(trials(12))
    assert names(made) == {"MEP size"}
    (row,) = made.cells[made.cells["found"]].to_dict("records")
    assert (row["session"], row["timepoint"], row["state"], row["side"], row["muscle"]) == (
        "a",
        "pre",
        "rest",
        "R",
        "FDI",
    )
    assert (row["n"], row["n_excluded"]) == (12, 0)


def test_intensities_tell_threshold_and_curve():
    assert names(found(staircase(50, 52, 54))) == {"MEP size", "threshold"}
    assert "recruitment curve" in names(found(staircase(50, 54, 58, 62, 66)))


def test_a_threshold_that_was_tested_on_one_side_lacks_the_other():
    assert "not_bracketed" in codes(found(staircase(60, 62, 64, hits=0)), "threshold")
    assert "not_bracketed" not in codes(found(staircase(50, 52, 54)), "threshold")


def test_a_declared_paradigm_goes_above_what_the_pulses_look_like():
    few = found(staircase(50, 54, 58, paradigm="Recruitment-Curve"))
    assert "recruitment curve" in names(few)
    assert "threshold" not in names(few)
    assert "few_intensities" in codes(few, "recruitment curve")
    by_metric = found(trials(12, paradigm="rmt"))
    assert names(by_metric) == {"threshold"}
    assert names(found(trials(12, paradigm="my own word"))) == {"MEP size"}
    mixed = found(staircase(50, 52, 54, paradigm="threshold"), trials(12, intensity_mso=70.0))
    assert names(mixed) == {"threshold", "MEP size"}


def test_pairs_without_test_pulses_lack_them():
    pairs = trials(12, "paired", isi_ms=2.0, conditioning_mso=40.0, peak_to_peak_uv=400.0)
    made = found(pairs)
    assert names(made) == {"SICI"}
    assert "no_test_pulses" in codes(made, "SICI")
    both = found(pairs, trials(12))
    assert names(both) == {"SICI", "MEP size"}
    assert "no_test_pulses" not in codes(both, "SICI")
    assert "conditioning_not_checked" in codes(both, "SICI")


def test_what_one_interval_lacks_is_said_though_another_has_it():
    pairs = [
        trials(12, "paired", isi_ms=isi, conditioning_mso=40.0, intensity_mso=mso) for isi, mso in ((2, 60), (3, 80))
    ]
    assert "no_test_pulses" in codes(found(*pairs, trials(12)), "SICI")


def test_what_one_pulse_lacks_is_only_said_where_all_do():
    assert "few_trials" not in codes(found(trials(40), trials(3, intensity_mso=70.0)), "MEP size")
    assert "few_trials" in codes(found(trials(3), trials(3, intensity_mso=70.0)), "MEP size")


def test_conduction_time_is_found_by_its_value():
    active = trials(12, state="active", timepoint="", onset_alone_ms=22.0)
    made = found(active)
    assert "CMCT" not in names(made)
    assert set(made.lacks.loc[made.lacks["paradigm"] == "CMCT", "found"]) == {False}
    assert "CMCT" in names(found(active, trials(5, "root", timepoint="", onset_alone_ms=14.0)))


def test_nerve_pulses_are_an_f_wave_where_there_is_one():
    nerve = {"nerve_ma": 30.0, "m_peak_to_peak_uv": 5000.0, "m_present": True, "m_onset_ms": 3.5, "f_present": False,
             "f_onset_ms": float("nan"), "f_peak_to_peak_uv": 20.0}  # fmt: skip
    made = found(trials(12, "nerve", float("nan"), **nerve))
    assert names(made) == {"M wave"}
    waves = {**nerve, "f_present": True, "f_onset_ms": 27.0, "f_peak_to_peak_uv": 200.0}
    assert names(found(trials(12, "nerve", float("nan"), **waves))) == {"M wave", "F wave"}


def test_exercise_is_known_where_it_is_declared():
    after = [trials(12, paradigm="exercise", timepoint="post0", minutes_after=0.5)]
    made = found(*after)
    assert "exercise" in names(made)
    assert "no_baseline" in codes(made, "exercise")
    assert "exercise" not in names(found(trials(12, timepoint="post0", minutes_after=0.5)))


def test_what_is_not_declared_is_lacking():
    made = found(trials(12, hotspot_muscle="", state=""))
    assert {"hotspot_unknown", "state_assumed"} <= set(made.lacks["code"])


def test_muscles_that_are_not_aimed_at_have_none():
    made = found(trials(12, hotspot_muscle="TA"))
    assert not len(made.cells)
    assert not len(made.lacks)


def test_excluded_trials_are_counted():
    rows = trials(12, excluded=[True] * 3 + [False] * 9)
    (row,) = found(rows).cells.to_dict("records")[:1]
    assert (row["n"], row["n_excluded"]) == (12, 3)


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_trials_changes_nothing(order):
    rows = pd.concat([staircase(50, 52, 54, 56, 58), trials(12, "paired", isi_ms=2.0, conditioning_mso=40.0)])
    made = found(rows.iloc[::order])
    key = ["paradigm", "n", "found"]
    assert (
        made.cells.sort_values(key)[key].to_numpy().tolist()
        == found(rows).cells.sort_values(key)[key].to_numpy().tolist()
    )
