"""A subject's rows -> metrics."""

import inspect

import numpy as np
import pandas as pd
import pytest
import scipy.special

from pipeline import conditions, excitability
from pipeline.columns import meanings, needs, settings
from pipeline.errors import ConfigError, MeasureError
from pipeline.excitability import COLUMNS, METRICS, STATUSES, summarise

KEY = ["session", "timepoint", "state", "side", "muscle", "condition", "metric", "convention"]


def subject(seed=0, sessions=("evening", "morning"), rmt_mso=48.0, amt_mso=40.0):
    """Rows of one subject: FDI aimed at, TA beside it, at rest and active."""
    rng = np.random.default_rng(seed)
    tables = []
    for session in sessions:
        for state, threshold in (("rest", rmt_mso), ("active", amt_mso)):
            intensity = np.repeat(np.arange(threshold - 8, threshold + 10, 2), 10)
            chance = scipy.special.ndtr((intensity - threshold) / (0.07 * threshold))
            hit = rng.random(len(intensity)) < chance
            floor, criterion = (8.0, 50.0) if state == "rest" else (150.0, 350.0)
            size = np.where(hit, criterion * np.exp(np.abs(rng.normal(0, 0.5, len(hit)))), floor)
            tables.append(
                pd.DataFrame(
                    {
                        "recording": f"ses-{session}_task-{state}",
                        "session": session,
                        "trial": range(len(hit)),
                        "muscle": "FDI",
                        "side": "L",
                        "pulse": "single",
                        "state": state,
                        "intensity_mso": intensity,
                        "hotspot_muscle": "FDI",
                        "hotspot_side": "L",
                        "peak_to_peak_uv": size,
                        "background_peak_to_peak_uv": floor,
                        "area_uv_ms": np.where(hit, 3 * size, np.nan),
                        "onset_ms": np.where(hit, rng.normal(22, 0.5, len(hit)), np.nan),
                        "mep_end_ms": np.where(hit, 45.0, np.nan),
                        "mep_present": hit,
                        "cortical_sp_present": hit if state == "active" else False,
                        "cortical_sp_censored": False,
                        "cortical_sp_first_return_ms": np.where(hit, rng.normal(120, 8, len(hit)), np.nan),
                        "cortical_sp_full_return_ms": np.where(hit, rng.normal(140, 8, len(hit)), np.nan),
                        "excluded": False,
                    }
                )
            )
    aimed = pd.concat(tables, ignore_index=True)
    return pd.concat([aimed, aimed.assign(muscle="TA")], ignore_index=True)


ROWS = subject()
MADE = summarise(ROWS)


def one(table, metric, convention, **where):
    for name, value in {"metric": metric, "convention": convention, "muscle": "FDI", **where}.items():
        table = table[table[name] == value]
    assert len(table) == 1, table
    return table.iloc[0]


def changed(table, other):
    """Keys of the rows that differ between two tables of metrics."""
    both = table.merge(other, on=KEY, how="outer", suffixes=("", "_other"), indicator=True)
    same = both["_merge"] == "both"
    for name in set(COLUMNS) - set(KEY):
        left, right = both[name], both[f"{name}_other"]
        same &= (left == right) | (left.isna() & right.isna())
    return both.loc[~same, KEY]


def test_columns_are_the_contract():
    assert list(MADE) == [
        "session", "timepoint", "state", "side", "muscle", "condition", "metric", "convention", "value", "unit",
        "ci_low", "ci_high", "n_used", "n_rejected", "method", "status", "ref_low", "ref_high", "ref_source",
    ]  # fmt: skip
    assert list(COLUMNS) == list(MADE)
    assert MADE["value"].dtype == float
    assert MADE["n_used"].dtype == int
    assert all(MADE[name].dtype.kind == "f" for name in ("ref_low", "ref_high"))


def test_one_row_a_metric_and_convention():
    assert not MADE.duplicated(KEY).any()
    assert set(MADE["metric"]) == {
        metric.name
        for metric in METRICS
        if "single" in metric.pulses
        and not (metric.paradigms or metric.past)
        and metric.aim == "target"
        and not any(each.needed for each in metric.against.values())
    }
    codes = set(";".join(MADE["status"]).split(";"))
    assert codes <= set(STATUSES), codes


