"""Recruitment curves and thresholds: simulated subjects from raw epochs, and how often the intervals hold the truth.

    python benchmarks/metrics_recruitment.py [--subjects N] [--draws N] [--seed K]

Curves rest on 24 pulses: 4 at each of 6 intensities from 90 to 150 % of the threshold. Sizes scatter log-normally
around a Boltzmann, or around a rectified logistic (said in the metric's name), with a jitter of the threshold that no
fit knows of; sizes under 25 µV do not exist. Silent periods in contraction end along a Boltzmann, 6 pulses at each of
12 intensities.
"""

import argparse
import platform

import numpy as np
import pandas as pd
import recruitment_people as people
import scipy

from pipeline import Trials, condition, detect, summarise
from pipeline.excitability import recruitment, recruitment_area, silent_period_curve
from pipeline.excitability.motor_threshold import rmt
from pipeline.synthetic.amplifier import Clock
from pipeline.synthetic.parameters import Parameters, generator
from pipeline.synthetic.recording import Channel, recorded, seen

LEVELS, N_EACH = np.linspace(0.9, 1.5, 6), 4
ACTIVE_LEVELS, N_ACTIVE = np.append(np.arange(0.82, 1.12, 0.04), [1.2, 1.35, 1.5, 1.65]), 6
THRESHOLD_LEVELS = np.array([-4.0, -2, 0, 2, 4])
CLOCK = Clock(4000.0, -150.0, 500 * 4)
FITTED = {
    "recruitment_s50": recruitment.recruitment_s50,
    "recruitment_threshold": recruitment.recruitment_threshold,
    "recruitment_slope": recruitment.recruitment_slope,
    "recruitment_mep_max": recruitment.recruitment_mep_max,
    "s1mv": recruitment.s1mv,
}
SILENT = ("cortical_sp_curve_max", "cortical_sp_curve_slope", "cortical_sp_curve_v50")
MODELLED = " (truth rectified logistic)"


def subjects(seed, n):
    """What is true and what is found in `n` subjects: metric, convention, true, found, drawn.

    Of silent-period curves what is true is read from the true ends of the same trials: it is the signal chain that is
    judged, the fit in `draws`. `drawn` is the same for recruitment curves.

    Parameters
    ----------
    seed : int
        Another seed is other people.
    n : int
        How many; every third has a leg muscle.
    """
    return pd.concat([_subject(seed, f"sub-{k:03}", "FDI" if k % 3 else "TA") for k in range(1, n + 1)])


def draws(seed, n):
    """Limits of the intervals in `n` samples of rows: metric, convention, true, low, high; NaN where none is given."""
    rows = []
    for k in range(n):
        rng = generator(seed, "recruitment", k)
        who = people.person(seed, f"draw-{k}", "FDI")
        rows += _drawn_curve(who.rest, rng, "") + _drawn_curve(people.rectified(who.rest), rng, MODELLED)
        rows += _drawn_threshold(who.rest, rng) + _drawn_silence(who, rng)
    return pd.DataFrame(rows, columns=["metric", "convention", "true", "low", "high"])


def _drawn_curve(curve, rng, said):
    levels = people.levels(curve.threshold_mso, LEVELS)
    intensity = np.repeat(levels, N_EACH)
    size, background = people.measured(people.sizes(curve, intensity, rng), rng)
    true = people.truth(curve)
    made = {name: function(intensity, size, background) for name, function in FITTED.items()}
    rows = [
        (name + said, convention, true[name], each.ci_low, each.ci_high)
        for name, found in made.items()
        for convention, each in found._asdict().items()
    ]
    area = recruitment_area.recruitment_auc(intensity, size).trapezoid
    return [*rows, ("recruitment_auc" + said, "trapezoid", people.area(curve, levels, rng), area.ci_low, area.ci_high)]


def _drawn_threshold(curve, rng):
    rows = []
    for n_each in (3, 10):
        intensity = np.repeat(np.rint(curve.threshold_mso + rng.normal(0, 0.5)) + THRESHOLD_LEVELS, n_each)
        size, background = people.measured(people.sizes(curve, intensity, rng), rng)
        made = rmt(intensity, size, background, np.full(len(size), np.nan))
        rows += [
            (f"rmt ({len(size)} pulses)", name, curve.threshold_mso, each.ci_low, each.ci_high)
            for name, each in made._asdict().items()
            if name in ("ml_pest", "graded_amplitude")
        ]
    return rows


def _drawn_silence(who, rng):
    own = people.Silenced(**vars(who))
    (v50, k), longest = own.curve_mso, own.silent_period_at_150_amt_ms
    intensity = np.repeat(people.levels(who.active.threshold_mso, ACTIVE_LEVELS), N_ACTIVE)
    end_ms = longest / (1 + np.exp(k * (v50 - intensity))) + rng.normal(
        0, Parameters().silent_period_sd_ms, len(intensity)
    )
    has, unknown = end_ms >= people.SILENT_MS, np.full(len(intensity), np.nan)
    columns = (intensity, has, np.zeros(len(has)), np.where(has, end_ms, np.nan), unknown, unknown)
    true = dict(zip(SILENT, (longest, longest * k / 4, v50), strict=True))
    made = {name: getattr(silent_period_curve, name)(*columns).first_return_from_stimulus for name in SILENT}
    return [(name, "first_return_from_stimulus", true[name], each.ci_low, each.ci_high) for name, each in made.items()]


