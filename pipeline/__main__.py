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
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _run_options(_command(commands, "run", _run, "run a study: what differs from an earlier run"))
    status = _command(commands, "status", _status, "say which subjects are done, stale, failed or locked, and why")
    _config_option(status)
    _output_option(status)
    _config_option(_command(commands, "check", _check, "say all that is wrong with a config and its recordings"))
    listing = _command(commands, "list", _list, "list what there is to choose from")
    listing.add_argument(
        "what", nargs="?", choices=LISTS, metavar="|".join(LISTS), help="what to list (default: the lists)"
    )
    _simulate_options(_command(commands, "simulate", _simulate, "write a simulated EMG-BIDS study with its truth"))
    show = _command(commands, "show", _show, "show a results file")
    show.add_argument("results", type=Path, metavar="RESULTS.h5", help="a subject's results file")
    show.add_argument("--all", action="store_true", help="every convention of each metric, not the first alone")
    _diff_options(_command(commands, "diff", _diff, "compare two results: settings, trials and metrics that differ"))
    _sweep_options(_command(commands, "sweep", _sweep, "run every combination of choices of settings, and compare"))
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


def _shard(text: str) -> tuple[int, int]:
    part, slash, parts = text.partition("/")
    if not (slash and part.isdigit() and parts.isdigit() and 1 <= int(part) <= int(parts)):
        raise argparse.ArgumentTypeError(f"expected I/N with I from 1 to N, such as 3/20, found {text!r}")
    return int(part), int(parts)


def _run(options: argparse.Namespace) -> int:
    from . import batch, console
    from . import config as configs

    config = configs.load(options.config, options.output)
    chosen = batch.Options(options.jobs, options.fresh, options.rehash, options.scheduler, options.shard)
    subjects = options.subject or None
    if options.dry_run:
        steps = batch.dry_run(config, subjects=subjects, options=chosen)
        console.print_steps(steps)
        return SOME_FAILED if any(each.stage == batch.FAILS for each in steps) else DONE
    with console.progress() as bar:
        watched = chosen._replace(on_plan=bar.planned, on_stop=bar.stopping)
        outcomes = batch.run(config, subjects=subjects, on_outcome=bar.advance, options=watched)
    console.print_outcomes(outcomes, config.output)
    return DONE if all(each.outcome in batch.FINE for each in outcomes) else SOME_FAILED


def _status(options: argparse.Namespace) -> int:
    from . import config as configs
    from . import console, status

    states = status.of(configs.load(options.config, options.output))
    console.print_status(states)
    return DONE if all(each.state == status.DONE for each in states) else SOME_FAILED


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


def _diff(options: argparse.Namespace) -> int:
    from . import comparison, console, status
    from .atomic import write_bytes

    for place in (options.first, options.second):
        console.warn(status.notes(place))
    found = comparison.compare(options.first, options.second, n_worst=options.worst)
    console.print_comparison(found)
    if options.json:
        write_bytes(options.json.absolute(), comparison.as_json(found).encode())
    return SOME_FAILED if (found.subjects["problem"] != "").any() else DONE


def _sweep(options: argparse.Namespace) -> int:
    from . import batch, console
    from .comparison import stability, sweep

    found = sweep.variants(options.config, options.grid, options.output)
    ran = []
    for each in sweep.run(found, batch.Options(options.jobs)):
        failed = [outcome for outcome in each.outcomes if outcome.outcome not in batch.FINE]
        console.print_variant(each, failed)
        ran.append(each)
    tables = sweep.tables(ran)
    written = sweep.written(tables, found[0].config.output.parent)
    console.print_sweep(written, stability.least_stable(tables["stability"]), stability.turning(tables["conclusions"]))
    return DONE if all(outcome.outcome in batch.FINE for each in ran for outcome in each.outcomes) else SOME_FAILED


def _show(options: argparse.Namespace) -> int:
    from . import console, status, store

    console.warn(status.notes(options.results))
    console.print_results(store.read_results(options.results), options.all)
    return DONE


if __name__ == "__main__":
    sys.exit(main())
