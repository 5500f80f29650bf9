"""Change within a subject: what is held against what, by how much, and what is not comparable."""

import numpy as np
import pandas as pd
import pytest

from pipeline.excitability.change import change
from pipeline.excitability.contrasts import COLUMNS, contrasts


def metrics(*rows, **columns):
    """Metrics of (session, timepoint, side, condition, value), of a size unless said otherwise."""
    names = ["session", "timepoint", "side", "condition", "value"]
    table = pd.DataFrame(rows, columns=names)
    table = table.assign(state="rest", muscle="FDI", metric="mep_amplitude", convention="mean", unit="µV", status="ok")
    table = table.assign(ci_low=0.8 * table["value"], ci_high=1.25 * table["value"], n_used=20)
    return table.assign(**columns)


def trials(table, background_uv=2.0, **columns):
    """Trials of the cells of a table of metrics."""
    own = table[["session", "timepoint", "state", "side", "muscle"]].drop_duplicates()
    return own.assign(pulse="single", background_rms_uv=background_uv, excluded=False).assign(**columns)


def found(table, rows=None, **settings):
    made = contrasts(trials(table) if rows is None else rows, table, **settings)
    assert list(made) == list(COLUMNS)
    return made.set_index("measure") if made["measure"].is_unique else made


PRE_POST = [("a", "pre", "R", "single_60mso", 1000.0), ("a", "post0", "R", "single_60mso", 1500.0)]


def test_post_against_pre_by_hand():
    made = found(metrics(*PRE_POST))
    assert set(made.index) == {"log_ratio", "percent", "difference"}
    assert made["value"].to_dict() == pytest.approx({"log_ratio": np.log(1.5), "percent": 50.0, "difference": 500.0})
    half = np.hypot(*[np.log(1.25 / 0.8) / 2] * 2)
    assert made.loc["log_ratio", "ci_high"] == pytest.approx(np.log(1.5) + half)
    assert made.loc["percent", "ci_low"] == pytest.approx(100 * (1.5 * np.exp(-half) - 1))
    assert made["unit"].to_dict() == {"log_ratio": "", "percent": "%", "difference": "µV"}
    assert set(made["status"]) == {"comparable"}
    assert (made["first"] == "pre").all()
    assert (made["second"] == "post0").all()
    assert (made["n_first"] == 20).all()


def test_what_comes_first_in_the_table_is_not_the_reference():
    pd.testing.assert_frame_equal(found(metrics(*PRE_POST)), found(metrics(*PRE_POST[::-1])))


def test_no_reference_no_contrast():
    rows = [("a", "post0", "R", "single_60mso", 1000.0), ("a", "post10", "R", "single_60mso", 1500.0)]
    assert not len(found(metrics(*rows)))
    assert len(found(metrics(*rows), reference=("post0",))) == 3


def test_another_intensity_is_said():
    rows = [("a", "pre", "R", "single_60mso", 1000.0), ("a", "post0", "R", "single_57mso", 1500.0)]
    assert set(found(metrics(*rows))["status"]) == {"not_comparable;unequal_intensity"}
    assert not len(found(metrics(*rows, ("a", "post0", "R", "single_64mso", 900.0)))), (
        "which of the two is anybody's guess"
    )
    made = found(metrics(*rows, ("a", "post0", "R", "single_60mso", 900.0)))
    assert (made["condition"] == "single_60mso").all()
    assert set(made["status"]) == {"comparable"}


def test_pairs_of_one_interval_go_together_whatever_their_intensities():
    rows = [("a", "pre", "R", "isi2", 0.4), ("a", "post0", "R", "isi2", 0.8), ("a", "post0", "R", "isi3", 0.7)]
    table = metrics(*rows, metric="sici", unit="")
    made = found(table, trials(table, pulse="paired"))
    assert made.loc["log_ratio", "value"] == pytest.approx(np.log(2))
    assert set(made["status"]) == {"comparable"}


@pytest.mark.parametrize(("second_uv", "reason"), [(2.4, ""), (2.6, "background_differs"), (1.4, "background_differs")])
def test_background_must_not_differ(second_uv, reason):
    table = metrics(*PRE_POST)
    made = found(table, trials(table, [2.0, second_uv]))
    assert set(made["status"]) == {f"not_comparable;{reason}" if reason else "comparable"}


