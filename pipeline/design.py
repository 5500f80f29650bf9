"""The design of a study in its tables: each column that describes a subject, a visit or a trial, and what it may hold.

A column that is not named here is carried along and never refused. What is named is checked wherever it stands, be it
participants, visits or recordings: a scale may be of the subject or of each visit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .columns import unit
from .pulse_table import ENTERED, MOST, NUMERIC_COLUMNS, PULSE_COLUMNS, PULSES, SIDES, STATES
from .study_tables import Row

SUBJECT, VISIT, TRIAL = "subject", "visit", "trial"
LEVELS = {
    SUBJECT: "of a person: participants.tsv",
    VISIT: "of a visit: visits.tsv, or sub-*_sessions.tsv; it stays with the visit and reaches no trial",
    TRIAL: "of a trial: events and trial tables, or, where it is the same for a whole recording or visit, their tables",
}
"""Level of a column -> where it stands."""
WORD, NUMBER, COUNT, TIME = "word", "number", "count", "time of day"
CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?")


class Factor(NamedTuple):
    """One column of a study's design."""

    name: str
    level: str
    """subject, visit or trial."""
    meaning: str
    kind: str = WORD
    """word, number, count (a whole number), time of day."""
    allowed: tuple[str, ...] = ()
    """The words it may be, in any case; none for whatever the study calls its own."""
    least: float = -math.inf
    most: float = math.inf
    stated_unit: str = ""
    """Its unit where the ending of its name does not say it."""

    @property
    def unit(self) -> str:
        """Its unit, "" for none."""
        return self.stated_unit or unit(self.name)

    @property
    def expected(self) -> str:
        """What it may hold, in words."""
        if self.kind == TIME:
            return "a time of day as HH:MM, from 00:00 to 23:59"
        if self.kind == WORD:
            return "one of " + ", ".join(self.allowed) if self.allowed else "any word"
        what = "a whole number" if self.kind == COUNT else "a number"
        ranged = f" from {self.least:g} to {self.most:g}" if self.most < math.inf else ""
        more = f" of {self.least:g} or more" if not ranged and self.least > -math.inf else ""
        return f"{what}{ranged}{more}{f' ({self.unit})' if self.unit else ''}"

    def fits(self, text: str) -> bool:
        """Whether a cell may hold this; one that is empty may be."""
        if not text:
            return True
        if self.kind == TIME:
            return CLOCK.fullmatch(text) is not None
        if self.kind == WORD:
            return not self.allowed or text.casefold() in (each.casefold() for each in self.allowed)
        try:
            # BIDS writes the age of the oldest participants as 89+, so that they cannot be told.
            number = float(text.removesuffix("+") if self.name == "age" else text)
        except ValueError:
            return False
        return self.least <= number <= self.most and math.isfinite(number) and (self.kind != COUNT or number % 1 == 0)


EITHER = ("L", "R", "left", "right")
TIMES_OF_DAY = ("morning", "afternoon", "evening", "night", "AM", "PM")


def _number(name: str, level: str, meaning: str, least: float, most: float = math.inf, stated_unit: str = "") -> Factor:
    return Factor(name, level, meaning, NUMBER, (), least, most, stated_unit)


SCALES = {
    each.name: each
    for each in (
        _number("irls", VISIT, "International RLS Study Group rating scale, sum of 10 items", 0, 40),
        _number("rls6", VISIT, "RLS-6 scales: one of the six (0 to 10), or their sum", 0, 60),
        _number("psqi", VISIT, "Pittsburgh Sleep Quality Index", 0, 21),
        _number("ess", VISIT, "Epworth Sleepiness Scale", 0, 24),
        _number("hama", VISIT, "Hamilton Anxiety Rating Scale, 14 items", 0, 56),
        _number("hamd", VISIT, "Hamilton Depression Rating Scale; of 17 items to 52, longer forms to 76", 0, 76),
        _number("vas", VISIT, "visual analogue scale of symptoms at the time of the test, of 10 or of 100", 0, 100),
        _number("cgi", VISIT, "Clinical Global Impression, severity or change; not assessed: n/a", 1, 7),
        _number("plmi", VISIT, "periodic limb movements of sleep", 0, 720, "1/h"),
    )
}
"""Scales that trials of treatment report, by name, with the range that each can have."""

