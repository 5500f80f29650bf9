"""Trials are checked at birth; what is wrong is said."""

import re

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import ReadError
from pipeline.trials import Trials

TIMES_MS = np.arange(-100, 300) / 2.0


def table(**columns):
    return pd.DataFrame({"pulse": ["single"] * 3}).assign(**columns)


def make(n_trials=3, muscles=("FDI", "TA"), **changes):
    rng = np.random.default_rng(1)
    fields = {
        "emg_uv": rng.normal(size=(n_trials, len(muscles), len(TIMES_MS))),
        "times_ms": TIMES_MS,
        "muscles": muscles,
        "pulses": pd.DataFrame({"pulse": ["single"] * n_trials, "intensity_mso": 50.0}),
        "sides": ["R"] * len(muscles),
    }
    return Trials(**{**fields, **changes})


def test_what_travels_is_float32_and_read_only():
    trials = make()
    assert trials.emg_uv.dtype == np.float32
    with pytest.raises(ValueError, match="read-only"):
        trials.emg_uv[0, 0, 0] = 1
    assert trials.rate_hz == 2000


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"emg_uv": np.zeros((3, 400))}, "expected \\(n_trials, n_muscles, n_samples\\)"),
        ({"emg_uv": np.zeros((3, 1, 400))}, "its muscles and times say \\(3, 2, 400\\)"),
        ({"times_ms": TIMES_MS + 100}, "pulse at 0 ms is not in it"),
        ({"times_ms": np.sort(TIMES_MS**3)}, "does not rise evenly"),
        ({"muscles": ("FDI", "FDI")}, "'R FDI' stands twice"),
        ({"sides": ["R", "left"]}, "side 'left'; expected L, R"),
        ({"pulses": pd.DataFrame({"Pulse": ["single"] * 3})}, "no column 'pulse'"),
        ({"pulses": pd.DataFrame({"pulse": ["single"] * 2})}, "2 rows of pulses for 3 trials"),
        ({"pulses": pd.DataFrame({"pulse": ["singel"] * 3})}, "'singel' is unknown; did you mean 'single'"),
        ({"pulses": pd.DataFrame({"pulse": ["single"] * 3, "state": "Rest"})}, "state 'Rest' is unknown"),
        (
            {"pulses": pd.DataFrame({"pulse": ["single"] * 3, "isi_ms": ["2", "n/a", "two"]})},
            "trial 2: isi_ms is 'two'",
        ),
        (
            {"pulses": table(pulse=["single", "paired", "paired"])},
            "trial 1: pulse is 'paired', but isi_ms is not stated",
        ),
        (
            {"pulses": table(pulse="nerve_tms", isi_ms=[25, "n/a", 25])},
            "trial 1: .* not stated .1 such trials.; state in",
        ),
        ({"pulses": table(pulse="paired", isi_ms=[2, 3, 0])}, "trial 2: pulse is 'paired', but isi_ms is 0"),
        ({"pulses": table(pulse="nerve_pair")}, "trial 0: pulse is 'nerve_pair', but isi_ms is not stated"),
        ({"pulses": table(isi_ms=[0, 0, -3])}, "trial 2: isi_ms is -3, expected 0 or more"),
        ({"pulses": table(intensity_mso=[50, "inf", 50])}, "trial 1: intensity_mso is 'inf', expected a finite number"),
        ({"pulses": table(intensity_mso=[50, 60, 120.0])}, "trial 2: intensity_mso is 120, expected 0 to 100"),
        ({"pulses": table(conditioning_mso=[-1, 60, 20])}, "trial 0: conditioning_mso is -1, expected 0 to 100"),
        ({"pulses": table(nerve_ma=[5, -0.5, 20])}, "trial 1: nerve_ma is -0.5, expected 0 or more"),
        ({"pulses": table(entered_rmt_mso=["47", "n/a", "x"])}, "trial 2: entered_rmt_mso is 'x', expected a number"),
        ({"pulses": table(entered_amt_mso=0.4)}, "trial 0: entered_amt_mso is 0.4, expected percent"),
        ({"pulses": table(minutes_after=np.inf)}, "trial 0: minutes_after is inf, expected a finite number"),
        ({"sides": np.array(["R"])}, "1 sides for 2 muscles"),
        ({"notes": {"clipped": np.zeros(3)}}, "note 'clipped' has shape"),
    ],
)
def test_a_fault_is_said(changes, said):
    with pytest.raises(ReadError, match=said):
        make(**changes)


@pytest.mark.parametrize(
    "name", ["a/b", ".", "", " ", "a\nb", "a\0", "row", "time_ms", "target", "mains_hz", "session"]
)
def test_a_column_that_results_cannot_hold_is_named(name):
    with pytest.raises(ReadError, match=r"pulse table: .*name it" if not name.strip() else re.escape(repr(name))):
        make(pulses=table(**{name: 1}))


