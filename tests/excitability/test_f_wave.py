"""F waves: by hand."""

import numpy as np
import pytest

from pipeline.excitability.f_wave import f_amplitude_to_m, f_chronodispersion, f_latency, f_persistence
from pipeline.excitability.f_wave_duration import f_duration, f_duration_to_m_duration

N = 20
M = np.append(np.full(N, 10000.0), np.full(5, 3000.0))
M_THERE, MA = np.ones(N + 5), np.append(np.full(N, 20.0), np.full(5, 8.0))
PRESENT = np.append(np.tile([1.0, 1, 1, 0], 5), np.ones(5))
ONSET = np.where(PRESENT > 0, np.append(np.linspace(27, 31, N), np.full(5, 20.0)), np.nan)
SIZE = np.where(PRESENT > 0, 200.0, 8.0)
REST = (PRESENT, SIZE, M, M_THERE, MA)


def rng():
    return np.random.default_rng(0)


def test_only_supramaximal_trials_count():
    made = f_latency(ONSET, *REST)
    own = ONSET[:N][PRESENT[:N] > 0]
    assert made.minimum.value == own.min()
    assert made.maximum.value == own.max()
    assert made.mean.value == pytest.approx(own.mean())
    assert made.mean.ci_low < made.mean.value < made.mean.ci_high
    assert np.isnan(made.minimum.ci_low)
    assert made.minimum.n_used == 15
    assert f_chronodispersion(ONSET, *REST).range.value == pytest.approx(np.ptp(own))
    persistence = f_persistence(*REST).fraction
    assert (persistence.value, persistence.n_used) == (0.75, 20)


def test_size_and_duration():
    made = f_amplitude_to_m(*REST, rng())
    assert made.mean.value == pytest.approx(2.0)
    assert made.geometric_mean.value == pytest.approx(2.0)
    lasted = np.where(PRESENT > 0, np.linspace(9, 11, N + 5), np.nan)
    assert f_duration(lasted, *REST).mean.value == pytest.approx(lasted[:N][PRESENT[:N] > 0].mean())
    both = f_duration_to_m_duration(lasted, PRESENT, np.full(N + 5, 5.0), M, M_THERE, MA)
    assert both.ratio_of_means.value == pytest.approx(lasted[:N][PRESENT[:N] > 0].mean() / 5)
    assert both.geometric_ratio.ci_low < both.geometric_ratio.value < both.geometric_ratio.ci_high


def test_without_f_waves_there_is_a_persistence_of_0_and_no_latency():
    none = (np.zeros(N + 5), np.full(N + 5, 8.0), M, M_THERE, MA)
    assert f_persistence(*none).fraction.value == 0
    for each in (*f_latency(np.full(N + 5, np.nan), *none), *f_amplitude_to_m(*none, rng())):
        assert np.isnan(each.value)
        assert each.status == "no_f_waves"


def test_without_a_window_or_an_m_wave_there_is_nothing():
    nothing = np.full(N + 5, np.nan)
    assert f_persistence(PRESENT, nothing, M, M_THERE, MA).fraction.status == "no_values"
    assert np.isnan(f_persistence(PRESENT, nothing, M, M_THERE, MA).fraction.value)
    assert f_persistence(PRESENT, SIZE, M, np.zeros(N + 5), MA).fraction.status == "no_mmax"
    assert f_latency(ONSET, PRESENT, SIZE, M, np.zeros(N + 5), MA).minimum.status == "no_mmax"


def test_few_stimuli_are_said():
    assert f_latency(*(each[:6] for each in (ONSET, *REST))).mean.status == "few_trials"
    assert f_chronodispersion(*(each[:1] for each in (ONSET, *REST))).range.status == "few_trials"
