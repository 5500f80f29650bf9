"""A reviewer's decisions: checked, applied where the trial is still the same, and in the type of their column."""

import numpy as np
import pandas as pd
import pytest

from pipeline.detection import decisions
from pipeline.errors import ConfigError

COLUMNS = ("onset_ms", "excluded", "reasons")


@pytest.fixture
def trials(recording):
    made, _ = recording(4, seed=1)
    return made.replace(notes={"fingerprint": np.array([["a"], ["b"], ["c"], ["d"]])})


def table(*rows):
    return pd.DataFrame(rows, columns=["trial", "muscle", "column", "value", "fingerprint"])


def test_what_holds_and_what_is_stale(trials):
    decided = table(
        (1, "FDI", "onset_ms", "21.5", "b"), (2, "FDI", "onset_ms", "22", "old"), (1, "FDI", "excluded", 1, "b")
    )
    decisions.check_decisions(trials, decided, COLUMNS)
    fresh, stale = decisions.fresh_and_stale(trials, 0, decided)
    assert fresh == {"onset_ms": {1: "21.5"}, "excluded": {1: 1}}
    assert stale.tolist() == [False, False, True, False]


def test_no_decisions(trials):
    decisions.check_decisions(trials, None, COLUMNS)
    fresh, stale = decisions.fresh_and_stale(trials, 0, None)
    assert fresh == {}
    assert not stale.any()


def test_those_of_another_side_do_not_apply(trials):
    decided = table((1, "FDI", "onset_ms", "21", "b")).assign(side="L")
    assert decisions.fresh_and_stale(trials, 0, decided)[0] == {}
    assert decisions.fresh_and_stale(trials, 0, decided.assign(side=""))[0] == {"onset_ms": {1: "21"}}


def test_a_value_has_the_type_of_its_column():
    found = {
        "onset_ms": np.array([20.0, 21.0]),
        "excluded": np.array([False, True]),
        "reasons": np.array(["", "clipped"], object),
    }
    fresh = {"onset_ms": {0: "n/a", 1: "19.5"}, "excluded": {0: "TRUE", 1: 0.0}, "reasons": {1: "n/a"}, "other": {0: 1}}
    out = decisions.applied(found, fresh)
    np.testing.assert_array_equal(out["onset_ms"], [np.nan, 19.5])
    assert out["excluded"].tolist() == [True, False]
    assert out["excluded"].dtype == bool
    assert out["reasons"].tolist() == ["", ""]
    assert found["onset_ms"].tolist() == [20.0, 21.0], "the computed values are kept as they were"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ((9, "FDI", "onset_ms", "1", "a"), "trial 9 does not exist; trials go from 0 to 3"),
        ((1, "FDY", "onset_ms", "1", "a"), "no muscle 'FDY'; did you mean 'FDI'"),
        ((1, "FDI", "onst_ms", "1", "a"), "no column 'onst_ms'; did you mean 'onset_ms'"),
    ],
)
def test_a_decision_on_what_is_not_there(trials, row, said):
    with pytest.raises(ConfigError, match=f"^decisions: {said}"):
        decisions.check_decisions(trials, table(row), COLUMNS)


@pytest.mark.parametrize(
    ("column", "value", "said"), [("excluded", "maybe", "true or false"), ("onset_ms", "x", "a number")]
)
def test_a_value_that_does_not_fit(column, value, said):
    found = {"onset_ms": np.zeros(1), "excluded": np.zeros(1, bool)}
    with pytest.raises(ConfigError, match=f"{column} is '{value}'; expected {said}"):
        decisions.applied(found, {column: {0: value}})
