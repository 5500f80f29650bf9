"""Progress of a run on the terminal."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from . import batch
from .console import terminal


class Bar:
    """Progress over subjects with the time left; nothing where the output is not a terminal."""

    def __init__(self, bar: Progress | None) -> None:
        self.bar = bar
        self.task = bar.add_task("", total=None) if bar else None

    def planned(self, n_subjects: int) -> None:
        """So many subjects are to come."""
        if self.bar and self.task is not None:
            self.bar.update(self.task, total=n_subjects)

    def advance(self, outcome: batch.Outcome) -> None:
        """One more subject is done."""
        if self.bar and self.task is not None:
            self.bar.update(self.task, advance=1, description=escape(f"sub-{outcome.subject} {outcome.outcome}"))

    def stopping(self) -> None:
        """Ctrl-C was pressed."""
        terminal(stderr=True).print("stopping when the subjects that are running are done; Ctrl-C stops at once")


@contextlib.contextmanager
def progress() -> Iterator[Bar]:
    """A bar over subjects."""
    columns = (
        TextColumn("subjects"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    console = terminal(stderr=True)
    if not console.is_terminal:
        yield Bar(None)
        return
    with Progress(*columns, console=console, transient=True) as bar:
        yield Bar(bar)
