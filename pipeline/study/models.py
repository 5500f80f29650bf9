"""Coefficients of mixed models of a study's metrics."""

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy

from ..excitability.intervals import TAILS
from ..excitability.references import REFERENCE
from .modelled import CONTROL, MORNING, OF_CELL, OF_MODEL, Model, Settings, corrected, modelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

COLUMNS = {
    **OF_CELL,
    "term": "term of the model, factors joined by :; nothing where there is no model",
    "coefficient": "the levels it is of",
    "estimate": "difference from the levels that others are held against, on `scale`; the intercept is their mean",
    "se": "standard error",
    "df": "degrees of freedom of t, inner and outer",
    "t": "estimate over standard error",
    "p": "two-sided p of t",
    "ci_low": "lower limit of the 95 % interval, not corrected",
    "ci_high": "upper limit of the 95 % interval, not corrected",
    **OF_MODEL,
}
"""Columns of the table, and what they mean."""


def models(
    metrics: "pd.DataFrame",
    /,
    *,
    terms: str = "",
    covariates: tuple[str, ...] = (),
    latency_covariates: tuple[str, ...] = (),
    changes: bool = False,
    only: tuple[str, ...] = (),
    reference: tuple[str, ...] = REFERENCE,
    sham: str = "sham",
    control: tuple[str, ...] = CONTROL,
    morning: tuple[str, ...] = MORNING,
) -> "pd.DataFrame":
    """Coefficients of a mixed model of each metric, convention, state, side, muscle and pulse.

    Fixed are the terms, and the covariates less their mean; random an intercept for each subject and one for each
    session within a subject, where the data can tell them apart. Sizes and ratios of sizes are modelled as logarithms.
    In a crossover the coefficient `arm[real]:timepoint[post]` is the difference of log changes between an arm and sham.

    Parameters
    ----------
    terms : str
        The fixed part, columns joined by +, : or *; nothing for `arm * timepoint + period + sequence` where there are
        arms and `group * time_of_day * timepoint` where there are none, without what does not vary. Of itself sequence
        is left out where there are fewer than two subjects a sequence. The arm effect of each group: `group * arm *
        timepoint + period`.
    covariates : tuple of str
        Columns whose main effects are in the model of every metric (age, sex).
    latency_covariates : tuple of str
        Columns whose main effects are in the models of latencies and conduction times as well (height_cm).
    changes : bool
        An intercept for each timepoint of a subject as well, where subjects have several sessions. Without it people
        who change in every session alike are taken for noise within sessions: what arms do to the change is found too
        seldom, and a change of all, or a difference of groups in it, too often.
    only : tuple of str
        Metrics that are modelled; nothing for all that differ in some factor. Holm's correction is over these.
    reference : tuple of str
        Timepoints that others are held against: the first of these that is there.
    sham : str
        The arm that others are held against.
    control : tuple of str
        Groups that others are held against: the first of these that is there.
    morning : tuple of str
        Times of day that others are held against: the first of these that is there.

    Returns
    -------
    DataFrame
        The columns of `COLUMNS`, one row a coefficient, or one without numbers where there is no model.

    Raises
    ------
    ConfigError
        Where a column or metric is not known, or statsmodels is not installed.

    References
    ----------
    Laird and Ware 1982, Biometrics 38:963; fit and degrees of freedom as `mixed.fit`; Holm 1979, Scand J Stat 6:65.
    """
    first = {"timepoint": reference, "arm": (sham,), "group": control, "time_of_day": morning}
    told = Settings(terms, covariates, latency_covariates, changes, only, first)
    return corrected([row for each in modelled(metrics, told) for row in _rows(each)], COLUMNS)


def _rows(model: Model) -> "Iterator[dict[str, Any]]":
    """The coefficients of one model."""
    found = model.fit
    if found is None:
        yield {**model.names, "term": "", "coefficient": "", "status": model.status()}
        return
    t = found.estimate / found.se
    half = scipy.special.stdtrit(found.df, TAILS[1]) * found.se
    p = 2.0 * scipy.special.stdtr(found.df, -np.abs(t))
    for at, (label, term) in enumerate(zip(model.design.labels, model.design.terms, strict=True)):
        estimate = found.estimate[at]
        yield {
            **model.names, "term": ":".join(term) or label, "coefficient": label, "estimate": estimate,
            "se": found.se[at], "df": found.df[at], "t": t[at], "p": p[at],
            "ci_low": estimate - half[at], "ci_high": estimate + half[at],
            "status": model.status(not_estimable=np.isnan(estimate), no_df=np.isnan(found.df[at])),
        }  # fmt: skip
