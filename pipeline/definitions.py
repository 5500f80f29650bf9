"""Every metric, its conventions, settings and statuses, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import columns, excitability
from .excitability import METRICS, STATUSES
from .excitability.cells import Metric
from .tables import section


def page() -> str:
    """The definitions of all metrics."""
    described = [_described(metric, each) for metric, each in zip(METRICS, excitability.describe(), strict=True)]
    conventions = [
        {"metric": f"{metric.name}: {name}", "meaning": meaning}
        for metric in METRICS
        for name, meaning in excitability.conventions(metric).items()
    ]
    statuses = [{"code": code, "meaning": text} for code, text in STATUSES.items()]
    return "\n".join(
        [
            section("Metrics", "one function each", described, tuple(described[0])),
            section("Conventions", "the first of a metric is its default", conventions, ("metric", "meaning")),
            section("Settings", "keys of the config's section `excitability`", list(_settings()),
                    ("setting", "default", "meaning")),
            section("Statuses", "several are joined by ;", statuses, ("code", "meaning")),
        ]
    )  # fmt: skip


def _described(metric: Metric, stated: dict[str, str]) -> dict[str, str]:
    pooled = "condition" not in metric.per
    each = "interval" if "interval" in metric.per else "% of RMT" if "percent_rmt" in metric.per else ""
    return {
        "metric": metric.name,
        "unit": stated["unit"] or "–",
        "states": stated["states"],
        "pulses": ", ".join(metric.pulses),
        "one row": f"an {each}" if each == "interval" else f"a {each}" if each else "a visit" if pooled else "a pulse",
        "what it is": stated["meaning"],
        "source": stated["source"],
    }


def _settings() -> Iterator[dict[str, Any]]:
    for metric in METRICS:
        means = columns.meanings(metric.function)
        for name, setting in columns.settings(metric.function).items():
            yield {"setting": f"{metric.name}.{name}", "default": str(setting.default), "meaning": means[name]}
