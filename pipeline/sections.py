"""The sections of a config, as pieces built from what each stage offers, and what is generated from them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

import annotated_types
import pydantic

from . import acquisition, columns, conditioning, conditions, design, detection, excitability, muscles
from .errors import did_you_mean
from .schema import Choice, Each, Fields, Piece, Section, Steps
from .study import analyses, checklist
from .study.levels import PERCENT_RMT

Window = Annotated[list[float], annotated_types.Len(2, 2)]
Words = str | Annotated[list[str], annotated_types.Len(1)]

SECTIONS = {
    "study": "where the recordings are and where the results go",
    "muscles": "profiles of muscles, above the shipped ones",
    "acquisition": "how recordings are read; one mapping a reader beside what all share",
    "conditions": "how trials are told apart",
    "conditioning": "steps from raw to clean epochs, in their order",
    "detection": "what is measured on each trial and muscle, and how",
    "excitability": "the metrics of a subject",
    "results": "what is kept",
    "statistics": "analyses of all subjects, made at the end of a run: nothing where no table is asked for",
    "checklist": "what the data cannot say for the checklist of Chipchase 2012, an item each",
}


class Study(pydantic.BaseModel):
    """Where the recordings are and where the results go."""

    model_config = columns.STRICT
    input: str = pydantic.Field(description="a BIDS dataset, a recordings.tsv, or one recording")
    output: str = pydantic.Field(description="folder of the results; it is made")
    subjects: list[str] | None = pydantic.Field(None, description="only these subjects (null: all)")
    shapes: str | None = pydantic.Field(
        None, description="a library of MEP shapes that `mep shapes` wrote (null: the shipped one)"
    )
    norms: str | None = pydantic.Field(
        None, description="a table of norms of your own, above the shipped ones (mep list norms; null: none)"
    )


class DetectionProfile(pydantic.BaseModel):
    """Profile settings that hold for all muscles."""

    model_config = columns.STRICT
    response_ms: Window | dict[str, Window] | None = pydantic.Field(
        None, description="response window from the pulse, or one per stimulus (tms, root, nerve_m, nerve_h, nerve_f)"
    )
    background_ms: Window | None = pydantic.Field(
        None, description="background window from the first pulse of any kind"
    )

    @pydantic.field_validator("response_ms", "background_ms")
    @classmethod
    def _rising(cls, value: Any) -> Any:
        windows = value.values() if isinstance(value, Mapping) else [value] if value else []
        if any(start >= end for start, end in windows):
            raise ValueError("a window goes from an earlier to a later time")
        return _known_stimuli(value)


class MuscleProfile(DetectionProfile):
    """A muscle's profile."""

    artefact_ms: float | dict[str, float] | None = pydantic.Field(
        None, description="end of the artefact zone after a magnetic stimulus, or one per stimulus"
    )

    @pydantic.field_validator("artefact_ms")
    @classmethod
    def _stimuli(cls, value: Any) -> Any:
        return _known_stimuli(value)


def _known_stimuli(value: Any) -> Any:
    for name in value if isinstance(value, Mapping) else ():
        if name not in muscles.STIMULI:
            raise ValueError(f"no stimulus {name!r}; {did_you_mean(name, muscles.STIMULI)}")
    return value


class Results(pydantic.BaseModel):
    """What is kept."""

    model_config = columns.STRICT
    epochs: bool = pydantic.Field(True, description="keep the conditioned epochs of each recording")


class Statistics(pydantic.BaseModel):
    """What is analysed over all subjects."""

    model_config = columns.STRICT
    tables: list[str] = pydantic.Field([], description="tables to make (mep list analyses); none by default")
    metrics: list[str] | None = pydantic.Field(None, description="only these metrics and scales (null: all)")
    levels: list[str] | None = pydantic.Field(
        None, description="of metrics that are of one pulse only these, such as single_120rmt and isi2 (null: all)"
    )
    conventions: dict[str, str] = pydantic.Field(
        {}, description="metric -> the convention that is analysed, instead of its first"
    )
    percent_rmt: list[float] = pydantic.Field(
        list(PERCENT_RMT), description="percentages of the resting threshold that pulses were given at, by protocol"
    )
    every_trial: bool = pydantic.Field(
        False, description="all analyses a second time with metrics of every trial, excluded ones too"
    )

    @pydantic.field_validator("tables")
    @classmethod
    def _known(cls, value: list[str]) -> list[str]:
        for name in value:
            if name not in analyses.TABLES:
                raise ValueError(f"no table {name!r}; {did_you_mean(name, analyses.TABLES)}")
        return value

    @pydantic.field_validator("metrics")
    @classmethod
    def _metrics(cls, value: list[str] | None) -> list[str] | None:
        known = [*(each.name for each in excitability.METRICS), *design.SCALES]
        for name in value or ():
            if name not in known:
                raise ValueError(f"no metric or scale {name!r}; {did_you_mean(name, known)}")
        return value

    @pydantic.field_validator("conventions")
    @classmethod
    def _conventions(cls, value: dict[str, str]) -> dict[str, str]:
        known = {each.name: each.conventions for each in excitability.METRICS}
        for name, convention in value.items():
            if name not in known:
                raise ValueError(f"no metric {name!r}; {did_you_mean(name, known)}")
            if convention not in known[name]:
                raise ValueError(f"{name}: no convention {convention!r}; {did_you_mean(convention, known[name])}")
        return value


