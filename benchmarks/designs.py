"""Published designs, simulated and run end to end: the tables a paper prints, and the effects beside their truth.

    python benchmarks/designs.py [NAME ...] [--subjects N] [--seed K] [--jobs N] [--folder DIR]

Each design of configs/studies is simulated as an EMG-BIDS study, run with its config by `mep run`, and its tables are
printed. Then the mixed models of what was measured stand beside the same models of what is true of the same people
(truth/subjects.tsv): what the signal chain and the estimates add. False positives are counted by null_studies.py.
"""

import argparse
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import scipy

import pipeline
from pipeline import config as configs
from pipeline import console
from pipeline.study import analyses
from pipeline.study.gathered import gathered
from pipeline.study.paper import paper

STUDIES = Path(__file__).parents[1] / "configs" / "studies"
NAMES = tuple(sorted(each.stem.removesuffix("_design") for each in STUDIES.glob("*_design.yaml")))
KEYS = ["subject", "session", "timepoint", "muscle", "state", "metric"]


def main():
    """Simulate, run and print each design."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], help="designs (default: all)")
    parser.add_argument("--subjects", type=int, help="subjects of each group (default: as the design says)")
    parser.add_argument("--seed", type=int, default=1, help="seed (default 1)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    parser.add_argument("--folder", type=Path, help="where data and results go (default: a temporary folder)")
    args = parser.parse_args()
    libraries = f"numpy {np.__version__}, scipy {scipy.__version__}, pandas {pd.__version__}"
    print(f"seed {args.seed}; Python {platform.python_version()}, {libraries}")
    with tempfile.TemporaryDirectory() as temporary:
        for name in args.names or NAMES:
            _study(name, args.folder or Path(temporary), args)


def _study(name, folder, args):
    data, results, config = folder / f"{name}_data", folder / f"{name}_results", folder / f"{name}.yaml"
    started = time.perf_counter()
    if not data.exists():
        sized = ["--subjects", str(args.subjects)] if args.subjects else []
        _mep("simulate", data, "--design", STUDIES / f"{name}_design.yaml", "--seed", args.seed, *sized)
    simulated = time.perf_counter()
    stated = f"extends: {STUDIES / f'{name}.yaml'}\nstudy: {{input: {data.name}, output: {results.name}}}\n"
    config.write_text(stated, encoding="utf-8")
    _mep("run", config, "--jobs", args.jobs)
    ran = time.perf_counter()
    print(f"\n=== {name}: simulated in {simulated - started:.0f} s, run in {ran - simulated:.0f} s", flush=True)
    for title, table in paper(pipeline.read_results(results / "study.h5")).items():
        console.print_frame(title, table)
    settings = configs.load(config).settings["statistics"]
    console.print_frame("Effects of what was measured, and of what is true of the same people",
                        _beside(analyses.wanted(gathered(results).metrics, settings), data, settings))  # fmt: skip


def _mep(*arguments):
    subprocess.run([sys.executable, "-m", "pipeline", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def _beside(metrics, data, settings):
    """Coefficients of the models of measured and of true values of the same cells."""
    truth = pd.read_csv(data / "truth/subjects.tsv", sep="\t", keep_default_na=False, na_values=["n/a"])
    for name in KEYS:
        truth[name] = truth[name].astype(object).fillna("").astype(str)
    truth["subject"] = truth["subject"].str.removeprefix("sub-")
    pulse = truth["condition"].fillna("").astype(str)
    truth["condition"] = np.where(pulse.isin(metrics["condition"]), pulse, "")
    alone = truth.drop_duplicates([*KEYS, "condition"])[[*KEYS, "condition", "value"]]
    both = metrics.merge(alone.rename(columns={"value": "true"}), on=[*KEYS, "condition"], how="left")
    rest = both["true"].isna()
    pooled = alone[alone["condition"] == ""].drop(columns="condition").rename(columns={"value": "pooled"})
    both.loc[rest, "true"] = both.loc[rest, KEYS].merge(pooled, on=KEYS, how="left")["pooled"].to_numpy()
    known = both[both["true"].notna() & both["value"].notna()]
    made = {
        kind: analyses.of_frames({"accepted": frame}, ["models"], settings)["models"].frame
        for kind, frame in (("measured", known), ("true", known.assign(value=known["true"])))
    }
    keys = ["metric", "state", "muscle", "level", "coefficient", "scale"]
    named = {"estimate": "true"}
    table = made["measured"].merge(made["true"][[*keys, "estimate"]].rename(columns=named), on=keys)
    table = table[table["coefficient"].ne("intercept") & table["estimate"].notna()]
    held = (table["ci_low"] <= table["true"]) & (table["true"] <= table["ci_high"])
    return table[[*keys, "estimate", "ci_low", "ci_high", "p", "true"]].assign(holds=held)


if __name__ == "__main__":
    main()
