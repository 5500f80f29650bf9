"""Presence by likeness and power: noise seldom passes, responses do, and nothing but the signal's form matters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.detection import detect
from pipeline.detection.presence_evidence import LARGEST, matched_filter, pseudo_trials

STATES = ("rest", "active")


def found(groups, n_trials, **settings):
    """What the filter alone says: no least ratio."""
    return matched_filter(groups, np.full(n_trials, 1.0), np.full(n_trials, 1.0), **{"least_ratio": 0.0, **settings})


@pytest.mark.parametrize("state", STATES)
def test_noise_alone_seldom_passes(session, state):
    rows = [detect(session(80, state=state, seed=seed, null_share=1.0).trials) for seed in range(6)]
    assert np.mean([each["mep_above_noise"].mean() for each in rows]) <= 0.01
    assert np.mean([each["mep_probability"].mean() for each in rows]) <= 0.25
    assert np.median(np.concatenate([each["mep_probability"] for each in rows])) <= 0.15


@pytest.mark.parametrize(("state", "most"), [("rest", 0.03), ("active", 0.06)])
def test_the_filter_alone_is_passed_about_as_often_as_said(session, alike, state, most):
    shares = []
    for seed in range(6):
        made = session(80, state=state, seed=seed, null_share=1.0)
        shares.append(found(alike(made.trials), 80, false_positive=0.01).mep_above_noise.mean())
    assert np.mean(shares) <= most


@pytest.mark.parametrize("state", STATES)
def test_clear_responses_are_sure(session, state):
    made = session(60, state=state, snr=(25.0, 200.0), seed=1, null_share=0.4)
    rows, there = detect(made.trials), np.isfinite(made.onset_ms)
    assert rows["mep_above_noise"][there].mean() >= 0.98
    assert rows["mep_probability"][there].min() > 0.95
    assert rows["mep_probability"][~there].mean() < 0.1


@pytest.mark.parametrize(("state", "least"), [("rest", 0.92), ("active", 0.87)])
def test_faint_responses_are_more_probable_than_noise(session, state, least):
    said, there = [], []
    for seed in range(6):
        made = session(60, state=state, seed=seed, snr=(2.0, 20.0), null_share=0.5)
        said.append(detect(made.trials)["mep_probability"])
        there.append(np.isfinite(made.onset_ms))
    said, there = np.concatenate(said), np.concatenate(there)
    apart = said[there][:, None] - said[~there]
    assert np.mean((apart > 0) + 0.5 * (apart == 0)) >= least


def test_the_others_help_to_see_a_faint_one(session, alike):
    faint = session(20, snr=(5.0, 6.0), seed=2, part="faint")
    clear = session(60, snr=(30.0, 60.0), seed=2, part="clear")
    among = matched_filter(alike((faint + clear).trials), *np.ones((2, 80)), least_ratio=0.0)
    alone = [found(alike(faint.trials.take(np.array([trial]))), 1).mep_above_noise[0] for trial in range(20)]
    assert among.mep_above_noise[:20].mean() > np.mean(alone) + 0.2


def test_a_trial_is_never_held_against_itself(session, alike):
    made = session(40, seed=3, null_share=1.0).trials
    before = found(alike(made), 40)
    assert before.mep_above_noise.sum() <= 1
    emg = made.emg_uv.copy()
    odd = np.exp(-0.5 * np.square((made.times_ms - 30.0) / 1.5)) * np.sin(made.times_ms)
    emg[5, 0] += (20.0 * odd).astype(np.float32)
    after = found(alike(made.replace(emg_uv=emg)), 40)
    assert after.mep_above_noise[5], "by its power"
    assert np.delete(after.mep_above_noise, 5).sum() <= 1, "and no other is like it"


def test_no_trial_dominates_the_average(session, alike):
    made = session(40, seed=4, snr=(4.0, 6.0)).trials
    emg = made.emg_uv.copy()
    emg[0] *= np.where(made.times_ms > 10, np.float32(1000.0), np.float32(1.0))
    one, other = found(alike(made), 40), found(alike(made.replace(emg_uv=emg)), 40)
    assert LARGEST == 3.0
    assert abs(one.mep_above_noise[1:].mean() - other.mep_above_noise[1:].mean()) < 0.2


@settings(max_examples=10, deadline=None)
@given(
    gain=st.floats(0.01, 5e4),
    sign=st.sampled_from([-1.0, 1.0]),
    offset=st.floats(-100, 100),
    state=st.sampled_from(STATES),
    seed=st.integers(0, 9),
)
def test_gain_polarity_and_offset_change_nothing(session, gain, sign, offset, state, seed):
    made = session(20, snr=(3.0, 30.0), state=state, seed=seed, null_share=0.3).trials
    changed = made.replace(emg_uv=(sign * gain * (made.emg_uv + offset)).astype(np.float32))
    one, other = detect(made), detect(changed)
    np.testing.assert_allclose(other["mep_probability"], one["mep_probability"], atol=0.05)
    assert (other["mep_above_noise"] == one["mep_above_noise"]).mean() >= 0.95
    np.testing.assert_allclose(other["signal_to_noise"], one["signal_to_noise"], rtol=1e-2)


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(range(20)))
def test_permuted_trials_give_permuted_answers(session, alike, order):
    made, order = session(20, snr=(3.0, 30.0), null_share=0.3).trials, np.array(order)
    one, other = (found(alike(each), 20) for each in (made, made.take(order)))
    np.testing.assert_allclose(other.mep_probability, one.mep_probability[order], atol=1e-3)
    np.testing.assert_array_equal(other.mep_above_noise, one.mep_above_noise[order])


@pytest.mark.parametrize("n_trials", range(5))
@pytest.mark.parametrize("null_share", [0.0, 1.0])
def test_few_trials(session, n_trials, null_share):
    rows = detect(session(n_trials, snr=(50.0, 80.0), seed=5, null_share=null_share).trials)
    assert len(rows) == n_trials
    assert (rows["mep_above_noise"] == (null_share == 0)).all()
    assert rows["mep_probability"].isna().all(), "two pieces of background a trial do not tell how rare a score is"


def test_twenty_pieces_of_background_tell(session):
    for n_trials, told in ((9, False), (10, True)):
        rows = detect(session(n_trials, snr=(50.0, 80.0), seed=5).trials)
        assert rows["mep_probability"].notna().tolist() == [told] * n_trials
    assert rows["mep_probability"].min() > 0.9


@pytest.mark.parametrize("value", [0.0, 12.5, np.nan])
def test_an_empty_trial_holds_no_response_and_disturbs_no_other(session, alike, value):
    made = session(30, seed=6, snr=(3.0, 60.0), null_share=0.3).trials
    emg = made.emg_uv.copy()
    emg[4] = value
    others = np.delete(np.arange(30), 4)
    changed, without = found(alike(made.replace(emg_uv=emg)), 30), found(alike(made.take(others)), 29)
    assert not changed.mep_above_noise[4]
    assert not changed.mep_probability[4] > 0.1
    np.testing.assert_allclose(changed.mep_probability[others], without.mep_probability, atol=0.1)
    assert (changed.mep_above_noise[others] == without.mep_above_noise).mean() >= 0.95


def test_a_missing_trial_has_no_probability(session, alike):
    made = session(30, seed=6, snr=(3.0, 60.0), null_share=0.3).trials
    emg = made.emg_uv.copy()
    emg[4] = np.nan
    changed = found(alike(made.replace(emg_uv=emg)), 30).mep_probability
    assert np.isnan(changed[4])
    others = np.delete(np.arange(30), 4)
    np.testing.assert_allclose(changed[others], found(alike(made.take(others)), 29).mep_probability, atol=1e-3)


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_a_session_of_empty_trials(session, value):
    made = session(6).trials
    rows = detect(made.replace(emg_uv=np.full_like(made.emg_uv, value)))
    assert not rows["mep_above_noise"].any()
    assert rows["onset_ms"].isna().all()


def test_responses_without_any_noise(session):
    made = session(10, snr=(5e4, 6e4)).trials
    emg = np.where(made.times_ms < 16, 0, made.emg_uv)
    rows = detect(made.replace(emg_uv=emg))
    assert rows["mep_above_noise"].all()
    assert rows["signal_to_noise"].isna().all(), "there is no noise to compare with"


def test_a_larger_rate_of_false_positives_lets_more_pass(session, alike):
    groups = alike(session(80, snr=(2.0, 10.0), seed=7).trials)
    shares = [found(groups, 80, false_positive=each).mep_above_noise.mean() for each in (1e-6, 0.003, 0.1)]
    assert shares == sorted(shares)
    assert shares[0] < shares[2]


def test_a_response_must_be_large_too(session, alike):
    groups = alike(session(20, snr=(100.0, 200.0)).trials)
    size, noise = np.full(20, 7.4), np.ones(20)
    assert not matched_filter(groups, size, noise).mep_above_noise.any()
    assert matched_filter(groups, size, noise, least_ratio=7.0).mep_above_noise.all()
    assert matched_filter(groups, size, noise).mep_probability.min() > 0.9, "of which the probability knows nothing"
    assert not matched_filter(groups, np.full(20, np.nan), noise).mep_above_noise.any()


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("from_ms", [-45.0, -25.0])
def test_a_background_shorter_than_the_response_window_keeps_the_bar(session, state, from_ms):
    made = session(100, state=state, seed=3, null_share=1.0)
    rows = detect(made.trials, {"background_ms": (from_ms, -5.0)})
    assert rows["mep_above_noise"].mean() <= (0.02 if state == "rest" else 0.15)
    responding = detect(session(100, state=state, seed=3, snr=(25.0, 200.0)).trials, {"background_ms": (from_ms, -5.0)})
    assert responding["mep_above_noise"].mean() >= 0.97


def test_a_background_shorter_than_the_response_window_tells_no_probability(session):
    rows = detect(session(100, seed=3, null_share=1.0).trials, {"background_ms": (-45.0, -5.0)})
    assert rows["mep_probability"].isna().all()


@pytest.mark.parametrize(("n_steps", "n", "per_trial"), [(100, 30, 3), (30, 30, 1), (29, 30, 0)])
def test_pieces_of_the_background_do_not_overlap(n_steps, n, per_trial):
    before = np.random.default_rng(0).normal(size=(8, n_steps)).astype(np.float32)
    before[3] = 0.0
    owner, pieces = pseudo_trials(before, n)
    assert pieces.shape == (7 * per_trial, n)
    assert owner.tolist() == [trial for trial in range(8) if trial != 3 for _ in range(per_trial)]
    if per_trial:
        whole = before[:, n_steps - per_trial * n :].reshape(8, per_trial, n)
        likeness = np.einsum("pn,pn->p", pieces, np.delete(whole, 3, 0).reshape(-1, n))
        length = np.linalg.norm(pieces, axis=-1) * np.linalg.norm(np.delete(whole, 3, 0).reshape(-1, n), axis=-1)
        np.testing.assert_allclose(likeness, length, rtol=1e-4)


def test_pieces_have_the_power_of_noise_whose_level_is_known_from_elsewhere():
    before = np.random.default_rng(1).normal(size=(400, 120)).astype(np.float32)
    _, pieces = pseudo_trials(before, 40)
    assert np.square(pieces).mean() == pytest.approx(1.0, abs=0.05)
    assert len(pseudo_trials(np.repeat(before, 5, 0), 40)[0]) == 1024
