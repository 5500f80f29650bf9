"""The mixed model of each cell of a study: which rows, which terms, which scale."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..design import COLUMNS, COUNT, NUMBER
from ..errors import ConfigError, did_you_mean
from ..excitability import METRICS
from ..excitability.cells import said
from .cells import CELL, VISIT, apart, logarithmic, on_scale
from .mixed import Fit, fit
from .multiplicity import holm
from .nested import Nested
from .terms import Design, Factor, Term, categories, covariate, design, terms
from .visits import OF_CELL, SCALE, framed, once

if TYPE_CHECKING:
    import pandas as pd

CROSSOVER = "arm * timepoint + period + sequence"
"""The model where arms differ: the interaction is how much more an arm changes than sham."""
FACTORIAL = "group * time_of_day * timepoint"
"""The model where they do not."""
CONTROL = ("HC", "control", "controls", "healthy")
MORNING = ("morning", "am")
MIN_SUBJECTS = 3
"""Fewer subjects than this bear no model. Own choice."""
LATENCIES = frozenset(each.name for each in METRICS if each.name.endswith("latency") or each.name in ("cmct", "pmct"))
NO_FACTORS = frozenset(
    {*CELL, "subject", "condition", "value", "unit", "ci_low", "ci_high", "n_used", "n_rejected", "method", "status"}
)
"""Columns that no model is made of."""
DESIGN = frozenset({"group", *VISIT})
"""Columns that are factors even where all of their levels are numbers."""
NUMBERS = frozenset(
    f"{name}{end}" for name, each in COLUMNS.items() if each.kind in (NUMBER, COUNT) for end in ("", "_of_visit")
)
"""Columns that are covariates whatever stands in them: a word there is no level, but unknown."""

STATUSES = {
    "ok": "nothing to say",
    "few_subjects": "fewer than three subjects have a value: there is no model",
    "no_residual": "as many coefficients as values, or nothing varies beside them: there is no model",
    "factor_unknown": "rows that lack a factor or covariate of the model, or its number, are not in it",
    "not_positive": "values of zero or below have no logarithm and are not in it",
    "random_variance_zero": "subjects, or their sessions or timepoints, differ no more than the residuals make them",
    "not_converged": "the search for the variances did not end, or only where the residuals are all but nil",
    "not_estimable": "the data do not tell it from terms before it, or it does not occur",
    "no_df": "no degrees of freedom are left to test it: as many coefficients as subjects, sessions or values",
}
"""Code in `status` of a model -> what it means; several are joined by ;."""
OF_MODEL = {
    "p_holm": "p after Holm's correction within `family`; NaN where there is no p",
    "family": "the tests that are corrected together",
    "n_subjects": "subjects in the model",
    "n_sessions": "sessions of all subjects in the model",
    "n_obs": "numbers in the model",
    "method": "the model, how it was fitted, and what the levels of each factor are held against",
    "status": f"ok, or codes joined by ;: {'; '.join(f'{code} ({text})' for code, text in STATUSES.items())}",
}
"""Last columns of the tables of models, and what they mean."""
OF_CELL = {**OF_CELL, "scale": SCALE}
"""First columns of the tables of models."""


class Settings(NamedTuple):
    """What the models were told."""

    terms: str
    covariates: tuple[str, ...]
    latency_covariates: tuple[str, ...]
    changes: bool
    only: tuple[str, ...]
    first: Mapping[str, tuple[str, ...]]
    """Factor -> levels that others are held against: the first of these that is there."""


class Model(NamedTuple):
    """The model of one cell."""

    names: Mapping[str, Any]
    """What both tables say of it."""
    design: Design
    fit: Fit | None
    codes: Mapping[str, bool]

    def status(self, **more: Any) -> str:
        """Codes that hold of the whole model, and those of a coefficient or term."""
        return said(**self.codes, **more) or "ok"


def modelled(metrics: "pd.DataFrame", told: Settings) -> list[Model]:
    """The model of each cell in which any factor varies, in the order in which the cells first come.

    Raises
    ------
    ConfigError
        Where a column or a metric is not known.
    MeasureError
        Where a subject has several numbers in one cell at one visit.
    """
    for name in told.only:
        known = list(dict.fromkeys([*metrics["metric"], *(each.name for each in METRICS)]))
        if name not in known:
            raise ConfigError(f"only: no metric {name!r}; {did_you_mean(name, known)}")
    wanted = metrics[metrics["metric"].isin(told.only)] if told.only else metrics
    found = [_model(names, own, told) for names, own in apart(once(wanted))]
    return [each for each in found if each is not None]


def corrected(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> "pd.DataFrame":
    """A table of these columns whose p values are corrected over all tests of the same term."""
    table = framed(rows, columns)
    if not len(table):
        return table
    p = table["p"].to_numpy(float)
    tested = (table["term"] != "intercept") & ~np.isnan(p)
    words = {term: f"{n} tests of {term}" for term, n in table["term"][tested].value_counts().items()}
    family = np.array([words[term] if own else "" for term, own in zip(table["term"], tested, strict=True)])
    return table.assign(p_holm=holm(np.where(tested, p, np.nan), family), family=family)


def _model(names: Mapping[str, str], own: "pd.DataFrame", told: Settings) -> Model | None:
    log = logarithmic(names["metric"], names["unit"])
    chosen = _terms(names["metric"], own, told)
    used = list(dict.fromkeys(name for term in chosen for name in term))
    values = on_scale(own["value"].to_numpy(float), log)
    known = np.logical_and.reduce([np.ones(len(own), bool), *(_there(name, own[name]) for name in used)])
    rows = own[known & np.isfinite(values)]
    factors = {name: _factor(name, rows[name], told.first.get(name, ())) for name in used} if len(rows) else {}
    chosen = [term for term in chosen if all(name in factors and len(factors[name].labels) for name in term)]
    if not chosen:
        return None
    nested = _nested(rows, told.changes)
    made = design(chosen, factors, len(rows))
    few = rows["subject"].nunique() < MIN_SUBJECTS
    found = None if few else fit(values[known & np.isfinite(values)], made, nested)
    codes = {
        "few_subjects": few,
        "no_residual": not few and found is None,
        "factor_unknown": not known.all(),
        "not_positive": not np.isfinite(values).all(),
        "random_variance_zero": found is not None and 0.0 in found.sd[:3],
        "not_converged": found is not None and not found.converged,
    }
    counts = {"n_subjects": nested.subject.max() + 1, "n_sessions": nested.session.max() + 1, "n_obs": len(rows)}
    method = _method(log, chosen, factors, nested)
    return Model({**names, "scale": "log" if log else "raw", **counts, "method": method}, made, found, codes)


def _terms(metric: str, own: "pd.DataFrame", told: Settings) -> list[Term]:
    """The terms of a metric's model: those that are stated, else those of the design; then covariates."""
    known = [str(name) for name in own if name not in NO_FACTORS]
    fixed = terms(told.terms or (CROSSOVER if _n_levels(own, "arm") > 1 else FACTORIAL), known)
    if not told.terms and _n_levels(own, "sequence") * 2 > own["subject"].nunique():
        fixed = tuple(term for term in fixed if term != ("sequence",))
    more = [*told.covariates, *(told.latency_covariates if metric in LATENCIES else ())]
    both = [*fixed, *(term for name in more for term in terms(name, known))]
    there = {name for term in both for name in term if _n_levels(own, name) > 1}
    return list(dict.fromkeys(term for term in both if set(term) <= there))