def test_sizes_of_two_visits_are_of_other_electrodes():
    rows = [("morning", "", "R", "", 1000.0), ("Evening", "", "R", "", 1500.0)]
    assert set(found(metrics(*rows))["status"]) == {"not_comparable;electrodes_replaced"}
    assert found(metrics(*rows))[["value", "ci_low", "ci_high"]].isna().all(axis=None)
    stayed = found(metrics(*rows), electrodes_stay=True)
    assert set(stayed["status"]) == {"comparable"}
    assert stayed.loc["log_ratio", "value"] == pytest.approx(np.log(1.5))
    made = found(metrics(*rows, unit="%MSO", metric="rmt"))
    assert set(made["status"]) == {"comparable"}
    assert set(made["second"]) == {"Evening"}
    assert not len(found(metrics(*rows), sessions=(("am", "pm"),)))


def visits(*sessions, **columns):
    """Metrics and trials of these sessions, with columns of the trials by session."""
    table = metrics(*[(each, "", "R", "", 40.0 + n) for n, each in enumerate(sessions)], unit="%MSO", metric="rmt")
    own = trials(table)
    return table, own.assign(**{name: own["session"].map(values).to_numpy() for name, values in columns.items()})


def test_sessions_meet_by_the_time_of_day_of_their_trials():
    table, rows = visits("1", "2", time_of_day={"1": "evening", "2": "Morning"})
    made = found(table, rows)
    assert set(zip(made["contrast"], made["first"], made["second"], strict=True)) == {("session", "2", "1")}
    assert made.loc["difference", "value"] == pytest.approx(-1.0)
    table, rows = visits("1", "2", time_of_day={"1": "PM", "2": "AM"})
    assert set(found(table, rows)["second"]) == {"1"}


def test_labels_go_before_times_of_day():
    table, rows = visits("morning", "evening", time_of_day={"morning": "evening", "evening": "morning"})
    assert set(found(table, rows)["second"]) == {"evening"}


def test_times_of_day_meet_within_an_arm():
    day = {"1": "morning", "2": "evening", "3": "morning", "4": "evening"}
    table, rows = visits(*day, time_of_day=day)
    assert not len(found(table, rows)), "which of the evenings is anybody's guess"
    table, rows = visits(*day, time_of_day=day, arm={"1": "real", "2": "real", "3": "sham", "4": "sham"})
    made = found(table, rows)
    assert set(zip(made["first"], made["second"], strict=True)) == {("1", "2"), ("3", "4")}
    table, rows = visits("1", "2", time_of_day=day, arm={"1": "real", "2": "sham"})
    assert not len(found(table, rows))


def test_a_session_of_two_times_of_day_has_none():
    table, rows = visits("1", "2", time_of_day={"1": "evening", "2": "morning"})
    both = pd.concat([rows, rows.assign(time_of_day="morning")])
    assert not len(found(table, both))


def test_right_against_left():
    made = found(metrics(("a", "", "L", "", 40.0), ("a", "", "R", "", 60.0), unit="%MSO", metric="rmt"))
    assert made.loc["asymmetry", "value"] == pytest.approx(0.2)
    assert made.loc["difference", "value"] == pytest.approx(20.0)
    assert (made["side"] == "").all()
    low, high = made.loc["asymmetry", ["ci_low", "ci_high"]]
    assert low < 0.2 < high


def test_arm_against_sham():
    rows = [
        ("v1", "pre", "R", "", 1000.0),
        ("v1", "post0", "R", "", 1100.0),
        ("v2", "pre", "R", "", 2000.0),
        ("v2", "post0", "R", "", 1200.0),
    ]
    table = metrics(*rows)
    made = contrasts(trials(table, arm=["sham", "sham", "real", "real"]), table)
    (row,) = made[made["contrast"] == "arm"].to_dict("records")
    assert row["value"] == pytest.approx(np.log(0.6) - np.log(1.1))
    assert (row["first"], row["second"], row["timepoint"], row["measure"]) == (
        "sham",
        "real",
        "post0",
        "log_ratio_difference",
    )
    assert row["status"] == "comparable"
    assert row["ci_low"] < row["value"] < row["ci_high"]
    assert not len(made[(made["contrast"] == "arm") & (made["first"] != "sham")])


