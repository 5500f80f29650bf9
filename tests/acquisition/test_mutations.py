"""Damaged and hostile recordings: each mutated input is read correctly or is an error of ours, whatever it claims.

100 inputs a reader in the normal suite; `MEP_MUTATIONS=10000 pytest tests/acquisition/test_mutations.py` reads 10,000.
Each batch is read twice: in this process, where hypothesis finds the smallest mutation that fails, and in a process of
its own under a limit of memory and time. Run as a script, this file is that process.
"""

import functools
import io
import json
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
import warnings
import zlib
from pathlib import Path
from typing import NamedTuple

import edfio
import h5py
import numpy as np
import pybv
import pytest
import scipy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import acquisition
from pipeline.errors import PipelineError
from pipeline.trials import Trials

pytestmark = pytest.mark.slow

N_INPUTS = int(os.environ.get("MEP_MUTATIONS", "100"))
MEMORY_BYTES = 400 * 2**20
"""What reading may take beyond what the libraries take: inputs are below 100 kB."""
SECONDS_AN_INPUT = 0.5
RATE_HZ, AT = 1000, (600, 1700, 2800)
CHANNELS = {"channels": {"fdi": {"muscle": "FDI", "side": "R"}, "apb": {"muscle": "APB"}}, "unit": "uV"}

NUMBERS = "0 -1 1 2 1e308 -1e308 1e-308 nan inf -inf 2147483647 2147483648 -2147483649 4294967295 9223372036854775807 "
NUMBERS += "9223372036854775808 1000000000000 99999999 1e400 0x10 1_0 ² ٣ 1,5 " + "9" * 40 + " " + "9" * 5000
HOSTILE = (*NUMBERS.split(), "", " ", "\0", "../x", "/etc/passwd", "\n", "\t\t\t", '"', "'", "=", "[", "{}", "null",
           "true", "[[1]]", "{" * 3000, "[" * 3000, "x" * 3000, "\ud800", "é", "\ufeff", "n/a", ";", ",,,,,", "%s{0}",
           "single", "rtms", "paired", "none", "EDF Annotations", "$b", "../../x.eeg", "EDF+D", "BDF+D", "FDI",
           "VECTORIZED", "INT_16", "epoched", "discontinuous", "bad", "trial", "time_ms", "\r")  # fmt: skip
WORDS = tuple(int(float(each)) % 2**64 for each in ("0", "1", "7", "-1", "2147483647", "4294967295", "1e12", "1e18"))
SORTS = ("flip", "flip", "cut", "double", "zero", "noise", "word", "token", "token", "token", "token", "swap", "drop",
         "wide")  # fmt: skip


class Base(NamedTuple):
    """A valid recording: its files, which of them is opened, how it is read."""

    files: dict
    opened: str
    settings: dict
    pack: object = None
    """What is done to the content of the opened file after its mutation."""


class Step(NamedTuple):
    """One mutation: its sort, the file, where in it (0 to 1), and two numbers that the sort interprets."""

    sort: str
    file: int
    where: float
    one: int
    two: int


def signal():
    generator = np.random.default_rng(5)
    samples = generator.normal(0, 5, (2, 3600))
    for at in AT:
        samples[:, at + 20 : at + 32] += 300 * np.sin(np.linspace(0, 2 * np.pi, 12))
    return np.round(samples, 1)


def bids(ending):
    kind, file = (edfio.BdfSignal, edfio.Bdf) if ending == ".bdf" else (edfio.EdfSignal, edfio.Edf)
    options = {"physical_dimension": "uV", "physical_range": (-1000, 1000)}
    notes = [edfio.EdfAnnotation(at / RATE_HZ, None, "pulse") for at in AT]
    content = io.BytesIO()
    signals = [
        kind(each[:3000], RATE_HZ, label=name, **options) for name, each in zip(("fdi", "apb"), signal(), strict=True)
    ]
    file(signals, annotations=notes).write(content)
    stem = "sub-01/emg/sub-01_task-rest"
    sidecar = {"SamplingFrequency": RATE_HZ, "PowerLineFrequency": 50, "RecordingType": "continuous", "EpochLength": 1}
    files = {
        f"{stem}_emg{ending}": content.getvalue(),
        f"{stem}_events.tsv": "onset\tpulse\tisi_ms\tcoil\n" + "".join(f"{at / 1000}\tpaired\t3\tA\n" for at in AT),
        f"{stem}_channels.tsv": "name\ttype\tunits\ttarget_muscle\tside\tstatus\nfdi\tEMG\tuV\tFDI\tR\tgood\n"
        "apb\tEMG\tuV\tleft APB\tn/a\tgood\n",
        f"{stem}_emg.json": json.dumps(sidecar),
    }
    return Base(files, f"{stem}_emg{ending}", {})


