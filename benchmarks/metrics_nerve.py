"""Nerve and root stimulation: simulated subjects from raw epochs, and how often the intervals hold the truth.

    python benchmarks/metrics_nerve.py [--subjects N] [--draws N] [--nulls N] [--seed K]

Half of the subjects are an FDI or TA with 20 supramaximal nerve pulses, 6 pulses at the root, 8 to the cortex in
contraction and 25 at rest, half a soleus with 4 pulses at each of 29 currents. True are the noise-free responses of the
same trials, but for the top of the H curve, and for H at a stated M, where it is the curve that sizes are drawn about.
"""

import argparse
import platform

import numpy as np
import pandas as pd
import scipy

from pipeline import condition, detect, summarise
from pipeline.excitability import f_wave, f_wave_duration, m_wave, spinal
from pipeline.synthetic import memory
from pipeline.synthetic.nerve import nerve_of
from pipeline.synthetic.nerve_trials import nerve_trials, root_trials
from pipeline.synthetic.parameters import Parameters, generator

N_STIMULI = 20
SERIES = np.append(np.repeat(np.linspace(0.4, 1.15, 26), 4), np.repeat([1.8, 1.9, 2.0], 4))
"""Currents of a recruitment series, over that of half the M wave."""
EPOCH_MS = (-150.0, 150.0)
MUSCLES = ("FDI", "SOL", "TA", "SOL")
CLEAN = Parameters(noise_uv=0.0, mains_uv=0.0, drift_uv=0.0, artefact_uv=(0.0, 0.0), preactivated_share=0.0)


def subjects(seed, n):
    """What is true and what is found in `n` subjects: metric, convention, true, found, unit, status, subject.

    Parameters
    ----------
    seed : int
        Another seed is other people.
    n : int
        How many.
    """
    made = [_subject(MUSCLES[k % len(MUSCLES)], 1000 * seed + k) for k in range(n)]
    return pd.concat(made, ignore_index=True)


def draws(seed, n, n_trials=N_STIMULI):
    """Limits of the intervals in `n` draws of rows: metric, convention, true, low, high."""
    rng = generator(seed, "nerve draws", n_trials)
    rows = [row for _ in range(n) for row in _drawn(rng, n_trials)]
    return pd.DataFrame(rows, columns=["metric", "convention", "true", "low", "high"])


def nulls(seed, n):
    """Share of trials in which a wave is found that is not there: muscle, wave, noise_uv, alarms, n; `n` recordings."""
    rows = []
    for k in range(n):
        for muscle, waves in (("FDI", "f"), ("TA", "f"), ("SOL", "hf")):
            who, noise = _who(muscle, 1000 * seed + k, f_persistence=0.0, h_max_uv=0.0)
            trials, _ = nerve_trials(who, np.full(40, 1.9 * who.m50_ma), parameters=noise, epoch_ms=EPOCH_MS, seed=seed)
            found = detect(condition(trials))
            rows += [(muscle, wave, noise.noise_uv, int(found[f"{wave}_present"].sum()), 40) for wave in waves]
    return pd.DataFrame(rows, columns=["muscle", "wave", "noise_uv", "alarms", "n"])


def _who(muscle, seed, **changed):
    nerve = nerve_of(muscle, seed)
    noise_uv = float(np.exp(generator(seed, "noise").uniform(np.log(0.7), np.log(4.0))))
    return nerve.__class__(**{**nerve.__dict__, **changed}), Parameters(noise_uv=noise_uv)


def _subject(muscle, seed):
    nerve, noise = _who(muscle, seed)
    share = SERIES if muscle == "SOL" else np.full(N_STIMULI, 1.9)
    at_nerve, truth = nerve_trials(nerve, share * nerve.m50_ma, parameters=noise, epoch_ms=EPOCH_MS, seed=seed)
    true = _h_truth(nerve, truth, share) if muscle == "SOL" else {}
    strong = truth["m_peak_to_peak_uv"] >= 0.9 * _plateau(truth, share)
    true |= _nerve_truth(truth, share, strong)
    tables = [detect(condition(at_nerve)).assign(recording="nerve")]
    if muscle != "SOL":
        others, more = _magnetic(nerve, noise, seed, truth, _plateau(truth, share))
        tables, true = [*tables, *others], true | more
    made = summarise(pd.concat(tables, ignore_index=True).assign(session="a"), {"not_target": True})
    made = made[(made["metric"] != "mep_to_mmax") | (made["state"] == "rest")].set_index(["metric", "convention"])
    found = made.loc[list(true)].reset_index()[["metric", "convention", "value", "unit", "status"]]
    return found.rename(columns={"value": "found"}).assign(true=list(true.values()), subject=f"{muscle}-{seed}")


def _plateau(truth, share):
    return float(truth["m_peak_to_peak_uv"][share >= 0.9 * share.max()].median())


