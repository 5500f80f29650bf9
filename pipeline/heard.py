"""Warnings that libraries give while a stage runs: caught, and kept as words."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator

OF_IMPORTS = (DeprecationWarning, PendingDeprecationWarning, ImportWarning)
"""Given once a process, so they would tell the first subject from the others."""


@contextlib.contextmanager
def heard() -> Iterator[list[str]]:
    """Gives a list that holds, at the end, each different warning once."""
    said: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for category in OF_IMPORTS:
            warnings.simplefilter("ignore", category)
        yield said
    said += dict.fromkeys(f"{each.category.__name__}: {each.message}" for each in caught)
