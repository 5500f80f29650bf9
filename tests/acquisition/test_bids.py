"""EMG-BIDS recordings written and read back, and everything that can be wrong with them."""

import json

import edfio
import numpy as np
import pytest

from pipeline import acquisition
from pipeline.errors import ReadError

RATE_HZ = 2000
ONSETS_S = np.array([1.0, 2.5, 4.0, 5.5])
EVENTS = "onset\tduration\ttrial_type\n" + "".join(f"{t}\t0\tTMS\n" for t in ONSETS_S) + "6.5\t0\tbreak\n"


def expected(signal, first_ms=-150, last_ms=500):
    index = np.rint(ONSETS_S * RATE_HZ).astype(int)[:, None] + np.arange(first_ms * 2, last_ms * 2 + 1)
    return signal[:, index].swapaxes(0, 1)


@pytest.mark.parametrize(
    ("ending", "unit", "scale"),
    [
        (".bdf", "uV", 1.0),
        (".bdf", "mV", 1e-3),
        (".bdf", "V", 1e-6),
        (".bdf", "nV", 1e3),
        (".edf", "uV", 1.0),
        (".edf", "mV", 1e-3),
    ],
)
def test_samples_pulses_and_names_come_back(bids, signal, ending, unit, scale):
    channels = f"name\ttype\tunits\ttarget_muscle\nEMG1\tEMG\t{unit}\tright FDI\nEMG2\tEMG\t{unit}\tAPB (left)\n"
    (trials,) = acquisition.load(bids.write(unit=unit, scale=scale, ending=ending, channels=channels))
    step_uv = 2000 / 2 ** (24 if ending == ".bdf" else 16)
    assert np.abs(trials.emg_uv - expected(signal)).max() <= 0.51 * step_uv + 1e-4
    assert trials.times_ms[[0, 300, -1]].tolist() == [-150, 0, 500]
    assert (trials.muscles, trials.sides) == (("FDI", "APB"), ("R", "L"))
    assert trials.pulses["onset_s"].tolist() == ONSETS_S.tolist()
    assert trials.pulses["intensity_mso"].tolist() == [50, 51, 52, 53]
    assert trials.pulses["coil"].tolist() == ["A"] * 4
    assert (trials.notes["mains_hz"] == 50).all()
    assert trials.notes["mains_hz"].shape == (4, 2)


def test_the_response_is_where_it_was_put(bids):
    (trials,) = acquisition.load(bids.write())
    largest = trials.times_ms[np.abs(trials.emg_uv).argmax(-1)]
    assert ((largest >= 20) & (largest < 30)).all()


def test_reading_twice_gives_the_same_fingerprints_and_they_tell_epochs_apart(bids):
    path = bids.write()
    (one,), (two,) = acquisition.load(path), acquisition.load(path)
    assert (one.notes["fingerprint"] == two.notes["fingerprint"]).all()
    assert len(np.unique(one.notes["fingerprint"])) == 8


def test_power_line_frequency_that_is_not_known_is_no_note(bids):
    (trials,) = acquisition.load(bids.write(sidecar={"PowerLineFrequency": "n/a"}))
    assert "mains_hz" not in trials.notes


def test_sidecars_are_inherited_the_nearer_goes_first(bids):
    path = bids.write()
    (bids.folder / f"{bids.stem}_emg.json").write_text("{}")
    (bids.root / "task-rest_emg.json").write_text('{"PowerLineFrequency": 50}')
    (bids.root / "task-other_emg.json").write_text('{"PowerLineFrequency": 16}')
    (bids.root / "sub-01" / "sub-01_emg.json").write_text('{"PowerLineFrequency": 60}')
    (bids.folder / f"{bids.stem}_channels.tsv").rename(bids.root / "channels.tsv")
    (trials,) = acquisition.load(path)
    assert (trials.notes["mains_hz"] == 60).all()
    names = [each.name for each in acquisition.files(path)]
    assert names == [
        path.name,
        "task-rest_emg.json",
        "sub-01_emg.json",
        f"{bids.stem}_emg.json",
        "channels.tsv",
        f"{bids.stem}_events.tsv",
    ]


