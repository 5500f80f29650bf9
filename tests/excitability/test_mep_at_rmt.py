"""Sizes at percentages of the resting threshold: which pulses, of which threshold."""

import numpy as np
import pandas as pd
import pytest

from pipeline import summarise
from pipeline.excitability import prepared
from pipeline.excitability.rmt_levels import with_percent

LEVELS = (44, 46, 48, 50, 52)


def hunt(rmt_mso=48.0, **columns):
    """Ten pulses at each intensity about a threshold."""
    intensity = np.repeat(np.array(LEVELS, float) - 48 + rmt_mso, 10)
    return table(intensity, np.where(intensity >= rmt_mso, 100.0, 10.0), **columns)


def table(intensity, sizes, **columns):
    made = pd.DataFrame({"intensity_mso": np.asarray(intensity, float), "peak_to_peak_uv": sizes})
    made = made.assign(pulse="single", muscle="FDI", side="R", hotspot_muscle="FDI", state="rest", excluded=False)
    return made.assign(**columns)


def subject(*tables):
    made = pd.concat(tables, ignore_index=True)
    return made.assign(trial=range(len(made)))


def block(intensity, size=1000.0, n=25, **columns):
    return table(np.full(n, float(intensity)), size * np.exp(np.linspace(-0.5, 0.5, n)), **columns)


def found(rows, **settings):
    made = summarise(rows, {"mep_at_rmt": settings} if settings else None)
    return made[(made["metric"] == "mep_at_rmt") & (made["convention"] == "geometric_mean")]


def test_size_at_a_percentage_of_the_measured_threshold():
    rows = found(subject(hunt(), block(57.6, 800.0), block(67.0, 2000.0)))
    assert rows["condition"].tolist() == ["single_110rmt", "single_120rmt", "single_140rmt"]
    row = rows[rows["condition"] == "single_120rmt"].iloc[0]
    assert (row["value"], row["unit"], row["n_used"]) == (pytest.approx(800.0), "µV", 25)
    assert row["method"].endswith("RMT 47.8585 %MSO, graded amplitude")
    assert row["status"] == "ok"
    assert row["ci_low"] < 800 < row["ci_high"]


def test_two_people_of_other_thresholds_share_a_condition():
    rows = [found(subject(hunt(rmt), block(1.2 * rmt))) for rmt in (40.0, 70.0)]
    conditions = [set(each["condition"]) for each in rows]
    assert "single_120rmt" in conditions[0] & conditions[1]
    assert [each.loc[each["condition"] == "single_120rmt", "value"].iloc[0] for each in rows] == pytest.approx(
        [1000, 1000]
    )


@pytest.mark.parametrize(("off", "there"), [(1.5, True), (2.5, False), (-1.0, True), (-3.0, False)])
def test_within_four_percent_of_the_threshold(off, there):
    assert ("single_120rmt" in set(found(subject(hunt(), block(57.6 + off)))["condition"])) == there


@pytest.mark.parametrize(("off", "there"), [(0.9, True), (-1.0, True), (1.1, False)])
def test_within_one_mso_of_an_entered_threshold(off, there):
    rows = found(subject(block(60.0 + off)).assign(entered_rmt_mso=50.0))
    assert rows["condition"].tolist() == ["single_120rmt"] * there


def test_an_entered_threshold_stands_above_a_measured_one():
    rows = found(subject(hunt(), block(60.0)).assign(entered_rmt_mso=50.0))
    row = rows[rows["condition"] == "single_120rmt"].iloc[0]
    assert row["method"].endswith("RMT 50 %MSO, entered")


def test_several_entered_thresholds_of_one_time_are_none():
    rows = subject(hunt(), block(57.6)).assign(entered_rmt_mso=lambda each: np.where(each["trial"] % 2, 50.0, 47.0))
    assert found(rows)["method"].str.endswith("%MSO, graded amplitude").all()


def test_a_coarser_convention_where_the_finer_has_no_value():
    metrics = [
        {"metric": "rmt", "convention": name, "value": value, "status": "ok", "session": "", "side": "R",
         "muscle": "FDI", "timepoint": ""}
        for name, value in (("relative_frequency_5_10", 50.0), ("ml_pest", 49.0), ("graded_amplitude", np.nan))
    ]  # fmt: skip
    rows = with_percent(prepared(block(58.8)), metrics, (120.0,), 4.0)
    assert set(rows.numbers("reference_rmt_mso")) == {49.0}
    assert set(rows["percent_rmt"]) == {"single_120rmt"}


