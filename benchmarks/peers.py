"""The default detection chain beside other tools on the same epochs: `speed.py` prints this below its own table.

The tools (`peer_chains.py` says which of their chains, with which settings) run as they are installed, in a process of
their own and in turns with ours. Nothing of theirs is imported here, so their interpreter may be another one. What is
measured is processor time: theirs take seconds and ours milliseconds, so that on a busy machine only ours would find a
moment without waiting.
"""

import contextlib
import functools
import json
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

CHAINS = Path(__file__).with_name("peer_chains.py")
INSTALL = "python -m pip install -e '.[bench]', or into another environment, whose Python --peers-python then names"


class Peers:
    """Other tools, loaded with the epochs and waiting in a process of their own."""

    def __init__(self, process):
        """Take over the process and read what it has."""
        self._process = process
        self.about = json.loads(self._line())

    def seconds(self, row):
        """Processor time of one row over all epochs, in s."""
        self._process.stdin.write(f"{row}\n")
        self._process.stdin.flush()
        return float(self._line())

    def _line(self):
        """Next line of the process; without one it has ended, and has said why on its error output."""
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{CHAINS.name} ended with exit code {self._process.wait()}")
        return line


@contextlib.contextmanager
def started(python, epochs_uv, rate_hz, first_ms):
    """Peers that have the epochs (n_trials, n_samples), run by the interpreter `python`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "epochs.npy"
        np.save(path, epochs_uv)
        command = [python, str(CHAINS), str(path), str(rate_hz), str(first_ms)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            yield Peers(process)


def compare(ours, epochs_uv, rate_hz, first_ms, python, repeats):
    """Print the table, or how to install what is not there.

    Parameters
    ----------
    ours : dict
        Number of epochs -> our chain on as many; the peers' ratios are to each of them.
    epochs_uv : numpy.ndarray, shape (n_trials, n_samples)
        Conditioned epochs for the peers.
    rate_hz, first_ms : float
        Sampling rate, and time of the first sample from the pulse.
    python : str
        Interpreter in which the peers are installed.
    repeats : int
        Turns, of which the shortest counts.
    """
    with started(python, epochs_uv, rate_hz, first_ms) as peers:
        about = peers.about
        rows = {f"default: detect, {n} epochs": functools.partial(_clocked, chain) for n, chain in ours.items()}
        theirs = {row: functools.partial(peers.seconds, row) for row in about["found"]}
        took = _best_of_turns(rows | theirs, repeats) if theirs else {}
    for name, reason in about["missing"].items():
        print(f"{name} cannot be measured ({reason}); to install it: {INSTALL}")
    if took:
        counts = dict(zip(rows, ours, strict=True)) | dict.fromkeys(theirs, len(epochs_uv))
        _print_table({name: counts[name] / seconds for name, seconds in took.items()}, ours, about, len(epochs_uv))


def _clocked(function):
    """Processor time of a call, in s."""
    start = time.process_time()
    function()
    return time.process_time() - start


def _best_of_turns(rows, repeats):
    """Shortest time of each row, in s; rows take turns, so that a slow moment of the machine meets them alike."""
    took = [{name: seconds() for name, seconds in rows.items()} for _ in range(repeats)]
    return {name: min(turn[name] for turn in took) for name in rows}


def _print_table(per_s, ours, about, n_epochs):
    """Print epochs a second, how many times as many ours do, and in how many trials something was found."""
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    print(f"{versions}: {n_epochs} of the epochs, conditioned, one a call; ratio: default detect to the row")
    width = max(map(len, (*per_s, *about["failed"])))
    print(f"{'':{width}}{'epochs/s':>12}" + "".join(f"{f'ratio, {n}':>14}" for n in ours) + f"{'found':>8}")
    mine = list(per_s.values())[: len(ours)]
    for name, each in per_s.items():
        ratios = "".join(f"{one / each:14,.3g}" for one in mine)
        print(f"{name:{width}}{each:12,.0f}{ratios}{about['found'].get(name, ''):>8}")
    for name, reason in about["failed"].items():
        print(f"{name:{width}}  raises {reason}")
