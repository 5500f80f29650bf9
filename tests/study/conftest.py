"""A study's numbers as its analyses are given them, made of a few facts."""

import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from pipeline.study.cells import CELL, PERSON, VISIT

FACTS = {
    **dict.fromkeys((*PERSON, *VISIT, *CELL), ""),
    "metric": "rmt", "convention": "relative_frequency", "state": "rest", "side": "R", "muscle": "FDI",
    "unit": "%MSO", "ci_low": float("nan"), "ci_high": float("nan"), "n_used": 20, "n_rejected": 0, "status": "ok",
}  # fmt: skip
SIZE = {"metric": "mep_amplitude", "convention": "geometric_mean", "unit": "µV", "level": "single_120rmt"}


@pytest.fixture(scope="session")
def numbers():
    """Rows of facts -> the frame; what a row does not say is of an RMT of the right FDI at rest."""
    return lambda rows: pd.DataFrame([{**FACTS, "value": float("nan"), **row} for row in rows])


@pytest.fixture(scope="session")
def size():
    """Facts of a number that is compared on the log scale."""
    return SIZE


@pytest.fixture(scope="session")
def told_by_r():
    """An R expression -> the numbers it prints; skips where there is no R."""
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed: numbers are not held against R")

    def told(code):
        done = subprocess.run(["Rscript", "-e", f"cat(format({code}, digits = 15))"],
                              capture_output=True, text=True, check=True)  # fmt: skip
        return [float(each) for each in done.stdout.split()]

    return told


@pytest.fixture(scope="session")
def crossover(numbers):
    """A crossover of a size (µV): each subject has every arm once, in an order of its own, at every timepoint.

    Standard deviations are those of subjects, sessions and residuals, on the log scale; effects are log ratios by arm
    and timepoint.
    """

    def crossover(seed, n=12, arms=("sham", "M1", "S1"), timepoints=("pre", "post"), sd=(0.4, 0.25, 0.2), effects=()):
        rng = np.random.default_rng(seed)
        rows = []
        for subject in range(n):
            order, own = rng.permutation(arms).tolist(), rng.normal(0.0, sd[0])
            for period, arm in enumerate(order, 1):
                visit = own + rng.normal(0.0, sd[1])
                for timepoint in timepoints:
                    log = 6.5 + visit + rng.normal(0.0, sd[2]) + dict(effects).get((arm, timepoint), 0.0)
                    who = {"subject": f"{subject:02}", "group": "RLS" if subject % 2 else "HC"}
                    when = {"session": f"v{period}", "arm": arm, "period": str(period), "sequence": "-".join(order)}
                    rows.append({**SIZE, **who, **when, "timepoint": timepoint, "value": np.exp(log)})
        return numbers(rows)

    return crossover