class Reported(pydantic.BaseModel):
    """What a study says of one item of the checklist."""

    model_config = columns.STRICT
    value: str | None = pydantic.Field(None, description="what is reported (null: what the data say, if anything)")
    controlled: bool | None = pydantic.Field(None, description="whether it was controlled (null: not stated)")


class Where(pydantic.BaseModel):
    """What an override applies to."""

    model_config = columns.STRICT
    subject: Words | None = pydantic.Field(None, description="subject label or labels")
    session: Words | None = pydantic.Field(None, description="session label or labels")
    task: Words | None = pydantic.Field(None, description="task (block) label or labels")
    run: Words | None = pydantic.Field(None, description="run label or labels")
    muscle: Words | None = pydantic.Field(None, description="muscle or muscles (for detection and muscles only)")

    @pydantic.field_validator("*", mode="before")
    @classmethod
    def _stated(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("expected a label, or a list of labels")
        return value


PER_MUSCLE = ("detection", "muscles")
PER_RECORDING = ("acquisition", "conditioning", *PER_MUSCLE)
PER_SUBJECT = (*PER_RECORDING, "conditions", "excitability")


@cache
def tree() -> Section:
    """The whole config as pieces."""
    readers = {each.name: Fields(columns.settings_model(each.read)) for each in acquisition.READERS}
    measures = {each.name: Choice(each) for each in detection.MEASURES}
    metrics = {each.name: Fields(columns.settings_model(each.function)) for each in excitability.METRICS}
    steps = conditioning.STEPS
    pieces: dict[str, Piece] = {
        "study": Fields(Study),
        "muscles": Each(Fields(MuscleProfile), "muscle name -> its profile"),
        "acquisition": Section(readers, Fields(columns.settings_model(acquisition.common))),
        "conditions": Fields(columns.settings_model(conditions.label)),
        "conditioning": Steps(steps, conditioning.DEFAULT),
        "detection": Section(measures, Fields(DetectionProfile)),
        "excitability": Section(
            {**metrics, "contrasts": Fields(columns.settings_model(excitability.contrasts))},
            Fields(columns.settings_model(excitability.summarise)),
        ),
        "results": Fields(Results),
        "statistics": Section(
            {
                each.name: Fields(columns.settings_model(each.function))
                for each in analyses.ANALYSES
                if not each.settings
            },
            Fields(Statistics),
        ),
        "checklist": Section(
            {item.name: Fields(Reported) for item in checklist.ITEMS},
            meanings={item.name: item.meaning for item in checklist.ITEMS},
        ),
    }
    return Section(pieces, meanings=SECTIONS, beside=("extends", "overrides"))


def json_schema() -> str:
    """The JSON Schema of a config file, as text."""
    schema = tree().json_schema()
    where = Fields(Where).json_schema()
    sections = {name: {"type": ["object", "array"]} for name in PER_SUBJECT}
    override = {
        "type": "object",
        "properties": {"where": where, **sections},
        "required": ["where"],
        "additionalProperties": False,
    }
    schema["properties"] = {
        "extends": {"type": "string", "description": "a shipped preset by name, or a path"},
        **{name: {"description": SECTIONS[name], **each} for name, each in schema["properties"].items()},
        "overrides": {"type": "array", "description": "settings for some recordings", "items": override},
    }
    top = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "mep-pipeline config", **schema}
    return json.dumps(top, indent=1, ensure_ascii=False) + "\n"


def default_yaml() -> str:
    """Every key at its default with its meaning and unit: the preset `default`, as text."""
    head = "# Every key at its default, with meaning and [unit]. Made by: mep list defaults\n"
    return head + "\n".join(tree().yaml("")) + "\n"
