"""What the command line shows: tables and lines of text."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console
from rich.control import strip_control_codes
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from . import batch, excitability, gaps, plan, status
from .study.paper import paper

if TYPE_CHECKING:
    import pandas as pd

    from .check import Found
    from .comparison import Comparison
    from .comparison.sweep import Ran

PLAIN_WIDTH = 160
"""Width where the output is not a terminal, so that logs are not folded to 80 columns."""
WIDE = 100_000
"""Width that any table fits in."""
MOST_DRAWN = 500
"""Rows of a table of subjects that is drawn for the terminal: to draw thousands takes longer than to plan them."""
FAR = ("beyond interval", "appeared", "vanished", "unit")
MOVED = ("subject", "session", "timepoint", "state", "muscle", "condition", "metric", "convention", "unit",
         "value_first", "value_second", "difference", "moved")  # fmt: skip
"""Columns shown of metrics that differ."""
LISTED = 5
"""Trials shown of each change of state; the JSON has more."""
WRAPPED = ("message", "method", "status", "what", "settings", "meaning", "columns", "source", "conventions", "pulses",
           "note")  # fmt: skip
"""Columns whose text may run over several lines."""
COLOURS = {batch.DONE: "green", batch.UNCHANGED: "green", batch.FAILED: "red", batch.LOCKED: "yellow"}


def terminal(stderr: bool = False, width: int = PLAIN_WIDTH) -> Console:
    """A console on standard output or standard error."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else width, highlight=False)


def say(text: str) -> None:
    """Print a line of plain text."""
    terminal().print(escape(text), soft_wrap=True)


def print_steps(steps: Sequence[plan.Step]) -> None:
    """What a run would do, and why."""
    rows = [(f"sub-{each.subject}" if each.subject else "the study", *each[1:]) for each in steps]
    _print_whole(["subject", "recording", "stage", "why"], rows)
    n = len({each.subject for each in steps if each.subject})
    say(f"{_subjects(n)} would be written; nothing was run" if steps else "nothing would run")


def print_status(states: Sequence[status.State]) -> None:
    """How the subjects of a study stand."""
    names = ["subject", "state", "would run", "why", "other versions"]
    _print_whole(names, [(f"sub-{each.subject}", *each[1:]) for each in states])
    counts = Counter(each.state for each in states)
    say(", ".join(f"{counts[state]} {state}" for state in status.MEANINGS if counts[state]))


def print_outcomes(outcomes: Sequence[batch.Outcome], output: Path) -> None:
    """The table a run ends with, and where the results are."""
    rows = []
    for each in outcomes:
        counts = (str(each.n_used), str(each.n_rejected)) if each.outcome in batch.FINE else ("", "")
        rows.append((f"sub-{each.subject}", each.outcome, *counts, f"{each.seconds:.1f}", each.message))
    _print_whole(["subject", "outcome", "trials used", "rejected", "seconds", "message"], rows, right=(2, 3, 4))
    found = Counter(each.outcome for each in outcomes)
    said = ", ".join(f"{found[kind]} {kind}" for kind in (*batch.FINE, batch.FAILED, batch.LOCKED) if found[kind])
    say(f"{_subjects(len(outcomes))}: {said}; results in {output}")


def _subjects(n: int) -> str:
    return f"{n} subject{'' if n == 1 else 's'}"


def _print_whole(names: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> None:
    """A table with a line for each row, however long, so that a search in a log finds it; a terminal folds it."""
    console = terminal()
    if console.is_terminal and len(rows) <= MOST_DRAWN:
        table = _table(names, right)
        for row in rows:
            table.add_row(*(f"[{COLOURS[each]}]{each}[/]" if each in COLOURS else escape(each) for each in row))
        console.print(table)
        return
    cells = [names, *(["; ".join(strip_control_codes(each).splitlines()) for each in row] for row in rows)]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        gaps = [" " * (width - cell_len(each)) for width, each in zip(widths, row, strict=True)]
        line = (gap + each if n in right else each + gap for n, (each, gap) in enumerate(zip(row, gaps, strict=True)))
        sys.stdout.write("  ".join(line).rstrip() + "\n")


def warn(texts: Sequence[str]) -> None:
    """Say before anything else what must be known of what follows."""
    for text in texts:
        say(f"warning: {text}")


def print_comparison(found: Comparison) -> None:
    """How two results differ."""
    counts = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in found.counts.items())
    if found.same:
        say(f"the same: {counts}")
        return
    subjects = found.subjects
    print_frame("Subjects", subjects[(subjects["found"] != "both") | (subjects.iloc[:, 2:] != "").any(axis=1)])
    print_frame("Settings and versions", found.settings)
    print_frame("Trials (rows of trial and muscle)", found.trials)
    changed = found.changed.groupby(["measure", "kind"], sort=False).head(LISTED)
    print_frame(f"Trials that changed state (at most {LISTED} of a kind)", changed)
    title = "Agreement (second - first, trials accepted in both; limits as if trials were independent)"
    moved = found.agreement[found.agreement["largest"] > 0]
    print_frame(title, moved)
    print_frame("Trials that differ most", found.worst)
    far = found.metrics[found.metrics["moved"].isin(FAR)]
    print_frame("Metrics that moved beyond an interval, appeared or vanished", far[list(MOVED)])
    if others := len(found.metrics) - len(far):
        say(f"{others} metrics that differ otherwise are left out here; `mep diff --json FILE` has them")
    say(counts)


