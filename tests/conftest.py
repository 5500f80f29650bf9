"""Fixtures shared by all tests."""

from pathlib import Path

import pytest

REAL = Path(__file__).parents[1] / ".." / "shared" / "real"


@pytest.fixture(scope="session")
def real() -> Path:
    """Folder of real recordings beside the checkout; the test is skipped where it is absent."""
    if not REAL.is_dir():
        pytest.skip("no ../shared/real beside the checkout: real recordings not tested")
    return REAL.resolve()
