"""Groups against each other: scipy, R, invariances, families, false positives, too few subjects."""

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from pipeline.study.differences import COLUMNS, differences
from pipeline.study.multiplicity import holm

RNG = np.random.default_rng(9)
HEALTHY, PATIENTS = np.exp(RNG.normal(6.0, 0.5, 10)), np.exp(RNG.normal(6.6, 0.8, 13))
SIGNED = ("difference", "hedges_g", "cliffs_delta")


def study(numbers, **groups):
    """Group -> values, and facts of all."""
    facts = {name: each for name, each in groups.items() if isinstance(each, str)}
    return numbers([
        {"subject": f"{group}{n}", "group": group, "value": value, **facts}
        for group, values in groups.items() if group not in facts for n, value in enumerate(values)
    ])  # fmt: skip


def only(frame, **settings):
    (row,) = differences(frame, **settings).to_dict("records")
    return row


def test_logs_against_scipy(numbers, size):
    row = only(study(numbers, RLS=PATIENTS, control=HEALTHY, **size))
    told = scipy.stats.ttest_ind(np.log(PATIENTS), np.log(HEALTHY), equal_var=False)
    limits = told.confidence_interval()
    assert (row["first"], row["second"], row["n_first"], row["n_second"]) == ("control", "RLS", 10, 13)
    assert [row[f"difference{end}"] for end in ("", "_low", "_high")] == pytest.approx(
        [np.log(PATIENTS).mean() - np.log(HEALTHY).mean(), limits.low, limits.high]
    )
    assert row["p"] == pytest.approx(told.pvalue)
    assert row["percent"] == pytest.approx(100 * (scipy.stats.gmean(PATIENTS) / scipy.stats.gmean(HEALTHY) - 1))
    assert row["p_rank"] == pytest.approx(scipy.stats.mannwhitneyu(PATIENTS, HEALTHY).pvalue)
    pairs = np.sign(PATIENTS[:, None] - HEALTHY)
    assert row["cliffs_delta"] == pytest.approx(pairs.mean())
    assert row["cliffs_delta_low"] < row["cliffs_delta"] < row["cliffs_delta_high"] <= 1
    assert row["status"] == "ok"


def test_ranks_against_r(numbers, told_by_r):
    first, second = HEALTHY.round(1).tolist(), PATIENTS.round(1).tolist()
    row = only(study(numbers, control=first, RLS=second))
    told = told_by_r(f"wilcox.test(c({str(second)[1:-1]}), c({str(first)[1:-1]}), exact = FALSE)$p.value")
    assert row["p_rank"] == pytest.approx(told[0], rel=1e-6)


def test_swapping_the_groups_flips_the_sign(numbers, size):
    frame = study(numbers, a=HEALTHY, b=PATIENTS, **size)
    there, back = only(frame, reference=("a",)), only(frame, reference=("b",))
    assert (there["first"], back["first"]) == ("a", "b")
    for name in SIGNED:
        for end, other in (("", ""), ("_low", "_high"), ("_high", "_low")):
            assert there[f"{name}{end}"] == pytest.approx(-back[f"{name}{other}"], rel=1e-4)
    assert there["p"] == pytest.approx(back["p"])
    assert (1 + there["percent"] / 100) * (1 + back["percent"] / 100) == pytest.approx(1)


@pytest.mark.parametrize("gain", [0.001, 7.0])
def test_gain_changes_nothing_on_the_log_scale_and_no_effect_size_on_any(numbers, size, gain):
    for facts, names in ((size, (*SIGNED, "p", "percent_low")), ({}, (*SIGNED[1:], "p", "p_rank"))):
        rows = [only(study(numbers, control=k * HEALTHY, RLS=k * PATIENTS, **facts)) for k in (1, gain)]
        assert [rows[1][name] for name in names] == pytest.approx([rows[0][name] for name in names], rel=1e-6)


def test_order_of_rows_changes_nothing(numbers):
    frame = study(numbers, control=HEALTHY, RLS=PATIENTS, PLMD=PATIENTS + 3)
    expected = differences(frame)
    for seed in range(3):
        pd.testing.assert_frame_equal(differences(frame.sample(frac=1, random_state=seed)), expected)


