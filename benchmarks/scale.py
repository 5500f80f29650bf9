"""How a study scales: whole `mep run` commands, each figure a ratio of what ran side by side, beside its bar.

    python benchmarks/scale.py [--subjects 100] [--part cold noop metric jobs dask memory dry_run] [--epoched]

The studies are made in a temporary folder: one subject is simulated, the others are copies of it under other labels
(their recordings hard links, so that the disk is spared in all that is compared). What is measured is the whole
command, start of the process and imports included. Loading is `mne.io.read_raw_bdf(preload=True)` and the events, in as
many processes. In "further subjects" two subjects' time is taken off both, so that starts and imports cancel.
"""

import argparse
import itertools
import json
import os
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import NamedTuple

import copies
import speed
from processes import LOADING, MEP, OPENED, cluster, interleaved, median_ratio, peak_mb, ran, seconds, seconds_together

FEW = 12
"""Subjects of the parts that compare two ways of running the same."""
N_METRIC = 24
DRY = copies.TINY._replace(n_recordings=4)
N_DRY, N_DRY_RAN = 2500, 100
CROWDS = (10, 100, 1000)
FLAT = 1.1


class Row(NamedTuple):
    """One line of the table."""

    figure: str
    measured: float
    unit: str
    bar: float | None = None
    at_least: bool = False

    def __str__(self):
        bar = "" if self.bar is None else f"{'≥' if self.at_least else '≤'} {self.bar:.2f} {self.unit}"
        met = self.bar is None or (self.measured >= self.bar if self.at_least else self.measured <= self.bar)
        said = "" if self.bar is None else "met" if met else "not met"
        return f"{self.figure:78}{self.measured:10.2f} {self.unit:4}{bar:>14}  {said}"


class Bench(NamedTuple):
    """Where and on what it is measured."""

    folder: Path
    size: copies.Size
    n_subjects: int
    jobs: int
    repeats: int
    seed: int

    def study(self, name, size, n_subjects):
        """Config of a study of copies, made where it is not there yet."""
        folder = self.folder / name
        return folder / "study.yaml" if folder.is_dir() else copies.study(folder, size, n_subjects, self.seed)

    def stated(self):
        """Config of the stated study."""
        return self.study("stated", self.size, self.n_subjects)

    def done(self):
        """Config of the stated study, every subject of which has its results."""
        config = self.stated()
        self.run(config)
        return config

    def run(self, config, *options, subjects=(), fresh=False, jobs=None):
        """Time of `mep run`; `fresh` removes what is there before."""
        if fresh:
            shutil.rmtree(config.parent / "out", ignore_errors=True)
        chosen = ("--subject", *subjects) if subjects else ()
        return seconds(*MEP, "run", config, "--jobs", jobs or self.jobs, *options, *chosen)

    def labels(self, start, stop):
        """Labels of some subjects, from 0."""
        return [f"{n + 1:05d}" for n in range(start, min(stop, self.n_subjects))]


def cold(of):
    """A first run against loading the same files, block by block of the study."""
    config, raw = of.stated(), of.stated().parent / "raw"
    shutil.rmtree(config.parent / "out", ignore_errors=True)
    edges = [round(of.n_subjects * n / of.repeats) for n in range(of.repeats + 1)]
    blocks = [of.labels(*edge) for edge in itertools.pairwise(edges)]
    two, aside = of.labels(0, of.jobs), ("--output", config.parent / "aside", "--fresh")
    took = interleaved(
        of.repeats,
        loading=lambda n: seconds(*LOADING, raw, "--jobs", of.jobs, "--subject", *blocks[n]),
        run=lambda n: of.run(config, subjects=blocks[n]),
        loading_two=lambda _: seconds(*LOADING, raw, "--jobs", of.jobs, "--subject", *two),
        run_two=lambda _: of.run(config, *aside, subjects=two),
    )
    further = [[a - b for a, b in zip(took[name], took[f"{name}_two"], strict=True)] for name in ("run", "loading")]
    n = of.n_subjects / of.repeats
    return [
        Row("cold run / loading with mne", median_ratio(took["run"], took["loading"]), "×", 1.5),
        Row("the same, further subjects (starts and imports excluded)", median_ratio(*further), "×"),
        Row("cold run, a subject and process", statistics.median(took["run"]) * of.jobs / n, "s"),
        Row("loading with mne, a subject and process", statistics.median(took["loading"]) * of.jobs / n, "s"),
    ]


def noop(of):
    """A run where nothing changed, of the stated study and of as many tiny subjects."""
    large, tiny = of.done(), of.study("tiny", copies.TINY, of.n_subjects)
    of.run(tiny)
    took = interleaved(
        max(of.repeats, 5),
        large=lambda _: of.run(large),
        tiny=lambda _: of.run(tiny),
        nothing=lambda _: seconds(*MEP, "--version"),
    )
    bar, median = 1 + 0.003 * of.n_subjects, {name: statistics.median(each) for name, each in took.items()}
    return [
        Row(f"no-op re-run of {of.n_subjects} stated subjects", median["large"], "s", bar),
        Row(f"no-op re-run of {of.n_subjects} tiny subjects", median["tiny"], "s", bar),
        Row("mep --version, beside them", median["nothing"], "s"),
    ]


