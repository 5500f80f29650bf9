"""Contraction in percent of the maximal one."""

import numpy as np
import pandas as pd
import pytest

from pipeline import detect, excitability, read_results
from pipeline.excitability import METRICS, STATUSES, summarise
from pipeline.excitability.contraction import contraction
from pipeline.synthetic import simulate_study
from pipeline.synthetic.protocol import Protocol
from pipeline.trials import Trials


def trials(pulse, n, **columns):
    """Trials of the right FDI, which is aimed at, in contraction."""
    own = {"session": "a", "state": "active", "muscle": "FDI", "side": "R", "hotspot_muscle": "FDI",
           "hotspot_side": "R", "excluded": False, **columns}  # fmt: skip
    return pd.DataFrame({"pulse": [pulse] * n, **own})


def active(n=11, background_rms_uv=30.0, **columns):
    columns = {"background_rms_uv": background_rms_uv, "intensity_mso": 50.0, "mvc_rms_uv": np.nan, **columns}
    return trials("single", n, **columns)


def maximal(mvc_rms_uv, **columns):
    return trials("mvc", len(mvc_rms_uv), **{"mvc_rms_uv": mvc_rms_uv, "background_rms_uv": 2.0, **columns})


def found(*parts):
    made = summarise(pd.concat(parts, ignore_index=True))
    return made[made["metric"] == "contraction"].reset_index(drop=True)


def test_it_is_the_median_in_percent_of_the_largest():
    (row,) = found(active(background_rms_uv=np.arange(20.0, 42.0, 2.0)), maximal([120.0, 200.0, 150.0])).to_dict(
        "records"
    )
    assert (row["value"], row["unit"], row["n_used"], row["status"]) == (15.0, "%", 11, "ok")
    assert (row["ci_low"], row["ci_high"]) == (11.0, 19.0), "the second of eleven from either end"
    assert (row["convention"], row["state"], row["condition"]) == ("median", "active", "single_50mso")


def test_it_is_of_the_same_session_side_and_muscle():
    others = [maximal([1000.0], session="b"), maximal([500.0], side="L"), maximal([700.0], muscle="TA")]
    (row,) = found(active(), maximal([100.0]), *others).to_dict("records")
    assert row["value"] == pytest.approx(30.0)


def test_the_state_timepoint_and_declared_hotspot_of_the_maximal_one_do_not_matter():
    mvc = maximal([100.0], state="", timepoint="pre", hotspot_muscle="", hotspot_side="")
    made = found(active(timepoint="pre"), active(timepoint="post", background_rms_uv=60.0), mvc)
    assert dict(zip(made["timepoint"], made["value"], strict=True)) == {"pre": 30.0, "post": pytest.approx(60.0)}


def test_another_muscle_beside_the_contracting_one_is_not_its_maximum():
    beside = active(muscle="TA"), maximal([3.0], muscle="TA")
    made = found(active(), maximal([100.0]), *beside)
    assert made.set_index("muscle")["status"].to_dict() == {"FDI": "ok", "TA": "not_target"}
    own = active(muscle="TA", hotspot_muscle="TA"), maximal([3.0], muscle="TA")
    made = found(active(), maximal([100.0]), *own).set_index("muscle")
    assert (made.loc["TA", "status"], np.isnan(made.loc["TA", "value"])) == ("no_mvc", True)


@pytest.mark.parametrize("wrong", [{"excluded": True}, {"mvc_rms_uv": np.nan}, {"session": "b"}])
def test_without_a_maximal_contraction_of_the_session_there_is_no_number(wrong):
    (row,) = found(active(), maximal([100.0]).assign(**wrong)).to_dict("records")
    assert np.isnan([row["value"], row["ci_low"], row["ci_high"]]).all()
    assert row["status"] == "no_mvc"


def test_a_subject_without_any_has_no_rows():
    assert not len(found(active()))
    assert not len(found(active(), maximal([100.0]).assign(pulse="none")))
    at_rest = trials("single", 5, state="rest", background_rms_uv=2.0, mvc_rms_uv=np.nan)
    assert not len(found(at_rest, maximal([100.0])))


