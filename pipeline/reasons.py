"""Why a stage runs again: which file, setting, decision or code differs from what an earlier run was made from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from . import recipes
from .recipes import Recipe

MOST = 3
"""How many differences are named before they are only counted."""
LONGEST = 60
"""Characters of a value that are shown."""
ABSENT = object()


def reading(old: Mapping[str, Any], new: Recipe, codes: Mapping[str, Any]) -> str:
    """Why a recording is read again, "" where nothing differs."""
    before, now = old["acquisition"], new["acquisition"]
    files = [f"file {name} {_fate(name, before['files'], now['files'])}"
             for name in _changed(before["files"], now["files"])]  # fmt: skip
    columns = [f"its row: {text}" for text in settings(before["columns"], now["columns"])]
    stated = [f"acquisition.{text}" for text in settings(before["settings"], now["settings"])]
    reader = [] if before["reader"] == now["reader"] else [f"reader {before['reader']} -> {now['reader']}"]
    edited = [] if reader else code("acquisition", codes, now["reader"])
    order = [] if before["channels"] == now["channels"] else ["acquisition.channels: their order"]
    return _said([*files, *columns, *reader, *stated, *order, *edited])


def conditioning(old: Mapping[str, Any], new: Recipe, codes: Mapping[str, Any], clock: str) -> str:
    """Why a clock is conditioned again."""
    stated = [f"conditioning.{text}" for text in settings(old["conditioning"], new["conditioning"])]
    return _said([*stated, *_windows(old, new, clock), *code("conditioning", codes)])


def detection(old: Mapping[str, Any], new: Recipe, codes: Mapping[str, Any], clock: str) -> str:
    """Why a clock is measured again."""
    before, now = old["clocks"][clock], new["clocks"][clock]
    stated = [f"detection.{text}" for text in settings(_by_muscle(before["detection"]), _by_muscle(now["detection"]))]
    told = [f"conditions.{text}" for text in settings(old["conditions"], new["conditions"])]
    labels = [f"label {text}" for text in settings(old["labels"], new["labels"])]
    decided = [f"decision on trial {each[0]} {each[1]} {each[3]}"
               for each in now["decisions"] if each not in before["decisions"]]  # fmt: skip
    gone = [f"no decision any more on trial {each[0]} {each[1]} {each[3]}"
            for each in before["decisions"] if each not in now["decisions"]]  # fmt: skip
    shapes = [f"study.shapes {name} {_fate(name, old.get('library', {}), new['library'])}"
              for name in _changed(old.get("library", {}), new["library"])]  # fmt: skip
    return _said(
        [*labels, *stated, *shapes, *_windows(old, new, clock), *told, *decided, *gone, *code("detection", codes)]
    )


def excitability(
    made: Mapping[str, Any], participant: Mapping[str, str], stated: Mapping[str, Any], norms: Mapping[str, str]
) -> str:
    """Why the metrics are computed again though the rows are the same."""
    row = [f"participants.tsv: {text}" for text in settings(made.get("participant", {}), participant)]
    own = [f"excitability.{text}" for text in settings(made.get("settings", {}), stated)]
    before = made.get("norms", {})
    table = [f"study.norms {name} {_fate(name, before, norms)}" for name in _changed(before, norms)]
    return _said([*row, *own, *table, *code("excitability", made.get("code", {}))])


def results(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Why results are written again though every stage's product is the same: facts of the provenance that differ."""
    first, second = ({name: _read(value) for name, value in facts.items()} for facts in (before, now))
    differing = [text for name in {**first, **second}
                 for text in settings({name: first.get(name, {})}, {name: second.get(name, {})})]  # fmt: skip
    return _said([text.removeprefix("settings.") for text in differing])


def settings(before: Any, now: Any) -> list[str]:
    """Differences of plain values as `name: before -> now`, with dotted names."""
    first, second = dict(_flat(before)), dict(_flat(_plain(now)))
    names = [name for name in {**first, **second} if first.get(name, ABSENT) != second.get(name, ABSENT)]
    return [f"{name}: {_shown(first.get(name, ABSENT))} -> {_shown(second.get(name, ABSENT))}" for name in names]


def code(stage: str, before: Mapping[str, Any], reader: str = "") -> list[str]:
    """Files of code that a stage may run and that differ."""
    kept = before.get(f"{stage}.{reader}" if reader else stage, {})
    return [f"code {name}" for name in _changed(kept, recipes.codes(stage, reader))]


def _windows(old: Mapping[str, Any], new: Recipe, clock: str) -> list[str]:
    before, now = old["clocks"][clock]["windows"], new["clocks"][clock]["windows"]
    by_muscle = [{each["muscle"]: each for each in own} for own in (before, now)]
    return [f"windows of {text}" for text in settings(*by_muscle)]


def _by_muscle(sections: Sequence[Any]) -> Mapping[str, Any]:
    """Sections by muscle; the section alone where all muscles share it."""
    if len(sections) == 1:
        return dict(sections[0][1])
    return {muscle: own for names, own in sections for muscle in names}


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, own in value.items():
            yield from _flat(own, f"{name}.{key}" if name else str(key))
    else:
        yield name, value


def _read(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))


def _changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    return [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]


def _fate(name: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    return "is new" if name not in before else "is gone" if name not in now else "differs"


def _shown(value: Any) -> str:
    text = "nothing" if value is ABSENT else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _said(differences: list[str]) -> str:
    named = "; ".join(differences[:MOST])
    more = len(differences) - MOST
    return f"{named}; and {more} more" if more > 0 else named
