"""What lies on what in a config: an extended file below, overrides above.

Mappings merge, lists replace, and a changed `method` replaces the mapping it is in. An override lies on what is
stated for all and on those before it that apply too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import detection
from .errors import did_you_mean
from .faults import At, Problem, shown
from .muscles import short_name
from .schema import Fields
from .sections import PER_MUSCLE, PER_RECORDING, PER_SUBJECT, Where, tree


@dataclass(frozen=True)
class Override:
    """Settings for some recordings."""

    where: Mapping[str, tuple[str, ...]]
    stated: Mapping[str, Any]
    place: str

    def applies(self, labels: Mapping[str, str]) -> bool:
        """Whether these labels (subject, session, task, run, muscle) are meant; a label left open is not met."""
        return all(plain(name, labels.get(name, "")) in plains(name, values) for name, values in self.where.items())

    def holds_for(self, other: Override) -> bool:
        """Whether this one applies wherever the other does."""
        return all(
            name in other.where and plains(name, other.where[name]) <= plains(name, own)
            for name, own in self.where.items()
        )


def idle(overrides: Iterable[Override], labels: Sequence[Mapping[str, str]], muscles: list[str] | None) -> list[str]:
    """What is said of overrides that meet none of the recordings with these labels.

    Parameters
    ----------
    overrides : iterable of Override
        Those of a config.
    labels : sequence of mapping
        Subject, session, task and run of each recording.
    muscles : list of str or None
        Every muscle of theirs; None where that is not known.
    """
    return [f"{each.place}: {why}" for each in overrides if (why := _idle(each, labels, muscles))]


def _idle(override: Override, labels: Sequence[Mapping[str, str]], muscles: list[str] | None) -> str:
    """Why an override meets nothing, "" where it meets something."""
    for name, values in override.where.items():
        there = muscles if name == "muscle" else sorted({each[name] for each in labels} - {""})
        if there is not None and not plains(name, values) & plains(name, there):
            return f"this override meets no recording: no {name} {values[0]!r}; {did_you_mean(values[0], there)}"
    own = dataclasses.replace(override, where={name: own for name, own in override.where.items() if name != "muscle"})
    met = any(map(own.applies, labels))
    return "" if met else "this override meets no recording: none has all of its labels together"


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid on `base`: mappings merge, all else replaces; a changed `method` replaces the mapping it is in."""
    result = dict(base)
    for name, value in over.items():
        below = result.get(name)
        if isinstance(value, Mapping) and isinstance(below, Mapping) and _same_method(below, value):
            result[name] = merged(below, value)
        else:
            result[name] = value
    return result


def _same_method(below: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
    return bool(value.get("method", below.get("method")) == below.get("method"))


def with_methods(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Default methods named, so that settings stated above are for the method they were written for."""
    measures = stated.get("detection")
    if not isinstance(measures, Mapping):
        return dict(stated)
    first = {each.name: each.methods[0].__name__ for each in detection.MEASURES}
    named = {
        name: {"method": first[name], **value} if name in first and isinstance(value, Mapping) else value
        for name, value in measures.items()
    }
    return {**stated, "detection": named}


def laid(settings: Mapping[str, Any], over: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Complete settings with the sections of an override laid on them, complete again, and what is wrong."""
    result, problems = dict(settings), []
    for name, value in merged(settings, over).items():
        if name in over:
            result[name], found = tree().pieces[name].check(value)
            problems += [((name, *at), text) for at, text in found]
    return result, problems


def overrides(
    stated: Any, settings: Mapping[str, Any], places: Mapping[At, object]
) -> tuple[tuple[Override, ...], list[Problem]]:
    """The overrides of a config, and what is wrong with them.

    Parameters
    ----------
    stated : list
        What the config states.
    settings : mapping
        The complete settings that hold for all.
    places : mapping
        Where each part of the config stands.
    """
    if not isinstance(stated, list):
        return (), [(("overrides",), f"expected a list, but it is {shown(stated)}")]
    found: list[Override] = []
    problems: list[Problem] = []
    for index, each in enumerate(stated):
        place: At = ("overrides", index)
        wrong, known = _sorted(each)
        below = dict(settings)
        if not wrong:
            own = Override(_words(each["where"]), known, str(places[place]))
            for other in found:
                below = laid(below, other.stated)[0] if other.holds_for(own) else below
            found.append(own)
        wrong += laid(below, known)[1]
        problems += [((*place, *at), text) for at, text in wrong]
    return tuple(found), problems


def _sorted(stated: Any) -> tuple[list[Problem], dict[str, Any]]:
    """What is wrong with an override whatever lies below it, and the sections that it may change."""
    if not isinstance(stated, Mapping) or not isinstance(stated.get("where"), Mapping) or not stated["where"]:
        return [((), "expected `where: {subject: ..., ...}` and the sections to change")], {}
    allowed = _allowed(stated["where"])
    problems = [(("where", *at), text) for at, text in Fields(Where).check(stated["where"]).problems]
    for name in stated:
        if name != "where" and name not in allowed:
            near = did_you_mean(name, allowed, "This `where` may change")
            problems.append(((name,), f"no section {name!r} here; {near}"))
    return problems, {name: value for name, value in stated.items() if name in allowed}


def _allowed(where: Mapping[str, Any]) -> tuple[str, ...]:
    if "muscle" in where:
        return PER_MUSCLE
    return PER_SUBJECT if set(where) == {"subject"} else PER_RECORDING


def _words(where: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {name: (value,) if isinstance(value, str) else tuple(value) for name, value in where.items()}


def plains(name: str, labels: Iterable[str]) -> set[str]:
    """Labels as they are compared."""
    return {plain(name, each) for each in labels}


def plain(name: str, label: str) -> str:
    """A label as it is compared: without `sub-` or `ses-`, a muscle by its short name whatever its case."""
    if name == "muscle":
        return short_name(label)
    return label.removeprefix({"subject": "sub-", "session": "ses-"}.get(name, ""))
