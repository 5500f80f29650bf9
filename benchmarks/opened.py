"""`mep` with a look inside: how long excitability and writing take, and which files are opened.

    python benchmarks/opened.py run CONFIG --jobs 1 ...

The last line is JSON: seconds of each, of the whole subjects, and the names of the files that were opened. HDF5 opens
its files by itself, Python's audit hook sees the others.
"""

import functools
import json
import sys
import time
from collections import Counter

import h5py

from pipeline import excitability, output, subject
from pipeline.__main__ import main

took = Counter()
opened = []


def timed(module, name, what):
    """Count the time of a function of a module."""
    real = getattr(module, name)

    @functools.wraps(real)  # the signature says what settings there are
    def call(*args, **kwargs):
        start = time.perf_counter()
        try:
            return real(*args, **kwargs)
        finally:
            took[what] += time.perf_counter() - start

    setattr(module, name, call)


def watch():
    """Note which files are opened."""

    class File(h5py.File):
        def __init__(self, name, *args, **kwargs):
            if isinstance(name, str) or hasattr(name, "__fspath__"):
                opened.append(str(name))
            super().__init__(name, *args, **kwargs)

    h5py.File = File
    sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)


if __name__ == "__main__":
    timed(excitability, "summarise", "excitability")
    timed(output, "write_results", "write")
    timed(subject, "run", "subjects")
    watch()
    code = main(sys.argv[1:])
    print(json.dumps({**took, "opened": [each for each in opened if each.endswith((".bdf", ".h5"))]}))
    sys.exit(code)
