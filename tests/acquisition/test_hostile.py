"""Recordings made to reach other files, take the memory or never end: each is refused, and says why."""

import os
import struct
import zlib

import h5py
import numpy as np
import pytest
import scipy

from pipeline import acquisition
from pipeline.acquisition import limits
from pipeline.errors import ReadError

SETTINGS = {
    "channels": {"fdi": {"muscle": "FDI"}},
    "unit": "uV",
    "mat_epochs": {"axes": ["time", "trial"], "rate_hz": 1000, "first_ms": -50, "pulse": "single"},
    "table": {"pulse": "single"},
}
SECRET = np.random.default_rng(1).normal(0, 50, (6, 200))


def refused(path, said, settings=SETTINGS):
    with pytest.raises(ReadError, match=said) as error:
        acquisition.load(path, settings)
    assert str(error.value).startswith(f"{path.name}: ")
    assert str(error.value).isprintable()


@pytest.fixture
def secret(tmp_path):
    """A file outside of the study that can be read as EMG."""
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["fdi"] = SECRET
    SECRET.tofile(tmp_path / "secret.raw")
    (tmp_path / "study").mkdir()
    return tmp_path


def external_link(file, folder):
    file["fdi"] = h5py.ExternalLink(str(folder / "secret.h5"), "/fdi")


def soft_link(file, _):
    file["other"] = SECRET
    file["fdi"] = h5py.SoftLink("/other")


def external_storage(file, folder):
    file.create_dataset("fdi", SECRET.shape, "f8", external=[(str(folder / "secret.raw"), 0, SECRET.nbytes)])


def virtual(file, folder):
    layout = h5py.VirtualLayout(SECRET.shape, "f8")
    layout[...] = h5py.VirtualSource(str(folder / "secret.h5"), "fdi", SECRET.shape)
    file.create_virtual_dataset("fdi", layout)


def references(file, _):
    file["other"] = SECRET
    file.create_dataset("fdi", (6, 200), h5py.ref_dtype)


def no_samples(file, _):
    file.create_dataset("fdi", (10**6, 10**6), "f8")


def no_chunks(file, _):
    file.create_dataset("fdi", (10**4, 10**5), "f8", chunks=(100, 100), compression="gzip")


def large_chunks(file, _):
    file.create_dataset("fdi", (10**4, 10**4), "f8", chunks=(10**4, 10**4), compression="gzip")


def other_filter(file, _):
    file.create_dataset("fdi", data=SECRET, chunks=(6, 200), compression="lzf")


def bomb(file, _):
    data = file.create_dataset("fdi", (600, 1000), "f8", chunks=(600, 1000), compression="gzip")
    whole = np.random.default_rng(0).bytes(2**20) + bytes(10**7)
    data.id.write_direct_chunk((0, 0), zlib.compress(whole))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (external_link, r"'fdi' is a link \(ExternalLink\) to another place"),
        (soft_link, r"'fdi' is a link \(SoftLink\)"),
        (external_storage, "keeps its samples in another file"),
        (virtual, "keeps its samples in another file"),
        (references, "'fdi' holds object, expected numbers"),
        (no_samples, r"has the dimensions \(1000000, 1000000\), more than is read at once"),
        (no_chunks, "claims 8000000000 bytes in 0 packed ones"),
        (large_chunks, "claims 800000000 bytes in 0 packed ones"),
        (other_filter, r"is packed with HDF5's filters \[32000\]; expected gzip, shuffle, fletcher32"),
        (bomb, "a chunk that unpacks to more than the 4800000 bytes it claims"),
    ],
)
def test_what_hdf5_points_to_or_only_claims(secret, make, said):
    path = secret / "study" / "a.mat"
    with h5py.File(path, "w") as file:
        make(file, secret)
    refused(path, said)


def element(kind, content):
    return struct.pack("<II", kind, len(content)) + content + bytes(-len(content) % 8)


def matrix(shape, content, kind=6, name=b"fdi", claimed=None):
    parts = element(6, struct.pack("<II", kind, 0)) + element(5, struct.pack(f"<{len(shape)}i", *shape))
    parts += element(1, name) + content
    return struct.pack("<II", 14, len(parts) if claimed is None else claimed) + parts


def packed(content):
    content = zlib.compress(content, 9)
    return struct.pack("<II", 15, len(content)) + content


def nested(depth):
    whole = b""
    for _ in range(depth):
        whole = element(14, element(6, struct.pack("<II", 1, 0)) + element(5, struct.pack("<ii", 1, 1)) +
                        element(1, b"") + whole)  # fmt: skip
    return whole


