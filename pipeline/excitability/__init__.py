"""A subject's rows -> metrics, each with unit, interval, counts, method and status.

A metric is one function and one line in `METRICS`. The function is given the accepted trials of one cell as arrays
and returns a NamedTuple of `Estimate`, one field a convention; `cells` says what a cell is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import norm_table
from ..columns import described, source, summary, validated
from ..conditions import labelled, natural
from ..errors import ConfigError, did_you_mean
from ..norms import Norm, person
from .against_norms import circumstances, referred
from .averaged import read_averages as read_averages
from .averaged import with_averages
from .cells import Metric, estimates, of, ordered
from .contrasts import contrasts
from .mep_at_rmt import mep_at_rmt
from .metrics import METRICS
from .pairs import Unasked, unasked, with_interval
from .rmt_levels import LEVEL, with_percent
from .rows import Rows
from .statuses import STATUSES

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    "session": "session label",
    "timepoint": "position in the study's design",
    "state": "rest or active",
    "side": "side of the muscle, L or R",
    "muscle": "recorded muscle",
    "condition": "the pulse; nothing where the metric pools over conditions",
    "metric": "what is measured",
    "convention": "how it is computed, where the field knows several ways",
    "value": "the number, in `unit`; NaN where there is none",
    "unit": "unit of value, limits and references",
    "ci_low": "lower limit of the 95 % interval; NaN where there is none",
    "ci_high": "upper limit of the 95 % interval; NaN where there is none",
    "n_used": "accepted trials that the number rests on",
    "n_rejected": "excluded trials of the same cell",
    "method": "estimate and interval",
    "status": f"ok, or codes joined by ;: {'; '.join(f'{code} ({text})' for code, text in STATUSES.items())}",
    "ref_low": "lower limit of the reference range, the widest where several sources hold; NaN where there is none",
    "ref_high": "upper limit of the reference range; NaN where there is none",
    "ref_source": "each source that holds: its limits, kind (norm, plausibility, cut-off), how far it can be trusted",
}
"""Columns of the metrics table, and what they mean."""


def summarise(
    rows: "pd.DataFrame",
    settings: Mapping[str, Any] | None = None,
    averages: "pd.DataFrame | None" = None,
    participant: Mapping[str, str] | None = None,
    norms: Sequence[Norm] | None = None,
    *,
    not_target: bool = False,
) -> "pd.DataFrame":
    """The metrics of one subject.

    Metrics are computed for the muscle that the stimulation aims at, in every cell of session, timepoint and state,
    and of condition unless the metric pools over it; an ipsilateral silent period for that muscle on the other side.
    Other muscles have rows with the status not_target and no value; where no hot-spot is declared every muscle is
    computed and its rows say hotspot_unknown. Excluded trials enter as `n_rejected` only. Reference ranges are those of
    `norms.tsv`, and of a laboratory's own table above them.

    Parameters
    ----------
    rows : DataFrame
        One row a trial and muscle, as `detect` gives it, of one subject; with `recording` and `session` where there
        are several. Rows without labels are labelled by `conditions.label`. A measurement whose column is absent is
        unknown in every trial.
    settings : mapping, optional
        The section `excitability` of a config: the name of a metric -> its settings, and `not_target`.
    averages : DataFrame, optional
        The table of averages of a results file, with `recording`: what the ipsilateral silent period and the
        transcallosal time are made of. Without it there are no such rows.
    participant : mapping of str to str, optional
        The row of participants.tsv: age, sex and height. Norms that hold for some persons only need them.
    norms : sequence of Norm, optional
        A laboratory's own norms (`own_norms`): where one holds for a number no shipped one does.
    not_target : bool
        Compute metrics for muscles that the stimulation does not aim at as well; their status still says so.

    Returns
    -------
    DataFrame
        The columns of `COLUMNS`, one row a metric and convention, in natural order of session, timepoint, state,
        muscle, side, then the order of `METRICS`, condition, convention. The order of `rows` changes nothing.

    Raises
    ------
    ConfigError
        Where a metric or setting is unknown or wrong; all at once.
    MeasureError
        Where the rows lack `pulse` or `muscle`, or are of several subjects, or the averages lack a column.
    """
    import pandas as pd

    chosen = _chosen({"not_target": not_target, **(settings or {})})
    others = chosen.pop("not_target")["not_target"]
    table = prepared(rows, averages)
    made = list(_made([each for each in METRICS if each.per != LEVEL], table, chosen, others))
    asked = [chosen[mep_at_rmt.__name__][name] for name in ("percent_rmt", "within_percent")]
    levels = with_percent(table, made, *asked)
    made += _made([each for each in METRICS if each.per == LEVEL], levels, chosen, others)
    given = ({**row, "circumstances": partial(circumstances, row["cell"], levels)} for row in made)
    made = list(referred(given, METRICS, (norms or (), norm_table.shipped()), person(participant)))
    place = {metric.name: at for at, metric in enumerate(METRICS)}
    made.sort(
        key=lambda row: (
            *(natural(row[name]) for name in ("session", "timepoint", "state", "muscle", "side")),
            place[row["metric"]],
            natural(row["condition"]),
        )
    )
    return pd.DataFrame(made, columns=list(COLUMNS))


def own_norms(path: Path | str, muscles: Iterable[str] = ()) -> tuple[Norm, ...]:
    """A laboratory's own table of norms.

    Parameters
    ----------
    path : Path
        The file; `norm_table.COLUMNS` are its columns.
    muscles : iterable of str
        Muscles that there are beside those of `muscles.tsv`.

    Raises
    ------
    ConfigError
        All that is wrong with it, a line each.
    """
    return norm_table.of_file(Path(path), {each.name: (each.unit, each.conventions) for each in METRICS}, muscles)


def prepared(rows: "pd.DataFrame", averages: "pd.DataFrame | None" = None) -> Rows:
    """Rows as cells are cut from them: labelled, with the columns that metrics are told apart by, in order."""
    return ordered(with_averages(with_interval(labelled(rows)), averages))


def chosen(settings: Mapping[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    """The settings of each metric, complete; `ConfigError` where one is unknown or wrong."""
    return _chosen({"not_target": False, **(settings or {})})


def _made(
    metrics: Iterable[Metric], table: Rows, chosen: Mapping[str, Mapping[str, Any]], others: bool
) -> Iterator[dict[str, Any]]:
    """Rows of the metrics table, metric by metric and in the order of recording."""
    for metric in metrics:
        for cell in of(table, metric):
            if metric.covers(cell, chosen[metric.name]):
                yield from ({**each, "cell": cell} for each in estimates(metric, cell, chosen[metric.name], others))


def unasked_pairs(rows: "pd.DataFrame", settings: Mapping[str, Any] | None = None) -> list[Unasked]:
    """Pairs of pulses that no metric is made of, because none asks for their interval; arguments as `summarise`."""
    return unasked(labelled(rows), METRICS, chosen(settings))


def contrasted(
    rows: "pd.DataFrame", metrics: "pd.DataFrame", settings: Mapping[str, Any] | None = None
) -> "pd.DataFrame":
    """The contrasts of one subject: its metrics of timepoints, sessions, sides and arms held against each other.

    Parameters
    ----------
    rows : DataFrame
        As `summarise` is given.
    metrics : DataFrame
        What `summarise` gives of them.
    settings : mapping, optional
        The section `excitability` of a config; its part `contrasts` is read.

    Returns
    -------
    DataFrame
        See `contrasts`.
    """
    chosen = _chosen({"not_target": False, **(settings or {})})
    return contrasts(labelled(rows), metrics, **chosen["contrasts"])


def describe() -> list[dict[str, str]]:
    """Each metric: name, unit, conventions, states it is computed in, meaning, source."""
    return [
        {
            "name": metric.name,
            "unit": metric.unit,
            "conventions": ", ".join(metric.conventions),
            "states": ", ".join(metric.states or ("rest", "active")),
            "meaning": summary(metric.function),
            "source": source(metric.function),
        }
        for metric in METRICS
    ]


def conventions(metric: Metric) -> dict[str, str]:
    """What each convention of a metric means."""
    return {column.name: column.meaning for column in described(metric.function)}


def _chosen(settings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The settings of each metric, complete, and under `not_target` those of `summarise`."""
    functions = {metric.name: metric.function for metric in METRICS}
    functions |= {"contrasts": contrasts, "not_target": summarise}
    given = {**settings, "not_target": {"not_target": settings["not_target"]}}
    problems = [
        f"excitability: no metric {name!r}; {did_you_mean(name, functions)}" for name in given if name not in functions
    ]
    chosen = {}
    for name, function in functions.items():
        values = given.get(name) or {}
        try:
            if not isinstance(values, Mapping):
                raise ConfigError(f"excitability.{name}: expected a mapping of settings, but it is {values!r}")
            chosen[name] = validated(
                function, values, "excitability" if function is summarise else f"excitability.{name}"
            )
        except ConfigError as error:
            problems.append(str(error))
    if problems:
        raise ConfigError("\n".join(problems))
    return chosen
