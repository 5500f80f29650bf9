"""Mixed models of a study: which model, of which rows, what it says, and that it says it whatever the order of rows."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import ConfigError, MeasureError
from pipeline.study import model_tests as tests_module
from pipeline.study import models as models_module
from pipeline.study.model_tests import model_tests
from pipeline.study.models import models
from pipeline.study.multiplicity import holm

NUMBERS = ["estimate", "se", "df", "t", "p", "ci_low", "ci_high"]
POST = {("M1", "post"): 0.3, ("S1", "post"): -0.4}.items()


def of(table, label):
    (row,) = table[table["coefficient" if "coefficient" in table else "term"] == label].to_dict("records")
    return row


def test_the_model_of_a_crossover(crossover):
    frame = crossover(2, n=11)
    table, tests = models(frame), model_tests(frame)
    assert list(table) == list(models_module.COLUMNS)
    assert list(tests) == list(tests_module.COLUMNS)
    assert set(tests["term"]) == {"arm", "timepoint", "arm:timepoint", "period"}
    assert set(table["method"]) == set(tests["method"]) == {
        "log value ~ arm + timepoint + period + arm:timepoint + (1 | subject) + (1 | subject:session); "
        "REML, inner and outer degrees of freedom; arm against sham; timepoint against pre; period against 1"
    }  # fmt: skip
    assert set(table["scale"]) == {"log"}
    assert (tests["n_subjects"][0], tests["n_sessions"][0], tests["n_obs"][0]) == (11, 33, 66)
    assert dict(zip(tests["term"], tests["df"], strict=True)) == {
        "arm": 18, "period": 18, "timepoint": 30, "arm:timepoint": 30}  # fmt: skip


def test_the_interaction_is_the_difference_of_log_changes(crossover):
    frame = crossover(2, effects=POST)
    logs = np.log(frame.pivot(index=["subject", "arm"], columns="timepoint", values="value"))
    change = (logs["post"] - logs["pre"]).groupby("arm").mean()
    for arm, effect in (("M1", 0.3), ("S1", -0.4)):
        row = of(models(frame), f"arm[{arm}]:timepoint[post]")
        assert row["estimate"] == pytest.approx(change[arm] - change["sham"])
        assert row["ci_low"] < effect < row["ci_high"]
        assert row["t"] == pytest.approx(row["estimate"] / row["se"])


def test_sequence_is_in_it_where_there_are_enough_subjects(crossover):
    assert crossover(2, n=11)["sequence"].nunique() == 6
    assert "sequence" in set(model_tests(crossover(1, n=12, arms=("sham", "real")))["term"])


def test_groups_and_times_of_day(crossover):
    frame = crossover(3, arms=("evening", "morning"))
    frame = frame.assign(time_of_day=frame["arm"], session=frame["arm"], arm="", period="", sequence="")
    tests = model_tests(frame)
    assert set(tests["term"]) == {
        "group", "time_of_day", "timepoint", "group:time_of_day", "group:timepoint", "time_of_day:timepoint",
        "group:time_of_day:timepoint"}  # fmt: skip
    assert "group against HC" in tests["method"][0]
    assert "time_of_day against morning" in tests["method"][0]
    assert dict(zip(tests["term"], tests["df"], strict=True))["group"] == 10
    assert dict(zip(tests["term"], tests["df"], strict=True))["group:time_of_day"] == 10
    assert dict(zip(tests["term"], tests["df"], strict=True))["group:timepoint"] == 20


def test_one_number_a_subject_is_least_squares(crossover):
    frame = crossover(4).query("arm == 'sham' and timepoint == 'pre'").assign(arm="", sequence="")
    row = of(models(frame), "group[RLS]")
    assert "least squares" in row["method"]
    assert (row["df"], row["n_obs"]) == (10, 12)


def test_the_order_of_rows_changes_nothing(crossover):
    frame = crossover(5, effects=POST)
    both = [table(frame.sample(frac=1.0, random_state=seed)) for seed in (1, 2) for table in (models, model_tests)]
    for one, other in zip(both[:2], both[2:], strict=True):
        pd.testing.assert_frame_equal(one, other, rtol=1e-4)


def test_a_gain_moves_the_intercept_of_a_size_and_nothing_else(crossover):
    frame = crossover(6, effects=POST)
    one, other = models(frame), models(frame.assign(value=frame["value"] * 7.0))
    assert of(other, "intercept")["estimate"] - of(one, "intercept")["estimate"] == pytest.approx(np.log(7.0))
    rest = one["coefficient"] != "intercept"
    pd.testing.assert_frame_equal(one.loc[rest, NUMBERS], other.loc[rest, NUMBERS], rtol=1e-5)


def test_what_is_not_a_size_is_not_a_logarithm_and_scales(crossover):
    frame = crossover(7).assign(metric="rmt", convention="entered", unit="%MSO")
    one, other = models(frame), models(frame.assign(value=frame["value"] * 3.0 + 5.0))
    assert set(one["scale"]) == {"raw"}
    rest = one["coefficient"] != "intercept"
    assert other.loc[rest, "estimate"].to_numpy() == pytest.approx(3 * one.loc[rest, "estimate"].to_numpy())
    assert other.loc[rest, "p"].to_numpy() == pytest.approx(one.loc[rest, "p"].to_numpy(), rel=1e-5)


def test_arms_are_held_against_the_one_that_is_named(crossover):
    frame = crossover(8, effects=POST)
    forth, back = models(frame, sham="sham"), models(frame, sham="m1")
    one, other = of(forth, "arm[M1]:timepoint[post]"), of(back, "arm[sham]:timepoint[post]")
    assert one["estimate"] == pytest.approx(-other["estimate"], rel=1e-5)
    assert one["p"] == pytest.approx(other["p"], rel=1e-4)
    same = [model_tests(frame, sham=name)["f"].to_numpy() for name in ("sham", "M1")]
    assert same[0] == pytest.approx(same[1], rel=1e-4)


def test_timepoints_are_held_against_the_first_that_is_named(crossover):
    frame = crossover(9, timepoints=("later", "PRE"))
    assert of(models(frame), "timepoint[later]")
    assert of(models(frame, reference=("later",)), "timepoint[PRE]")


def test_holm_is_over_the_same_term_of_all_metrics(crossover):
    other = crossover(11).assign(metric="cortical_sp", convention="x", unit="ms")
    frame = pd.concat([crossover(10, effects=POST), other])
    tests = model_tests(frame)
    for term, own in tests.groupby("term"):
        assert own["p_holm"].to_numpy() == pytest.approx(holm(own["p"].to_numpy(), np.zeros(2)))
        assert set(own["family"]) == {f"2 tests of {term}"}
    table = models(frame)
    own = table[table["term"] == "arm:timepoint"]
    assert own["p_holm"].to_numpy() == pytest.approx(holm(own["p"].to_numpy(), np.zeros(4)))
    intercept = table[table["coefficient"] == "intercept"]
    assert intercept["p_holm"].isna().all()
    alone = model_tests(frame, only=("mep_amplitude",))
    assert set(alone["metric"]) == {"mep_amplitude"}
    assert alone["p_holm"].to_numpy() == pytest.approx(alone["p"].to_numpy())


def test_stated_terms_and_covariates(crossover):
    frame = crossover(12)
    frame["age"] = [str(20 + 3 * int(each)) for each in frame["subject"]]
    frame["height_cm"] = 150.0 + frame["subject"].astype(int) ** 2
    frame = pd.concat([frame, frame.assign(metric="mep_latency", unit="ms")])
    made = model_tests(frame, terms="arm * timepoint", covariates=("age", "group"), latency_covariates=("height_cm",))
    by = {name: set(own["term"]) for name, own in made.groupby("metric")}
    assert by["mep_amplitude"] == {"arm", "timepoint", "arm:timepoint", "age", "group"}
    assert by["mep_latency"] == by["mep_amplitude"] | {"height_cm"}
    age = of(made[made["metric"] == "mep_amplitude"], "age")
    assert (age["df_numerator"], age["df"]) == (1, 9)


def test_timepoints_of_subjects_may_have_an_intercept(crossover):
    frame = crossover(12)
    made = model_tests(frame, changes=True)
    assert "(1 | subject:session) + (1 | subject:timepoint)" in made["method"][0]
    assert made["sd_change"].notna().all()
    assert of(made, "timepoint")["df"] == 11
    one = model_tests(frame[frame["arm"] == "sham"].assign(arm="", sequence="", period=""), changes=True)
    assert "subject:timepoint" not in one["method"][0]


def test_the_arms_of_each_group(crossover):
    made = model_tests(crossover(13), terms="group * arm * timepoint")
    assert of(made, "group:arm:timepoint")["df_numerator"] == 2


def test_missing_numbers_are_borne(crossover):
    rng = np.random.default_rng(0)
    frame = crossover(14, effects=POST)
    frame.loc[rng.random(len(frame)) < 0.25, "value"] = np.nan
    row = of(models(frame), "arm[S1]:timepoint[post]")
    assert row["n_obs"] == frame["value"].notna().sum() < 60
    assert row["ci_low"] < -0.4 < row["ci_high"]


def test_rows_that_lack_a_factor_or_a_logarithm_are_said(crossover):
    frame = crossover(15)
    frame.loc[3, "value"] = 0.0
    made = model_tests(frame)
    assert set(made["status"]) == {"not_positive"}
    assert set(made["n_obs"]) == {71}
    frame.loc[frame["subject"] == "05", "arm"] = ""
    made = model_tests(frame)
    assert set(made["status"]) == {"factor_unknown;not_positive"}
    assert set(made["n_obs"]) == {65}


def test_visits_that_do_not_differ_are_said(crossover):
    frame = crossover(16, sd=(0.4, 0.0, 0.2))
    logs = np.log(frame["value"])
    visit = logs.groupby([frame["subject"], frame["session"]]).transform("mean")
    person = logs.groupby(frame["subject"]).transform("mean")
    made = model_tests(frame.assign(value=np.exp(logs - visit + person)))
    assert set(made["status"]) == {"random_variance_zero"}
    assert set(made["sd_session"]) == {0.0}
    assert made["p"].between(0, 1).all()


def test_no_visit_is_named_but_arms_tell_them_apart(crossover):
    frame = crossover(17)
    pd.testing.assert_frame_equal(models(frame), models(frame.assign(session="")), rtol=1e-5)


@pytest.mark.parametrize("function", [models, model_tests])
def test_nothing_and_one_subject(crossover, function):
    frame = crossover(18)
    empty = function(frame.iloc[:0])
    assert len(empty) == 0
    assert list(empty) == list(function(frame))
    assert len(function(frame.assign(value=np.nan))) == 0
    alone = function(frame[frame["subject"] == "03"])
    assert alone["status"].tolist() == ["few_subjects"]
    assert alone[["p", "p_holm"]].isna().all(axis=None)
    three = function(frame[frame["subject"] < "03"])
    assert three["p"].notna().any()


def test_what_does_not_vary_has_no_model(crossover):
    frame = crossover(19).query("arm == 'sham' and timepoint == 'pre'")
    assert len(models(frame.assign(group="RLS"), terms="arm * timepoint + group")) == 0
    same = models(crossover(19).assign(value=4.0))
    assert same["status"].tolist() == ["no_residual"]


def test_as_many_sequences_as_subjects_leave_no_degrees_of_freedom(crossover):
    frame = crossover(20, n=4)
    made = model_tests(frame.assign(sequence=frame["subject"]), terms="arm * timepoint + sequence")
    row = of(made, "sequence")
    assert np.isnan(row["p"])
    assert "no_df" in row["status"]
    assert of(made, "arm:timepoint")["p"] > 0


def test_the_same_number_twice_is_an_error(crossover):
    frame = crossover(21)
    with pytest.raises(MeasureError, match="subject 00 has 2 values"):
        models(pd.concat([frame, frame.iloc[:1]]))


def test_unknown_names_are_errors_that_say_what_there_is(crossover):
    with pytest.raises(ConfigError, match="no column 'amr'; did you mean 'arm'"):
        models(crossover(22), terms="amr * timepoint")
    with pytest.raises(ConfigError, match="no column 'hight'"):
        models(crossover(22), covariates=("hight",))
    with pytest.raises(ConfigError, match="no metric 'sici_'; did you mean 'sici'"):
        models(crossover(22), only=("sici_",))
    assert len(models(crossover(22), only=("sici",))) == 0


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_loading_it_loads_nothing_heavy():
    code = (
        "import sys, pipeline.study.models, pipeline.study.model_tests, pipeline.study.carry_over, "
        "pipeline.study.completeness\nprint([each for each in sys.modules if each in ('pandas', 'mne', 'statsmodels') "
        "or (each.startswith('scipy.') and each.split('.')[1][0] != '_' "
        "and each not in ('scipy.version', 'scipy.__config__'))])"
    )
    assert run(code) == "[]"


def test_without_statsmodels_the_error_names_the_extra():
    code = (
        "import sys; sys.modules['statsmodels'] = None\nimport numpy as np\n"
        "from pipeline.errors import ConfigError\nfrom pipeline.study.mixed import fit\n"
        "from pipeline.study.nested import Nested\n"
        "from pipeline.study.terms import Design\nones = np.ones((6, 1))\ncodes = np.repeat(np.arange(3), 2)\n"
        "try: fit(np.arange(6.0) ** 2, Design(ones, ('intercept',), ((),)), Nested(codes, codes))\n"
        "except ConfigError as error: print(error)"
    )
    assert "pip install 'mep-pipeline[stats]'" in run(code)


@pytest.mark.slow
def test_a_null_crossover_alarms_as_often_as_it_should(crossover):
    p = [of(model_tests(crossover([seed, 1])), "arm:timepoint")["p"] for seed in range(60)]
    assert 0 < (np.array(p) < 0.05).sum() < 10  # 99.9 % of draws of a binomial with 0.05