NUMBERS = element(9, SECRET.tobytes())
HOSTILE_ELEMENTS = {
    "more samples than bytes": (matrix((10**6, 10**6), NUMBERS), "more than is read at once"),
    "a few more samples": (matrix((6, 201), NUMBERS), r"claims the dimensions \(6, 201\) in 9600 bytes"),
    "fewer than none": (matrix((-6, -200), NUMBERS), r"claims the dimensions \(-6, -200\)"),
    "beyond the file": (matrix((6, 200), NUMBERS, claimed=2**32 - 1), "claims 4294967295 bytes, .* are left"),
    "an element beyond its own": (matrix((6, 200), struct.pack("<II", 9, 2**31)), "claims 2147483648 bytes"),
    "packed, beyond the ratio": (packed(matrix((6, 200), NUMBERS, claimed=2**32 - 1)), "claims 4294967295 bytes in"),
    "packed, more than said": (packed(matrix((6, 200), NUMBERS) + bytes(10**8)), "bytes and unpacks to"),
    "packed, less than said": (packed(matrix((6, 200), NUMBERS, claimed=10**6)), "claims 1000000 bytes and unpacks"),
    "packed in itself": (packed(packed(matrix((6, 200), NUMBERS))), "packed in it is of kind 15, expected 14"),
    "cells in cells": (matrix((1, 1), nested(3000), kind=1), "'fdi' is cells, expected numbers"),
    "an object": (matrix((1, 1), element(1, b"table") + NUMBERS, kind=3), "'fdi' is an object, expected numbers"),
    "a function": (matrix((1, 1), NUMBERS, kind=16), "'fdi' is a function, expected numbers"),
    "no width of names": (matrix((1, 1), element(5, bytes(4)) + element(1, b"x"), kind=2), "claims 0 letters"),
    "twice": (matrix((6, 200), NUMBERS) * 2, "variable 'fdi' stands twice"),
}


@pytest.mark.parametrize("what", HOSTILE_ELEMENTS)
def test_elements_of_version_5_that_claim_what_is_not_there(tmp_path, what):
    content, said = HOSTILE_ELEMENTS[what]
    (tmp_path / "a.mat").write_bytes(b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM" + content)
    refused(tmp_path / "a.mat", said)


def test_big_endian_elements_are_read_and_version_4_is_named(tmp_path):
    little, big = tmp_path / "a.mat", tmp_path / "b.mat"
    scipy.io.savemat(little, {"fdi": SECRET.T})
    parts = struct.pack(">IIII", 6, 8, 6, 0) + struct.pack(">IIii", 5, 8, *SECRET.T.shape)
    parts += struct.pack(">HH4s", 3, 1, b"fdi") + struct.pack(">II", 9, SECRET.nbytes) + SECRET.astype(">f8").tobytes()
    big.write_bytes(b"MATLAB 5.0".ljust(124) + b"\x01\x00MI" + struct.pack(">II", 14, len(parts)) + parts)
    one, two = (acquisition.load(each, SETTINGS)[0] for each in (little, big))
    assert np.array_equal(one.emg_uv, two.emg_uv)
    scipy.io.savemat(little, {"fdi": SECRET.T}, format="4")
    refused(little, "does not begin as one of version 5 to 7.3")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"fdi,apb\n" + b"1" * 200_000 + b",2\n", "line 2: column 'fdi' holds '1+\\.\\.\\."),
        (b"x" * 200_000 + b"\n1\n", "first line is longer than 131072 characters"),
        (b",".join(b"%d" % n for n in range(10_000)) + b"\n1\n", "has 10000 columns"),
        (
            b"fdi," + b",".join(b"c%d" % n for n in range(3000)) + b"\n" + b"1\n" * 10_000,
            "lines are too short for 3001",
        ),
        (b"fdi\0,apb\n1,2\n", "no channel 'fdi' in the file"),
        (b"fdi,fdi \n1,2\n", "column 'fdi' stands twice"),
        (b"fdi\n1,2,3\n", "a row has more cells than the 1 columns"),
        (b"time_s,fdi\n1e300,1\n", "line 2: time_s is .*, expected a time"),
    ],
)
def test_tables_of_samples(tmp_path, content, said):
    (tmp_path / "a.csv").write_bytes(content)
    refused(tmp_path / "a.csv", said)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("pulse\n" + "x" * 200_000 + "\n", "is not a table: field larger than field limit"),
        ("\t" * 10_000 + "\n", "begins with an empty line"),
        ("\t".join(map(str, range(10_000))) + "\n", "has 10000 columns and 10000 cells"),
        (
            "pulse\t" + "\t".join(map(str, range(4000))) + "\n" + "x\n" * 5000,
            "has 4001 columns and .* cells up to line",
        ),
        ("pulse\n\0\n" + "single\n" * 5, "trial 0: pulse is .*, expected no NUL character in a word"),
        ('pulse\n"single\nsingle\n', "is not a table: unexpected end of data"),
    ],
)
def test_tables_beside(tmp_path, content, said):
    scipy.io.savemat(tmp_path / "a.mat", {"fdi": SECRET.T})
    (tmp_path / "a_trials.tsv").write_text(content)
    own = {**SETTINGS, "trial_table": "{stem}_trials.tsv"}
    refused(tmp_path / "a.mat", said, own)
    with (tmp_path / "a_trials.tsv").open("r+b") as file:
        file.truncate(limits.MOST_TEXT_BYTES + 1)
    refused(tmp_path / "a.mat", "a_trials.tsv is larger than 64 MB", own)


