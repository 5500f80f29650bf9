"""A model in words, and its columns."""

import numpy as np
import pytest

from pipeline.errors import ConfigError
from pipeline.study.terms import categories, covariate, design, terms

KNOWN = ("arm", "timepoint", "period", "age")


def test_a_star_is_every_interaction_and_nothing_comes_twice():
    expected = (("period",), ("arm",), ("timepoint",), ("arm", "timepoint"))
    assert terms("period + arm*timepoint + timepoint:arm + arm", KNOWN) == expected
    assert terms("arm:timepoint", KNOWN) == (("arm", "timepoint"),)
    assert len(terms("arm * timepoint * period", KNOWN)) == 7


@pytest.mark.parametrize(("text", "name"), [("arm * tiempoint", "tiempoint"), ("arm + ", ""), ("arm:", "")])
def test_unknown_names_are_said(text, name):
    with pytest.raises(ConfigError, match=f"no column '{name}'; .*There are: age, arm, period, timepoint"):
        terms(text, KNOWN)


def test_the_first_level_is_found_whatever_its_case_and_others_are_in_natural_order():
    made = categories("timepoint", ["t10", "T0", "t2", "T0"], ("pre", "t0"))
    assert made.first == "T0"
    assert made.labels == ("timepoint[t2]", "timepoint[t10]")
    assert made.columns.tolist() == [[0, 1], [0, 0], [1, 0], [0, 0]]
    assert categories("arm", ["b", "a"], ("sham",)).first == "a"


def test_an_interaction_is_the_product_of_columns():
    rng = np.random.default_rng(1)
    arm, age = rng.choice(["a", "b", "c"], 30).tolist(), rng.normal(40, 9, 30)
    factors = {"arm": categories("arm", arm), "age": covariate("age", age)}
    made = design(terms("arm * age", KNOWN), factors, 30)
    assert made.labels == ("intercept", "arm[b]", "arm[c]", "age", "arm[b]:age", "arm[c]:age")
    assert made.terms == ((), ("arm",), ("arm",), ("age",), ("arm", "age"), ("arm", "age"))
    assert np.allclose(made.columns[:, 4], (np.array(arm) == "b") * (age - age.mean()))
    assert np.allclose(made.columns[:, 3].sum(), 0)