def test_no_threshold_no_row():
    assert not len(found(subject(block(57.6))))
    assert not len(found(subject(hunt().assign(peak_to_peak_uv=10.0), block(57.6, 10.0))))
    assert not len(found(subject(hunt(), block(57.6)).drop(columns="intensity_mso")))


def test_the_threshold_is_that_of_the_reference_timepoint():
    rows = subject(
        hunt(60.0, timepoint="post"), block(72.0, 500.0, timepoint="post"),
        hunt(48.0, timepoint="Pre"), block(57.6, timepoint="Pre"),
    )  # fmt: skip
    made = found(rows)
    assert made["method"].str.contains("RMT 47.").all()
    own = made[made["timepoint"] == "post"].set_index("condition")["value"]
    assert own["single_150rmt"] == pytest.approx(500.0)
    later = found(rows[rows["timepoint"] == "post"])
    assert later["method"].str.contains("RMT 60.").all(), "there is no other"


def test_the_threshold_entered_for_the_reference_timepoint():
    rows = subject(
        block(67.5, timepoint="post", entered_rmt_mso=55.0), block(60.0, timepoint="pre", entered_rmt_mso=50.0)
    )
    assert found(rows).set_index("timepoint")["condition"].to_dict() == {"pre": "single_120rmt"}


def test_contraction_is_at_a_percentage_of_the_resting_threshold():
    made = found(subject(hunt(), block(57.6, 3000.0, state="active")))
    assert made[made["condition"] == "single_120rmt"].set_index("state")["value"].to_dict() == {
        "active": pytest.approx(3000.0)
    }


def test_sessions_sides_and_muscles_have_their_own():
    rows = subject(
        hunt(48.0, session="a"), block(57.6, session="a"),
        hunt(60.0, session="b"), block(72.0, 2000.0, session="b"),
        hunt(70.0, session="b", muscle="TA", hotspot_muscle="TA"),
        block(84.0, 300.0, session="b", muscle="TA", hotspot_muscle="TA"),
    )  # fmt: skip
    made = found(rows)
    own = made[made["condition"] == "single_120rmt"].set_index(["session", "muscle"])["value"].to_dict()
    assert own == pytest.approx({("a", "FDI"): 1000, ("b", "FDI"): 2000, ("b", "TA"): 300})


def test_a_muscle_beside_the_target_has_no_value_but_its_row():
    rows = subject(hunt(), block(57.6))
    both = pd.concat([rows, rows.assign(muscle="TA", peak_to_peak_uv=7.0)], ignore_index=True)
    made = found(both)
    other = made[made["muscle"] == "TA"]
    assert set(other["status"]) == {"not_target"}
    assert other["value"].isna().all()
    assert set(other["condition"]) == {"single_110rmt", "single_120rmt"}
    asked = summarise(both, not_target=True)
    asked = asked[(asked["metric"] == "mep_at_rmt") & (asked["muscle"] == "TA") & (asked["convention"] == "mean")]
    assert asked["value"].tolist() == [7.0, 7.0], "at a percentage of the target's threshold"


def test_a_threshold_of_few_pulses_is_said():
    few = subject(hunt().iloc[::8], block(57.6, n=2))
    assert set(found(few)["status"].str.split(";").explode()) == {"few_trials", "rmt_uncertain"}


def test_percentages_are_a_setting():
    rows = subject(hunt(), block(57.6), block(50.4))
    assert found(rows, percent_rmt=[105.0])["condition"].tolist() == ["single_105rmt"]
    assert found(rows, percent_rmt=[100.0], within_percent=10.0)["n_used"].tolist() == [75]
    assert found(rows, percent_rmt=[119.0, 120.0])["condition"].tolist() == ["single_120rmt"], "the nearest"
    assert not len(found(rows, percent_rmt=[]))


def test_pairs_are_not_in_it():
    assert not len(found(subject(hunt(), block(57.6)).assign(pulse="paired", isi_ms=2.0)))
