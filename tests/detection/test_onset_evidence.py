"""Onsets by the library alone: near the truth, in their intervals, and blind to all other trials."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import muscles
from pipeline.detection import detect
from pipeline.detection.given import given_to_methods
from pipeline.detection.onset_evidence import evidence_alone
from pipeline.shape_library import SHIPPED, Library, read, shipped
from pipeline.trials import Trials

GIVES = ("onset_alone_ms", "onset_alone_low_ms", "onset_alone_high_ms", "onset_step_ms", "onset_aic_ms")
STATES = ("rest", "active")


def alone(groups, n_trials, **settings):
    return evidence_alone(groups, np.ones(n_trials, bool), shipped(), **settings)


@pytest.fixture(scope="module")
def family(session, alike):
    """Onset, ends of its interval and truth over sessions of hand and leg, rest and contraction, of SNR 8-200."""
    parts = []
    for k in range(8):
        made = session(
            40, state=STATES[k // 2 % 2], muscle=("FDI", "TA")[k % 2], rate_hz=(2e3, 4e3, 5e3)[k % 3], seed=k
        )
        found = alone(alike(made.trials), 40)
        parts.append(np.stack([*found[:3], made.onset_ms]))
    return np.concatenate(parts, -1)


def test_onsets_are_near_the_truth(family):
    onset, _, _, truth = family
    error = np.abs(onset - truth)
    assert np.nanmean(error) < 0.6
    assert (error <= 1).mean() > 0.8
    assert abs(np.nanmedian(onset - truth)) < 0.35


@pytest.mark.parametrize(("state", "least"), [("rest", 0.95), ("active", 0.92)])
def test_onsets_of_clear_hand_responses_are_near_the_truth(session, alike, state, least):
    errors = []
    for seed in range(4):
        made = session(40, state=state, snr=(30.0, 300.0), seed=seed)
        errors.append(alone(alike(made.trials), 40).onset_alone_ms - made.onset_ms)
    errors = np.abs(np.concatenate(errors))
    assert np.nanmean(errors) < 0.35
    assert (errors <= 1).mean() > least


def test_intervals_hold_the_truth_as_often_as_they_say(family):
    onset, low, high, truth = family
    found = np.isfinite(onset)
    assert 0.90 <= ((low <= truth) & (truth <= high))[found].mean() <= 0.995
    assert (low < onset)[found].all()
    assert (onset < high)[found].all()
    assert np.median((high - low)[found]) < 3.5


def test_intervals_are_narrower_where_the_response_is_clearer(session, alike):
    widths = []
    for snr in (10.0, 300.0):
        made = session(60, snr=(snr, 1.1 * snr))
        found = alone(alike(made.trials), 60)
        widths.append(np.nanmedian(found.onset_alone_high_ms - found.onset_alone_low_ms))
    assert widths[1] < 0.7 * widths[0]


@pytest.mark.parametrize("rate_hz", [1000.0, 2000.0, 3000.0, 4096.0, 5000.0, 10000.0, 20000.0])
def test_every_sampling_rate(session, alike, rate_hz):
    made = session(40, snr=(20.0, 200.0), rate_hz=rate_hz, seed=1)
    error = alone(alike(made.trials), 40).onset_alone_ms - made.onset_ms
    assert np.nanmean(np.abs(error)) < 0.3 + 250.0 / rate_hz
    assert np.isfinite(error).all()


def test_other_detectors_see_the_response_later_the_fainter_it_is(session, alike):
    late = []
    for snr in (12.0, 300.0):
        made = session(60, snr=(snr, 1.1 * snr), seed=2)
        found = alone(alike(made.trials), 60)
        late.append([np.nanmedian(each - made.onset_ms) for each in (found.onset_step_ms, found.onset_aic_ms)])
    assert (np.array(late[0]) > np.array(late[1])).all()
    assert (np.abs(late[1]) < 1.5).all()


def with_signal(trials, emg_uv):
    return Trials(emg_uv, trials.times_ms, trials.muscles, trials.pulses, trials.sides)


def test_a_trial_depends_on_the_background_of_the_others_and_not_on_their_responses(session, alike):
    made = session(20).trials
    emg = made.emg_uv.copy()
    emg[1:, :, made.times_ms > 0] *= -3.0
    before, after = alone(alike(made), 20), alone(alike(with_signal(made, emg)), 20)
    for name in GIVES:
        assert getattr(after, name)[0] == getattr(before, name)[0]
        assert (getattr(after, name)[1:] != getattr(before, name)[1:]).any()


def test_a_trial_alone_in_its_session_has_nearly_the_same_onset(session, alike):
    made = session(30, snr=(40.0, 200.0), seed=4).trials
    whole = alone(alike(made), 30).onset_alone_ms
    single = [alone(alike(made.take(np.array([trial]))), 1).onset_alone_ms[0] for trial in range(0, 30, 3)]
    assert np.nanmedian(np.abs(single - whole[::3])) < 0.25


def test_only_trials_that_stand_out_are_looked_at(session, alike):
    made = session(6).trials
    some = np.array([True, False, True, True, False, True])
    found, whole = evidence_alone(alike(made), some, shipped()), alone(alike(made), 6)
    for name in GIVES:
        assert np.isnan(getattr(found, name)[~some]).all()
        np.testing.assert_allclose(getattr(found, name)[some], getattr(whole, name)[some], atol=1e-4)
    none = evidence_alone(alike(made), np.zeros(6, bool), shipped())
    assert np.isnan(np.stack(none)).all()


@settings(max_examples=12, deadline=None)
@given(
    gain=st.floats(0.01, 5e4),
    sign=st.sampled_from([-1.0, 1.0]),
    offset=st.floats(-100, 100),
    state=st.sampled_from(STATES),
    seed=st.integers(0, 9),
)
def test_gain_polarity_and_offset_leave_times(session, alike, gain, sign, offset, state, seed):
    made = session(8, snr=(15.0, 200.0), state=state, seed=seed).trials
    changed = with_signal(made, (sign * gain * (made.emg_uv + offset)).astype(np.float32))
    one, other = alone(alike(made), 8), alone(alike(changed), 8)
    for name in GIVES[:3]:
        np.testing.assert_allclose(getattr(other, name), getattr(one, name), atol=0.02)


@settings(max_examples=12, deadline=None)
@given(samples=st.integers(-15, 15), rate_hz=st.sampled_from([2000.0, 4000.0, 10000.0]))
def test_a_later_signal_has_later_onsets(session, samples, rate_hz):
    made = session(6, snr=(20.0, 200.0), rate_hz=rate_hz, seed=5).trials
    later_ms = samples * 1000.0 / rate_hz
    moved = with_signal(made, np.roll(made.emg_uv, samples, -1))
    found = []
    for trials, by_ms in ((made, 0.0), (moved, later_ms)):
        window = {"background_ms": (-100.0 + by_ms, -10.0 + by_ms), "response_ms": (15.0 + by_ms, 50.0 + by_ms)}
        groups = given_to_methods(trials, 0, muscles.profile("FDI", window))[0]["groups"]
        found.append(np.stack(alone(groups, 6)) - by_ms)
    np.testing.assert_allclose(found[1], found[0], atol=0.02)


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(range(10)))
def test_permuted_trials_have_permuted_onsets(session, alike, order):
    made, order = session(10).trials, np.array(order)
    np.testing.assert_allclose(
        np.stack(alone(alike(made.take(order)), 10)), np.stack(alone(alike(made), 10))[:, order], atol=1e-3
    )


@pytest.mark.parametrize("n_trials", [0, 1, 2, 3])
def test_few_trials(session, alike, n_trials):
    made = session(n_trials, snr=(50.0, 60.0))
    found = alone(alike(made.trials), n_trials)
    assert all(each.shape == (n_trials,) for each in found)
    assert (np.abs(found.onset_alone_ms - made.onset_ms) < 1.5).all()


def test_many_trials_are_done_in_parts(session, alike):
    made = session(300, seed=6)
    whole = alone(alike(made.trials), 300).onset_alone_ms
    some = np.arange(300) >= 250
    parts = evidence_alone(alike(made.trials), some, shipped()).onset_alone_ms
    np.testing.assert_allclose(parts[some], whole[some], atol=1e-3)


@pytest.mark.parametrize("value", [0.0, 12.5, np.nan])
def test_an_empty_trial_has_no_onset_and_disturbs_no_other(session, alike, value):
    made = session(12, seed=7).trials
    emg = made.emg_uv.copy()
    emg[4] = value
    others = np.delete(np.arange(12), 4)
    mask = np.arange(12) != 4
    found = np.stack(evidence_alone(alike(with_signal(made, emg)), mask, shipped()))
    without = np.stack(alone(alike(made.take(others)), 11))
    assert np.isnan(found[:, 4]).all()
    np.testing.assert_allclose(found[:, others], without, atol=1e-3)
    assert not np.isinf(np.stack(alone(alike(with_signal(made, emg)), 12))).any(), (
        "and asked for it there is no warning"
    )


def test_noiseless_trials_have_their_onset(session, alike):
    made = session(10, snr=(5e4, 6e4), seed=8)
    emg = np.where(made.trials.times_ms < 16, 0, made.trials.emg_uv)
    error = alone(alike(with_signal(made.trials, emg)), 10).onset_alone_ms - made.onset_ms
    assert np.abs(error).max() < 0.75


def test_an_onset_is_never_an_edge_of_its_window(session):
    made = session(40, snr=(10.0, 60.0), seed=9)
    rows = detect(made.trials, {"response_ms": (22.0, 45.0)})
    for name in ("onset_alone_ms", "onset_step_ms", "onset_aic_ms", "onset_ms"):
        found = rows[name].dropna()
        assert ((found > 22.0) & (found < 45.0)).all()


def test_misfit_is_a_setting(session, alike):
    groups = alike(session(20, snr=(100.0, 200.0)).trials)
    assert (alone(groups, 20, misfit=0.05).onset_alone_ms != alone(groups, 20).onset_alone_ms).any()


def test_onsets_hang_on_the_library(recording):
    """Shapes that all begin far from their peak put onsets early."""
    trials, _ = recording()
    early = shipped().shapes[np.argsort(np.abs(shipped().shapes).argmax(-1))[-100:]]
    there = detect(trials)["onset_alone_ms"]
    moved = detect(trials, library=Library(early, shipped().rate_hz, shipped().before))["onset_alone_ms"]
    assert np.nanmedian(moved - there) < -0.5
    same = detect(trials, library=read(SHIPPED))["onset_alone_ms"]
    np.testing.assert_array_equal(same, there)
