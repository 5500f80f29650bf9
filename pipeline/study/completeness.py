"""Which numbers of a study's own design are there, which are not and why, and how many trials were excluded."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..conditions import natural
from .cells import CELL
from .visits import OF_CELL, framed

if TYPE_CHECKING:
    import pandas as pd

PLACE = ("group", "arm", "session", "time_of_day", "timepoint")
OF_PLACE = {
    "group": "group of the subjects",
    "arm": "arm of the study; empty where there are none",
    "session": "session label; empty where arms or times of day tell the visits apart, or it says their order only",
    "time_of_day": "time of day; empty where arms or sessions tell the visits apart",
    "timepoint": "position in the study's design",
}
ABSENT = "no_row"
MISSING = {
    **OF_CELL,
    **OF_PLACE,
    "n_expected": "subjects of the group who should have the number: see `missing`",
    "n_with": "subjects with a value",
    "n_without": "subjects who were there and have none, for the reasons in `why`",
    "n_absent": "subjects without any number of that visit and timepoint",
    "why": f"status of the numbers without a value, and how many subjects; {ABSENT} where no such trials were recorded",
    "subjects_without": "subjects who were there and have no value, joined by ,",
    "subjects_absent": "subjects who were not there, joined by ,",
}
"""Columns of `missing`, and what they mean."""
EXCLUSIONS = {
    **OF_CELL,
    **OF_PLACE,
    "n_subjects": "subjects with such trials",
    "n_used": "accepted trials that the numbers rest on, of all subjects",
    "n_rejected": "excluded trials of the same cells",
    "share": "excluded trials over all; NaN where there is none",
    "share_median": "median over subjects of each one's share",
    "share_highest": "highest share of a subject",
    "n_used_lowest": "fewest accepted trials of a subject",
    "n_lost": "subjects all of whose trials are excluded",
}
"""Columns of `exclusions`, and what they mean."""


def missing(metrics: "pd.DataFrame", /) -> "pd.DataFrame":
    """Numbers that the study's own design expects against those that are there, cell by cell.

    A visit is an arm where each subject has one session in it, else a time of day (of the arm) where each subject has
    each but once, else a session; in a crossover whose sessions are numbered, in any order of arms, an arm again. A
    subject is expected at every visit and timepoint at which any subject of the group was seen, in the same arm only
    where no subject has more than one; and to have there every number that any subject of the group has a row for.

    Returns
    -------
    DataFrame
        The columns of `MISSING`, one row a cell, group, visit and timepoint.

    References
    ----------
    Own.
    """
    placed = _placed(metrics)
    members, present = _members(placed), _present(placed)
    rows: list[dict[str, Any]] = []
    for names, own in _cells(placed):
        for place, here in own.groupby(list(PLACE), sort=False):
            at = tuple(map(str, place))
            expected = members.get(at[:2], members[at[0], ""])
            rows.append({**names, **dict(zip(PLACE, at, strict=True)), **_counted(here, expected, present[at])})
    return framed(rows, MISSING)


def exclusions(metrics: "pd.DataFrame", /) -> "pd.DataFrame":
    """Trials used and excluded, by cell, group, visit and timepoint; visits as in `missing`.

    Returns
    -------
    DataFrame
        The columns of `EXCLUSIONS`.

    References
    ----------
    Own.
    """
    rows: list[dict[str, Any]] = []
    for names, own in _cells(_placed(metrics)):
        for place, here in own.groupby(list(PLACE), sort=False):
            rows.append({**names, **dict(zip(PLACE, map(str, place), strict=True)), **_shares(here)})
    return framed(rows, EXCLUSIONS)


def _cells(placed: "pd.DataFrame") -> Iterator[tuple[Mapping[str, str], "pd.DataFrame"]]:
    """Names and unit of each cell, and its rows with a value or without."""
    for names, own in placed.groupby([*CELL, "unit"], sort=False):
        yield dict(zip((*CELL, "unit"), map(str, names), strict=True)), own


def _placed(metrics: "pd.DataFrame") -> "pd.DataFrame":
    """The metrics in the natural order of places, with only those columns filled that tell visits apart."""
    words = {name: metrics[name].astype(object).where(metrics[name].notna(), "").astype(str) for name in PLACE}
    known = words["arm"] != ""
    visits = metrics[["subject"]].assign(**words)[["subject", "arm", "session", "time_of_day"]].drop_duplicates()
    by = {each: _telling(visits[(visits["arm"] != "") == each]) for each in (False, True)}
    column = known.map(by)
    words["session"] = words["session"].where(column == "session", "")
    hourly = (column == "time_of_day") | (~known & (words["session"] == ""))
    words["time_of_day"] = words["time_of_day"].where(hourly, "")
    placed = metrics.assign(**words)
    return placed.sort_values(list(PLACE), key=lambda column: column.map(natural), kind="stable")


def _telling(visits: "pd.DataFrame") -> str:
    """The column that tells a subject's visits of one arm apart; arm where there is one, or nothing tells them."""
    sessions = visits[["subject", "arm", "session"]].drop_duplicates()
    armed = bool((visits["arm"] != "").any())
    if armed and not sessions.duplicated(["subject", "arm"]).any():
        return "arm"
    if (visits["time_of_day"] != "").all() and not visits.duplicated(["subject", "arm", "time_of_day"]).any():
        return "time_of_day"
    crossed = sessions.drop_duplicates(["subject", "arm"]).duplicated("subject").any()
    ordinal = crossed and sessions.drop_duplicates(["session", "arm"]).duplicated("session").any()
    return "arm" if ordinal else "session"