def metric(of):
    """One setting of a metric changed: against excitability and writing alone, in the same process."""
    config, text = (
        of.done(),
        "study: {{input: raw, output: out}}\nexcitability: {{mep_amplitude: {{min_trials: {}}}}}\n",
    )
    chosen, found, raw_or_epochs = of.labels(0, N_METRIC), [], 0
    plain = config.read_text(encoding="utf-8")
    for n in range(of.repeats):
        config.write_text(text.format(21 + n), encoding="utf-8")
        said = json.loads(ran(*OPENED, "run", config, "--jobs", 1, "--subject", *chosen).splitlines()[-1])
        raw_or_epochs += sum(each.endswith(".bdf") or "_desc-conditioned_" in each for each in said["opened"])
        found.append((said["subjects"], said["excitability"] + said["write"], said["excitability"]))
    config.write_text(plain, encoding="utf-8")
    whole, needed, own = zip(*found, strict=True)
    return [
        Row("one metric setting: raw and epochs files opened", raw_or_epochs, "", 0),
        Row("one metric setting / (excitability + write)", median_ratio(whole, needed), "×", 1.1),
        Row("one metric setting, a subject", statistics.median(whole) / len(chosen), "s"),
        Row("of it excitability", statistics.median(own) / len(chosen), "s"),
    ]


def jobs(of):
    """Two processes against one; and two commands that know nothing of each other, which is what the machine gives."""
    config, chosen = of.stated(), of.labels(0, FEW)
    aside = ("--output", config.parent / "aside", "--fresh")
    halves = [
        (*MEP, "run", config, "--jobs", 1, "--output", config.parent / f"aside_{n}", "--fresh", "--subject", *own)
        for n, own in enumerate((chosen[::2], chosen[1::2]))
    ]
    took = interleaved(
        of.repeats,
        one=lambda _: of.run(config, *aside, subjects=chosen, jobs=1),
        two=lambda _: of.run(config, *aside, subjects=chosen, jobs=2),
        apart=lambda _: seconds_together(*halves),
    )
    return [
        Row(f"1 job / 2 jobs, {len(chosen)} subjects", median_ratio(took["one"], took["two"]), "×", 1.8, True),
        Row("1 job / two commands of half the subjects at once", median_ratio(took["one"], took["apart"]), "×"),
    ]


def dask(of):
    """Two Dask workers that have just begun against two processes."""
    config, chosen = of.stated(), of.labels(0, FEW)
    aside = ("--output", config.parent / "aside", "--fresh")

    def on_cluster(_):
        with cluster(of.folder, 2) as address:
            return of.run(config, *aside, "--scheduler", address, subjects=chosen)

    took = interleaved(
        of.repeats, workers=on_cluster, processes=lambda _: of.run(config, *aside, subjects=chosen, jobs=2)
    )
    ratio = median_ratio(took["workers"], took["processes"])
    return [Row(f"2 Dask workers / 2 jobs, {len(chosen)} subjects", ratio, "×", 1.2)]


def memory(of):
    """Peak memory over crowds of tiny subjects."""
    config = of.study("crowd", copies.TINY, CROWDS[-1])
    peaks = {}
    for n in CROWDS:
        chosen = () if n == CROWDS[-1] else ("--subject", *(f"{each + 1:05d}" for each in range(n)))
        shutil.rmtree(config.parent / "out", ignore_errors=True)
        peaks[n] = peak_mb(*MEP, "run", config, "--jobs", of.jobs, *chosen)
    rows = [
        Row(f"peak memory of all processes, {n} tiny subjects, {of.jobs} jobs", mb, "MB") for n, mb in peaks.items()
    ]
    return [*rows, Row(f"the last / the first (flat: ≤ {FLAT})", peaks[CROWDS[-1]] / peaks[CROWDS[0]], "×", FLAT)]


def dry_run(of):
    """What a run of 10,000 recordings would do: with nothing run, and with some of them run."""
    config, n = of.study("dry", DRY, N_DRY), N_DRY * DRY.n_recordings
    empty = [of.run(config, "--dry-run") for _ in range(of.repeats)]
    ran_ones = [f"{each + 1:05d}" for each in range(N_DRY_RAN)]
    of.run(config, subjects=ran_ones)
    took = interleaved(
        max(of.repeats, 5),
        some=lambda _: of.run(config, "--dry-run", subjects=ran_ones),
        one=lambda _: of.run(config, "--dry-run", subjects=ran_ones[:1]),
    )
    some, one = (statistics.median(took[name]) for name in ("some", "one"))
    whole = one + (some - one) / (N_DRY_RAN - 1) * (N_DRY - 1)
    return [
        Row(f"--dry-run of {n:,} recordings of {N_DRY:,} subjects, nothing run", statistics.median(empty), "s", 30),
        Row(f"the same, all run (from {N_DRY_RAN} subjects that were run, in proportion)", whole, "s", 30),
    ]


PARTS = {each.__name__: each for each in (cold, noop, metric, jobs, dask, memory, dry_run)}


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subjects", type=int, default=100, help="subjects of the stated study (default 100)")
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS), help="what to measure (default: all)")
    parser.add_argument("--epoched", action="store_true", help="recordings of epochs of 0.5 s, not continuous ones")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="processes (default 2)")
    parser.add_argument("--repeats", type=int, default=3, help="repeats of each figure, interleaved (default 3)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the simulated subject (default 1)")
    options = parser.parse_args()
    size = copies.EPOCHED if options.epoched else copies.STATED
    with tempfile.TemporaryDirectory(prefix="scale") as folder:
        of = Bench(Path(folder), size, options.subjects, options.jobs, options.repeats, options.seed)
        print(f"{of.n_subjects} subjects of {size}; tiny ones of {copies.TINY}")
        print(f"copies of one simulated subject, seed {of.seed}; medians of {of.repeats} interleaved repeats")
        print(f"{os.cpu_count()} cores, {of.jobs} processes; {speed.machine()}")
        for name in options.part:
            for row in PARTS[name](of):
                print(row, flush=True)


if __name__ == "__main__":
    main()
