"""The interval between the two stimuli of a pair, in a word: what tells paired-pulse measures of one visit apart."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

VISIT = ("session", "timepoint", "state", "side", "muscle")


def with_interval(rows: "pd.DataFrame") -> "pd.DataFrame":
    """Rows with `interval`: `isi2` in the trials of a pair 2 ms apart, missing in all others.

    A condition names the intensities too, but they follow the thresholds of the day: between visits it is the interval
    that is the same. Where a muscle has pairs of one interval and several conditioning stimuli in one visit, these are
    told apart: `isi2_cs40`.
    """
    parts = {text: text.split("_") for text in set(rows["condition"])}
    isi = {text: next((each for each in of if each.startswith("isi")), None) for text, of in parts.items()}
    first = {
        text: next((each for each in of[1:] if each.startswith("cs") or each.endswith("ma")), "")
        for text, of in parts.items()
    }
    own = rows.assign(interval=rows["condition"].map(isi).astype(object), first=rows["condition"].map(first))
    pairs = own["interval"].notna()
    own.loc[~pairs, "interval"] = None
    several = own[pairs].groupby([*VISIT, "interval"], dropna=False)["first"].transform("nunique") > 1
    told = own.loc[pairs, "interval"] + "_" + own.loc[pairs, "first"]
    own.loc[pairs, "interval"] = told.where(several & (own.loc[pairs, "first"] != ""), own.loc[pairs, "interval"])
    return own.drop(columns="first")
