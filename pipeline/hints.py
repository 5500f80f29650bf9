"""What is remembered of files between runs so that they need not be read again; its loss costs time, never a number.

A file is taken for the one that was hashed where its size, its times of change and its identity (inode) are the same.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import keys
from .atomic import write_bytes
from .errors import ReadError, WriteError

SETTLED_NS = 2_000_000_000
"""A file that changed less than this before it was hashed is hashed again: its times could not tell a later change."""
FORMAT = 1

Identity = list[int]
"""Size, time of content, time of status (both in ns) and inode of a file."""


def identity(path: Path) -> Identity:
    """What tells a file from what it was; `OSError` where it is not there."""
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]


class Hashes:
    """SHA-256 of files by their path below a folder, each read only where it is not remembered.

    Parameters
    ----------
    root : Path
        The study's folder.
    known : mapping of str to list
        Path below `root` -> identity and hash, as `remembered` gave it.
    reading : bool
        Whether a file that is not remembered may be read; else `UnknownHashError` is raised for it.
    """

    def __init__(self, root: Path, known: Mapping[str, Sequence[Any]], reading: bool = True) -> None:
        self.root, self.known, self.reading = root, known, reading
        self.seen: dict[Path, tuple[Identity, str, int]] = {}

    def of(self, paths: Sequence[Path]) -> dict[str, str]:
        """Hash of each file by its path below the folder.

        Raises
        ------
        UnknownHashError
            Where a file would have to be read and may not.
        ReadError
            Where a file cannot be read, or changes meanwhile.
        """
        return {keys.below(path, self.root): self._of(path) for path in sorted(paths)}

    def check(self) -> None:
        """That every file is still what was hashed; `ReadError` with the first that is not."""
        for path, (before, *_) in self.seen.items():
            _check_same(path, before)

    def remembered(self) -> dict[str, list[Any]]:
        """What to give as `known` next time, without files that changed just before they were hashed."""
        return {
            keys.below(path, self.root): [*found, hashed]
            for path, (found, hashed, at_ns) in self.seen.items()
            if max(found[1], found[2]) < at_ns - SETTLED_NS
        }

    def _of(self, path: Path) -> str:
        if path not in self.seen:
            try:
                self.seen[path] = self._found(path)
            except OSError as error:
                raise ReadError(f"{path.name}: cannot be read: {error.strerror or error}") from None
        return self.seen[path][1]

    def _found(self, path: Path) -> tuple[Identity, str, int]:
        before, at_ns = identity(path), time.time_ns()
        *then, hashed = self.known.get(keys.below(path, self.root), [None])
        if then != before:
            if not self.reading:
                raise UnknownHashError(path)
            hashed = keys.of_file(path)
            _check_same(path, before)
        return before, str(hashed), at_ns


def unread(paths: Sequence[Path]) -> dict[str, str]:
    """No hash of any file, after a look whether each may be read; `ReadError` with the first that may not."""
    for path in paths:
        if not os.access(path, os.R_OK):
            raise ReadError(f"{path.name}: cannot be read: {os.strerror(errno.EACCES)}")
    return {}


class UnknownHashError(Exception):
    """A file's hash is not remembered."""


def _check_same(path: Path, before: Identity) -> None:
    try:
        same = identity(path) == before
    except OSError:
        same = False
    if not same:
        raise ReadError(f"{path.name}: changed while it was read; run again when nothing writes to it")


def read(path: Path) -> dict[str, Any]:
    """The hints of a subject, {} where there are none that can be used."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) and content.get("format") == FORMAT and _sound(content) else {}


def _sound(content: Mapping[str, Any]) -> bool:
    """Whether hints are of the shape that they are written in: the folder they are in is open to all."""
    inputs, epochs, results, outcome = (content.get(name, {}) for name in ("inputs", "epochs", "results", "outcome"))
    if not all(isinstance(each, dict) for each in (inputs, epochs, results)):
        return False
    known = [*epochs.values(), *([results] if results else [])]
    return (
        all(isinstance(each, list) and len(each) == 5 for each in inputs.values())
        and all(isinstance(each, dict) and isinstance(each.get("identity"), list) for each in known)
        and all(isinstance(each.get("key"), str) for each in epochs.values())
        and (not results or isinstance(results.get("made"), dict))
        and (not outcome or (isinstance(outcome, list) and len(outcome) == 4))
    )


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Keep the hints of a subject; where that fails the next run does without."""
    text = json.dumps({"format": FORMAT, **content}, ensure_ascii=False, separators=(",", ":"))
    with contextlib.suppress(WriteError):
        write_bytes(path, text.encode(), lasting=False)