def test_thresholds_are_the_truth():
    for session in ("evening", "morning"):
        for convention in ("relative_frequency_5_10", "ml_pest"):
            assert one(MADE, "rmt", convention, session=session)["value"] == pytest.approx(48, abs=2.1)
            assert one(MADE, "amt", convention, session=session)["value"] == pytest.approx(40, abs=2.1)
    row = one(MADE, "rmt", "ml_pest", session="morning")
    assert (row["condition"], row["state"], row["unit"]) == ("", "rest", "%MSO")
    assert row["ci_low"] < 48 < row["ci_high"]
    assert (row["n_used"], row["n_rejected"], row["status"]) == (90, 0, "ok")


def test_thresholds_stay_in_their_state():
    assert set(MADE[MADE["metric"] == "rmt"]["state"]) == {"rest"}
    assert set(MADE[MADE["metric"] == "amt"]["state"]) == {"active"}
    assert set(MADE[MADE["metric"] == "cortical_sp"]["state"]) == {"active"}


def test_order_is_canonical():
    def place(row):
        names = (row["session"], row["timepoint"], row["state"], row["muscle"], row["side"])
        metric = next(at for at, each in enumerate(METRICS) if each.name == row["metric"])
        convention = METRICS[metric].conventions.index(row["convention"])
        return (*map(conditions.natural, names), metric, conditions.natural(row["condition"]), convention)

    places = [place(row) for row in MADE.to_dict("records")]
    assert places == sorted(places)


def test_order_of_rows_changes_nothing():
    shuffled = ROWS.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(summarise(shuffled), MADE)


def test_other_cells_change_nothing():
    evening = ROWS[ROWS["session"] == "evening"]
    alone = MADE[MADE["session"] == "evening"].reset_index(drop=True)
    pd.testing.assert_frame_equal(summarise(evening), alone)


def test_an_excluded_trial_changes_n_rejected_only():
    extra = ROWS.iloc[[0]].assign(trial=999, excluded=True, peak_to_peak_uv=5000.0, onset_ms=1.0)
    with_extra = summarise(pd.concat([ROWS, extra]))
    differs = changed(MADE, with_extra)
    assert set(differs["muscle"]) == {"FDI"}
    assert set(differs["condition"]) == {"", conditions.label(extra)["condition"].iloc[0]}
    pd.testing.assert_frame_equal(with_extra.drop(columns="n_rejected"), MADE.drop(columns="n_rejected"))
    assert with_extra["n_rejected"].sum() == len(differs)


def test_gain_scales_amplitude_metrics_only():
    uv = [name for name in ROWS if "_uv" in name]
    settings_of = {"rmt": {"criterion_uv": 100}, "amt": {"criterion_uv": 400}, "s1mv": {"size_uv": 2000}}
    for metric in METRICS:
        if "floor_uv" in settings(metric.function):
            settings_of.setdefault(metric.name, {})["floor_uv"] = 100
    doubled = summarise(ROWS.assign(**{name: 2 * ROWS[name] for name in uv}), settings_of)
    numbers = ["value", "ci_low", "ci_high"]
    factor = np.where(MADE["unit"].str.match("[µm]V"), 2.0, 1.0)[:, None]
    np.testing.assert_allclose(doubled[numbers], MADE[numbers] * factor, rtol=1e-9, atol=1e-12)


def test_other_muscles_have_no_value():
    other = MADE[MADE["muscle"] == "TA"]
    assert len(other) == (MADE["muscle"] == "FDI").sum()
    assert other["value"].isna().all()
    assert set(other["status"]) == {"not_target"}
    assert (other["n_used"] == 0).all()


@pytest.mark.parametrize("asked", [{"settings": {"not_target": True}}, {"not_target": True}])
def test_other_muscles_on_request(asked):
    made = summarise(ROWS, asked.pop("settings", None), **asked)
    aimed, other = (one(made, "rmt", "ml_pest", session="evening", muscle=name) for name in ("FDI", "TA"))
    assert other["value"] == aimed["value"]
    assert (aimed["status"], other["status"]) == ("ok", "not_target")


def test_undeclared_hotspot_is_computed_and_said():
    made = summarise(ROWS.drop(columns=["hotspot_muscle", "hotspot_side"]))
    for muscle in ("FDI", "TA"):
        row = one(made, "rmt", "ml_pest", session="evening", muscle=muscle)
        assert row["value"] == pytest.approx(48, abs=2)
        assert row["status"] == "hotspot_unknown"


