"""Recruitment curves and thresholds: simulated subjects from raw epochs, and how often the intervals hold the truth.

    python benchmarks/metrics_recruitment.py [--subjects N] [--draws N] [--seed K]

Curves rest on 24 pulses: 4 at each of 6 intensities from 90 to 150 % of the threshold. Sizes scatter log-normally
around a Boltzmann, or around a rectified logistic (said in the metric's name), with a jitter of the threshold that no
fit knows of; sizes under 25 µV do not exist. Silent periods in contraction end along a Boltzmann, 6 pulses at each of
12 intensities.
"""

import argparse
import dataclasses
import platform

import numpy as np
import pandas as pd
import scipy

from pipeline import Trials, condition, detect, summarise
from pipeline.excitability import recruitment, recruitment_area, silent_period_curve
from pipeline.excitability.curve_fit import rectified_logistic
from pipeline.excitability.motor_threshold import rmt
from pipeline.synthetic.amplifier import Clock
from pipeline.synthetic.parameters import Parameters, generator
from pipeline.synthetic.physiology import Physiology, participant, physiology
from pipeline.synthetic.recording import Channel, recorded, seen

LEVELS, N_EACH = np.linspace(0.9, 1.5, 6), 4
ACTIVE_LEVELS, N_ACTIVE = np.append(np.arange(0.82, 1.12, 0.04), [1.2, 1.35, 1.5, 1.65]), 6
THRESHOLD_LEVELS = np.array([-4.0, -2, 0, 2, 4])
CLOCK = Clock(4000.0, -150.0, 500 * 4)
SILENT_MS = 75.0
"""A silent period that would end earlier is hidden in the MEP: there is none."""
FITTED = {
    "recruitment_s50": recruitment.recruitment_s50,
    "recruitment_threshold": recruitment.recruitment_threshold,
    "recruitment_slope": recruitment.recruitment_slope,
    "recruitment_mep_max": recruitment.recruitment_mep_max,
    "s1mv": recruitment.s1mv,
}
SILENT = ("cortical_sp_curve_max", "cortical_sp_curve_slope", "cortical_sp_curve_v50")
MODELLED = " (truth rectified logistic)"


@dataclasses.dataclass(frozen=True)
class Rectified:
    """A recruitment curve that is a rectified logistic, as `pipeline.synthetic.recruitment.Curve` is a Boltzmann."""

    threshold_mso: float
    max_uv: float
    s50_mso: float
    slope_per_mso: float
    foot: float = 0.05

    def median_uv(self, intensity_mso):
        """Median size at intensities (n,)."""
        shape = np.array([self.s50_mso, np.log(self.slope_per_mso), np.log(self.foot)])
        return self.max_uv * rectified_logistic(np.asarray(intensity_mso, float), shape)


class Silenced(Physiology):
    """A muscle whose silent period ends along a Boltzmann, steepest at the active threshold."""

    @property
    def curve_mso(self):
        """Midpoint and steepness."""
        return self.active.threshold_mso, 7.0 / self.active.threshold_mso

    def silent_period_ms(self, intensity_mso):
        """Mean end of the silent period."""
        v50, k = self.curve_mso
        end_ms = self.silent_period_at_150_amt_ms / (1 + np.exp(k * (v50 - np.asarray(intensity_mso, float))))
        return np.where(end_ms >= SILENT_MS, end_ms, np.nan)

    @property
    def inhibitory_threshold_mso(self):
        """Lowest intensity with a silent period."""
        v50, k = self.curve_mso
        return v50 + scipy.special.logit(SILENT_MS / self.silent_period_at_150_amt_ms) / k


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
        who = _person(seed, f"draw-{k}", "FDI")
        rows += _drawn_curve(who.rest, rng, "") + _drawn_curve(_rectified(who.rest), rng, MODELLED)
        rows += _drawn_threshold(who.rest, rng) + _drawn_silence(who, rng)
    return pd.DataFrame(rows, columns=["metric", "convention", "true", "low", "high"])


def _person(seed, name, muscle):
    # even numbers are controls
    number = 2 * int(generator(seed, name).integers(10**6))
    return physiology(participant(f"sub-{number}", seed), name, muscle, seed, Parameters())


def _rectified(curve):
    return Rectified(curve.threshold_mso, curve.max_uv, curve.s50_mso, curve.slope_per_mso)


def _truth(curve):
    """What every metric of a curve is."""
    foot, k, s50 = getattr(curve, "foot", 0.0), curve.slope_per_mso, curve.s50_mso
    back = np.log1p(2 * foot) + 2 * (1 - foot) / (1 + foot)
    share = 1000.0 / curve.max_uv
    up = scipy.special.logit((share + foot) / (1 + foot)) - np.log1p(2 * foot) if share < 1 else np.nan
    values = (s50, s50 - back / k, curve.max_uv * (1 + foot) * k / 4, curve.max_uv, s50 + up / k)
    return dict(zip(FITTED, values, strict=True))


