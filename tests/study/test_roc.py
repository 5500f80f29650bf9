"""ROC curves: by hand, by counting, invariances, coverage, what is chosen on the same data says so."""

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from pipeline.errors import ConfigError
from pipeline.study.roc import COLUMNS, roc

RNG = np.random.default_rng(12)
HEALTHY, PATIENTS = np.exp(RNG.normal(-1.0, 0.5, 20)), np.exp(RNG.normal(-0.4, 0.5, 25))
SICI = {"metric": "sici", "convention": "ratio_of_means", "unit": "", "level": "paired_3ms"}


def study(numbers, positive, negative, **facts):
    return numbers([
        {"subject": f"{group}{n}", "group": group, "value": value, **SICI, **facts}
        for group, values in (("RLS", positive), ("control", negative)) for n, value in enumerate(values)
    ])  # fmt: skip


def only(frame, **settings):
    (row,) = roc(frame, **settings).to_dict("records")
    return row


def test_by_hand(numbers):
    """Of 12 pairs 10 are in order and one is tied; over 2.5 lie 3 of 4 and none of 3."""
    row = only(study(numbers, [2.0, 3, 4, 5], [1.0, 2, 2.5], unit="x"))
    assert row["auc"] == pytest.approx((10 + 0.5) / 12)
    assert (row["cutoff"], row["sensitivity"], row["specificity"]) == (2.75, 0.75, 1.0)
    assert (row["direction"], row["positive"], row["negative"]) == ("higher", "RLS", "control")


def test_area_and_shares_against_scipy(numbers):
    row = only(study(numbers, PATIENTS, HEALTHY))
    assert row["auc"] == pytest.approx(scipy.stats.mannwhitneyu(PATIENTS, HEALTHY).statistic / 500)
    assert row["auc_low"] < row["auc"] < row["auc_high"]
    hits = int((row["cutoff"] < PATIENTS).sum())
    limits = scipy.stats.binomtest(hits, 25).proportion_ci(method="wilson")
    assert row["sensitivity"] == hits / 25
    assert (row["sensitivity_low"], row["sensitivity_high"]) == pytest.approx((limits.low, limits.high))
    right = int((row["cutoff"] >= HEALTHY).sum())
    limits = scipy.stats.binomtest(right, 20).proportion_ci(method="wilson")
    assert (row["specificity_low"], row["specificity_high"]) == pytest.approx((limits.low, limits.high))


def test_no_cutoff_is_better(numbers):
    row = only(study(numbers, PATIENTS, HEALTHY))
    every = np.linspace(0, PATIENTS.max() + 1, 20001)
    youden = (every[:, None] < PATIENTS).mean(axis=1) - (every[:, None] < HEALTHY).mean(axis=1)
    assert row["sensitivity"] + row["specificity"] - 1 == pytest.approx(youden.max())


def test_what_is_chosen_on_the_same_data_says_so(numbers):
    row = only(study(numbers, PATIENTS, HEALTHY))
    assert "cut-off by Youden's index, chosen on the same data" in row["method"]
    assert "direction chosen on the same data" in row["method"]
    assert "direction" not in only(study(numbers, PATIENTS, HEALTHY), direction="higher")["method"]


def test_the_interval_that_papers_report(numbers):
    score, normal = (only(study(numbers, PATIENTS, HEALTHY), interval=name) for name in ("score", "delong"))
    assert score["auc"] == normal["auc"]
    assert score["auc_low"] < normal["auc_low"]
    assert normal["auc_high"] - normal["auc"] == pytest.approx(normal["auc"] - normal["auc_low"])
    assert "normal interval of the area with DeLong's variance" in normal["method"]
    assert "score interval of the area with DeLong's variance" in score["method"]


def test_direction(numbers):
    higher, lower = only(study(numbers, PATIENTS, HEALTHY)), only(study(numbers, HEALTHY, PATIENTS))
    assert (higher["direction"], lower["direction"]) == ("higher", "lower")
    for name in ("auc", "auc_low", "auc_high"):
        assert lower[name] == pytest.approx(higher[name])
    forced = only(study(numbers, PATIENTS, HEALTHY), direction="lower")
    assert (forced["auc"], forced["auc_low"]) == pytest.approx((1 - higher["auc"], 1 - higher["auc_high"]))


def test_a_stated_cutoff(numbers):
    table = roc(study(numbers, PATIENTS, HEALTHY), cutoffs=(("sici", "ratio_of_means", 0.35),), direction="higher")
    assert list(table["kind"]) == ["youden", "stated"]
    stated = table.iloc[1]
    assert stated["cutoff"] == 0.35
    assert stated["sensitivity"] == (PATIENTS > 0.35).mean()
    assert stated["specificity"] == (HEALTHY <= 0.35).mean()
    assert stated["method"].endswith("cut-off as stated in the config")
    with pytest.raises(ConfigError, match="no 'sici ratio'; did you mean 'sici "):
        roc(study(numbers, PATIENTS, HEALTHY), cutoffs=(("sici", "ratio", 0.35),))
    elsewhere = roc(study(numbers, PATIENTS, HEALTHY), cutoffs=(("icf", "ratio_of_means", 1.2),))
    assert list(elsewhere["kind"]) == ["youden"]