def test_epochs_at_the_edges_are_padded_with_nan_not_dropped(bids):
    events = "onset\tduration\tpulse\n0.1\t0\tsingle\n2.5\t0\tsingle\n6.9\t0\tsingle\n"
    (trials,) = acquisition.load(bids.write(events=events))
    missing = np.isnan(trials.emg_uv[:, 0]).sum(-1)
    assert missing.tolist() == [100, 0, 1001 - 200]
    assert np.isfinite(trials.emg_uv[:, 0, 300]).all()


def test_only_channels_of_type_emg_are_read_and_bad_ones_are_not(bids, signal):
    samples = [*signal, signal[0] * 0 + 1]
    channels = "name\ttype\tunits\ttarget_muscle\tstatus\n"
    channels += "EMG1\tEMG\tuV\tFDI\tgood\nEMG2\tEMG\tuV\tAPB\tbad\nT\tTRIG\tV\tn/a\tgood\n"
    path = bids.write(samples=samples, labels=["EMG1", "EMG2", "T"], channels=channels)
    assert acquisition.load(path)[0].muscles == ("FDI",)
    (trials,) = acquisition.load(path, {"channels": {"EMG2": {"side": "L"}}})
    assert (trials.muscles, trials.sides) == (("APB",), ("L",))
    with pytest.raises(ReadError, match="'T' is of type TRIG"):
        acquisition.load(path, {"channels": {"T": {"muscle": "TA"}}})


def test_channels_of_two_rates_are_two_clocks_and_not_resampled(bids, signal):
    slow = np.random.default_rng(1).normal(0, 20, 7000)
    path = bids.write(samples=[signal[0], slow], rates_hz=[2000, 1000])
    one, two = acquisition.load(path)
    assert [one.muscles, two.muscles] == [("APB",), ("FDI",)]
    assert [one.rate_hz, two.rate_hz] == [1000, 2000]
    assert np.abs(one.emg_uv[0, 0] - slow[850:1501]).max() < 1e-3


def test_markers_of_the_config_name_the_pulses_where_the_events_do_not(bids):
    path = bids.write(events=EVENTS)
    (trials,) = acquisition.load(path, {"markers": {"TMS": {"pulse": "single", "intensity_mso": 61}}})
    assert trials.n_trials == 4
    assert trials.pulses["intensity_mso"].tolist() == [61] * 4
    with pytest.raises(ReadError, match=r"trial_type: TMS \(4\), break \(1\)"):
        acquisition.load(path)
    with pytest.raises(ReadError, match=r"no marker 'TSM'.*TMS \(4\)"):
        acquisition.load(path, {"markers": {"TSM": {"pulse": "single"}}})


def test_epoched(bids, signal):
    onsets_s = np.arange(14) * 0.5 + 0.15
    events = "onset\tduration\tpulse\n" + "".join(f"{t}\t0\tsingle\n" for t in onsets_s)
    path = bids.write(events=events, sidecar={"RecordingType": "epoched", "EpochLength": 0.5})
    (trials,) = acquisition.load(path)
    assert trials.times_ms[[0, 300, -1]].tolist() == [-150, 0, 349.5]
    assert np.abs(trials.emg_uv[3] - signal[:, 3000:4000]).max() < 1e-3


@pytest.mark.parametrize(
    ("onsets_s", "sidecar", "text"),
    [
        (np.arange(13) * 0.5 + 0.15, {}, "epoch 14 of 14 .* holds 0 pulses"),
        (np.append(np.arange(14) * 0.5 + 0.15, 0.3), {}, "epoch 1 of 14 .* holds 2 pulses"),
        (
            np.arange(14) * 0.5 + 0.15 + 0.01 * (np.arange(14) == 5),
            {},
            "same time in each epoch.*line 7, 160 ms|160 ms",
        ),
        (np.arange(14) * 0.5 + 0.15, {"EpochLength": 0.3}, "not a whole number of epochs"),
        (np.arange(14) * 0.5 + 0.15, {"EpochLength": "n/a"}, "EpochLength is 'n/a'"),
    ],
)
def test_epoched_and_wrong(bids, onsets_s, sidecar, text):
    events = "onset\tduration\tpulse\n" + "".join(f"{t}\t0\tsingle\n" for t in onsets_s)
    path = bids.write(events=events, sidecar={"RecordingType": "epoched", "EpochLength": 0.5, **sidecar})
    with pytest.raises(ReadError, match=text):
        acquisition.load(path)


