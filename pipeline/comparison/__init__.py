"""Two results side by side, subject by subject; of each only sums and what changed are kept, so memory stays small."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import output, store, versions
from ..conditions import natural
from ..errors import ReadError
from . import agreement, changes
from .agreement import Spread

if TYPE_CHECKING:
    import pandas as pd

NEEDED = {
    "trials": changes.KEYS, "metrics": agreement.METRIC, "contrasts": ("contrast",), "provenance": ("name", "value")
}  # fmt: skip
"""Tables of results that are compared, and the columns they cannot lack."""
STATES = ("mep_present", "excluded", "onset_ms", "cortical_sp_present")
"""Columns whose gains and losses are listed trial by trial."""
VERSIONS = (versions.OWN, "python", *versions.LIBRARIES)
COLUMNS = {
    "subjects": ("subject", "found", "recordings_only_first", "recordings_only_second", "problem"),
    "settings": ("kind", "name", "first", "second", "n_subjects", "example"),
    "trials": ("measure", "kind", "code", "n", "n_subjects"),
    "changed": ("measure", "kind", "subject", *changes.KEYS, "first", "second", "unit"),
    "agreement": ("measure", "unit", *agreement.bland_altman(Spread())),
    "worst": ("measure", "subject", *changes.KEYS, "first", "second", "difference", "unit"),
    "metrics": ("subject", *agreement.METRICS),
}
"""Tables of a comparison, and their columns."""


@dataclass(frozen=True)
class Comparison:
    """How two results differ. Numbers are compared exactly; differences are second - first.

    Attributes
    ----------
    subjects : DataFrame
        One row a subject: `found` (both, only_first, only_second), recordings that only one has (joined by ;), and the
        `problem` that kept it from being compared.
    settings : DataFrame
        One row a setting, fact of the participant or a visit, or version that differs (`kind`; `name` as a dotted
        path), its value in each ("" where it is not there), for how many subjects that is so, and one of them. The
        order of steps is the value of `conditioning` itself.
    trials : DataFrame
        How many rows (trial and muscle) changed, and of how many subjects: a column (`measure`), a `kind` of change
        and a `code` as in `changes.Change`. The measure `trial` counts rows compared, only_first, only_second, and
        other_raw_data: those are not compared.
    changed : DataFrame
        Which trials changed state: gained and lost in `STATES`, with what stands in each (of `excluded` the reasons);
        at most `n_listed` of a measure and kind.
    agreement : DataFrame
        One row a measure: see `agreement.bland_altman`. Trials that are excluded in either are not in it.
    worst : DataFrame
        Of each measure the trials that differ most, of those in `agreement`.
    metrics : DataFrame
        The metrics that are not alike in value, interval, counts, unit, method and status: see
        `agreement.metric_differences`.
    counts : dict of str to int
        subjects, trials, metrics and contrasts that were compared; of these two how many are alike.
    """

    subjects: pd.DataFrame
    settings: pd.DataFrame
    trials: pd.DataFrame
    changed: pd.DataFrame
    agreement: pd.DataFrame
    worst: pd.DataFrame
    metrics: pd.DataFrame
    counts: dict[str, int]

    @property
    def same(self) -> bool:
        """Whether nothing differs: the same subjects and recordings, settings, versions, trials and metrics."""
        alike = {(found, *rest) for _, found, *rest in self.subjects.itertuples(index=False)} == {("both", "", "", "")}
        alike &= self.counts["contrasts"] == self.counts["contrasts_alike"]
        return alike and set(self.trials["kind"]) <= {"compared"} and not len(self.settings) + len(self.metrics)


def compare(first: Path | str, second: Path | str, *, n_worst: int = 10, n_listed: int = 1000) -> Comparison:
    """Compare two results; a subject with a file that cannot be read is named with the problem.

    Parameters
    ----------
    first, second : path
        A folder of results, or the results file of one subject; where one is a file, only its subject is compared.
    n_worst : int
        How many trials to list of each measure.
    n_listed : int
        How many trials to list of each kind of change of state; all of them are counted.

    Raises
    ------
    ReadError
        Where there is no such file or folder, or one holds no results.
    """
    first, second = Path(first), Path(second)
    sides = _files(first), _files(second)
    totals = _Totals(n_worst, n_listed)
    wanted = [set(side) for path, side in zip((first, second), sides, strict=True) if path.is_file()]
    for subject in sorted(set().union(*(wanted or sides)), key=natural):
        totals.add(subject, sides[0].get(subject), sides[1].get(subject))
    return totals.comparison()


def as_json(comparison: Comparison) -> str:
    """A comparison as JSON: a list of rows for each table, counts, and `same`.

    Keys are sorted; NaN is null, an infinite limit the word inf or -inf. The same comparison gives the same text.
    """
    tables = {name: getattr(comparison, name).to_dict("records") for name in COLUMNS}
    rows = {name: [{key: _plain(key, of) for key, of in row.items()} for row in own] for name, own in tables.items()}
    whole = {**rows, "counts": comparison.counts, "same": comparison.same}
    return json.dumps(whole, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


class _Totals:
    """What is kept of the subjects compared so far."""

    def __init__(self, n_worst: int, n_listed: int) -> None:
        self.n_worst, self.n_listed = n_worst, n_listed
        self.subjects: list[tuple[str, ...]] = []
        self.settings: dict[tuple[str, ...], list[str]] = {}
        self.trials: dict[tuple[str, str, str], tuple[int, int]] = {}
        self.changed: dict[tuple[str, str], list[dict[Any, Any]]] = {}
        self.spreads: dict[str, Spread] = {}
        self.units: dict[str, str] = {}
        self.worst: dict[str, list[dict[Any, Any]]] = {}
        self.metrics: list[pd.DataFrame] = []
        self.counts = Counter(subjects=0, trials=0, metrics=0, metrics_alike=0, contrasts=0, contrasts_alike=0)

    def add(self, subject: str, first: Path | None, second: Path | None) -> None:
        """Compare one subject; where that cannot be, only its row in `subjects` is added."""
        if first is None or second is None:
            self.subjects.append((subject, "only_second" if first is None else "only_first", "", "", ""))
            return
        try:
            read = _tables(first, "first"), _tables(second, "second")
            one, other = ({name: table.frame for name, table in tables.items()} for tables in read)
            trials, others, counts = changes.paired(one["trials"], other["trials"])
            metrics, n_metrics = agreement.metric_differences(one["metrics"], other["metrics"])
            settings = changes.setting_differences(one["provenance"], other["provenance"], VERSIONS)
            contrasts = agreement.rows_alike(one["contrasts"], other["contrasts"])
        except ReadError as error:
            self.subjects.append((subject, "both", "", "", str(error)))
            return
        recordings = [set(each["trials"]["recording"].astype(str)) for each in (one, other)]
        alone = [";".join(sorted(own - rest, key=natural)) for own, rest in (recordings, reversed(recordings))]
        self.subjects.append((subject, "both", *alone, ""))
        for each in settings:
            self.settings.setdefault(each, []).append(subject)
        self.units |= {name: each.unit for tables in read for name, each in tables["trials"].columns.items()}
        for kind, n in counts.items():
            self._count("trial", kind, "", n)
        self._add_changes(subject, trials, others)
        self._add_differences(subject, trials, others)
        self.metrics += [metrics.assign(subject=subject)] if len(metrics) else []
        self.counts.update(subjects=1, trials=counts["compared"], metrics=n_metrics)
        self.counts["metrics_alike"] += n_metrics - len(metrics)
        self.counts["contrasts"] += contrasts[0]
        self.counts["contrasts_alike"] += contrasts[1]

    def comparison(self) -> Comparison:
        """All of it as tables."""
        import pandas as pd

        rows: dict[str, Any] = {
            "subjects": self.subjects,
            "settings": [(*each, len(of), of[0]) for each, of in sorted(self.settings.items())],
            "trials": [(*each, *n) for each, n in sorted(self.trials.items())],
            "changed": [row for _, own in sorted(self.changed.items()) for row in own],
            "agreement": [
                (name, self.units[name], *agreement.bland_altman(of).values())
                for name, of in sorted(self.spreads.items())
            ],
            "worst": [row for _, own in sorted(self.worst.items()) for row in own],
        }
        tables = {name: pd.DataFrame(own, columns=list(COLUMNS[name])) for name, own in rows.items()}
        metrics = pd.concat(self.metrics, ignore_index=True) if self.metrics else pd.DataFrame(columns=["subject"])
        return Comparison(**tables, metrics=metrics.reindex(columns=list(COLUMNS["metrics"])), counts=dict(self.counts))

    def _count(self, measure: str, kind: str, code: str, n: int) -> None:
        total = self.trials.get((measure, kind, code), (0, 0))
        self.trials |= {(measure, kind, code): (total[0] + n, total[1] + 1)} if n else {}

    def _add_changes(self, subject: str, first: pd.DataFrame, second: pd.DataFrame) -> None:
        both = {*first} & {*second}
        for change in changes.changes(first, second):
            self._count(change.measure, change.kind, change.code, int(change.at.sum()))
            if change.measure in STATES and change.kind in ("gained", "lost") and not change.code:
                rows = self.changed.setdefault((change.measure, change.kind), [])
                at = np.flatnonzero(change.at)[: self.n_listed - len(rows)]
                shown = "reasons" if change.measure == "excluded" and "reasons" in both else change.measure
                found = self._rows(subject, shown, at, (first, second))
                rows += [{**row, "measure": change.measure, "kind": change.kind} for row in found]

    def _add_differences(self, subject: str, first: pd.DataFrame, second: pd.DataFrame) -> None:
        for name, difference in agreement.differences(first, second, self.units).items():
            self.spreads[name] = agreement.joined(self.spreads.get(name, Spread()), agreement.spread(difference))
            worst = self.worst.setdefault(name, [])
            least = abs(worst[-1]["difference"]) if len(worst) >= self.n_worst > 0 else 0.0
            at = agreement.farthest(difference, self.n_worst, least)
            worst += self._rows(subject, name, at, (first, second), difference=difference)
            self.worst[name] = sorted(worst, key=lambda row: -abs(row["difference"]))[: self.n_worst]

    def _rows(
        self, subject: str, measure: str, at: np.ndarray, sides: tuple[pd.DataFrame, pd.DataFrame], **more: Any
    ) -> list[dict[Any, Any]]:
        """Trials at these positions: one column on both sides, and more."""
        of = {"subject": subject, "measure": measure, "unit": self.units.get(measure, "")}
        found = sides[0][list(changes.KEYS)].assign(first=sides[0][measure], second=sides[1][measure], **more)
        return [{**of, **row} for row in found.iloc[at].to_dict("records")] if len(at) else []


def _tables(path: Path, side: str) -> dict[str, store.Table]:
    try:
        tables = store.read_tables(path, list(NEEDED))
    except ReadError as error:
        raise ReadError(f"{side}: {error}") from None
    for name, columns in NEEDED.items():
        if missing := [each for each in columns if name not in tables or each not in tables[name].frame]:
            raise ReadError(f"{side}: {path.name}: table {name} is not there or has no column {missing[0]!r}")
    return tables


def _files(path: Path) -> dict[str, Path]:
    """Subject -> results file."""
    if path.is_dir():
        found = {each.name.removeprefix("sub-"): each for each in path.glob("sub-*")}
        files = {subject: output.results_file(path, subject) for subject in found}
        if there := {subject: file for subject, file in files.items() if file.is_file()}:
            return there
        expected = output.results_file(Path(), "*").as_posix()
        raise ReadError(f"{path}: it holds no results of `mep run`; expected {expected}")
    if not path.is_file():
        raise ReadError(f"{path}: there is no such file or folder; expected results of `mep run`")
    try:
        return {store.attributes(path).get("subject", path.stem): path}
    except ReadError:  # which is said again where the tables are read
        return {path.name.removeprefix("sub-").partition("_")[0]: path}


def _plain(name: str, value: Any) -> Any:
    """A cell of a table as JSON can hold it."""
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else f"{value:g}"
    return int(value) if isinstance(value, float) and name.startswith("n_") else value
