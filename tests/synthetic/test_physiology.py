"""Participants and their muscles."""

import numpy as np
import pytest

from pipeline.errors import ConfigError
from pipeline.synthetic.parameters import Parameters
from pipeline.synthetic.physiology import participant, physiology

PEOPLE = [participant(f"sub-{number:02d}", 5) for number in range(1, 41)]


def muscles(name, session="evening", parameters=None):
    return [physiology(who, session, name, 5, parameters or Parameters()) for who in PEOPLE]


def of_group(values, group):
    return [value for value, who in zip(values, PEOPLE, strict=True) if who.group == group]


@pytest.mark.parametrize(("name", "low", "high"), [("FDI", 36, 54), ("TA", 53, 77)])
def test_thresholds_and_latencies_are_those_of_the_muscle(name, low, high):
    for each in muscles(name):
        assert low < each.rest.threshold_mso < high
        assert 0.75 < each.active.threshold_mso / each.rest.threshold_mso < 0.85
        assert 1.5 <= each.latency_rest_ms - each.latency_active_ms <= 3.0
        assert each.rest.median_uv(each.rest.threshold_mso) == pytest.approx(50)
        assert each.active.median_uv(each.active.threshold_mso) == pytest.approx(200)


def test_silent_period_grows_with_intensity_and_is_absent_below_its_threshold():
    who = muscles("FDI")[0]
    end_ms = who.silent_period_ms(who.active.threshold_mso * np.array([0.8, 1.0, 1.3, 1.6]))
    assert np.isnan(end_ms[0])
    assert (np.diff(end_ms[1:]) > 0).all()


def test_effect_of_group_can_be_set_and_switched_off():
    def ratio(parameters):
        sp = [each.silent_period_at_amt_ms for each in muscles("TA", "morning", parameters)]
        return np.mean(of_group(sp, "RLS")) / np.mean(of_group(sp, "HC"))

    assert ratio(Parameters(rls_silent_period_ratio=1.0)) == pytest.approx(1.0, abs=0.08)
    assert ratio(Parameters(rls_silent_period_ratio=0.6)) == pytest.approx(0.6, abs=0.05)


def test_a_muscle_keeps_its_latency_over_sessions_and_its_group_has_a_scale():
    for one, two in zip(muscles("TA", "evening"), muscles("TA", "morning"), strict=True):
        assert one.latency_rest_ms == two.latency_rest_ms
        assert abs(one.rest.threshold_mso - two.rest.threshold_mso) < 5
    assert np.isfinite(of_group([who.irls for who in PEOPLE], "RLS")).all()
    assert np.isnan(of_group([who.irls for who in PEOPLE], "HC")).all()


def test_unknown_muscle_says_which_there_are():
    with pytest.raises(ConfigError, match="did you mean 'FDI'.*FDI, TA"):
        physiology(PEOPLE[0], "evening", "FDII", 5, Parameters())
