"""A run of 20 subjects that is killed at random moments, and what is there afterwards each time.

12 kills in the suite; `MEP_KILLS=100 pytest tests/test_kill.py -n 0 -s` makes 100 and prints when they fell.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from pipeline import batch, store

KILLS = int(os.environ.get("MEP_KILLS", "12"))
"""How many: half of them in runs that have all 20 subjects to do, half in runs that have a few."""
FEW = 3
SEED = 20_26
MOST_S = 120
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="process groups and SIGKILL are of POSIX systems"),
]


@pytest.fixture(scope="module")
def undisturbed(crowd, everything):
    """What a run makes that nobody disturbs."""
    outcomes = batch.run(crowd / "study.yaml", output=crowd / "undisturbed")
    assert {each.outcome for each in outcomes} == {batch.DONE}
    made = everything(crowd / "undisturbed")
    for name in made:
        if name.endswith("excitability_emg.h5"):
            assert len(store.read_results(crowd / "undisturbed" / name)["trials"]) == 10
        elif name.endswith("conditioned_emg.h5"):
            assert store.read_epochs(crowd / "undisturbed" / name).n_trials == 10
    return made


def started(crowd, output):
    """`mep run --jobs 2` as the leader of a process group of its own."""
    command = [sys.executable, "-m", "pipeline", "run", str(crowd / "study.yaml"), "--jobs", "2"]
    return subprocess.Popen(
        [*command, "--output", str(output)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        start_new_session=True,
    )


def ended(process):
    """Exit code and last words of a run that is not disturbed, and how long it took."""
    start = time.monotonic()
    out, _ = process.communicate(timeout=MOST_S)
    assert "Traceback" not in out, out
    return process.returncode, out, time.monotonic() - start


def workers_of(process):
    """Processes that do the work of a run; none where the system does not say."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            number = int(each.name)
            if os.getpgid(number) == process.pid and b"spawn_main" in (each / "cmdline").read_bytes():
                found.append(number)
    return sorted(found)


def group_is_gone(process):
    """Whether no process of a run is left."""
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return True
    return False


def kill(process, victim):
    """Kill a run, its parent alone, or one of its workers (all where there is none yet); wait until they are gone."""
    found = workers_of(process) if victim == "worker" else []
    if found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(found[0], signal.SIGKILL)
        process.communicate(timeout=MOST_S)
        return
    (os.kill if victim == "parent" else os.killpg)(process.pid, signal.SIGKILL)
    process.communicate(timeout=MOST_S)
    end = time.monotonic() + MOST_S
    while not group_is_gone(process):
        assert time.monotonic() < end, "a worker outlives its parent"
        time.sleep(0.005)


def half_written(output, undisturbed, everything):
    """How many files are half written; whatever has a final name is byte for byte what was read in `undisturbed`."""
    made = everything(output) if output.is_dir() else {}
    parts = {name for name in made if name.endswith(".part")}
    for name in set(made) - parts:
        assert made[name] == undisturbed[name], name
    return len(parts)


def lost(output, subjects, n, rng):
    """Take away what `n` of the subjects have, or half of it, so that there is something to do."""
    for each in rng.choice(subjects, n, replace=False):
        for path in sorted((output / each).rglob("*.h5"))[:: 1 + int(rng.integers(2))]:
            path.unlink()


def n_files(output):
    return sum(1 for _ in output.rglob("*.h5"))


def test_a_run_that_is_killed_at_any_moment_loses_nothing(crowd, undisturbed, everything):
    rng = np.random.default_rng(SEED)
    output, counts = crowd / "killed", Counter()
    subjects = sorted({name.split("/")[0] for name in undisturbed if name.startswith("sub-")})
    ended(started(crowd, output))
    length_s = {}
    for some in (FEW, len(subjects)):
        lost(output, subjects, some, rng)
        length_s[some] = ended(started(crowd, output))[2]
    while (n := counts["killed"]) < KILLS:
        some = (FEW, len(subjects))[n % 2]
        lost(output, subjects, some, rng)
        before, victim = n_files(output), ("group", "parent", "group", "worker")[n // 2 % 4]
        process, start = started(crowd, output), time.monotonic()
        try:  # not a wait for something: this moment is the experiment
            process.wait(rng.uniform(0, length_s[some]))
        except subprocess.TimeoutExpired:
            kill(process, victim)
            counts["killed"] += 1
            counts[victim] += 1
        else:  # it was faster than the last one
            process.communicate()
            length_s[some] = time.monotonic() - start
            continue
        counts["in the middle of a write"] += half_written(output, undisturbed, everything) > 0
        counts["after a file" if n_files(output) > before else "before the first file"] += 1
        if n % 7:
            assert {each.outcome for each in batch.run(crowd / "study.yaml", output=output)} <= set(batch.FINE)
        else:
            code, out, _ = ended(started(crowd, output))
            assert code == 0, out
            lost(output, subjects, some, rng)
            length_s[some] = ended(started(crowd, output))[2]
        assert everything(output) == undisturbed, "as if nothing had happened, and no litter"
    print(f"runs of {length_s} s: {dict(counts)}")  # noqa: T201
    assert min(counts["after a file"], counts["before the first file"]) > 0
