"""The short tables of a study."""

import numpy as np
import pandas as pd

from pipeline.study import change, groups, models
from pipeline.study.paper import paper

PLACE = {"trials": "accepted", "metric": "rmt", "convention": "c", "state": "rest", "side": "R", "muscle": "FDI",
         "level": "", "unit": "%MSO", "scale": "raw", "status": "ok"}  # fmt: skip


def table(columns, rows):
    empty = {name: PLACE.get(name, np.nan) for name in ("trials", *columns)}
    words = dict.fromkeys(("session", "arm", "period", "sequence", "time_of_day", "timepoint", "group"), "")
    return pd.DataFrame([{**empty, **words, **row} for row in rows])


def test_groups_stand_side_by_side():
    rows = [{"group": g, "timepoint": t, "n": n, "mean": m, "sd": s}
            for g, t, n, m, s in (("HC", "pre", 3, 50.0, 5.25), ("RLS", "pre", 1, 1234.5, np.nan))]  # fmt: skip
    (made,) = paper({"groups": table(groups.COLUMNS, rows)}).values()
    assert made.to_dict("records") == [
        {"metric": "rmt", "muscle": "R FDI", "state": "rest", "pulse": "", "unit": "%MSO",
         "HC": "50 ± 5.25 (3)", "RLS": "1234 (1)"}
    ]  # fmt: skip


def test_effects_of_logarithms_are_in_percent_and_the_intercept_is_left_out():
    rows = [
        {"term": "intercept", "coefficient": "intercept", "estimate": 3.0, "n_subjects": 9},
        {"term": "arm:timepoint", "coefficient": "arm[m1]:timepoint[post]", "estimate": np.log(0.5),
         "ci_low": np.log(0.4), "ci_high": np.log(0.8), "p": 0.0004, "p_holm": 0.012, "n_subjects": 9, "scale": "log"},
        {"term": "arm", "coefficient": "arm[m1]", "estimate": -3.0, "ci_low": -4.0, "ci_high": -2.0, "p": 0.04,
         "p_holm": np.nan, "n_subjects": 9},
    ]  # fmt: skip
    (made,) = paper({"models": table(models.COLUMNS, rows)}).values()
    assert made["value"].tolist() == ["-50 % [-60 to -20]", "-3 [-4 to -2]"]
    assert made["p"].tolist() == ["< 0.001", "0.040"]
    assert made["p_holm"].tolist() == ["0.012", ""]


def test_changes_and_what_is_empty():
    rows = [{"first": "pre", "second": "post", "change": 1.0, "change_low": 0.5, "change_high": 1.5, "srm": 2.0,
             "p": 0.01, "p_holm": 0.02, "n": 9, "group": "HC", "arm": "m1"}]  # fmt: skip
    (made,) = paper({"changes": table(change.COLUMNS, rows), "groups": table(groups.COLUMNS, rows).iloc[:0]}).values()
    assert made.loc[0, "who"] == "HC m1"
    assert made.loc[0, "change"] == "pre to post"
    assert made.loc[0, "value"] == "1 [0.5 to 1.5]"


def test_what_is_made_of_every_trial_is_left_to_the_whole_tables():
    rows = [{"n": 1, "mean": 1.0}]
    assert not paper({"groups": table(groups.COLUMNS, rows).assign(trials="all")})