@pytest.mark.parametrize(
    ("direction", "sensitivity", "specificity"), [("higher", 1 / 3, 2 / 3), ("lower", 1 / 3, 2 / 3)]
)
def test_a_value_at_the_cutoff_is_negative(numbers, direction, sensitivity, specificity):
    table = roc(
        study(numbers, [1.0, 2, 3], [1.0, 2, 3]), cutoffs=(("sici", "ratio_of_means", 2.0),), direction=direction
    )
    stated = table.iloc[1]
    assert (stated["sensitivity"], stated["specificity"]) == pytest.approx((sensitivity, specificity))


def test_what_only_orders_changes_no_area(numbers):
    row = only(study(numbers, PATIENTS, HEALTHY))
    for change in (lambda x: 8 * x, np.log, lambda x: x**3):
        other = only(study(numbers, change(PATIENTS), change(HEALTHY)))
        for name in ("auc", "auc_low", "auc_high", "sensitivity", "specificity"):
            assert other[name] == pytest.approx(row[name])
    assert only(study(numbers, 8 * PATIENTS, 8 * HEALTHY))["cutoff"] == pytest.approx(8 * row["cutoff"])


def test_order_of_rows_changes_nothing(numbers):
    frame = study(numbers, PATIENTS, HEALTHY)
    pd.testing.assert_frame_equal(roc(frame.sample(frac=1, random_state=2)), roc(frame))


def test_coverage_of_the_area(numbers):
    """400 studies of 30 and 25 subjects, true area 0.76: inside four standard errors of 95 %."""
    rng = np.random.default_rng(4)
    frames = [
        study(numbers, rng.normal(1, 1, 30), rng.normal(0, 1, 25), level=str(n), convention="geometric_ratio")
        for n in range(400)
    ]
    table = roc(pd.concat(frames, ignore_index=True), direction="higher")
    truth = scipy.stats.norm.cdf(1 / np.sqrt(2))
    assert 0.906 < ((table["auc_low"] <= truth) & (truth <= table["auc_high"])).mean() < 0.994
    # what is chosen on the same data is too good: the true Youden index of the best cut-off is 0.383
    assert (table["sensitivity"] + table["specificity"] - 1).mean() > 0.42


def test_which_groups(numbers):
    frame = pd.concat(
        [
            study(numbers, PATIENTS, HEALTHY),
            study(numbers, HEALTHY, []).assign(group="PLMD", subject=[str(n) for n in range(20)]),
        ],
        ignore_index=True,
    )
    assert only(frame)["negative"] == "PLMD, control"
    assert (only(frame, negative=("Control",))["negative"], only(frame)["n_negative"]) == ("control", 40)
    assert only(frame, positive="plmd")["positive"] == "PLMD"
    with pytest.raises(ConfigError, match="no group 'controls'; did you mean 'control'"):
        roc(frame, negative=("controls",))
    with pytest.raises(ConfigError, match="group: no column 'grp'"):
        roc(frame, group="grp")


def test_too_little_says_so(numbers):
    one = only(study(numbers, [2.0], [1.0, 3.0]))
    assert (one["auc"], one["status"]) == (0.5, "fewer than 2 subjects on a side: no interval of the area")
    assert np.isnan([one["auc_low"], one["auc_high"]]).all()
    apart = only(study(numbers, [3.0, 4], [1.0, 2]))
    assert (apart["auc"], apart["sensitivity"], apart["specificity"]) == (1, 1, 1)
    assert apart["status"] == "the sides do not overlap: no interval of the area"
    alike = only(study(numbers, [1.0, 1], [1.0, 1]))
    assert alike["auc"] == 0.5
    assert np.isnan([alike["cutoff"], alike["sensitivity"]]).all()


def test_a_cell_with_one_side_says_so(numbers):
    frame = pd.concat([study(numbers, PATIENTS, HEALTHY), study(numbers, PATIENTS, [], muscle="TA")], ignore_index=True)
    row = roc(frame).iloc[1]
    assert (row["n_positive"], row["n_negative"], row["status"]) == (25, 0, "no subject of one of the sides")
    assert np.isnan([row["auc"], row["cutoff"]]).all()


def test_no_such_group_and_no_rows(numbers):
    for frame in (study(numbers, [], HEALTHY), study(numbers, PATIENTS, []), study(numbers, [1.0], [2.0]).iloc[:0]):
        table = roc(frame)
        assert (len(table), list(table)) == (0, list(COLUMNS))


def test_a_positive_group_that_nobody_is_of(numbers):
    frame = study(numbers, PATIENTS, HEALTHY).replace({"group": {"RLS": "iRLS"}})
    assert len(roc(frame)) == 0
    with pytest.raises(ConfigError, match=r"positive: no group 'irsl'; There are: control, iRLS"):
        roc(frame, positive="irsl")
    assert len(roc(frame.assign(group=""), positive="irsl")) == 0
