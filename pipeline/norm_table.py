"""Tables of norms: the shipped one, and files of the same columns that hold a laboratory's own.

The shipped rows are those of `norms.tsv`, each with its source and how far it can be trusted. Which row holds for which
number is `excitability`'s to say.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from . import muscles
from .errors import ConfigError, did_you_mean
from .norms import ANY, KINDS, SEXES, SPANS, TRUST, Norm, Span, number
from .study_tables import Row, read

SHIPPED = Path(__file__).with_name("norms.tsv")
STATES = ("rest", "active", "")
N_SD = 2.0
"""Standard deviations on either side of the mean that make a range where a source gives none: own choice."""

COLUMNS = {
    "metric": "name of a metric (mep list metrics)",
    "convention": "its convention; any; several joined by ; where the source follows one of them, which is not known; "
    "empty: not known",
    "muscle": "short name of the muscle; any; empty: not known",
    "state": "rest or active; empty: not known",
    "percent_rmt_from": "lowest intensity of the (test) pulse, % of the resting motor threshold; empty: not known",
    "percent_rmt_to": "highest intensity",
    "mvc_percent_from": "weakest contraction, % of the maximal one; empty: not known",
    "mvc_percent_to": "strongest contraction",
    "isi_ms_from": "shortest interval between the stimuli of a pair; empty: whichever are asked for",
    "isi_ms_to": "longest interval",
    "kind": f"{', '.join(f'{name} ({means})' for name, means in KINDS.items())}",
    "low": "lower limit; empty: none",
    "high": "upper limit; empty: none",
    "mean": "mean; without limits the range is mean ± 2 SD",
    "sd": "standard deviation between persons",
    "n": "number of persons",
    "unit": "unit of these numbers, that of the metric",
    "age_from": "youngest age it holds for, years",
    "age_to": "oldest age",
    "sex": "F or M; empty: both",
    "height_cm_from": "smallest height it holds for",
    "height_cm_to": "largest height",
    "per_cm": "how much the limits rise with each cm of height",
    "at_cm": "height at which the limits are those stated",
    "trust": f"{', '.join(f'{name} ({means})' for name, means in TRUST.items())}",
    "source": "where the numbers are from",
    "note": "anything else",
}
"""Columns of a table of norms, and what they mean."""
NEEDED = ("metric", "convention", "muscle", "state", "kind", "unit", "trust", "source")
NUMBERS = (*(name for name in COLUMNS if name.endswith(("_from", "_to", "_cm"))), "low", "high", "mean", "sd", "n")


@cache
def shipped() -> tuple[Norm, ...]:
    """The rows of `norms.tsv`."""
    return of_file(SHIPPED)


def listed() -> list[dict[str, str]]:
    """The rows of `norms.tsv` in few columns, how far each can be trusted in words."""
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [
        {
            **{name: row[name] for name in ("metric", "convention", "muscle", "state")},
            **{
                name: _ranged(row[f"{name}_from"], row[f"{name}_to"])
                for name in ("percent_rmt", "mvc_percent", "isi_ms")
            },
            "kind": row["kind"],
            "range": _ranged(row["low"], row["high"]) or f"{row['mean']} ± {row['sd']}",
            "unit": row["unit"],
            "n": row["n"],
            "trust": TRUST[row["trust"]],
            "source": row["source"],
            "note": row["note"],
        }
        for row in rows
    ]


def _ranged(low: str, high: str) -> str:
    if low == high:
        return low
    return f"{low} to {high}" if low and high else f"from {low}" if low else f"up to {high}"


def of_file(
    path: Path, metrics: Mapping[str, tuple[str, Sequence[str]]] | None = None, others: Iterable[str] = ()
) -> tuple[Norm, ...]:
    """Read and check a table of norms.

    Parameters
    ----------
    path : Path
        A TSV with the columns of `COLUMNS`, of which `NEEDED` must be there.
    metrics : mapping of str to (str, sequence of str), optional
        Unit and conventions of each metric; without it names and units of metrics are not checked.
    others : iterable of str
        Muscles that there are beside the shipped ones.

    Raises
    ------
    ConfigError
        All that is wrong, a line each: `file:line: what; what was expected`.
    """
    rows = read(path, NEEDED)
    names = list(rows[0][1]) if rows else []
    if unknown := [name for name in names if name not in COLUMNS]:
        raise ConfigError(f"{path.name}: no column {unknown[0]!r} is known; {did_you_mean(unknown[0], COLUMNS)}")
    known = {each.muscle for each in muscles.shipped().values()} | set(others)
    problems = [f"{path.name}:{line}: {text}" for line, row in rows for text in _problems(row, metrics, known)]
    if problems:
        raise ConfigError("\n".join(problems))
    return tuple(map(_norm, rows))


def _norm(numbered: Row) -> Norm:
    row = {**dict.fromkeys(COLUMNS, ""), **numbered[1]}
    at = {name: number(row[name]) for name in NUMBERS}
    by_sd = math.isnan(at["low"]) and math.isnan(at["high"])
    low, high = (at["mean"] - N_SD * at["sd"], at["mean"] + N_SD * at["sd"]) if by_sd else (at["low"], at["high"])
    spans = {name: Span(at[f"{name}_from"], at[f"{name}_to"]) for name in SPANS}
    conventions = tuple(each.strip() for each in row["convention"].split(";") if each.strip())
    muscle = muscles.short_name(row["muscle"])
    sex, slope = SEXES[row["sex"].lower()], (at["per_cm"], at["at_cm"])
    return Norm(row["metric"], conventions, muscle, row["state"], spans, sex, row["kind"], low, high, row["unit"],
                by_sd, slope, row["trust"], row["source"])  # fmt: skip


def _problems(
    row: Mapping[str, str], metrics: Mapping[str, tuple[str, Sequence[str]]] | None, known: Iterable[str]
) -> list[str]:
    """What is wrong with a row."""
    legal = {"kind": KINDS, "trust": TRUST, "state": STATES}
    said = [
        f"{name} is {row[name]!r}; expected {', '.join(each for each in words if each)}"
        for name, words in legal.items()
        if row[name] not in words
    ]
    if row.get("sex", "").lower() not in SEXES:
        said.append(f"sex is {row['sex']!r}; expected F, M or nothing")
    if row["muscle"] not in ("", ANY) and muscles.short_name(row["muscle"]) not in map(muscles.short_name, known):
        said.append(f"no muscle {row['muscle']!r}; {did_you_mean(row['muscle'], known)}")
    if not row["source"]:
        said.append("no source; expected where the numbers are from")
    return [*said, *_problems_of_metric(row, metrics), *_problems_of_numbers(row)]


def _problems_of_metric(row: Mapping[str, str], metrics: Mapping[str, tuple[str, Sequence[str]]] | None) -> list[str]:
    if metrics is None:
        return []
    name = row["metric"]
    if name not in metrics:
        return [f"no metric {name!r}; {did_you_mean(name, metrics)}"]
    unit, there = metrics[name]
    stated = [each.strip() for each in row["convention"].split(";") if each.strip()]
    said = [
        f"{name} has no convention {each!r}; {did_you_mean(each, (*there, ANY))}"
        for each in stated
        if each not in (*there, ANY)
    ]
    own = row["unit"] in {one for one, _ in metrics.values()} | {"%"} and stated not in ([], [ANY])
    if row["unit"] != unit and not own:  # a convention may have a unit of its own
        said.append(f"unit is {row['unit']!r}; expected {unit!r}, that of {name}")
    return said


def _problems_of_numbers(row: Mapping[str, str]) -> list[str]:
    cells = {name: row.get(name, "") for name in NUMBERS}
    at = {name: number(text) for name, text in cells.items()}
    if wrong := [name for name, text in cells.items() if text and math.isnan(at[name])]:
        return [f"{name} is {cells[name]!r}; expected a number" for name in wrong]
    pairs = [("low", "high"), *((f"{name}_from", f"{name}_to") for name in SPANS)]
    said = [f"{a} is {cells[a]} and {b} is {cells[b]}; expected the lower one first"
            for a, b in pairs if at[a] > at[b] or (a == "low" and at[a] == at[b])]  # fmt: skip
    if not (cells["low"] or cells["high"] or (cells["mean"] and cells["sd"])):
        said.append("no limits; expected low, high or both, or mean and sd")
    if at["sd"] <= 0:
        said.append(f"sd is {cells['sd']}; expected more than 0")
    if bool(cells["per_cm"]) != bool(cells["at_cm"]):
        said.append("per_cm and at_cm; expected both or neither")
    return said
