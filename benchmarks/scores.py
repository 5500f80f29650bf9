"""How right a method is, from truth and finding of its trials. A missed onset is never within 1 ms."""

import numpy as np
import scipy

WITHIN_MS = 1.0


def errors(table):
    """Bias (median error), MAE of those found, % within 1 ms of all, % found, of trials with a response."""
    known = table[table["truth_ms"].notna()]
    error = (known["found_ms"] - known["truth_ms"]).to_numpy()
    found = error[np.isfinite(error)]
    if not len(error):
        return (np.nan,) * 4
    within = 100 * np.mean(np.abs(np.nan_to_num(error, nan=np.inf)) <= WITHIN_MS + 1e-6)
    if not len(found):
        return np.nan, np.nan, within, 0.0
    return np.median(found), np.abs(found).mean(), within, 100 * len(found) / len(error)


def false_rate(table):
    """% of null trials with an onset."""
    null = table[table["truth_ms"].isna()]
    return 100 * null["found_ms"].notna().mean() if len(null) else np.nan


def edge_rate(table):
    """% of onsets on an edge of their response window, where none may be."""
    found = table[table["found_ms"].notna()]
    edges = found[["response_from_ms", "response_to_ms"]].to_numpy()
    at = np.abs(found[["found_ms"]].to_numpy() - edges) < 1e-6
    return 100 * at.any(-1).mean() if len(found) else np.nan


def intervals(table):
    """% of found onsets of real responses whose interval holds the truth, its mean width in ms, % with an interval."""
    found = table[table["truth_ms"].notna() & table["found_ms"].notna()]
    given = found[found["low_ms"].notna() & found["high_ms"].notna()]
    if not len(given):
        return np.nan, np.nan, 0.0
    rounding = 1e-6
    holds = (given["low_ms"] - rounding <= given["truth_ms"]) & (given["truth_ms"] <= given["high_ms"] + rounding)
    return 100 * holds.mean(), (given["high_ms"] - given["low_ms"]).mean(), 100 * len(given) / len(found)


def auc(table, score):
    """Area under the ROC curve of a score that tells responses from null trials; a score of NaN is the lowest."""
    value = table[score].to_numpy(float)
    value = np.where(np.isnan(value), -np.inf, value)
    real = table["truth_ms"].notna().to_numpy()
    if real.all() or not real.any():
        return np.nan
    rank = scipy.stats.rankdata(value)
    n = real.sum()
    return (rank[real].sum() - n * (n + 1) / 2) / (n * (~real).sum())


def within_sessions(table, score):
    """Mean over sessions of the AUC: a score need only be comparable within one."""
    each = [auc(part, score) for _, part in table.groupby("session")]
    return np.nanmean(each) if np.isfinite(each).any() else np.nan


def rates(table, column):
    """% of responses and of null trials that a column of True and False says are responses."""
    real = table["truth_ms"].notna()
    said = table[column].astype(bool)
    return 100 * said[real].mean(), 100 * said[~real].mean()


def shift(table):
    """Recovered less true difference of the two timepoints: over sessions its mean, mean size and largest size, in ms.

    Both are differences of means over the trials whose onset was found.
    """
    off = []
    for _, part in table[table["found_ms"].notna()].groupby("session"):
        mean = part.groupby("group")[["found_ms", "truth_ms"]].mean()
        gain = mean.loc["post"] - mean.loc["pre"]
        off.append(gain["found_ms"] - gain["truth_ms"])
    off = np.array(off)
    return off.mean(), np.abs(off).mean(), np.abs(off).max()


def ends(found, truth):
    """Bias (median error), MAE, median absolute error, % of the true ones that were found."""
    known = np.isfinite(truth)
    error = (found - truth)[known]
    seen = error[np.isfinite(error)]
    if not len(seen):
        return np.nan, np.nan, np.nan, 0.0
    return np.median(seen), np.abs(seen).mean(), np.median(np.abs(seen)), 100 * len(seen) / known.sum()
