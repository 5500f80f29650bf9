"""Change of groups of subjects: means with intervals, and how large they are against their spread."""

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..excitability.intervals import of_mean
from ..excitability.references import REFERENCE
from .cells import CELL
from .effects import of_changes
from .multiplicity import holm
from .paired import OF_PAIR, SESSIONS, Sessions, changes_of_subjects
from .visits import OF_CELL, OF_VISIT, SCALE, framed, parted

if TYPE_CHECKING:
    import pandas as pd

Family = tuple[
    Literal[
        "metric", "convention", "state", "side", "muscle", "level", "contrast", "first", "second", "group", "arm"
    ],
    ...,
]  # fmt: skip
COLUMNS = {
    **OF_CELL,
    "group": "group of the subjects",
    **OF_PAIR,
    **OF_VISIT,
    "n": "subjects with both values",
    "n_missing": "subjects with one of the two only, or without logarithm: not in it",
    "scale": SCALE,
    "change": "mean of the subjects' changes, second less first, on `scale`",
    "change_low": "lower limit of its 95 % interval",
    "change_high": "upper limit of its 95 % interval",
    "percent": "the mean change in percent, that of the geometric mean; where the scale is log",
    "percent_low": "lower limit of its 95 % interval",
    "percent_high": "upper limit of its 95 % interval",
    "sd": "standard deviation of the changes, on `scale`",
    "srm": "standardised response mean: mean change over SD of changes, which is Cohen's d_z too",
    "srm_low": "lower limit of its 95 % interval",
    "srm_high": "upper limit of its 95 % interval",
    "p": "p value of a paired t test on `scale`",
    "p_holm": "p adjusted after Holm within `family`",
    "family": "columns that tell the family of tests",
    "method": "how the numbers were made",
    "status": "ok, or why there are no numbers",
}
"""Columns of the table, and what they mean."""

METHOD = "paired t interval; SRM interval from the non-central t distribution"


def changes(
    metrics: "pd.DataFrame",
    /,
    *,
    reference: tuple[str, ...] = REFERENCE,
    sessions: Sessions = SESSIONS,
    family: Family = ("metric", "convention"),
) -> "pd.DataFrame":
    """Mean change of each group and arm, from the subjects' own changes.

    Parameters
    ----------
    reference : tuple of str
        First timepoints: the first of these that the study has is the reference.
    sessions : tuple of (str, str)
        Pairs of sessions, or where no session is named so of times of day: the second is held against the first.
    family : tuple of str
        Columns that tell the families within which p values are adjusted: all tests that are alike in them are one.

    References
    ----------
    Liang 1990, Med Care 28:632 (SRM); Cumming & Finch 2001, Educ Psychol Meas 61:532 (its interval); Holm 1979.
    """
    pairs = changes_of_subjects(metrics, reference=reference, sessions=sessions)
    change, scale = pairs["change"].to_numpy(float), pairs["scale"].to_numpy(object)
    found = [
        {**names, **_numbers(change[at], str(scale[at[0]]))}
        for names, at in parted(pairs, [*CELL, "unit"], (*OF_PAIR, "group", "arm"))
    ]
    table = framed(found, COLUMNS)
    adjusted = holm(table["p"].to_numpy(float), table.groupby(list(family), sort=False).ngroup().to_numpy())
    return table.assign(p_holm=adjusted, family=" + ".join(family))


def _numbers(every: np.ndarray, scale: str) -> dict[str, Any]:
    """What the changes of one group say, (n_subjects,), NaN where a subject has none."""
    change = every[np.isfinite(every)]
    told = {"n": len(change), "n_missing": len(every) - len(change), "scale": scale, "method": METHOD}
    if not len(change):
        return {**told, "status": "no subject with both values"}
    mean = np.array([change.mean(), *of_mean(change)])
    percent = 100.0 * np.expm1(mean) if scale == "log" else np.full(3, np.nan)
    srm, p = of_changes(change)
    numbers = {"change": mean, "percent": percent, "srm": srm}
    limits = {f"{name}{end}": float(number) for name, three in numbers.items()
              for end, number in zip(("", "_low", "_high"), three, strict=True)}  # fmt: skip
    status = "ok" if np.isfinite(srm.value) else "all changes are alike" if len(change) > 1 else "fewer than 2 subjects"
    return {**told, **limits, "sd": float(change.std(ddof=1)) if len(change) > 1 else np.nan, "p": p, "status": status}
