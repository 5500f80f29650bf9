"""What a norm is, and whom it holds for."""

import math

import pytest

from pipeline.norms import SPANS, Norm, Person, Span, person

NAN = math.nan
OPEN = Span(NAN, NAN)


def norm(**changed):
    spans = dict.fromkeys(SPANS, OPEN) | changed.pop("spans", {})
    stated = {"metric": "rmt", "conventions": (), "muscle": "fdi", "state": "rest", "sex": "", "kind": "norm",
              "low": 1.0, "high": 2.0, "unit": "%MSO", "by_sd": False, "slope": (NAN, NAN), "trust": "P",
              "source": "own"}  # fmt: skip
    return Norm(spans=spans, **{**stated, **changed})


@pytest.mark.parametrize(("span", "value", "slack", "holds"), [
    (OPEN, 5.0, 0.0, True), (OPEN, NAN, 0.0, True),
    (Span(1, 2), 1.0, 0.0, True), (Span(1, 2), 2.0, 0.0, True), (Span(1, 2), 2.1, 0.0, False),
    (Span(1, 2), 2.1, 0.2, True), (Span(1, 2), 0.7, 0.2, False), (Span(1, 2), NAN, 0.2, False),
    (Span(NAN, 2), -9.0, 0.0, True), (Span(NAN, 2), NAN, 0.0, False), (Span(3, NAN), 9.0, 0.0, True),
    (Span(3, NAN), NAN, 0.0, False), (Span(0, NAN), NAN, 0.0, True), (Span(0, NAN), 7.0, 0.0, True),
])  # fmt: skip
def test_a_span_holds_for(span, value, slack, holds):
    assert span.holds(value, slack) is holds


def test_a_span_that_says_nothing_is_not_stated():
    assert not OPEN.stated
    assert Span(0, NAN).stated


@pytest.mark.parametrize(("row", "found"), [
    (None, (NAN, "", NAN)),
    ({"age": "40", "sex": "F", "height_cm": "168"}, (40, "F", 168)),
    ({"Age": "40.5", "SEX": "male", "height": "1.8"}, (40.5, "M", 180)),
    ({"age": "", "sex": "other", "height": "175"}, (NAN, "", 175)),
    ({"age": "old", "sex": "f", "height_cm": "", "height": "2"}, (NAN, "F", 200)),
])  # fmt: skip
def test_a_row_of_participants(row, found):
    made = person(row)
    assert (made.age, made.height_cm) == pytest.approx((found[0], found[2]), nan_ok=True)
    assert made.sex == found[1]


@pytest.mark.parametrize(("changed", "who", "fits"), [
    ({}, Person(), True),
    ({"sex": "F"}, Person(sex="F"), True), ({"sex": "F"}, Person(sex="M"), False), ({"sex": "F"}, Person(), False),
    ({"spans": {"age": Span(20, 40)}}, Person(30), True), ({"spans": {"age": Span(20, 40)}}, Person(41), False),
    ({"spans": {"age": Span(20, 40)}}, Person(), False),
    ({"spans": {"height_cm": Span(NAN, 170)}}, Person(height_cm=160), True),
    ({"spans": {"height_cm": Span(NAN, 170)}}, Person(), False),
    ({"slope": (0.1, 170.0)}, Person(), False), ({"slope": (0.1, 170.0)}, Person(height_cm=150), True),
])  # fmt: skip
def test_whom_a_norm_fits(changed, who, fits):
    assert norm(**changed).fits(who) is fits


def test_limits_rise_with_height():
    made = norm(low=10.0, high=12.0, slope=(0.1, 170.0))
    assert made.limits(Person(height_cm=180.0)) == pytest.approx((11.0, 13.0))
    assert norm(low=10.0, high=12.0).limits(Person(height_cm=180.0)) == (10.0, 12.0)


@pytest.mark.parametrize(("trust", "verified"), [("P", True), ("C", True), ("own", True), ("M", False), ("m", False)])
def test_what_is_from_memory_is_not_verified(trust, verified):
    assert norm(trust=trust).verified is verified
