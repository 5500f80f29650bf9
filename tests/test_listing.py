"""Every list says all there is, each with its meaning."""

import pytest

from pipeline import __main__ as command_line
from pipeline import acquisition, conditioning, config, detection, excitability, listing

HELD = {
    "readers": ("reader", [each.name for each in acquisition.READERS]),
    "steps": ("step", list(conditioning.STEPS)),
    "measures": ("measure", [each.name for each in detection.MEASURES for _ in each.methods]),
    "metrics": ("name", [each.name for each in excitability.METRICS]),
    "presets": ("preset", list(config.presets())),
}


@pytest.mark.parametrize("what", HELD)
def test_a_list_holds_all(what):
    column, names = HELD[what]
    assert list(listing.frame(what)[column]) == names


@pytest.mark.parametrize("what", listing.LISTS)
def test_no_meaning_is_left_out(what):
    frame = listing.frame(what)
    for name in set(frame) & {"what", "meaning", "source"}:
        assert (frame[name] != "").all(), name


def test_the_command_line_offers_every_list():
    assert set(command_line.LISTS) == set(listing.LISTS) | set(listing.TEXTS)
    assert set(listing.lists()["list"]) == set(command_line.LISTS)


def test_settings_stand_with_their_defaults():
    measures = listing.frame("measures").set_index("method")
    assert measures.loc["sd_threshold", "settings"] == "n_sd=3.0, min_run_ms=1.0"
    assert "evidence (default)" in measures.index
    readers = listing.frame("readers").set_index("reader")
    assert "axes" in readers.loc["mat_epochs", "settings"].replace("=", " ").replace(",", " ").split()


def test_texts_are_made_from_the_code():
    assert "`cortical_sp_full_return_ms` | ms |" in listing.text("results")
    assert listing.text("defaults").startswith("# Every key at its default")
    assert listing.text("schema").startswith("{")