def test_no_value_and_no_logarithm():
    made = found(metrics(("a", "pre", "R", "", 0.0), ("a", "post0", "R", "", 1.0)))
    assert np.isnan(made.loc["log_ratio", "value"])
    assert made.loc["log_ratio", "status"] == "not_comparable;no_log"
    assert (made.loc["difference", "value"], made.loc["difference", "status"]) == (1.0, "comparable")
    made = found(metrics(("a", "pre", "R", "", np.nan), ("a", "post0", "R", "", 1.0)))
    assert made["value"].isna().all()
    assert set(made["status"]) == {"not_comparable;no_value"}


def test_muscles_that_are_not_the_target_have_none():
    assert not len(found(metrics(*PRE_POST, status="not_target")))


def test_nothing_of_nothing():
    assert list(contrasts(trials(metrics()), metrics())) == list(COLUMNS)


def test_intervals_cover_as_often_as_they_say():
    """Geometric means of log-normal sizes with their own t intervals, 20 trials each."""
    rng = np.random.default_rng(5)
    logs = rng.normal(0.0, 0.6, (2, 2000, 20))
    mean, half = logs.mean(-1), 2.093 * logs.std(-1, ddof=1) / np.sqrt(20)
    first, second = (np.exp([mean[n], mean[n] - half[n], mean[n] + half[n]]) for n in (0, 1))
    _, low, high = change(first, second).log_ratio
    assert 0.93 <= ((low <= 0) & (high >= 0)).mean() <= 0.975


def test_arms_go_together_by_the_pulse():
    cells = [
        (session, timepoint, "R", f"single_{mso}mso", value)
        for session, gain in (("v1", 1.1), ("v2", 0.6))
        for mso, size in ((50, 500.0), (60, 1000.0))
        for timepoint, value in (("pre", size), ("post0", size * gain * mso / 50))
    ]
    table = metrics(*cells)
    own = trials(table).assign(arm=lambda each: each["session"].map({"v1": "Sham", "v2": "real"}))
    made = contrasts(own, table)
    arms = made[made["contrast"] == "arm"]
    assert arms["condition"].tolist() == ["single_50mso", "single_60mso"]
    assert arms["value"].tolist() == pytest.approx([np.log(0.6 / 1.1)] * 2)
    assert set(arms["status"]) == {"comparable"}


def test_a_session_of_two_arms_has_none():
    table = metrics(("v1", "pre", "R", "", 1.0), ("v1", "post0", "R", "", 2.0), ("v2", "pre", "R", "", 1.0),
                    ("v2", "post0", "R", "", 3.0))  # fmt: skip
    own = trials(table, arm=["sham", "real", "real", "real"])
    for rows in (own, own.iloc[::-1]):
        made = contrasts(rows, table)
        assert not (made["contrast"] == "arm").any()


def test_the_background_is_that_of_the_metrics_own_pulses():
    table = metrics(*PRE_POST)
    own = trials(table)
    held = own.assign(pulse="nerve", background_rms_uv=[50.0, 2.0])
    assert set(found(table, pd.concat([own, held, held]))["status"]) == {"comparable"}
    assert set(found(table, own.drop(columns="background_rms_uv"))["status"]) == {"not_comparable;background_unknown"}


def test_an_intensity_nobody_stated_is_said():
    rows = [("a", "pre", "R", "single", 1000.0), ("a", "post0", "R", "single", 1500.0)]
    assert set(found(metrics(*rows))["status"]) == {"not_comparable;intensity_unknown"}


def test_a_missing_timepoint_is_none():
    rows = [("a", "pre", "R", "single_60mso", 1000.0), ("a", "", "R", "single_60mso", 1500.0)]
    assert not len(found(metrics(*rows)))


def test_infinite_limits_are_none():
    table = metrics(*PRE_POST, ci_high=np.inf)
    made = found(table)
    assert made["value"].notna().all()
    assert made[["ci_low", "ci_high"]].isna().all(axis=None)


def test_background_of_a_metric_of_all_timepoints_is_that_of_all():
    rows = [("morning", "", "R", "single_60mso", 1.2), ("evening", "", "R", "single_60mso", 1.5)]
    table = metrics(*rows, metric="after_effect", unit="", convention="geometric_ratio")
    own = pd.concat([trials(table).assign(timepoint=each) for each in ("pre", "post")], ignore_index=True)
    assert set(found(table, own)["status"]) == {"comparable"}
    own.loc[own["session"] == "evening", "background_rms_uv"] = 3.0
    assert set(found(table, own)["status"]) == {"not_comparable;background_differs"}
