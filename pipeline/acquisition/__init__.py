"""From a file of an acquisition system to Trials: µV, the pulse at 0 ms, one row of the pulse table a trial.

A reader is a function of the file, the shared settings and its own (its keyword-only parameters), and a function that
lists every file it would use. Nothing is filtered, dropped or measured here.
"""

import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..columns import settings as settings_of
from ..columns import validated
from ..errors import ConfigError, ReadError, did_you_mean
from ..trials import Trials
from . import bids, brainvision, mat_epochs, table
from .recorded import Recorded, finished, trial_table
from .settings import Common, common

__all__ = ["READERS", "Common", "Reader", "Recorded", "common", "files", "load", "reader_of"]


@dataclass(frozen=True)
class Reader:
    """A kind of file: how it is recognised and read."""

    name: str
    suffixes: tuple[str, ...]
    """Endings of the files it reads, in small letters."""
    read: Callable[..., list[Recorded]]
    """`read(path, common, /, *, ...)`; its keyword-only parameters are its settings."""
    files: Callable[[Path], list[Path]]
    """Every file that is read with the one named: raw parts and sidecars."""


MOST_SAID = 2000
"""Letters of an error's text; the list of a recording's markers stays below."""

READERS = (
    Reader("bids", (".edf", ".bdf"), bids.read, bids.files),
    Reader("brainvision", (".vhdr",), brainvision.read, brainvision.files),
    Reader("mat_epochs", (".mat",), mat_epochs.read, mat_epochs.files),
    Reader("table", (".csv", ".tsv"), table.read, table.files),
)


def load(
    path: str | Path,
    settings: Mapping[str, Any] | None = None,
    *,
    reader: str = "",
    columns: Mapping[str, Any] | None = None,
) -> list[Trials]:
    """One recording as Trials.

    Parameters
    ----------
    path : path
        The recording.
    settings : mapping, optional
        The config's section `acquisition`: shared settings, and one mapping for each reader by its name.
    reader : str
        Name of the reader; "" is the one for files of this ending.
    columns : mapping, optional
        Columns of the pulse table that hold for every trial, where the file does not give them itself, and
        `trial_table`, a table of them.

    Returns
    -------
    list of Trials
        One for each clock (sampling rate and start) of the file. Notes: `fingerprint`, `mains_hz` where it is known.

    Raises
    ------
    ReadError
        Where the file cannot be read, or does not hold what the settings say; the text begins with its name.
    ConfigError
        Where a setting is unknown or wrong.
    """
    path = Path(path)
    chosen = reader_of(path, reader)
    shared, own = _sections(settings, chosen, columns)
    try:
        _check_there(path)
        return [finished(each, path, shared) for each in chosen.read(path, shared, **own)]
    except ReadError as error:
        raise ReadError(_said(path, str(error))) from error
    except OSError as error:
        raise ReadError(_said(path, f"cannot be read: {error.strerror or error}")) from error
    except MemoryError as error:
        raise ReadError(_said(path, "larger than the memory of this machine")) from error


def files(
    path: str | Path,
    settings: Mapping[str, Any] | None = None,
    reader: str = "",
    columns: Mapping[str, Any] | None = None,
) -> list[Path]:
    """Every file `load` would use with the same arguments: raw parts, sidecars that apply, the trial table.

    Raises
    ------
    ReadError
        Where the file that names the others cannot be read.
    """
    path = Path(path)
    chosen = reader_of(path, reader)
    shared, _ = _sections(settings, chosen, columns)
    try:
        _check_there(path)
        beside = trial_table(path, shared)
        used = dict.fromkeys([*chosen.files(path), *([beside] if beside else [])])
        return [each for each in used if each is path or each.is_file()]
    except ReadError as error:
        raise ReadError(_said(path, str(error))) from error
    except OSError as error:
        raise ReadError(_said(path, f"cannot be read: {error.strerror or error}")) from error


def reader_of(path: Path, name: str = "") -> Reader:
    """The reader of that name, or the one for files of this ending.

    Raises
    ------
    ConfigError
        Where there is no reader of that name.
    ReadError
        Where no reader reads files of this ending.
    """
    if name:
        for each in READERS:
            if each.name == name:
                return each
        raise ConfigError(f"no reader {name!r}; {did_you_mean(name, (each.name for each in READERS))}")
    for each in READERS:
        if path.suffix.lower() in each.suffixes:
            return each
    known = ", ".join(f"{each.name} ({' '.join(each.suffixes)})" for each in READERS)
    raise ReadError(f"{path.name}: no reader for files ending in {path.suffix!r}. There are: {known}")


def _said(path: Path, text: str) -> str:
    """What is wrong with a file, in one line of bounded length: much of it may be the file's own words."""
    shown = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
    return f"{path.name}: {shown if len(shown) <= MOST_SAID else f'{shown[:MOST_SAID]}...'}"


def _check_there(path: Path) -> None:
    if not path.exists():
        raise ReadError(f"there is no such file in {path.parent}")
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise ReadError("is not a file")
    if not found.st_size:
        raise ReadError("is empty (0 bytes)")


def _sections(
    settings: Mapping[str, Any] | None, chosen: Reader, columns: Mapping[str, Any] | None
) -> tuple[Common, dict[str, Any]]:
    stated = dict(settings or {})
    names = [each.name for each in READERS]
    known = [*settings_of(common), *names]
    for name in stated:
        if name not in known:
            raise ConfigError(f"acquisition: no setting {name!r}; {did_you_mean(name, known, 'It has')}")
    own = validated(chosen.read, stated.get(chosen.name), f"acquisition.{chosen.name}")
    shared = {name: value for name, value in stated.items() if name not in names}
    return common(**validated(common, shared, "acquisition"))._replace(columns=dict(columns or {})), own
