"""BrainVision recordings written and read back, broken ones, and a real one."""

import numpy as np
import pybv
import pytest

from pipeline import acquisition
from pipeline.errors import ConfigError, ReadError

RATE_HZ = 2000
SETTINGS = {"channels": {"EMG1": {"muscle": "FDI", "side": "R"}}, "markers": {"S  1": {"pulse": "single"}}}
AT = np.array([2000, 5000, 8000, 11000])


@pytest.fixture
def written(tmp_path, signal):
    events = [{"onset": int(at), "duration": 1, "description": 1, "type": "Stimulus"} for at in AT]
    events += [{"onset": int(at) + 20, "duration": 1, "description": 2, "type": "Stimulus"} for at in AT]
    events.append({"onset": 13_000, "duration": 1, "description": "a comment", "type": "Comment"})
    pybv.write_brainvision(
        data=signal * 1e-6,
        sfreq=RATE_HZ,
        ch_names=["EMG1", "EMG2"],
        fname_base="a b",
        folder_out=tmp_path,
        events=events,
    )
    return tmp_path / "a b.vhdr"


def test_samples_and_pulses_come_back(written, signal):
    (trials,) = acquisition.load(written, SETTINGS)
    truth = signal[0][AT[:, None] + np.arange(-300, 1001)]
    assert np.abs(trials.emg_uv[:, 0] - truth).max() < 1e-2
    assert trials.pulses["onset_s"].tolist() == (AT / RATE_HZ).tolist()
    assert (trials.muscles, trials.sides) == (("FDI",), ("R",))


@pytest.mark.parametrize("name", ["S1", "S  1", "Stimulus/S1", "Stimulus/S  1"])
def test_a_marker_goes_by_its_description_with_or_without_its_kind(written, name):
    (trials,) = acquisition.load(written, {**SETTINGS, "markers": {name: {"pulse": "single"}}})
    assert trials.n_trials == 4


def test_each_marker_stands_for_its_columns(written):
    markers = {"S1": {"pulse": "single", "block": 1}, "acomment": {"pulse": "none"}}
    (trials,) = acquisition.load(written, {**SETTINGS, "markers": markers})
    assert trials.pulses["pulse"].tolist() == ["single"] * 4 + ["none"]
    assert trials.pulses["block"].tolist() == ["1"] * 4 + [""]


def test_a_marker_that_is_not_there_is_an_error_that_lists_those_that_are(written):
    with pytest.raises(ReadError, match=r"no marker 'S3'; there are: .*S1 \(4\), S2 \(4\)"):
        acquisition.load(written, {**SETTINGS, "markers": {"S3": {"pulse": "single"}}})
    with pytest.raises(ReadError, match=r"does not say which marker is the pulse.*S1 \(4\)"):
        acquisition.load(written, {**SETTINGS, "markers": {}})


def test_two_markers_a_pulse_are_an_error(written):
    markers = {"S1": {"pulse": "single"}, "S2": {"pulse": "single"}}
    with pytest.raises(ReadError, match=r"\(S1\) and .* \(S2\) are 10 ms apart, at 1 s \(4 such pairs\)"):
        acquisition.load(written, {**SETTINGS, "markers": markers})


def test_pulses_of_rtms_may_be_close(written):
    markers = {"S1": {"pulse": "rtms"}, "S2": {"pulse": "rtms"}}
    assert acquisition.load(written, {**SETTINGS, "markers": markers})[0].n_trials == 8


def test_a_marker_named_twice_is_an_error(written):
    markers = {"S1": {"pulse": "single"}, "S  1": {"pulse": "single"}}
    with pytest.raises(ConfigError, match="named twice"):
        acquisition.load(written, {**SETTINGS, "markers": markers})


