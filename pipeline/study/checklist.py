"""The checklist of what a TMS-EMG study reports: 30 items, each from the data, from the config, or not reported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

NOT_REPORTED = "not reported"
MOST_LISTED = 8
"""Values that are listed one by one; of more, the least and the most."""
SOURCE = "Chipchase 2012 (27 items of single-pulse and 3 of paired-pulse TMS; wording: own)"


class Item(NamedTuple):
    """One item of the list."""

    name: str
    part: str
    """subject, method, paired or analysis."""
    meaning: str


ITEMS = (
    Item("age", "subject", "age of the subjects"),
    Item("sex", "subject", "sex of the subjects"),
    Item("handedness", "subject", "handedness of the subjects"),
    Item("medication", "subject", "medication that is prescribed"),
    Item("cns_drugs", "subject", "use of drugs that act on the central nervous system"),
    Item("disorders", "subject", "neurological or psychiatric disorders under study"),
    Item("other_conditions", "subject", "other medical conditions"),
    Item("repetitive_activity", "subject", "history of particular repetitive motor activity"),
    Item("electrodes", "method", "position and contact of the EMG electrodes"),
    Item("contraction", "method", "rest or contraction of the target muscle"),
    Item("prior_activity", "method", "motor activity of the muscle before the test"),
    Item("other_muscles", "method", "relaxation of muscles that are not tested"),
    Item("coil", "method", "type and size of the coil"),
    Item("coil_orientation", "method", "orientation of the coil"),
    Item("current_direction", "method", "direction of the induced current"),
    Item("coil_location", "method", "location of the coil and how it is kept stable"),
    Item("stimulator", "method", "type of the stimulator"),
    Item("intensity", "method", "stimulus intensity"),
    Item("pulse_shape", "method", "shape of the pulse"),
    Item("hotspot", "method", "how the optimal place is found"),
    Item("interval", "method", "time between MEPs"),
    Item("days_between", "method", "time between days of testing"),
    Item("attention", "method", "attention and arousal during the test"),
    Item("threshold", "method", "how the threshold is determined"),
    Item("n_meps", "method", "number of MEPs"),
    Item("test_intensity", "paired", "intensity of the test pulse"),
    Item("conditioning_intensity", "paired", "intensity of the conditioning pulse"),
    Item("isi", "paired", "intervals between the pulses of a pair"),
    Item("mep_size", "analysis", "how the size of MEPs is determined"),
    Item("unconditioned_size", "analysis", "size of the unconditioned MEP in pairs"),
)
"""The items in the list's order. Short names and texts are ours."""


class Studied(NamedTuple):
    """What the data can say of the items."""

    people: pd.DataFrame
    """One row a subject: the columns of participants.tsv as words."""
    pulses: pd.DataFrame
    """One row a subject and kind of pulse given: see `pulses.given`."""
    metrics: pd.DataFrame
    """As `gathered` gives it."""


