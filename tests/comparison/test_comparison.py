"""Two results side by side: what was changed on purpose is found, and nothing else."""

import json
import shutil

import h5py
import numpy as np
import pandas as pd
import pytest

import pipeline
from pipeline import batch, comparison
from pipeline.comparison import compare
from pipeline.errors import ReadError

NAN = float("nan")
FILE = "sub-{0}/sub-{0}_desc-excitability_emg.h5"


@pytest.fixture(scope="module")
def onsets(earlier, tmp_path_factory):
    """Results of the same study with another way to find onsets."""
    folder = tmp_path_factory.mktemp("onsets") / "other"
    text = (earlier / "study.yaml").read_text(encoding="utf-8")
    config = folder.with_suffix(".yaml")
    config.write_text(
        text.replace("raw data", f'"{(earlier / "raw data").as_posix()}"')
        + "detection: {onset: {method: sd_threshold, n_sd: 5}}\n",
        encoding="utf-8",
    )
    assert [each.outcome for each in batch.run(config, output=folder)] == ["done", "done"]
    return folder


@pytest.fixture
def before(earlier):
    return earlier / "the results"


@pytest.fixture
def after(lab):
    """A copy of the results to change."""
    return lab / "the results"


def edited(folder, subject="01"):
    return h5py.File(folder / FILE.format(subject), "r+")


def kinds(found):
    return {(row.measure, row.kind, row.code): (row.n, row.n_subjects) for row in found.trials.itertuples()}


def test_results_are_the_same_as_themselves(before, after):
    found = compare(before, after)
    assert found.same
    assert (found.counts["subjects"], found.counts["trials"]) == (2, 20)
    assert found.counts["metrics"] == found.counts["metrics_alike"] > 20
    assert kinds(found) == {("trial", "compared", ""): (20, 2)}
    assert (found.agreement["n_changed"] == 0).all()
    assert [len(getattr(found, name)) for name in ("settings", "changed", "worst", "metrics")] == [0, 0, 0, 0]
    assert json.loads(comparison.as_json(found))["same"] is True


def test_another_onset_method(before, onsets):
    found = compare(before, onsets)
    assert not found.same
    settings = found.settings.set_index("name")
    assert settings.loc["detection.onset.method", ["first", "second"]].tolist() == ["evidence", "sd_threshold"]
    assert settings.loc["detection.onset.n_sd", ["kind", "first", "second", "n_subjects"]].tolist() == [
        "setting", "", "5", 2,
    ]  # fmt: skip
    assert settings.index.str.startswith("detection.onset.").all()

    sides = [pd.concat([pipeline.read_results(folder / FILE.format(s))["trials"] for s in ("01", "02")])
             for folder in (before, onsets)]  # fmt: skip
    one, other = (side["onset_ms"].to_numpy() for side in sides)
    moved = int((~np.isnan(one) & ~np.isnan(other) & (one != other)).sum())
    assert moved > 0
    assert kinds(found)["onset_ms", "moved", ""][0] == moved
    used = ~(sides[0]["excluded"].to_numpy() | sides[1]["excluded"].to_numpy())
    difference = (other - one)[used & ~np.isnan(other - one)]
    row = found.agreement.set_index("measure").loc["onset_ms"]
    assert row["unit"] == "ms"
    assert row["n"] == len(difference)
    assert row["mean_difference"] == pytest.approx(difference.mean())
    assert row["sd"] == pytest.approx(difference.std(ddof=1))
    assert row["limit_high"] == pytest.approx(difference.mean() + 1.96 * difference.std(ddof=1))
    assert row["largest"] == np.abs(difference).max()
    worst = found.worst[found.worst["measure"] == "onset_ms"]
    expected = sorted(np.abs(difference[difference != 0]), reverse=True)[:10]
    assert np.abs(worst["difference"]).tolist() == expected
    assert (worst["second"] - worst["first"]).tolist() == worst["difference"].tolist()
    of_onset = {"onset_ms", "onset_low_ms", "onset_high_ms", "mep_end_ms", "mep_duration_ms", "area_uv_ms", "trial"}
    of_shape = {"turns", "phases", "first_peak_uv", "first_peak_ms", "second_peak_uv", "second_peak_ms", "flags"}
    assert set(found.trials["measure"]) <= of_onset | of_shape
    assert "mep_latency" in set(found.metrics["metric"])
    assert not set(found.metrics["metric"]) & {"rmt", "mep_amplitude"}


