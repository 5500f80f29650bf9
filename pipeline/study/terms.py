"""The terms of a linear model, said as `arm * timepoint + period`, and their columns."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ..conditions import natural
from ..errors import ConfigError, did_you_mean
from ..excitability.pairing import named

Term = tuple[str, ...]
"""Names of the factors whose interaction it is; one name for a main effect, none for the intercept."""


class Factor(NamedTuple):
    """A factor or covariate, coded."""

    labels: tuple[str, ...]
    """Name of each column: `arm[real]` for a level that is held against the first, `age` for a covariate."""
    columns: np.ndarray
    """(n_rows, n_columns)."""
    first: str
    """The level that others are held against; "" for a covariate."""


class Design(NamedTuple):
    """The columns of a model, the intercept first."""

    columns: np.ndarray
    """(n_rows, n_columns)."""
    labels: tuple[str, ...]
    """Name of each column."""
    terms: tuple[Term, ...]
    """Term of each column."""


def terms(text: str, known: Iterable[str]) -> tuple[Term, ...]:
    """The terms of a model in words, main effects first.

    Parameters
    ----------
    text : str
        Names joined by `+`, by `:` for an interaction, by `*` for all there are among them.
    known : iterable of str
        Names there are.

    Raises
    ------
    ConfigError
        Where a name is not known, or missing.
    """
    names = list(known)
    found: dict[frozenset[str], Term] = {}
    for part in text.split("+"):
        pieces = [tuple(word.strip() for word in piece.split(":")) for piece in part.split("*")]
        for n in range(1, len(pieces) + 1):
            for chosen in itertools.combinations(pieces, n):
                term = tuple(dict.fromkeys(itertools.chain.from_iterable(chosen)))
                found.setdefault(frozenset(term), term)
    for name in itertools.chain.from_iterable(found.values()):
        if name not in names:
            raise ConfigError(f"terms {text!r}: no column {name!r}; {did_you_mean(name, names)}")
    return tuple(sorted(found.values(), key=len))


def categories(name: str, values: Sequence[str], first: tuple[str, ...] = ()) -> Factor:
    """A factor, each level held against the first: the first of `first` that is there, else the first in order."""
    levels = sorted(set(values), key=natural)
    start = named(first, levels) or levels[0]
    others = [each for each in levels if each != start]
    columns = np.array(values, object)[:, None] == np.array(others, object)[None, :]
    return Factor(tuple(f"{name}[{each}]" for each in others), columns.astype(float), start)


def covariate(name: str, values: np.ndarray) -> Factor:
    """A covariate (n_rows,), less its mean."""
    return Factor((name,), (values - values.mean())[:, None], "")


def design(wanted: Sequence[Term], factors: Mapping[str, Factor], n_rows: int) -> Design:
    """The columns of these terms, after one for the intercept."""
    columns, labels, owners = [np.ones((n_rows, 1))], ["intercept"], [()]
    made: list[Term] = list(owners)
    for term in wanted:
        own, words = np.ones((n_rows, 1)), [""]
        for name in term:
            each = factors[name]
            own = (own[:, :, None] * each.columns[:, None, :]).reshape(n_rows, -1)
            words = [f"{word}:{label}".lstrip(":") for word in words for label in each.labels]
        columns.append(own)
        labels += words
        made += [term] * len(words)
    return Design(np.hstack(columns), tuple(labels), tuple(made))