def test_excluded_trials_and_unknown_backgrounds_are_left_out():
    rms = np.array([30.0] * 8 + [np.nan, 90.0, 90.0])
    (row,) = found(active(background_rms_uv=rms, excluded=[False] * 9 + [True] * 2), maximal([100.0])).to_dict(
        "records"
    )
    assert row["value"] == pytest.approx(30.0)
    assert (row["n_used"], row["n_rejected"], row["status"]) == (8, 2, "some_missing")
    (none,) = contraction(np.full(3, np.nan), np.array([100.0]))
    assert none.status == "no_values"
    (none,) = contraction(np.full(3, np.nan), np.zeros(0))
    assert none.status == "no_mvc;no_values"


def test_gain_changes_nothing():
    one = found(active(background_rms_uv=np.arange(20.0, 31.0)), maximal([100.0, 130.0]))
    other = found(active(background_rms_uv=7 * np.arange(20.0, 31.0)), maximal([700.0, 910.0]))
    np.testing.assert_allclose(one[["value", "ci_low", "ci_high"]], other[["value", "ci_low", "ci_high"]])


def test_the_interval_holds_the_truth():
    rng = np.random.default_rng(3)
    held = []
    for _ in range(400):
        (made,) = contraction(60.0 * np.exp(rng.normal(0, 0.2, 15)), np.array([300.0, 280.0]))
        held.append(made.ci_low <= 20.0 <= made.ci_high)
    assert 0.93 <= np.mean(held) <= 1.0


def test_it_is_declared_as_it_is():
    (metric,) = [each for each in METRICS if each.name == "contraction"]
    assert (metric.unit, metric.states, metric.pulses, metric.log) == ("%", ("active",), ("single",), True)
    assert "no_mvc" in STATUSES
    assert any(each["name"] == "contraction" for each in excitability.describe())


@pytest.mark.parametrize("percent", [10.0, 20.0, 50.0])
def test_from_raw_epochs(percent):
    """A burst of 400 µV in white noise of 2 µV, and trials of a known share of it."""
    rng, times_ms = np.random.default_rng(5), np.arange(-150.0, 2500.0, 0.5)
    level = np.full((24, 1), percent / 100.0 * 400.0)
    level[20:] = 0.0
    emg = level * rng.normal(size=(24, len(times_ms)))
    burst = (times_ms > 800) & (times_ms < 1700)
    emg[20:, burst] += np.array([[250.0], [400.0], [390.0], [300.0]]) * rng.normal(size=(4, burst.sum()))
    emg += rng.normal(0, 2.0, emg.shape)
    pulses = pd.DataFrame({"pulse": ["single"] * 20 + ["mvc"] * 4, "state": "active", "intensity_mso": 50.0})
    rows = detect(Trials(emg[:, None], times_ms, ["FDI"], pulses, ["R"]))
    assert not rows["excluded"].any()
    (row,) = found(rows).to_dict("records")
    assert row["value"] == pytest.approx(percent, rel=0.06)
    assert row["status"] == "hotspot_unknown"


def test_events_called_mvc_are_measured_and_referred_to(tmp_path, mep):
    protocol = Protocol(rest_steps_mso=(3,), active_steps_mso=(3,), pulses_per_level=9, rest_above=(), active_above=())
    study = simulate_study(tmp_path / "raw", n_subjects=1, sessions=("pm",), muscles=("FDI",), protocol=protocol)
    for each in study.rglob("*handRest*"):
        each.unlink()
    (path,) = study.rglob("*_events.tsv")
    events = pd.read_csv(path, sep="\t")
    events.loc[:2, ["pulse", "intensity_mso", "state"]] = ["mvc", np.nan, "active"]
    events.to_csv(path, sep="\t", index=False, na_rep="n/a")
    (tmp_path / "study.yaml").write_text("study: {input: raw, output: out}\n", encoding="utf-8")
    assert mep("run", tmp_path / "study.yaml").code == 0
    (file,) = (tmp_path / "out").rglob("*_desc-excitability_emg.h5")
    tables = read_results(file)
    rows, metrics = tables["trials"], tables["metrics"]
    assert rows["mvc_rms_uv"].notna().tolist() == [True] * 3 + [False] * 6
    (row,) = metrics[metrics["metric"] == "contraction"].to_dict("records")
    own = rows[~rows["excluded"].astype(bool) & (rows["pulse"] == "single")]["background_rms_uv"]
    assert row["value"] == pytest.approx(100 * own.median() / rows["mvc_rms_uv"].max())
    said = mep("check", tmp_path / "study.yaml")
    assert said.code == 0
    assert "contraction" in said.out
