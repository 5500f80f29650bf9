"""How often the mixed models of a study find an effect where there is none.

    python benchmarks/null_models.py [--studies N] [--seed K] [--missing X] [--spread NAME ...]
                                      [--changes]

Each study is one metric of simulated people, normal on the logarithmic scale: a crossover of 13 patients and 10
controls with three arms before and after, and a comparison of the two groups in the evening and the morning, before and
after. People, visits, what is left, and in some studies how people change in every visit alike, vary with the stated
standard deviations; nothing has an effect.
"""

import argparse
import itertools
import platform
import time

import numpy as np
import pandas as pd
import scipy
import statsmodels

from pipeline.study.model_tests import model_tests
from pipeline.study.models import models

ARMS = ("sham", "M1", "S1")
GROUPS = {"RLS": 13, "HC": 10}
SD = {
    "visits vary": (0.4, 0.25, 0.2, 0.0),
    "visits alike": (0.4, 0.0, 0.2, 0.0),
    "changes vary": (0.4, 0.25, 0.2, 0.15),
}
"""Standard deviations of people, of the visits of one, of what is left, and of how one changes between timepoints in
every visit, on the logarithmic scale. The models have no variance for the last."""
SHARED = {
    "metric": "mep_amplitude", "convention": "geometric_mean", "state": "rest", "side": "R", "muscle": "FDI",
    "level": "single_120rmt", "unit": "µV", "sequence": "", "period": "", "arm": "", "time_of_day": "",
    "ci_low": np.nan, "ci_high": np.nan, "n_used": 20, "n_rejected": 0, "status": "ok",
}  # fmt: skip


def crossover(rng, sd, missing=0.0, groups=GROUPS):
    """A null crossover: every subject has every arm, in an order drawn for each, before and after.

    Parameters
    ----------
    rng : numpy.random.Generator
        What is drawn from.
    sd : (float, float, float, float)
        Standard deviations as in `SD`.
    missing : float
        Share of the numbers that are missing, at random.
    groups : mapping of str to int
        People in each group.
    """
    rows = []
    for subject, group in enumerate(np.repeat(list(groups), list(groups.values())).tolist()):
        order = rng.permutation(ARMS).tolist()
        for period, arm in enumerate(order, 1):
            visit = (f"{subject:02}", group, f"v{period}", arm, str(period), "-".join(order))
            rows += [(*visit, "pre"), (*visit, "post")]
    columns = ["subject", "group", "session", "arm", "period", "sequence", "timepoint"]
    return _with_values(pd.DataFrame(rows, columns=columns), rng, sd, missing)


def factorial(rng, sd, missing=0.0, groups=GROUPS):
    """Null groups: every subject in the evening and the morning, before and after; parameters as `crossover`."""
    people = enumerate(np.repeat(list(groups), list(groups.values())).tolist())
    rows = [
        (f"{subject:02}", group, at, at, when)
        for subject, group in people
        for at in ("evening", "morning")
        for when in ("pre", "post")
    ]
    frame = pd.DataFrame(rows, columns=["subject", "group", "session", "time_of_day", "timepoint"])
    return _with_values(frame, rng, sd, missing)


def _with_values(frame, rng, sd, missing):
    people, visits, changes = (
        pd.factorize(frame["subject"] + frame[name])[0] for name in ("group", "session", "timepoint")
    )
    logs = [rng.normal(0.0, own, codes.max() + 1)[codes] for own, codes in zip(sd, (people, visits), strict=False)]
    logs.append(rng.normal(0.0, sd[2], len(frame)))
    there = rng.random(len(frame)) >= missing
    logs.append(rng.normal(0.0, sd[3], changes.max() + 1)[changes])
    frame = frame.assign(**{name: each for name, each in SHARED.items() if name not in frame})
    return frame.assign(value=800.0 * np.exp(sum(logs)))[there].reset_index(drop=True)


def found(make, sd, missing, seed, n_studies, changes=False):
    """One row a study and test: kind, term, p, status; F of every term, t of the interactions."""
    tables = []
    for study in range(n_studies):
        frame = make(np.random.default_rng([seed, study]), sd, missing)
        own = models(frame, changes=changes)[["coefficient", "p", "status"]].rename(columns={"coefficient": "term"})
        tables.append(model_tests(frame, changes=changes)[["term", "p", "status"]].assign(kind="F"))
        tables.append(own[own["term"].str.contains(":")].assign(kind="t"))
    return pd.concat(tables, ignore_index=True)


def shares(table):
    """Share of studies in which each test gives p < 0.05, and in which a variance is found to be zero, in percent."""
    by = [table["kind"], table["term"]]
    alarms = (100.0 * (table["p"] < 0.05)).groupby(by, sort=False)
    zero = (100.0 * table["status"].str.contains("random_variance_zero")).groupby(by, sort=False)
    return pd.DataFrame({"alarms, %": alarms.mean(), "a variance is 0, %": zero.mean()}).round(1)


def main():
    """Print the table of each design."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=400, help="simulated studies of each design (default 400)")
    parser.add_argument("--seed", type=int, default=1, help="seed (default 1)")
    parser.add_argument("--missing", type=float, default=0.1, help="share missing in the second half (default 0.1)")
    parser.add_argument("--spread", nargs="+", choices=list(SD), default=list(SD), help="what varies (default: all)")
    parser.add_argument("--changes", action="store_true", help="models with an intercept of subject and timepoint")
    args = parser.parse_args()
    print(f"seed {args.seed}; Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}, "
          f"statsmodels {statsmodels.__version__}")  # fmt: skip
    low, high = (100.0 * scipy.stats.binom.ppf(q, args.studies, 0.05) / args.studies for q in (0.025, 0.975))
    print(f"{args.studies} null studies of each design; a test that is right alarms in {low:.1f}-{high:.1f} % of them")
    for missing, name, make in itertools.product((0.0, args.missing), args.spread, (crossover, factorial)):
        start = time.perf_counter()
        table = shares(found(make, SD[name], missing, args.seed, args.studies, args.changes))
        took = time.perf_counter() - start
        print(f"\n{make.__name__}, {name}, {missing:.0%} missing ({took:.0f} s)\n{table.to_string()}", flush=True)


if __name__ == "__main__":
    main()
