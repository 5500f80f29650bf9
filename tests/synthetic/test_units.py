"""Motor-unit potentials and their sums."""

import numpy as np
import pytest

from pipeline.synthetic.amplifier import Clock
from pipeline.synthetic.parameters import MUSCLES, generator
from pipeline.synthetic.units import _fast_length, motor_units, potentials, summed

CLOCK = Clock(4000.0, -10.0, 400)
UNITS = motor_units(MUSCLES["TA"], generator("units"))


def test_potentials_have_no_net_area_and_begin_at_zero():
    shapes = potentials(UNITS, 40000.0)
    assert (np.abs(shapes.sum(1)) < 1e-3 * np.abs(shapes).sum(1)).all()
    assert shapes[:, 0] == pytest.approx(0.0)
    assert (np.abs(shapes[:, -1]) < 1e-3).all()


def test_one_firing_on_a_sample_is_its_potential_there():
    firing_ms = np.full((2, len(UNITS.size), 1), np.nan)
    firing_ms[1, 7, 0] = 0.0
    whole = summed(np.nan_to_num(firing_ms, nan=-1e3), np.full_like(firing_ms, 3.0), UNITS, CLOCK)
    shape = potentials(UNITS, 4000.0)[UNITS.shape[7]]
    assert whole[0] == pytest.approx(0.0, abs=1e-12)
    assert whole[1, 40 : 40 + len(shape)] == pytest.approx(3.0 * shape, abs=1e-9)
    assert whole[1, :40] == pytest.approx(0.0, abs=1e-9)


def test_chunks_do_not_show():
    rng = generator("chunks")
    firing_ms = rng.uniform(0, 50, (300, len(UNITS.size), 2))
    whole = summed(firing_ms, 1.0, UNITS, CLOCK)
    assert whole[[0, 130, 299]] == pytest.approx(summed(firing_ms[[0, 130, 299]], 1.0, UNITS, CLOCK))


@pytest.mark.parametrize("n", [1, 17, 100, 2001, 4097])
def test_fast_length_is_enough_and_not_much_more(n):
    assert n <= _fast_length(n) <= 1.5 * n + 8
