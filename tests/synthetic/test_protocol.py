"""Blocks and intensities."""

import numpy as np
import pytest

from pipeline.synthetic.parameters import Parameters, generator
from pipeline.synthetic.physiology import participant, physiology
from pipeline.synthetic.protocol import BLOCKS, Protocol, intensities, pulse_table

WHO = physiology(participant("sub-01", 1), "evening", "FDI", 1, Parameters())


@pytest.mark.parametrize(("active", "n_trials"), [(False, 60), (True, 38)])
def test_levels_stand_around_the_threshold_in_whole_steps(active, n_trials):
    drawn = intensities(WHO, active, Protocol(), generator("levels"))
    levels, counts = np.unique(drawn, return_counts=True)
    threshold = WHO.curve(active).threshold_mso
    assert len(drawn) == n_trials
    assert (levels == np.rint(levels)).all()
    assert (levels[0] - 2 if active else levels[0]) < threshold < levels[-2], "the lab's active levels stand higher"
    assert (counts[:2] == 10).all()
    assert (np.diff(drawn) != 0).mean() > 0.3, "a random order"


def test_intensity_never_exceeds_the_stimulator():
    drawn = intensities(WHO, False, Protocol(rest_above=((300, 5),)), generator("most"))
    assert drawn.max() == 100


@pytest.mark.parametrize("block", BLOCKS)
def test_pulse_table_names_the_hotspot_and_the_state(block):
    table = pulse_table(block, np.array([50.0, 60.0]), 15.0)
    assert set(table["hotspot_muscle"]) == {block.hotspot}
    assert set(table["state"]) == {"active" if block.active else "rest"}