def _members(placed: "pd.DataFrame") -> dict[tuple[str, ...], set[str]]:
    """Group, arm (where no subject has several) -> its subjects; of no arm: of the whole group."""
    arms = placed[placed["arm"] != ""]
    several = bool(len(arms)) and bool((arms.groupby("subject")["arm"].nunique() > 1).any())
    found: dict[tuple[str, ...], set[str]] = {}
    for group, arm, subject in placed[["group", "arm", "subject"]].drop_duplicates().itertuples(index=False):
        for key in {(str(group), ""), (str(group), "" if several else str(arm))}:
            found.setdefault(key, set()).add(str(subject))
    return found


def _present(placed: "pd.DataFrame") -> dict[tuple[str, ...], set[str]]:
    """Place -> subjects of whom there is any number; of no timepoint: at any timepoint of the visit."""
    found: dict[tuple[str, ...], set[str]] = {}
    for *place, subject in placed[[*PLACE, "subject"]].drop_duplicates().itertuples(index=False):
        for at in {*place[-1:], ""}:
            found.setdefault((*map(str, place[:-1]), str(at)), set()).add(str(subject))
    return found


def _counted(here: "pd.DataFrame", expected: set[str], present: set[str]) -> dict[str, Any]:
    subjects = here["subject"].astype(str)
    with_value = set(subjects[here["value"].notna()])
    without = sorted((expected & present) - with_value, key=natural)
    absent = sorted(expected - present, key=natural)
    status = dict(zip(subjects, here["status"].astype(str), strict=True))
    why = Counter(status.get(each, ABSENT) for each in without)
    return {
        "n_expected": len(expected),
        "n_with": len(with_value),
        "n_without": len(without),
        "n_absent": len(absent),
        "why": ", ".join(f"{code}: {n}" for code, n in why.most_common()),
        "subjects_without": ", ".join(without),
        "subjects_absent": ", ".join(absent),
    }


def _shares(here: "pd.DataFrame") -> dict[str, Any]:
    """Trials of one place, summed over subjects and by subject."""
    each = here.groupby("subject")[["n_used", "n_rejected"]].sum().to_numpy(float)
    used, rejected = each.T
    total = used + rejected
    share = rejected[total > 0] / total[total > 0]
    whole = float(total.sum())
    return {
        "n_subjects": len(each),
        "n_used": int(used.sum()),
        "n_rejected": int(rejected.sum()),
        "share": float(rejected.sum()) / whole if whole else np.nan,
        "share_median": float(np.median(share)) if len(share) else np.nan,
        "share_highest": float(share.max()) if len(share) else np.nan,
        "n_used_lowest": int(used.min()),
        "n_lost": int(((used == 0) & (rejected > 0)).sum()),
    }
