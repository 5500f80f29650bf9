"""Many analyses of one study: what a setting does not touch runs once, and the tables say what it changed."""

import functools
from collections import Counter

import numpy as np
import pandas as pd
import pytest

import pipeline
from pipeline import acquisition, batch, conditioning, detection, excitability
from pipeline.comparison import stability, sweep
from pipeline.errors import ConfigError

pytestmark = pytest.mark.slow

STAGES = ((acquisition, "load"), (conditioning, "condition"), (detection, "detect"), (excitability, "summarise"))


@pytest.fixture
def calls(monkeypatch):
    counted = Counter()

    def counting(name, real):
        @functools.wraps(real)
        def call(*args, **kwargs):
            counted[name] += 1
            return real(*args, **kwargs)

        return call

    for module, name in STAGES:
        monkeypatch.setattr(module, name, counting(name, getattr(module, name)))
    return counted


def a_metric_setting():
    """Some setting of some metric, and two values of it."""
    from pipeline import columns

    for metric in excitability.METRICS:
        for name, parameter in columns.settings(metric.function).items():
            if isinstance(parameter.default, int) and not isinstance(parameter.default, bool):
                return f"excitability.{metric.name}.{name}", [parameter.default, parameter.default + 1]
    raise AssertionError("no metric has a whole number as a setting")


@pytest.fixture
def grid(lab):
    path, values = a_metric_setting()
    text = f"{path}: {values}\ndetection.onset: [{{method: evidence}}, {{method: aic}}]\n"
    (lab / "grid.yaml").write_text(text, encoding="utf-8")
    return lab / "grid.yaml"


def test_what_a_setting_does_not_touch_runs_once(lab, grid, calls):
    found = sweep.variants(lab / "study.yaml", grid)
    ran = list(sweep.run(found, batch.Options()))
    assert [each.variant.name for each in ran] == ["base", "v1", "v2", "v3", "v4"]
    assert [len(each.results) for each in ran] == [2] * 5
    assert calls["load"] == calls["condition"] == 2, "once a recording"
    assert calls["detect"] == 4, "once a recording and method"
    assert calls["summarise"] <= 2 * 4
    calls.clear()
    assert [len(each.results) for each in sweep.run(found, batch.Options())] == [2] * 5
    assert not calls, "a second sweep runs nothing"


def test_each_variant_is_what_its_config_alone_gives(lab, grid):
    found = sweep.variants(lab / "study.yaml", grid)
    ran = list(sweep.run(found, batch.Options()))
    last = ran[-1].variant
    assert last.choices["detection.onset"] == '{"method": "aic"}'
    batch.run(last.config.output / "variant.yaml", output=lab / "alone")
    for name, path in ran[-1].results.items():
        alone = lab / "alone" / f"sub-{name}" / path.name
        assert path.read_bytes() == alone.read_bytes()


def test_the_tables(lab, grid, mep):
    said = mep("sweep", lab / "study.yaml", "--grid", grid, "--jobs", "1", "--output", lab / "many")
    assert said.code == 0, said.err
    metrics = pd.read_csv(lab / "many/sweep_metrics.tsv", sep="\t", dtype={"subject": str}, keep_default_na=False)
    assert set(metrics["variant"]) == {"base", "v1", "v2", "v3", "v4"}
    assert set(metrics["detection.onset"]) == {"", '{"method": "evidence"}', '{"method": "aic"}'}
    own = metrics[(metrics["variant"] == "v4") & (metrics["subject"] == "01") & (metrics["metric"] == "mep_latency")]
    there = pipeline.read_results(lab / "many/v4/sub-01/sub-01_desc-excitability_emg.h5")["metrics"]
    there = there[(there["metric"] == "mep_latency") & (there["status"] != "not_target")]
    assert own["value"].replace("n/a", "nan").astype(float).tolist() == pytest.approx(
        there["value"].tolist(), nan_ok=True
    )
    found = pd.read_csv(lab / "many/sweep_stability.tsv", sep="\t")
    amplitudes = found[found["metric"] == "mep_amplitude"].dropna(subset=["base"])
    assert len(amplitudes)
    assert (amplitudes["low"] == amplitudes["high"]).all(), "an onset does not change a size"
    assert (lab / "many/sweep_conclusions.tsv").is_file()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("study.output: [a]\n", "study.output: no such section to vary"),
        ("detection.onset.method: aic\n", "expected a list of choices"),
        ("detection.onset.method: []\n", "expected a list of choices"),
        ("detection.onset.method: [aicc]\n", "no method 'aicc'; did you mean 'aic'?"),
        ("{}\n", "no setting to vary"),
        ("detection.onset.n_sd: [1, 2]\n", "no setting 'n_sd'"),
        (
            "detection.onset.power: [0.5, 1]\ndetection.onset: [{method: aic}]\n",
            "grid.yaml:1:1: detection.onset.power lies in detection.onset, which is varied too",
        ),
    ],
)
def test_a_wrong_grid_stops_before_anything_runs(lab, mep, text, said):
    (lab / "grid.yaml").write_text(text, encoding="utf-8")
    answer = mep("sweep", lab / "study.yaml", "--grid", lab / "grid.yaml")
    assert answer.code == 2
    assert said in answer.err
    assert not (lab / "the results_sweep").exists()


