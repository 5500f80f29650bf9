"""Chunks: how many trials there are changes nothing but the time it takes."""

import numpy as np
import pytest

from pipeline import columns, muscles
from pipeline.detection import chunks
from pipeline.detection.amplitude import onset_to_end, peak_to_peak
from pipeline.detection.background import pre_stimulus
from pipeline.detection.given import given_to_methods
from pipeline.detection.screening import whole_signal
from pipeline.detection.turns import turns_and_phases


@pytest.mark.parametrize("method", [pre_stimulus, peak_to_peak, onset_to_end, turns_and_phases, whole_signal])
def test_a_few_trials_at_once_give_what_all_at_once_give(recording, monkeypatch, method):
    trials, truth = recording(23, snr=100.0)
    given, _ = given_to_methods(trials, 0, muscles.profile("FDI"))
    made = {"onset_ms": truth, "mep_end_ms": truth + 12.0, "background_rms_uv": np.full(23, 2.0)}
    given |= made | {"cortical_sp_onset_ms": np.full(23, np.nan)}
    needed = [given[name] for name in columns.needs(method)]
    whole = method(*needed)
    monkeypatch.setattr(chunks, "N_AT_ONCE", 5)
    for name, part in method(*needed)._asdict().items():
        np.testing.assert_array_equal(part, getattr(whole, name), err_msg=name)


def test_the_signature_is_that_of_the_method():
    assert columns.needs(peak_to_peak) == ("emg_uv", "times_ms", "response_ms")
    assert columns.gives(peak_to_peak) == ("peak_to_peak_uv", "peak_max_ms", "peak_min_ms")
    assert columns.summary(peak_to_peak)
