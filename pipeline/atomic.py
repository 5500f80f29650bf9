"""Files written whole: a reader sees the old one or the new one, never a half."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from .errors import WriteError

BUSY_RETRY_S = 10.0
"""How long a file that another program has open (Windows) is tried again."""
FULL = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))


def write_bytes(path: Path, content: bytes, *, lasting: bool = True) -> None:
    """Write a file whole: to a temporary name beside it, then moved over it; `WriteError` where that fails.

    What is not `lasting` may be lost, whole, with the machine's power: it is not waited for until it is on the disk.
    """
    with together(lasting=lasting) as write:
        write(path, content)


@contextlib.contextmanager
def together(*, lasting: bool = True) -> Iterator[Callable[[Path, bytes], None]]:
    """Several files that belong together: all are written beside their places first, then moved there.

    Gives a function as `write_bytes`. Where one cannot be written (`WriteError`) none takes its place, so that a full
    disk leaves all earlier files as they were.
    """
    paths: list[Path] = []

    def write(path: Path, content: bytes) -> None:
        """Write a file beside its place."""
        paths.append(path)
        with _named(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with _part(path).open("wb") as file:
                file.write(content)
                if lasting:
                    file.flush()
                    os.fsync(file.fileno())

    try:
        yield write
        for path in paths:
            with _named(path):
                _move(_part(path), path)
    finally:
        for path in paths:
            with contextlib.suppress(OSError):
                _part(path).unlink()


def leftovers(folder: Path, name: str) -> list[Path]:
    """Temporary files below a folder that a killed process left of files whose names match `name` (as in a glob)."""
    return [each for each in folder.rglob(f".{name}.part") if each.is_file()]


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WriteError(f"{path.name}: cannot be written to {path.parent}: {_reason(error)}") from None


def _move(part: Path, path: Path) -> None:
    """Replace `path`; on Windows a file that another program has open is tried again for a while."""
    until = time.monotonic() + (BUSY_RETRY_S if sys.platform == "win32" else 0)
    while True:
        try:
            part.replace(path)
        except PermissionError:
            if time.monotonic() >= until:
                raise
            time.sleep(0.2)
        else:
            return


def _reason(error: OSError) -> str:
    said = error.strerror or str(error)
    return (
        f"{said}: the disk (or a limit on it) is full; what was there before is kept" if error.errno in FULL else said
    )
