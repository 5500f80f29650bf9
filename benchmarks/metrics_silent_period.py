"""Ipsilateral silent period, transcallosal time, MEP over silent period: simulated subjects from raw epochs.

    python benchmarks/metrics_silent_period.py [--subjects N] [--draws N] [--nulls N] [--seed K]

A subject is an FDI: 20 pulses over one hemisphere with both hands in contraction, of which the hand on the stimulated
side falls silent, and 20 over the other hemisphere. True of the ipsilateral silent period is what the mean rectified
EMG of many such trials does, from half of its fall to half of its rise; of the rest the noise-free MEPs and the silent
periods of the same trials.
"""

import argparse
import platform

import numpy as np
import pandas as pd
import scipy

from pipeline import condition, conditions, detect, summarise
from pipeline.detection import averages
from pipeline.excitability.silent_period_ratio import mep_sp_ratio
from pipeline.synthetic import memory
from pipeline.synthetic.amplifier import Clock
from pipeline.synthetic.ipsilateral import Dip, expected, ipsilateral_trials
from pipeline.synthetic.parameters import Parameters, generator
from pipeline.synthetic.physiology import participant, physiology

N_TRIALS = 20
CLOCK = Clock(4000.0, -150.0, 2000)


def subjects(seed, n, n_trials=N_TRIALS):
    """What is true and what is found in `n` subjects: metric, convention, true, found, low, high, unit, status.

    Parameters
    ----------
    seed : int
        Another seed is other people.
    n : int
        How many.
    n_trials : int
        Trials of each recording.
    """
    return pd.concat([_subject(1000 * seed + k, n_trials) for k in range(n)], ignore_index=True)


def draws(seed, n, n_trials=N_TRIALS):
    """Limits of the ratio's intervals in `n` draws of rows: convention, true, low, high."""
    rng = generator(seed, "mep_sp_ratio draws", n_trials)
    return pd.DataFrame([row for _ in range(n) for row in _drawn(rng, n_trials)], columns=["convention", "true", "low",
                                                                                          "high"])  # fmt: skip


def nulls(seed, n, n_trials=N_TRIALS):
    """Ipsilateral silent periods in `n` recordings that have none: status of each."""
    rows = []
    for k in range(n):
        person = 1000 * seed + k
        who, rng = _who(person), generator("ipsilateral null", person)
        trials, _ = ipsilateral_trials(who, Dip(35.0, 60.0, 0.0), n_trials, CLOCK, Parameters(), rng)
        rows_of, of_trials = _measured(trials, "a")
        made = summarise(rows_of, averages=of_trials)
        rows += made.loc[made["metric"] == "ipsi_sp_duration", "status"].tolist()
    return pd.Series(rows, dtype=object)


def _who(seed):
    return physiology(participant("sub-02", seed), "morning", "FDI", seed, Parameters())


def _measured(trials, name):
    cleaned = condition(trials)
    rows = conditions.label(detect(cleaned)).assign(recording=name, session="a")
    return rows, averages(cleaned, rows, list(conditions.AVERAGED_BY)).table.assign(recording=name)


def _subject(seed, n_trials):
    rng = generator("ipsilateral", seed)
    onset_ms, lasts_ms, depth = rng.uniform(33.0, 42.0), rng.uniform(15.0, 35.0), rng.uniform(0.4, 0.85)
    dip = Dip(onset_ms, onset_ms + lasts_ms, depth)
    right, truth = ipsilateral_trials(_who(seed), dip, n_trials, CLOCK, Parameters(), rng)
    left, other = memory.trials(n_trials, state="active", seed=seed)
    left = left.replace(pulses=left.pulses.assign(stim_side="L"))
    both = [_measured(right, "a right"), _measured(left, "b left")]
    rows, of_trials = (pd.concat(each, ignore_index=True) for each in zip(*both, strict=True))
    made = summarise(rows, averages=of_trials)
    made = made[(made["side"] == "R") & (made["status"] != "not_target")].set_index(["metric", "convention"])
    true = _ipsilateral_truth(expected(_who(seed), dip, CLOCK, Parameters()), truth, other) | _ratio_truth(other)
    columns = ["metric", "convention", "value", "ci_low", "ci_high", "unit", "status"]
    return made.loc[list(true)].reset_index()[columns].assign(true=list(true.values()))


