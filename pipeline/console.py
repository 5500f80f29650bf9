"""What the command line shows: progress and tables."""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from . import batch, excitability

if TYPE_CHECKING:
    import pandas as pd

    from .check import Found

PLAIN_WIDTH = 160
"""Width where the output is not a terminal, so that logs are not folded to 80 columns."""
WIDE = 100_000
"""The same for the outcomes of a run: one line a subject, its message whole, for a search in a log to find."""
WRAPPED = ("message", "method", "status", "what", "settings", "meaning", "columns", "source", "conventions", "pulses")
"""Columns whose text may run over several lines."""
COLOURS = {batch.DONE: "green", batch.FAILED: "red", batch.LOCKED: "yellow"}


def _console(stderr: bool = False, width: int = PLAIN_WIDTH) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else width, highlight=False)


def say(text: str) -> None:
    """Print a line of plain text."""
    _console().print(escape(text), soft_wrap=True)


@contextlib.contextmanager
def progress(n_subjects: int) -> Iterator[Callable[[batch.Outcome], None]]:
    """A bar over subjects with the time left; nothing where the output is not a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("subjects"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    console = _console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=n_subjects)

        def advance(outcome: batch.Outcome) -> None:
            bar.update(task, advance=1, description=escape(f"sub-{outcome.subject} {outcome.outcome}"))

        yield advance


def print_outcomes(outcomes: Sequence[batch.Outcome], output: Path) -> None:
    """The table a run ends with, and where the results are."""
    table = _table(["subject", "outcome", "trials used", "rejected", "seconds", "message"], right=(2, 3, 4))
    for each in outcomes:
        outcome = f"[{COLOURS[each.outcome]}]{each.outcome}[/]"
        counts = (str(each.n_used), str(each.n_rejected)) if each.outcome == batch.DONE else ("", "")
        table.add_row(f"sub-{escape(each.subject)}", outcome, *counts, f"{each.seconds:.1f}", escape(each.message))
    console = _console(width=WIDE)
    with console.capture() as shown:
        console.print(table)
    sys.stdout.write("\n".join(line.rstrip() for line in shown.get().splitlines()) + "\n")
    n_done = sum(each.outcome == batch.DONE for each in outcomes)
    say(f"{n_done} of {len(outcomes)} subjects done; results in {output}")


def print_check(found: Found) -> None:
    """What a study holds, then all that does not fit."""
    _print_frame("Recordings", found.recordings)
    _print_frame("Trials a cell", found.cells)
    for text in found.warnings:
        say(f"warning: {text}")
    for text in found.problems:
        say(f"problem: {text}")
    n = len(found.problems)
    say("nothing wrong was found" if not n else f"{n} problem{'s' if n > 1 else ''}")


def print_results(tables: dict[str, pd.DataFrame], every: bool = False) -> None:
    """Recordings, metrics and quality of a results file; of each metric its first convention, or every one."""
    recordings = tables["recordings"]
    names = ["recording", "session", "task", "rate_hz", "n_trials", "status"]
    _print_frame("Recordings", recordings[names])
    metrics = tables["metrics"]
    first = {each.name: each.conventions[0] for each in excitability.METRICS}
    targets = metrics[metrics["status"] != "not_target"]
    wanted = targets if every else targets[targets["convention"] == targets["metric"].map(first)]
    shown = wanted.drop(columns=["ref_low", "ref_high", "ref_source", "method"])
    for (session, timepoint), own in shown.groupby(["session", "timepoint"], sort=True):
        title = "Metrics" + "".join(f", {word}" for word in (session and f"session {session}", timepoint) if word)
        _print_frame(title, own.drop(columns=["session", "timepoint"]))
    if hidden := len(targets) - len(shown):
        say(f"{hidden} rows of other conventions are left out here; `mep show --all` has them")
    if hidden := len(metrics) - len(targets):
        say(f"{hidden} rows of muscles that are not the target are left out here")
    _print_frame("Excluded and flagged trials", tables["qc"])


def print_list(what: str | None) -> None:
    """What there is to choose from."""
    from . import listing

    if what is None:
        _print_frame("mep list ...", listing.lists())
        return
    _print_frame(what, listing.frame(what))


def _print_frame(title: str, frame: pd.DataFrame) -> None:
    if not len(frame):
        return
    numeric = [n for n, name in enumerate(frame) if frame[name].dtype.kind in "fiu"]
    table = _table([str(name) for name in frame], numeric, title)
    for row in frame.itertuples(index=False):
        table.add_row(*(escape(_word(each)) for each in row))
    console = _console()
    needed = Measurement.get(console, console.options.update(width=WIDE, max_width=WIDE), table).minimum
    console.width = max(console.width, needed)  # a narrow terminal folds lines; a table must not lose digits
    console.print(table)


def _table(names: Sequence[str], right: Sequence[int] = (), title: str | None = None) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False)
    for n, name in enumerate(names):
        table.add_column(name, justify="right" if n in right else "left", overflow="fold", no_wrap=name not in WRAPPED)
    return table


def _word(value: Any) -> str:
    if isinstance(value, float):
        return "n/a" if math.isnan(value) else f"{value:.4g}"
    return str(value)