def _nerve_truth(truth, share, strong):
    own = truth[strong & truth["f_onset_ms"].notna()]
    f, m = own["f_onset_ms"], truth["m_onset_ms"][strong]
    lasted, of_m = own["f_duration_ms"], truth["m_duration_ms"][strong]
    size = 100.0 * own["f_peak_to_peak_uv"] / _plateau(truth, share)
    return {
        ("mmax", "plateau"): _plateau(truth, share),
        ("mmax", "largest"): truth["m_peak_to_peak_uv"].max(),
        ("m_latency", "median"): m.median(),
        ("m_latency", "shortest_of_first_5"): m[:5].min(),
        ("f_latency", "minimum"): f.min(),
        ("f_latency", "mean"): f.mean(),
        ("f_latency", "maximum"): f.max(),
        ("f_persistence", "fraction"): len(own) / strong.sum(),
        ("f_chronodispersion", "range"): np.ptp(f),
        ("f_amplitude_to_m", "mean"): size.mean(),
        ("f_amplitude_to_m", "geometric_mean"): np.exp(np.log(size).mean()),
        ("f_duration", "mean"): lasted.mean(),
        ("f_duration_to_m_duration", "ratio_of_means"): lasted.mean() / of_m.mean(),
        ("f_duration_to_m_duration", "geometric_ratio"): np.exp(np.log(lasted).mean() - np.log(of_m).mean()),
        ("pmct", "f_wave"): (f.min() + m.median() - 1.0) / 2.0,
    }


def _h_truth(nerve, truth, share):
    full = _plateau(truth, share)
    own = truth[truth["m_peak_to_peak_uv"] < 0.9 * full]
    per_uv = (truth["m_peak_to_peak_uv"] / nerve.m_share(share * nerve.m50_ma)).median()
    at = nerve.m50_ma * (1.0 + scipy.special.logit(0.1 * full / per_uv) / nerve.m_slope)
    mean = np.exp(nerve.h_log_sd**2 / 2.0)
    here = own["h_onset_ms"].notna().groupby(np.round(share[own.index] * nerve.m50_ma, 1)).mean()
    onsets = own["h_onset_ms"][own["h_peak_to_peak_uv"] >= 0.2 * own["h_peak_to_peak_uv"].max()]
    return {
        ("h_reflex", "top_of_curve"): 100.0 * nerve.h_max_uv * mean / full,
        ("h_reflex", "largest_mean"): 100.0 * nerve.h_max_uv * mean / full,
        ("h_reflex", "largest_trial"): 100.0 * own["h_peak_to_peak_uv"].max() / full,
        ("h_reflex", "h_max"): nerve.h_max_uv * mean,
        ("h_latency", "median"): onsets.median(),
        ("h_latency", "shortest"): onsets.min(),
        ("h_threshold", "half_of_trials"): here.index[(here >= 0.5).to_numpy().argmax()],
        ("h_at_m", "interpolated"): 100.0 * float(nerve.h_uv(at)) * mean / full,
    }


def _magnetic(nerve, noise, seed, n_truth, full):
    """Rows of pulses at the root and to the cortex, and what is true of them."""
    at_root, r_truth = root_trials(nerve, 6, parameters=noise, epoch_ms=EPOCH_MS, seed=seed)
    active, c_truth = memory.trials(8, muscle=nerve.muscle, state="active", seed=seed)
    rest, s_truth = memory.trials(25, muscle=nerve.muscle, seed=seed, parameters=noise)
    clean = detect(memory.trials(25, muscle=nerve.muscle, seed=seed, parameters=CLEAN)[0])
    m = detect(nerve_trials(nerve, np.full(3, 1.9 * nerve.m50_ma), parameters=CLEAN, epoch_ms=EPOCH_MS, seed=seed)[0])
    sizes, central = s_truth["peak_to_peak_uv"].dropna(), c_truth["onset_ms"].dropna()[:5].min()
    by_f = (n_truth["f_onset_ms"].min() + n_truth["m_onset_ms"].median() - 1.0) / 2.0
    tables = [
        detect(condition(trials)).assign(recording=name)
        for name, trials in (("root", at_root), ("active", active), ("rest", rest))
    ]
    return tables, {
        ("mep_to_mmax", "amplitude_mean"): 100.0 * sizes.mean() / full,
        ("mep_to_mmax", "amplitude_geometric_mean"): 100.0 * np.exp(np.log(sizes).mean()) / full,
        ("mep_to_mmax", "area_mean"): 100.0 * clean["area_uv_ms"].mean() / m["m_area_uv_ms"].median(),
        ("cmct", "root"): central - r_truth["root_onset_ms"][:5].min(),
        ("cmct", "f_wave"): central - by_f,
    }