def test_a_new_segment_is_a_gap(written):
    markers = written.with_suffix(".vmrk")
    text = markers.read_text(encoding="utf-8")
    markers.write_text(text + "Mk99=New Segment,,5101,1,0,20240101120000000000\n", encoding="utf-8")
    (trials,) = acquisition.load(written, SETTINGS)
    missing = np.isnan(trials.emg_uv[:, 0]).sum(-1)
    assert missing.tolist() == [0, 1001 - 100, 0, 0]


def test_a_marker_beyond_the_end_is_an_error(written):
    markers = written.with_suffix(".vmrk")
    markers.write_text(markers.read_text(encoding="utf-8") + "Mk99=Stimulus,S  1,99999,1,0\n", encoding="utf-8")
    with pytest.raises(ReadError, match=r"\(S1\) at 49.999 s lies outside the recording, .* to 7 s"):
        acquisition.load(written, SETTINGS)


def test_parts_are_listed_and_a_missing_one_is_an_error(written):
    names = {each.name for each in acquisition.files(written)}
    assert names == {"a b.vhdr", "a b.eeg", "a b.vmrk"}
    written.with_suffix(".eeg").unlink()
    with pytest.raises(ReadError, match=r"names 'a b.eeg' \(DataFile\), which is not beside it"):
        acquisition.load(written, SETTINGS)
    with pytest.raises(ReadError, match="which is not beside it"):
        acquisition.files(written)


@pytest.mark.parametrize("name", ["/etc/hostname", "../x.eeg", "C:\\\\data\\\\a b.eeg"])
def test_a_part_outside_of_the_folder_is_an_error(written, name):
    content = written.read_text(encoding="utf-8")
    written.write_text(content.replace("DataFile=a b.eeg", f"DataFile={name}"), encoding="utf-8")
    with pytest.raises(ReadError, match=r"\(DataFile\); expected the name of a file beside it"):
        acquisition.load(written, SETTINGS)


@pytest.mark.parametrize("keep", [0, 1, 50_001])
def test_truncated_samples_are_an_error(written, keep):
    data = written.with_suffix(".eeg")
    data.write_bytes(data.read_bytes()[:keep])
    with pytest.raises(ReadError, match="a b.eeg is truncated"):
        acquisition.load(written, SETTINGS)


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("SamplingInterval=500", "SamplingInterval=fast#500", "SamplingInterval is 'fast#500"),
        ("DataFormat=BINARY", "DataFormat=ASCII", "export them as BINARY"),
        ("BinaryFormat=IEEE_FLOAT_32", "BinaryFormat=X", "channels of 'X'"),
        ("[Binary Infos]", "[Other]", r"no entry 'BinaryFormat' in \[binary infos\]"),
        ("Brain", "Drain", "is not a BrainVision file"),
        ("EMG2,", "EMG1,", "name stands twice"),
    ],
)
def test_a_broken_header_is_an_error(written, old, new, text):
    content = written.read_text(encoding="utf-8")
    assert old in content
    written.write_text(content.replace(old, new), encoding="utf-8")
    with pytest.raises(ReadError, match=text):
        acquisition.load(written, SETTINGS)


def test_a_channel_without_a_muscle_is_an_error_that_says_how_to_map_it(written):
    with pytest.raises(ReadError, match=r"channels: \{EMG1: \{muscle: FDI, side: R\}\}.*EMG1, EMG2"):
        acquisition.load(written, {**SETTINGS, "channels": None})
    with pytest.raises(ReadError, match="no channel 'EMG3'"):
        acquisition.load(written, {**SETTINGS, "channels": {"EMG3": {"muscle": "FDI"}}})