def test_a_wrong_combination_is_named_by_the_grid(lab, mep):
    text = "detection.onset.method: [aic, sd_threshold]\ndetection.onset.n_sd: [2, 3]\n"
    (lab / "grid.yaml").write_text(text, encoding="utf-8")
    said = mep("sweep", lab / "study.yaml", "--grid", lab / "grid.yaml").err
    assert "grid.yaml: detection.onset" in said
    assert '(in the combination detection.onset.method: "aic", detection.onset.n_sd: 2)' in said
    assert not (lab / "the results_sweep").exists()


def table(values, between="session"):
    """A tidy table: values of (variant, subject, level)."""
    frame = pd.DataFrame(
        [(*key, value) for key, value in values.items()], columns=["variant", "subject", between, "value"]
    )
    fixed = {name: "" for name in (*stability.CELL, *stability.KEPT) if name not in frame}
    return frame.assign(**fixed).assign(metric="rmt", ci_low=frame["value"] - 1, ci_high=frame["value"] + 1)


def test_a_known_spread():
    values = {
        ("base", "01", "am"): 50.0,
        ("v1", "01", "am"): 50.5,
        ("v2", "01", "am"): 53.0,
        ("v3", "01", "am"): np.nan,
    }
    (row,) = stability.stability(table(values)).to_dict("records")
    assert (row["base"], row["ci_low"], row["ci_high"]) == (50, 49, 51)
    assert (row["n_variants"], row["n_values"]) == (3, 2)
    assert (row["low"], row["median"], row["high"]) == (50.5, 51.75, 53)
    assert row["within_interval"] == pytest.approx(1 / 2)
    assert row["range_to_interval"] == pytest.approx(1.25)


def test_a_known_conclusion_and_one_that_turns():
    values = {}
    for variant, gain in (("base", 2.0), ("v1", 1.0), ("v2", -1.0)):
        for subject in ("01", "02", "03"):
            values[variant, subject, "am"] = 50.0
            values[variant, subject, "pm"] = 50.0 + gain * int(subject)
    (row,) = stability.conclusions(table(values)).to_dict("records")
    assert row["contrast"] == "session am -> pm"
    assert (row["n_subjects"], row["base"], row["low"], row["high"]) == (3, 4, -2, 2)
    assert (row["n_variants"], row["same_direction"]) == (2, pytest.approx(1 / 2))
    assert len(stability.turning(stability.conclusions(table(values)))) == 1


def test_the_grid_goes_in_the_order_of_the_stages(lab):
    text = "excitability.not_target: [true]\nconditioning: [[offset]]\ndetection.onset: [{method: aic}]\n"
    (lab / "grid.yaml").write_text(text, encoding="utf-8")
    found = sweep.variants(lab / "study.yaml", lab / "grid.yaml")
    assert list(found[1].choices) == ["conditioning", "detection.onset", "excitability.not_target"]


def test_too_many_combinations_are_refused(lab):
    many = ", ".join(str(n) for n in range(1, 40))
    text = f"detection.presence.rest_uv: [{many}]\ndetection.presence.active_uv: [{many}]\n"
    (lab / "grid.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="1521 combinations"):
        sweep.variants(lab / "study.yaml", lab / "grid.yaml")
