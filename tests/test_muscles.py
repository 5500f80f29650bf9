"""Profiles of muscles, and the windows of each trial."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline import muscles
from pipeline.errors import ConfigError, MeasureError


def pulses(**columns):
    return pd.DataFrame(columns)


def test_every_row_of_the_table_has_source_and_trust():
    with Path(muscles.__file__).with_name("muscles.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for row in rows:
        assert row["source"]
        assert row["trust"] in ("P", "C", "M", "m", "own")
        assert row["stimulus"] in muscles.STIMULI
        assert float(row["response_from_ms"]) < float(row["response_to_ms"])
        assert float(row["artefact_until_ms"]) <= float(row["response_from_ms"])
        assert row["limb"] in ("arm", "leg")


def test_a_muscle_is_known_by_short_and_full_name():
    assert muscles.profile("fdi") == muscles.profile("First dorsal interosseous")


def test_a_muscle_belongs_to_an_arm_or_a_leg_where_it_is_known():
    assert [muscles.limb(name) for name in ("FDI", "ta", "Soleus", "biceps")] == ["arm", "leg", "leg", ""]


def test_an_unknown_muscle_says_how_to_give_it_a_profile():
    with pytest.raises(ConfigError, match="muscles: {FDX: {response_ms: .* did you mean 'FDI'"):
        muscles.profile("FDX")
    own = muscles.profile("ECR", {"response_ms": {"tms": [12, 45]}})
    assert own.response_ms["tms"] == (12, 45)


def test_settings_go_above_the_shipped_profile():
    own = muscles.profile("TA", {"response_ms": {"tms": [20, 70]}, "artefact_ms": 7, "background_ms": None})
    assert own.response_ms["tms"] == (20, 70)
    assert own.response_ms["root"] == muscles.profile("TA").response_ms["root"]
    assert own.artefact_ms["tms"] == own.artefact_ms["root"] == 7
    assert own.artefact_ms["nerve_m"] == 2, "a number is for magnetic stimuli: the M wave begins at 3 ms"
    assert own.background_ms == muscles.BACKGROUND_MS


def test_the_background_ends_before_the_first_pulse_of_any_kind():
    table = pulses(pulse=["single", "paired", "nerve_tms", "single"], isi_ms=[np.nan, 3.0, 25.0, 3.0])
    ends = muscles.background_windows(table, muscles.profile("FDI"))[:, 1]
    assert ends.tolist() == [-5, -8, -30, -5]
    table = pulses(pulse=["nerve", "nerve_pair"], isi_ms=[np.nan, 300.0])
    assert muscles.background_windows(table, muscles.profile("SOL"))[:, 1].tolist() == [-5, -305]


def test_a_pair_of_unknown_interval_has_no_background_window():
    for table in (pulses(pulse=["single", "paired"]), pulses(pulse=["single", "paired"], isi_ms=[np.nan, np.nan])):
        assert muscles.first_pulse_ms(table)[0] == 0
        assert np.isnan(muscles.first_pulse_ms(table)[1])
        assert np.isnan(muscles.background_windows(table, muscles.profile("FDI"))[1]).all()


def test_both_pulses_of_a_pair_have_an_artefact_and_null_trials_none():
    table = pulses(pulse=["single", "paired", "nerve_tms", "none"], isi_ms=[np.nan, 3.0, 25.0, np.nan])
    main, first = muscles.artefact_zones(table, muscles.profile("FDI"))
    assert main[:3].tolist() == [[-1, 5]] * 3
    assert np.isnan(main[3]).all()
    assert first[1].tolist() == [-4, 2]
    assert first[2].tolist() == [-26, -23]
    assert np.isnan(first[[0, 3]]).all()
    table = pulses(pulse=["nerve_pair"], isi_ms=[100.0])
    assert muscles.artefact_zones(table, muscles.profile("SOL"))[:, 0].tolist() == [[-1, 2], [-101, -98]]


def test_each_stimulus_has_its_own_window():
    table = pulses(pulse=["single", "root", "nerve"])
    profile = muscles.profile("TA")
    assert muscles.response_windows(table, profile).tolist() == [[22, 65], [8, 40], [3, 22]]
    of_nerve = muscles.nerve_windows(pulses(pulse=["nerve", "nerve_pair", "nerve_tms"]), profile)
    np.testing.assert_array_equal(of_nerve[0], of_nerve[1])
    assert np.isnan(of_nerve[2]).all()
    assert set(muscles.stimuli(pulses(pulse=["nerve", "nerve_pair"]))) == {"nerve_m"}
    bare = muscles.profile("ECR", {"response_ms": {"tms": [12, 45]}})
    with pytest.raises(MeasureError, match="no response window for stimulus 'nerve_m'"):
        muscles.response_windows(table, bare)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"artefact_ms": {"tms": 30}}, "artefact_ms of tms is 30; expected 0 to 15 ms"),
        ({"artefact_ms": -5}, "artefact_ms of tms is -5"),
        ({"response_ms": {"tms": [3, 50]}}, "artefact_ms of tms is 5; expected 0 to 3 ms"),
        ({"background_ms": [-50, 30]}, "expected a window that ends before the first pulse"),
    ],
)
def test_windows_that_do_not_fit_together_are_an_error(settings, said):
    with pytest.raises(ConfigError, match=said):
        muscles.profile("FDI", settings)


def test_a_short_name_is_the_same_however_it_is_spelt():
    assert {muscles.short_name(each) for each in ("FDI", " fdi", "First Dorsal Interosseous")} == {"fdi"}
    assert muscles.short_name("ECR") == "ecr"
