"""Which columns of a model are covariates and which are factors, and what others are held against."""

import inspect

import numpy as np
import pytest

from pipeline.study.baseline import baselines
from pipeline.study.differences import differences
from pipeline.study.model_tests import model_tests
from pipeline.study.models import models

AGES = [str(60 + 3 * n) for n in range(9)]


def aged(crossover, *oldest):
    frame = crossover(3, n=12)
    return frame.assign(age=frame["subject"].astype(int).map(dict(enumerate([*AGES, *oldest]))))


def of(table, term):
    (found,) = table[table["term"] == term].to_dict("records")
    return found


def test_an_age_of_89_and_more_is_a_number(crossover):
    frame = aged(crossover, "87", "88", "89+")
    made = of(models(frame, covariates=("age",)), "age")
    plain = of(models(frame.assign(age=frame["age"].str.removesuffix("+")), covariates=("age",)), "age")
    assert (made["coefficient"], made["n_subjects"], made["status"]) == ("age", 12, plain["status"])
    assert made["estimate"] == pytest.approx(plain["estimate"])


@pytest.mark.parametrize("unknown", ["n/a", "", "old", "inf", np.nan])
def test_what_is_no_number_is_unknown(crossover, unknown):
    made = of(model_tests(aged(crossover, "87", "88", unknown), covariates=("age",)), "age")
    assert (made["df_numerator"], made["n_subjects"]) == (1, 11)
    assert "factor_unknown" in made["status"]


def test_a_word_in_a_column_of_the_studys_own_makes_a_factor(crossover):
    frame = aged(crossover, "87", "88", "89").assign(ward=lambda own: np.where(own["age"] > "70", "2", "b"))
    assert of(models(frame, covariates=("ward",)), "ward")["coefficient"] == "ward[b]"


def test_every_analysis_holds_groups_against_the_same():
    asked = {differences: "reference", baselines: "control", models: "control", model_tests: "control"}
    told = {inspect.signature(each).parameters[name].default for each, name in asked.items()}
    assert len(told) == 1
