"""How right the detection is, on trials of known truth and on real recordings.

    python benchmarks/accuracy.py [--part PART ...] [--trials N] [--sessions N] [--seed K]

Sessions are of one person and muscle with many sizes, SNR (peak-to-peak over the RMS of the noise) log-uniform 8-200
unless a set says otherwise. The true onset is the first sample where the noise-free MEP exceeds 1 % of its peak; what
it is for real material, see benchmarks/real_shapes.py and real_sessions.py. All go through the default conditioning.
"""

import argparse
import itertools
import platform
import sys
import time

import bars
import measuring
import numpy as np
import other_tool
import pandas as pd
import real_sessions
import scipy
import scores
import sets

PARTS = ("summary", "onset", "size", "null", "presence", "silent", "reference", "other tool")
FAMILIES = ("gaussian_derivatives", "gaussian", "fibre", "tripole")
SHAPES = ("synthetic", "faint", *FAMILIES, "mixed", "half null", "shift", "artefact")
REAL = ("real hand", "real all", "real active", "real hum")
ONSET = (*SHAPES, *REAL, *(f"degraded {snr}" for snr in (12, 25, 50, 100)))
NULL = ("null", "null own", "real null", "real null active")
PRESENCE = ("faint half null", "real faint half null", "real faint half null active")
SILENT = ("synthetic", "gaussian", "real silent")
SIZE = ("synthetic", "real all", "real active", "artefact")
SUMMARY = (*(each.name for each in bars.ONSET), "shift", *NULL, *PRESENCE[1:])
NEEDED = {"summary": SUMMARY, "onset": ONSET, "null": NULL, "presence": PRESENCE, "size": SIZE}
SNR_EDGES = (8, 20, 50, 100, 200)
TUNED = """What was tuned on what. evidence_alone, evidence, matched_filter: their form and constants were chosen with
seeds 2, 3, 6, 7 and 8 of these sets in view (synthetic, gaussian_derivatives, gaussian, fibre, mixed, all real and
degraded ones), the breadth of the library of shapes with the rise times of mepfeatx's ID01 and ID04 in view. So no
family but tripole, and no real recording here, is unseen by them; the trials of this seed are. two_variance_glr:
seeds 1 and 2 of pipeline.synthetic and of splices of the one real contraction. rising_glr (before these sets were
made): its form on gaussian and fibre, its power on all four families. The ratios of noise_criterion: on the noise of
waveforms.py. Published methods: settings of their papers, or what we chose where those are silent."""


def heading(text):
    """A title before a table."""
    print(f"\n{text}\n{'-' * min(len(text), 120)}")


def cell(table):
    """MAE and % within 1 ms."""
    _, mae, within, _ = scores.errors(table)
    return f"{mae:>6.2f} {within:>4.0f}" if np.isfinite(within) else f"{'':>11}"


def columns_of(table, names):
    """Parts of a table by the values of its columns, where there are several."""
    found = {}
    for name in names:
        values = list(table[name].dropna().unique()) if name in table else []
        if 1 < len(values) <= 6:
            found |= {_short(name, value): table[table[name] == value] for value in sorted(values)}
    return found


def _short(name, value):
    return f"{value / 1000:g} kHz" if name == "rate_hz" else str(value).split()[-1 if "brain" in str(value) else 0][:10]


def by_snr(table):
    """Parts of a table by SNR."""
    return {
        f"SNR {low}-{high}": table[(table["snr"] > low) & (table["snr"] <= high)]
        for low, high in itertools.pairwise(SNR_EDGES)
    }


def onset_tables(onsets):
    """Print the errors of every method for every set."""
    for name in [each for each in ONSET if (onsets["set"] == each).any()]:
        part = onsets[onsets["set"] == name]
        one = part[part["method"] == part["method"].iloc[0]]
        heading(f"{name}: {sets.SETS[name].note}; {one['session'].nunique()} sessions, {len(one)} trials")
        _errors_table(part)
        _split_table(part, lambda some: columns_of(some, ("state", "body", "group", "person")))
        if one["snr"].nunique() > 1 and one["snr"].max() > 20:
            _split_table(part, lambda some: by_snr(some) | columns_of(some, ("rate_hz",)))


