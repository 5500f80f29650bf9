"""Size, latency and silent period of single pulses: bias from raw epochs, and how often the intervals hold the truth.

    python benchmarks/metrics_single_pulse.py [--subjects N] [--draws N] [--seed K]

A subject has 30 pulses at 120 % of the resting threshold, and 20 in contraction at 150 % of the active one; every
third one's muscle is TA. What is true of a subject is the same metric of the true sizes, onsets and ends of the same
trials: it is the signal chain that is judged. Whether intervals hold what is true of the population the trials come
from is judged on draws: log-normal sizes (log SD 0.3-0.7), normal latencies (SD 0.4 ms), ends of silence (SD 8 ms).
"""

import argparse
import platform

import numpy as np
import pandas as pd
import scipy

from pipeline import Trials, condition, detect, summarise
from pipeline.excitability import latency, mep_size, silent_period
from pipeline.synthetic.amplifier import Clock
from pipeline.synthetic.mep import true_end_ms
from pipeline.synthetic.parameters import Parameters, generator
from pipeline.synthetic.physiology import participant, physiology
from pipeline.synthetic.recording import Channel, seen

N_REST, N_ACTIVE = 30, 20
COUNTS = (10, 20, 30)
CLOCK = Clock(4000.0, -150.0, 550 * 4)
REST = ("mep_amplitude", "mep_variability", "mep_probability", "mep_area", "mep_latency")
ACTIVE = ("mep_latency", "cortical_sp", "cortical_sp_probability", "cortical_sp_depth")


def subjects(seed, n):
    """What is true and what is found in `n` subjects: metric, convention, true, found."""
    parts = [
        _subject(seed, f"sub-{k:03}", "FDI" if k % 3 else "TA", active) for k in range(1, n + 1) for active in (0, 1)
    ]
    return pd.concat(parts, ignore_index=True)


def draws(seed, n, n_trials=N_REST):
    """Limits of the intervals in `n` samples of trials: metric, convention, true, low, high."""
    rng = generator(seed, "single pulse", n_trials)
    rows = []
    for _ in range(n):
        log_sd, share = rng.uniform(0.3, 0.7), rng.uniform(0.2, 0.9)
        made, true = _of_sizes(log_sd, share, n_trials, rng)
        silent, ends = _of_silence(n_trials, rng)
        for name, found in (made | silent).items():
            expected = (true | ends)[name]
            rows += [
                (name, convention, expected[convention], each.ci_low, each.ci_high)
                for convention, each in found._asdict().items()
                if convention in expected
            ]
    return pd.DataFrame(rows, columns=["metric", "convention", "true", "low", "high"])


def _of_sizes(log_sd, share, n_trials, rng):
    sizes, hits = 1000.0 * np.exp(rng.normal(0.0, log_sd, n_trials)), (rng.random(n_trials) < share).astype(float)
    onsets = rng.normal(22.0, 0.4, n_trials)
    made = {
        "mep_amplitude": mep_size.mep_amplitude(sizes, rng),
        "mep_variability": mep_size.mep_variability(sizes),
        "mep_probability": mep_size.mep_probability(hits),
        "mep_latency": latency.mep_latency(onsets, onsets),
    }
    mean = 1000.0 * np.exp(log_sd**2 / 2)
    true = {
        "mep_amplitude": {"mean": mean, "median": 1000.0, "geometric_mean": 1000.0},
        "mep_variability": {"cv": np.sqrt(np.expm1(log_sd**2)), "log_sd": log_sd},
        "mep_probability": {"fraction": share},
        "mep_latency": {"median": 22.0, "sd": 0.4},
    }
    return made, true


def _of_silence(n_trials, rng):
    ends, onsets = rng.normal(120.0, 8.0, n_trials), rng.normal(22.0, 0.4, n_trials)
    yes, no = np.ones(n_trials), np.zeros(n_trials)
    made = silent_period.cortical_sp(yes, no, ends, ends + 15.0, onsets, onsets + 20.0)
    true = {
        f"{which}_return_from_{start}": 120.0 + more - at
        for which, more in (("first", 0.0), ("full", 15.0))
        for start, at in (("stimulus", 0.0), ("mep_onset", 22.0), ("mep_end", 42.0))
    }
    return {"cortical_sp": made}, {"cortical_sp": true}


