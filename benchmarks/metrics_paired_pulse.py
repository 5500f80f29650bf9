"""Paired pulses: simulated subjects from raw epochs, and how often the intervals hold the truth.

    python benchmarks/metrics_paired_pulse.py [--subjects N] [--draws N] [--seed K]

A subject has a hand and a leg muscle at rest, 30 test pulses and 30 pairs of each kind, sizes log-normal. The true
ratios are those of the distributions that sizes are drawn from, not of the trials that came out.
"""

import argparse
import platform

import numpy as np
import pandas as pd
import scipy

from pipeline import condition, detect, summarise
from pipeline.excitability import ratio
from pipeline.synthetic.amplifier import Clock
from pipeline.synthetic.pairs import Pair, Unconditioned, paired_pulses
from pipeline.synthetic.parameters import Parameters, generator
from pipeline.synthetic.physiology import participant, physiology

N_TRIALS = 30
COUNTS = (10, 20, 30)
"""Trials of each kind in the draws."""
CONVENTIONS = ratio.Ratio._fields
CLOCK = Clock(4000.0, -310.0, 400 * 4)
KINDS = {
    "FDI": (
        ("sici", "paired", (2.0, 3.0), (0.2, 0.7), 0.8),
        ("icf", "paired", (10.0, 15.0), (1.1, 1.7), 0.8),
        ("lici", "paired", (100.0,), (0.15, 0.6), 1.2),
        ("sai", "nerve_tms", (20.0, 25.0), (0.4, 0.9), 1.0),
        ("lai", "nerve_tms", (200.0,), (0.4, 0.9), 1.0),
        ("aif", "nerve_tms", (45.0, 60.0, 80.0), (1.0, 1.4), 1.0),
    ),
    "TA": (("leg_afferent", "nerve_tms", (30.0, 35.0, 45.0, 60.0, 100.0, 200.0), (0.6, 1.4), 1.0),),
}
"""Muscle -> metric, pulse, intervals, range of true ratios, conditioning pulse over the threshold."""
TEST_UV = {"FDI": (600.0, 1500.0), "TA": (400.0, 1000.0)}


def subjects(seed, n):
    """What is true and what is found in `n` subjects: metric, convention, true, found, drawn; a row an interval.

    `drawn` is what would be found if the size of each accepted trial were measured without error: found less drawn is
    what the signal chain does, found less true has the chance of 30 trials in it as well.

    Parameters
    ----------
    seed : int
        Another seed is other people.
    n : int
        How many.
    """
    return pd.concat([_subject(seed, f"sub-{k:03}", muscle) for k in range(1, n + 1) for muscle in KINDS])


def draws(seed, n, n_trials=N_TRIALS):
    """Limits of the intervals in `n` pairs of samples: metric, convention, true, low, high.

    Sizes are log-normal, log SD 0.3-0.6 in the test and 0.3-0.8 in the conditioned responses. All metrics of pairs
    share one function, so one stands for all.
    """
    rng = generator(seed, "paired_pulse", n_trials)
    rows = []
    for _ in range(n):
        median, spread, other = rng.uniform(0.2, 1.6), rng.uniform(0.3, 0.6), rng.uniform(0.3, 0.8)
        test = 1000.0 * np.exp(spread * rng.normal(size=n_trials))
        own = 1000.0 * median * np.exp(other * rng.normal(size=n_trials))
        true = _true(median, other, spread)
        for means in ratio.MEANS:
            found = ratio.ratios(own, test, ratio.Limits(rng, 2000, means))._asdict()
            rows += [(f"ratio ({means})", name, true[name], each.ci_low, each.ci_high) for name, each in found.items()]
    return pd.DataFrame(rows, columns=["metric", "convention", "true", "low", "high"])


def _true(median, log_sd, of_test):
    means = median * np.exp((log_sd**2 - of_test**2) / 2)
    return dict(zip(CONVENTIONS, (means, median, median, 100 * (means - 1)), strict=True))


def _subject(seed, name, muscle):
    rng = generator(seed, name, muscle, "pairs")
    parameters = Parameters()
    who = physiology(participant(name, seed), "morning", muscle, seed, parameters)
    test = Unconditioned(rng.uniform(*TEST_UV[muscle]), rng.uniform(0.3, 0.6))
    pairs = [
        Pair(pulse, isi, rng.uniform(*between), rng.uniform(0.3, 0.8), first)
        for _, pulse, intervals, between, first in KINDS[muscle]
        for isi in intervals
    ]
    trials, truth = paired_pulses(who, pairs, test, N_TRIALS, CLOCK, parameters, rng)
    truth["metric"] = [metric for metric, _, intervals, _, _ in KINDS[muscle] for _ in intervals]
    truth["condition"] = [f"isi{each:g}" for each in truth["isi_ms"]]
    rows = detect(condition(trials))
    made, drawn = summarise(rows), summarise(rows.assign(peak_to_peak_uv=rows["true_uv"]))
    long = truth.melt(["metric", "condition"], list(CONVENTIONS), "convention", "true")
    keys = ["metric", "condition", "convention"]
    made = made[[*keys, "value", "status"]].rename(columns={"value": "found"}).assign(drawn=drawn["value"])
    return long.merge(made, how="left", on=keys).assign(subject=name)


def main():
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subjects", type=int, default=200)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    print(f"seed {args.seed}; Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}")
    if args.subjects:
        _print_bias(subjects(args.seed, args.subjects), args.subjects)
    for n_trials in COUNTS if args.draws else ():
        table = draws(args.seed, args.draws, n_trials)
        held = (table["low"] <= table["true"]) & (table["true"] <= table["high"])
        print(f"\n{args.draws} draws, {n_trials} and {n_trials} trials: interval holds the truth, %")
        print(100 * held.groupby([table["metric"], table["convention"]], sort=False).mean())


def _print_bias(table, n):
    percent = table["convention"] == "percent_change"
    for against in ("true", "drawn"):
        off = table["found"] - table[against]
        table[against + "_off"] = off.where(percent, 100 * off / table[against])
    groups = table.groupby(["metric", "convention"], sort=False)
    found = pd.DataFrame(
        {
            "median": groups["true_off"].median(),
            "standard error": 1.2533 * groups["true_off"].std() / np.sqrt(groups["true_off"].count()),
            "mean": groups["true_off"].mean(),
            "of the signal": groups["drawn_off"].median(),
            "n": groups["true_off"].count(),
        }
    )
    print(f"\n{n} subjects: bias, % of the truth (percent_change: points); of the signal: against drawn sizes, median")
    print(found.round(2).to_string())
    print(table["status"].value_counts())


if __name__ == "__main__":
    main()
