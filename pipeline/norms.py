"""What a norm, a limit of plausibility or a cut-off of a metric is, and whom it holds for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

ANY = "any"
"""A convention, or a muscle, where the row holds for each of them."""
KINDS = {
    "norm": "what healthy persons have",
    "plausibility": "beyond it the recording should be looked at",
    "cut_off": "what a study told two groups of persons apart by; it never flags",
}
TRUST = {
    "P": "published",
    "C": "read in code",
    "M": "unverified",
    "m": "unverified",
    "own": "own data",
}
"""How far a row can be trusted -> in words: published is what was read, unverified what is quoted from memory."""
VERIFIED = ("P", "C", "own")
SEXES = {"f": "F", "female": "F", "m": "M", "male": "M", "": ""}
SPANS = ("percent_rmt", "mvc_percent", "isi_ms", "age", "height_cm")
"""What a norm may be stated for."""


class Span(NamedTuple):
    """What a row holds for; a side that is NaN is open, both are where nothing is stated."""

    low: float
    high: float

    @property
    def stated(self) -> bool:
        """Whether anything is stated."""
        return not (math.isnan(self.low) and math.isnan(self.high))

    def holds(self, value: float, slack: float = 0.0) -> bool:
        """Whether it holds for a value; for one that is not known only where every value is in it."""
        if math.isnan(value):
            return not self.low > 0 and math.isnan(self.high)
        return not (value < self.low - slack or value > self.high + slack)


class Person(NamedTuple):
    """What is known of a participant; NaN or "" where it is not."""

    age: float = math.nan
    sex: str = ""
    height_cm: float = math.nan


@dataclass(frozen=True)
class Norm:
    """One row of a table of norms; `conventions` and `muscle` are empty where they are not known."""

    metric: str
    conventions: tuple[str, ...]
    muscle: str
    state: str
    spans: Mapping[str, Span]
    """What it holds for: `SPANS`."""
    sex: str
    kind: str
    low: float
    high: float
    unit: str
    by_sd: bool
    """Whether the limits were made of mean and SD."""
    slope: tuple[float, float]
    """How much the limits rise with each cm of height, and from which height on; NaN where they do not."""
    trust: str
    source: str

    @property
    def verified(self) -> bool:
        """Whether it was read, and not quoted from memory."""
        return self.trust in VERIFIED

    def fits(self, person: Person) -> bool:
        """Whether it holds for a person of whom this is known."""
        tall = math.isnan(self.slope[0]) or not math.isnan(person.height_cm)
        sex = not self.sex or self.sex == person.sex
        return tall and sex and self.spans["age"].holds(person.age) and self.spans["height_cm"].holds(person.height_cm)

    def limits(self, person: Person) -> Span:
        """The limits for a person whom it fits."""
        per_cm, at_cm = self.slope
        shift = 0.0 if math.isnan(per_cm) else per_cm * (person.height_cm - at_cm)
        return Span(self.low + shift, self.high + shift)


def person(participant: Mapping[str, str] | None) -> Person:
    """Age, sex and height in a row of participants.tsv: `age`, `sex`, and `height_cm` or `height` (m where under 3)."""
    cells = {name.strip().lower(): str(value) for name, value in (participant or {}).items()}
    height = number(cells.get("height_cm") or cells.get("height", ""))
    sex = SEXES.get(cells.get("sex", "").strip().lower(), "")
    return Person(number(cells.get("age", "")), sex, 100.0 * height if height < 3.0 else height)


def number(text: str) -> float:
    """A finite number in a cell, NaN where there is none."""
    try:
        number = float(text)
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan
