"""Numbers of each group at each visit, as a paper's table has them."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ..excitability.intervals import log_t, of_mean
from .cells import logarithmic
from .visits import OF_CELL, OF_VISIT, Visit, cells_of_visits, framed, with_group

if TYPE_CHECKING:
    import pandas as pd

VISITS: Visit = ("arm", "time_of_day", "timepoint")
COLUMNS = {
    **OF_CELL,
    **OF_VISIT,
    "group": "group of the subjects; empty where it is not known",
    "n": "subjects with a value",
    "mean": "mean of the subjects' values, in `unit`",
    "mean_low": "lower limit of its 95 % interval",
    "mean_high": "upper limit of its 95 % interval",
    "sd": "standard deviation between subjects, in `unit`",
    "median": "median, in `unit`",
    "q25": "lower quartile, in `unit`",
    "q75": "upper quartile, in `unit`",
    "geometric_mean": "geometric mean, in `unit`; where the metric is compared on the log scale",
    "geometric_mean_low": "lower limit of its 95 % interval",
    "geometric_mean_high": "upper limit of its 95 % interval",
    "method": "how the numbers were made",
    "status": "ok, or why numbers are missing",
}
"""Columns of the table, and what they mean."""

METHOD = "one value a subject; t intervals, of the geometric mean on the log scale"


def groups(metrics: "pd.DataFrame", /, *, group: str = "group", visits: Visit = VISITS) -> "pd.DataFrame":
    """Counts, means and quartiles of each group at each visit, from one value a subject.

    Parameters
    ----------
    group : str
        Column that says which group a subject is in; a covariate may be one.
    visits : tuple of str
        Columns that tell visits apart: session, arm, period, sequence, time_of_day, timepoint. Others are added where
        a subject would have several values of a cell.

    References
    ----------
    Field's standard; quartiles by linear interpolation (Hyndman & Fan 1996, type 7).
    """
    found = [
        {**names, "group": label, "method": METHOD,
         **_numbers(values[labels == label], logarithmic(names["metric"], names["unit"]))}
        for names, values, labels in cells_of_visits(with_group(metrics, group), visits)
        for label in sorted(set(labels.tolist()))
    ]  # fmt: skip
    return framed(found, COLUMNS)


def _numbers(values: np.ndarray, log: bool) -> dict[str, Any]:
    """What the values (n_subjects,) of one group say."""
    n = len(values)
    positive = bool((values > 0).all())
    q25, median, q75 = np.quantile(values, [0.25, 0.5, 0.75])
    geometric = (float(np.exp(np.log(values).mean())), *log_t(values)) if log and positive else (np.nan,) * 3
    why = {"fewer than 2 subjects: no spread": n < 2,
           "a value of zero or below: no geometric mean": log and not positive}  # fmt: skip
    mean_low, mean_high = of_mean(values)
    return {
        "n": n, "mean": float(values.mean()), "mean_low": mean_low, "mean_high": mean_high,
        "sd": float(values.std(ddof=1)) if n > 1 else np.nan, "median": median, "q25": q25, "q75": q75,
        "geometric_mean": geometric[0], "geometric_mean_low": geometric[1], "geometric_mean_high": geometric[2],
        "status": "; ".join(text for text, holds in why.items() if holds) or "ok",
    }  # fmt: skip
