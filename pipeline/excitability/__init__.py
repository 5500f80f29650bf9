"""A subject's rows -> metrics, each with unit, interval, counts, method and status.

A metric is one function and one line in `METRICS`. The function is given the accepted trials of one cell as arrays
and returns a NamedTuple of `Estimate`, one field a convention; `cells` says what a cell is.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..columns import described, source, summary, validated
from ..conditions import labelled, natural
from ..errors import ConfigError, did_you_mean
from .cells import Metric, estimates, of, ordered
from .contrasts import contrasts
from .metrics import METRICS
from .pairs import Unasked, unasked, with_interval
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
    "ref_low": "lower limit of the reference range; NaN where there is none",
    "ref_high": "upper limit of the reference range; NaN where there is none",
    "ref_source": "source of the reference range",
}
"""Columns of the metrics table, and what they mean."""


def summarise(
    rows: "pd.DataFrame", settings: Mapping[str, Any] | None = None, *, not_target: bool = False
) -> "pd.DataFrame":
    """The metrics of one subject.

    Metrics are computed for the muscle that the stimulation aims at, in every cell of session, timepoint and state,
    and of condition unless the metric pools over it. Other muscles have rows with the status not_target and no value;
    where no hot-spot is declared every muscle is computed and its rows say hotspot_unknown. Excluded trials enter as
    `n_rejected` only. No reference ranges are known yet: ref_low and ref_high are NaN, ref_source is empty.

    Parameters
    ----------
    rows : DataFrame
        One row a trial and muscle, as `detect` gives it, of one subject; with `recording` and `session` where there
        are several. Rows without labels are labelled by `conditions.label`. A measurement whose column is absent is
        unknown in every trial.
    settings : mapping, optional
        The section `excitability` of a config: the name of a metric -> its settings, and `not_target`.
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
        Where the rows lack `pulse` or `muscle`, or are of several subjects.
    """
    import pandas as pd

    chosen = _chosen({"not_target": not_target, **(settings or {})})
    others = chosen.pop("not_target")["not_target"]
    table = ordered(with_interval(labelled(rows)))
    made = [
        estimate
        for metric in METRICS
        for cell in of(table, metric)
        if metric.covers(cell, chosen[metric.name])
        for estimate in estimates(metric, cell, chosen[metric.name], others)
    ]
    place = {metric.name: at for at, metric in enumerate(METRICS)}
    made.sort(
        key=lambda row: (
            *(natural(row[name]) for name in ("session", "timepoint", "state", "muscle", "side")),
            place[row["metric"]],
            natural(row["condition"]),
        )
    )
    found = pd.DataFrame(made, columns=[name for name in COLUMNS if not name.startswith("ref_")])
    return found.assign(ref_low=float("nan"), ref_high=float("nan"), ref_source="")


def unasked_pairs(rows: "pd.DataFrame", settings: Mapping[str, Any] | None = None) -> list[Unasked]:
    """Pairs of pulses that no metric is made of, because none asks for their interval; arguments as `summarise`."""
    return unasked(labelled(rows), METRICS, _chosen({"not_target": False, **(settings or {})}))


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
