"""Trials are checked at birth; what is wrong is said."""

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import ReadError
from pipeline.trials import Trials

TIMES_MS = np.arange(-100, 300) / 2.0


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
        ({"notes": {"clipped": np.zeros(3)}}, "note 'clipped' has shape"),
    ],
)
def test_a_fault_is_said(changes, said):
    with pytest.raises(ReadError, match=said):
        make(**changes)


def test_words_for_absence_become_nan_or_nothing():
    pulses = pd.DataFrame(
        {"pulse": ["single"] * 3, "isi_ms": ["n/a", "2", ""], "state": ["n/a", "rest", None], "own": 1}
    )
    made = make(pulses=pulses).pulses
    assert np.isnan(made["isi_ms"][[0, 2]]).all()
    assert made["state"].tolist() == ["", "rest", ""]
    assert "own" in made


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
