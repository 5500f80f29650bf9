"""Only load recordings with mne, in some processes: what `scale.py` holds a cold run against.

python benchmarks/loading.py STUDY --jobs N [--subject S ...]
"""

import argparse
import csv
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path


def load(path):
    """Samples and events of one recording."""
    import mne

    raw = mne.io.read_raw_bdf(path, preload=True, verbose="error")
    with path.with_name(path.name.replace("_emg.bdf", "_events.tsv")).open(encoding="utf-8", newline="") as file:
        events = list(csv.DictReader(file, delimiter="\t"))
    return raw.get_data(return_times=False).shape, len(events)


def main():
    """Load every recording of some subjects."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", type=Path)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--subject", nargs="+", default=[])
    options = parser.parse_args()
    folders = [options.study / f"sub-{each}" for each in options.subject] or [options.study]
    paths = sorted(path for folder in folders for path in folder.rglob("*.bdf"))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.jobs, mp_context=context) as pool:
        found = list(pool.map(load, paths))
    print(len(found), "recordings")


if __name__ == "__main__":
    main()
