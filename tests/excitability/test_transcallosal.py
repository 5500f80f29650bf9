"""Transcallosal time: whose latency, of which trials, and when there is none."""

import numpy as np
import pandas as pd
import pytest

from pipeline.excitability import summarise
from pipeline.excitability.averaged import NUMBERS
from pipeline.excitability.transcallosal import transcallosal_time

ONE = {"average_at": 0.0, "average_n_used": 20.0, "onset": 38.0, "found": 1.0}


def of(other=(), own=(), **changed):
    known = [np.full(3, each) for each in {**ONE, **changed}.values()]
    return transcallosal_time(*known, np.array(other, float), np.array(own, float))


def test_shortest_of_the_first_five_with_an_onset():
    made = of([22, np.nan, 21, 23, 24, 22, 15], [20, 20.5, 19, 25, 25])
    assert made.other_side.value == 38 - 21
    assert made.same_muscle.value == 38 - 19
    assert [each.status for each in made] == ["", ""]
    assert [each.n_used for each in made] == [20, 20]
    assert np.isnan([each.ci_low for each in made]).all()


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, "no_latency"),
        ({"other": [21] * 4}, "few_trials"),
        ({"other": [40] * 5}, "mep_not_earlier"),
        ({"other": [21] * 5, "onset": np.nan}, "no_silent_period"),
        ({"other": [21] * 4, "average_n_used": 10.0}, "few_trials"),
    ],
)
def test_what_is_said(changed, status):
    made = of(**changed).other_side
    assert made.status == status
    assert np.isfinite(made.value) == (status == "few_trials")


def session(**parts):
    """Trials of the right hand on the stimulated side, and others, each part with its own columns and latency."""
    table = {
        "recording": "a", "session": "pm", "muscle": "FDI", "pulse": "single", "state": "active", "intensity_mso": 60.0,
        "hotspot_muscle": "FDI", "hotspot_side": "L", "stim_side": "R",
    }  # fmt: skip
    frames = [
        pd.DataFrame({**table, "side": "R", "trial": range(6), "onset_alone_ms": 10.0}),
        *(pd.DataFrame({"trial": range(6), **table, "side": "L", **each}) for each in parts.values()),
    ]
    return pd.concat(frames, ignore_index=True)


AVERAGE = pd.DataFrame(
    [
        {
            "recording": "a", "muscle": "FDI", "side": "R", "state": "active", "timepoint": "", "target": "not_target",
            "condition": "single_60mso", "n_used": 20, "average_sp_kind": "ipsilateral",
            **dict.fromkeys(NUMBERS, 1.0), "average_sp_onset_ms": 38.0,
        }
    ]
)  # fmt: skip


def found(rows):
    table = summarise(rows, None, AVERAGE)
    own = table[(table["metric"] == "transcallosal_time") & (table["side"] == "R")].set_index("convention")["value"]
    return own["other_side"], own["same_muscle"]


def test_of_the_same_pulses_where_they_give_one_else_of_the_session():
    same = {"onset_alone_ms": 21.0}
    weaker = {"onset_alone_ms": 20.0, "intensity_mso": 50.0, "recording": "b"}
    assert found(session(same=same, weaker=weaker))[0] == 38 - 21
    assert found(session(weaker=weaker))[0] == 38 - 20
    assert np.isnan(found(session())[0])


def test_not_of_rest_nor_of_another_session_or_muscle_nor_of_trials_that_aim_elsewhere():
    for changed in ({"state": "rest"}, {"session": "am"}, {"muscle": "APB", "hotspot_muscle": "APB"},
                    {"hotspot_side": "R"}, {"excluded": True}):  # fmt: skip
        assert np.isnan(found(session(part={"onset_alone_ms": 21.0, "recording": "b", **changed}))[0]), changed


def test_the_muscles_own_latency_is_of_the_hemisphere_that_drives_it():
    """Of trials that aim at it: on the stimulated side it has no MEP of its own."""
    own = {"side": "R", "hotspot_side": "R", "stim_side": "L", "recording": "b", "onset_alone_ms": 19.0}
    assert found(session(own=own))[1] == 38 - 19
    assert np.isnan(found(session(same={"onset_alone_ms": 21.0}))[1])
