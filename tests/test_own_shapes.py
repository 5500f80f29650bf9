"""A laboratory's own shapes: averages of its trials, aligned where they begin, beside the shipped ones."""

import numpy as np
import pandas as pd
import pytest

import pipeline
from pipeline import batch, own_shapes
from pipeline.shape_library import FULL_SCALE, read, shipped
from pipeline.synthetic import simulate_study
from pipeline.synthetic.protocol import Protocol
from pipeline.trials import Trials

RATE_HZ, ONSET_MS = 4000.0, 22.0


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A study of one subject with many large responses, and its results."""
    folder = tmp_path_factory.mktemp("many")
    protocol = Protocol(rest_steps_mso=(), active_steps_mso=(), rest_above=((150, 40),))
    study = simulate_study(folder / "raw", n_subjects=1, sessions=("pm",), muscles=("FDI",), protocol=protocol)
    for each in study.rglob("*handActive*"):
        each.unlink()
    (folder / "study.yaml").write_text("study: {input: raw, output: out}\n", encoding="utf-8")
    assert [each.outcome for each in batch.run(folder / "study.yaml")] == ["done"]
    return folder


def responses(n_trials=36, noise=1e-4, seed=1):
    """Triangles that begin 1 ms apart at most, and the rows that say where."""
    rng = np.random.default_rng(seed)
    times_ms = np.arange(-100.0, 120.0, 1000.0 / RATE_HZ)
    onset_ms = ONSET_MS + rng.uniform(-0.5, 0.5, n_trials)
    since = times_ms - onset_ms[:, None]
    wave = np.interp(since, [0, 4, 8, 12, 16], [0, 1, 0, -1, 0]) * rng.uniform(50, 500, n_trials)[:, None]
    size = np.ptp(wave, axis=-1)
    emg = wave + noise * size[:, None] * rng.normal(size=wave.shape)
    trials = Trials(emg[:, None], times_ms, ["FDI"], pd.DataFrame({"pulse": ["single"] * n_trials}))
    return trials, pd.DataFrame({"trial": np.arange(n_trials), "onset_ms": onset_ms, "peak_to_peak_uv": size})


def test_averages_begin_where_their_trials_do():
    waves = own_shapes.averages(*(lambda trials, rows: (trials, 0, rows))(*responses()))
    shapes, clear = own_shapes.from_onset(waves)
    assert clear.all()
    assert shapes.shape == (3, shipped().shapes.shape[1])
    before, step_ms = shipped().before, 1000 / shipped().rate_hz
    assert not shapes[:, :before].any()
    assert np.ptp(shapes, axis=-1) == pytest.approx(np.full(3, FULL_SCALE))
    since_ms = np.arange(shapes.shape[1] - before) * step_ms
    peak_ms = since_ms[np.abs(shapes[:, before:]).argmax(-1) % len(since_ms)]
    assert np.isin(np.round(peak_ms), (4, 12)).all()
    expected = np.interp(since_ms + 0.01 * 4, [0, 4, 8, 12, 16], np.array([0, 0.5, 0, -0.5, 0]) * FULL_SCALE)
    assert np.abs(shapes[:, before:] - expected).max() < 0.04 * FULL_SCALE, "a step on a slope"


def test_averages_that_are_not_clear_are_told():
    trials, rows = responses(noise=0.1)
    _, clear = own_shapes.from_onset(own_shapes.averages(trials, 0, rows))
    assert not clear.any()


def test_too_few_trials_make_none():
    trials, rows = responses()
    assert len(own_shapes.averages(trials, 0, rows.iloc[:11])) == 0
    assert own_shapes.from_onset(own_shapes.averages(trials, 0, rows.iloc[:0]))[0].shape[0] == 0


def test_own_shapes_make_up_their_share():
    own = shipped().shapes[:3]
    made = own_shapes.extended(own, 0.2)
    n = len(shipped().shapes)
    np.testing.assert_array_equal(made.shapes[:n], shipped().shapes)
    assert len(made.shapes) == n + 300
    assert (made.shapes[n:] == own[0]).all(-1).sum() == 100


def test_the_command_and_the_setting(many, mep):
    said = mep("shapes", many / "out", many / "own.npz")
    assert said.code == 0, said.err
    assert "FDI" in said.out
    assert "study: {shapes: own.npz}" in said.out
    made = read(many / "own.npz")
    n = len(shipped().shapes)
    assert len(made.shapes) > n
    lead = np.abs(made.shapes[n:]).argmax(-1) - made.before
    assert ((lead > 0) & (lead < 12 * made.rate_hz / 1000)).all()

    (many / "own.yaml").write_text("study: {input: raw, output: own, shapes: own.npz}\n", encoding="utf-8")
    assert mep("run", many / "own.yaml").code == 0
    rows = [
        pipeline.read_results(many / name / "sub-01/sub-01_desc-excitability_emg.h5")["trials"]
        for name in ("out", "own")
    ]
    apart = rows[1]["onset_ms"] - rows[0]["onset_ms"]
    assert apart.abs().max() > 0
    assert apart.abs().median() < 0.5


def test_what_is_wrong_is_named(many, mep, tmp_path):
    assert "no results in it" in mep("shapes", tmp_path, tmp_path / "own.npz").err
    assert "expected the name of a .npz file" in mep("shapes", many / "out", tmp_path / "own.txt").err
    (many / "wrong.yaml").write_text("study: {input: raw, output: wrong, shapes: nowhere.npz}\n", encoding="utf-8")
    said = mep("run", many / "wrong.yaml")
    assert said.code == 2
    assert "study.shapes: " in said.err
    assert "nowhere.npz" in said.err
