"""The settings that every reader shares."""

import pytest

from pipeline import columns
from pipeline.acquisition.settings import common
from pipeline.errors import ConfigError


def checked(**stated):
    return common(**columns.validated(common, stated, "acquisition"))


def test_defaults_hold_a_background_and_a_silent_period():
    found = checked()
    assert found.epoch_ms[0] <= -150
    assert found.epoch_ms[1] >= 400
    assert (found.channels, found.markers, found.unit, found.trial_table) == ({}, {}, "", "")


def test_names_that_are_numbers_are_words():
    found = checked(channels={1: {"muscle": "FDI", "side": "R"}}, markers={255: {"pulse": "single"}})
    assert list(found.channels) == ["1"]
    assert list(found.markers) == ["255"]


@pytest.mark.parametrize(
    ("stated", "text"),
    [
        ({"epoch_ms": [10, 500]}, "epoch_ms: an epoch begins before the pulse and ends after it.*but it is .10"),
        ({"epoch_ms": [-100, 100, 500]}, "epoch_ms: expected a list of 2 or fewer"),
        ({"channels": {"a": {"side": "right"}}}, "side of channel 'a' is not L, R or empty"),
        ({"channels": {"a": "FDI"}}, "channels.a: expected a mapping, but it is 'FDI'"),
        ({"markers": {"S1": {"pulse": "TMS"}}}, "marker 'S1': no pulse 'TMS'"),
        ({"unit": "kV"}, "unit: expected '', 'uV', 'µV', 'mV', 'V' or 'nV', but it is 'kV'"),
    ],
)
def test_what_cannot_be_is_said(stated, text):
    with pytest.raises(ConfigError, match=f"^acquisition[.:].*{text}"):
        checked(**stated)
