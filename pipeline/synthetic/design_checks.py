"""Whether the parts of a design fit together: labels that are named must be there, muscles must be known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import did_you_mean
from .design_blocks import OF_A_NERVE
from .nerve import MODELS
from .parameters import MUSCLES
from .variability import QUANTITIES

if TYPE_CHECKING:
    from ..faults import Problem
    from .design_schema import Design

OF_A_MUSCLE = ("timepoint", "muscle")
"""What an effect on a scale cannot depend on."""
LEAST_SIZE = 0.2


def misfits(design: Design) -> list[Problem]:
    """What does not fit, each with its place."""
    return [*_visits(design), *_blocks(design), *_effects(design), *_asked(design)]


def labels(design: Design) -> dict[str, list[str]]:
    """What an effect's `where` may name, by key."""
    crossover = design.crossover
    if crossover is None:
        sessions = [each.label for each in design.sessions]
        arms, periods, sequences = [e.arm for e in design.sessions], [e.period for e in design.sessions], []
        days = [each.time_of_day for each in design.sessions]
    else:
        n_periods = len(crossover.sequences[0])
        arms = [arm for sequence in crossover.sequences for arm in sequence]
        periods = [str(each + 1) for each in range(n_periods)]
        sessions = arms if crossover.sessions == "arm" else [f"visit{each}" for each in periods]
        sequences, days = ["-".join(each) for each in crossover.sequences], [crossover.time_of_day]
    named: dict[str, list[Any]] = {
        "group": list(design.groups),
        "arm": arms,
        "period": periods,
        "sequence": sequences,
        "session": sessions,
        "time_of_day": days,
        "timepoint": [each.label for each in design.timepoints],
        "muscle": [each.muscle for each in design.blocks],
    }
    return {name: list(dict.fromkeys(filter(None, each))) for name, each in named.items()}


def _visits(design: Design) -> Iterator[Problem]:
    if (design.crossover is None) == (not design.sessions):
        yield (), "expected either sessions or crossover"
        return
    if design.crossover is not None:
        for at, sequence in enumerate(design.crossover.sequences):
            if len(sequence) != len(design.crossover.sequences[0]):
                yield ("crossover", "sequences", at), "expected as many arms as in the first sequence"
            if design.crossover.sessions == "arm" and len(set(sequence)) < len(sequence):
                yield ("crossover", "sequences", at), "an arm stands twice; sessions labelled by arm need each once"
    yield from _twice("sessions", "label", [each.label for each in design.sessions])
    yield from _twice("timepoints", "label", [each.label for each in design.timepoints])
    yield from _twice("blocks", "task", [each.task for each in design.blocks])


def _twice(section: str, name: str, found: list[str]) -> Iterator[Problem]:
    for at, each in enumerate(found):
        if each in found[:at]:
            yield (section, at, name), f"{each!r} stands twice"


def _blocks(design: Design) -> Iterator[Problem]:
    named = labels(design)
    for at, block in enumerate(design.blocks):
        known: Mapping[str, Any] = MODELS if block.kind in OF_A_NERVE else MUSCLES
        if block.muscle not in known:
            what = "nerve of" if block.kind in OF_A_NERVE else "answer to TMS of"
            yield (
                ("blocks", at, "muscle"),
                f"no model of the {what} {block.muscle!r}; {did_you_mean(block.muscle, known)}",
            )
        yield from _known(("blocks", at), {"sessions": block.sessions}, named["session"])
        yield from _known(("blocks", at), {"timepoints": block.timepoints}, named["timepoint"])


def _effects(design: Design) -> Iterator[Problem]:
    named, things = labels(design), {**QUANTITIES, **design.scales}
    for at, effect in enumerate(design.effects):
        if effect.what not in things:
            yield ("effects", at, "what"), f"no quantity or scale {effect.what!r}; {did_you_mean(effect.what, things)}"
        if effect.what == "mep_size" and effect.ratio is not None and effect.ratio < LEAST_SIZE:
            yield (
                ("effects", at, "ratio"),
                f"expected {LEAST_SIZE:g} or more: no curve is so flat at its threshold",
            )
        if effect.what == "electrodes" and effect.ratio is None:
            yield ("effects", at, "difference"), "electrodes change every size: expected a ratio"
        for name, wanted in effect.where.model_dump(exclude_none=True).items():
            if effect.what in design.scales and name in OF_A_MUSCLE:
                yield ("effects", at, "where", name), f"a scale is of a session, not of a {name}"
            yield from _known(("effects", at, "where"), {name: listed(wanted)}, named[name])


def _asked(design: Design) -> Iterator[Problem]:
    for name, scale in design.scales.items():
        if name in QUANTITIES:
            yield ("scales", name), f"{name!r} is the name of a quantity; call the scale something else"
        yield from _known(("scales", name), {"groups": scale.groups}, list(design.groups))
    for at, session in enumerate(design.sessions):
        yield from _known(("sessions", at), {"groups": session.groups}, list(design.groups))


def _known(at: tuple[Any, ...], stated: Mapping[str, Iterable[str] | None], known: list[str]) -> Iterator[Problem]:
    for name, values in stated.items():
        for each in values or ():
            if each not in known:
                yield (*at, name), f"the design has no {name.removesuffix('s')} {each!r}; {did_you_mean(each, known)}"


def listed(wanted: str | Iterable[str] | None) -> tuple[str, ...]:
    """One label, or several, as several."""
    return (wanted,) if isinstance(wanted, str) else tuple(wanted or ())
