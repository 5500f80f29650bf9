"""Recovery curve of the H reflex: simulated subjects from raw epochs, and how often the intervals hold the truth.

    python benchmarks/metrics_h_recovery.py [--subjects N] [--draws N] [--seed K]

A subject is a soleus with 10 single stimuli and 10 pairs of each interval, on the rising side of its H curve. True is
the factor that the second H reflex is drawn with; beside it, what is found in the noise-free sizes of the same trials.
"""

import argparse
import platform

import numpy as np
import pandas as pd
import scipy

from pipeline import condition, detect, summarise
from pipeline.excitability import h_recovery
from pipeline.synthetic.nerve import nerve_of
from pipeline.synthetic.nerve_pairs import nerve_pairs
from pipeline.synthetic.parameters import Parameters, generator

N_TRIALS = 10
RANGES = {50.0: (0.05, 0.3), 100.0: (0.2, 0.6), 150.0: (0.4, 0.9), 200.0: (0.6, 1.2), 300.0: (0.5, 1.1),
          500.0: (0.6, 0.95), 1000.0: (0.8, 1.0)}  # fmt: skip
"""Interval -> range of the true share between subjects; own choice about the shape that the field describes."""
LATE = (100.0, 150.0, 200.0, 300.0)


def subjects(seed, n, n_trials=N_TRIALS):
    """What is true and what is found in `n` subjects: metric, convention, true, drawn, found, status.

    `drawn` is what the same trials give where their noise-free sizes are known.

    Parameters
    ----------
    seed : int
        Another seed is other people.
    n : int
        How many.
    n_trials : int
        Single stimuli, and pairs of each interval.
    """
    return pd.concat([_subject(1000 * seed + k, n_trials) for k in range(n)], ignore_index=True)


def draws(seed, n, n_trials=N_TRIALS):
    """Limits of the intervals in `n` draws of rows: metric, convention, true, low, high."""
    rng = generator(seed, "h recovery draws", n_trials)
    return pd.DataFrame(
        [row for _ in range(n) for row in _drawn(rng, n_trials)],
        columns=["metric", "convention", "true", "low", "high"],
    )


def _recovery(rng):
    return {isi_ms: rng.uniform(*limits) for isi_ms, limits in RANGES.items()}


def _truth(recovery):
    """True numbers: sizes of pairs and single pulses spread alike, so that all ratios are the factor."""
    at, share = np.array(list(recovery)), 100.0 * np.array(list(recovery.values()))
    late = share[np.isin(at, LATE)]
    return {
        ("h_recovery_late", "largest_mean"): late.max(),
        ("h_recovery_late", "mean_level"): late.mean(),
        ("h_recovery_area", "trapezoid"): np.trapezoid(share, at),
    }


def _subject(seed, n_trials):
    rng = generator("h recovery", seed)
    recovery, noise_uv = _recovery(rng), float(np.exp(rng.uniform(np.log(0.7), np.log(4.0))))
    noise = Parameters(noise_uv=noise_uv)
    trials, truth = nerve_pairs(nerve_of("SOL", seed), recovery, n_trials, parameters=noise, seed=seed)
    rows = detect(condition(trials))
    size = truth["h_peak_to_peak_uv"].fillna(0.1)
    made, drawn = summarise(rows), summarise(rows.assign(h_peak_to_peak_uv=size, h_present=True))
    both = made.assign(drawn=drawn["value"])
    both = both[both["metric"].isin(["h_recovery", "h_recovery_late", "h_recovery_area"])]
    isi_ms = both["condition"].str.removeprefix("isi")
    pooled = _truth(recovery)
    true = [
        100.0 * recovery[float(isi)] if isi else pooled[key]
        for isi, key in zip(isi_ms, zip(both["metric"], both["convention"], strict=True), strict=True)
    ]
    return both[["metric", "convention", "condition", "value", "drawn", "status"]].assign(true=true)


def _drawn(rng, n):
    """One draw of the rows of a recovery curve, and the intervals it gives."""
    recovery, log_sd = _recovery(rng), rng.uniform(0.08, 0.3)
    isi_ms = np.repeat(list(recovery), n)
    factor = np.repeat(list(recovery.values()), n)
    h, test = (3000.0 * each * np.exp(log_sd * rng.normal(size=len(each))) for each in (factor, np.ones(n)))
    nerve_ma, present = np.full(len(h), 10.0), np.ones(n)
    own = isi_ms == 200.0
    single = h_recovery.h_recovery(h[own], nerve_ma[own], test, present, rng, n_boot=1000)
    late = h_recovery.h_recovery_late(h, isi_ms, nerve_ma, test, present)
    area = h_recovery.h_recovery_area(h, isi_ms, nerve_ma, test, present)
    pooled = _truth(recovery)
    made = [("h_recovery", name, 100.0 * recovery[200.0], each) for name, each in single._asdict().items()]
    made.append(("h_recovery_late", "mean_level", pooled["h_recovery_late", "mean_level"], late.mean_level))
    made.append(("h_recovery_area", "trapezoid", pooled["h_recovery_area", "trapezoid"], area.trapezoid))
    return [(metric, name, true, each.ci_low, each.ci_high) for metric, name, true, each in made]


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subjects", type=int, default=200)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    print(f"seed {args.seed}; Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}")
    if args.subjects:
        table = subjects(args.seed, args.subjects)
        print(f"\n{args.subjects} subjects: bias, % of the truth; and what detection adds to the sizes, %")
        _print_bias(table)
        print(table.groupby("metric")["status"].value_counts().to_string())
    for n_trials in (5, N_TRIALS) if args.draws else ():
        table = draws(args.seed, args.draws, n_trials)
        held = (table["low"] <= table["true"]) & (table["true"] <= table["high"])
        print(f"\n{args.draws} draws of {n_trials} pairs of each interval: interval holds the truth, %")
        print((100 * held.groupby([table["metric"], table["convention"]], sort=False).mean()).round(1).to_string())


def _print_bias(table):
    off, added = (100.0 * (table["value"] / table[name] - 1.0) for name in ("true", "drawn"))
    by = [table["metric"], table["convention"], table["condition"]]
    off, added = off.groupby(by, sort=False), added.groupby(by, sort=False)
    found = pd.DataFrame({"median": off.median(), "5 %": off.quantile(0.05), "95 %": off.quantile(0.95)})
    found["added, median"], found["n"], found["of"] = added.median(), off.count(), off.size()
    print(found.round(2).to_string())


if __name__ == "__main__":
    main()