def test_the_other_way_round_the_signs_change(before, onsets):
    found, turned = compare(before, onsets), compare(onsets, before)
    pd.testing.assert_frame_equal(
        found.settings.rename(columns={"first": "second", "second": "first"})[list(turned.settings)], turned.settings
    )
    for name in ("n", "n_changed", "sd", "largest", "median_absolute"):
        np.testing.assert_allclose(found.agreement[name], turned.agreement[name])
    np.testing.assert_allclose(found.agreement["mean_difference"], -turned.agreement["mean_difference"])
    np.testing.assert_allclose(found.agreement["limit_low"], -turned.agreement["limit_high"])
    pd.testing.assert_series_equal(found.worst["difference"], -turned.worst["difference"])
    swapped = {"gained": "lost", "lost": "gained", "only_first": "only_second", "only_second": "only_first"}
    assert {(m, swapped.get(k, k), c): n for (m, k, c), n in kinds(found).items()} == kinds(turned)
    words = {"appeared": "vanished", "vanished": "appeared"}
    assert found.metrics["moved"].replace(words).tolist() == turned.metrics["moved"].tolist()
    pd.testing.assert_series_equal(found.metrics["difference"], -turned.metrics["difference"])


def test_what_was_changed_by_hand_is_found(before, after):
    with edited(after) as file:
        trials, metrics = file["trials"], file["metrics"]
        assert not trials["excluded"][:3].any()
        present = bool(trials["mep_present"][0])
        trials["mep_present"][0] = not present
        trials["excluded"][1], trials["reasons"][1] = 1, "reviewer"
        trials["peak_to_peak_uv"][2] += 12.5
        at = int(np.flatnonzero(np.isfinite(metrics["ci_high"][:]))[0])
        value, high = metrics["value"][at], metrics["ci_high"][at]
        metrics["value"][at] = high + 1
    found = compare(before, after)
    kind = "lost" if present else "gained"
    assert kinds(found) == {
        ("trial", "compared", ""): (20, 2),
        ("mep_present", kind, ""): (1, 1),
        ("excluded", "gained", ""): (1, 1),
        ("excluded", "gained", "reviewer"): (1, 1),
        ("reasons", "gained", "reviewer"): (1, 1),
        ("peak_to_peak_uv", "moved", ""): (1, 1),
    }
    assert found.changed[["measure", "kind", "subject", "trial", "first", "second"]].to_numpy().tolist() == [
        ["excluded", "gained", "01", 1, "", "reviewer"],
        ["mep_present", kind, "01", 0, present, not present],
    ]
    (worst,) = found.worst.to_dict("records")
    assert (worst["measure"], worst["unit"], worst["subject"], worst["trial"]) == ("peak_to_peak_uv", "µV", "01", 2)
    assert worst["difference"] == pytest.approx(12.5)
    (metric,) = found.metrics.to_dict("records")
    assert (metric["subject"], metric["moved"]) == ("01", "beyond interval")
    assert metric["difference"] == pytest.approx(high + 1 - value)
    assert found.counts["metrics"] - found.counts["metrics_alike"] == 1
    assert len(found.settings) == 0


def test_exclusion_without_a_column_of_reasons(before, after):
    with edited(after) as file:
        del file["trials/reasons"]
        file["trials/excluded"][0] = 1
    found = compare(before, after)
    assert kinds(found)["excluded", "gained", ""] == (1, 1)
    assert kinds(found)["reasons", "only_first", ""] == (10, 1)
    assert found.changed[["measure", "first", "second"]].to_numpy().tolist() == [["excluded", False, True]]


def test_a_trial_of_other_raw_data_is_not_compared(before, after):
    with edited(after) as file:
        file["trials/fingerprint"][3] = "of another epoch"
        file["trials/peak_to_peak_uv"][3] += 1000
    found = compare(before, after)
    assert not found.same
    assert kinds(found) == {("trial", "compared", ""): (19, 2), ("trial", "other_raw_data", ""): (1, 1)}
    assert len(found.worst) == 0


def test_another_recording(before, after):
    with edited(after) as file:
        file["trials/recording"][:] = "sub-01_task-new"
    found = compare(before, after)
    first, second = found.subjects.loc[0, ["recordings_only_first", "recordings_only_second"]]
    assert (first, second) == ("sub-01_ses-pm_task-handRest", "sub-01_task-new")
    assert kinds(found)["trial", "only_first", ""] == kinds(found)["trial", "only_second", ""] == (10, 1)
    assert not found.same


def test_a_subject_that_only_one_has(before, after):
    shutil.rmtree(after / "sub-02")
    (after / "sub-03").mkdir()
    for first, second, where in ((before, after, "only_first"), (after, before, "only_second")):
        found = compare(first, second)
        assert found.subjects[["subject", "found"]].to_numpy().tolist() == [["01", "both"], ["02", where]]
        assert found.counts["subjects"] == 1
        assert not found.same


