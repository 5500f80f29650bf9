"""What an earlier run left of a subject: what its results were made from, and the results themselves where kept."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import guarded, hints, joining, keys, store
from .detection import Averages
from .errors import ReadError
from .recipes import KEYS
from .store import Table

if TYPE_CHECKING:
    import pandas as pd

MADE_FROM = "made_from"
"""The fact of the provenance that says what a subject's results were made from, as JSON."""
MADE = {**dict.fromkeys(("recordings", "keys", "code", "participant", "settings", "versions"), dict),
        **dict.fromkeys(("rows_key", "metrics_key", "results_key"), str)}  # fmt: skip
"""Its parts, and what each is."""
OF_A_RECORDING = {"labels": dict, "acquisition": dict, "conditioning": list, "conditions": dict, "clocks": dict}
OF_A_CLOCK = {"channels": list, "windows": list, "detection": list, "decisions": list, "pulse_columns": list}
LOST = (ReadError, LookupError, ValueError, TypeError)
"""What reading damaged or forged results raises."""


class UnusableError(Exception):
    """What an earlier run left cannot be used again, though it says what it was made from."""


@dataclass(frozen=True)
class Earlier:
    """A subject's results of an earlier run.

    Parameters
    ----------
    path : Path
        The results file.
    made : mapping
        What it was made from: `recordings` (name -> recipe), `keys` (clock -> keys), `code`, `participant`, `settings`
        of excitability, `norms` (file name -> hash), `rows_key`, `metrics_key`, `results_key`, `versions`; empty where
        there are no results.
    why : str
        Why there is nothing to keep, "" where there is.
    """

    path: Path
    made: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""

    @cached_property
    def _tables(self) -> dict[str, Table]:
        with usable():
            return store.read_tables(self.path)

    @property
    def recordings(self) -> list[str]:
        """Names of the recordings that the results were made from."""
        return list(self.made.get("recordings", {}))

    def recipe(self, recording: str) -> Mapping[str, Any]:
        """The recipe of a recording; empty where it was not there."""
        found: Mapping[str, Any] = self.made.get("recordings", {}).get(recording, {})
        return found

    def keys(self, clock: str) -> Mapping[str, str]:
        """Keys of the stages of one clock; empty where it was not there."""
        found: Mapping[str, str] = self.made.get("keys", {}).get(clock, {})
        return found

    def entry(self, clock: str) -> dict[str, Any]:
        """The row of one clock in the table of recordings."""
        table = self._tables["recordings"].frame
        with usable():
            (row,) = table[table["recording"] == clock].to_dict("records")
            return {str(name): value for name, value in row.items()}

    def rows(self, clock: str) -> pd.DataFrame:
        """The rows of one clock, as they were when it stood alone."""
        with usable():
            own = json.loads(self.entry(clock)["row_columns"])
            table = self._tables["trials"].frame
            return joining.parted(table, own, (table["recording"] == clock).to_numpy())

    def averages(self, clock: str) -> tuple[Averages, Any]:
        """The averages of one clock, and their times (n_samples,) in ms."""
        for name, table in self._tables.items():
            own = table.frame["recording"] == clock if name.startswith("averages") else None
            if own is not None and own.any():
                frame = table.frame[own].drop(columns="recording").reset_index(drop=True)
                mean, rectified = (table.signals[each][own.to_numpy()] for each in ("mean_uv", "rectified_mean_uv"))
                return Averages(frame, mean, rectified), table.times_ms
        raise UnusableError(f"it holds no averages of {clock}")

    def facts(self) -> dict[str, str]:
        """What its provenance says."""
        with usable():
            table = self._tables["provenance"].frame
            return dict(zip(table["name"].astype(str), table["value"].astype(str), strict=True))

    def metrics(self) -> tuple[Table, Table]:
        """The metrics of the subject, and their contrasts."""
        with usable():
            return self._tables["metrics"], self._tables["contrasts"]


def read(path: Path, hint: Mapping[str, Any] | None = None) -> Earlier:
    """What is kept at the place of a subject's results.

    Parameters
    ----------
    path : Path
        Where the results are, if there are any.
    hint : mapping, optional
        `identity`, `hash` and `made` of the file when it was last seen, so that it need not be opened.

    Raises
    ------
    ReadError
        Where a file is there that must not be replaced: written by a newer version, or by another program.
    """
    try:
        identity: Sequence[int] = hints.identity(path)
    except OSError:
        return Earlier(path, why="it has no results yet")
    if hint and hint.get("identity") == identity and _whole(hint["made"]):
        return Earlier(path, hint["made"])
    if not guarded.is_ours(path, store.RESULTS, damaged=True):
        raise ReadError(
            f"{path.name}: a file of this name was not written by mep-pipeline; move it away from {path.parent}"
        )
    if guarded.layout(path) > guarded.FORMAT:
        raise ReadError(f"{path.name}: its layout is newer than this version writes; update mep-pipeline, or choose "
                        f"another output")  # fmt: skip
    if 0 < guarded.layout(path) < guarded.FORMAT:
        return Earlier(path, why=f"its results are of an older layout ({guarded.layout(path)})")
    try:
        tables = store.read_tables(path)  # all of them: what is damaged must not pass for done
        facts = tables["provenance"].frame
        made = json.loads(facts.loc[facts["name"] == MADE_FROM, "value"].iloc[0])
    except (*LOST, RecursionError) as error:
        return Earlier(path, why=f"its results cannot be read ({error})")
    if not _whole(made):
        return Earlier(path, why="its results do not say what they were made from")
    # Another recipe than what is remembered is that of a later run; the same one with another content is nobody's.
    if hint and made == hint.get("made") and hint.get("hash") not in (None, keys.of_file(path)):
        return Earlier(path, why="its results are not as they were written")
    return Earlier(path, made)


@contextlib.contextmanager
def usable() -> Iterator[None]:
    """Turns what reading earlier results or epochs raises into `UnusableError`."""
    try:
        yield
    except LOST as error:
        raise UnusableError(str(error)) from error


def _whole(made: Any) -> bool:
    """Whether it says of every recording and clock what it was made from."""
    if not _has(made, MADE) or not all(_has(each, OF_A_RECORDING) for each in made["recordings"].values()):
        return False
    clocks = {name: own for each in made["recordings"].values() for name, own in each["clocks"].items()}
    there = all(each["clocks"] for each in made["recordings"].values()) and set(clocks) == set(made["keys"])
    return there and all(
        _has(own, OF_A_CLOCK) and _has(made["keys"][name], dict.fromkeys(KEYS, str)) for name, own in clocks.items()
    )


def _has(value: Any, parts: Mapping[str, type]) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(name), kind) for name, kind in parts.items())
