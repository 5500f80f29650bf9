"""The scripts for other programs fit the exported table as the study stage does."""

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.study.export import _written
from pipeline.study.models import models

DOCS = Path(__file__).parents[2] / "docs"
FACTS = ("metric=mep_amplitude", "convention=geometric_mean", "muscle=FDI", "scale=log")
R = "cat(all(sapply(c('lme4', 'nlme'), requireNamespace, quietly = TRUE)))"


@pytest.fixture(scope="module")
def exported(crossover, tmp_path_factory):
    """A crossover that lacks some numbers, as it was exported, and another metric beside it."""
    frame = crossover(9, n=13, timepoints=("pre", "post", "late"), effects={("S1", "post"): -0.4}.items())
    frame.loc[[5, 17, 18, 40, 77], "value"] = np.nan
    path = tmp_path_factory.mktemp("exported") / "study_metrics.csv"
    path.write_bytes(_written(pd.concat([frame, crossover(1).assign(muscle="TA")]), "csv"))
    return frame, path


@pytest.fixture(scope="module")
def own(exported):
    """What the study stage finds, by arm and timepoint."""
    table = models(exported[0])
    assert set(table["status"]) == {"ok"}
    table = table[table["term"] == "arm:timepoint"]
    return table.set_index(table["coefficient"].str.findall(r"\[(\w+)\]").map(tuple))


def printed(*command):
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True,
                          env=os.environ | {"LC_ALL": "C.UTF-8"})  # fmt: skip
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(io.StringIO(done.stdout), sep="\t")
    table = table[table["coefficient"].str.contains(":")]
    words = table["coefficient"].str.replace("timepoint", "").str.findall(r"(M1|S1|post|late)").map(tuple)
    return table.set_index(words)


@pytest.fixture(scope="module")
def r(exported):
    """What the R script prints; skips where there is no R with both packages."""
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed: the R script is not tested")
    if subprocess.run(["Rscript", "-e", R], capture_output=True, text=True, check=True).stdout != "TRUE":
        pytest.skip("lme4 or nlme is not installed: the R script is not tested")
    return printed("Rscript", DOCS / "crossover.R", exported[1], *FACTS)


@pytest.mark.parametrize("package", ["lme4", "nlme"])
def test_r_agrees(own, r, package):
    assert set(own.index) == set(r.index)
    there = r.loc[own.index]
    assert there[f"{package}_estimate"].to_numpy() == pytest.approx(own["estimate"].to_numpy(), rel=1e-3, abs=1e-4)
    assert there[f"{package}_se"].to_numpy() == pytest.approx(own["se"].to_numpy(), rel=1e-3)


def test_r_has_the_same_degrees_of_freedom(own, r):
    there = r.loc[own.index]
    assert there["nlme_df"].tolist() == own["df"].tolist()
    assert there["nlme_p"].to_numpy() == pytest.approx(own["p"].to_numpy(), rel=5e-3)


def test_python_agrees(own, exported):
    there = printed(sys.executable, DOCS / "crossover.py", exported[1], *FACTS).loc[own.index]
    assert there["estimate"].to_numpy() == pytest.approx(own["estimate"].to_numpy(), rel=1e-3, abs=1e-4)
    assert there["se"].to_numpy() == pytest.approx(own["se"].to_numpy(), rel=1e-3)
    assert (there["p"].to_numpy() < own["p"].to_numpy()).all()


@pytest.mark.parametrize("script", ["crossover.R", "crossover.py"])
def test_several_kinds_of_numbers_are_not_mixed(exported, script):
    program = sys.executable if script.endswith("py") else shutil.which("Rscript")
    if program is None:
        pytest.skip("Rscript is not installed: the R script is not tested")
    done = subprocess.run([program, str(DOCS / script), str(exported[1]), *FACTS[:2]], capture_output=True, text=True)
    assert done.returncode != 0
    assert "2 kinds of numbers" in done.stderr
