"""Conduction times: by hand, from raw epochs, and what is no conduction time."""

import numpy as np
import pandas as pd
import pytest

from pipeline.conditioning import condition
from pipeline.detection import detect
from pipeline.excitability import summarise
from pipeline.excitability.conduction import cmct, pmct
from pipeline.synthetic import memory
from pipeline.synthetic.nerve import nerve_of
from pipeline.synthetic.nerve_trials import nerve_trials, root_trials

M, THERE, M_ONSET, MA = np.full(12, 9000.0), np.ones(12), np.full(12, 4.0), np.full(12, 20.0)
F = np.append(np.linspace(27.0, 29.0, 10), [np.nan, np.nan])
CORTEX, ROOT = np.array([21.0, 20.0, np.nan, 20.5, 21, 22, 10]), np.array([14.5, 14, 14.2, 14.1, 14.3, 9])
NO = np.full(0, np.nan)


def test_peripheral_time_by_f_waves():
    made = pmct(F, M, THERE, M_ONSET, MA).f_wave
    assert made.value == (27 + 4 - 1) / 2
    assert (made.n_used, made.status) == (10, "")
    weak = pmct(
        np.append(F, 20.0), np.append(M, 2000.0), np.ones(13), np.append(M_ONSET, 6.0), np.append(MA, 8.0)
    ).f_wave
    assert weak.value == made.value, "a stimulus that is not supramaximal evokes no F wave"


def test_central_time_by_hand():
    made = cmct(CORTEX, ROOT, F, M, THERE, M_ONSET, MA)
    assert made.root.value == 20 - 14, "the first five with an onset, not the shortest of all"
    assert made.f_wave.value == 20 - 15
    assert (made.root.n_used, made.root.status) == (5, "")


def test_the_two_are_never_mixed():
    root_alone = cmct(CORTEX, ROOT, NO, NO, NO, NO, NO)
    assert root_alone.root.value == 6
    assert np.isnan(root_alone.f_wave.value)
    assert root_alone.f_wave.status == "no_f_waves"
    by_f = cmct(CORTEX, NO, F, M, THERE, M_ONSET, MA)
    assert by_f.f_wave.value == 5
    assert np.isnan(by_f.root.value)
    assert by_f.root.status == "no_root_trials"


def test_what_is_missing_or_cannot_be_is_said():
    assert cmct(CORTEX[:3], ROOT, F, M, THERE, M_ONSET, MA).root.status == "few_trials"
    assert cmct(CORTEX, ROOT[:2], F, M, THERE, M_ONSET, MA).root.status == "few_trials"
    assert cmct(np.full(4, np.nan), ROOT, F, M, THERE, M_ONSET, MA).root.status == "no_values"
    assert cmct(CORTEX, ROOT, np.full(12, np.nan), M, THERE, M_ONSET, MA).f_wave.status == "no_f_waves"
    late = cmct(CORTEX, ROOT + 10, F, M, THERE, M_ONSET, MA).root
    assert np.isnan(late.value)
    assert late.status == "root_not_earlier"


@pytest.fixture(scope="module")
def person():
    """Rows of one FDI, cortex, root and nerve, and the true times."""
    nerve = nerve_of("FDI", 11)
    by_nerve, n_truth = nerve_trials(nerve, np.full(15, 1.9 * nerve.m50_ma))
    at_root, r_truth = root_trials(nerve, 6)
    cortex, c_truth = memory.trials(8, state="active", seed=11, p2p_uv=3000.0)
    recordings = {"cortex": cortex, "nerve": by_nerve, "root": at_root}
    tables = [detect(condition(each)).assign(recording=name) for name, each in recordings.items()]
    rows = pd.concat(tables, ignore_index=True).assign(session="a", excluded=False)
    central = c_truth["onset_ms"][:5].min()
    by_f = (n_truth["f_onset_ms"].min() + n_truth["m_onset_ms"].median() - 1) / 2
    return rows, {"root": central - r_truth["root_onset_ms"][:5].min(), "f_wave": central - by_f}


def found(rows):
    made = summarise(rows)
    return made[made["metric"] == "cmct"].set_index("convention")


def test_from_raw_epochs_it_is_the_truth(person):
    rows, truth = person
    made = found(rows)
    for convention, value in truth.items():
        assert made.loc[convention, "value"] == pytest.approx(value, abs=0.6)
        assert made.loc[convention, "status"] == "ok"


@pytest.mark.parametrize(("pulse", "convention", "status"), [
    ("root", "root", "no_root_trials"), ("nerve", "f_wave", "no_f_waves"),
])  # fmt: skip
def test_without_trials_or_with_excluded_ones_there_is_no_number(person, pulse, convention, status):
    rows, _ = person
    other = ({"root", "f_wave"} - {convention}).pop()
    of_pulse = rows["pulse"] == pulse
    for changed in (rows[~of_pulse], rows.assign(excluded=of_pulse), rows.assign(session=np.where(of_pulse, "b", "a"))):
        made = found(changed)
        assert np.isnan(made.loc[convention, "value"])
        assert made.loc[convention, "status"] == status
        assert made.loc[other, "value"] == found(rows).loc[other, "value"]
