"""Whole commands as processes: how long they take, how much memory, and a Dask cluster of this machine."""

import concurrent.futures
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
MEP = (sys.executable, "-m", "pipeline")
LOADING = (sys.executable, str(HERE / "loading.py"))
OPENED = (sys.executable, str(HERE / "opened.py"))
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
LARGE_ARRAYS = {
    "MALLOC_MMAP_THRESHOLD_": str(2**25),
    "DASK_DISTRIBUTED__NANNY__PRE_SPAWN_ENVIRON__MALLOC_TRIM_THRESHOLD_": str(2**28),
}
"""For Dask's workers: by itself its nanny has each array of more than 128 kB fetched from the system anew."""
POLL_S = 0.02
WAIT_S = 60.0


def ran(*command):
    """What a command said; its errors are shown and end the benchmark."""
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True, env=os.environ | ONE_THREAD)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def seconds(*command):
    """How long a command takes, from the start of its process to its end."""
    start = time.perf_counter()
    ran(*command)
    return time.perf_counter() - start


def seconds_together(*commands):
    """How long several commands take that are started at once."""
    start = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(len(commands)) as pool:
        list(pool.map(lambda command: ran(*command), commands))
    return time.perf_counter() - start


def interleaved(repeats, **measures):
    """Name -> seconds of each repeat: one of each in turn, so that what else runs on the machine meets all alike."""
    took = {name: [] for name in measures}
    for n in range(repeats):
        for name, measure in measures.items():
            took[name].append(measure(n))
    return took


def median_ratio(above, below):
    """Median of the ratios of runs that stood side by side."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def peak_mb(*command):
    """Largest sum of the resident memory of a process and all below it, in MB; pages they share count for each."""
    import psutil

    process = subprocess.Popen(
        [str(each) for each in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | ONE_THREAD,
    )
    watched, most = psutil.Process(process.pid), 0
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):
            total = 0
            for each in (watched, *watched.children(recursive=True)):
                with contextlib.suppress(psutil.Error):
                    total += each.memory_info().rss
            most = max(most, total)
        time.sleep(POLL_S)
    if process.returncode:
        sys.exit(f"{' '.join(map(str, command))}: exit code {process.returncode}")
    return most / 1e6


@contextlib.contextmanager
def cluster(folder, n_workers):
    """Address of a Dask scheduler with workers of one thread, all processes of this machine that have just begun."""
    import distributed

    said = folder / "scheduler.json"
    said.unlink(missing_ok=True)
    common = ("--scheduler-file", said, "--no-dashboard")
    commands = [("dask_scheduler", "--host", "127.0.0.1", "--port", "0", *common)]
    commands += [("dask_worker", "--nthreads", "1", "--local-directory", folder, *common)] * n_workers
    started = []
    try:
        for module, *arguments in commands:
            command = [sys.executable, "-m", f"distributed.cli.{module}", *map(str, arguments)]
            log, given = subprocess.DEVNULL, os.environ | ONE_THREAD | LARGE_ARRAYS
            started.append(subprocess.Popen(command, stdout=log, stderr=log, env=given))
        until = time.monotonic() + WAIT_S
        while not said.is_file() and time.monotonic() < until:
            time.sleep(0.1)
        address = json.loads(said.read_text())["address"]
        with distributed.Client(address, set_as_default=False) as client:
            client.wait_for_workers(n_workers, timeout=WAIT_S)
        yield address
    finally:
        for each in reversed(started):
            each.terminate()
            each.wait()
