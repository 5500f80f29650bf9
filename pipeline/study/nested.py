"""Who the rows of a study are of, and what random intercepts make of their covariance and degrees of freedom."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from .terms import Design, Term

SMALL = 1e-9
"""What rounding leaves of a column that does not vary, over its size."""


class Nested(NamedTuple):
    """Who a row is of: numbers from 0 on, of all subjects: no two subjects share one."""

    subject: np.ndarray
    """(n_rows,)."""
    session: np.ndarray
    """(n_rows,) session of a subject."""
    change: np.ndarray | None = None
    """(n_rows,) timepoint of a subject, in whatever session; None where it has no intercept."""

    @property
    def random(self) -> tuple[bool, bool, bool]:
        """Whether intercepts of subjects, sessions and timepoints can be told from the residuals and each other."""
        n_rows = len(self.subject)
        n_subjects, n_sessions = len(set(self.subject)), len(set(self.session))
        n_changes = n_subjects if self.change is None else len(set(self.change))
        within = n_subjects < n_sessions < n_rows
        return n_subjects < n_rows, within, within and n_subjects < n_changes < n_rows

    @property
    def codes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Subjects, sessions, timepoints; subjects where timepoints have no intercept."""
        return self.subject, self.session, self.subject if self.change is None else self.change


def whitened(table: np.ndarray, nested: Nested, ratios: np.ndarray) -> tuple[np.ndarray, float]:
    """Rows turned so that their errors are independent and alike, and the log determinant of what they were.

    Parameters
    ----------
    table : array (n_rows, n_columns)
        Columns of a model and values.
    nested : Nested
        Who each row is of.
    ratios : array (3,)
        Variances of the intercepts of subjects, sessions and timepoints over that of the residuals.
    """
    order = np.argsort(nested.subject, kind="stable")
    size = np.bincount(nested.subject)
    place = np.arange(len(order)) - np.repeat(np.cumsum(size) - size, size)
    own = nested.subject[order]
    blocks = np.zeros((len(size), size.max(), size.max())) + np.eye(size.max())
    for codes, ratio in zip(nested.codes, ratios, strict=True):
        if ratio:
            # no row has the code -1, nor -2: what fills a block up shares nothing with anything
            there, again = np.full((2, len(size), size.max()), -1)
            again -= 1
            there[own, place] = again[own, place] = codes[order]
            blocks += ratio * (there[:, :, None] == again[:, None, :])
    lower = np.linalg.cholesky(blocks)
    filled = np.zeros((len(size), size.max(), table.shape[1]))
    filled[own, place] = table[order]
    made = np.empty_like(table)
    made[order] = np.linalg.solve(lower, filled)[own, place]
    return made, float(2.0 * np.log(np.diagonal(lower, axis1=1, axis2=2)).sum())


def degrees(design: Design, kept: np.ndarray, nested: Nested) -> Mapping[Term, float]:
    """Degrees of freedom that each term is tested with, NaN where none are left: those of what it varies between.

    A term that is the same in all rows of a subject is held against subjects, one that is the same in all rows of a
    session against sessions, one that is the same in all rows of a timepoint against timepoints, any other against the
    residuals. The intercept, whose test says nothing, has those of the residuals.

    Parameters
    ----------
    design : Design
        Fixed part.
    kept : array (n_columns,)
        Which columns say more than those before.
    nested : Nested
        Random part.
    """
    levels = [codes for codes, own in zip(nested.codes, nested.random, strict=True) if own]
    sizes = [len(set(codes)) for codes in levels]
    counts = [size - (sizes[0] if at else 1) for at, size in enumerate(sizes)]
    counts.append(len(design.columns) - 1 - sum(counts))
    place = {term: len(levels) for term in design.terms}
    for term in filter(None, place):
        own = design.columns[:, [each == term for each in design.terms]]
        alike = [at for at, codes in enumerate(levels) if not _varies(own, codes)]
        place[term] = min(alike, default=len(levels))
    for term, one in zip(design.terms, kept, strict=True):
        counts[place[term]] -= bool(one and term)
    return {term: float(counts[at]) if counts[at] > 0 else np.nan for term, at in place.items()}


def _varies(columns: np.ndarray, codes: np.ndarray) -> bool:
    """Whether any column has several values within a group."""
    first = np.zeros((codes.max() + 1, columns.shape[1]))
    first[codes] = columns
    return bool((np.abs(columns - first[codes]) > SMALL * max(np.abs(columns).max(), 1e-300)).any())