def _errors_table(part):
    print(f"{'':22}{'bias':>7}{'MAE':>6}{'<1ms':>6}{'det':>6}{'edge %':>8}{'cover %':>9}{'width':>7}{'given %':>9}")
    for method, table in part.groupby("method", sort=False):
        bias, mae, within, found = scores.errors(table)
        coverage, width, given = scores.intervals(table)
        interval = f"{coverage:>9.1f}{width:>7.2f}{given:>9.0f}" if given else ""
        print(
            f"{method:22}{bias:>+7.2f}{mae:>6.2f}{within:>6.1f}{found:>6.1f}{scores.edge_rate(table):>8.1f}{interval}"
        )


def _split_table(part, split):
    """MAE and % within 1 ms of parts of a set."""
    labels = [label for label, some in split(part).items() if len(some)]
    if not labels:
        return
    print(f"{'  MAE, <1ms':22}" + "".join(f"{label:>13}" for label in labels))
    for method, table in part.groupby("method", sort=False):
        cells = split(table)
        print(f"  {method:20}" + "".join(f"{cell(cells[label]) if label in cells else '':>13}" for label in labels))


def shift_table(onsets):
    """Print how well a shift of 1 ms between two timepoints is recovered."""
    heading("recovered less true difference of two timepoints, ms; over sessions: mean, mean size, largest size")
    for method, table in onsets[onsets["set"] == "shift"].groupby("method", sort=False):
        print(f"{method:22}" + "".join(f"{each:>+8.2f}" for each in scores.shift(table)))


def size_table(onsets):
    """Print what noise and artefact do to peak-to-peak amplitudes."""
    heading("peak-to-peak amplitude, found over true: median (5th to 95th percentile)")
    for name in SIZE:
        mine = onsets[(onsets["set"] == name) & (onsets["method"] == measuring.methods("onset")[0])]
        for column in [each for each in mine if each.startswith("size_")]:
            cells = []
            for label, part in by_snr(mine).items():
                low, median, high = np.nanpercentile(part[column] / part["peak_to_peak_uv"], [5, 50, 95])
                cells.append(f"{label}: {median:.3f} ({low:.2f}-{high:.2f})")
            print(f"{name:14}{column[5:]:28}" + "".join(f"{each:>32}" for each in cells))


def reference_table(args):
    """Print how right the reference of degraded trials is."""
    heading("reference of degraded trials, on real shapes of known onset with real noise: kept %, bias, MAE, <1ms %")
    for who, snr, error in real_sessions.reference_check(args.seed, 100):
        seen = error[np.isfinite(error)]
        if len(seen):
            said = f"{np.median(seen):>+8.2f}{np.abs(seen).mean():>7.2f}{100 * np.mean(np.abs(seen) <= 1):>7.0f}"
            print(f"{who:20} SNR {snr:10}{100 * len(seen) / len(error):>6.0f}{said}")


def null_table(onsets):
    """Print how often each method sees an onset where there is none."""
    heading("% of null trials with an onset; calm: without a unit that fires in the real noise")
    null = onsets[onsets["set"].isin(NULL)]
    groups = {
        f"{name} {state}": null[(null["set"] == name) & (null["state"] == state)]
        for name in NULL
        for state in ("rest", "active")
    }
    groups["real null, calm"] = null[(null["set"] == "real null") & null.get("spiking", pd.Series()).eq(False)]
    groups = {label: table for label, table in groups.items() if len(table)}
    print(f"{'':22}" + "".join(f"{label:>24}" for label in groups))
    for method in null["method"].unique():
        rates = [scores.false_rate(table[table["method"] == method]) for table in groups.values()]
        print(f"{method:22}" + "".join(f"{rate:>24.2f}" for rate in rates))


