"""Linear models with random intercepts of subjects and of their sessions, and tests that hold in small studies."""

import functools
import warnings
from typing import NamedTuple

import numpy as np
import scipy

from ..errors import ConfigError
from .nested import SMALL, Nested, degrees, whitened
from .terms import Design, Term

HIGHEST = 20.0
"""Logarithm of the largest variance of an intercept over that of the residuals that is looked for."""
STEPS = 4
"""Steps that statsmodels takes: near a variance of zero it would take many slow ones without arriving."""


class Tested(NamedTuple):
    """Joint tests of the terms of a model."""

    f: float
    df_numerator: int
    df: float
    p: float


class Fit(NamedTuple):
    """A model's coefficients and the joint tests of its terms."""

    estimate: np.ndarray
    """(n_columns,) NaN where a column depends on those before it."""
    se: np.ndarray
    """(n_columns,)."""
    df: np.ndarray
    """(n_columns,) degrees of freedom of the residual that a coefficient is held against."""
    tests: dict[Term, Tested]
    """Of each term but the intercept."""
    sd: tuple[float, ...]
    """Standard deviations: subjects, their sessions, their timepoints, residual; NaN for what is not in the model."""
    converged: bool
    """Whether the search for the variances ended, and not where the residuals are all but nil."""


def fit(values: np.ndarray, design: Design, nested: Nested) -> Fit | None:
    """A linear model with random intercepts, by restricted maximum likelihood.

    Parameters
    ----------
    values : array (n_rows,)
        All finite.
    design : Design
        Fixed part.
    nested : Nested
        Random part: an intercept for each subject where any has several rows, one for each session of a subject where
        there are subjects with several sessions and sessions with several rows, and so for timepoints if asked for.

    Returns
    -------
    Fit or None
        None where nothing is left to estimate a variance from.

    References
    ----------
    Lindstrom and Bates 1988, J Am Stat Assoc 83:1014 (statsmodels' MixedLM, from which the last steps to the optimum
    start: on its scale of square roots a variance of zero is hardly reached; those steps are own). Degrees of freedom,
    inner and outer: Schluchter and Elashoff 1990, J Stat Comput Simul 37:69; Pinheiro and Bates 2000, Mixed-Effects
    Models in S and S-PLUS, section 2.4. Joint tests: each term after all those that do not contain it (type II).
    """
    kept = independent(design.columns)
    n, p = len(values), int(kept.sum())
    columns = design.columns[:, kept]
    if n <= p or _rest(columns, values) <= SMALL * n * max(values.var(), SMALL * abs(values).max() ** 2, 1e-300):
        return None
    ratios, converged = _ratios(values, columns, nested)
    made, _ = whitened(np.column_stack([design.columns, values]), nested, ratios)
    scaled, target = made[:, :-1], made[:, -1]
    variance = _rest(scaled[:, kept], target) / (n - p)
    df = degrees(design, kept, nested)
    inverse = np.linalg.inv(np.linalg.qr(scaled[:, kept], mode="r"))
    estimate, se = np.full((2, len(kept)), np.nan)
    estimate[kept] = np.linalg.lstsq(scaled[:, kept], target)[0]
    se[kept] = np.sqrt(variance * (inverse**2).sum(axis=1))
    tests = {term: _tested(term, scaled, target, design, variance)._replace(df=df[term]) for term in df if term}
    tests = {term: each._replace(p=_p(each)) for term, each in tests.items()}
    of_column = np.array([df[term] for term in design.terms])
    sd = [float(np.sqrt(ratio * variance)) if own else np.nan for ratio, own in zip(ratios, nested.random, strict=True)]
    return Fit(estimate, se, of_column, tests, (*sd, float(np.sqrt(variance))), converged)


def independent(columns: np.ndarray) -> np.ndarray:
    """(n_columns,) whether a column says more than those before it."""
    kept = np.zeros(columns.shape[1], bool)
    basis = np.empty((len(columns), 0))
    for at, column in enumerate(columns.T):
        rest = column - basis @ (basis.T @ column)
        rest = rest - basis @ (basis.T @ rest)
        size = float(np.linalg.norm(rest))
        if size > 1e-8 * max(float(np.linalg.norm(column)), 1e-300):
            kept[at], basis = True, np.column_stack([basis, rest / size])
    return kept


def _rest(columns: np.ndarray, values: np.ndarray) -> float:
    """Sum of squares that columns leave of values."""
    left = values - columns @ np.linalg.lstsq(columns, values)[0] if columns.shape[1] else values
    return float(left @ left)


