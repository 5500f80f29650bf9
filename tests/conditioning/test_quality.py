"""Quality: what the raw signal shows and the clean one no longer does."""

import numpy as np
import pytest

from pipeline.conditioning import condition


def notes(trials, name):
    return condition(trials, []).notes[name][:, 0]


def test_a_flat_top_at_the_limit_is_noted(make, emg, mep):
    raw = emg(10) + 4 * mep
    raw[:5] = np.clip(raw[:5], -1500, 1500)
    raw[5:] *= 0.3
    assert notes(make(raw), "clipped").tolist() == [1.0] * 5 + [0.0] * 5
    assert notes(make(-raw), "clipped").tolist() == [1.0] * 5 + [0.0] * 5
    assert notes(make(64 * raw), "clipped").tolist() == [1.0] * 5 + [0.0] * 5


def test_clipping_on_one_side_is_enough(make, emg, mep):
    raw = np.minimum(emg(4) + 4 * mep, 800.0)
    assert notes(make(raw), "clipped").all()


@pytest.mark.parametrize("step_uv", [0.3, 2.0, 5.0, 20.0, 40.0])
def test_coarse_rest_is_not_clipped(make, emg, step_uv):
    raw = np.round(emg(200, rms_uv=4.0) / step_uv) * step_uv
    assert not notes(make(raw), "clipped").any()


@pytest.mark.parametrize("step_uv", [1.0, 5.0])
def test_the_coarse_peak_of_a_response_is_not_clipped(make, emg, mep, step_uv):
    raw = np.round((emg(50, rms_uv=3.0) + mep) / step_uv) * step_uv
    assert not notes(make(raw), "clipped").any()


def test_quantised_and_clipped_is_clipped(make, emg, mep):
    raw = np.clip(np.round((emg(20) + 8 * mep) / 1.5) * 1.5, -2048 * 1.5 / 2, 2047 * 1.5 / 2)
    assert notes(make(raw), "clipped").all()


def test_a_clipped_artefact_is_saturation_and_not_clipping(make, emg, times_ms):
    raw = emg(4)
    raw[:3, (times_ms >= 0) & (times_ms < 3)] = 5000.0
    raw[1, (times_ms >= 0) & (times_ms < 12)] = 5000.0
    raw[2, (times_ms >= 1) & (times_ms < 3)] = -5000.0
    trials = make(raw)
    assert not notes(trials, "clipped").any()
    np.testing.assert_allclose(notes(trials, "artefact_saturated_ms"), [3.0, 12.0, 3.0, np.nan], atol=1e-6)


def test_an_amplifier_that_stays_saturated_to_the_end_is_noted(make, emg, times_ms):
    raw = emg(5)
    raw[0, times_ms >= 0] = 5000.0
    assert notes(make(raw), "artefact_saturated_ms")[0] == times_ms[-1]


def test_missing_is_counted_outside_the_zone(make, emg, times_ms):
    raw = emg(3)
    raw[0, (times_ms >= -1) & (times_ms <= 5)] = np.nan
    raw[1, :50] = np.nan
    np.testing.assert_allclose(notes(make(raw), "missing_ms"), [0, 10, 0])


def test_constant_and_missing_channels_are_not_clipped(make):
    raw = np.stack([np.full(1250, 12.5), np.full(1250, 12.5)])
    assert not notes(make(raw), "clipped").any()
    assert not notes(make(raw * np.nan), "clipped").any()


def test_each_muscle_has_its_own_limit(make, emg, mep):
    raw = np.stack([np.clip(emg(6) + 8 * mep, -1000, 1000), emg(6, seed=1) + mep], 1)
    found = condition(make(raw, muscles=("FDI", "APB")), []).notes["clipped"]
    assert found.tolist() == [[1.0, 0.0]] * 6
