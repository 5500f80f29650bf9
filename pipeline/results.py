"""The tables of a subject's results, and what they were made from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import code, detection, joining, keys, recipes, tables, versions
from .config import Config
from .earlier import MADE_FROM
from .flow import Recorded, Summarised
from .recipes import Recipe
from .store import Table

if TYPE_CHECKING:
    import pandas as pd

Stated = Mapping[str, Mapping[str, str]]
"""Session -> what is stated of the visit."""
OF_THE_STUDY = ("study", "results", "statistics", "checklist")
"""Sections that no number of a subject depends on."""


def of_subject(
    config: Config, subject: str, summarised: Summarised, participant: Mapping[str, str], visits: Stated
) -> tuple[dict[str, Any], dict[str, Table]]:
    """What a subject's results were made from, see `earlier.Earlier`; and their tables."""
    by_name = {each.recipe["labels"]["recording"]: each.recipe for each in summarised.recorded}
    stated = facts(subject, config, participant, visits, list(by_name.values()))
    made: dict[str, Any] = {
        "recordings": by_name,
        "keys": {each.name: {key: each.entry[key] for key in recipes.KEYS} for each in summarised.recorded},
        "code": _codes(by_name.values()),
        "participant": dict(participant),
        "settings": config.section("excitability", {"subject": subject}),
        "norms": recipes.norms_hash(config),
        "rows_key": summarised.rows_key,
        "metrics_key": summarised.key,
        "versions": {
            **{each.name: each.entry["versions"] for each in summarised.recorded},
            "metrics": summarised.versions,
        },
    }
    made["results_key"] = key(made, stated)
    text = json.dumps(made, ensure_ascii=False, sort_keys=True)
    return json.loads(text), _tables(summarised, [*stated, (MADE_FROM, text)])


def key(made: Mapping[str, Any], stated: Sequence[tuple[str, str]]) -> str:
    """Key of all that a results file holds, given what it was made from and its facts."""
    layout = code.hashes("results", recipes.STAGES) | code.hashes("store", recipes.STAGES)
    return keys.of(sorted(made["keys"].items()), made["metrics_key"], stated, versions.own(), layout)


def _tables(made: Summarised, facts: Sequence[tuple[str, str]]) -> dict[str, Table]:
    """The tables of a subject's results file, given the facts of its provenance but for versions and warnings."""
    import pandas as pd

    known = tables.known()
    of_trials = tables.of_trials([section for each in made.recorded for section in each.sections.values()])
    own = {"key": made.key, "versions": made.versions, "warnings": json.dumps(list(made.warnings), ensure_ascii=False)}
    entries = [dict(each.entry) for each in made.recorded]
    said = dict.fromkeys([*(text for each in entries for text in json.loads(each["warnings"])), *made.warnings])
    facts = [*_versions(made.versions), *facts, *(("warning", text) for text in said)]
    return {
        "recordings": Table(joining.plain(pd.DataFrame(entries)), known),
        "trials": Table(made.rows, of_trials, attributes={"key": made.rows_key}),
        **_averages(made.recorded, known),
        "metrics": Table(made.metrics, tables.of_metrics(), attributes=own),
        "contrasts": Table(made.contrasts, tables.of_contrasts()),
        "qc": Table(quality(made.rows), known),
        "provenance": Table(pd.DataFrame(facts, columns=["name", "value"]).astype(object), known),
    }


def quality(rows: pd.DataFrame) -> pd.DataFrame:
    """How many trials of each recording and muscle each code excludes or flags."""
    import pandas as pd

    codes = []
    for kind, column, means in (("reason", "reasons", detection.REASONS), ("flag", "flags", detection.FLAGS)):
        split = rows[["recording", "muscle", "side"]].assign(code=rows[column].str.split(";")).explode("code")
        split = split[split["code"] != ""]
        counted = split.groupby(["recording", "muscle", "side", "code"], sort=True).size().reset_index(name="n_trials")
        codes.append(counted.assign(kind=kind, meaning=counted["code"].map(means)))
    return pd.concat(codes, ignore_index=True)


def facts(
    subject: str, config: Config, participant: Mapping[str, str], visits: Stated, of_recordings: Sequence[Recipe]
) -> list[tuple[str, str]]:
    """What the provenance says but for versions and warnings: rows of participant and visits, settings that hold."""
    stated = _settings(subject, config, of_recordings)
    return [
        *((f"participant.{name}", value) for name, value in participant.items()),
        *((f"visit.{session}.{name}", row[name]) for session, row in sorted(visits.items()) for name in sorted(row)),
        *((f"settings.{name}", json.dumps(value, ensure_ascii=False)) for name, value in stated.items()),
    ]


def _settings(subject: str, config: Config, of_recordings: Sequence[Recipe]) -> dict[str, Any]:
    """The sections that hold for a subject, and the further overrides that some of its recordings or muscles meet."""
    labels = {"subject": subject}
    sections = {name: config.section(name, labels) for name in config.settings if name not in OF_THE_STUDY}
    own = [
        {**each["labels"], "muscle": muscle}
        for each in of_recordings
        for clock in each["clocks"].values()
        for muscle, _ in clock["channels"]
    ]
    met = [each for each in config.overrides if set(each.where) != {"subject"} and any(map(each.applies, own))]
    return sections | {f"override.{n}": {"where": each.where, **each.stated} for n, each in enumerate(met, 1)}


def _versions(libraries: str) -> list[tuple[str, str]]:
    """Versions as facts: this package's, then those of what the metrics were computed with."""
    found = (each.partition(" ") for each in libraries.split(";"))
    return [(versions.OWN, versions.own()), *((name, version) for name, _, version in found)]


def _codes(of_recordings: Iterable[Recipe]) -> dict[str, dict[str, str]]:
    """The code of each stage, by stage and reader."""
    readers = dict.fromkeys(each["acquisition"]["reader"] for each in of_recordings)
    read = {f"{recipes.STAGES[0]}.{name}": recipes.codes(recipes.STAGES[0], name) for name in readers}
    return read | {stage: recipes.codes(stage) for stage in recipes.STAGES[1:]}


def _averages(recorded: Sequence[Recorded], known: Mapping[str, Any]) -> dict[str, Table]:
    """Averages of recordings with one time axis each; recordings of another axis get a group of their own."""
    import pandas as pd

    axes: dict[bytes, list[Recorded]] = {}
    for each in recorded:
        axes.setdefault(each.times_ms.tobytes(), []).append(each)
    result = {}
    for n, group in enumerate(axes.values()):
        frames = [each.averages.table.assign(recording=each.name) for each in group]
        frame = joining.plain(pd.concat(frames, ignore_index=True))
        frame = frame[["recording", *(name for name in frame if name != "recording")]]
        signals = {
            name: np.concatenate([getattr(each.averages, name) for each in group])
            for name in ("mean_uv", "rectified_mean_uv")
        }
        name = "averages" if n == 0 else f"averages_{n + 1}"
        result[name] = Table(frame, known, signals, group[0].times_ms)
    return result
