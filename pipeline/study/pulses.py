"""The pulses that a study's subjects were given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

KIND = ("pulse", "intensity_mso", "conditioning_mso", "isi_ms", "nerve_ma", "state", "mvc_percent", "stim_site",
        "stim_side", "hotspot_muscle", "hotspot_side", "coil", "coil_orientation", "current_direction", "waveform",
        "stimulator")  # fmt: skip
"""Columns of trials that say what pulse was given; those of the coil are recognised where a study has them."""


def given(trials: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row a subject and kind of pulse: subject, the columns of `KIND` there are, n, seconds_between.

    `seconds_between` is the median time between one pulse and the next in the subject's recordings.

    Parameters
    ----------
    trials : mapping of str to DataFrame
        Subject -> the table of trials of its results.
    """
    import pandas as pd

    parts = [_of_subject(subject, own) for subject, own in trials.items()]
    return (
        pd.concat(parts, ignore_index=True)
        if parts
        else pd.DataFrame(columns=["subject", *KIND, "n", "seconds_between"])
    )


def _of_subject(subject: str, trials: pd.DataFrame) -> pd.DataFrame:
    alone = trials.drop_duplicates(["recording", "trial"])
    there = [name for name in KIND if name in alone]
    counted = alone.groupby(there, dropna=False, sort=True).size().reset_index(name="n")
    return counted.assign(subject=subject, seconds_between=_between(alone))


def _between(alone: pd.DataFrame) -> float:
    if "onset_s" not in alone:
        return float("nan")
    steps = alone.sort_values(["recording", "onset_s"]).groupby("recording")["onset_s"].diff().dropna().to_numpy(float)
    return float(np.median(steps)) if len(steps) else float("nan")