def _sizes(curve, intensity_mso, rng):
    """Sizes of responses, NaN for none."""
    jitter = rng.normal(0, Parameters().threshold_jitter * curve.threshold_mso, len(intensity_mso))
    size = curve.median_uv(intensity_mso - jitter) * np.exp(rng.normal(0, Parameters().log_sd, len(intensity_mso)))
    return np.where(size >= Parameters().smallest_mep_uv, size, np.nan)


def _area(curve, levels, rng):
    """Area under the true means, of very many trials."""
    means = np.nan_to_num(_sizes(curve, np.repeat(levels, 2000), rng)).reshape(len(levels), -1).mean(axis=1)
    return float((np.diff(levels) * (means[1:] + means[:-1]) / 2).sum())


def _measured(size, rng):
    """Sizes as they come out of noise, and the background."""
    background, noise = (5 * np.exp(rng.normal(0, 0.15, len(size))) for _ in range(2))
    return np.hypot(np.nan_to_num(size), noise), background


def _levels(threshold_mso, relative=LEVELS):
    return np.unique(np.minimum(np.rint(threshold_mso * relative), 100.0))


def _drawn_curve(curve, rng, said):
    levels = _levels(curve.threshold_mso)
    intensity = np.repeat(levels, N_EACH)
    size, background = _measured(_sizes(curve, intensity, rng), rng)
    true = _truth(curve)
    made = {name: function(intensity, size, background) for name, function in FITTED.items()}
    rows = [
        (name + said, convention, true[name], each.ci_low, each.ci_high)
        for name, found in made.items()
        for convention, each in found._asdict().items()
    ]
    area = recruitment_area.recruitment_auc(intensity, size).trapezoid
    return [*rows, ("recruitment_auc" + said, "trapezoid", _area(curve, levels, rng), area.ci_low, area.ci_high)]


def _drawn_threshold(curve, rng):
    rows = []
    for n_each in (3, 10):
        intensity = np.repeat(np.rint(curve.threshold_mso + rng.normal(0, 0.5)) + THRESHOLD_LEVELS, n_each)
        size, background = _measured(_sizes(curve, intensity, rng), rng)
        made = rmt(intensity, size, background, np.full(len(size), np.nan))
        rows += [
            (f"rmt ({len(size)} pulses)", name, curve.threshold_mso, each.ci_low, each.ci_high)
            for name, each in made._asdict().items()
            if name in ("ml_pest", "graded_amplitude")
        ]
    return rows


def _drawn_silence(who, rng):
    own = Silenced(**vars(who))
    (v50, k), longest = own.curve_mso, own.silent_period_at_150_amt_ms
    intensity = np.repeat(_levels(who.active.threshold_mso, ACTIVE_LEVELS), N_ACTIVE)
    end_ms = longest / (1 + np.exp(k * (v50 - intensity))) + rng.normal(
        0, Parameters().silent_period_sd_ms, len(intensity)
    )
    has, unknown = end_ms >= SILENT_MS, np.full(len(intensity), np.nan)
    columns = (intensity, has, np.zeros(len(has)), np.where(has, end_ms, np.nan), unknown, unknown)
    true = dict(zip(SILENT, (longest, longest * k / 4, v50), strict=True))
    made = {name: getattr(silent_period_curve, name)(*columns).first_return_from_stimulus for name in SILENT}
    return [(name, "first_return_from_stimulus", true[name], each.ci_low, each.ci_high) for name, each in made.items()]


def _subject(seed, name, muscle):
    who = Silenced(**vars(_person(seed, name, muscle)))
    rng = generator(seed, name, "recruitment subject")
    parts = [_found_curve(who, who.rest, rng, ""), _found_curve(who, _rectified(who.rest), rng, MODELLED)]
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
    levels = _levels(curve.threshold_mso)
    intensity = np.repeat(levels, N_EACH)
    rows = _epochs(who, intensity, rng, size=_sizes(curve, intensity, rng))
    drawn = summarise(rows.assign(peak_to_peak_uv=rows["true_peak_to_peak_uv"].fillna(5.0)))
    true = {**_truth(curve), "recruitment_auc": _area(curve, levels, rng)}
    return _table(summarise(rows), true, said, drawn)


def _found_threshold(who, rng, n_each):
    levels = np.minimum(np.rint(who.rest.threshold_mso + rng.normal(0, 0.5)) + THRESHOLD_LEVELS, 100.0)
    rows = _epochs(who, np.repeat(levels, n_each), rng)
    return _table(summarise(rows), {"rmt": who.rest.threshold_mso}, f" ({len(rows)} pulses)")


def _found_active(who, rng):
    rows = _epochs(who, np.repeat(_levels(who.active.threshold_mso, ACTIVE_LEVELS), N_ACTIVE), rng, active=True)
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
