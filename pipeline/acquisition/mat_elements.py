"""Numbers in MATLAB files of version 5 to 7 (the Level 5 MAT-file format of MathWorks), and nothing else of them.

A file is a sequence of elements, some with elements in them. Only those on the way to a variable that is asked for are
looked at, every length is checked against the bytes there are, and objects, functions, cells and text are never built.
scipy reads these files too, but a damaged one can end the process, and the lengths in it are believed.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from ..errors import ReadError, did_you_mean
from .limits import MOST_SAMPLES, check_packed, unpacked

HEADER_BYTES = 128
ORDERS = {b"\x00\x01IM": "<", b"\x01\x00MI": ">"}
"""Last bytes of the header, version and byte order -> that order for numpy."""
NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
"""Kind of an element of numbers -> their type."""
MATRIX, PACKED = 14, 15
STRUCT, OPAQUE = 2, 17
NO_NUMBERS = {1: "cells", STRUCT: "a struct", 3: "an object", 4: "text", 5: "a sparse matrix", 16: "a function",
              OPAQUE: "an object"}  # fmt: skip
"""Class of a variable that is no plain array of numbers -> what it is."""
COMPLEX = 0x0800
HEAD_BYTES = 1024
"""How much of a variable is read to learn its name."""

Parts = Iterator[tuple[int, memoryview]]
"""Kind and bytes of one element after the other."""


class Variable(NamedTuple):
    """What the first elements of a variable say."""

    name: str
    kind: int
    is_complex: bool
    shape: tuple[int, ...]
    rest: Parts
    """Its other elements."""


def numbers(path: Path, names: Collection[str]) -> dict[str, np.ndarray]:
    """Arrays of numbers by their dotted path: the variable, then fields of structs.

    Raises
    ------
    ReadError
        Where the file is not of this format or is damaged, or there is no array of numbers of that name.
    """
    wanted = {name: name.replace("/", ".").split(".") for name in names}
    bodies: dict[str, memoryview] = {}
    with path.open("rb") as file:
        order = ORDERS.get(file.read(HEADER_BYTES)[HEADER_BYTES - 4 :], "")
        if not order:
            raise _damaged("it does not begin as one of version 5 to 7.3; save it from MATLAB with -v7")
        for name, body in _variables(file, path.stat().st_size, order, {each[0] for each in wanted.values()}):
            if name in bodies and name:
                raise ReadError(f"variable {name!r} stands twice in the file")
            bodies[name] = body
    for name, (top, *_) in wanted.items():
        if top not in bodies:
            raise ReadError(f"there is no variable {name!r} in the file; {did_you_mean(top, filter(None, bodies))}")
    return {name: _array(bodies[each[0]], each[1:], name, order) for name, each in wanted.items()}


def _variables(file: BinaryIO, size: int, order: str, wanted: Collection[str]) -> Iterator[tuple[str, memoryview]]:
    """Name of each variable and its elements; without these where it is not wanted."""
    at = HEADER_BYTES
    while at + 8 <= size:
        file.seek(at)
        kind, n_bytes = struct.unpack(f"{order}II", file.read(8))
        begin, at = at + 8, at + 8 + n_bytes
        if kind not in (MATRIX, PACKED) or at > size:
            raise _damaged(f"an element of kind {kind} claims {n_bytes} bytes, {size - begin} are left")
        head = file.read(n_bytes if kind == PACKED else min(n_bytes, HEAD_BYTES))
        if kind == PACKED:
            packed, head = head, unpacked(head, HEAD_BYTES)
            inner, length = struct.unpack_from(f"{order}II", head.ljust(8, b"\0"))
            if inner != MATRIX:
                raise _damaged(f"what is packed in it is of kind {inner}, expected {MATRIX}")
            head = head[8 : 8 + length]
        name = _variable(memoryview(head), order).name
        if name not in wanted:
            yield name, memoryview(b"")
        elif kind == PACKED:
            yield name, _unpacked(packed, length, name)
        else:
            file.seek(begin)
            yield name, memoryview(file.read(n_bytes))


def _unpacked(packed: bytes, length: int, name: str) -> memoryview:
    check_packed(f"variable {name!r}", length, len(packed))
    whole = unpacked(packed, length + 9)  # a byte more than is claimed, so that the stream's checksum is read
    if len(whole) != length + 8:
        raise _damaged(f"variable {name!r} claims {length} bytes and unpacks to {max(0, len(whole) - 8)} or more")
    return memoryview(whole)[8:]


def _parts(body: memoryview, order: str) -> Parts:
    at = 0
    while at + 8 <= len(body):
        kind, n_bytes = struct.unpack_from(f"{order}II", body, at)
        begin, step = at + 8, 8 + n_bytes + -n_bytes % 8
        if kind >> 16:  # a small element: its length, its kind and up to four bytes in eight
            kind, n_bytes, begin, step = kind & 0xFFFF, kind >> 16, at + 4, 8
        if begin + n_bytes > len(body) or (step == 8 and n_bytes > 4):
            raise _damaged(f"an element of kind {kind} claims {n_bytes} bytes, {len(body) - begin} are left")
        yield kind, body[begin : begin + n_bytes]
        at += step


def _variable(body: memoryview, order: str) -> Variable:
    parts = _parts(body, order)
    flags = np.frombuffer(_next(parts, 6, 8), f"{order}u4")[0] if len(body) else 6  # an empty one is a field unset
    kind = int(flags) & 0xFF
    has_shape = len(body) and kind != OPAQUE
    shape = tuple(np.frombuffer(_next(parts, 5, 4), f"{order}i4").tolist()) if has_shape else (0, 0)
    if min(shape, default=-1) < 0:
        raise _damaged(f"a variable claims the dimensions {shape}")
    name = bytes(_next(parts, 1)).decode("latin-1") if len(body) else ""
    return Variable(name, kind, bool(int(flags) & COMPLEX), shape, parts)


def _array(body: memoryview, fields: Sequence[str], name: str, order: str) -> np.ndarray:
    """The array of numbers that fields of structs lead to."""
    for field in fields:
        body = _field(body, field, name, order)
    of = _variable(body, order)
    if of.kind in NO_NUMBERS or of.is_complex:
        what = NO_NUMBERS.get(of.kind, "complex numbers")
        inner = f"; its fields are {', '.join(_fields(of, order))}" if of.kind == STRUCT else ""
        raise ReadError(f"variable {name!r} is {what}, expected numbers; export it as a numeric array{inner}")
    if math.prod(of.shape) > MOST_SAMPLES:
        raise ReadError(f"variable {name!r} has the dimensions {of.shape}, more than is read at once")
    kind, data = next(of.rest, (9, memoryview(b"")))
    itemsize = np.dtype(NUMBERS.get(kind, "u1")).itemsize
    if kind not in NUMBERS or len(data) != math.prod(of.shape) * itemsize:
        raise _damaged(f"variable {name!r} claims the dimensions {of.shape} in {len(data)} bytes of kind {kind}")
    return np.frombuffer(data, order + NUMBERS[kind]).reshape(of.shape, order="F")


def _field(body: memoryview, field: str, name: str, order: str) -> memoryview:
    of = _variable(body, order)
    there = _fields(of, order) if of.kind == STRUCT else []
    if field not in there:
        raise ReadError(f"there is no variable {name!r} in the file; {did_you_mean(field, there)}")
    if math.prod(of.shape) != 1:
        raise ReadError(f"variable {name!r} leads into an array of {math.prod(of.shape)} structs, expected one")
    for each, (kind, data) in zip(there, of.rest, strict=False):
        if each == field and kind == MATRIX:
            return data
    raise _damaged(f"the struct that {name!r} leads into holds fewer fields than it names")


def _fields(of: Variable, order: str) -> list[str]:
    """Names of a struct's fields; they are read off its elements."""
    width = int(np.frombuffer(_next(of.rest, 5, 4), f"{order}i4")[0])
    names = bytes(_next(of.rest, 1))
    if width < 1:
        raise _damaged(f"a struct claims {width} letters for the name of a field")
    found = [names[at : at + width] for at in range(0, len(names), width)]
    return [each.partition(b"\0")[0].decode("latin-1") for each in found]


def _next(parts: Parts, kind: int, n_bytes: int = 0) -> memoryview:
    """The next element, which must be of a kind and hold at least so many bytes, whole numbers of four where any."""
    found, data = next(parts, (0, memoryview(b"")))
    if found != kind or len(data) < n_bytes or (n_bytes and len(data) % 4):
        raise _damaged(f"an element of kind {found} and {len(data)} bytes stands where one of kind {kind} must")
    return data


def _damaged(why: str) -> ReadError:
    return ReadError(f"is not a readable MATLAB file: {why}")
