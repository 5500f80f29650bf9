"""What each command of `mep` does: options in, exit code out. Each imports what it needs when it is called."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import ConfigError, StudyError

DONE, SOME_FAILED, USAGE = 0, 1, 2


def usage(parser: argparse.ArgumentParser) -> int:
    """How `mep` is called."""
    parser.print_help(sys.stderr)
    return USAGE


def shapes(options: argparse.Namespace) -> int:
    """Extend the library of MEP shapes."""
    from . import console, own_shapes, shape_library
    from .atomic import write_bytes

    if options.library.suffix != ".npz":
        raise ConfigError(f"{options.library}: expected the name of a .npz file")
    own = own_shapes.of_results(options.results)
    made = own_shapes.extended(own.shapes)
    write_bytes(options.library, made.content())
    share = 1.0 - len(shape_library.shipped().shapes) / len(made.shapes)
    console.print_shapes(own.table, len(made.shapes), share, options.library)
    return DONE


def run(options: argparse.Namespace) -> int:
    """Run a study, or say what a run would do."""
    from . import batch, console, progress
    from . import config as configs

    config = configs.load(options.config, options.output)
    chosen = batch.Options(options.jobs, options.fresh, options.rehash, options.scheduler, options.shard)
    chosen = chosen._replace(on_warning=lambda text: console.warn([text]))
    subjects = options.subject or None
    if options.dry_run:
        steps = batch.dry_run(config, subjects=subjects, options=chosen)
        console.print_steps(steps)
        return SOME_FAILED if any(each.stage == batch.FAILS for each in steps) else DONE
    outcomes: list[batch.Outcome] = []
    said: list[str] = []

    def fared(outcome: batch.Outcome) -> None:
        outcomes.append(outcome)
        bar.advance(outcome)

    with progress.progress() as bar:
        watched = chosen._replace(on_plan=bar.planned, on_stop=bar.stopping, on_study=said.append)
        try:
            outcomes = batch.run(config, subjects=subjects, on_outcome=fared, options=watched)
        except StudyError as error:
            outcomes.sort(key=lambda each: each.subject)
            said.append(f"failed: {error}")
    console.print_outcomes(outcomes, config.output)
    for text in filter(None, said):
        console.say(text)
    fine = all(each.outcome in batch.FINE for each in outcomes) and not any(each.startswith("failed") for each in said)
    return DONE if fine else SOME_FAILED


def status(options: argparse.Namespace) -> int:
    """How the subjects of a study stand."""
    from . import config as configs
    from . import console
    from . import status as standing

    config = configs.load(options.config, options.output)
    states = standing.of(config)
    console.print_status(states)
    if config.settings["statistics"]["tables"]:
        why = standing.of_tables(config, [each.subject for each in states if each.state != standing.GONE])
        console.say(f"the study's tables: {why or 'as a run would leave them'}")
    return DONE if all(each.state == standing.DONE for each in states) else SOME_FAILED


def check(options: argparse.Namespace) -> int:
    """All that is wrong with a study."""
    from . import check as checking
    from . import config as configs
    from . import console

    found = checking.study(configs.load(options.config))
    console.print_check(found)
    return SOME_FAILED if found.problems else DONE


def listed(options: argparse.Namespace) -> int:
    """What there is to choose from."""
    from . import console, listing

    if options.what in listing.TEXTS:
        sys.stdout.write(listing.text(options.what))
    else:
        console.print_list(options.what)
    return DONE


def simulate(options: argparse.Namespace) -> int:
    """Write a simulated study."""
    from . import console, synthetic

    if options.design is not None:
        if options.muscles or options.set:
            raise ConfigError("simulate: --muscles and --set do not go with --design; state blocks and signal there")
        made = synthetic.simulate_design(options.dest, options.design, n_subjects=options.subjects, seed=options.seed)
    else:
        made = synthetic.simulate_study(
            options.dest,
            n_subjects=options.subjects or 2,
            seed=options.seed,
            muscles=tuple(options.muscles or synthetic.MUSCLES),
            parameters=synthetic.stated(options.set),
        )
    console.say(f"wrote {made}")
    return DONE


def diff(options: argparse.Namespace) -> int:
    """Compare two results."""
    from . import comparison, console
    from . import status as standing
    from .atomic import write_bytes

    if options.json and not options.json.absolute().parent.is_dir():
        raise ConfigError(f"--json: there is no folder {options.json.absolute().parent}")
    for place in (options.first, options.second):
        console.warn([f"{place}: {text}" for text in standing.notes(place)])
    found = comparison.compare(options.first, options.second, n_worst=options.worst)
    console.print_comparison(found)
    if options.json:
        write_bytes(options.json.absolute(), comparison.as_json(found).encode())
    return SOME_FAILED if (found.subjects["problem"] != "").any() else DONE


def sweep(options: argparse.Namespace) -> int:
    """Run every combination of choices of settings."""
    from . import batch, console
    from .comparison import stability
    from .comparison import sweep as sweeping

    found = sweeping.variants(options.config, options.grid, options.output)
    ran = []
    for each in sweeping.run(found, batch.Options(options.jobs)):
        failed = [outcome for outcome in each.outcomes if outcome.outcome not in batch.FINE]
        console.print_variant(each, failed)
        ran.append(each)
    tables = sweeping.tables(ran)
    written = sweeping.written(tables, found[0].config.output.parent)
    console.print_sweep(written, stability.least_stable(tables["stability"]), stability.turning(tables["conclusions"]))
    return DONE if all(outcome.outcome in batch.FINE for each in ran for outcome in each.outcomes) else SOME_FAILED


def show(options: argparse.Namespace) -> int:
    """Show a results file."""
    from . import console, store
    from . import status as standing

    tables = store.read_results(options.results)
    if "recordings" not in tables:
        console.warn(standing.notes_on_tables(options.results.absolute().parent))
    console.warn(standing.notes(options.results))
    console.print_results(tables, options.all)
    return DONE


def export(options: argparse.Namespace) -> int:
    """Write a study's numbers for other programs."""
    from . import console, study
    from . import status as standing

    console.warn(standing.notes(options.results))
    settings, subjects = _settings(options.results), standing.in_study(options.results)
    there = study.subjects(options.results)
    if gone := [each for each in there if subjects is not None and each not in subjects]:
        console.warn([f"not in the study any more, left out: {', '.join(f'sub-{each}' for each in gone)}"])
    kept = [each for each in there if each not in gone]
    found = study.gathered(options.results, kept, percent_rmt=settings["statistics"]["percent_rmt"])
    for path in study.export(found, options.output or options.results, options.format, settings["checklist"]):
        console.say(f"wrote {path}")
    console.warn(found.failed)
    return SOME_FAILED if found.failed else DONE


def _settings(results: Path) -> Mapping[str, Any]:
    """The settings that a folder of results was last run with, the defaults where it does not say."""
    from . import config as configs
    from . import sections

    stated = results / "mep_config.yaml"
    return configs.load(stated).settings if stated.is_file() else sections.tree().check({}).value
