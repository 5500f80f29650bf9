"""Trial by trial: what a method finds in one trial alone is found for a constant number of trials at once."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numpy as np

from .. import columns

N_AT_ONCE = 512
"""Trials worked on at once: bounds memory, and is a constant so that no result depends on the machine."""

SHARED = "times_ms"
"""What a method needs that is the same for all trials; all else has a row for each."""

Given = ParamSpec("Given")
Found = TypeVar("Found")


def trial_by_trial(method: Callable[Given, Found]) -> Callable[Given, Found]:
    """The method, done on `N_AT_ONCE` trials at a time: its copies of the signal do not grow with the recording."""
    per_trial = [name != SHARED for name in columns.needs(method)]
    first = per_trial.index(True)

    @functools.wraps(method)
    def chunked(*given: Given.args, **settings: Given.kwargs) -> Found:
        """The method, part by part."""
        n_trials = len(given[first])  # type: ignore[arg-type]
        if n_trials <= N_AT_ONCE:
            return method(*given, **settings)
        parts = []
        for start in range(0, n_trials, N_AT_ONCE):
            each = slice(start, start + N_AT_ONCE)
            own = (value[each] if varies else value for value, varies in zip(given, per_trial, strict=True))  # type: ignore[index]
            parts.append(method(*own, **settings))  # type: ignore[call-arg, arg-type]
        return type(parts[0])(*map(np.concatenate, zip(*parts, strict=True)))  # type: ignore[call-overload]

    return chunked