def brainvision():
    with tempfile.TemporaryDirectory() as folder:
        events = [{"onset": at, "duration": 1, "description": 1, "type": "Stimulus"} for at in AT]
        pybv.write_brainvision(data=signal() * 1e-6, sfreq=RATE_HZ, ch_names=["fdi", "apb"], fname_base="a",
                               folder_out=folder, events=events)  # fmt: skip
        files = {each.name: each.read_bytes() for each in sorted(Path(folder).iterdir())}
    files["a.vhdr"] = files["a.vhdr"].decode()
    files["a.vmrk"] = files["a.vmrk"].decode()
    return Base(files, "a.vhdr", {**CHANNELS, "markers": {"S1": {"pulse": "single"}}})


def epochs():
    return signal()[:, np.array(AT)[:, None] + np.arange(-100, 200)]


MATLAB = {**CHANNELS, "trial_table": "{stem}_trials.tsv"}
TRIALS = {"a_trials.tsv": "pulse\tisi_ms\n" + "paired\t3\n" * 3}


def mat_5(packed):
    fdi, apb = epochs()
    content, at = io.BytesIO(), []
    values = {"fdi": fdi.T, "deep": {"apb": {"x": apb.T, "name": "APB", "cells": np.array([1, "a"], object)}}}
    for name, each in values.items():
        at.append(content.tell())
        scipy.io.savemat(content, {name: each}) if not at[-1] else _add(content, name, each)

    def pack(mutated):
        parts = [mutated[128 : at[1]], mutated[at[1] :]]
        squeezed = [zlib.compress(each) for each in parts]
        return mutated[:128] + b"".join(struct.pack("<II", 15, len(each)) + each for each in squeezed)

    own = {"axes": ["time", "trial"], "rate_hz": RATE_HZ, "first_ms": -100}
    settings = {**MATLAB, "mat_epochs": own, "channels": {"fdi": {"muscle": "FDI"}, "deep.apb.x": {"muscle": "APB"}}}
    return Base({"a.mat": content.getvalue(), **TRIALS}, "a.mat", settings, pack if packed else None)


def _add(content, name, values):
    more = io.BytesIO()
    scipy.io.savemat(more, {name: values})
    content.write(more.getvalue()[128:])


def mat_7_3(packed):
    content = io.BytesIO()
    options = {"compression": "gzip", "shuffle": True, "chunks": (1, 2, 100)} if packed else {}
    with h5py.File(content, "w", userblock_size=512) as file:
        file.create_dataset("data/values", data=epochs().transpose(1, 0, 2), **options)
        file["data/t"] = np.arange(-100, 200)[:, None] / 1e3
    whole = b"MATLAB 7.3 MAT-file".ljust(512) + content.getvalue()[512:]
    own = {"axes": ["time", "channel", "trial"], "variable": "data.values", "channel_names": ["fdi", "apb"],
           "times": "data.t", "times_unit": "s"}  # fmt: skip
    return Base({"a.mat": whole, **TRIALS}, "a.mat", {**MATLAB, "mat_epochs": own})


def epoched_table():
    fdi, apb = epochs()[:, :, ::5]
    rows = [f"{n + 1},{5 * k - 100},{fdi[n, k]:.1f},{apb[n, k]:.1f}" for n in range(3) for k in range(60)]
    text = "\n".join(["trial,time_ms,fdi,apb", *rows, ""])
    return Base({"a.csv": text, **TRIALS}, "a.csv", {**MATLAB, "epoch_ms": [-100, 195]})


def continuous_table(marked):
    rows = zip(np.arange(720) * 5, *signal()[:, ::5], strict=True)
    lines = [f"{t}\t{fdi:.1f}\t{apb:.1f}" + ("\t1" if t in AT else "\t") * marked for t, fdi, apb in rows]
    text = "\n".join(["time_ms\tfdi\tapb" + "\tmarker" * marked, *lines, ""])
    events = {} if marked else {"a_events.tsv": "onset\tpulse\n" + "".join(f"{at / 1000}\tsingle\n" for at in AT)}
    return Base(
        {"a.tsv": text, **events}, "a.tsv", {**CHANNELS, "markers": {"1": {"pulse": "single"}} if marked else {}}
    )


BASES = {
    "edf": functools.partial(bids, ".edf"),
    "bdf": functools.partial(bids, ".bdf"),
    "brainvision": brainvision,
    "mat_5": functools.partial(mat_5, False),
    "mat_5_packed": functools.partial(mat_5, True),
    "mat_7_3": functools.partial(mat_7_3, False),
    "mat_7_3_packed": functools.partial(mat_7_3, True),
    "table_epoched": epoched_table,
    "table_events": functools.partial(continuous_table, False),
    "table_markers": functools.partial(continuous_table, True),
}


@functools.cache
def base(name):
    own = BASES[name]()
    files = {file: each.encode() if isinstance(each, str) else each for file, each in own.files.items()}
    return own._replace(files=files)


