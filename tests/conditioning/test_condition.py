"""The stage as a whole: its list of steps, and real recordings."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline import columns, muscles
from pipeline.conditioning import DEFAULT, STEPS, condition
from pipeline.errors import ConfigError, MeasureError
from pipeline.trials import NOTES, Trials


def test_the_default_is_a_list_of_known_steps():
    assert DEFAULT == ("mains", "subtract_artefact", "artefact", "offset", "band_pass")
    assert set(DEFAULT) <= set(STEPS)


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_every_setting_of_a_step_is_explained(step):
    assert columns.summary(step)
    assert set(columns.settings(step)) <= set(columns.meanings(step))
    assert set(columns.needs(step)) <= {"trials", "zones_ms", "background_ms", "response_ms"}


def test_shape_clock_and_pulses_are_kept_and_notes_are_added(make, emg):
    raw = make(emg(3), intensity_mso=[40.0, 50.0, 60.0], notes={"fingerprint": np.zeros((3, 1))})
    before = raw.emg_uv.copy()
    found = condition(raw)
    assert found.emg_uv.shape == raw.emg_uv.shape
    assert found.emg_uv.dtype == np.float32
    np.testing.assert_array_equal(found.times_ms, raw.times_ms)
    pd.testing.assert_frame_equal(found.pulses, raw.pulses)
    assert set(found.notes) == set(NOTES)
    np.testing.assert_array_equal(raw.emg_uv, before)
    assert set(raw.notes) == {"fingerprint"}


def test_the_order_of_the_list_is_the_order_of_the_steps(make, emg, mep, times_ms):
    raw = make(emg(2) + mep + np.where(times_ms >= 0, 5e3 * np.exp(-np.abs(times_ms)), 0))
    band = {"band_pass": {"spare_response": False}}
    first, last = condition(raw, ["artefact", band]).emg_uv, condition(raw, [band, "artefact"]).emg_uv
    assert np.abs(first - last).max() > 10


def test_no_steps_only_note(make, emg):
    raw = make(emg(2))
    found = condition(raw, [])
    np.testing.assert_array_equal(found.emg_uv, raw.emg_uv)
    assert set(found.notes) == {"clipped", "missing_ms", "artefact_saturated_ms"}


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        (["bandpass"], "conditioning.0: no step 'bandpass'; did you mean 'band_pass'"),
        (["offset", {"mains": {"hz": 50}}], "conditioning.1.mains: no setting 'hz'"),
        ([{"mains": {}, "offset": {}}], "conditioning.0: expected a step, or one step with its settings"),
        ([{"artefact": 5}], "conditioning.0.artefact: expected its settings, found 5"),
        ([3], "conditioning.0: expected a step"),
        ([{"artefact": {"until_ms": "five"}}], "conditioning.0.artefact"),
        ([{"band_pass": {"order": 0}}], "greater than or equal to 1"),
    ],
)
def test_a_wrong_list_is_an_error_that_says_where(make, emg, steps, text):
    with pytest.raises(ConfigError, match=text):
        condition(make(emg(1)), steps)


def test_an_unknown_muscle_needs_a_profile(make, emg):
    raw = make(emg(2), muscles=("biceps",))
    with pytest.raises(ConfigError, match="'biceps' has no profile"):
        condition(raw)
    assert condition(raw, profiles=[muscles.profile("biceps", {"response_ms": (10, 40)})]).n_trials == 2
    with pytest.raises(ConfigError, match="2 profiles for 1 muscles"):
        condition(raw, profiles=muscles.profiles(["FDI", "TA"]))


def test_settings_may_be_left_empty(make, emg):
    raw = make(emg(2))
    np.testing.assert_array_equal(condition(raw, ["offset"]).emg_uv, condition(raw, [{"offset": None}]).emg_uv)


def test_a_missing_trial_and_a_constant_one_change_no_other(make, emg, mep):
    raw = emg(8, rms_uv=3.0) + mep
    expected = condition(make(raw)).emg_uv
    raw[2], raw[5] = np.nan, 17.0
    found = condition(make(raw)).emg_uv
    others = [0, 1, 3, 4, 6, 7]
    np.testing.assert_array_equal(found[others], expected[others])
    assert np.isnan(found[2]).all()
    np.testing.assert_allclose(found[5], 0, atol=1e-4)


def test_permuting_trials_permutes_the_result(make, emg, mep):
    raw = emg(20) + mep
    turned = np.random.default_rng(1).permutation(20)
    found, expected = condition(make(raw[turned])), condition(make(raw))
    np.testing.assert_allclose(found.emg_uv, expected.emg_uv[turned], atol=1e-4)
    for name, note in expected.notes.items():
        np.testing.assert_allclose(found.notes[name], note[turned], err_msg=name)


def test_kinds_of_pulse_may_mix(make, emg):
    kinds = ["single", "paired", "nerve", "nerve_tms", "root", "rtms", "mvc", "none"]
    at_ms = np.arange(1600) / 5 - 220.0
    isi_ms = [np.nan, 3.0, np.nan, 22.0, np.nan, np.nan, np.nan, np.nan]
    found = condition(make(emg(8, n_samples=1600), kinds, isi_ms=isi_ms, at_ms=at_ms))
    assert np.isfinite(found.emg_uv).all()
    assert np.isnan(found.notes["artefact_until_ms"][:, 0]).tolist() == [False] * 6 + [True] * 2


def test_loading_the_stage_loads_no_heavy_module():
    code = (
        "import sys, pipeline.conditioning;"
        "print([m for m in sys.modules if m in ('pandas', 'mne', 'scipy.signal', 'scipy.special')])"
    )
    root = Path(__file__).parents[2]
    found = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(("name", "muscle"), [("ID01", "FDI"), ("ID04", "TA")])
@pytest.mark.parametrize(
    "steps", [DEFAULT, ["artefact", "offset", "mains"], ["artefact", "offset", "mains", {"band_pass": {"low_hz": 5}}]]
)
def test_real_responses_keep_their_size(real, name, muscle, steps):
    before, after = real_sizes(real, name, muscle, steps)
    assert np.corrcoef(before, after)[0, 1] > 0.999
    assert np.median(after / before) == pytest.approx(1, abs=0.01)


def test_a_plain_high_pass_takes_from_a_slow_leg_response(real):
    before, after = real_sizes(real, "ID04", "TA", ["artefact", "offset", {"band_pass": {"spare_response": False}}])
    assert np.median(after / before) == pytest.approx(0.977, abs=0.01)


def real_sizes(real, name, muscle, steps):
    """Peak-to-peak amplitudes (n_trials,) before and after."""
    import scipy.io

    emg_uv = scipy.io.loadmat(real / "mepfeatx" / f"{name}.mat")["meps"].T
    times_ms = (np.arange(emg_uv.shape[1]) - 150) / 3
    raw = Trials(emg_uv[:, None], times_ms, [muscle], pd.DataFrame({"pulse": ["single"] * len(emg_uv)}))
    profile = muscles.profile(muscle, {"background_ms": (-45, -5)})
    found = condition(raw, steps, profiles=[profile]).emg_uv[:, 0]
    window = (times_ms >= 15) & (times_ms <= 80)
    return np.ptp(emg_uv[:, window], axis=-1), np.ptp(found[:, window], axis=-1)


def test_epochs_that_end_within_the_artefact_are_an_error_in_words():
    """As where time and trial of a file change places."""
    times_ms = np.arange(-150, 2) / 3.0
    trials = Trials(np.ones((4, 1, 152)), times_ms, ["FDI"], pd.DataFrame({"pulse": ["single"] * 4}))
    with pytest.raises(MeasureError, match="the epochs end at 0.333333 ms, within the artefact zone .* Are the axes"):
        condition(trials)
