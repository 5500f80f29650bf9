"""Adding a metric as CONTRIBUTING.md says: in a copy of the package, it is listed, set, run, and by the rules."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import pipeline

ROOT = Path(__file__).parents[2]
NAME = "mep_quartiles"
pytestmark = pytest.mark.slow


TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## Adding a metric\n")[1].split("\n## ")[0]


@pytest.fixture(scope="module")
def changed():
    """The one file that the text says changes."""
    return Path(re.search(r"`(pipeline/excitability/\w+\.py)`", TEXT)[1])


@pytest.fixture(scope="module")
def copied(tmp_path_factory, changed):
    """A checkout with the metric in it, made from the text alone; one file differs."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "pipeline", folder / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "test_house.py", folder / "tests")
    function, line = re.findall(r"```(?:python|text)\n(.*?)```", TEXT, re.DOTALL)
    path = folder / changed
    source = path.read_text(encoding="utf-8")
    assert source.count("\nPULSES = (") == source.count("\nMETRICS = (\n") == 1
    source = source.replace("\nPULSES = (", f"\n{function}\n\nPULSES = (").replace(
        "\nMETRICS = (\n", f"\nMETRICS = (\n{line}"
    )
    path.write_text(source, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def said(copied):
    """What a command of the copy prints."""

    def said(*arguments):
        paths = {**os.environ, "PYTHONPATH": str(copied), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [sys.executable, *map(str, arguments)], cwd=copied, env=paths, capture_output=True, encoding="utf-8"
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return said


def test_the_copy_is_what_runs(said, copied):
    assert Path(said("-c", "import pipeline; print(pipeline.__file__)").strip()).parent == copied / "pipeline"
    assert NAME not in {each.name for each in pipeline.excitability.METRICS}


def test_it_is_listed_and_may_be_set(said):
    listed = said("-m", "pipeline", "list", "metrics")
    (line,) = [each for each in listed.splitlines() if NAME in each.split()]
    assert "How far apart the quartiles" in line
    assert "µV" in line
    schema = json.loads(said("-m", "pipeline", "list", "schema"))
    own = schema["properties"]["excitability"]["properties"][NAME]["properties"]
    assert set(own) == {"min_trials", "n_boot"}
    assert own["min_trials"]["default"] == 20
    assert f"  {NAME}:" in said("-m", "pipeline", "list", "defaults")


def test_a_run_has_it(said, lab):
    config = lab / "study.yaml"
    config.write_text(config.read_text(encoding="utf-8") + f"excitability: {{{NAME}: {{min_trials: 3}}}}\n")
    said("-m", "pipeline", "run", config)
    (file, *_) = sorted((lab / "the results").rglob("*excitability_emg.h5"))
    tables = pipeline.read_results(file)
    made, trials = tables["metrics"], tables["trials"]
    own = made[(made["metric"] == NAME) & made["value"].notna()]
    assert len(own)
    assert set(own["unit"]) == {"µV"}
    row = own.iloc[0]
    sizes = trials.loc[(trials["condition"] == row["condition"]) & ~trials["excluded"], "peak_to_peak_uv"]
    assert row["value"] == pytest.approx(np.subtract(*np.quantile(sizes, [0.75, 0.25])))
    assert row["n_used"] == len(sizes)


def test_it_keeps_the_rules_of_the_house(said, changed):
    wanted = f"{changed.stem} or {NAME} or seven"
    told = said("-m", "pytest", "-vv", "-p", "no:cacheprovider", "tests/test_house.py", "-k", wanted)
    assert f"test_imports_run_downwards[excitability/{changed.name}] PASSED" in told
    assert f"test_every_method_is_documented[excitability.{NAME}] PASSED" in told
    assert f"test_every_measure_and_metric_names_its_source[excitability.{NAME}] PASSED" in told
