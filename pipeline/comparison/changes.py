"""What differs between two tables of one subject: trials that changed state, and settings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..errors import ReadError

if TYPE_CHECKING:
    import pandas as pd

KEYS = ("recording", "trial", "muscle", "side")
"""What a row of trials is known by, within a subject."""
CODES = ("reasons", "flags", "decided", "signal_faults")
"""Columns of codes joined by ;, of which each is gained or lost by itself."""


class Change(NamedTuple):
    """One kind of change of one column.

    Attributes
    ----------
    measure : str
        The column.
    kind : str
        gained and lost (a flag, a code, or a number where there was NaN), moved (another number), changed (another
        word), only_first and only_second (a column that the other table does not have).
    code : str
        The code that is gained or lost; of `excluded`, the reason in force while it is True; "" for all of them.
    at : array (n_trials,)
        True where it happened.
    """

    measure: str
    kind: str
    code: str
    at: np.ndarray


def matched(first: pd.DataFrame, second: pd.DataFrame, keys: Sequence[str], what: str) -> tuple[np.ndarray, np.ndarray]:
    """Rows of two tables that have the same keys.

    Parameters
    ----------
    first, second : DataFrame
        Tables of the same kind.
    keys : sequence of str
        Columns that name a row.
    what : str
        Name of the table, for the error.

    Returns
    -------
    tuple of two arrays (n_rows,)
        Position of each row in `first` and in `second`, -1 where it is not there: all rows of `first` in their order,
        then those of `second` alone.

    Raises
    ------
    ReadError
        Where two rows of one table have the same keys.
    """
    import pandas as pd

    indices = []
    for side, frame in (("first", first), ("second", second)):
        index = pd.MultiIndex.from_frame(frame[list(keys)].astype(str))
        if not index.is_unique:
            twice = zip(keys, index[index.duplicated()][0], strict=True)
            named = ", ".join(f"{name} {value or 'n/a'}" for name, value in twice)
            raise ReadError(f"{side}: table {what} has several rows of {named}; expected one")
        indices.append(index)
    in_second = indices[1].get_indexer(indices[0])
    alone = np.setdiff1d(np.arange(len(second)), in_second)
    return (
        np.concatenate([np.arange(len(first)), np.full(len(alone), -1)]),
        np.concatenate([in_second, alone]),
    )


def paired(first: pd.DataFrame, second: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, int]]:
    """The trials of one subject that can be compared: in both tables, and of the same raw data.

    Returns
    -------
    tuple of DataFrame, DataFrame, dict
        Rows of each table, trial against trial, and how many are compared, only_first, only_second, other_raw_data
        (another fingerprint: another signal, or epochs cut in another way). A fingerprint that one of them does not
        state tells nothing apart.

    Raises
    ------
    ReadError
        As `matched`.
    """
    left, right = matched(first, second, KEYS, "trials")
    both = (left >= 0) & (right >= 0)
    counts = {"only_first": int((right < 0).sum()), "only_second": int((left < 0).sum())}
    one, other = (frame.iloc[at[both]].reset_index(drop=True) for frame, at in ((first, left), (second, right)))
    apart = np.zeros(len(one), bool)
    if "fingerprint" in one and "fingerprint" in other:
        prints = [frame["fingerprint"].fillna("").to_numpy(object) for frame in (one, other)]
        apart = np.array((prints[0] != prints[1]) & (prints[0] != "") & (prints[1] != ""), bool)
    counts |= {"other_raw_data": int(apart.sum()), "compared": int((~apart).sum())}
    return one[~apart].reset_index(drop=True), other[~apart].reset_index(drop=True), counts


def changes(first: pd.DataFrame, second: pd.DataFrame) -> Iterator[Change]:
    """Every change between two tables of the same trials, row against row, excluded trials too."""
    for name in sorted({*map(str, first), *map(str, second)} - {*KEYS, "fingerprint"}):
        if name in first and name in second:
            found = _kinds(name, first[name], second[name])
        else:
            found = [Change(name, "only_first" if name in first else "only_second", "", np.ones(len(first), bool))]
        for change in found:
            if change.at.any():
                yield change
                yield from _reasons(change, first, second) if name == "excluded" else ()


def setting_differences(
    first: pd.DataFrame, second: pd.DataFrame, versions: Sequence[str]
) -> list[tuple[str, str, str, str]]:
    """Settings, facts of the participant and the visits and versions that differ between two tables of provenance.

    Parameters
    ----------
    first, second : DataFrame
        Rows of name and value.
    versions : sequence of str
        Names whose value is a version.

    Returns
    -------
    list of tuple
        kind (setting, participant, visit, version), name as a dotted path, value in first, value in second; sorted.
        Values are words or JSON, "" where there is none.

    Raises
    ------
    ReadError
        Where settings are not JSON.
    """
    one, other = _facts(first, versions), _facts(second, versions)
    names = sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
    return [(*name, _shown(one.get(name)), _shown(other.get(name))) for name in names]


def _kinds(name: str, first: pd.Series, second: pd.Series) -> list[Change]:
    one, other = first.to_numpy(), second.to_numpy()
    if one.dtype.kind == other.dtype.kind == "b":
        return [Change(name, "gained", "", ~one & other), Change(name, "lost", "", one & ~other)]
    if one.dtype.kind in "biuf" and other.dtype.kind in "biuf":
        one, other = one.astype(float), other.astype(float)
        there, then = ~np.isnan(one), ~np.isnan(other)
        masks = {"gained": ~there & then, "lost": there & ~then, "moved": there & then & (one != other)}
        return [Change(name, kind, "", mask) for kind, mask in masks.items()]
    words = [np.where(each.isna(), "", each.astype(str)).astype(object) for each in (first, second)]
    if name not in CODES:
        return [Change(name, "changed", "", np.array(words[0] != words[1], bool))]
    before, after = map(_codes, words)
    none = np.zeros(len(one), bool)
    masks_of = {code: (before.get(code, none), after.get(code, none)) for code in sorted({*before, *after})}
    gained = [Change(name, "gained", code, ~had & has) for code, (had, has) in masks_of.items()]
    return gained + [Change(name, "lost", code, had & ~has) for code, (had, has) in masks_of.items()]


def _reasons(change: Change, first: pd.DataFrame, second: pd.DataFrame) -> Iterator[Change]:
    """Changes of exclusion by reason; a trial with several reasons is in several of them."""
    held = second if change.kind == "gained" else first
    if "reasons" in held:
        by_code = _codes(held["reasons"].to_numpy(object))
        masks = {code: change.at & has for code, has in by_code.items()}
        yield from (change._replace(code=code, at=mask) for code, mask in masks.items() if mask.any())


def _codes(words: np.ndarray) -> dict[str, np.ndarray]:
    """Each code -> (n_trials,) True where it is among those joined by ;."""
    texts, at = np.unique(words.astype(str), return_inverse=True)
    held = [set(text.split(";")) - {""} for text in texts]
    return {code: np.array([code in each for each in held])[at] for code in sorted(set().union(*held))}


def _facts(provenance: pd.DataFrame, versions: Sequence[str]) -> dict[tuple[str, str], str]:
    """(kind, name) -> value as JSON; a number is the same with and without .0."""
    facts: dict[tuple[str, str], str] = {}
    for name, text in zip(provenance["name"], provenance["value"], strict=True):
        group, _, rest = name.partition(".")
        if name in versions or group in ("participant", "visit"):
            facts["version" if name in versions else group, name] = json.dumps(text, ensure_ascii=False)
        elif group == "settings":
            try:
                stated = json.loads(text, parse_float=_number)
            except ValueError as error:
                raise ReadError(f"table provenance: {name} is not JSON: {error}") from None
            facts |= {("setting", path): json.dumps(leaf, ensure_ascii=False) for path, leaf in _leaves(rest, stated)}
    return facts


def _number(text: str) -> float | int:
    value = float(text)
    return int(value) if value.is_integer() else value


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Dotted path and value of each setting; steps of a list go by their names, a second one of a name by a number."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _leaves(f"{path}.{name}", each)
    elif isinstance(value, list) and value and all(isinstance(each, dict) and len(each) == 1 for each in value):
        names = [str(next(iter(each))) for each in value]
        yield path, ", ".join(names)
        for n, (name, each) in enumerate(zip(names, value, strict=True)):
            before = names[:n].count(name)
            yield from _leaves(f"{path}.{name}" + (f".{before + 1}" if before else ""), each[name])
    else:
        yield path, value


def _shown(text: str | None) -> str:
    """A word as it is, anything else as JSON."""
    value = "" if text is None else json.loads(text)
    return value if isinstance(value, str) and (value or text is None) else text or ""
