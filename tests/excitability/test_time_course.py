"""Log ratios of blocks over time: by hand, and how often their intervals hold the truth."""

import numpy as np
import pytest

from pipeline.excitability import time_course
from pipeline.excitability.time_course import Course

BEFORE = np.array([900.0, 1000.0, 1111.0])


def blocks(*of, before=BEFORE):
    """Trials of blocks of (minutes, sizes)."""
    sizes = [np.array(each, float) for _, each in of]
    return time_course.after(
        (
            np.concatenate([before, *sizes]),
            np.concatenate(
                [np.full(len(before), np.nan), *(np.full(len(each), of[at][0]) for at, each in enumerate(sizes))]
            ),
            np.repeat(np.arange(len(of) + 1), [len(before), *map(len, sizes)]).astype(float),
        ),
        (before, np.full(len(before), np.nan), np.zeros(len(before))),
        1,
    )


def course(minutes, logs):
    logs = np.array([0.0, *logs])
    return Course(np.array(minutes, float), logs, np.full(len(logs), 0.01), np.full(len(logs), 20))


def test_blocks_are_in_the_order_of_time():
    of = blocks((20, [4000, 4000]), (5, [2000, 2000]))
    made = time_course.of_means(of)
    np.testing.assert_array_equal(made.minutes, [5, 20])
    np.testing.assert_allclose(np.exp(made.log_uv), [BEFORE.mean(), 2000, 4000])
    np.testing.assert_array_equal(made.n, [3, 2, 2])


def test_geometric_and_means_differ_where_sizes_are_skewed():
    of = blocks((5, [100, 10000]))
    np.testing.assert_allclose(np.exp(time_course.geometric(of).log_uv[1]), 1000)
    np.testing.assert_allclose(np.exp(time_course.of_means(of).log_uv[1]), 5050)
    assert time_course.geometric(of).variance[1] == pytest.approx(np.log([100, 10000]).var(ddof=1) / 2)
    assert time_course.of_means(of).variance[1] == pytest.approx(np.var([100, 10000], ddof=1) / 2 / 5050**2)


def test_area_by_hand():
    made = time_course.area(course([0, 10, 30], [1.0, 2.0, 0.0]))
    assert made.value[0] == pytest.approx(10 * 1.5 + 20 * 1.0)
    weights = np.array([-30.0, 5.0, 15.0, 10.0])
    assert (made.high - made.low)[0] / 2 == pytest.approx(1.99 * np.sqrt((weights**2 * 0.01).sum()), rel=0.03)


def test_one_block_against_another_is_welchs_interval():
    from pipeline.excitability.intervals import log_t_of_two

    own = np.array([1500.0, 2500.0, 1800.0, 900.0])
    made = time_course.ratios(time_course.geometric(blocks((5, own))))
    np.testing.assert_allclose(np.exp([made.low[0], made.high[0]]), log_t_of_two(own, BEFORE))


def test_one_trial_has_no_interval():
    made = time_course.ratios(time_course.geometric(blocks((5, [2000]), (9, [1000, 3000]))))
    assert np.isnan(made.low[0])
    assert made.low[1] < made.value[1] < made.high[1]


def test_blocks_that_do_not_vary_have_no_interval():
    made = time_course.ratios(time_course.geometric(blocks((5, [2000, 2000]), before=np.array([1000.0, 1000.0]))))
    assert made.value[0] == pytest.approx(np.log(2))
    assert np.isnan(made.low[0])


def test_what_is_not_of_use_is_said():
    nothing = np.array([])
    of = time_course.after((BEFORE, np.full(3, np.nan), np.ones(3)), (nothing,) * 3, 5)
    assert of.wrong == "no_baseline;no_minutes"
    trials = (np.array([1.0, np.nan, 3.0]), np.array([5.0, 5.0, np.nan]), np.array([1.0, 1.0, 2.0]))
    of = time_course.after(trials, (BEFORE, np.full(3, np.nan), np.zeros(3)), 3)
    assert (of.wrong, of.status) == ("", "some_missing;few_trials")
    np.testing.assert_array_equal(of.sizes_uv, [1.0])


def test_a_timepoint_before_with_minutes_after_is_neither():
    of = time_course.after((BEFORE, np.array([-5.0, 5.0, 7.0]), np.array([0.0, 0.0, 1.0])),
                           (BEFORE[:2], np.array([-5.0, 5.0]), np.zeros(2)), 1)  # fmt: skip
    np.testing.assert_array_equal(of.before_uv, BEFORE[:1])
    np.testing.assert_array_equal(of.sizes_uv, BEFORE[2:])


@pytest.mark.parametrize("average", [time_course.geometric, time_course.of_means])
def test_intervals_of_the_area_cover(average):
    rng = np.random.default_rng(5)
    logs, minutes, held = np.array([0.4, 0.2, 0.0]), (0, 10, 30), 0
    true = np.trapezoid(logs, minutes)
    for _ in range(600):
        sizes = 1000 * np.exp(rng.normal(0, 0.5, (4, 20)))
        of = blocks(*zip(minutes, sizes[1:] * np.exp(logs)[:, None], strict=True), before=sizes[0])
        made = time_course.area(average(of))
        held += made.low[0] <= true <= made.high[0]
    assert 0.925 <= held / 600 <= 0.975
