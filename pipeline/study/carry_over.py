"""What an arm of a crossover leaves behind for the next period."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy

from ..conditions import natural
from ..excitability.intervals import TAILS
from ..excitability.pairing import named
from ..excitability.references import REFERENCE
from .baseline import UNDECLARED, at_baseline, corrected, untimed
from .cells import apart, logarithmic, on_scale
from .mixed import fit
from .nested import Nested
from .terms import Term, categories, design
from .visits import OF_CELL, SCALE, framed, once

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    **OF_CELL,
    "scale": SCALE,
    "test": "baseline after (of an arm, of the next period) or sum of periods (their changes; two arms, two periods)",
    "timepoint": "timepoint of the change that is summed; nothing for baselines",
    "first": "arm that the other is held against; nothing where all are compared together",
    "second": "the arm before, or the arm of the first period; nothing where all are compared together",
    "n_subjects": "subjects in the test",
    "n_obs": "numbers in the test",
    "difference": "second less first, on `scale`",
    "ci_low": "lower limit of its 95 % interval, not corrected",
    "ci_high": "upper limit of its 95 % interval, not corrected",
    "detectable": "the difference that such a study finds, at p < 0.05, in four of five cases",
    "statistic": "t of two arms, F of all",
    "df_numerator": "degrees of freedom of the numerator of F; 1 for t",
    "df": "degrees of freedom of t, of the denominator of F",
    "p": "two-sided p",
    "p_holm": "p after Holm's correction within `family`",
    "family": "the tests that are corrected together",
    "method": "how it is tested, and how little the test can say",
    "status": "ok, or why there is no test",
}
"""Columns of the table, and what they mean."""
CAVEAT = (
    "little power: a carry-over smaller than `detectable` is missed more often than in one of five studies; "
    "neither result justifies analysing the first period alone (Senn 2002)"
)
AFTER = f"baseline ~ subject + period + arm before, least squares; {CAVEAT}"
SUM = f"sum over both periods of the change from baseline, between the two orders, t with common variance; {CAVEAT}"
POWER = 0.8


def carry_over(
    metrics: "pd.DataFrame", /, *, reference: tuple[str, ...] = REFERENCE, sham: str = "sham"
) -> "pd.DataFrame":
    """Whether the arm of a period shows in the next, cell by cell.

    The baselines of the second and later periods are held against each other by the arm of the period before, within
    subjects, periods allowed to differ; without timepoints there are none, and the row says so. With two arms in two
    periods the sums of both periods' changes are compared between the two orders as well, which is the interaction of
    period and arm.

    Parameters
    ----------
    reference : tuple of str
        Timepoints before whatever the study does: the first of these that is there is the baseline.
    sham : str
        The arm that others are held against.

    Returns
    -------
    DataFrame
        The columns of `COLUMNS`, with no rows where no subject has several periods with an arm each.

    References
    ----------
    Senn 2002, Cross-over Trials in Clinical Research, chapter 3 (unverified); sums of periods: Grizzle 1965, Biometrics
    21:467; what follows from testing first: Freeman 1989, Stat Med 8:1421. Baselines by the arm before, and
    `detectable`: own.
    """
    rows: list[dict[str, Any]] = []
    order = _order(metrics)
    for names, own in apart(once(metrics)) if order else ():
        log = logarithmic(names["metric"], names["unit"])
        own = own.assign(value=on_scale(own["value"].to_numpy(float), log))
        own = own[np.isfinite(own["value"].to_numpy(float)) & (own["period"] != "") & (own["arm"] != "")]
        kind = {**names, "scale": "log" if log else "raw"}
        rows += [{**kind, **each} for each in (*_after(own, order, reference, sham), *_sums(own, reference, sham))]
    table = framed(rows, COLUMNS)
    return corrected(
        table,
        [
            f"tests of {test}{'' if second else ', all arms'}"
            for test, second in zip(table["test"], table["second"], strict=True)
        ],
    )


def _order(metrics: "pd.DataFrame") -> dict[tuple[str, str], str]:
    """Subject and period -> arm of the period before, "" where there is none before; of periods with one arm."""
    own = metrics[(metrics["period"] != "") & (metrics["arm"] != "")][["subject", "period", "arm"]].drop_duplicates()
    own = own[~own.duplicated(["subject", "period"], keep=False)]
    arms = {(str(one), str(period)): str(arm) for one, period, arm in own.itertuples(index=False)}
    periods = sorted({period for _, period in arms}, key=natural)
    before = dict(zip(periods[1:], periods, strict=False))
    found = {(one, period): arms.get((one, before.get(period, ""))) for one, period in arms}
    kept = {key: arm or "" for key, arm in found.items() if arm is not None or key[1] == periods[0]}
    return kept if any(kept.values()) else {}


def _after(
    own: "pd.DataFrame", order: Mapping[tuple[str, str], str], reference: tuple[str, ...], sham: str
) -> Iterator[dict[str, Any]]:
    """Baselines by the arm before; the first period tells what a subject is like."""
    rows = at_baseline(own, reference).groupby(["subject", "period"], sort=True)["value"].mean().reset_index()
    keys = [(str(one), str(period)) for one, period in rows[["subject", "period"]].itertuples(index=False)]
    rows = rows[[key in order for key in keys]]
    before = [order[key] for key in keys if key in order]
    arms = sorted(set(before) - {""}, key=natural)
    if len(arms) < 2:
        return
    if untimed(own):
        yield {"test": "baseline after", "timepoint": "", "first": "", "second": "", "status": UNDECLARED}
        return
    first = named((sham,), arms) or arms[0]
    labels = {"before": [each or first for each in before], **{name: rows[name] for name in ("subject", "period")}}
    yield from _tested(rows["value"].to_numpy(float), labels, first, rows["subject"].nunique(), ("baseline after", ""))


def _sums(own: "pd.DataFrame", reference: tuple[str, ...], sham: str) -> Iterator[dict[str, Any]]:
    """Changes of both periods together, between the two orders of two arms."""
    if own["arm"].nunique() != 2 or own["period"].nunique() != 2:
        return
    periods = sorted(set(own["period"]), key=natural)
    start = named(reference, list(dict.fromkeys(own["timepoint"])))
    mean = own.pivot_table(index=["subject", "period"], columns="timepoint", values="value", aggfunc="mean")
    changes = mean.drop(columns=[start]).sub(mean[start], axis=0) if start is not None else mean
    arm = own[own["period"] == periods[0]].drop_duplicates("subject").set_index("subject")["arm"]
    for timepoint in sorted(changes, key=natural):
        both = changes[timepoint].unstack("period")
        total = both.sum(axis=1, skipna=False).dropna() if both.shape[1] == 2 else both.iloc[:0, 0]
        total = total[total.index.isin(arm.index)]
        labels = {"before": [str(each) for each in arm[total.index]]}
        if len(set(labels["before"])) == 2:
            first = named((sham,), sorted(set(labels["before"]))) or min(labels["before"])
            yield from _tested(total.to_numpy(float), labels, first, len(total), ("sum of periods", str(timepoint)))


def _tested(
    values: np.ndarray, labels: Mapping[str, Any], first: str, n_subjects: int, test: tuple[str, str]
) -> Iterator[dict[str, Any]]:
    """Each arm against the first, then all together where there are more than two."""
    factors = {name: categories(name, list(map(str, own)), (first,)) for name, own in labels.items()}
    terms: list[Term] = [(name,) for name in reversed(factors)]
    made = design([term for term in terms if factors[term[0]].labels], factors, len(values))
    alone = np.arange(len(values))
    found = fit(values, made, Nested(alone, alone))
    counts = {"test": test[0], "timepoint": test[1], "n_subjects": n_subjects, "n_obs": len(values)}
    shared = {**counts, "method": AFTER if "period" in labels else SUM}
    if found is None:
        yield {**shared, "first": "", "second": "", "status": "too few subjects"}
        return
    for at in (at for at, term in enumerate(made.terms) if term == ("before",)):
        arm = made.labels[at].removeprefix("before[").removesuffix("]")
        yield {**shared, "first": first, "second": arm, **_held(found.estimate[at], found.se[at], found.df[at])}
    joint = found.tests["before",]
    if joint.df_numerator > 1:
        numbers = {"statistic": joint.f, "df_numerator": joint.df_numerator, "df": joint.df, "p": joint.p}
        yield {**shared, "first": "", "second": "", **numbers, "status": "ok"}


def _held(difference: float, se: float, df: float) -> dict[str, Any]:
    if np.isnan(difference):
        return {"status": "the data do not tell it from subjects and periods"}
    half = scipy.special.stdtrit(df, TAILS[1]) * se
    return {
        "difference": difference, "ci_low": difference - half, "ci_high": difference + half,
        "detectable": half + scipy.special.stdtrit(df, POWER) * se, "statistic": difference / se, "df_numerator": 1,
        "df": df, "p": 2.0 * scipy.special.stdtr(df, -abs(difference / se)), "status": "ok",
    }  # fmt: skip