def test_gaps_between_data_records_are_nan_and_times_follow_them(bids, signal):
    """A BDF+D whose second half begins 10 s later: pulse times are those of the clock, epochs stop at the gap."""
    stamps = [edfio.EdfAnnotation(0.0, None, "x")]
    events = "onset\tduration\tpulse\n2.9\t0\tsingle\n14.0\t0\tsingle\n"
    path = bids.write(events=events, data_record_duration=1.0, annotations=stamps, ending=".edf")
    content = bytearray(path.read_bytes())
    assert content[192:197] == b"EDF+C"
    content[192:197] = b"EDF+D"
    for second in range(3, 7):
        old, new = f"+{second}\x14\x14".encode(), f"+{second + 10}\x14\x14".encode()
        at = content.index(old)
        content[at : at + len(new)] = new
    path.write_bytes(content)
    (trials,) = acquisition.load(path)
    assert np.isnan(trials.emg_uv[0, 0]).sum() == 1001 - 200
    assert np.abs(trials.emg_uv[1, 0] - signal[0, 8000 - 300 : 8000 + 1001]).max() < 0.04
    (bids.folder / f"{bids.stem}_events.tsv").write_text("onset\tduration\tpulse\n5.0\t0\tsingle\n")
    with pytest.raises(ReadError, match=r"line 2 at 5 s lies in a gap"):
        acquisition.load(path)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"events": "onset\tduration\tpulse\n1.0\t0\tsingle\n99\t0\tsingle\n"}, "line 3 at 99 s lies outside.*to 7 s"),
        ({"events": "onset\tduration\tpulse\n-1\t0\tsingle\n"}, "line 2 at -1 s lies outside"),
        ({"events": "onset\tduration\tpulse\n1.0\t0\tn/a\n"}, "n/a in each of its 1 rows"),
        ({"events": "onset\tduration\tpulse\n\n"}, "it has no rows; expected at least one pulse"),
        ({"events": "onset\tduration\tpulse\nn/a\t0\tsingle\n"}, "line 2: onset is 'n/a'"),
        ({"events": "time\tpulse\n1\tsingle\n"}, "no column 'onset'"),
        ({"events": "onset\tpulse\n1\tsingel\n"}, "did you mean 'single'"),
        ({"events": "onset\tpulse\tintensity_mso\n1\tsingle\tfifty\n"}, "intensity_mso is 'fifty', expected a number"),
        ({"events": "onset\tpulse\n1.0\tpaired\n1.01\tpaired\n"}, "line 2 and .*line 3 are 10 ms apart.*ONE row"),
        ({"channels": "name\ttype\tunits\ttarget_muscle\nEMG9\tEMG\tuV\tFDI\n"}, "no channel 'EMG9'.*EMG1, EMG2"),
        (
            {"channels": "name\ttype\tunits\ttarget_muscle\nEMG1\tEMG\tmV\tFDI\n"},
            "header gives its samples in uV, .* in mV",
        ),
        (
            {"channels": "name\ttype\tunits\ttarget_muscle\nEMG1\tEMG\tuV\tn/a\n"},
            "'EMG1' has no muscle; say in the config",
        ),
        ({"channels": "name\ttype\tunits\nEMG1\tMISC\tuV\n"}, "no channel of type EMG"),
        ({"channels": "name\tunits\nEMG1\tuV\n"}, "no column 'type'"),
        ({"labels": ["EMG1", "EMG1"]}, "no channel 'EMG2'"),
        ({"sidecar": {"RecordingType": "contiuous"}}, "did you mean 'continuous'"),
        ({"sidecar": {"RecordingType": "discontinuous"}}, "does not say where its gaps are"),
        ({"sidecar": {"SamplingFrequency": 4000}}, "4000 Hz in emg.json, but 2000 Hz"),
        ({"unit": ""}, "channel 'EMG3' has no unit"),
    ],
)
def test_what_is_wrong_is_said(bids, change, text):
    if "EMG3" in text:
        change = {**change, "labels": ["EMG3", "EMG2"], "channels": "name\ttype\ttarget_muscle\nEMG3\tEMG\tFDI\n"}
    with pytest.raises(ReadError, match=text) as error:
        acquisition.load(bids.write(**change))
    assert str(error.value).startswith(f"{bids.stem}_emg.bdf: ")


