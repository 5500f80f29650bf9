"""Headers are read as the format says, and a file that is not what its header says is refused."""

import edfio
import numpy as np
import pytest

from pipeline.acquisition import edf
from pipeline.errors import ReadError


@pytest.fixture
def path(tmp_path):
    """Two signals of 100 and 50 Hz, 4 s, in a BDF file."""
    rng = np.random.default_rng(1)
    signals = [
        edfio.BdfSignal(
            rng.normal(0, 20, 4 * rate), rate, label=name, physical_dimension=unit, physical_range=(-500, 500)
        )
        for name, rate, unit in (("EMG1", 100, "uV"), ("grip", 50, "N"))
    ]
    edfio.Bdf(signals).write(tmp_path / "a.bdf")
    return tmp_path / "a.bdf"


def test_a_header(path):
    header = edf.header_of(path)
    assert header.names[:2] == ("EMG1", "grip")
    assert header.units[:2] == ("uV", "N")
    assert (header.rate_hz("EMG1"), header.rate_hz("grip")) == (100.0, 50.0)
    assert header.n_records * header.record_s == 4.0
    assert header.sample_bytes == 3
    assert not header.gaps
    assert header.n_bytes + header.n_records * header.record_bytes == path.stat().st_size


def test_samples_are_in_the_unit_of_the_header(path):
    header = edf.header_of(path)
    expected = edfio.read_bdf(path).signals[0].data
    np.testing.assert_allclose(edf.samples(path, header, ["EMG1"])[0], expected, atol=1e-3)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda content: content[:-10], "is truncated: its header says .* 10 of .* bytes are missing"),
        (lambda content: content[:100], "is truncated: it ends within its header"),
        (lambda content: b"7" + content[1:], "is not an EDF or BDF file"),
        (lambda content: content[:236] + b"-1      " + content[244:], "was the recording closed"),
        (lambda content: content + bytes(5000), "holds 5000 bytes more than the . data records"),
    ],
)
def test_a_file_that_is_not_what_its_header_says(path, change, text):
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(ReadError, match=text):
        edf.header_of(path)


def test_a_signal_without_a_range(path):
    header = edf.header_of(path)
    flat = header._replace(limits=((0.0, 0.0, -1.0, 1.0), *header.limits[1:]))
    with pytest.raises(ReadError, match="channel 'EMG1' has no range in the header: physical 0 to 0"):
        edf.samples(path, flat, ["EMG1"])