@pytest.mark.parametrize("damage", ["cut short", "no table", "no column", "twice", "not JSON"])
def test_a_damaged_file_is_named_and_the_others_are_compared(before, after, damage):
    path = after / FILE.format("01")
    if damage == "cut short":
        path.write_bytes(path.read_bytes()[:3000])
    else:
        with edited(after) as file:
            if damage == "no table":
                del file["metrics"]
            elif damage == "no column":
                del file["trials/side"]
            elif damage == "twice":
                file["trials/trial"][:] = 0
            else:
                names = file["provenance/name"].asstr()[:].tolist()
                file["provenance/value"][names.index("settings.detection")] = "{"
    found = compare(before, after)
    problem = found.subjects.loc[0, "problem"]
    says = {"cut short": f"second: {path.name}: not an HDF5 file", "no table": "table metrics is not there",
            "no column": "no column 'side'", "twice": "second: table trials has several rows",
            "not JSON": "settings.detection is not JSON"}  # fmt: skip
    assert says[damage] in problem
    assert found.subjects["problem"].ne("").tolist() == [True, False]
    assert kinds(found) == {("trial", "compared", ""): (10, 1)}
    assert not found.same


def test_subjects_stand_in_natural_order(before, tmp_path):
    for subject in ("10", "9", "a"):
        (tmp_path / FILE.format(subject)).parent.mkdir()
        shutil.copy(before / FILE.format("01"), tmp_path / FILE.format(subject))
    assert list(compare(tmp_path, before).subjects["subject"]) == ["01", "02", "9", "10", "a"]


def test_one_file_against_a_folder_or_another_file(before, after, tmp_path):
    mine = tmp_path / "mine.h5"
    shutil.copy(after / FILE.format("02"), mine)
    for first, second in ((mine, before), (before, mine), (mine, before / FILE.format("02"))):
        found = compare(first, second)
        assert found.same
        assert list(found.subjects["subject"]) == ["02"]
    assert list(compare(mine, before / FILE.format("01")).subjects["found"]) == ["only_second", "only_first"]
    mine.write_bytes(b"")
    assert "first: mine.h5: " in compare(mine, mine).subjects.loc[0, "problem"]


def test_no_results_at_all(before, tmp_path):
    with pytest.raises(ReadError, match="it holds no results of `mep run`; expected sub-"):
        compare(tmp_path, tmp_path)
    with pytest.raises(ReadError, match="nowhere: there is no such file or folder"):
        compare(before, tmp_path / "nowhere")
    with pytest.raises(ReadError, match="it holds no results of `mep run`"):
        compare(before, tmp_path)


def test_the_worst_of_all_subjects_not_of_each(before, after):
    for subject, by in (("01", (5.0, 1.0, 3.0)), ("02", (-4.0, -2.0, 0.5))):
        with edited(after, subject) as file:
            used = np.flatnonzero(file["trials/excluded"][:] == 0)[:3]
            file["trials/peak_to_peak_uv"][used] = file["trials/peak_to_peak_uv"][used] + by
    found = compare(before, after, n_worst=3).worst
    np.testing.assert_allclose(found["difference"], [5.0, -4.0, 3.0])
    assert list(found["subject"]) == ["01", "02", "01"]


def test_long_lists_are_cut_and_counted(before, after):
    for subject in ("01", "02"):
        with edited(after, subject) as file:
            file["trials/cortical_sp_present"][:2] = 1
    found = compare(before, after, n_listed=3)
    assert kinds(found)["cortical_sp_present", "gained", ""] == (4, 2)
    assert list(found.changed["subject"]) == ["01", "01", "02"]


def test_json_is_stable_and_strict(before, onsets, after):
    with edited(after) as file:
        file["metrics/ci_high"][0] = np.inf
    text = comparison.as_json(compare(before, onsets))
    assert text == comparison.as_json(compare(before, onsets))

    def refuse(word):
        raise AssertionError(word)

    whole = json.loads(text, parse_constant=refuse)
    assert set(whole) == {*comparison.COLUMNS, "counts", "same"}
    for name, columns in comparison.COLUMNS.items():
        assert all(set(row) == set(columns) for row in whole[name])
    assert {row["unit"] for row in whole["agreement"]} >= {"ms", "µV"}
    assert any(row["sd"] is None for row in whole["agreement"])
    assert all(isinstance(row["n_used_first"], int | None) for row in whole["metrics"])
    assert str(before) not in text
    (infinite,) = json.loads(comparison.as_json(compare(before, after)))["metrics"]
    assert infinite["ci_high_second"] == "inf"
