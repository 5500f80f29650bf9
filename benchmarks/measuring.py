"""What every method makes of the evaluation sets, in tables of one row a trial."""

import numpy as np
import pandas as pd
import sets

from pipeline.conditioning import condition
from pipeline.detection import MEASURES, detect

LIMITS = ("onset_low_ms", "onset_high_ms")
SCORES = ("mep_probability", "signal_to_noise", "peak_to_peak_uv")
"""Columns that rank trials by how likely they hold a response; those that are there are used."""
SIZES = ("peak_to_peak_uv", "peak_to_peak_corrected_uv")
"""Columns that say how large a response is; those that are there are used."""


def methods(measure):
    """Names of a measure's methods, the default first."""
    return [each.__name__ for each in next(one for one in MEASURES if one.name == measure).methods]


def onsets(names, args, only_default=()):
    """One row a trial and onset method: what is true and what was found.

    Parameters
    ----------
    names : iterable of str
        Sets to measure.
    args : namespace
        seed, trials (of a session), and sessions (of a set, None for its own number).
    only_default : collection of str
        Sets that only the default method is to see.
    """
    parts = []
    for name in names:
        chosen = methods("onset")[: 1 if name in only_default else None]
        for session in sets.sessions(name, args.seed, args.sessions, args.trials):
            clean = condition(session.trials, profiles=[session.profile])
            for method in chosen:
                rows = detect(clean, {"onset": {"method": method}}, profiles=[session.profile])
                parts.append(_said(name, method, session, rows))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _said(name, method, session, rows):
    """Truth and finding of one session."""
    truth = session.truth
    found = {each: rows.get(each, np.nan) for each in ("onset_ms", *LIMITS)}
    asked = ["snr", "group", "person", "source", "spiking", "peak_to_peak_uv", "silent_period_first_return_ms"]
    known = {each: truth[each].to_numpy() for each in asked if each in truth}
    window = {each: rows[each].to_numpy() for each in ("response_from_ms", "response_to_ms")}
    table = pd.DataFrame(known | window, index=range(len(truth)))
    return table.assign(
        set=name,
        method=method,
        session=session.name,
        body="leg" if session.trials.muscles[0] == "TA" else "hand",
        state=session.trials.pulses["state"].to_numpy(),
        rate_hz=round(session.trials.rate_hz),
        truth_ms=truth["onset_ms"].to_numpy(),
        found_ms=np.asarray(found["onset_ms"], float),
        low_ms=np.asarray(found["onset_low_ms"], float) * np.ones(len(truth)),
        high_ms=np.asarray(found["onset_high_ms"], float) * np.ones(len(truth)),
        **{f"score_{each}": rows[each].to_numpy() for each in SCORES if each in rows},
        **{f"size_{each}": rows[each].to_numpy() for each in SIZES if each in rows},
        **{
            f"says_{each}": rows[each].to_numpy()
            for each in rows
            if each.startswith("mep_") and rows[each].dtype == bool
        },
    )


def silences(names, args):
    """One row a trial in contraction and silent-period method: what is true and what was found."""
    parts = []
    for name in names:
        for session in sets.sessions(name, args.seed, args.sessions, args.trials):
            if (session.trials.pulses["state"] == "rest").all():
                continue
            clean = condition(session.trials, profiles=[session.profile])
            for method in methods("cortical_sp"):
                rows = detect(clean, {"cortical_sp": {"method": method}}, profiles=[session.profile])
                parts.append(_silence(name, method, session, rows))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _silence(name, method, session, rows):
    """Truth and finding of one session; the truth is NaN where nothing is known."""
    table = pd.DataFrame({"set": name, "method": method, "session": session.name}, index=range(len(rows)))
    table["present"] = rows["cortical_sp_present"].to_numpy(bool)
    table["censored"] = rows["cortical_sp_censored"].to_numpy(bool)
    for each in ("onset", "first_return", "full_return"):
        column = f"silent_period_{each}_ms"
        table[f"true_{each}"] = session.truth[column].to_numpy() if column in session.truth else np.nan
        table[f"found_{each}"] = rows[f"cortical_sp_{each}_ms"].to_numpy(float)
    last_ms = session.trials.times_ms[-1]
    ends = table[["found_first_return", "found_full_return"]].to_numpy()
    table["at_edge"] = (np.abs(ends - last_ms) < 1.0).any(-1)
    return table