_SUBJECT = (
    Factor("group", SUBJECT, "group of the study (RLS, HC, ...)"),
    Factor("severity", SUBJECT, "severity of the disease, or the subgroup, as the study calls it"),
    Factor("medication", SUBJECT, "medication that acts on the central nervous system, or none"),
    _number("age", SUBJECT, "age at the first visit", 0, 130, "years"),
    Factor("sex", SUBJECT, "sex", allowed=("F", "M", "O", "female", "male", "other")),
    _number("height_cm", SUBJECT, "body height: latencies follow it", 50, 250, "cm"),
    Factor("handedness", SUBJECT, "handedness", allowed=(*EITHER, "A", "ambidextrous")),
    Factor("dominant_side", SUBJECT, "dominant side", allowed=EITHER),
    Factor("affected_side", SUBJECT, "the more affected side", allowed=(*EITHER, "both", "none")),
)
_VISIT = (
    Factor("clock_time", VISIT, "time of day at which the recording began", TIME),
    _number("hours_awake", VISIT, "hours since waking up", 0, 200, "h"),
    _number("hours_since_dose", VISIT, "hours since the last dose of medication", 0, stated_unit="h"),
    *SCALES.values(),
    Factor("sham_guess", VISIT, "the arm that the participant takes it for"),
    Factor("adverse_events", VISIT, "adverse events, or none"),
    Factor("pulses_delivered", VISIT, "pulses of the treatment that were given", COUNT, least=0.0),
)
_TRIAL = (
    Factor("arm", TRIAL, "arm of the study (real, sham, a site of stimulation)"),
    Factor("period", TRIAL, "period of a crossover"),
    Factor("sequence", TRIAL, "order of the arms of this participant in a crossover"),
    Factor("time_of_day", TRIAL, "time of day in a word", allowed=TIMES_OF_DAY),
    Factor("paradigm", TRIAL, "protocol that the trials belong to; goes above what the pulses look like"),
    *(_number(name, TRIAL, meaning, 1, MOST[name]) for name, meaning in ENTERED.items()),
)
_WORDS = {"pulse": tuple(PULSES), "state": STATES[:-1], "stim_side": SIDES[:-1], "hotspot_side": SIDES[:-1]}


def _of_a_pulse(name: str, meaning: str) -> Factor:
    if name not in NUMERIC_COLUMNS:
        return Factor(name, TRIAL, meaning, allowed=_WORDS.get(name, ()))
    return _number(name, TRIAL, meaning, 0.0 if name in MOST else -math.inf, MOST.get(name, math.inf))


SUBJECT_COLUMNS = {each.name: each for each in _SUBJECT}
"""Columns that describe a person."""
VISIT_COLUMNS = {each.name: each for each in _VISIT}
"""Columns that describe a visit and reach no trial: a changed scale measures nothing anew."""
TRIAL_COLUMNS = {
    **{each.name: each for each in _TRIAL},
    **{name: _of_a_pulse(name, meaning) for name, meaning in PULSE_COLUMNS.items()},
}
"""Columns of trials; where a table of recordings or visits states one it holds for every trial of them."""
COLUMNS = {**SUBJECT_COLUMNS, **VISIT_COLUMNS, **TRIAL_COLUMNS}


def problems(table: str, rows: Iterable[Row]) -> list[str]:
    """What is wrong with the cells of a table of a study: file and line, column, what stands there, what was expected.

    Parameters
    ----------
    table : str
        Name of the file.
    rows : iterable of (line, row)
        As `study_tables.read` gives them.
    """
    return [
        f"{table}:{line}: {name} is {text!r}; expected {COLUMNS[name].expected}"
        for line, row in rows
        for name, text in row.items()
        if name in COLUMNS and not COLUMNS[name].fits(text)
    ]


def of_trials(row: Mapping[str, str]) -> dict[str, str]:
    """What a row states of every trial, without the cells that are empty."""
    return {name: text for name, text in row.items() if text and name in TRIAL_COLUMNS}


def of_visit(row: Mapping[str, str]) -> dict[str, str]:
    """What a row of a visit states of the visit alone, known columns and others, without the cells that are empty."""
    return {name: text for name, text in row.items() if text and name not in TRIAL_COLUMNS and name != "use"}


def listed() -> list[dict[str, str]]:
    """Every column, what it may hold, its unit and meaning."""
    return [
        {
            "column": each.name,
            "level": each.level,
            "holds": each.expected.partition(" (")[0],
            "unit": each.unit,
            "meaning": each.meaning,
        }
        for each in COLUMNS.values()
    ]
