"""Joint tests of the terms of mixed models of a study's metrics."""

from typing import TYPE_CHECKING, Any

from ..excitability.references import REFERENCE
from .modelled import CONTROL, MORNING, OF_CELL, OF_MODEL, Model, Settings, corrected, modelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

COLUMNS = {
    **OF_CELL,
    "term": "term of the model, factors joined by :; nothing where there is no model",
    "f": "Wald F of all coefficients of the term together",
    "df_numerator": "coefficients of the term that the data can tell",
    "df": "degrees of freedom of what F is held against, inner and outer",
    "p": "p of F",
    "sd_subject": "standard deviation of subjects, on `scale`; NaN where it is not in the model",
    "sd_session": "standard deviation of sessions of a subject; NaN where it is not in the model",
    "sd_change": "standard deviation of timepoints of a subject, in whatever session; NaN where it is not in the model",
    "sd_residual": "standard deviation of the residuals",
    **OF_MODEL,
}
"""Columns of the table, and what they mean."""


def model_tests(
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
    """Joint tests of the terms of the models that `models` gives the coefficients of.

    Each term is tested after all those that do not contain it (type II), so a main effect is tested as if its
    interactions were nil.

    Parameters
    ----------
    terms : str
        As in `models`.
    covariates : tuple of str
        As in `models`.
    latency_covariates : tuple of str
        As in `models`.
    changes : bool
        As in `models`.
    only : tuple of str
        As in `models`.
    reference : tuple of str
        As in `models`.
    sham : str
        As in `models`.
    control : tuple of str
        As in `models`.
    morning : tuple of str
        As in `models`.

    Returns
    -------
    DataFrame
        The columns of `COLUMNS`, one row a term, or one without numbers where there is no model.

    Raises
    ------
    ConfigError
        Where a column or metric is not known, or statsmodels is not installed.

    References
    ----------
    As `models`; type II: Nelder 1977, J R Stat Soc A 140:48.
    """
    first = {"timepoint": reference, "arm": (sham,), "group": control, "time_of_day": morning}
    told = Settings(terms, covariates, latency_covariates, changes, only, first)
    return corrected([row for each in modelled(metrics, told) for row in _rows(each)], COLUMNS)


def _rows(model: Model) -> "Iterator[dict[str, Any]]":
    """The terms of one model."""
    found = model.fit
    if found is None:
        yield {**model.names, "term": "", "status": model.status()}
        return
    sd = dict(zip(("sd_subject", "sd_session", "sd_change", "sd_residual"), found.sd, strict=True))
    for term, each in found.tests.items():
        nothing = not each.df_numerator
        yield {
            **model.names, "term": ":".join(term), "f": each.f, "df_numerator": each.df_numerator, "df": each.df,
            "p": each.p, **sd, "status": model.status(not_estimable=nothing, no_df=each.df != each.df),
        }  # fmt: skip