def _subject(seed, name, muscle, active):
    who = physiology(participant(name, seed), "morning", muscle, seed, Parameters())
    n = N_ACTIVE if active else N_REST
    mso = 1.5 * who.active.threshold_mso if active else 1.2 * who.rest.threshold_mso
    pulses = pd.DataFrame(
        {"pulse": "single", "intensity_mso": np.rint(mso), "hotspot_muscle": muscle, "hotspot_side": "R",
         "state": "active" if active else "rest"},
        index=range(n),
    )  # fmt: skip
    view = seen(Channel(who, active=bool(active)), np.full(n, np.rint(mso)), CLOCK, Parameters(),
                generator(seed, name, active))  # fmt: skip
    rows = detect(condition(Trials(view.emg_uv[:, None], CLOCK.times_ms, [muscle], pulses, ["R"])))
    made, true = summarise(rows), summarise(_truly(rows, view))
    wanted = ACTIVE if active else REST
    both = made.merge(true, on=["metric", "convention"], suffixes=("", "_true"))
    both = both[both["metric"].isin(wanted)]
    return pd.DataFrame(
        {"metric": both["metric"] + (" (active)" if active else " (rest)"), "convention": both["convention"],
         "true": both["value_true"], "found": both["value"]}
    )  # fmt: skip


def _truly(rows, view):
    """The rows with what is true in place of what was measured."""
    truth = pd.DataFrame(view.truth)
    has = truth["silent_period_end_ms"].notna()
    end_ms = true_end_ms(view.mep_uv, CLOCK.times_ms)
    inside = (CLOCK.times_ms >= truth["onset_ms"].to_numpy()[:, None]) & (CLOCK.times_ms <= end_ms[:, None])
    area = np.where(inside, np.abs(view.mep_uv), 0.0).sum(axis=-1) * (1000.0 / CLOCK.rate_hz)
    real = truth["peak_to_peak_uv"].notna().to_numpy()
    return rows.assign(
        peak_to_peak_uv=truth["peak_to_peak_uv"].fillna(0.0).to_numpy(),
        mep_present=truth["peak_to_peak_uv"].to_numpy() >= 50.0,
        area_uv_ms=np.where(real, area, np.nan),
        onset_ms=truth["onset_ms"].to_numpy(),
        onset_alone_ms=truth["onset_ms"].to_numpy(),
        mep_end_ms=end_ms,
        cortical_sp_present=has.to_numpy(),
        cortical_sp_censored=False,
        cortical_sp_first_return_ms=truth["silent_period_first_return_ms"].where(has).to_numpy(),
        cortical_sp_full_return_ms=truth["silent_period_full_return_ms"].where(has).to_numpy(),
        cortical_sp_depth_percent=100.0,
    )


def main():
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subjects", type=int, default=200)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    print(f"seed {args.seed}; Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}")
    pd.set_option("display.width", 160, "display.max_rows", 200, "display.max_columns", 20)
    if args.subjects:
        table = subjects(args.seed, args.subjects)
        table = table.assign(off=table["found"] - table["true"], percent=100 * (table["found"] / table["true"] - 1))
        groups = table.groupby(["metric", "convention"], sort=False)
        print(f"\n{args.subjects} subjects from raw epochs: median of found less true, of the same trials")
        print(pd.DataFrame({"bias": groups["off"].median(), "%": groups["percent"].median(),
                            "given %": 100 * groups["found"].count() / groups.size()}).round(2))  # fmt: skip
    for n_trials in COUNTS if args.draws else ():
        table = draws(args.seed, args.draws, n_trials)
        table = table[table["low"].notna()]
        held = (table["low"] <= table["true"]) & (table["true"] <= table["high"])
        print(f"\n{args.draws} draws of {n_trials} trials: interval holds the truth, %")
        print((100 * held.groupby([table["metric"], table["convention"]], sort=False).mean()).round(1).to_string())


if __name__ == "__main__":
    main()
