"""The study stage of a run: analyses of all subjects' metrics, made again where results, settings or code changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from . import code, hints, keys, output, store, versions
from .atomic import together
from .config import Config
from .errors import ReadError
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


def wanted(config: Config, subjects: Sequence[str]) -> Wanted:
    """What the study stage of these subjects would be made from; `ReadError` where results cannot be read."""
    settings = config.settings[SECTION]
    names = tuple(settings["tables"])
    hashed = {each: _hash(config, each) for each in subjects if output.results_file(config.output, each).is_file()}
    own = code.hashes("study.analyses") if names else {}
    return Wanted(names, settings, {"results": hashed, SECTION: settings, "code": own, "version": versions.own()})


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
    return "" if hint.get("key") == asked.key else UNKNOWN


def make(config: Config, asked: Wanted, left_out: Sequence[str] = ()) -> list[Path]:
    """Make and write the study's tables: a TSV and its dictionary each, and all of them in `study.h5`.

    Parameters
    ----------
    config : Config
        The study.
    asked : Wanted
        What they are made from.
    left_out : sequence of str
        Subjects whose results are not those of this config; they are named in the tables' attributes.

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
    attributes = {"key": asked.key, "version": versions.own(), "subjects": ";".join(asked.parts["results"]),
                  "left_out": ";".join(left_out)}  # fmt: skip
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
        old.unlink(missing_ok=True)
    own = {each.name: hints.identity(each) for each in written}
    hints.write(_hint_file(config), {"files": own, "parts": dict(asked.parts), "key": asked.key})
    return written


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
