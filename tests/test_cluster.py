"""Subjects on a real Dask scheduler and its workers, which are processes of their own here; some are killed."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import filelock
import pytest

from pipeline import batch, config, plan, subject

pytest.importorskip("distributed")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="process groups and SIGKILL are of POSIX systems")

DEADLINE_S = 60
SUBJECTS = [f"{n:02}" for n in range(1, 7)]
HASTY = (
    "import sys\n"
    "from pipeline import cluster\n"
    "cluster.CONNECT_S, cluster.ALONE_S, cluster.LOOK_S = 1.5, 1.5, 0.2\n"
    "from pipeline.__main__ import main\n"
    "sys.exit(main(sys.argv[1:]))\n"
)
"""The command line, with less patience."""
DEADLY = """
import os, signal
from pipeline import acquisition

def deadly(path, *given, real=acquisition.load, **named):
    if "sub-02" in str(path):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(path, *given, **named)

if acquisition.load.__name__ != deadly.__name__:  # it is loaded more than once
    acquisition.load = deadly
"""
"""Makes a worker one whose process dies of subject 02, as a fault in a library would."""


def until(true, what):
    """Waits until something is true, and gives it; a test fails that waits for too long."""
    end = time.monotonic() + DEADLINE_S
    while not (found := true()):
        assert time.monotonic() < end, f"waited too long: {what}"
        time.sleep(0.01)
    return found


class Cluster:
    """A scheduler and its workers, their logs and files in a folder."""

    def __init__(self, folder, **settings):
        self.folder, self.started = folder, []
        folder.mkdir()
        self.env = {**os.environ, **{f"DASK_DISTRIBUTED__{name}": str(value) for name, value in settings.items()}}
        log = self.start("scheduler", "--port", "0", "--host", "127.0.0.1", "--no-jupyter")[1]
        self.address = until(lambda: self.said(log, "Scheduler at:"), "for the scheduler")

    def start(self, kind, *options, name="scheduler"):
        """A process of the cluster, and where its log is."""
        log = self.folder / f"{name}.log"
        with log.open("w") as file:
            command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard", *options]
            process = subprocess.Popen(
                command, stdout=file, stderr=file, env=self.env, cwd=self.folder, start_new_session=True
            )
        self.started.append(process)
        return process, log

    def workers(self, n, *options):
        """So many more workers, when they have registered."""
        place = [self.address, "--nthreads", "1", "--host", "127.0.0.1", "--local-directory", str(self.folder)]
        made = [self.start("worker", *place, *options, name=f"worker{len(self.started) + i}") for i in range(n)]
        for _, log in made:
            until(lambda log=log: self.said(log, "Registered to:"), "for a worker")
        return [process for process, _ in made]

    @staticmethod
    def said(log, words):
        """What follows words in a log, if they are there."""
        lines = [line for line in log.read_text(encoding="utf-8").splitlines() if words in line]
        return lines[0].split(words)[1].strip() if lines else ""

    def end(self):
        """Ends all of it at once; a nanny has the process of its worker in its group."""
        for each in self.started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(each.pid, signal.SIGKILL)
            each.wait()


@contextlib.contextmanager
def cluster_in(folder, **settings):
    made = Cluster(folder, **settings)
    try:
        yield made
    finally:
        made.end()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A scheduler, and two workers that nobody starts again."""
    with cluster_in(tmp_path_factory.mktemp("dask") / "cluster") as made:
        made.workers(2, "--no-nanny")
        yield made


@pytest.fixture
def output(crowd, tmp_path):
    """A folder for the results of one test."""
    return crowd / tmp_path.name


@pytest.fixture(scope="module")
def reference(crowd, everything):
    """What one process makes of the study."""
    batch.run(crowd / "study.yaml", subjects=SUBJECTS, output=crowd / "reference")
    return everything(crowd / "reference")


