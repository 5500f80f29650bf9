"""Answers of nerves without signals are those of the signals."""

import numpy as np
import pytest

from pipeline.synthetic import Parameters
from pipeline.synthetic.design_nerve_rows import nerve_measures, root_measures
from pipeline.synthetic.nerve import nerve_of
from pipeline.synthetic.nerve_trials import nerve_trials, root_trials

QUIET = np.full(400, 0.7)


def measured(muscle, share, seed=0):
    nerve = nerve_of(muscle, 1)
    current = np.full(400, share * nerve.m50_ma)
    rows = nerve_measures(nerve, current, QUIET, Parameters(), np.random.default_rng(seed))
    return rows, nerve_trials(nerve, current, seed=seed)[1]


@pytest.mark.parametrize("column", ["peak_to_peak_uv", "onset_ms"])
@pytest.mark.parametrize(("muscle", "share", "wave"), [("SOL", 0.85, "h"), ("SOL", 0.85, "m"), ("AH", 1.8, "f")])
def test_sizes_and_onsets_are_those_of_the_truth(muscle, share, wave, column):
    rows, truth = measured(muscle, share)
    there = rows[f"{wave}_present"]
    true = truth[f"{wave}_{column}"].dropna()
    assert there.mean() == pytest.approx(len(true) / 400, abs=0.06)
    found = np.median(rows[f"{wave}_{column}"][there])
    assert found == pytest.approx(true.median(), rel=0.1) if column.endswith("uv") else abs(found - true.median()) < 0.7


def test_f_waves_last_about_as_long():
    rows, truth = measured("AH", 1.8)
    assert np.nanmean(rows["f_duration_ms"]) == pytest.approx(truth["f_duration_ms"].mean(), abs=2.5)


def test_without_an_h_reflex_there_is_none():
    rows, _ = measured("AH", 0.8)
    assert not rows["h_present"].any()


def test_root():
    nerve = nerve_of("FDI", 2)
    rows, truth = root_measures(nerve, 300, np.random.default_rng(1)), root_trials(nerve, 300)[1]
    assert np.median(rows["onset_alone_ms"]) == pytest.approx(truth["root_onset_ms"].median(), abs=0.5)
    assert np.median(rows["peak_to_peak_uv"]) == pytest.approx(truth["root_peak_to_peak_uv"].median(), rel=0.1)