def _tested(term: Term, columns: np.ndarray, values: np.ndarray, design: Design, variance: float) -> Tested:
    """A term after all those that do not contain it; without degrees of freedom of the residual."""
    before = np.array([not set(term) <= set(each) for each in design.terms])
    own = np.array([each == term for each in design.terms])
    n = int(independent(columns[:, before | own]).sum() - independent(columns[:, before]).sum())
    gained = _rest(columns[:, before], values) - _rest(columns[:, before | own], values)
    return Tested(gained / n / variance if n else np.nan, n, np.nan, np.nan)


def _p(tested: Tested) -> float:
    enough = tested.df > 0 and tested.df_numerator > 0
    return float(scipy.special.fdtrc(tested.df_numerator, tested.df, max(tested.f, 0.0))) if enough else np.nan


def _ratios(values: np.ndarray, columns: np.ndarray, nested: Nested) -> tuple[np.ndarray, bool]:
    """(3,) variances of the intercepts over that of the residuals, and whether the search ended by itself."""
    free = np.array(nested.random)
    if not free.any():
        return np.zeros(3), True
    basis = np.linalg.qr(columns)[0] * np.sqrt(len(values))
    target = (values - values.mean()) / values.std()
    table = np.column_stack([basis, target])

    def deviance(logs: np.ndarray) -> float:
        ratios = np.zeros(3)
        ratios[free] = np.expm1(logs)
        made, determinant = whitened(table, nested, ratios)
        triangle = np.abs(np.diag(np.linalg.qr(made, mode="r")))
        return float(2 * (len(target) - columns.shape[1]) * np.log(triangle[-1])
                     + determinant + 2 * np.log(triangle[:-1]).sum())  # fmt: skip

    found = _started(basis.tobytes(), target.tobytes(), *(each.tobytes() for each in nested.codes))
    starts = np.log1p(np.array([found, (1.0, 1.0, 1.0)]))[:, free]
    bounds = [(0.0, HIGHEST)] * int(free.sum())
    ended = [scipy.optimize.minimize(deviance, np.clip(each, 0.0, HIGHEST), method="L-BFGS-B", bounds=bounds,
                                     options={"ftol": 1e-13, "gtol": 1e-7}) for each in starts]  # fmt: skip
    best = min(ended, key=lambda each: each.fun)
    ratios = np.zeros(3)
    ratios[free] = np.where(best.x > 1e-7, np.expm1(best.x), 0.0)
    # searches that meet have ended, whether or not the last step could still be made out
    ended_well = best.success or abs(ended[0].fun - ended[1].fun) < 1e-6
    return ratios, bool(ended_well and best.x.max() < HIGHEST)


@functools.lru_cache(maxsize=4096)
def _started(basis: bytes, target: bytes, *codes: bytes) -> tuple[float, ...]:
    """What statsmodels finds for the three ratios of variances; ones where it finds nothing."""
    try:
        from statsmodels.regression.mixed_linear_model import MixedLM, VCSpec
    except ImportError:
        raise ConfigError(
            "mixed models need statsmodels, which is not installed; pip install 'mep-pipeline[stats]'"
        ) from None
    values = np.frombuffer(target)
    columns = np.frombuffer(basis).reshape(len(values), -1)
    nested = Nested(*(np.frombuffer(each, int) for each in codes))
    inner = [own for own, one in zip(nested.codes[1:], nested.random[1:], strict=True) if one]
    parts = [[own[nested.subject == each] for each in range(nested.subject.max() + 1)] for own in inner]
    names = [[[str(each) for each in np.unique(own)] for own in part] for part in parts]
    mats = [[(own[:, None] == np.unique(own)).astype(float) for own in part] for part in parts]
    within = VCSpec([str(at) for at in range(len(parts))], names, mats) if parts else None
    found = np.zeros(3)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            model = MixedLM(values, columns, nested.subject, exog_re=np.ones((len(values), 1)), exog_vc=within)
            made = model.fit(reml=True, method="lbfgs", maxiter=STEPS)
            found[np.array(nested.random)] = [made.cov_re[0, 0], *made.vcomp] / made.scale
        except (ValueError, np.linalg.LinAlgError):
            return 1.0, 1.0, 1.0
    return tuple(found.tolist()) if np.isfinite(found).all() and found.min() >= 0 else (1.0, 1.0, 1.0)