def print_variant(ran: Ran, failed: Sequence[batch.Outcome]) -> None:
    """One variant of a sweep is done."""
    chosen = ", ".join(f"{name} {value}" for name, value in ran.variant.choices.items()) or "the config as it is"
    say(f"{ran.variant.name}: {chosen}: {len(ran.results)} of {len(ran.outcomes)} subjects")
    for each in failed:
        say(f"  sub-{each.subject} {each.outcome}: {each.message}")


def print_sweep(written: Sequence[Path], least: pd.DataFrame, directions: pd.DataFrame) -> None:
    """What a sweep found: the numbers that hang most on the choices, and the conclusions that turn."""
    print_frame("Numbers that move most, against the base's interval", least)
    print_frame("Conclusions that not every variant shares", directions)
    for path in written:
        say(f"wrote {path}")


def print_check(found: Found) -> None:
    """What a study holds, then all that does not fit."""
    print_frame("Recordings", found.recordings)
    print_frame("Trials a cell", found.cells)
    print_frame("Paradigms, and how many trials of them are accepted", gaps.drawn(found.paradigms))
    for text in found.missing:
        say(f"missing: {text}")
    for text in found.warnings:
        say(f"warning: {text}")
    for text in found.problems:
        say(f"problem: {text}")
    n = len(found.problems)
    say("nothing wrong was found" if not n else f"{n} problem{'s' if n > 1 else ''}")


def print_results(tables: dict[str, pd.DataFrame], every: bool = False) -> None:
    """Recordings, metrics and quality of a results file; of each metric its first convention, or every one.

    Of the tables of a study as a paper would have them, or every one.
    """
    if "recordings" not in tables:
        for name, table in (tables if every else paper(tables)).items():
            print_frame(name, table)
        return
    recordings = tables["recordings"]
    names = ["recording", "session", "task", "rate_hz", "n_trials", "status"]
    print_frame("Recordings", recordings[names])
    metrics = tables["metrics"]
    first = {each.name: each.conventions[0] for each in excitability.METRICS}
    targets = metrics[metrics["status"] != "not_target"]
    wanted = targets if every else targets[targets["convention"] == targets["metric"].map(first)]
    shown = wanted.drop(columns=["ref_low", "ref_high", "ref_source", "method"])
    for (session, timepoint), own in shown.groupby(["session", "timepoint"], sort=True):
        title = "Metrics" + "".join(f", {word}" for word in (session and f"session {session}", timepoint) if word)
        print_frame(title, own.drop(columns=["session", "timepoint"]))
    if hidden := len(targets) - len(shown):
        say(f"{hidden} rows of other conventions are left out here; `mep show --all` has them")
    if hidden := len(metrics) - len(targets):
        say(f"{hidden} rows of muscles that are not the target are left out here")
    print_frame("Excluded and flagged trials", tables["qc"])


def print_shapes(table: pd.DataFrame, n_shapes: int, share: float, written: Path) -> None:
    """Which recordings gave shapes of their own, and the library they went into."""
    print_frame("Averages aligned at the onset, and how many are clear enough", table)
    n = int(table["clear"].sum())
    say(
        f"wrote {written}: {n_shapes} shapes, {share:.0%} of them averages of yours (of {n}); name it in the config: "
        f"study: {{shapes: {written.name}}}"
    )


def print_list(what: str | None) -> None:
    """What there is to choose from."""
    from . import listing

    if what is None:
        print_frame("mep list ...", listing.lists())
        return
    print_frame(what, listing.frame(what))


def print_frame(title: str, frame: pd.DataFrame) -> None:
    """A table with a title; nothing where it has no rows."""
    if not len(frame):
        return
    numeric = [n for n, name in enumerate(frame) if frame[name].dtype.kind in "fiu"]
    names = [str(name) for name in frame]
    rows = [[_word(each) for each in row] for row in frame.itertuples(index=False)]
    table = _table(names, numeric, title)
    for name, column, words in zip(names, table.columns, zip(*rows, strict=True), strict=True):
        longest = [part for word in words for part in (word.split() if name in WRAPPED else [word])]
        column.min_width = max(map(cell_len, [name, *longest]))
    for row in rows:
        table.add_row(*map(escape, row))
    console = terminal()
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