def _ipsilateral_truth(of, truth, other):
    latencies = [each["onset_ms"].dropna()[:5].min() for each in (truth, other)]
    return {
        ("ipsi_sp_onset", "average"): of.onset_ms,
        ("ipsi_sp_duration", "average"): of.end_ms - of.onset_ms,
        ("ipsi_sp_depth", "average"): of.depth_percent,
        ("ipsi_sp_area", "average"): 100.0 * of.area_ms,
        ("transcallosal_time", "other_side"): of.onset_ms - latencies[0],
        ("transcallosal_time", "same_muscle"): of.onset_ms - latencies[1],
    }


def _ratio_truth(truth):
    mv, ms = truth["peak_to_peak_uv"] / 1000.0, truth["silent_period_first_return_ms"] - truth["onset_ms"]
    return {
        ("mep_sp_ratio", "ratio_of_means"): mv.mean() / ms.mean(),
        ("mep_sp_ratio", "ratio_of_medians"): mv.median() / ms.median(),
    }


def _drawn(rng, n):
    """One draw: log-normal amplitudes, and durations that rise with them; the epoch ends before some do."""
    log_sd, middle, sd, tie = rng.uniform(0.2, 0.6), rng.uniform(90.0, 160.0), rng.uniform(8.0, 25.0), rng.uniform(0, 1)
    chance = rng.normal(size=(2, n))
    mep = 3000.0 * np.exp(log_sd * chance[0])
    lasts = middle + sd * (tie * chance[0] + np.sqrt(1.0 - tie**2) * chance[1])
    made = mep_sp_ratio(mep, np.full(n, 20.0), np.ones(n), np.zeros(n), 20.0 + lasts, rng, n_boot=1000)
    true = 3.0 * np.exp(log_sd**2 / 2.0) / middle, 3.0 / middle
    return [
        (name, truth, each.ci_low, each.ci_high) for name, truth, each in zip(made._fields, true, made, strict=True)
    ]


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subjects", type=int, default=200)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--nulls", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    print(f"seed {args.seed}; Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}")
    if args.subjects:
        _print_bias(subjects(args.seed, args.subjects), args.subjects)
    for n_trials in (10, N_TRIALS) if args.draws else ():
        table = draws(args.seed, args.draws, n_trials)
        held = (table["low"] <= table["true"]) & (table["true"] <= table["high"])
        print(f"\nmep_sp_ratio, {args.draws} draws of {n_trials} trials: interval holds the truth, %")
        print((100 * held.groupby(table["convention"], sort=False).mean()).round(1).to_string())
    if args.nulls:
        print(f"\nipsi_sp_duration of {args.nulls} recordings without a silent period")
        print(nulls(args.seed, args.nulls).value_counts().to_string())


def _print_bias(table, n):
    ratio = table["metric"] == "mep_sp_ratio"
    off = (table["value"] - table["true"]).where(~ratio, 100.0 * (table["value"] / table["true"] - 1.0))
    held = ((table["ci_low"] <= table["true"]) & (table["true"] <= table["ci_high"])).where(table["ci_low"].notna())
    groups = off.groupby([table["metric"], table["convention"]], sort=False)
    found = pd.DataFrame({"median": groups.median(), "5 %": groups.quantile(0.05), "95 %": groups.quantile(0.95)})
    found["holds, %"] = 100 * held.astype(float).groupby([table["metric"], table["convention"]], sort=False).mean()
    found["n"], found["of"] = groups.count(), groups.size()
    print(f"\n{n} subjects: bias in ms, %, %·ms; of mep_sp_ratio in % of the truth")
    print(found.round(2).to_string())
    print(table.groupby("metric")["status"].value_counts().to_string())


if __name__ == "__main__":
    main()
