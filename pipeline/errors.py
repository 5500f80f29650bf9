"""The tree of errors.

::

    PipelineError           anything a user can act on; its text says where, what, and what was expected
    ├── ConfigError         the config or the study's tables: stops the batch before anything runs (exit 2)
    ├── ReadError           a recording cannot be read: its subject is skipped with the reason (exit 1)
    ├── MeasureError        a recording cannot be measured: its subject is skipped with the reason (exit 1)
    ├── WriteError          a result cannot be written: the subject's earlier file is kept (exit 1)
    └── StudyError          the tables of the study cannot be made; every subject's results are kept (exit 1)

Raised where the fault is known, caught in `batch` (and at the command line) only.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class PipelineError(Exception):
    """Something a user can act on; the text says where, what, and what was expected."""


class ConfigError(PipelineError):
    """The config or a table of the study is wrong: nothing runs."""


class ReadError(PipelineError):
    """A recording cannot be read: its subject is skipped."""


class MeasureError(PipelineError):
    """A recording cannot be measured: its subject is skipped."""


class WriteError(PipelineError):
    """A result cannot be written: what was there before is kept."""


class StudyError(PipelineError):
    """The tables of a study cannot be made: the subjects' results are there all the same."""


def did_you_mean(name: object, known: Iterable[object], lead: str = "There are") -> str:
    """Half a sentence for an unknown `name`: the nearest known one, then all there are."""
    names = [str(each) for each in known]
    near = difflib.get_close_matches(str(name), names, n=1)
    guess = f"did you mean {near[0]!r}? " if near else ""
    return f"{guess}{lead}: {', '.join(sorted(names)) or 'none'}"