@pytest.mark.parametrize("name", ["../a.tsv", "/etc/hostname", "sub/../../a.tsv"])
def test_a_trial_table_lies_in_the_study(secret, name):
    path = secret / "study" / "a.mat"
    scipy.io.savemat(path, {"fdi": SECRET.T})
    (secret / "a.tsv").write_text("pulse\n" + "single\n" * 6)
    own = {**SETTINGS, "trial_table": name}
    refused(path, "outside of the study's folder", own)
    with pytest.raises(ReadError, match="outside of the study's folder"):
        acquisition.files(path, own)
    if name == "../a.tsv":
        (secret / "recordings.tsv").write_text("")
        assert acquisition.load(path, own)[0].n_trials == 6


def test_a_link_of_the_file_system_is_followed_and_one_that_goes_round_is_no_file(tmp_path):
    scipy.io.savemat(tmp_path / "kept.bin", {"fdi": SECRET.T}, appendmat=False)
    (tmp_path / "a.mat").symlink_to(tmp_path / "kept.bin")
    assert acquisition.load(tmp_path / "a.mat", SETTINGS)[0].n_trials == 6
    (tmp_path / "b.mat").symlink_to(tmp_path / "c.mat")
    (tmp_path / "c.mat").symlink_to(tmp_path / "b.mat")
    refused(tmp_path / "b.mat", "there is no such file")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names on this system")
def test_a_pipe_does_not_hang(bids):
    path = bids.write()
    os.mkfifo(bids.root / "channels.tsv")
    os.mkfifo(bids.root / "emg.json")
    assert acquisition.load(path)[0].n_trials == 4
    os.mkfifo(bids.root / "a.mat")
    refused(bids.root / "a.mat", "is not a file")
    (bids.folder / f"{bids.stem}_events.tsv").unlink()
    os.mkfifo(bids.folder / f"{bids.stem}_events.tsv")
    refused(path, "no events.tsv applies")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 100_000, "is not JSON: maximum recursion depth"),
        ('{"SamplingFrequency": 1' + "0" * 400 + "}", ""),
        ('{"SamplingFrequency": 1' + "0" * 5000 + "}", "is not JSON: Exceeds the limit"),
        ('{"RecordingType": "epoched", "EpochLength": 1e308}', "not a whole number of epochs of 1e.308 s"),
        ('{"RecordingType": "epoched", "EpochLength": NaN}', "EpochLength is nan"),
        ('{"PowerLineFrequency": Infinity}', ""),
    ],
)
def test_sidecars_of_json(bids, text, said):
    path = bids.write()
    path.with_suffix(".json").write_text(text)
    if said:
        refused(path, said, {})
    else:
        assert acquisition.load(path)[0].n_trials == 4


@pytest.mark.parametrize(
    ("field", "written", "said"),
    [
        (slice(236, 244), b"99999999", "is truncated: its header says 99999999 data records"),
        (slice(252, 256), b"9999", "is truncated: it ends within its header|not as the format says"),
        (slice(184, 192), b"99999999", "is truncated: it ends within its header, after"),
        (slice(244, 252), b"1e-300  ", "are no rate of EMG"),
        (slice(244, 252), b"nan     ", "not as the format says"),
    ],
)
def test_headers_of_edf_that_claim_what_is_not_there(bids, field, written, said):
    path = bids.write(ending=".edf", sidecar={"SamplingFrequency": None})
    content = bytearray(path.read_bytes())
    content[field] = written
    path.write_bytes(content)
    refused(path, said, {})
