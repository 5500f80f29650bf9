"""Who takes part in a design, and when each of them comes: groups, assignment to sequences, scales."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .design_checks import listed
from .design_schema import Design, Effect, Group, Scale
from .parameters import generator
from .physiology import Participant


class Visit(NamedTuple):
    """One session of one person: what its row of sessions.tsv says."""

    session: str
    arm: str = ""
    period: str = ""
    sequence: str = ""
    time_of_day: str = ""
    clock_time: str = ""
    day: int | None = None


class Attendance(NamedTuple):
    """A person and their visits in the order they were made."""

    who: Participant
    visits: tuple[Visit, ...]


def attendances(design: Design, seed: int) -> list[Attendance]:
    """Everybody, group by group; one more person in a group changes nobody else."""
    return [
        Attendance(_person(label, group, number, seed), _visits(design, label, number, seed))
        for label, group in design.groups.items()
        for number in range(group.n)
    ]


def _person(label: str, group: Group, number: int, seed: int) -> Participant:
    name = f"sub-{label}{number + 1:02d}"
    rng = generator(seed, name, "participant")
    sex = "F" if rng.random() < group.female else "M"
    height_cm = float(np.clip(rng.normal(165.0 if sex == "F" else 178.0, 6.5), 148.0, 200.0).round())
    age = int(np.floor(rng.uniform(group.age[0], group.age[1] + 1.0)))
    return Participant(name, label, age, sex, height_cm, float("nan"))


def _visits(design: Design, group: str, number: int, seed: int) -> tuple[Visit, ...]:
    of = design.crossover
    if of is None:
        return tuple(
            Visit(each.label, each.arm, each.period, "", each.time_of_day or "", each.clock_time or "", each.day)
            for each in design.sessions
            if each.groups is None or group in each.groups
        )
    n = len(of.sequences)
    order = generator(seed, "assignment", group, number // n).permutation(n)
    arms = of.sequences[order[number % n]]
    return tuple(
        Visit(
            arm if of.sessions == "arm" else f"visit{period}",
            arm,
            str(period),
            "-".join(arms),
            of.time_of_day or "",
            of.clock_time or "",
            (period - 1) * of.washout_days,
        )
        for period, arm in enumerate(arms, 1)
    )


def applying(design: Design, what: str, facts: dict[str, str]) -> list[tuple[int, Effect]]:
    """Effects on something that hold where these facts do, each with its place in the design."""
    return [
        (at, each)
        for at, each in enumerate(design.effects)
        if each.what == what
        and all(facts.get(name, "") in listed(wanted) for name, wanted in each.where.model_dump().items() if wanted)
    ]


def facts_of(who: Participant, visit: Visit) -> dict[str, str]:
    """What an effect may depend on, of a person's visit."""
    return {
        "group": who.group,
        "arm": visit.arm,
        "period": visit.period,
        "sequence": visit.sequence,
        "session": visit.session,
        "time_of_day": visit.time_of_day,
    }


def scales(design: Design, who: Participant, visit: Visit, seed: int) -> dict[str, float]:
    """Each scale of the design at a visit; NaN where the person's group is not asked."""
    facts = facts_of(who, visit)
    return {name: _scale(design, name, each, who, facts, seed) for name, each in design.scales.items()}


def _scale(design: Design, name: str, scale: Scale, who: Participant, facts: dict[str, str], seed: int) -> float:
    if scale.groups is not None and who.group not in scale.groups:
        return float("nan")
    value = scale.mean + scale.sd * generator(seed, who.label, name).normal()
    value += scale.sessions_sd * generator(seed, who.label, facts["session"], name).normal()
    for at, effect in applying(design, name, facts):
        own = effect.sd * generator(seed, who.label, "effect", at).normal()
        value = value * effect.ratio * np.exp(own) if effect.ratio else value + (effect.difference or 0.0) + own
    return float(np.clip(np.rint(value), *scale.range))
