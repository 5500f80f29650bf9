"""After-effects of an intervention: simulated subjects from raw epochs, and how often the intervals hold the truth.

    python benchmarks/metrics_after_effects.py [--subjects N] [--draws N] [--seed K]

A session has a block before and blocks at 0, 10, 20, 30 and 60 minutes after, 20 pulses each, sizes log-normal. The log
ratio of a subject's blocks to the block before goes up or down (PAS, rTMS) and back to 0 as time passes. The truth is
that of the distributions that sizes are drawn from, not of the trials that came out.
"""

import argparse
import platform

import numpy as np
import pandas as pd
import scipy

from pipeline import condition, detect, summarise
from pipeline.excitability import after_effect
from pipeline.synthetic.amplifier import Clock
from pipeline.synthetic.parameters import Parameters, generator
from pipeline.synthetic.physiology import participant, physiology
from pipeline.synthetic.recording import Channel, seen
from pipeline.trials import Trials

MINUTES = np.array([0.0, 10.0, 20.0, 30.0, 60.0])
N_TRIALS = 20
COUNTS = (10, 20, 30)
"""Trials of each block in the draws."""
CLOCK = Clock(4000.0, -120.0, 220 * 4)
LARGEST, FADES_MIN = (-0.7, 0.7), (10.0, 60.0)
"""Between which the log ratio of a subject's first block lies, and in how many minutes it falls to a third."""
CONVENTIONS = {
    "after_effect": ("geometric_ratio", "ratio_of_means"),
    "after_effect_auc": ("geometric", "of_means", "geometric_per_minute", "of_means_per_minute"),
}


def subjects(seed, n):
    """What is true and what is found in `n` subjects: metric, convention, true, found, drawn, status.

    `drawn` is what would be found if the size of each accepted trial were measured without error.

    Parameters
    ----------
    seed : int
        Another seed is other people.
    n : int
        How many.
    """
    return pd.concat([_subject(seed, f"sub-{k:03}") for k in range(1, n + 1)], ignore_index=True)


def draws(seed, n, n_trials=N_TRIALS):
    """Limits of the intervals in `n` sessions: metric, convention, true, low, high; and what the return says."""
    rng = generator(seed, "after_effects", n_trials)
    held, back = [], []
    for _ in range(n):
        log_sd, logs = rng.uniform(0.3, 0.6), _logs(rng)
        sizes = 1000.0 * np.exp(np.append(0.0, logs)[:, None] + log_sd * rng.normal(size=(1 + len(MINUTES), n_trials)))
        own = (sizes.ravel(), np.repeat(np.append(np.nan, MINUTES), n_trials), np.repeat(np.arange(6.0), n_trials))
        given = (*own, sizes[0], np.full(n_trials, np.nan), np.zeros(n_trials))
        made = {
            "after_effect": after_effect.after_effect(*given, rng, n_boot=100),
            "after_effect_auc": after_effect.after_effect_auc(*given),
        }
        true = _true(logs)
        held += [(*key, true[key], *getattr(made[key[0]], key[1])[1:3]) for key in true]
        flat = sizes / np.exp(np.append(0.0, logs))[:, None]
        both = (given, (flat.ravel(), *given[1:]))
        back.append([after_effect.after_effect_return(*each).geometric.status or "returned" for each in both])
    columns = ["metric", "convention", "true", "low", "high"]
    return pd.DataFrame(held, columns=columns), pd.DataFrame(back, columns=["with an effect", "without"])


def _logs(rng):
    """Log ratio of each later block."""
    return rng.uniform(*LARGEST) * np.exp(-MINUTES / rng.uniform(*FADES_MIN))


def _true(logs):
    area = np.trapezoid(logs, MINUTES)
    pooled = logs.mean()
    means = np.log(np.exp(logs).mean())
    span = np.ptp(MINUTES)
    values = {
        "after_effect": (np.exp(pooled), np.exp(means)),
        "after_effect_auc": (area, area, area / span, area / span),
    }
    return {
        (metric, name): value
        for metric, names in CONVENTIONS.items()
        for name, value in zip(names, values[metric], strict=True)
    }


def _subject(seed, name):
    rng = generator(seed, name, "after_effects")
    parameters = Parameters()
    who = physiology(participant(name, seed), "evening", "FDI", seed, parameters)
    log_sd, logs = rng.uniform(0.3, 0.6), _logs(rng)
    before_uv = rng.uniform(600.0, 1500.0)
    blocks = [("pre", np.nan, 0.0), *((f"post{at:g}", at, log) for at, log in zip(MINUTES, logs, strict=True))]
    pulses = pd.DataFrame(blocks, columns=["timepoint", "minutes_after", "log"]).loc[np.repeat(range(6), N_TRIALS)]
    pulses = pulses.reset_index(drop=True).assign(
        pulse="single", state="rest", hotspot_muscle="FDI", hotspot_side="R", paradigm="pas",
        intensity_mso=round(1.2 * who.rest.threshold_mso),
    )  # fmt: skip
    true_uv = before_uv * np.exp(pulses.pop("log") + log_sd * rng.normal(size=len(pulses)))
    view = seen(Channel(who), pulses["intensity_mso"].to_numpy(float), CLOCK, parameters, rng, true_uv.to_numpy())
    trials = Trials(view.emg_uv[:, None], CLOCK.times_ms, ["FDI"], pulses.assign(true_uv=true_uv), ["R"])
    rows = detect(condition(trials))
    made, drawn = summarise(rows), summarise(rows.assign(peak_to_peak_uv=rows["true_uv"]))
    found = made.assign(drawn=drawn["value"]).set_index(["metric", "convention"])
    true = _true(logs)
    return pd.DataFrame(
        [(*key, value, *found.loc[key, ["value", "drawn", "status"]]) for key, value in true.items()],
        columns=["metric", "convention", "true", "found", "drawn", "status"],
    )


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
        table, back = draws(args.seed, args.draws, n_trials)
        held = (table["low"] <= table["true"]) & (table["true"] <= table["high"])
        print(f"\n{args.draws} draws, {n_trials} trials a block: interval holds the truth, %")
        print((100 * held.groupby([table["metric"], table["convention"]], sort=False).mean()).to_string())
        print("after_effect_return (geometric), % of draws")
        print((100 * back.apply(lambda own: own.value_counts(normalize=True))).round(1).to_string())


def _print_bias(table, n):
    ratio = table["metric"] == "after_effect"
    minutes = table["convention"].isin(["geometric", "of_means"]) & ~ratio
    for against in ("true", "drawn"):
        off = table["found"] - table[against]
        log = np.where(minutes, off / np.ptp(MINUTES), off)
        table[against + "_off"] = 100 * np.where(ratio, off / table[against], np.expm1(log))
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
    print(f"\n{n} subjects: bias as % of a ratio (an area is a log ratio times minutes); of the signal: against drawn")
    print(found.round(2).to_string())
    print(table["status"].value_counts().to_string())


if __name__ == "__main__":
    main()