def test_no_accepted_trials():
    made = summarise(ROWS.assign(excluded=True))
    aimed = made[made["muscle"] == "FDI"]
    assert set(aimed["status"]) == {"no_accepted_trials"}
    assert aimed["value"].isna().all()
    assert (aimed["n_rejected"] > 0).all()
    of_threshold = MADE["metric"] == "mep_at_rmt"
    assert len(made) == len(MADE[~of_threshold]), "without a threshold no pulse is at a percentage of it"


def test_first_five_are_the_first_recorded():
    late = ROWS.assign(onset_alone_ms=np.where(ROWS["trial"] >= 80, 30.0 - ROWS["trial"] / 10, ROWS["onset_ms"]))
    own = late[(late["session"] == "evening") & (late["state"] == "rest") & (late["muscle"] == "FDI")]
    name = conditions.label(own)["condition"].iloc[-1]
    made = one(summarise(own), "mep_latency", "shortest_of_first_5", condition=name)
    assert made["value"] == pytest.approx(30 - 8.4), "trials 80 to 84"


def test_one_trial():
    made = summarise(ROWS.iloc[[85]])
    size = one(made, "mep_amplitude", "mean")
    assert size["value"] == ROWS["peak_to_peak_uv"][85]
    assert np.isnan(size["ci_low"])
    assert size["status"] == "few_trials"


def test_absent_measurements_are_unknown():
    least = ROWS[["trial", "muscle", "pulse", "peak_to_peak_uv"]]
    made = summarise(least[:20])
    assert one(made, "rmt", "ml_pest")["status"] == "hotspot_unknown;state_assumed;no_intensity"
    assert one(made, "mep_area", "mean")["status"] == "hotspot_unknown;state_assumed;no_values"
    assert one(made, "mep_amplitude", "median", condition="single")["n_used"] == 20


def test_null_trials_and_other_pulses_do_not_enter():
    null = ROWS.assign(pulse="none")
    assert summarise(null).empty
    assert list(summarise(null)) == list(COLUMNS)
    pd.testing.assert_frame_equal(summarise(pd.concat([ROWS, null.assign(recording="z")])), MADE)


def test_no_rows():
    assert summarise(ROWS.iloc[:0]).empty


def test_paired_pulses_have_a_size_and_no_threshold():
    made = summarise(ROWS.assign(pulse="paired", isi_ms=2.0, conditioning_mso=35.0))
    assert not made["metric"].isin(["rmt", "amt", "mep_latency"]).any()
    assert set(made.loc[made["metric"] == "sici", "condition"]) == {"isi2"}
    assert made.loc[made["metric"] != "sici", "condition"].str.startswith("paired_isi2_cs35_ts").all()


def test_settings_reach_their_metric_and_no_other():
    made = summarise(ROWS, {"mep_amplitude": {"min_trials": 5}})
    assert one(MADE, "mep_amplitude", "mean", session="evening", condition="single_50mso", state="rest")["status"] == (
        "few_trials"
    )
    assert set(changed(MADE, made)["metric"]) == {"mep_amplitude"}


def test_unknown_and_wrong_settings_all_at_once():
    wrong = {"rtm": {}, "rmt": {"criterion": 50}, "mep_area": 5, "not_target": "perhaps", "mep_latency": {"n_boot": 1}}
    with pytest.raises(ConfigError) as error:
        summarise(ROWS, wrong)
    said = str(error.value)
    assert "no metric 'rtm'; did you mean 'rmt'?" in said
    assert "excitability.rmt: no setting 'criterion'; did you mean 'criterion_uv'?" in said
    assert "excitability.mep_area: expected a mapping" in said
    assert "excitability.mep_latency" in said
    assert "perhaps" in said


def test_bad_rows():
    with pytest.raises(MeasureError, match="no column 'pulse'"):
        summarise(ROWS.drop(columns="pulse"))
    with pytest.raises(MeasureError, match="2 subjects"):
        summarise(ROWS.assign(subject=np.arange(len(ROWS)) % 2))


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_every_metric_is_documented(metric):
    described = next(each for each in excitability.describe() if each["name"] == metric.name)
    assert described["meaning"]
    assert described["source"]
    assert all(excitability.conventions(metric).values())
    assert set(settings(metric.function)) == set(meanings(metric.function))
    assert "rng" not in needs(metric.function) or "n_boot" in settings(metric.function)
    assert inspect.signature(metric.function).return_annotation is not inspect.Signature.empty