def test_a_unit_in_the_config_settles_a_disagreement(bids, signal):
    channels = "name\ttype\tunits\ttarget_muscle\nEMG1\tEMG\tV\tFDI\n"
    (trials,) = acquisition.load(bids.write(channels=channels), {"unit": "uV"})
    assert np.abs(trials.emg_uv[:, 0] - expected(signal)[:, 0]).max() < 1e-3


def test_missing_events_and_broken_sidecar(bids):
    path = bids.write()
    events = bids.folder / f"{bids.stem}_events.tsv"
    text = events.read_text()
    events.unlink()
    with pytest.raises(ReadError, match="no events.tsv applies to it"):
        acquisition.load(path)
    events.write_text(text)
    (bids.folder / f"{bids.stem}_emg.json").write_text("{")
    with pytest.raises(ReadError, match="is not JSON"):
        acquisition.load(path)


@pytest.mark.parametrize("ending", [".bdf", ".edf"])
@pytest.mark.parametrize("keep", [0, 10, 300, 700, 20_000, -1])
def test_a_truncated_file_is_an_error(bids, ending, keep):
    path = bids.write(ending=ending)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ReadError, match=r"truncated|0 bytes|not an EDF or BDF"):
        acquisition.load(path)


def test_a_file_longer_than_its_header_says_is_an_error(bids):
    path = bids.write()
    path.write_bytes(path.read_bytes() + bytes(50_000))
    with pytest.raises(ReadError, match="more than the"):
        acquisition.load(path)


@pytest.mark.parametrize("content", [b"hello", bytes(5000), b"0       " + b"x" * 1000])
def test_another_kind_of_file_is_an_error(bids, content):
    path = bids.write()
    path.write_bytes(content)
    with pytest.raises(ReadError, match="not an EDF or BDF file"):
        acquisition.load(path)


def test_a_constant_channel_is_an_error(bids, signal):
    with pytest.raises(ReadError, match="'EMG2' is constant throughout"):
        acquisition.load(bids.write(samples=[signal[0], np.full(14_000, 5.0)]))


def test_one_trial_only(bids):
    (trials,) = acquisition.load(bids.write(events="onset\tduration\tpulse\n1.0\t0\tsingle\n"))
    assert trials.emg_uv.shape == (1, 2, 1301)


def test_real_examples_open_and_say_that_events_are_missing(real):
    for path in sorted((real / "bids").glob("emg_*/sub-*/emg/*_emg.edf")):
        assert all(each.is_file() for each in acquisition.files(path))
        with pytest.raises(ReadError, match="no events.tsv applies"):
            acquisition.load(path)


def test_real_samples_are_those_another_library_reads(real, tmp_path):
    source = next((real / "bids" / "emg_CustomBipolar").glob("sub-*/emg/*_emg.edf"))
    for each in acquisition.files(source):
        (tmp_path / each.name).write_bytes(each.read_bytes())
    name = source.stem.removesuffix("_emg")
    (tmp_path / f"{name}_events.tsv").write_text("onset\tpulse\n0.5\tnone\n")
    path, settings = tmp_path / source.name, {"unit": "uV", "epoch_ms": [-100, 100]}
    with pytest.raises(ReadError, match="cannot be EMG in uV"):  # its header says µV, its channels.tsv V: V is right
        acquisition.load(path, settings)
    (trials,) = acquisition.load(path, {**settings, "unit": "mV"})
    truth = edfio.read_edf(source).signals[0].data[800:1201] * 1e3
    assert np.allclose(trials.emg_uv[0, 0], truth, atol=1e-3)
    assert (
        json.loads((tmp_path / f"{name}_emg.json").read_text())["PowerLineFrequency"] == trials.notes["mains_hz"][0, 0]
    )
