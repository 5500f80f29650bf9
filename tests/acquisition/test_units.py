"""Units become µV, and wrong ones are found."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.acquisition import units
from pipeline.errors import ReadError


@pytest.fixture
def emg_uv():
    generator = np.random.default_rng(5)
    emg = generator.normal(0, 4, (20, 2, 1000))
    emg[:, 0, 300:340] += 800 * np.sin(np.linspace(0, 2 * np.pi, 40))
    return emg


@pytest.mark.parametrize("unit", units.TO_UV)
def test_every_unit_becomes_microvolt(emg_uv, unit):
    found = units.to_uv(emg_uv / units.TO_UV[unit], ["a", "b"], [unit, unit])
    assert found.dtype == np.float32
    assert np.allclose(found, emg_uv, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("written", "unit"),
    [("uV", "uV"), ("\u00b5V", "uV"), ("\u03bcV", "uV"), (" UV ", "uV"), ("mv", "mV"), ("Volts", "V"), ("nV", "nV")],
)
def test_spellings(written, unit):
    assert units.known(written) == unit


@pytest.mark.parametrize("written", ["", "*", "MV", "n/a", "arbitrary"])
def test_what_is_no_unit_is_an_error_that_says_how_to_state_it(emg_uv, written):
    assert units.known(written) == ""
    with pytest.raises(ReadError, match=r"state it in the config, such as acquisition: \{unit: uV\}"):
        units.to_uv(emg_uv, ["a", "b"], ["uV", written])


def test_the_stated_unit_overrides_the_files(emg_uv):
    assert np.allclose(units.to_uv(emg_uv / 1e3, ["a", "b"], ["V", "*"], "mV"), emg_uv, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("right", "wrong"), [("uV", "mV"), ("uV", "V"), ("mV", "uV"), ("mV", "V"), ("V", "uV"), ("V", "mV")]
)
def test_a_wrong_unit_is_found_and_the_right_one_named(emg_uv, right, wrong):
    with pytest.raises(ReadError, match=f"channel 'a' cannot be EMG in {wrong}: .*{right}.* would be plausible"):
        units.to_uv(emg_uv / units.TO_UV[right], ["a", "b"], [wrong, wrong])


def test_where_no_unit_fits_it_says_so(emg_uv):
    emg_uv[:, 1, :] = np.random.default_rng(0).normal(0, 1e-9, emg_uv[:, 1].shape)
    with pytest.raises(ReadError, match="channel 'b' cannot be EMG in uV: .*none of nV, uV, mV, V would be plausible"):
        units.to_uv(emg_uv, ["a", "b"], ["uV", "uV"])


def test_a_constant_channel_is_an_error_whatever_its_level_in_each_trial(emg_uv):
    emg_uv[:, 1] = np.arange(20)[:, None]
    with pytest.raises(ReadError, match="'b' is constant throughout; it is unplugged"):
        units.to_uv(emg_uv, ["a", "b"], ["uV", "uV"])


def test_a_channel_of_nan_is_an_error_and_some_nan_is_not(emg_uv):
    emg_uv[:, :, :5] = np.nan
    assert np.isnan(units.to_uv(emg_uv, ["a", "b"], ["uV", "uV"])).sum() == 20 * 2 * 5
    emg_uv[:, 1] = np.nan
    with pytest.raises(ReadError, match="'b' has no samples in any trial"):
        units.to_uv(emg_uv, ["a", "b"], ["uV", "uV"])


@given(st.floats(-1e5, 1e5), st.permutations(range(20)))
def test_spread_knows_no_offset_and_no_order(offset, order):
    emg = np.random.default_rng(1).normal(0, 4, (20, 2, 100))
    one, two = units.spread_of(emg), units.spread_of(emg[list(order)] + offset)
    assert np.allclose(one, two, rtol=1e-6, atol=1e-6)


def test_missing_samples_hardly_change_the_spread(emg_uv):
    whole = units.spread_of(emg_uv)
    emg_uv[:, :, 700:] = np.nan
    assert np.allclose(units.spread_of(emg_uv).median, whole.median, rtol=0.1)