def test_every_pair_the_reference_first(numbers):
    frame = study(numbers, RLS=PATIENTS, PLMD=PATIENTS, hc=HEALTHY)
    table = differences(frame)
    assert list(zip(table["first"], table["second"], strict=True)) == [("hc", "PLMD"), ("hc", "RLS"), ("PLMD", "RLS")]
    named = differences(frame, reference=("RLS",))
    assert list(zip(named["first"], named["second"], strict=True)) == [("RLS", "PLMD"), ("RLS", "hc"), ("PLMD", "hc")]


def test_holm_within_each_metric(numbers, size):
    rng = np.random.default_rng(3)
    frames = [
        study(numbers, control=rng.normal(40, 5, 9), RLS=rng.normal(45, 5, 9), **facts, muscle=muscle)
        for facts in ({}, size) for muscle in ("FDI", "TA")
    ]  # fmt: skip
    table = differences(pd.concat(frames, ignore_index=True))
    assert list(table["metric"]) == ["rmt"] * 2 + ["mep_amplitude"] * 2
    for name in ("p", "p_rank"):
        expected = [*holm(table[name][:2], np.zeros(2)), *holm(table[name][2:], np.zeros(2))]
        assert table[f"{name}_holm"].to_numpy() == pytest.approx(expected)
        assert (table[f"{name}_holm"] > table[name]).any()
    whole = differences(pd.concat(frames, ignore_index=True), family=("state",))
    assert whole["p_holm"].to_numpy() == pytest.approx(holm(table["p"], np.zeros(4)))
    assert set(whole["family"]) == {"state"}


def test_each_visit_is_a_test_of_its_own(numbers):
    frames = [
        study(numbers, control=HEALTHY + n, RLS=PATIENTS, timepoint=when) for n, when in enumerate(("pre", "post"))
    ]
    table = differences(pd.concat(frames, ignore_index=True))
    assert list(table["timepoint"]) == ["pre", "post"]
    assert set(table["n_second"]) == {13}


def test_subjects_of_unknown_group_are_left_out(numbers):
    frame = study(numbers, control=HEALTHY, RLS=PATIENTS)
    stray = study(numbers, x=[1.0, 2.0]).assign(group="")
    both = pd.concat([frame, stray], ignore_index=True)
    pd.testing.assert_frame_equal(differences(both), differences(frame))


def test_no_difference_is_found_as_often_as_promised(numbers):
    """400 muscles of 9 and 12 subjects with unequal spreads: p under 0.05 inside four standard errors of 5 %."""
    rng = np.random.default_rng(5)
    a, b = rng.normal(40, 2, (400, 9)), rng.normal(40, 5, (400, 12))
    frames = [study(numbers, control=a[n], RLS=b[n], level=str(n)) for n in range(400)]
    table = differences(pd.concat(frames, ignore_index=True))
    assert 0.006 < (table["p"] < 0.05).mean() < 0.094
    covered = ((table["difference_low"] < 0) & (table["difference_high"] > 0)).mean()
    assert covered == pytest.approx(1 - (table["p"] < 0.05).mean())


def test_too_little_says_so(numbers, size):
    one = only(study(numbers, control=HEALTHY[:1], RLS=PATIENTS))
    assert one["status"] == "fewer than 2 subjects in a group"
    assert np.isnan([one["p"], one["p_holm"], one["hedges_g"], one["cliffs_delta_low"]]).all()
    alike = only(study(numbers, control=[1.0] * 3, RLS=[1.0] * 4))
    assert alike["status"] == "no spread in either group"
    assert np.isnan([alike["p"], alike["p_rank"]]).all()
    apart = only(study(numbers, control=[1.0, 2, 3], RLS=[4.0, 5, 6]))
    assert (apart["cliffs_delta"], apart["status"]) == (1, "the groups do not overlap: no interval of delta")
    zero = only(study(numbers, control=[*HEALTHY, 0.0], RLS=PATIENTS, **size))
    assert (zero["n_first"], zero["status"]) == (11, "1 values of zero or below have no logarithm")


def test_one_group_and_none(numbers):
    for frame in (study(numbers, RLS=PATIENTS), study(numbers, RLS=PATIENTS).iloc[:0]):
        table = differences(frame)
        assert (len(table), list(table)) == (0, list(COLUMNS))
