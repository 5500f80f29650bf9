"""Real recordings through `mep run`, against what is known of them (../shared/real)."""

import numpy as np
import pandas as pd
import pytest

import pipeline
from pipeline import store
from pipeline.__main__ import main

MEPFEATX = """
study: {{input: '{input}', output: '{output}'}}
acquisition:
  unit: uV
  channels: {{meps: {{muscle: {muscle}}}}}
  mat_epochs: {{axes: [time, trial], rate_hz: 3000, first_ms: -50, pulse: single}}
detection:
  background_ms: [-45, -5]
"""
BRAINVISION = """
study: {{input: '{input}', output: '{output}'}}
acquisition:
  markers: {{{marker}: {{pulse: single, state: rest, hotspot_muscle: FDI, hotspot_side: R}}}}
  channels: {{RFDI: {{muscle: FDI, side: R}}, LFDI: {{muscle: FDI, side: L}}}}
"""


def run(tmp_path, text, **values):
    """Exit code of `mep run`, and the results folder."""
    output = tmp_path / "out"
    (tmp_path / "study.yaml").write_text(text.format(output=output.as_posix(), **values), encoding="utf-8")
    return main(["run", str(tmp_path / "study.yaml"), "--jobs", "1"]), output


def mepfeatx(real, tmp_path, name, muscle):
    """Trials table and reference of one recording."""
    code, output = run(tmp_path, MEPFEATX, input=(real / "mepfeatx" / f"{name}.mat").as_posix(), muscle=muscle)
    assert code == 0
    tables = pipeline.read_results(next(output.glob("sub-*/*_desc-excitability_emg.h5")))
    assert not (tables["provenance"]["name"] == "warning").any()
    return tables["trials"], pd.read_csv(real / "mepfeatx" / f"{name}_features.csv")


@pytest.mark.parametrize(("name", "muscle"), [("ID01", "FDI"), ("ID04", "TA")])
def test_peak_to_peak_agrees_with_the_reference(real, tmp_path, name, muscle):
    rows, reference = mepfeatx(real, tmp_path, name, muscle)
    seen = reference["Amplitude"].to_numpy() > 0
    mine, other = rows["peak_to_peak_uv"].to_numpy()[seen], reference["Amplitude"].to_numpy()[seen]
    assert len(rows) == len(reference)
    assert np.corrcoef(mine, other)[0, 1] >= 0.999
    assert np.median(mine / other) == pytest.approx(1, abs=0.01)
    assert not rows["excluded"].any()


def test_absent_and_present_responses_are_told_apart(real, tmp_path):
    rows, reference = mepfeatx(real, tmp_path, "ID02", "TA")
    seen = reference["Amplitude"].to_numpy() > 0
    assert rows["mep_present"].to_numpy()[seen].mean() >= 0.95
    assert (~rows["mep_present"].to_numpy()[~seen]).mean() >= 0.95
    assert rows["onset_ms"].to_numpy()[~seen].size == 20
    assert np.isnan(rows["onset_ms"].to_numpy()[~seen]).all()


def test_onsets_are_near_the_reference_which_is_another_tool(real, tmp_path):
    rows, reference = mepfeatx(real, tmp_path, "ID01", "FDI")
    difference = rows["onset_ms"].to_numpy() - reference["Latency"].to_numpy()
    assert np.isfinite(difference).mean() == 1
    assert abs(np.median(difference)) < 0.5


def test_brainvision_with_two_markers_a_pulse(real, tmp_path):
    header = (real / "vendor" / "brainvision" / "Example Data 1.vhdr").as_posix()
    code, output = run(tmp_path, BRAINVISION, input=header, marker="S255")
    assert code == 0
    rows = pipeline.read_results(next(output.glob("sub-*/*.h5")))["trials"]
    right = rows[rows["side"] == "R"]
    assert len(right) == 20
    assert right["mep_present"].all()
    assert right["onset_ms"].median() == pytest.approx(27.8, abs=0.8)
    assert right["background_rms_uv"].median() < 5, "50 Hz hum of 50 µV is gone"
    epochs = store.read_epochs(next(output.glob("sub-*/emg/*.h5")))
    mean = np.abs(epochs.emg_uv[:, epochs.sides.index("R")].mean(axis=0))
    before = mean[(epochs.times_ms > 6) & (epochs.times_ms < 22)]
    assert before.max() < 0.05 * mean.max(), "nothing rings from the artefact into the time before the response"


def test_a_marker_that_is_not_there_is_an_error_that_lists_those_that_are(real, tmp_path, capsys):
    header = (real / "vendor" / "brainvision" / "Example Data 1.vhdr").as_posix()
    code, _ = run(tmp_path, BRAINVISION, input=header, marker="S25")
    said = capsys.readouterr()
    assert code == 1
    assert "there is no marker 'S25'; there are: S254 (20), S255 (20)" in said.out
    assert "Traceback" not in said.out + said.err


def test_bids_datasets_without_tms_say_what_is_missing(real, tmp_path, capsys):
    (tmp_path / "study.yaml").write_text(
        f"study: {{input: '{(real / 'bids' / 'emg_CustomBipolar').as_posix()}', output: '{tmp_path.as_posix()}/out'}}\n"
    )
    assert main(["run", str(tmp_path / "study.yaml")]) == 1
    said = capsys.readouterr().out
    assert "sub-01_task-holdWeight" in said
    assert "no events.tsv applies to it" in said