def _drawn(rng, n):
    """One draw of the rows of a nerve study, and the intervals it gives."""
    persistence, spread, base = rng.uniform(0.5, 0.95), rng.uniform(0.5, 1.5), rng.uniform(26.0, 50.0)
    log_sd, f_ms = rng.uniform(0.3, 0.6), rng.uniform(8.0, 14.0)
    m = (1e4 * np.exp(rng.normal(0.0, 0.02, n)), np.ones(n), np.full(n, 20.0))
    present = (rng.random(n) < persistence).astype(float)
    size, lasted = 200.0 * np.exp(rng.normal(0.0, log_sd, n)), f_ms * np.exp(rng.normal(0.0, 0.12, n))
    onset = np.where(present > 0, base + rng.gamma(2.0, spread / 2.0, n), np.nan)
    f = (present, np.where(present > 0, size, 8.0), *m)
    of_m, mean = rng.normal(6.0, 0.1, n), np.exp(log_sd**2 / 2.0)
    meps = 1500.0 * np.exp(rng.normal(0.0, log_sd, n))
    series = 1e3 + rng.uniform(-450.0, 450.0, n)
    h = (2000.0 + 1.5 * series) * np.exp(rng.normal(-(0.12**2) / 2.0, 0.12, n))
    both = [np.append(a, b) for a, b in ((h, np.full(9, 50.0)), (series, np.full(9, 1e4)))]
    at_m = spinal.h_at_m(*both, np.ones(n + 9), np.append(np.full(n, 8.0), np.full(9, 20.0)))
    ratios = f_wave_duration.f_duration_to_m_duration(
        np.where(present > 0, lasted, np.nan), present, of_m, *m, rng, n_boot=1000
    )
    made = {
        ("mmax", "plateau", 1e4): m_wave.mmax(*m).plateau,
        ("m_latency", "median", 4.0): m_wave.m_latency(*m[:2], rng.normal(4.0, 0.1, n), m[2]).median,
        ("f_latency", "mean", base + spread): f_wave.f_latency(onset, *f).mean,
        ("f_persistence", "fraction", persistence): f_wave.f_persistence(*f).fraction,
        ("f_duration", "mean", f_ms * np.exp(0.12**2 / 2.0)): f_wave_duration.f_duration(
            np.where(present > 0, lasted, np.nan), *f
        ).mean,
        ("f_duration_to_m_duration", "ratio_of_means", f_ms * np.exp(0.12**2 / 2.0) / 6.0): ratios.ratio_of_means,
        ("f_duration_to_m_duration", "geometric_ratio", f_ms / 6.0): ratios.geometric_ratio,
        ("h_at_m", "interpolated", 35.0): at_m.interpolated,
    }
    amplitude = f_wave.f_amplitude_to_m(*f, rng, n_boot=1000)
    mep = m_wave.mep_to_mmax(meps, 5.0 * meps, m[0], 4.0 * m[0], m[1], m[2], rng, n_boot=1000)
    made |= {
        ("f_amplitude_to_m", "mean", 2.0 * mean): amplitude.mean,
        ("f_amplitude_to_m", "geometric_mean", 2.0): amplitude.geometric_mean,
        ("mep_to_mmax", "amplitude_mean", 15.0 * mean): mep.amplitude_mean,
        ("mep_to_mmax", "amplitude_geometric_mean", 15.0): mep.amplitude_geometric_mean,
        ("mep_to_mmax", "area_mean", 18.75 * mean): mep.area_mean,
    }
    return [(*key, each.ci_low, each.ci_high) for key, each in made.items()]


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subjects", type=int, default=200)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--nulls", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    print(f"seed {args.seed}; Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}")
    if args.subjects:
        _print_bias(subjects(args.seed, args.subjects), args.subjects)
    if args.draws:
        table = draws(args.seed, args.draws)
        held = (table["low"] <= table["true"]) & (table["true"] <= table["high"])
        print(f"\n{args.draws} draws of {N_STIMULI} stimuli: interval holds the truth, %")
        print((100 * held.groupby([table["metric"], table["convention"]], sort=False).mean()).round(1).to_string())
    if args.nulls:
        table = nulls(args.seed, args.nulls)
        print("\ntrials without a wave in which one is found, %")
        print(100 * table.groupby(["muscle", "wave"])[["alarms", "n"]].sum().pipe(lambda t: t["alarms"] / t["n"]))


def _print_bias(table, n):
    times = table["unit"].isin(["ms", "mA"])
    off = (table["found"] - table["true"]).where(times, 100.0 * (table["found"] / table["true"] - 1.0))
    groups = off.groupby([table["metric"], table["convention"]], sort=False)
    found = pd.DataFrame(
        {
            "median": groups.median(),
            "5 %": groups.quantile(0.05),
            "95 %": groups.quantile(0.95),
            "n": groups.count(),
            "of": groups.size(),
        }
    )
    print(f"\n{n} subjects: bias, ms or mA, others % of the truth")
    print(found.round(3).to_string())
    print(table.groupby("metric")["status"].value_counts().to_string())


if __name__ == "__main__":
    main()
