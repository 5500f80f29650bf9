"""What the demo's config makes of simulated studies of known truth: the shipped demo, then fresh seeds.

    python benchmarks/demo.py [--seeds N]

Of the trials with SNR (true peak-to-peak over the RMS of the trial's noise) of 20 or more: the share whose onset is
within 1 ms of the true one (a miss is wrong), and the share whose raw peak-to-peak is within 5 %. Of null trials: the
share with an onset. Of the resting motor thresholds (subject x session x muscle): how many are within 2 %MSO of the
generator's, and the largest error.
"""

import argparse
import platform
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import scipy

import pipeline
from pipeline import batch, config, synthetic

ROOT = Path(__file__).parents[1]
CONFIG = "extends: rls\nstudy: {{input: '{input}', output: '{output}'}}\nresults: {{epochs: false}}\n"
CONVENTIONS = ("relative_frequency_5_10", "ml_pest")


def tables(study, folder):
    """Trials with their truth, and resting motor thresholds with theirs, of one study."""
    file = folder / "study.yaml"
    file.write_text(CONFIG.format(input=study.as_posix(), output=(folder / "results").as_posix()))
    outcomes = batch.run(config.load(file))
    assert all(each.outcome == batch.DONE for each in outcomes), outcomes
    found = {
        each.subject: pipeline.read_results(batch.output.results_file(folder / "results", each.subject))
        for each in outcomes
    }
    rows = pd.concat([each["trials"] for each in found.values()])
    truth = pd.read_csv(study / "truth" / "trials.tsv", sep="\t", na_values="n/a")
    trials = rows.merge(truth, on=["recording", "trial", "muscle"], suffixes=("", "_true"))
    metrics = pd.concat([each["metrics"].assign(subject=f"sub-{name}") for name, each in found.items()])
    rmt = metrics[(metrics["metric"] == "rmt") & (metrics["status"] != "not_target")]
    subjects = pd.read_csv(study / "truth" / "subjects.tsv", sep="\t", na_values="n/a")
    return trials, rmt.merge(subjects, on=["subject", "session", "muscle"], suffixes=("", "_true"))


def line(name, trials, rmt):
    """One line of the table."""
    clear = trials[trials["snr"] >= 20]
    onset = ((clear["onset_ms"] - clear["onset_ms_true"]).abs() <= 1).mean()
    size = ((clear["peak_to_peak_uv"] / clear["peak_to_peak_uv_true"] - 1).abs() <= 0.05).mean()
    null = trials[trials["peak_to_peak_uv_true"].isna()]
    text = (
        f"{name:>10}{len(clear):>8}{100 * onset:>10.1f}{100 * size:>9.1f}{100 * null['onset_ms'].notna().mean():>9.1f}"
    )
    for convention in CONVENTIONS:
        error = rmt[rmt["convention"] == convention].eval("value - rmt_mso").abs()
        text += f"{(error <= 2).sum():>10} of {len(error)}, {error.max():.2f}"
    return text


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=6, help="how many fresh studies of two subjects")
    args = parser.parse_args()
    print(f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}")
    print(f"{'':>10}{'SNR>=20':>8}{'onset':>10}{'size':>9}{'null':>9}{'RMT 5/10':>20}{'RMT ML-PEST':>20}")
    print(
        f"{'seed':>10}{'trials':>8}{'<1 ms %':>10}{'<5 % %':>9}{'onset %':>9}{'<2 %MSO, max':>20}{'<2 %MSO, max':>20}"
    )
    with tempfile.TemporaryDirectory() as folder:
        print(line("demo", *tables(ROOT / "data_samples" / "demo", Path(folder))))
    for seed in range(1001, 1001 + args.seeds):
        with tempfile.TemporaryDirectory() as folder:
            study = synthetic.simulate_study(Path(folder) / "study", seed=seed)
            print(line(str(seed), *tables(study, Path(folder))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