def presence_table(onsets):
    """Print AUC of each score, and what each decision says of responses and of null trials."""
    heading("presence, sessions half of which are null trials; AUC pooled (mean of sessions), then % said yes")
    mine = onsets[onsets["set"].isin(PRESENCE) & (onsets["method"] == measuring.methods("onset")[0])]
    mine = mine.assign(says_onset=mine["found_ms"].notna())
    for (name, state), table in mine.groupby(["set", "state"], sort=False):
        print(f"{name}, {state}: {len(table)} trials")
        for column in [each for each in table if each.startswith("score_")]:
            areas = f"{scores.auc(table, column):.3f} ({scores.within_sessions(table, column):.3f})"
            print(f"  AUC {column[6:]:24}{areas:>18}")
        for column in [each for each in table if each.startswith("says_")]:
            real, null = scores.rates(table, column)
            print(f"  {column[5:]:28}{f'responses {real:.1f}, null {null:.2f}':>28}")


def silent_table(silences):
    """Print the errors of each silent-period method."""
    heading("cortical silent period: bias (median), MAE, median absolute error in ms, % found; at the epoch's edge")
    for name, part in silences.groupby("set", sort=False):
        print(f"{name}: {sets.SETS[name].note}")
        print(
            f"{'':30}" + "".join(f"{each:>28}" for each in ("onset", "first return", "full return")) + f"{'edge %':>8}"
        )
        for method, table in part.groupby("method", sort=False):
            cells = [
                scores.ends(table[f"found_{each}"].to_numpy(), table[f"true_{each}"].to_numpy())
                for each in ("onset", "first_return", "full_return")
            ]
            line = "".join(f"{b:>+9.1f}{mae:>6.1f}{med:>6.1f}{seen:>6.0f}%" for b, mae, med, seen in cells)
            print(f"  {method:28}{line}{100 * table['at_edge'].mean():>8.2f}")


def arguments():
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", action="append", choices=PARTS, help="one part alone; may be repeated")
    parser.add_argument("--trials", type=int, default=40, help="trials of a session, 3/4 to 3/2 of it (default 40)")
    parser.add_argument("--sessions", type=int, help="sessions of every set (default: each its own, 10-20)")
    parser.add_argument("--seed", type=int, default=1, help="another seed is other persons and trials (default 1)")
    args = parser.parse_args()
    args.part = args.part or list(PARTS)
    return args


def main():
    """Measure, then print the summary, then every table."""
    args, start = arguments(), time.perf_counter()
    print(f"seed {args.seed}, {args.trials} trials a session, sessions {args.sessions or 'as each set has'}")
    print(f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}, ", end="")
    print(f"pandas {pd.__version__}\n{TUNED}\n")
    names = dict.fromkeys(name for part in args.part for name in NEEDED.get(part, ()))
    onsets = measuring.onsets(names, args, only_default=names if args.part == ["summary"] else PRESENCE)
    wanted = {"summary", "silent"} & set(args.part)
    silences = measuring.silences(SILENT, args) if wanted else pd.DataFrame()
    if "summary" in args.part:
        bars.table(onsets, silences)
    if "onset" in args.part:
        onset_tables(onsets)
        shift_table(onsets)
    if "size" in args.part:
        size_table(onsets)
    if "null" in args.part:
        null_table(onsets)
    if "presence" in args.part:
        presence_table(onsets)
    if "silent" in args.part and len(silences):
        silent_table(silences)
    if "reference" in args.part:
        reference_table(args)
    if "other tool" in args.part:
        heading("real recordings (mepfeatx): median difference to another tool's latencies, which are no truth")
        other_tool.table(measuring.methods("onset"))
    print(f"\n{time.perf_counter() - start:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
