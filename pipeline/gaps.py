"""Which paradigms a study's trials are, by subject and visit, and what is missing, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from .conditions import natural
from .excitability import STATUSES
from .excitability.paradigms import ANYWHERE, LACKS, PARADIGMS, Found
from .excitability.references import BEFORE

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("subject", "paradigm", "session", "timepoint", "state", "side", "muscle", "n", "n_excluded")
MOST_NAMED = 4
"""Places that are named before they are only counted."""
MOST_ROWS = 40
"""Rows of the table by subject; where there are more, each is of all subjects: least, most, and of how many."""
WITHOUT_CMCT = "CMCT: no root or F-wave trials in the study, so no central conduction time"


class Gaps:
    """The paradigms of a study's subjects.

    Parameters
    ----------
    found : mapping of str to Found
        The paradigms of each subject.
    """

    def __init__(self, found: Mapping[str, Found]) -> None:
        self._cells = _of_all({subject: each.cells for subject, each in found.items()})
        self._lacks = _of_all({subject: each.lacks for subject, each in found.items()})

    @property
    def trials(self) -> pd.DataFrame:
        """The trials found: `COLUMNS`, in natural order, the timepoint before whatever a study does first."""
        if not len(self._cells):
            return self._cells.reindex(columns=list(COLUMNS))
        own = self._cells[self._cells["found"].astype(bool)][list(COLUMNS)]
        place = {each.name: n for n, each in enumerate(PARADIGMS)}
        keys = {"paradigm": own["paradigm"].map(place)}
        keys |= {name: own[name].map(_order) for name in COLUMNS[:7] if name != "paradigm"}
        order = own.assign(**keys).sort_values(list(COLUMNS[:7]), kind="stable").index
        return own.loc[order].reset_index(drop=True)

    @property
    def missing(self) -> list[str]:
        """What is missing, a line each; of a paradigm that the study does not have, nothing."""
        found = self.trials
        if not len(found):
            return []
        return [*self._undeclared(), *self._lacking(found), *_without_trials(found), *self._without_cmct(found)]

    def _undeclared(self) -> Iterable[str]:
        lacks = self._lacks
        for code in ANYWHERE:
            own = lacks[lacks["code"] == code]
            if len(own):
                yield f"{STATUSES[code]}; {_places(own)}"

    def _lacking(self, found: pd.DataFrame) -> Iterable[str]:
        """What metrics say, of the paradigms that the muscle is examined with somewhere in the study."""
        what = ["paradigm", "state", "muscle"]
        own = self._lacks[~self._lacks["code"].isin(ANYWHERE)].merge(found[what].drop_duplicates(), on=what)
        for paradigm in (each.name for each in PARADIGMS):
            of_it = own[own["paradigm"] == paradigm]
            for code in (each for each in LACKS if (of_it["code"] == each).any()):
                lacking = of_it[of_it["code"] == code]
                metrics = ", ".join(dict.fromkeys(lacking["metric"]))
                where = _places(lacking, found[found["paradigm"] == paradigm])
                yield f"{paradigm} ({metrics}): {STATUSES[code]}; {where}"

    def _without_cmct(self, found: pd.DataFrame) -> Iterable[str]:
        if not (found["paradigm"] == "CMCT").any() and (self._cells["paradigm"] == "CMCT").any():
            yield WITHOUT_CMCT


def _order(word: str) -> tuple[bool, tuple[str | float, ...]]:
    return word != "" and word not in BEFORE, natural(word)


def _of_all(by_subject: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    frames = [each.assign(subject=subject) for subject, each in by_subject.items() if len(each)]
    if frames:
        return pd.concat(frames, ignore_index=True)
    return pd.DataFrame(columns=[*COLUMNS, "metric", "code", "found"])


WHERE = ["subject", "session", "timepoint", "state", "side", "muscle"]


def _places(own: pd.DataFrame, of: pd.DataFrame | None = None) -> str:
    """Where something is so: everywhere it could be, or the first places and how many more."""
    there = {*own[WHERE].itertuples(index=False, name=None)}
    if of is not None and {*of[WHERE].itertuples(index=False, name=None)} <= there:
        return f"everywhere ({len(there)} of {len(there)})"
    return _named(there)


def _named(places: Iterable[tuple[str, ...]]) -> str:
    in_order = sorted(places, key=lambda each: [_order(word) for word in each])
    more = len(in_order) - MOST_NAMED
    named = ", ".join(_place(each) for each in in_order[:MOST_NAMED])
    return f"in {named}, and {more} more" if more > 0 else f"in {named}"


def _place(where: tuple[str, ...]) -> str:
    subject, session, timepoint, state, side, muscle = where
    words = (f"sub-{subject}", session and f"ses-{session}", timepoint, state, side, muscle)
    return " ".join(filter(None, words))


def _without_trials(found: pd.DataFrame) -> Iterable[str]:
    """What most subjects have in a visit and others who were there have not; a whole session first."""
    whole = _having(found, ["session"])
    without = {"any paradigm": [(each, *where, "", "", "", "") for where, having in whole.items()
                                for each in _others(having, {*found["subject"]})]}  # fmt: skip
    there = _having(found, ["session", "muscle"])
    for paradigm in (each.name for each in PARADIGMS if not each.by_value):
        own = _having(found[found["paradigm"] == paradigm], ["session", "timepoint", "state", "muscle"])
        without[paradigm] = [(each, *where[:3], "", where[3]) for where, having in own.items()
                             for each in _others(having, there[where[0], where[3]])]  # fmt: skip
    shared: dict[str, list[str]] = {}
    for paradigm, places in without.items():
        if places:
            shared.setdefault(_named(places), []).append(paradigm)
    for places_said, paradigms in shared.items():
        yield f"{', '.join(paradigms)}: no trials, though most subjects have them; {places_said}"


def _having(found: pd.DataFrame, where: list[str]) -> dict[tuple[str, ...], set[str]]:
    """Where -> the subjects that have trials there."""
    having: dict[tuple[str, ...], set[str]] = {}
    for subject, *at in found[["subject", *where]].drop_duplicates().itertuples(index=False, name=None):
        having.setdefault(tuple(at), set()).add(subject)
    return having


def _others(having: set[str], of: set[str]) -> set[str]:
    """Those without, where more than half have."""
    return of - having if len(having) * 2 > len(of) else set()


def drawn(trials: pd.DataFrame) -> pd.DataFrame:
    """Trials by paradigm and muscle, a column for each session and timepoint.

    A cell is how many trials are accepted, and of how many where some are not. Subjects whose rows are the same share
    one; where there would be more than `MOST_ROWS`, all subjects of a muscle do.
    """
    if not len(trials):
        return trials
    own = trials.assign(
        visit=[" ".join(filter(None, each)) or "trials" for each in trials[["session", "timepoint"]].to_numpy()],
        muscle=(trials["side"] + " " + trials["muscle"]).str.strip(),
        accepted=trials["n"] - trials["n_excluded"],
    )
    own["cell"] = [f"{a} of {n}" if a < n else str(n) for a, n in zip(own["accepted"], own["n"], strict=True)]
    what = ["paradigm", "state", "muscle"]
    by_subject = _wide(own, ["subject", *what], lambda cells: cells["cell"].iloc[0])
    merged = _merged(by_subject, own["subject"].nunique())
    if len(merged) <= MOST_ROWS:
        return merged
    return _wide(own, what, _ranged)


def _wide(own: pd.DataFrame, rows: list[str], cell: Callable[[pd.DataFrame], str]) -> pd.DataFrame:
    import pandas as pd

    visits = sorted(dict.fromkeys(own["visit"]), key=lambda visit: [_order(word) for word in visit.split(" ")])
    made: dict[tuple[str, ...], dict[str, str]] = {}
    for at, cells in own.groupby([*rows, "visit"], sort=False):
        *key, visit = map(str, at)
        made.setdefault(tuple(key), {})[visit] = cell(cells)

    return pd.DataFrame([{**dict(zip(rows, key, strict=True)), **{v: each.get(v, "") for v in visits}}
                         for key, each in made.items()])  # fmt: skip


def _ranged(cells: pd.DataFrame) -> str:
    least, most, n = cells["accepted"].min(), cells["accepted"].max(), cells["subject"].nunique()
    return f"{least}-{most} ({n})" if least < most else f"{least} ({n})"


def _merged(table: pd.DataFrame, n_subjects: int) -> pd.DataFrame:
    """Rows that say the same of several subjects as one."""
    rest = [name for name in table if name != "subject"]
    joined = table.groupby(rest, sort=False)["subject"].agg(list).reset_index()
    joined["subject"] = ["all" if 1 < len(each) == n_subjects else ", ".join(each) for each in joined["subject"]]
    return joined[["subject", *rest]]
