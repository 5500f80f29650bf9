"""Fixtures shared by all tests."""

import contextlib
import io
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from pipeline import batch
from pipeline.__main__ import main
from pipeline.synthetic import simulate_study
from pipeline.synthetic.protocol import Protocol

REAL = Path(__file__).parents[1] / ".." / "shared" / "real"


@pytest.fixture(scope="session")
def real() -> Path:
    """Folder of real recordings beside the checkout; the test is skipped where it is absent."""
    if not REAL.is_dir():
        pytest.skip("no ../shared/real beside the checkout: real recordings not tested")
    return REAL.resolve()


class Said(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str

    def rows(self, subject: str) -> list[str]:
        """Lines of the run's table that name a subject."""
        return [line for line in self.out.splitlines() if line.split()[:1] == [f"sub-{subject}"]]


@pytest.fixture(scope="session")
def mep():
    """The command line, in this process: `mep("run", config)` gives code, output and errors."""

    def mep(*arguments: str | Path) -> Said:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = main([str(each) for each in arguments])
            except SystemExit as stop:  # argparse ends so
                code = stop.code
        assert "Traceback" not in out.getvalue() + err.getvalue()
        return Said(code, out.getvalue(), err.getvalue())

    return mep


@pytest.fixture(scope="session")
def everything():
    """Bytes of every file below a folder by name, but for logs and locks."""

    def everything(folder: Path) -> dict[str, bytes]:
        files = [each for each in folder.rglob("*") if each.is_file() and not {"logs", ".mep"} & set(each.parts)]
        return {each.relative_to(folder).as_posix(): each.read_bytes() for each in files}

    return everything


@pytest.fixture(scope="session")
def earlier(tmp_path_factory):
    """A folder with a small simulated study, its config, and the results of an earlier run; not to be changed."""
    folder = tmp_path_factory.mktemp("earlier") / "étude µ 1"
    protocol = Protocol(rest_steps_mso=(-2, 2), active_steps_mso=(), pulses_per_level=3, rest_above=((120, 4),))
    study = simulate_study(folder / "raw data", sessions=("pm",), muscles=("FDI",), protocol=protocol)
    for each in study.rglob("*handActive*"):
        each.unlink()
    (folder / "study.yaml").write_text("study: {input: raw data, output: the results}\n", encoding="utf-8")
    outcomes = batch.run(folder / "study.yaml")
    assert [each.outcome for each in outcomes] == ["done", "done"]
    return folder


@pytest.fixture
def lab(earlier, tmp_path):
    """A copy of `earlier` to break."""
    return Path(shutil.copytree(earlier, tmp_path / earlier.name))


@pytest.fixture(scope="session")
def crowd(tmp_path_factory):
    """A study of 20 tiny subjects, all the same but for their names, that nothing was run on; not to be changed."""
    folder = tmp_path_factory.mktemp("crowd")
    protocol = Protocol(rest_steps_mso=(-2, 2), active_steps_mso=(), pulses_per_level=3, rest_above=((120, 4),))
    study = simulate_study(folder / "raw", n_subjects=1, sessions=("pm",), muscles=("FDI",), protocol=protocol)
    for each in study.rglob("*handActive*"):
        each.unlink()
    for name, each in [(f"sub-{n:02}", each) for n in range(2, 21) for each in (study / "sub-01").rglob("*_*")]:
        other = study / each.relative_to(study).as_posix().replace("sub-01", name)
        other.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(each, other)
    (folder / "study.yaml").write_text("study: {input: raw, output: out}\n", encoding="utf-8")
    return folder
