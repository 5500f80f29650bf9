"""A subject's rows -> metrics, each with unit, interval, counts, method and status.

A metric is one function and one line in `METRICS`. The function is given the accepted trials of one cell as arrays
and returns a NamedTuple of `Estimate`, one field a convention; `cells` says what a cell is.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..columns import described, source, summary, validated
from ..conditions import labelled, natural
from ..errors import ConfigError, did_you_mean
from .afferent import ARM, LEG, aif, lai, leg_afferent, sai
from .cells import DESIGN, PAIR, STATUSES, Metric, estimates, of, ordered
from .conduction import cmct, pmct
from .contrasts import contrasts
from .f_wave import f_amplitude_to_m, f_chronodispersion, f_latency, f_persistence
from .f_wave_duration import f_duration, f_duration_to_m_duration
from .latency import mep_latency
from .m_wave import m_latency, mep_to_mmax, mmax
from .mep_size import mep_amplitude, mep_area, mep_probability, mep_variability
from .motor_threshold import amt, rmt
from .paired_pulse import icf, lici, sici
from .pairs import Unasked, unasked, with_interval
from .plasticity import delayed_facilitation, post_exercise_depression, post_exercise_facilitation
from .recruitment import recruitment_mep_max, recruitment_s50, recruitment_slope, recruitment_threshold, s1mv
from .recruitment_area import recruitment_auc
from .references import VISIT, Against
from .silent_period import cortical_sp, cortical_sp_depth, cortical_sp_probability
from .silent_period_curve import (
    cortical_sp_curve_max,
    cortical_sp_curve_slope,
    cortical_sp_curve_v50,
    inhibitory_threshold,
)
from .silent_period_nerve import cutaneous_sp, peripheral_sp
from .spinal import h_at_m, h_latency, h_reflex, h_threshold

if TYPE_CHECKING:
    import pandas as pd

TEST = Against(("single",), near={"intensity_mso": ("intensity_mso", 1.0)})
ALONE = Against(("single",), near={"intensity_mso": ("conditioning_mso", 1.0)}, states=("rest",))
PAIRED: Mapping[str, Any] = {
    "unit": "", "per": PAIR, "pulses": ("paired",), "only": ("isi_ms", "isi_ms", 0.2), "against": {"test": TEST}
}  # fmt: skip
"""What metrics of pairs of pulses share: test pulses of the same intensity, and an interval of those asked for."""
CONDITIONED = {**PAIRED, "against": {"test": TEST, "alone": ALONE}}
AFFERENT = {**PAIRED, "pulses": ("nerve_tms",)}

EXERCISE: Mapping[str, Any] = {
    "unit": "", "per": ("session", "state", "side", "muscle", "condition"), "paradigms": ("exercise",),
    "against": {"before": Against(("single",), same=(*VISIT, "state", "condition"))},
}  # fmt: skip
"""Metrics of trials whose declared paradigm is exercise: all timepoints of a session, against those before it."""

NERVE: Mapping[str, Any] = {"per": DESIGN, "pulses": ("nerve",)}
NERVES = Against(("nerve",), same=VISIT, rather=("timepoint",))
ROOTS = Against(("root",), same=VISIT, rather=("timepoint",))
"""M and F waves, and responses to the root, are of the session, and of the timepoint where it has its own."""

METRICS = (
    Metric("rmt", rmt, "%MSO", per=DESIGN, states=("rest",)),
    Metric("amt", amt, "%MSO", per=DESIGN, states=("active",)),
    Metric("inhibitory_threshold", inhibitory_threshold, "%MSO", per=DESIGN, states=("active",)),
    Metric("s1mv", s1mv, "%MSO", per=DESIGN, states=("rest",)),
    Metric("recruitment_s50", recruitment_s50, "%MSO", per=DESIGN),
    Metric("recruitment_threshold", recruitment_threshold, "%MSO", per=DESIGN),
    Metric("recruitment_slope", recruitment_slope, "µV/%MSO", per=DESIGN),
    Metric("recruitment_mep_max", recruitment_mep_max, "µV", per=DESIGN),
    Metric("recruitment_auc", recruitment_auc, "µV·%MSO", per=DESIGN),
    Metric("mep_amplitude", mep_amplitude, "µV", pulses=("single", "paired", "nerve_tms")),
    Metric("mep_variability", mep_variability, "", pulses=("single", "paired", "nerve_tms")),
    Metric("mep_probability", mep_probability, "", pulses=("single", "paired", "nerve_tms")),
    Metric("mep_area", mep_area, "µV·ms", pulses=("single", "paired", "nerve_tms")),
    Metric("mep_latency", mep_latency, "ms"),
    Metric("cortical_sp", cortical_sp, "ms", states=("active",)),
    Metric("cortical_sp_depth", cortical_sp_depth, "%", states=("active",)),
    Metric("cortical_sp_probability", cortical_sp_probability, "", states=("active",)),
    Metric("cortical_sp_curve_max", cortical_sp_curve_max, "ms", per=DESIGN, states=("active",)),
    Metric("cortical_sp_curve_slope", cortical_sp_curve_slope, "ms/%MSO", per=DESIGN, states=("active",)),
    Metric("cortical_sp_curve_v50", cortical_sp_curve_v50, "%MSO", per=DESIGN, states=("active",)),
    Metric("peripheral_sp", peripheral_sp, "ms", pulses=("nerve",), states=("active",)),
    Metric("cutaneous_sp", cutaneous_sp, "ms", pulses=("nerve",), states=("active",)),
    Metric("sici", sici, **CONDITIONED),
    Metric("icf", icf, **CONDITIONED),
    Metric("lici", lici, **PAIRED),
    Metric("sai", sai, **AFFERENT, limbs=ARM),
    Metric("lai", lai, **AFFERENT, limbs=ARM),
    Metric("aif", aif, **AFFERENT, limbs=ARM),
    Metric("leg_afferent", leg_afferent, **AFFERENT, limbs=LEG),
    Metric("post_exercise_facilitation", post_exercise_facilitation, **EXERCISE),
    Metric("post_exercise_depression", post_exercise_depression, **EXERCISE),
    Metric("delayed_facilitation", delayed_facilitation, **EXERCISE),
    Metric("mmax", mmax, "µV", **NERVE),
    Metric("m_latency", m_latency, "ms", **NERVE),
    Metric("mep_to_mmax", mep_to_mmax, "%", against={"mwave": NERVES}),
    Metric("h_reflex", h_reflex, "%", **NERVE),
    Metric("h_latency", h_latency, "ms", **NERVE),
    Metric("h_threshold", h_threshold, "mA", **NERVE),
    Metric("h_at_m", h_at_m, "%", **NERVE),
    Metric("f_latency", f_latency, "ms", **NERVE),
    Metric("f_persistence", f_persistence, "", **NERVE),
    Metric("f_chronodispersion", f_chronodispersion, "ms", **NERVE),
    Metric("f_amplitude_to_m", f_amplitude_to_m, "%", **NERVE),
    Metric("f_duration", f_duration, "ms", **NERVE),
    Metric("f_duration_to_m_duration", f_duration_to_m_duration, "", **NERVE),
    Metric("pmct", pmct, "ms", **NERVE),
    Metric("cmct", cmct, "ms", states=("active",), against={"root": ROOTS, "nerve": NERVES}),
)
"""Every metric, in the order of the table."""

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
