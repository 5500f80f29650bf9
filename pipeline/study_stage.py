"""The study stage of a run: analyses of all subjects' metrics, made again where results, settings or code changed."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from . import code, hints, keys, output, store, versions
from .atomic import together
from .config import Config
from .errors import ReadError, WriteError
from .store import Table
from .study import analyses

if TYPE_CHECKING:
    import pandas as pd

SECTION = "statistics"
FILE = "study.h5"
HINT = "study.json"
UNKNOWN = "it is not known what they were made from"


class Wanted(NamedTuple):
    """What the study stage would be made from."""

    names: tuple[str, ...]
    """The analyses that the config asks for."""
    settings: Mapping[str, Any]
    parts: Mapping[str, Any]
    """What its key is made of: hash of each subject's results, settings, code, version."""

    @property
    def key(self) -> str:
        """Key of the study's tables."""
        return keys.of(self.parts)


def wanted(config: Config, subjects: Sequence[str], left_out: Sequence[str] = ()) -> Wanted:
    """What the study stage of these subjects would be made from.

    Parameters
    ----------
    config : Config
        The study.
    subjects : sequence of str
        Subjects whose results are those of the config.
    left_out : sequence of str
        Subjects whose results are not.

    Raises
    ------
    ReadError
        Where results cannot be read.
    """
    settings = config.settings[SECTION]
    names = tuple(settings["tables"])
    hashed = {each: _hash(config, each) for each in subjects if output.results_file(config.output, each).is_file()}
    own = code.hashes("study.analyses") if names else {}
    parts = {"results": hashed, SECTION: _of_tables(settings, names), "code": own, "version": versions.own()}
    return Wanted(names, settings, {**parts, "left out": sorted(left_out)})


def _of_tables(settings: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The settings that these tables depend on."""
    used = {each.settings or each.name for each in analyses.ANALYSES if each.name in names}
    others = {each.settings or each.name for each in analyses.ANALYSES} - used
    return {name: value for name, value in settings.items() if name not in others}


def why(config: Config, asked: Wanted) -> str:
    """Why the study's tables would be made, "" where they stay as they are."""
    if not asked.names:
        return ""
    hint = hints.read(_hint_file(config))
    there, before = hint.get("files"), hint.get("parts")
    if not isinstance(there, dict) or not isinstance(before, dict):
        return "its tables are not there yet"
    if changed := [name for name, own in there.items() if not _same(config.output / name, own)]:
        return f"{changed[0]} was changed or is gone"
    for name, text in (("results", "results of {} changed"), (SECTION, "{} changed"), ("code", "code of {} changed")):
        known = before.get(name)
        if changed := _differing(known if isinstance(known, dict) else {}, asked.parts[name]):
            return text.format(", ".join(changed[:3]) + (" ..." if len(changed) > 3 else ""))
    if before.get("left out") != asked.parts["left out"]:
        return "other subjects are left out"
    if before.get("version") != asked.parts["version"]:
        return f"mep-pipeline is of another version, {asked.parts['version']}"
    return "" if hint.get("key") == asked.key else UNKNOWN


def make(config: Config, asked: Wanted) -> list[Path]:
    """Make and write the study's tables: a TSV and its dictionary each, and all of them in `study.h5`.

    Parameters
    ----------
    config : Config
        The study.
    asked : Wanted
        What they are made from.

    Raises
    ------
    MeasureError, ConfigError
        Where an analysis cannot be made of these data.
    ReadError
        Where results cannot be read.
    WriteError
        Where a file cannot be written; none of the earlier ones is lost.
    """
    made = analyses.tables(config.output, tuple(asked.parts["results"]), asked.names, asked.settings)
    attributes = {
        "key": asked.key,
        "version": versions.own(),
        "versions": versions.here(analyses.LIBRARIES),
        "subjects": ";".join(asked.parts["results"]),
        "left_out": ";".join(asked.parts["left out"]),
    }
    paths = {}
    with together() as write:
        for name, each in made.items():
            for path, content in _files(config.output, name, each).items():
                write(path, content)
                paths[path] = content
        path = config.output / FILE
        store.write_results(path, {name: each for name, each in made.items() if len(each.frame)}, attributes, write)
    written = [*paths, path]
    for old in stale(config.output, written):
        with _named(old):
            old.unlink(missing_ok=True)
    own = {each.name: hints.identity(each) for each in written}
    hints.write(_hint_file(config), {"files": own, "parts": dict(asked.parts), "key": asked.key})
    return written


def clear(config: Config) -> bool:
    """Take away the tables of an earlier run where none are asked for any more; whether there were any."""
    if not _hint_file(config).is_file():
        return False
    for path in (*stale(config.output, ()), config.output / FILE, _hint_file(config)):
        with _named(path):
            path.unlink(missing_ok=True)
    return True


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WriteError(f"{path.name}: cannot be removed: {error.strerror or error}") from None


def stale(folder: Path, kept: Sequence[Path]) -> list[Path]:
    """Tables of analyses that an earlier run made and this one did not."""
    named = [folder / f"study_{name}.{form}" for name in analyses.TABLES for form in ("tsv", "json")]
    return [each for each in named if each not in kept and each.is_file()]


def _files(folder: Path, name: str, table: Table) -> dict[Path, bytes]:
    columns = {each: table.columns[each] for each in map(str, table.frame)}
    described = {
        name: {"Description": each.meaning, **({"Units": each.unit} if each.unit else {})}
        for name, each in columns.items()
    }
    text = json.dumps(described, indent=1, ensure_ascii=False) + "\n"
    return {folder / f"study_{name}.tsv": _tsv(table.frame), folder / f"study_{name}.json": text.encode()}


def _tsv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(sep="\t", index=False, na_rep="n/a", lineterminator="\n").encode()


def _hash(config: Config, subject: str) -> str:
    """Hash of a subject's results, from what is remembered where the file is as it was."""
    path = output.results_file(config.output, subject)
    hint = hints.read(output.hint_file(config, subject)).get("results", {})
    try:
        return str(hint["hash"]) if hint.get("identity") == hints.identity(path) else keys.of_file(path)
    except OSError as error:
        raise ReadError(f"{path.name}: cannot be read: {error.strerror or error}") from None


def _hint_file(config: Config) -> Path:
    return config.output / output.STATE / "hints" / HINT


def _same(path: Path, identity: Any) -> bool:
    try:
        return hints.identity(path) == identity
    except OSError:
        return False


def _differing(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    return [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