def checklist(studied: Studied, stated: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Each item's name -> number, item, value, controlled, source (data, config, or nothing).

    What the config states goes above what the data say; `controlled` is True or False only where the config says so.

    Parameters
    ----------
    studied : Studied
        The data.
    stated : mapping of str to mapping
        The section `checklist` of the config: name of an item -> `value` and `controlled`.

    References
    ----------
    Chipchase 2012.
    """
    found = {}
    for number, item in enumerate(ITEMS, 1):
        own = stated.get(item.name) or {}
        value, source = own.get("value"), "config"
        if value is None:
            value, source = FROM_DATA.get(item.name, _nothing)(studied), "data"
        found[item.name] = {
            "number": number,
            "item": item.meaning,
            "value": value or NOT_REPORTED,
            "controlled": own.get("controlled"),
            "source": source if value else "",
        }
    return found


def _nothing(_: Studied) -> str:
    return ""


def _numbers(values: pd.Series, unit: str = "") -> str:
    import pandas as pd

    known = pd.to_numeric(values, errors="coerce").dropna().to_numpy(float)
    if not len(known):
        return ""
    spread = f", SD {known.std(ddof=1):.3g}" if len(known) > 1 else ""
    measured = f"{known.min():g} to {known.max():g} {unit}".strip()
    return f"mean {known.mean():.3g}{spread}, {measured}, n = {len(known)}"


def _words(values: pd.Series) -> str:
    known = values.fillna("").astype(str)
    counted = known[~known.isin(["", "n/a", "nan"])].value_counts(sort=True)
    return ", ".join(f"{word} {n}" for word, n in sorted(counted.items(), key=lambda each: (-each[1], str(each[0]))))


def _of_people(name: str, unit: str | None = None) -> Callable[[Studied], str]:
    def said(studied: Studied) -> str:
        if name not in studied.people:
            return ""
        return _words(studied.people[name]) if unit is None else _numbers(studied.people[name], unit)

    return said


def _of_pulses(name: str, unit: str = "", pulses: tuple[str, ...] = ()) -> Callable[[Studied], str]:
    """The values of a column of pulses, over subjects: words once each, numbers from least to most."""

    def said(studied: Studied) -> str:
        own = studied.pulses[studied.pulses["pulse"].isin(pulses)] if pulses else studied.pulses
        if name not in own:
            return ""
        values = own[name]
        if values.dtype.kind == "f":
            known = np.unique(values.dropna().to_numpy(float))
            if not len(known):
                return ""
            listed = ", ".join(f"{each:g}" for each in known)
            return f"{listed if len(known) <= MOST_LISTED else f'{known[0]:g} to {known[-1]:g}'} {unit}".strip()
        return ", ".join(sorted({str(each) for each in values if str(each) not in ("", "n/a", "nan")}))

    return said


def _contraction(studied: Studied) -> str:
    states = _of_pulses("state")(studied)
    level = _of_pulses("mvc_percent", "% of maximal voluntary contraction")(
        studied._replace(pulses=studied.pulses[studied.pulses["state"] == "active"])
    )
    return f"{states}{f' ({level})' if level else ''}"


def _location(studied: Studied) -> str:
    sites, spots = _of_pulses("stim_site")(studied), _of_pulses("hotspot_muscle")(studied)
    return "; ".join(filter(None, [sites, spots and f"hot-spot of {spots}"]))


def _intensity(studied: Studied) -> str:
    own = studied.pulses[studied.pulses["pulse"].isin(["single", "paired"])]
    levels = sorted({text for each in studied.metrics["level"] for text in _percentages(each)})
    absolute = _of_pulses("intensity_mso", "% of maximal stimulator output")(studied._replace(pulses=own))
    relative = f"{levels[0]:g} to {levels[-1]:g} % of the resting motor threshold" if levels else ""
    return "; ".join(filter(None, [absolute, relative]))


def _percentages(level: str) -> list[float]:
    parts = [each.removesuffix("rmt") for each in level.split("_") if each.endswith("rmt")]
    return [float(each) for each in parts if each.replace(".", "", 1).isdigit()]


def _interval(studied: Studied) -> str:
    known = studied.pulses["seconds_between"].dropna()
    return f"median {known.median():.3g} s, {known.min():.3g} to {known.max():.3g} s" if len(known) else ""


def _threshold(studied: Studied) -> str:
    own = studied.metrics[studied.metrics["metric"].isin(["rmt", "amt"]) & studied.metrics["value"].notna()]
    first = own.drop_duplicates("metric")
    return "; ".join(f"{row.metric}: {row.convention}, {row.method}" for row in first.itertuples())


def _n_meps(studied: Studied) -> str:
    own = studied.metrics[(studied.metrics["metric"] == "mep_amplitude") & (studied.metrics["n_used"] > 0)]
    counts = own["n_used"].to_numpy(float)
    return (
        f"median {np.median(counts):g} accepted a condition, {counts.min():g} to {counts.max():g}" if len(own) else ""
    )


def _mep_size(studied: Studied) -> str:
    own = studied.metrics[(studied.metrics["metric"] == "mep_amplitude") & studied.metrics["value"].notna()]
    return f"peak-to-peak amplitude ({', '.join(dict.fromkeys(own['convention']))})" if len(own) else ""


def _unconditioned(studied: Studied) -> str:
    pairs = studied.pulses[studied.pulses["pulse"].isin(["paired", "nerve_tms"])]
    if not len(pairs):
        return ""
    sizes = studied.metrics[
        (studied.metrics["metric"] == "mep_amplitude") & studied.metrics["condition"].str.startswith("single_")
        & (studied.metrics["convention"] == "mean") & studied.metrics["subject"].isin(pairs["subject"])
    ]  # fmt: skip
    tests = {(row.subject, f"single_{row.intensity_mso:g}mso") for row in pairs.itertuples()}
    own = sizes[[each in tests for each in zip(sizes["subject"], sizes["condition"], strict=True)]]
    return _numbers(own["value"] / 1000.0, "mV")


FROM_DATA: Mapping[str, Callable[[Studied], str]] = {
    "age": _of_people("age", "years"),
    "sex": _of_people("sex"),
    "handedness": _of_people("handedness"),
    "medication": _of_people("medication"),
    "disorders": _of_people("group"),
    "contraction": _contraction,
    "coil": _of_pulses("coil"),
    "coil_orientation": _of_pulses("coil_orientation"),
    "current_direction": _of_pulses("current_direction"),
    "coil_location": _location,
    "stimulator": _of_pulses("stimulator"),
    "intensity": _intensity,
    "pulse_shape": _of_pulses("waveform"),
    "interval": _interval,
    "threshold": _threshold,
    "n_meps": _n_meps,
    "test_intensity": _of_pulses("intensity_mso", "% of maximal stimulator output", ("paired", "nerve_tms")),
    "conditioning_intensity": _of_pulses("conditioning_mso", "% of maximal stimulator output", ("paired",)),
    "isi": _of_pulses("isi_ms", "ms", ("paired", "nerve_tms")),
    "mep_size": _mep_size,
    "unconditioned_size": _unconditioned,
}
"""Items that the data can say -> what says them."""
