"""Muscle and side from the names people use."""

import pytest

from pipeline.acquisition.channels import muscle_and_side, selected
from pipeline.errors import ReadError


@pytest.mark.parametrize(
    ("muscle", "name", "side", "expected"),
    [
        ("FDI", "", "", ("FDI", "")),
        ("FDI", "EMG1", "R", ("FDI", "R")),
        ("FDI", "EMG1", "left", ("FDI", "L")),
        ("FDI", "FDI_R", "", ("FDI", "R")),
        ("FDI", "R-FDI", "", ("FDI", "R")),
        ("right FDI", "EMG1", "", ("FDI", "R")),
        ("FDI (Left)", "EMG1", "", ("FDI", "L")),
        ("FDI_R", "EMG1", "", ("FDI", "R")),
        ("first dorsal interosseous, right", "", "", ("first dorsal interosseous", "R")),
        ("FDI", "RFDI", "", ("FDI", "")),
        ("RF", "RF", "", ("RF", "")),
        ("flexor carpi r.", "", "", ("flexor carpi r.", "")),
        ("right FDI", "FDI_L", "", ("FDI", "")),
        ("right FDI", "FDI_L", "L", ("FDI", "L")),
        ("", "EMG_R", "", ("", "R")),
    ],
)
def test_muscle_and_side(muscle, name, side, expected):
    assert muscle_and_side(muscle, name, side) == expected


def test_stated_channels_are_the_ones_read_in_the_files_order():
    stated = {"c": {"muscle": "TA"}, "a": {"side": "L"}}
    channels = selected({"a": "uV", "b": "mV", "c": "V"}, stated, {"a": ("FDI", "R"), "b": ("APB", "R")})
    assert channels == [("a", "FDI", "L", "uV"), ("c", "TA", "", "V")]


def test_without_a_statement_those_the_file_knows():
    assert [each.name for each in selected({"a": "", "b": ""}, {}, {"b": ("FDI", "")})] == ["b"]


@pytest.mark.parametrize(
    ("stated", "known", "text"),
    [
        ({"EMG_1": {"muscle": "FDI"}}, {}, "no channel 'EMG_1' in the file; did you mean 'EMG1'"),
        ({}, {"X": ("FDI", "")}, "no channel 'X' in the file"),
        ({}, {}, "no channel has a muscle; say in the config"),
        ({"EMG1": {"side": "L"}}, {}, r"'EMG1' has no muscle; say .*channels: \{EMG1: \{muscle: FDI, side: R\}\}"),
    ],
)
def test_errors(stated, known, text):
    with pytest.raises(ReadError, match=text):
        selected({"EMG1": "", "EMG2": ""}, stated, known)
