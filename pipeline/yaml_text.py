"""Defaults as lines of commented YAML."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from . import columns

WIDTH = 116


def meaning(name: str, text: str | None) -> str:
    """What a setting means, with its unit."""
    unit = columns.unit(name)
    return f"{text or ''} [{unit}]" if unit else text or ""


def comment(text: str, indent: str) -> Iterator[str]:
    """A text as comment lines of bounded width."""
    line = ""
    for word in text.split():
        if line and len(indent) + len(line) + len(word) > WIDTH:
            yield f"{indent}# {line}"
            line = ""
        line = f"{line} {word}" if line else word
    if line:
        yield f"{indent}# {line}"


def flow(value: Any) -> str:
    """A default as one line of YAML, in flow style."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str):
        return (
            value if value.replace("_", "").isalpha() and value not in ("null", "true", "false") else json.dumps(value)
        )
    return json.dumps(value)
