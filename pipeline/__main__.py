"""The command line: `mep`, also `python -m pipeline`.

Exit codes: 0 all done, 1 some subjects failed and are named, 2 the config or the call is wrong and nothing has run.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from .errors import ConfigError, PipelineError

DONE, SOME_FAILED, USAGE = 0, 1, 2
LISTS = ("readers", "steps", "measures", "metrics", "muscles", "presets", "parameters", "results", "defaults", "schema")


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
        print("stopped; subjects that were done are kept", file=sys.stderr)  # noqa: T201
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
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = _command(commands, "run", _run, "run a study: one results file a subject")
    run.add_argument("config", type=Path, metavar="CONFIG", help="the study's YAML file")
    run.add_argument("--subject", action="extend", nargs="+", default=[], metavar="S", help="only these subjects")
    run.add_argument(
        "--jobs", type=_positive, default=os.cpu_count() or 1, metavar="N", help="processes (default: all cores)"
    )
    run.add_argument("--output", type=Path, metavar="DIR", help="folder of the results, instead of the config's")
    check = _command(
        commands, "check", _check, "say all that is wrong with a config and its recordings, and what was found"
    )
    check.add_argument("config", type=Path, metavar="CONFIG", help="the study's YAML file")
    listing = _command(commands, "list", _list, "list what there is to choose from")
    listing.add_argument(
        "what", nargs="?", choices=LISTS, metavar="|".join(LISTS), help="what to list (default: the lists)"
    )
    _simulate_options(_command(commands, "simulate", _simulate, "write a simulated EMG-BIDS study with its truth"))
    show = _command(commands, "show", _show, "show a results file")
    show.add_argument("results", type=Path, metavar="RESULTS.h5", help="a subject's results file")
    show.add_argument("--all", action="store_true", help="every convention of each metric, not the first alone")
    return parser


def _simulate_options(simulate: argparse.ArgumentParser) -> None:
    simulate.add_argument("dest", type=Path, metavar="DEST", help="folder to make; it must be empty or new")
    simulate.add_argument("--subjects", type=_positive, default=2, metavar="N", help="number of subjects (default: 2)")
    simulate.add_argument("--seed", type=int, default=1, metavar="K", help="seed (default: 1)")
    simulate.add_argument(
        "--muscles", nargs="+", default=["FDI", "TA"], metavar="M", help="hot-spots (default: FDI TA)"
    )
    simulate.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the signal; mep list parameters",
    )


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    command: Callable[[argparse.Namespace], int],
    text: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.set_defaults(command=command)
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, found {text}")
    return number


def _run(options: argparse.Namespace) -> int:
    from . import batch, console
    from . import config as configs

    config = configs.load(options.config, options.output)
    planned = batch.plan(config, options.subject or None)
    with console.progress(len(planned)) as advance:
        outcomes = batch.run(config, subjects=options.subject or None, jobs=options.jobs, on_outcome=advance)
    console.print_outcomes(outcomes, config.output)
    return DONE if all(each.outcome == batch.DONE for each in outcomes) else SOME_FAILED


def _check(options: argparse.Namespace) -> int:
    from . import check, console
    from . import config as configs

    found = check.study(configs.load(options.config))
    console.print_check(found)
    return SOME_FAILED if found.problems else DONE


def _list(options: argparse.Namespace) -> int:
    from . import console, listing

    if options.what in listing.TEXTS:
        sys.stdout.write(listing.text(options.what))
    else:
        console.print_list(options.what)
    return DONE


def _simulate(options: argparse.Namespace) -> int:
    from . import console, synthetic

    made = synthetic.simulate_study(
        options.dest,
        n_subjects=options.subjects,
        seed=options.seed,
        muscles=tuple(options.muscles),
        parameters=synthetic.stated(options.set),
    )
    console.say(f"wrote {made}")
    return DONE


def _show(options: argparse.Namespace) -> int:
    from . import console, store

    console.print_results(store.read_results(options.results), options.all)
    return DONE


if __name__ == "__main__":
    sys.exit(main())