def test_real_recording(real):
    path = real / "vendor" / "brainvision" / "Example Data 1.vhdr"
    settings = {"channels": {"RFDI": {"muscle": "FDI", "side": "R"}}, "markers": {"S255": {"pulse": "single"}}}
    (trials,) = acquisition.load(path, settings)
    assert trials.emg_uv.shape == (20, 1, 3251)
    response = (trials.times_ms >= 20) & (trials.times_ms <= 60)
    peak_to_peak_uv = np.ptp(trials.emg_uv[:, 0, response], axis=-1)
    assert (peak_to_peak_uv > 100).all()
    assert peak_to_peak_uv.max() < 5000
    mean = trials.emg_uv[:, 0].mean(0)
    before = mean[(trials.times_ms > -100) & (trials.times_ms < -5)]
    beyond = np.abs(mean - before.mean()) > 5 * before.std()
    assert trials.times_ms[beyond & (trials.times_ms > 15)][0] == pytest.approx(28, abs=1)
    with pytest.raises(ReadError, match=r"no marker 'S25'; there are: S254 \(20\), S255 \(20\)"):
        acquisition.load(path, {**settings, "markers": {"S25": {"pulse": "single"}}})
    with pytest.raises(ReadError, match=r"10.2 ms apart, .*20 such pairs"):
        acquisition.load(path, {**settings, "markers": {"S254": {"pulse": "single"}, "S255": {"pulse": "single"}}})
    with pytest.raises(ReadError, match="uV would be plausible"):
        acquisition.load(path, {**settings, "unit": "mV"})


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("DataOrientation=MULTIPLEXED", "DataOrientation=BOTH", "DataOrientation is 'BOTH'; .*MULTIPLEXED, VECTORIZED"),
        ("DataFormat=BINARY", "DataFormat=BINARY\nDataType=FREQUENCYDOMAIN", "DataType is 'FREQUENCYDOMAIN'"),
        ("BinaryFormat=", "UseBigEndianOrder=YES\nBinaryFormat=", "big-endian"),
        ("NumberOfChannels=2", "NumberOfChannels=²", "says '²' channels"),
        ("NumberOfChannels=2", f"NumberOfChannels={10**30}", "channels of 'IEEE_FLOAT_32'"),
        ("NumberOfChannels=2", "NumberOfChannels=1000000000", "is truncated"),
        ("Ch1=", "Ch7=", "is entry 'Ch7' of the header, which says 2 channels"),
        ("SamplingInterval=500", "SamplingInterval=-500", "SamplingInterval is '-500"),
        ("SamplingInterval=500", "SamplingInterval=nan#", "SamplingInterval is 'nan#"),
        ("SamplingInterval=500", "SamplingInterval=0.002#", "SamplingInterval is|are not EMG"),
        ("EMG1,,", "EMG1,,nan#", "has the resolution 'nan#"),
    ],
)
def test_a_header_that_cannot_be_is_an_error(written, old, new, text):
    content = written.read_text(encoding="utf-8")
    assert old in content
    written.write_text(content.replace(old, new), encoding="utf-8")
    with pytest.raises(ReadError, match=text):
        acquisition.load(written, SETTINGS)


def test_samples_of_all_channels_one_after_the_other(written):
    (multiplexed,) = acquisition.load(written, SETTINGS)
    data = written.with_suffix(".eeg")
    np.fromfile(data, "<f4").reshape(-1, 2).T.tofile(data)
    header = written.read_text(encoding="utf-8")
    written.write_text(header.replace("MULTIPLEXED", "VECTORIZED"), encoding="utf-8")
    assert np.array_equal(acquisition.load(written, SETTINGS)[0].emg_uv, multiplexed.emg_uv)


def test_another_section_of_the_same_name_leads_nowhere_else(written, signal):
    (before,) = acquisition.load(written, SETTINGS)
    folder = written.parent.parent
    (signal[::-1].T / 3).astype("<f4").tofile(folder / "secret.eeg")
    header = written.read_text(encoding="utf-8").replace("[Common Infos]", "[common infos]")
    written.write_text(f"{header}\n[Common Infos]\nDataFile=../secret.eeg\n", encoding="utf-8")
    assert np.array_equal(acquisition.load(written, SETTINGS)[0].emg_uv, before.emg_uv)
    assert {each.parent for each in acquisition.files(written)} == {written.parent}