def mutated(own, steps):
    """Name -> content of the files of a recording after some mutations."""
    files = dict(own.files)
    for sort, file, where, one, two in steps:
        name = list(own.files)[file % len(own.files)]
        content = files.get(name, b"")
        if sort == "drop":
            files.pop(name, None)
        elif sort == "swap":
            other = list(own.files)[one % len(own.files)]
            files[name], files[other] = files.get(other, b""), content
        elif sort == "token":
            files[name] = with_token(content, where, HOSTILE[one % len(HOSTILE)])
        elif sort == "wide":
            files[name] = content.decode("latin-1").encode(("utf-16", "utf-32", "utf-8", "cp037")[one % 4])
        else:
            files[name] = with_bytes(content, sort, int(where * len(content)), one, two)
    if own.pack and own.opened in files:
        files[own.opened] = own.pack(files[own.opened])
    return files


def with_bytes(content, sort, at, one, two):
    changed, length = bytearray(content), 1 + one % 600
    if sort == "flip" and changed:
        changed[min(at, len(changed) - 1)] ^= 1 << two % 8
    elif sort == "cut":
        del changed[at:]
    elif sort == "double":
        changed[at:at] = changed[at : at + length]
    elif sort == "zero":
        changed[at : at + length] = bytes(len(changed[at : at + length]))
    elif sort == "noise":
        changed[at : at + 1 + length % 16] = random.Random(two).randbytes(1 + length % 16)
    elif sort == "word":
        at -= at % 4
        width = 4 if two % 2 else 8
        changed[at : at + width] = (WORDS[one % len(WORDS)] % 2 ** (8 * width)).to_bytes(width, "little")
    return bytes(changed)


def with_token(content, where, token):
    """One word of a text replaced, or one field of a header of fixed width, its width kept."""
    fixed = content[:8] in (b"\xffBIOSEMI", b"0       ")
    words = list(re.finditer(rb"\S+ *" if fixed else rb"[^\s,=\"\[\]{}:]+", content[:1280] if fixed else content))
    if not words:
        return content
    word = words[min(int(where * len(words)), len(words) - 1)]
    new = token.encode("utf-8", "surrogatepass")
    new = new.ljust(len(word[0]))[: len(word[0])] if fixed else new
    return content[: word.start()] + new + content[word.end() :]


def outcome(own, steps, folder):
    """What reading a mutated recording comes to: "read" or the error's text; whatever else it raises is a fault."""
    for name in own.files:
        (folder / name).unlink(missing_ok=True)
    for name, content in mutated(own, steps).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    path, said = folder / own.opened, []
    for read in (acquisition.files, acquisition.load):
        try:
            found = read(path, own.settings)
        except PipelineError as error:
            said.append(str(error))
    for each in said:
        assert each.startswith(f"{path.name}: ")
        assert each.isprintable()
        assert len(each) < 2500
        assert "memory" not in each.lower()
    if said:
        return said[-1]
    assert found
    assert all(isinstance(each, Trials) and each.n_trials for each in found)
    return "read"


step = st.builds(
    Step, st.sampled_from(SORTS), st.integers(0, 3), st.floats(0, 1), st.integers(0, 2**16), st.integers(0, 2**16)
)


def some_steps(generator):
    own = [0, 0, 0, 1, 2, 3]
    return [
        Step(generator.choice(SORTS), generator.choice(own), generator.random() ** generator.choice((1, 3)),
             generator.randrange(2**16), generator.randrange(2**16))
        for _ in range(generator.choice((1, 1, 1, 2, 3)))
    ]  # fmt: skip


@pytest.mark.parametrize("name", BASES)
def test_the_recording_itself_is_read(name, tmp_path):
    assert outcome(base(name), [], tmp_path) == "read"


@pytest.mark.parametrize("name", BASES)
def test_a_mutated_recording_is_read_or_an_error_of_ours(name, tmp_path):
    @settings(max_examples=N_INPUTS, derandomize=True, deadline=20_000, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(st.lists(step, min_size=1, max_size=3))
    def each_input(steps):
        outcome(base(name), steps, tmp_path)

    each_input()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is limited on Linux only")
@pytest.mark.parametrize("name", BASES)
def test_mutated_recordings_take_neither_the_memory_nor_the_time(name, tmp_path):
    command = [sys.executable, __file__, name, str(N_INPUTS), str(tmp_path)]
    limit_s = 60 + SECONDS_AN_INPUT * N_INPUTS
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, capture_output=True, text=True, timeout=limit_s, env=environment)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    counted = json.loads(done.stdout)
    assert counted["inputs"] == N_INPUTS
    assert counted["read"] > 0
    assert counted["errors"] > 0


def main(name, n_inputs, folder):
    """Read mutated inputs under a limit of memory; print how many were read."""
    import resource  # not everywhere

    warnings.simplefilter("error")
    own = base(name)
    assert outcome(own, [], folder) == "read"  # the libraries are loaded
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY_BYTES,) * 2)
    n_read = 0
    for seed in range(n_inputs):
        steps = some_steps(random.Random(seed))
        sys.stderr.write(f"{seed} {steps}\n")  # the last line is the input that ended the process
        n_read += outcome(own, steps, folder) == "read"
    sys.stdout.write(json.dumps({"inputs": n_inputs, "read": n_read, "errors": n_inputs - n_read}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
