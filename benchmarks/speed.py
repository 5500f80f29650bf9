"""How many epochs a second each step, each method and the default chain do on one core.

    python benchmarks/speed.py [--trials N] [--seed K] [--peer-trials N] [--peers-python PATH]

An epoch is one trial of one muscle, 250 ms at 5 kHz. Beside the rows stand a memory copy and an FFT round trip of the
same array, timed in the same run: a ratio to them says more than a number of one machine. Below follow the chains of
other tools on some of the same epochs, in turns with ours, where they are installed (`pip install -e '.[bench]'`).
"""

# ruff: noqa: E402 - threads are limited before numpy is loaded, which reads the limit once
import argparse
import functools
import os
import platform
import shutil
import sys
import time
from pathlib import Path

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[threads] = "1"

import numpy as np
import pandas as pd
import peers
import scipy

from pipeline import columns, conditioning, detection, muscles
from pipeline.detection.given import given_to_methods
from pipeline.trials import Trials

RATE_HZ = 5000.0
N_SAMPLES = 1250
FIRST_MS = -110.0
REPEATS = 5


def recording(n_trials, seed):
    """Trials of one hand muscle: EMG-coloured noise of 3 µV, log-normal MEPs, TMS artefact, hum."""
    rng = np.random.default_rng(seed)
    times_ms = FIRST_MS + np.arange(N_SAMPLES) * 1e3 / RATE_HZ
    sections = scipy.signal.butter(2, [20, 450], "bandpass", fs=RATE_HZ, output="sos")
    noise = scipy.signal.sosfilt(sections, rng.normal(size=(n_trials, N_SAMPLES + 500)))[:, 500:]
    since = times_ms - rng.normal(22, 1, (n_trials, 1))
    mep = np.sin(2 * np.pi * since / 12) * np.exp(-(((since - 6) / 4.2) ** 2)) * (since > 0)
    artefact = np.where(times_ms >= 0, np.exp(-np.maximum(times_ms, 0)), 0) * 5e3
    hum = 8 * np.sin(2e-3 * np.pi * 50 * times_ms + rng.uniform(0, 2 * np.pi, (n_trials, 1)))
    emg_uv = 3 * noise / noise.std() + rng.lognormal(5.5, 1, (n_trials, 1)) * mep + artefact + hum
    pulses = pd.DataFrame({"pulse": "single", "state": "rest", "intensity_mso": 50.0}, index=range(n_trials))
    return Trials(emg_uv[:, None], times_ms, ["FDI"], pulses)


def best_s(function):
    """Shortest of some runs, in s: what other programs on the machine add is left out."""
    took = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        function()
        took.append(time.perf_counter() - start)
    return min(took)


def references(trials):
    """Name -> function of what any method can be held against."""
    signal = trials.emg_uv[:, 0]
    return {
        "memory copy": signal.copy,
        "FFT round trip": lambda: scipy.fft.irfft(scipy.fft.rfft(signal), N_SAMPLES),
    }


def steps(trials):
    """Name -> function of each conditioning step, on the raw epochs."""
    profile = muscles.profile("FDI")
    given = {
        "zones_ms": muscles.artefact_zones(trials.pulses, profile)[:, :, None],
        "background_ms": muscles.background_windows(trials.pulses, profile)[:, None],
        "response_ms": muscles.response_windows(trials.pulses, profile)[:, None],
    }
    functions = {"quality": conditioning.quality, **conditioning.STEPS}
    return {
        f"conditioning {name}": functools.partial(step, trials, *(given[each] for each in columns.needs(step)[1:]))
        for name, step in functions.items()
    }


def methods(trials):
    """Name -> function of each method of each measure, on conditioned epochs; what it needs is computed before."""
    given, _ = given_to_methods(trials, 0, muscles.profile("FDI"))
    measures = {each.name: each.methods for each in detection.MEASURES}
    found = {}
    for name in columns.order({name: each[0] for name, each in measures.items()}, given):
        for method in reversed(measures[name]):
            timed = functools.partial(method, *(given[each] for each in columns.needs(method)))
            found[f"detection {name}: {method.__name__}"] = timed
        given |= timed()._asdict()
    return found


def chain(trials, clean):
    """Name -> function of the default chain: its two halves, and the whole.

    In contraction silent periods are looked for too; the same epochs are said to be in contraction.
    """
    active = clean.replace(pulses=clean.pulses.assign(state="active"))
    return {
        "default: condition": lambda: conditioning.condition(trials),
        "default: detect": lambda: detection.detect(clean),
        "default: detect, in contraction": lambda: detection.detect(active),
        "default: condition, detect": lambda: detection.detect(conditioning.condition(trials)),
    }


def machine():
    """Processor, system and versions, in one line."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    versions = f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}"
    return f"{(names or [platform.processor()])[0]}, {platform.system()} {platform.machine()}; {versions}"


def beside_peers(clean, n_trials, python):
    """Print the detection chain beside other tools on the first epochs."""
    some = clean.take(np.arange(min(n_trials, clean.n_trials)))
    ours = {each.n_trials: functools.partial(detection.detect, each) for each in (some, clean)}
    peers.compare(ours, some.emg_uv[:, 0], RATE_HZ, FIRST_MS, python, REPEATS)


def asked():
    """Arguments of the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=2000, help="epochs in the recording (default 2000)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the recording (default 1)")
    parser.add_argument(
        "--peer-trials", type=int, default=200, help="epochs other tools get (default 200; 0: no tools)"
    )
    parser.add_argument("--peers-python", default=sys.executable, help="Python in which other tools are installed")
    arguments = parser.parse_args()
    if not shutil.which(arguments.peers_python):
        parser.error(f"--peers-python: no such program: {arguments.peers_python}")
    return arguments


def main():
    """Print the table."""
    arguments = asked()
    trials = recording(arguments.trials, arguments.seed)
    clean = conditioning.condition(trials)
    print(
        f"{arguments.trials} epochs of {N_SAMPLES} samples, float32, seed {arguments.seed}; best of {REPEATS}, one core"
    )
    print(machine())
    timed = {**references(trials), **steps(trials), **methods(clean), **chain(trials, clean)}
    took = {name: best_s(each) for name, each in timed.items()}
    copy_s, fft_s = took["memory copy"], took["FFT round trip"]
    width = max(map(len, took))
    print(f"{'':{width}}{'epochs/s':>14}{'copies':>10}{'FFTs':>10}")
    for name, seconds in took.items():
        print(f"{name:{width}}{arguments.trials / seconds:14,.0f}{seconds / copy_s:10.1f}{seconds / fft_s:10.2f}")
    if arguments.peer_trials > 0:
        print()
        beside_peers(clean, arguments.peer_trials, arguments.peers_python)


if __name__ == "__main__":
    main()
