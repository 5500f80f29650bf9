"""How right the metrics are: every module of metrics in turn, simulated subjects and draws.

python benchmarks/metrics.py [--part nerve paired_pulse recruitment] [--subjects 200] [--draws 2000] [--seed 1]

Bias is judged from raw epochs on, coverage of intervals on draws of rows; docs/measures.md holds the figures.
"""

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PARTS = tuple(sorted(each.stem.removeprefix("metrics_") for each in HERE.glob("metrics_*.py")))


def main():
    """Print the tables of each part."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS), help="what to judge (default: all)")
    parser.add_argument("--subjects", type=int, default=200, help="simulated subjects (default 200)")
    parser.add_argument("--draws", type=int, default=2000, help="draws of intervals (default 2000)")
    parser.add_argument("--seed", type=int, default=1, help="seed (default 1)")
    args = parser.parse_args()
    asked = ["--subjects", str(args.subjects), "--draws", str(args.draws), "--seed", str(args.seed)]
    for part in args.part:
        print(f"\n{part}", flush=True)
        subprocess.run([sys.executable, str(HERE / f"metrics_{part}.py"), *asked], check=True)


if __name__ == "__main__":
    main()
