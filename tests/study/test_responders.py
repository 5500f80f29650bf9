"""Responders under each rule, and none without one."""

import numpy as np
import pytest

from pipeline.errors import ConfigError
from pipeline.study.reliability import reliability
from pipeline.study.responders import COLUMNS, RULES, responders

IRLS = {"metric": "irls", "convention": "scale", "unit": "points", "state": "", "side": "", "muscle": ""}


def study(numbers, pre, post, session="01", **facts):
    return numbers([
        {"subject": f"{n:02d}", "session": session, "timepoint": when, "value": value, **facts}
        for when, values in (("pre", pre), ("post", post)) for n, value in enumerate(values)
    ])  # fmt: skip


def crossover(numbers, seed=0, **facts):
    """Two sessions, baselines repeated with a known spread, and a change of 1 in every other subject."""
    rng = np.random.default_rng(seed)
    base = rng.normal(6, 0.5, 20)
    rows = []
    for session in ("01", "02"):
        pre = np.exp(base + rng.normal(0, 0.1, 20))
        rows += study(numbers, pre, pre * np.exp(np.arange(20) % 2), session, **facts).to_dict("records")
    return numbers(rows)


def test_no_rule_no_responders(numbers, size):
    table = responders(study(numbers, [100.0], [900.0], **size))
    assert (len(table), list(table)) == (0, list(COLUMNS))


def test_an_unknown_rule_lists_the_rules(numbers):
    with pytest.raises(ConfigError, match="no rule 'ratios'; did you mean 'ratio'. .*beyond_mdc, ratio, scale_drop"):
        responders(numbers([]), rule="ratios")


@pytest.mark.parametrize(
    ("direction", "expected"), [("either", [1, 0, 0, 1]), ("fall", [1, 0, 0, 0]), ("rise", [0, 0, 0, 1])]
)
def test_ratio(numbers, size, direction, expected):
    frame = study(numbers, [100.0] * 4, [89.0, 91.0, 109.0, 111.0], **size)
    table = responders(frame, rule="ratio", direction=direction)
    assert list(table["responder"]) == expected
    assert set(table["status"]) == {"ok"}
    words = {"either": "below 0.9 or above 1.1", "fall": "below 0.9", "rise": "above 1.1"}[direction]
    assert set(table["rule"]) == {f"second over first {words}"}


def test_limits_of_the_config(numbers, size):
    frame = study(numbers, [100.0] * 2, [79.0, 119.0], **size)
    assert list(responders(frame, rule="ratio", ratio_limits=(0.8, 1.2))["responder"]) == [1, 0]


def test_a_ratio_of_what_has_none_is_not_said(numbers):
    table = responders(study(numbers, [40.0], [60.0]), rule="ratio")
    assert np.isnan(table["responder"]).all()
    assert list(table["status"]) == ["neither a size nor a ratio"]
    assert list(table["rule"]) == [""]


def test_beyond_the_mdc_of_the_studys_own_baselines(numbers, size):
    frame = crossover(numbers, **size)
    table = responders(frame, rule="beyond_mdc")
    mdc = reliability(frame)["mdc95"].item()
    assert 0.2 < mdc < 0.5
    assert list(table["responder"]) == list((table["subject"].astype(int) % 2).astype(float))
    assert table["limit_high"].to_numpy() == pytest.approx(mdc)
    assert table["limit_low"].to_numpy() == pytest.approx(-mdc)
    assert set(table["rule"]) == {
        f"|change| over MDC95 = {mdc:.4g} on the log scale, from repeated baselines of 20 subjects"
    }
    fall = responders(frame, rule="beyond_mdc", direction="fall")
    assert (fall["responder"] == 0).all()
    assert fall["limit_high"].isna().all()


def test_without_repeats_nobody_is_said_to_respond(numbers, size):
    table = responders(study(numbers, [100.0] * 4, [300.0] * 4, **size), rule="beyond_mdc")
    assert table["responder"].isna().all()
    assert set(table["status"]) == {"no MDC95 of this cell: see the table reliability"}


def test_gain_changes_no_responder(numbers, size):
    frame = crossover(numbers, 3, **size)
    for rule in ("beyond_mdc", "ratio"):
        before, after = (responders(frame.assign(value=k * frame["value"]), rule=rule) for k in (1, 0.01))
        assert list(before["responder"]) == list(after["responder"])


def test_a_scale_that_drops(numbers):
    frame = study(numbers, [30.0, 30, 30, 4, 4, 0], [27.0, 28, 33, 2, 3, 0], **IRLS)
    table = responders(frame, rule="scale_drop")
    assert table["responder"].tolist() == pytest.approx([1, 0, 0, 1, 0, 0], nan_ok=True)
    assert set(table["rule"]) == {"irls falls by 3 points or more, or by 50 % of the first or more"}
    percent = responders(frame, rule="scale_drop", scale_points=None)
    assert percent["responder"].tolist() == pytest.approx([0, 0, 0, 1, 0, np.nan], nan_ok=True)
    assert percent["status"].iloc[-1] == "the first value is 0: no percentage of it"
    points = responders(frame, rule="scale_drop", scale_percent=None)
    assert points["responder"].tolist() == [1, 0, 0, 0, 0, 0]


def test_only_the_scale_is_judged_by_its_rule(numbers, size):
    both = [*study(numbers, [30.0], [20.0], **IRLS).to_dict("records"),
            *study(numbers, [100.0], [10.0], **size).to_dict("records")]  # fmt: skip
    assert set(responders(numbers(both), rule="scale_drop")["metric"]) == {"irls"}


def test_unknown_scales_and_no_limit_at_all(numbers):
    frame = study(numbers, [30.0], [20.0], **IRLS)
    with pytest.raises(ConfigError, match="no scale 'irsl' in the study; did you mean 'irls'"):
        responders(frame, rule="scale_drop", scale="irsl")
    with pytest.raises(ConfigError, match="no scale 'psqi' in the study; .*irls"):
        responders(frame, rule="scale_drop", scale="psqi")
    with pytest.raises(ConfigError, match="both are null"):
        responders(frame, rule="scale_drop", scale_points=None, scale_percent=None)


def test_a_missing_value_is_no_response(numbers, size):
    table = responders(study(numbers, [100.0, 100.0, np.nan], [200.0, np.nan, 200.0], **size), rule="ratio")
    assert table.sort_values("subject")["responder"].tolist() == pytest.approx([1, np.nan, np.nan], nan_ok=True)
    assert set(table["status"]) == {"ok", "no value at the first", "no value at the second"}


@pytest.mark.parametrize("rule", RULES)
def test_empty(numbers, rule):
    table = responders(study(numbers, [1.0], [1.0]).iloc[:0], rule=rule)
    assert (len(table), list(table)) == (0, list(COLUMNS))


@pytest.mark.parametrize("rule", ["", *RULES])
def test_limits_of_a_ratio_in_the_wrong_order(numbers, size, rule):
    with pytest.raises(ConfigError, match=r"ratio_limits: \[1.1, 0.9\]; expected the lower limit first"):
        responders(study(numbers, [100.0], [100.0], **size), rule=rule, ratio_limits=(1.1, 0.9))