def test_columns_of_bids_events_are_carried():
    names = ("duration", "trial_type", "value", "sample", "response_time", "stim_file", "HED", "event_id", "a b", "..")
    assert set(names) <= set(make(pulses=table(**dict.fromkeys(names, 1))).pulses)
    assert "7" in make(pulses=table().assign(x=1).rename(columns={"x": 7})).pulses
    with pytest.raises(ReadError, match="'7' stands twice"):
        make(pulses=pd.DataFrame([["single", 1, 2]] * 3, columns=["pulse", 7, "7"]))


@pytest.mark.parametrize("given", [lambda a: a, lambda a: a[:], lambda a: np.broadcast_to(a, a.shape)])
def test_what_it_was_made_from_may_change_afterwards(given):
    emg_uv = np.zeros((3, 2, len(TIMES_MS)), np.float32)
    times_ms, note, sides = TIMES_MS.copy(), np.zeros((3, 2)), np.array(["R", "L"])
    trials = make(emg_uv=given(emg_uv), times_ms=given(times_ms), notes={"clipped": given(note)}, sides=sides)
    for each in (emg_uv, times_ms, note):
        each += 1
    sides[0] = "L"
    assert not trials.emg_uv.any()
    assert not trials.notes["clipped"].any()
    assert trials.times_ms[0] == TIMES_MS[0]
    assert trials.sides == ("R", "L")


def test_what_cannot_change_is_not_copied():
    trials = make()
    assert np.shares_memory(trials.replace(notes={"clipped": np.zeros((3, 2))}).emg_uv, trials.emg_uv)


def test_words_for_absence_become_nan_or_nothing():
    pulses = pd.DataFrame(
        {"pulse": ["single"] * 3, "isi_ms": ["n/a", "2", ""], "state": ["n/a", "rest", None], "own": 1}
    )
    made = make(pulses=pulses).pulses
    assert np.isnan(made["isi_ms"][[0, 2]]).all()
    assert made["state"].tolist() == ["", "rest", ""]
    assert "own" in made


def test_entered_thresholds_are_numbers_where_there_are_any():
    pulses = make(pulses=table(entered_rmt_mso=["47", "n/a", ""])).pulses
    np.testing.assert_array_equal(pulses["entered_rmt_mso"].to_numpy(float), [47.0, np.nan, np.nan])
    assert pulses["entered_rmt_mso"].dtype.kind == "f"
    assert "entered_amt_mso" not in pulses


def test_replace_adds_notes_and_take_keeps_rows_together():
    trials = make().replace(notes={"clipped": np.arange(6.0).reshape(3, 2)})
    trials = trials.replace(notes={"missing_ms": np.zeros((3, 2))})
    taken = trials.take(np.array([2, 0]))
    assert set(taken.notes) == {"clipped", "missing_ms"}
    assert (taken.notes["clipped"] == [[4, 5], [0, 1]]).all()
    assert (taken.emg_uv == trials.emg_uv[[2, 0]]).all()


def test_mne_and_back():
    trials = make(muscles=("FDI", "TA"), sides=["R", ""])
    epochs = trials.to_mne()
    assert epochs.get_channel_types() == ["emg", "emg"]
    back = Trials.from_mne(epochs)
    assert back.muscles == trials.muscles
    assert back.sides == trials.sides
    assert np.allclose(back.times_ms, trials.times_ms)
    assert np.allclose(back.emg_uv, trials.emg_uv, rtol=1e-6)
    pd.testing.assert_frame_equal(back.pulses, trials.pulses)


def test_mne_without_a_kind_of_pulse_is_refused():
    epochs = make().to_mne()
    epochs.metadata = None
    with pytest.raises(ReadError, match="no column 'pulse'"):
        Trials.from_mne(epochs)
    assert (Trials.from_mne(epochs, pulse="single").pulses["pulse"] == "single").all()


def test_trials_say_what_they_are_in_one_line():
    assert repr(make(sides=["R", ""])) == "Trials(3 trials of R FDI, TA; -50 to 149.5 ms at 2000 Hz)"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"muscles": "FDI"}, "muscles is the text 'FDI'; expected a list"),
        ({"pulses": {"pulse": ["single"] * 3}}, "pulses is a dict; expected a DataFrame"),
        ({"times_ms": TIMES_MS * 1000}, "2 samples a second are not EMG; times are in ms"),
        (
            {"pulses": pd.DataFrame({"pulse": ["single"] * 3, "intensity_mso": [50, 0.6, 50]})},
            "percent, not a fraction",
        ),
    ],
)
def test_a_slip_of_kind_or_unit_is_said(changes, said):
    with pytest.raises(ReadError, match=said):
        make(**changes)
