"""Fixtures of simulated datasets."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def bids_errors():
    """Errors that the BIDS validator finds in a dataset; the test is skipped where there is no validator."""
    beside = Path(sys.executable).with_name("bids-validator-deno")
    validator = shutil.which("bids-validator-deno") or (str(beside) if beside.exists() else None)
    if validator is None:
        pytest.skip("bids-validator-deno is not installed: the dataset was not validated")

    def bids_errors(folder):
        done = subprocess.run([validator, folder, "--format", "json"], capture_output=True, check=False)
        issues = json.loads(done.stdout)["issues"]["issues"]
        return [each for each in issues if each["severity"] == "error"]

    return bids_errors
