"""Conditions in words that all subjects share."""

import numpy as np
import pandas as pd
import pytest

from pipeline.study.levels import levels


def frame(rows, rmt=(("1", 50.0),)):
    """Metrics of one muscle at rest: (subject, session, condition), and a threshold each."""
    own = [(who, session, "mep_amplitude", "mean", condition, 1.0) for who, session, condition in rows]
    own += [(who, "a", "rmt", "relative_frequency_5_10", "", value) for who, value in rmt]
    table = pd.DataFrame(own, columns=["subject", "session", "metric", "convention", "condition", "value"])
    return table.assign(timepoint="pre", state="rest", side="R", muscle="FDI")


def said(rows, **other):
    return levels(frame(rows, **other)).tolist()[: len(rows)]


def test_an_intensity_is_said_in_percent_of_the_subjects_own_threshold():
    rows = [("1", "a", "single_60mso"), ("2", "a", "single_49mso")]
    assert said(rows, rmt=(("1", 50.0), ("2", 41.0))) == ["single_120rmt", "single_120rmt"]


@pytest.mark.parametrize(
    ("mso", "level"), [(58, 120), (62, 120), (62.4, 120), (62.6, 130), (65, 130), (70, 140), (45, 90), (90, 180)]
)
def test_an_intensity_is_taken_for_the_nearest_multiple_of_ten(mso, level):
    assert said([("1", "a", f"single_{mso}mso")]) == [f"single_{level}rmt"]


def test_or_for_the_nearest_percentage_that_the_protocol_asks_for():
    table = frame([("1", "a", "single_57mso"), ("1", "a", "single_58mso"), ("1", "a", "single_60mso")])
    assert levels(table, (115.0,)).tolist()[:3] == ["single_115rmt", "single_58mso", "single_120rmt"]


def test_both_pulses_of_a_pair_and_what_is_no_intensity():
    rows = [("1", "a", "paired_isi2_cs40_ts60"), ("1", "a", "isi3"), ("1", "a", "nerve_tms_isi20_9ma_ts60")]
    assert said(rows) == ["paired_isi2_cs80rmt_ts120rmt", "isi3", "nerve_tms_isi20_ts120rmt"]


def test_of_two_that_would_be_one_the_nearest_keeps_the_level():
    rows = [("1", "a", "single_60mso"), ("1", "a", "single_61mso"), ("1", "a", "single_58mso")]
    assert said(rows) == ["single_120rmt", "single_61mso", "single_58mso"]


def test_the_order_of_rows_changes_nothing():
    rows = [("1", "a", f"single_{n}mso") for n in range(40, 80)]
    forth = levels(frame(rows))
    back = levels(frame(rows).iloc[::-1])
    assert (back.loc[forth.index] == forth).all()


def test_without_a_threshold_the_only_condition_of_its_kind_is_named_by_it():
    rows = [("1", "a", "single_60mso"), ("2", "a", "single_60mso"), ("2", "a", "single_70mso")]
    assert said(rows, rmt=()) == ["single", "single_60mso", "single_70mso"]


def test_the_threshold_of_the_session_before_goes_first():
    table = frame([("1", "a", "single_60mso"), ("1", "b", "single_60mso")])
    later = table.iloc[-1:].assign(timepoint="post", value=40.0)
    assert levels(pd.concat([table, later], ignore_index=True)).tolist()[:2] == ["single_120rmt", "single_120rmt"]
    entered = table.iloc[-1:].assign(convention="entered", value=54.5, session="b")
    found = levels(pd.concat([table, entered], ignore_index=True)).tolist()
    assert found[:2] == ["single_120rmt", "single_110rmt"]


def test_nothing():
    assert not len(levels(frame([], rmt=())))
    assert np.dtype(levels(frame([("1", "a", "")])).dtype) == object
