"""The fit itself: likelihood by hand, minima that are known, bounds."""

import numpy as np
import pytest
import scipy.stats

from pipeline.excitability.curve_fit import FREEDOM, Residuals, at_bounds, boltzmann, covariance, minimum


def limited(values, below=(), above=()):
    values = np.array(values, float)
    flags = np.zeros((2, len(values)), bool)
    flags[0, list(below)], flags[1, list(above)] = True, True
    return Residuals(values, *flags)


def test_loss_is_the_likelihood_of_t_up_to_a_constant():
    known = limited([1.0, 2.0, 3.0, 0.5], below=[3], above=[2])
    t = scipy.stats.t(FREEDOM)

    def by_hand(median, scale):
        z = (np.array([1.0, 2.0, 3.0, 0.5]) - median) / scale
        return -(t.logpdf(z[:2]) - np.log(scale)).sum() - t.logsf(z[2]) - t.logcdf(z[3])

    made = [float(known.loss(np.full(4, m), np.log([s]))) for m, s in ((1.5, 0.5), (0.0, 2.0), (4.0, 0.1))]
    hand = [by_hand(m, s) for m, s in ((1.5, 0.5), (0.0, 2.0), (4.0, 0.1))]
    assert np.diff(made) == pytest.approx(np.diff(hand))


def test_information_of_a_plain_mean():
    known = limited(np.arange(10.0))
    made = known.information(lambda of: of[..., :1] * np.ones(10), np.array([4.5]), np.log(2.0))
    assert made == pytest.approx(np.array([[10 * (FREEDOM + 1) / (FREEDOM + 3) / 4]]))
    far_below = limited([*np.arange(10.0), 1e3], below=[10])
    more = far_below.information(lambda of: of[..., :1] * np.ones(11), np.array([4.5]), np.log(2.0))
    assert more == pytest.approx(made, rel=1e-6), "that one is below 1000 says nothing"


def test_minimum_of_a_bowl_and_of_a_valley():
    def valley(of):
        return 100 * (of[..., 1] - of[..., 0] ** 2) ** 2 + (1 - of[..., 0]) ** 2

    found = minimum(valley, np.array([[-1.2, 1.0], [3.0, -2.0]]), np.full(2, -5.0), np.full(2, 5.0))
    assert found == pytest.approx(np.ones(2), abs=1e-3)


def test_the_best_of_several_minima_is_taken():
    def two(of):
        return (of[..., 0] ** 2 - 1) ** 2 + 0.1 * of[..., 0]

    for starts in ([[0.9], [-0.9]], [[-0.9], [0.9]]):
        assert minimum(two, np.array(starts), np.array([-3.0]), np.array([3.0]))[0] == pytest.approx(-1.01, abs=0.01)


def test_a_bound_holds_and_is_said():
    low, high = np.array([-1.0, -1.0]), np.array([1.0, 1.0])
    found = minimum(lambda of: (of[..., 0] - 5) ** 2 + (of[..., 1] - of[..., 0] / 4) ** 2, np.zeros((1, 2)), low, high)
    assert found == pytest.approx([1, 0.25], abs=1e-4)
    assert at_bounds(found, low, high).tolist() == [True, False]


def test_covariance_of_what_is_free():
    information = np.array([[4.0, 1.0], [1.0, 2.0]])
    assert covariance(information, np.array([True, True])) == pytest.approx(np.linalg.inv(information))
    assert covariance(information, np.array([False, True])).tolist() == [[0, 0], [0, 0.5]]
    assert np.isnan(covariance(np.ones((2, 2)), np.array([True, True]))).all()


def test_boltzmann_by_hand():
    made = boltzmann(np.array([0.0, 2.0]), np.array([2.0, np.log(0.5)]))
    assert made.tolist() == pytest.approx([1 / (1 + np.exp(1)), 0.5])
