"""The command line: `mep`, also `python -m pipeline`.

Exit codes: 0 all done, 1 some subjects failed and are named, 2 the config or the call is wrong and nothing has run.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from . import commands
from .commands import DONE, SOME_FAILED, USAGE
from .errors import ConfigError, PipelineError

LISTS = (
    "readers", "steps", "measures", "metrics", "muscles", "norms", "analyses", "presets", "parameters", "design",
    "definitions", "results", "defaults", "schema",
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # µ and × must not fail on a console of another code page
            stream.reconfigure(errors="replace")
    options = _parser().parse_args(arguments)
    try:
        code: int = options.command(options)
    except PipelineError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return USAGE if isinstance(error, ConfigError) else SOME_FAILED
    except KeyboardInterrupt:
        print("stopped; subjects that were done are kept, run again for the others", file=sys.stderr)  # noqa: T201
        return SOME_FAILED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # `mep list | head` is no error
        return DONE
    except OSError as error:  # such as a folder that may not be entered
        print(f"{error.filename or 'mep'}: {error.strerror or error}", file=sys.stderr)  # noqa: T201
        return USAGE
    return code


def _parser() -> argparse.ArgumentParser:
    from importlib.metadata import version

    parser = argparse.ArgumentParser(
        prog="mep", description="Raw TMS-EMG recordings to per-subject excitability metrics, from one config."
    )
    parser.add_argument("--version", action="version", version=f"mep-pipeline {version('mep-pipeline')}")
    parser.set_defaults(command=lambda _: commands.usage(parser))
    of = parser.add_subparsers(metavar="COMMAND")
    _run_options(_command(of, "run", commands.run, "run a study: what differs from an earlier run"))
    status = _command(of, "status", commands.status, "say which subjects are done, stale, failed or locked, and why")
    _config_option(status)
    _output_option(status)
    _config_option(_command(of, "check", commands.check, "say all that is wrong with a config and its recordings"))
    listing = _command(of, "list", commands.listed, "list what there is to choose from")
    listing.add_argument(
        "what", nargs="?", choices=LISTS, metavar="|".join(LISTS), help="what to list (default: the lists)"
    )
    _simulate_options(_command(of, "simulate", commands.simulate, "write a simulated EMG-BIDS study with its truth"))
    show = _command(of, "show", commands.show, "show a results file")
    show.add_argument("results", type=Path, metavar="RESULTS.h5", help="a subject's results file")
    show.add_argument("--all", action="store_true", help="every convention of each metric, not the first alone")
    _diff_options(_command(of, "diff", commands.diff, "compare two results: settings, trials and metrics that differ"))
    _sweep_options(_command(of, "sweep", commands.sweep, "run every combination of choices of settings, and compare"))
    export = _command(of, "export", commands.export, "write a study's metrics, tidy and wide, for R, SPSS or JASP")
    export.add_argument("results", type=Path, metavar="RESULTS_DIR", help="output folder of `mep run`")
    export.add_argument("--format", choices=("csv", "tsv", "xlsx"), default="csv", help="of the tables (default: csv)")
    export.add_argument("--output", type=Path, metavar="DIR", help="folder of the files (default: RESULTS_DIR)")
    shapes = _command(of, "shapes", commands.shapes, "extend the library of MEP shapes by those of your own results")
    shapes.add_argument("results", type=Path, metavar="RESULTS", help="output folder of `mep run`, its epochs kept")
    shapes.add_argument("library", type=Path, metavar="FILE.npz", help="library to write; name it in study.shapes")
    return parser


def _config_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("config", type=Path, metavar="CONFIG", help="the study's YAML file")


def _output_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("--output", type=Path, metavar="DIR", help="folder of the results, instead of the config's")


def _jobs_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--jobs", type=_positive, default=os.cpu_count() or 1, metavar="N", help="processes (default: all cores)"
    )


def _run_options(run: argparse.ArgumentParser) -> None:
    _config_option(run)
    run.add_argument("--subject", action="extend", nargs="+", default=[], metavar="S", help="only these subjects")
    _jobs_option(run)
    _output_option(run)
    run.add_argument("--dry-run", action="store_true", help="say what would run and why, and run nothing")
    run.add_argument("--fresh", action="store_true", help="make everything anew, whatever an earlier run left")
    run.add_argument("--rehash", action="store_true", help="read every file to see whether it changed")
    run.add_argument("--scheduler", default="", metavar="ADDRESS", help="run on the workers of this Dask scheduler")
    run.add_argument(
        "--shard", type=_shard, default=(1, 1), metavar="I/N", help="only part I of N of the subjects, for array jobs"
    )


def _diff_options(diff: argparse.ArgumentParser) -> None:
    for name in ("first", "second"):
        diff.add_argument(name, type=Path, metavar=f"RESULTS_{name.upper()}", help="folder of results, or one file")
    diff.add_argument("--json", type=Path, metavar="FILE", help="write the whole comparison there, too")
    diff.add_argument("--worst", type=_positive, default=3, metavar="N", help="trials to list of each measure")


def _sweep_options(sweep: argparse.ArgumentParser) -> None:
    _config_option(sweep)
    sweep.add_argument(
        "--grid", type=Path, required=True, metavar="FILE", help="YAML: a setting as dotted path -> list of choices"
    )
    sweep.add_argument("--output", type=Path, metavar="DIR", help="folder of it all (default: the output's + _sweep)")
    _jobs_option(sweep)


def _simulate_options(simulate: argparse.ArgumentParser) -> None:
    simulate.add_argument("dest", type=Path, metavar="DEST", help="folder to make; it must be empty or new")
    simulate.add_argument(
        "--design", type=Path, metavar="FILE", help="YAML of groups, visits, blocks and effects (docs/designs.md)"
    )
    simulate.add_argument(
        "--subjects", type=_positive, metavar="N", help="subjects (default: 2), with --design of each group"
    )
    simulate.add_argument("--seed", type=int, default=1, metavar="K", help="seed (default: 1)")
    simulate.add_argument("--muscles", nargs="+", metavar="M", help="hot-spots (default: FDI TA)")
    simulate.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the signal; mep list parameters",
    )


def _command(
    of: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    command: Callable[[argparse.Namespace], int],
    text: str,
) -> argparse.ArgumentParser:
    parser = of.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.set_defaults(command=command)
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, found {text}")
    return number


def _shard(text: str) -> tuple[int, int]:
    part, slash, parts = text.partition("/")
    if not (slash and part.isdigit() and parts.isdigit() and 1 <= int(part) <= int(parts)):
        raise argparse.ArgumentTypeError(f"expected I/N with I from 1 to N, such as 3/20, found {text!r}")
    return int(part), int(parts)


if __name__ == "__main__":
    sys.exit(main())
