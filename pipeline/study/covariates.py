"""What describes a subject and its visits: the study's tables, and what all trials of a visit share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .. import excitability, tables
from ..design import COLUMNS, SCALES
from ..excitability.contrasts import COLUMNS as CONTRASTS

if TYPE_CHECKING:
    import pandas as pd

OF_A_PULSE = frozenset(
    {"onset_s", "block", "isi_ms", "conditioning_mso", "intensity_mso", "nerve_ma", "trial_type", "duration"}
)
"""Columns of trials that describe a pulse, even where all pulses of a visit are alike."""
DESIGN = frozenset({"arm", "period", "sequence", "time_of_day"})
OF_VISITS = DESIGN | frozenset(SCALES)
"""Columns that are of visits by their nature, whatever a row of participants.tsv says."""
PARTICIPANT, STATED = "participant.", "visit."
TAKEN = frozenset({"subject", "level", *excitability.COLUMNS, *CONTRASTS})
"""Names that no covariate may have."""
SCALE: dict[str, Any] = {"convention": "scale", "n_used": 1, "n_rejected": 0, "method": "as entered",
         "status": "entered", "state": "", "side": "", "muscle": "", "condition": "", "ref_source": ""}  # fmt: skip
"""What a row of a scale says beside its value."""


def people(read: Mapping[str, Mapping[str, pd.DataFrame]], of_visits: Collection[str]) -> pd.DataFrame:
    """One row a subject: the columns of participants.tsv as words.

    A column that a visit has too, and that is of visits by its nature (arm, time of day, scales), ends in `_of_person`.
    """
    import pandas as pd

    def named(name: str) -> str:
        """The name of a person's column in the frame."""
        return f"{name}_of_person" if name in OF_VISITS and name in of_visits else apart(name, TAKEN)

    return pd.DataFrame(
        [
            {"subject": subject, **{named(name): value for name, value in facts(found, PARTICIPANT).items()}}
            for subject, found in read.items()
        ]
    )


def columns_of_people(read: Mapping[str, Mapping[str, pd.DataFrame]]) -> set[str]:
    """Columns of participants.tsv that are not of visits by their nature."""
    return {name for found in read.values() for name in facts(found, PARTICIPANT)} - OF_VISITS


def facts(found: Mapping[str, pd.DataFrame], start: str) -> dict[str, str]:
    """Facts of the provenance whose names begin so, without the beginning."""
    table = found["provenance"]
    own = table[table["name"].astype(str).str.startswith(start)]
    return dict(zip(own["name"].str.removeprefix(start), own["value"].astype(str), strict=True))


def visits(found: Mapping[str, pd.DataFrame], of_people: Collection[str] = ()) -> pd.DataFrame:
    """One row a session and timepoint, and one a session with the timepoint "": what its trials share, what is said.

    What the study's tables say of a session goes above what its trials share. Words that are one but for their case
    are spelt alike. Columns that people have too (`of_people`) end in `_of_visit`.
    """
    import pandas as pd

    trials = found["trials"]
    made = {*tables.HELD["trials"], *OF_A_PULSE} - {"minutes_after"}
    carried = [str(name) for name in trials if name not in made]
    trials = spelt(trials[["session", "timepoint", *carried]])
    fine = _shared(trials, ["session", "timepoint"], carried)
    whole = _shared(trials, ["session"], carried)
    whole = whole.assign(timepoint="")[~whole["session"].isin(fine.loc[fine["timepoint"] == "", "session"])]
    table = pd.concat([fine, whole], ignore_index=True)
    stated = table[["session"]].merge(_stated(found), on="session", how="left").drop(columns="session")
    for name in stated:
        table[name] = stated[name].where(stated[name].notna(), table[name]) if name in table else stated[name]
    table = spelt(table)
    names = {name: f"{name}_of_visit" if name in of_people else apart(name, TAKEN) for name in table.columns[2:]}
    return table[["session", "timepoint", *names]].rename(columns=names)


def scales(of_visits: pd.DataFrame, by_timepoint: bool) -> pd.DataFrame:
    """Scales of the visits as rows of metrics: of the one timepoint of each session, or of the session (timepoint "").

    Parameters
    ----------
    of_visits : DataFrame
        As `visits` gives it.
    by_timepoint : bool
        Whether no session of the study has more than one timepoint, see `timed`.
    """
    import pandas as pd

    there = [name for name in SCALES if name in of_visits]
    named = of_visits[of_visits["timepoint"] != ""]
    pooled = of_visits[of_visits["timepoint"] == ""]
    rows = pd.concat([named, pooled[~pooled["session"].isin(named["session"])]]) if by_timepoint else pooled
    long = rows.melt(["session", "timepoint"], there, "metric", "value")
    long["value"] = pd.to_numeric(long["value"], errors="coerce").astype(float)
    missing = {name: float("nan") for name in ("ci_low", "ci_high", "ref_low", "ref_high")}
    units = {name: SCALES[name].unit or "points" for name in there}
    asked = long[long["value"].notna()]
    return asked.assign(**SCALE, **missing, unit=asked["metric"].map(units))


def timed(of_visits: Iterable[pd.DataFrame]) -> bool:
    """Whether no session of any subject has more than one timepoint."""
    return not any(each.loc[each["timepoint"] != "", "session"].duplicated().any() for each in of_visits)


def apart(name: str, taken: Collection[str]) -> str:
    """A covariate's name, told apart from the columns of metrics."""
    return f"{name}_of_study" if name in taken else name


def _shared(trials: pd.DataFrame, by: list[str], carried: list[str]) -> pd.DataFrame:
    """One row a cell, with what all of its trials share; what they do not is missing there."""
    cells = trials.groupby(by, sort=True, dropna=False)
    first, alike = cells[carried].first(), cells[carried].nunique(dropna=False) <= 1
    kept = [name for name in carried if alike[name].any()]
    return first[kept].where(alike[kept]).reset_index()


def _stated(found: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row a session: what the study's tables say of it; a cell that is empty is missing."""
    import pandas as pd

    rows: dict[str, dict[str, Any]] = {}
    for name, value in facts(found, STATED).items():
        session, _, column = name.partition(".")
        rows.setdefault(session, {})[column] = value or None
    return pd.DataFrame(
        [{"session": session, **row} for session, row in rows.items()], columns=None if rows else ["session"]
    )


def spelt(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose words that are one but for their case are spelt alike, in columns whose words are known."""
    known = {
        name: {each.casefold(): each for each in COLUMNS[name].allowed}
        for name in map(str, table)
        if name in COLUMNS and COLUMNS[name].allowed
    }
    return table.assign(
        **{
            name: [own.get(word.casefold(), word) if isinstance(word, str) else word for word in table[name]]
            for name, own in known.items()
        }
    )
