"""What describes a subject and its visits: the study's tables, and what all trials of a visit share."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from .. import excitability, tables
from ..design import SCALES
from ..excitability.contrasts import COLUMNS as CONTRASTS

if TYPE_CHECKING:
    import pandas as pd

OF_A_PULSE = frozenset(
    {"onset_s", "block", "isi_ms", "conditioning_mso", "intensity_mso", "nerve_ma", "trial_type", "duration"}
)
"""Columns of trials that describe a pulse, even where all pulses of a visit are alike."""
PARTICIPANT, STATED = "participant.", "visit."
TAKEN = frozenset({"subject", "level", *excitability.COLUMNS, *CONTRASTS})
"""Names that no covariate may have."""
SCALE: dict[str, Any] = {"convention": "scale", "n_used": 1, "n_rejected": 0, "method": "as entered",
         "status": "entered", "state": "", "side": "", "muscle": "", "condition": "", "ref_source": ""}  # fmt: skip
"""What a row of a scale says beside its value."""


def participant(found: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Columns of a subject's row in participants.tsv, as words."""
    return {apart(name, TAKEN): value for name, value in facts(found, PARTICIPANT).items()}


def facts(found: Mapping[str, pd.DataFrame], start: str) -> dict[str, str]:
    """Facts of the provenance whose names begin so, without the beginning."""
    table = found["provenance"]
    own = table[table["name"].astype(str).str.startswith(start)]
    return dict(zip(own["name"].str.removeprefix(start), own["value"].astype(str), strict=True))


def visits(found: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row a session and timepoint, and one a session with the timepoint "": what its trials share, what is said.

    Columns of trials that a participant's row has too end in `_of_visit`.
    """
    import pandas as pd

    trials = found["trials"]
    made = {*tables.HELD["trials"], *OF_A_PULSE} - {"minutes_after"}
    carried = [str(name) for name in trials if name not in made]
    own = set(participant(found))
    names = {name: f"{name}_of_visit" if name in own else apart(name, TAKEN) for name in carried}
    fine = _shared(trials, ["session", "timepoint"], carried)
    whole = _shared(trials, ["session"], carried)
    whole = whole.assign(timepoint="")[~whole["session"].isin(fine.loc[fine["timepoint"] == "", "session"])]
    table = pd.concat([fine, whole], ignore_index=True).rename(columns=names)
    stated = _stated(found, own)
    return table.merge(stated, on="session", how="left") if len(stated) else table


def scales(of_visits: pd.DataFrame) -> pd.DataFrame:
    """Scales of the visits as rows of metrics: of the timepoint where a session has one, of the session otherwise."""
    import pandas as pd

    there = [name for name in SCALES if name in of_visits]
    alone = of_visits[of_visits["timepoint"] != ""].drop_duplicates("session", keep=False)
    pooled = of_visits[(of_visits["timepoint"] == "") & ~of_visits["session"].isin(alone["session"])]
    long = pd.concat([alone, pooled]).melt(["session", "timepoint"], there, "metric", "value")
    long["value"] = pd.to_numeric(long["value"], errors="coerce").astype(float)
    missing = {name: float("nan") for name in ("ci_low", "ci_high", "ref_low", "ref_high")}
    units = {name: SCALES[name].unit or "points" for name in there}
    asked = long[long["value"].notna()]
    return asked.assign(**SCALE, **missing, unit=asked["metric"].map(units))


def apart(name: str, taken: Collection[str]) -> str:
    """A covariate's name, told apart from the columns of metrics."""
    return f"{name}_of_study" if name in taken else name


def _shared(trials: pd.DataFrame, by: list[str], carried: list[str]) -> pd.DataFrame:
    """One row a cell, with what all of its trials share; what they do not is missing there."""
    cells = trials.groupby(by, sort=True, dropna=False)
    first, alike = cells[carried].first(), cells[carried].nunique(dropna=False) <= 1
    kept = [name for name in carried if alike[name].any()]
    return first[kept].where(alike[kept]).reset_index()


def _stated(found: Mapping[str, pd.DataFrame], own: Collection[str]) -> pd.DataFrame:
    """One row a session: what the study's tables say of it."""
    import pandas as pd

    rows: dict[str, dict[str, str]] = {}
    for name, value in facts(found, STATED).items():
        session, _, column = name.partition(".")
        rows.setdefault(session, {})[f"{column}_of_visit" if column in own else apart(column, TAKEN)] = value
    return pd.DataFrame([{"session": session, **row} for session, row in rows.items()])
