"""How often the designs of configs/studies find an effect where there is none.

    python benchmarks/null_studies.py [NAME ...] [--studies 200] [--seed K] [--jobs N]

Each design is simulated without any effect, from the drawn rows of trials on (no signals): metrics of each subject,
then the analyses of its config. A test at 5 % should find something in 5 % of studies; of 200 studies the share lies
within 2.4 and 9.0 % nineteen times of twenty. Terms of one study share its data, so that they err together.
"""

import argparse
import multiprocessing
import platform
from pathlib import Path

import numpy as np
import pandas as pd
import scipy

from pipeline import config as configs
from pipeline import excitability
from pipeline.excitability import METRICS
from pipeline.excitability.cells import estimates, of
from pipeline.excitability.contrasts import COLUMNS as CONTRASTS
from pipeline.study import analyses
from pipeline.study.gathered import of_tables
from pipeline.synthetic import designs
from pipeline.synthetic.design_rows import rows
from pipeline.synthetic.visits import attendances, scales

STUDIES = Path(__file__).parents[1] / "configs" / "studies"
NAMES = tuple(sorted(each.stem.removesuffix("_design") for each in STUDIES.glob("*_design.yaml")))
FEWER = {"n_boot": 100}
"""Draws of a bootstrap: no interval of a subject is looked at here."""
FACTORS = ("group", "arm", "timepoint", "session", "time_of_day", "group:session", "group:time_of_day",
           "arm:timepoint", "group:arm", "group:timepoint", "group:arm:timepoint", "period")  # fmt: skip


def study(name, seed):
    """The tests of one study without effects: design, table, metric, test, p, p_holm."""
    settings = configs.load(STUDIES / f"{name}.yaml").settings
    design = designs.read(STUDIES / f"{name}_design.yaml").without_effects()
    frame = analyses.wanted(_frame(design, seed, settings), settings["statistics"])
    names = [each for each in ("model_tests", "changes", "differences") if each in settings["statistics"]["tables"]]
    made = analyses.of_frames({analyses.ACCEPTED: frame}, names, settings["statistics"])
    parts = [_tests(table, made[table].frame) for table in names]
    return pd.concat(parts, ignore_index=True).assign(design=name, seed=seed)


def _frame(design, seed, settings):
    """The frame of all subjects' metrics, as the study stage would have it."""
    wanted = {*settings["statistics"]["metrics"], "rmt"}
    told = {each.who.label.removeprefix("sub-"): each for each in attendances(design, seed)}
    read = {}
    for subject, own in rows(design, seed).groupby("subject", sort=False):
        who = told[subject].who
        facts = {"participant.group": who.group, "participant.height_cm": f"{who.height_cm:g}"}
        for visit in told[subject].visits:
            for scale, value in scales(design, who, visit, seed).items():
                facts[f"visit.{visit.session}.{scale}"] = f"{value:g}" if value == value else ""
        read[subject] = {
            "trials": own.drop(columns="group"),
            "metrics": _metrics(own, wanted, settings["excitability"]),
            "contrasts": pd.DataFrame(columns=list(CONTRASTS)),
            "provenance": pd.DataFrame(list(facts.items()), columns=["name", "value"]),
        }
    return of_tables(read, False, settings["statistics"]["percent_rmt"]).metrics


def _metrics(own, wanted, settings):
    """As `summarise` gives them, of the wanted metrics alone."""
    chosen = {each.name: settings[each.name] for each in METRICS}
    chosen = {name: each | {key: FEWER[key] for key in FEWER if key in each} for name, each in chosen.items()}
    table = excitability.prepared(own)
    made = [
        row
        for metric in METRICS
        if metric.name in wanted
        for cell in of(table, metric)
        if metric.covers(cell, chosen[metric.name])
        for row in estimates(metric, cell, chosen[metric.name], False)
    ]
    return pd.DataFrame(made).assign(ref_low=np.nan, ref_high=np.nan, ref_source="")


def _tests(table, frame):
    if table == "model_tests":
        frame = frame[frame["term"].isin(FACTORS)]
        test = "model: " + frame["term"]
    elif table == "changes":
        test = "change: " + frame["first"] + " to " + frame["second"] + " " + frame["group"] + " " + frame["arm"]
    else:
        test = (
            "groups: " + frame["session"] + " " + frame["time_of_day"] + " " + frame["arm"] + " " + frame["timepoint"]
        )
    named = frame["metric"] + " " + frame["muscle"] + " " + frame["state"] + " " + frame["level"]
    family = frame["family" if table == "model_tests" else "metric"]
    return pd.DataFrame({"table": table, "metric": named.str.strip(), "test": test.str.strip(), "p": frame["p"],
                         "p_holm": frame["p_holm"], "family": family})  # fmt: skip


def _task(told):
    return study(*told)


def main():
    """Print the share of studies in which each test finds something."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], help="designs (default: all)")
    parser.add_argument("--studies", type=int, default=200, help="studies of each design (default 200)")
    parser.add_argument("--seed", type=int, default=1000, help="seed of the first study (default 1000)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    args = parser.parse_args()
    libraries = f"numpy {np.__version__}, scipy {scipy.__version__}, pandas {pd.__version__}"
    print(f"seed {args.seed}; Python {platform.python_version()}, {libraries}")
    pd.set_option("display.width", 160, "display.max_rows", 500, "display.max_colwidth", 60)
    with multiprocessing.get_context("spawn").Pool(args.jobs) as pool:
        for name in args.names or NAMES:
            told = [(name, args.seed + k) for k in range(args.studies)]
            found = pd.concat(pool.map(_task, told, chunksize=1), ignore_index=True)
            _print(name, found[found["p"].notna()], args.studies)


def _print(name, found, n):
    found = found.assign(hit=100.0 * (found["p"] < 0.05))
    print(f"\n{name}: {n} studies without effects; tests with p < 0.05, %")
    by = found.groupby(["table", "metric", "test"], sort=False)["hit"]
    print(pd.DataFrame({"%": by.mean().round(1), "tests": by.size()}).to_string())
    of_terms = found.groupby(["table", "test"], sort=False)["hit"]
    print("\nover all metrics")
    print(pd.DataFrame({"%": of_terms.mean().round(1), "tests": of_terms.size()}).to_string())
    families = found.groupby(["table", "seed", "family"])["p_holm"].min().lt(0.05)
    print("\nfamilies with any test significant after Holm's correction, %")
    print((100.0 * families.groupby("table").mean()).round(1).to_string(), flush=True)


if __name__ == "__main__":
    main()