def _n_levels(own: "pd.DataFrame", name: str) -> int:
    return own[name][_there(name, own[name])].astype(str).nunique()


def _there(name: str, values: "pd.Series") -> np.ndarray:
    """(n_rows,) whether a column is known, and a number where it should be one."""
    return np.isfinite(_numbers(name, values)) if name in NUMBERS else np.array([_known(each) for each in values], bool)


def _numbers(name: str, values: "pd.Series") -> np.ndarray:
    """(n_rows,) a column as numbers, NaN where it is none; an age of 89+, as BIDS has it, is 89 (`design.Factor`)."""
    import pandas as pd

    words = [str(each).removesuffix("+") for each in values] if name in ("age", "age_of_visit") else values
    return np.asarray(pd.to_numeric(words, errors="coerce"), float)


def _known(value: Any) -> bool:
    return value == value and value is not None and str(value) not in ("", "n/a")


def _factor(name: str, values: "pd.Series", first: tuple[str, ...]) -> Factor:
    """A covariate where all values are numbers and the study's design does not say otherwise, else a factor."""
    numbers = _numbers(name, values)
    if name in DESIGN or np.isnan(numbers).any():
        return categories(name, [str(each) for each in values], first)
    return covariate(name, numbers)


def _nested(rows: "pd.DataFrame", changes: bool) -> Nested:
    """Subjects and sessions as numbers; where no session is named, arm, period and time of day tell them apart."""
    import pandas as pd

    unnamed = not rows["session"].map(_known).any()
    visit = ["subject", *(("arm", "period", "time_of_day") if unnamed else ("session",))]
    session = rows.groupby(visit, sort=True, dropna=False).ngroup()
    change = rows.groupby(["subject", "timepoint"], sort=True).ngroup().to_numpy(int) if changes else None
    return Nested(pd.factorize(rows["subject"], sort=True)[0].astype(int), session.to_numpy(int), change)


def _method(log: bool, chosen: Sequence[Term], factors: Mapping[str, Factor], nested: Nested) -> str:
    """The model in words."""
    fixed = " + ".join(":".join(term) for term in chosen)
    words = ("(1 | subject)", "(1 | subject:session)", "(1 | subject:timepoint)")
    random = "".join(f" + {word}" for word, own in zip(words, nested.random, strict=True) if own)
    against = "; ".join(f"{name} against {each.first}" for name, each in factors.items() if each.first)
    how = "REML, inner and outer degrees of freedom" if random else "least squares"
    return f"{'log value' if log else 'value'} ~ {fixed}{random}; {how}{f'; {against}' if against else ''}"