def running(study, output, address, *options, script="", subjects=SUBJECTS):
    """`mep run --scheduler` in a process of its own."""
    command = ["-c", script] if script else ["-m", "pipeline"]
    arguments = ["run", str(study / "study.yaml"), "--output", str(output), "--scheduler", address]
    return subprocess.Popen(
        [sys.executable, *command, *arguments, "--subject", *subjects, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def ended(process):
    """Exit code, rows of the subjects and errors of a run."""
    out, err = process.communicate(timeout=DEADLINE_S)
    assert "Traceback" not in out + err, err
    return process.returncode, {line.split()[0][4:]: line for line in out.splitlines() if line[:4] == "sub-"}, err


def busy(process, output):
    """Whether a process holds the lock of a subject."""
    held = Path(f"/proc/{process.pid}/fd")
    if not held.is_dir():  # no Linux: in the middle of the run is all that can be said
        return any(output.rglob("*.h5"))
    with contextlib.suppress(OSError):
        return any("/locks/sub-" in str(each.readlink()) for each in held.iterdir())
    return False


@pytest.mark.slow
def test_the_same_bytes_as_one_process(cluster, crowd, reference, everything, output):
    code, rows, err = ended(running(crowd, output, cluster.address))
    assert (code, err) == (0, "")
    assert [row.split()[1] for row in rows.values()] == ["done"] * len(SUBJECTS)
    assert list(rows) == SUBJECTS, "in the study's order"
    assert everything(output) == reference


@pytest.mark.slow
def test_a_subject_that_is_locked_is_passed_over_and_said(cluster, crowd, reference, everything, output):
    (output / ".mep" / "locks").mkdir(parents=True)
    with filelock.FileLock(output / ".mep" / "locks" / "sub-02.lock"):
        code, rows, _ = ended(running(crowd, output, cluster.address, subjects=["01", "02"]))
    assert code == 1
    assert [row.split()[1] for row in rows.values()] == ["done", "locked"]
    assert "another run is writing this subject" in rows["02"]
    assert not (output / "sub-02").exists()
    made = everything(output)
    assert {name: made[name] for name in reference if name.startswith("sub-01/")} == {
        name: content for name, content in reference.items() if name.startswith("sub-01/")
    }


@pytest.mark.slow
def test_a_worker_that_is_killed_leaves_the_study_to_the_other(cluster, crowd, reference, everything, output):
    (third,) = cluster.workers(1, "--no-nanny")
    run = running(crowd, output, cluster.address)
    until(lambda: busy(third, output), "for the worker to begin a subject")
    third.kill()
    code, rows, err = ended(run)
    assert (code, err) == (0, "")
    assert [row.split()[1] for row in rows.values()] == ["done"] * len(SUBJECTS)
    assert everything(output) == reference, "and no litter"


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_done(cluster, crowd, reference, everything, output):
    run = running(crowd, output, cluster.address)
    until(lambda: any(output.rglob("*.h5")), "for the first results")
    run.send_signal(signal.SIGINT)
    code, _, err = ended(run)
    assert code == 1
    assert "stopped; subjects that were done are kept, run again for the others" in err
    made = everything(output)
    assert made == {name: reference[name] for name in made}
    assert 0 < len(list(output.glob("sub-*"))) < len(SUBJECTS)


@pytest.mark.slow
def test_a_subject_that_kills_every_worker_is_named_and_takes_no_other_along(
    crowd, reference, everything, output, tmp_path
):
    (tmp_path / "deadly.py").write_text(DEADLY, encoding="utf-8")
    with cluster_in(tmp_path / "cluster", SCHEDULER__ALLOWED_FAILURES=0) as cluster:
        cluster.workers(1, "--preload", str(tmp_path / "deadly.py"))  # with a nanny that starts it again
        code, rows, err = ended(running(crowd, output, cluster.address, subjects=["02", "03"]))
    assert (code, err) == (1, "")
    assert {name: row.split()[1] for name, row in rows.items()} == {"02": "failed", "03": "done"}
    assert "its process was killed, perhaps for want of memory" in rows["02"]
    made = everything(output)
    assert made == {name: content for name, content in reference.items() if name in made}
    assert len(list((output).glob("sub-*/*.h5"))) == 1


@pytest.mark.slow
def test_no_worker_left_is_said_and_does_not_hang(crowd, output, tmp_path):
    (tmp_path / "deadly.py").write_text(DEADLY, encoding="utf-8")
    with cluster_in(tmp_path / "cluster") as cluster:
        code, rows, err = ended(running(crowd, output, cluster.address, script=HASTY))
        assert (code, rows) == (2, {})
        assert err == f"--scheduler: {cluster.address} has no workers; start some first\n"
        cluster.workers(1, "--no-nanny", "--preload", str(tmp_path / "deadly.py"))
        code, rows, err = ended(running(crowd, output, cluster.address, script=HASTY, subjects=["02", "03"]))
        assert (code, err) == (1, "")
        assert len(rows) == 2
        assert all("the cluster has no workers any more" in row for row in rows.values())
        (worker,) = cluster.workers(1, "--no-nanny")
        run = running(crowd, output, cluster.address, script=HASTY)
        until(lambda: busy(worker, output), "for the worker to begin a subject")
        cluster.started[0].kill()
        code, rows, err = ended(run)
        assert code == 1
        assert len(rows) == len(SUBJECTS)
        assert "the connection to what ran it was lost" in "".join(rows.values())


def test_an_address_where_nobody_answers_is_said(crowd, output):
    for address in ("tcp://127.0.0.1:1", "nonsense://here"):
        code, rows, err = ended(running(crowd, output, address, script=HASTY))
        assert (code, rows) == (2, {})
        assert err.startswith(f"--scheduler: no Dask scheduler answers at {address!r}")


def test_a_worker_of_another_version_or_without_the_folder_does_nothing(crowd):
    settled = config.load(crowd / "study.yaml")
    (job, *_) = plan.jobs(settled, ["01"])
    other = subject.run_elsewhere(job, "another")
    assert other.outcome == batch.FAILED
    assert "is not the one here; install the same on both" in other.message
    lost = subject.run_elsewhere(job, subject.code_here())
    assert lost.outcome == batch.FAILED
    assert "the folder of the results is not there" in lost.message
    assert not settled.output.exists()