def _subject(seed, name, muscle):
    who = people.Silenced(**vars(people.person(seed, name, muscle)))
    rng = generator(seed, name, "recruitment subject")
    parts = [_found_curve(who, who.rest, rng, ""), _found_curve(who, people.rectified(who.rest), rng, MODELLED)]
    parts += [_found_threshold(who, rng, n_each) for n_each in (3, 10)]
    return pd.concat([*parts, _found_active(who, rng)]).assign(subject=name)


def _epochs(who, intensity, rng, active=False, size=None):
    """Rows of trials with their truth."""
    pulses = pd.DataFrame(
        {
            "pulse": "single",
            "intensity_mso": rng.permutation(intensity) if size is None else intensity,
            "hotspot_muscle": who.muscle,
            "hotspot_side": "R",
            "state": "active" if active else "rest",
        }
    )
    channel = Channel(who, active=active)
    name = f"{rng.integers(10**9)}"
    if size is None:
        trials, truth = recorded([channel], pulses, CLOCK, Parameters(), name)
    else:
        view = seen(channel, intensity, CLOCK, Parameters(), generator(name), size)
        trials, truth = (
            Trials(view.emg_uv[:, None], CLOCK.times_ms, [who.muscle], pulses, ["R"]),
            pd.DataFrame(view.truth),
        )
    rows = detect(condition(trials))
    kept = ("peak_to_peak_uv", "silent_period_first_return_ms", "silent_period_full_return_ms", "silent_period_end_ms")
    return rows.assign(**{f"true_{each}": truth[each].to_numpy() for each in kept})


def _table(made, true, said="", drawn=None):
    """What is true beside what was found, of the metrics whose truth is known."""
    made = made[made["metric"].isin(true) & (made["convention"] != "entered")]
    table = pd.DataFrame({"metric": made["metric"] + said, "convention": made["convention"]})
    table = table.assign(true=[true[each] for each in made["metric"]], found=made["value"], status=made["status"])
    return table.assign(drawn=np.nan if drawn is None else drawn.loc[made.index, "value"])


def _found_curve(who, curve, rng, said):
    levels = people.levels(curve.threshold_mso, LEVELS)
    intensity = np.repeat(levels, N_EACH)
    rows = _epochs(who, intensity, rng, size=people.sizes(curve, intensity, rng))
    drawn = summarise(rows.assign(peak_to_peak_uv=rows["true_peak_to_peak_uv"].fillna(5.0)))
    true = {**people.truth(curve), "recruitment_auc": people.area(curve, levels, rng)}
    return _table(summarise(rows), true, said, drawn)


def _found_threshold(who, rng, n_each):
    levels = np.minimum(np.rint(who.rest.threshold_mso + rng.normal(0, 0.5)) + THRESHOLD_LEVELS, 100.0)
    rows = _epochs(who, np.repeat(levels, n_each), rng)
    return _table(summarise(rows), {"rmt": who.rest.threshold_mso}, f" ({len(rows)} pulses)")


def _found_active(who, rng):
    rows = _epochs(who, np.repeat(people.levels(who.active.threshold_mso, ACTIVE_LEVELS), N_ACTIVE), rng, active=True)
    known = {"amt": who.active.threshold_mso, "inhibitory_threshold": who.inhibitory_threshold_mso}
    first, full = rows["true_silent_period_first_return_ms"], rows["true_silent_period_full_return_ms"]
    has = rows["true_silent_period_end_ms"].notna()
    ends = {"cortical_sp_first_return_ms": first.where(has), "cortical_sp_full_return_ms": full.where(has)}
    drawn = summarise(rows.assign(**ends, cortical_sp_present=has, cortical_sp_censored=False))
    made = summarise(rows)
    curves = made[made["metric"].isin(SILENT) & made["convention"].str.endswith("stimulus")]
    silent = pd.DataFrame({"metric": curves["metric"], "convention": curves["convention"]})
    silent = silent.assign(true=drawn.loc[curves.index, "value"], found=curves["value"], status=curves["status"])
    return pd.concat([_table(made, known), silent])


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
        _print_bias(subjects(args.seed, args.subjects), args.subjects)
    if args.draws:
        _print_coverage(draws(args.seed, args.draws), args.draws)


def _print_bias(table, n):
    table = table.assign(off=table["found"] - table["true"], chain=table["found"] - table["drawn"])
    groups = table.groupby(["metric", "convention"], sort=False)
    found = pd.DataFrame(
        {
            "bias": groups["off"].median(),
            "% of truth": 100 * (table["off"] / table["true"]).groupby([table["metric"], table["convention"]]).median(),
            "median error": groups["off"].agg(lambda each: each.abs().median()),
            "of the signal": groups["chain"].median(),
            "given %": 100 * groups["found"].count() / groups.size(),
        }
    )
    print(f"\n{n} subjects from raw epochs: median of found less true; of the signal: against drawn sizes")
    print(found.round(2))
    print(table.groupby("metric", sort=False)["status"].value_counts().to_string())


def _print_coverage(table, n):
    table = table[table["true"].notna()]
    given = table["low"].notna()
    inside = ((table["low"] <= table["true"]) & (table["true"] <= table["high"])).where(given)
    keys = [table["metric"], table["convention"]]
    print(f"\n{n} draws: interval holds the truth, % of those given")
    held = 100 * inside.astype(float).groupby(keys, sort=False).mean()
    print(pd.DataFrame({"holds": held, "given": 100 * given.groupby(keys, sort=False).mean()}).round(1))


if __name__ == "__main__":
    main()
