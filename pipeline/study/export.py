"""Files of a study's numbers for other programs, each with a dictionary of its columns."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import columns, tables
from ..atomic import write_bytes
from ..columns import Column
from ..errors import ConfigError, did_you_mean
from .checklist import Studied, checklist
from .gathered import Gathered
from .methods import paragraph
from .wide import wide

if TYPE_CHECKING:
    import pandas as pd

FORMATS = ("csv", "tsv", "xlsx")
COVARIATE = "as the study's tables say"
LEVEL = "the condition in words that all subjects share: intensities in percent of the subject's resting threshold"


def export(
    found: Gathered, folder: Path, form: str = "csv", reported: Mapping[str, Mapping[str, Any]] | None = None
) -> list[Path]:
    """Write a study's metrics and contrasts for other programs.

    They are tidy and wide, with dictionaries (BIDS JSON), a methods paragraph and the checklist of what is reported.

    Parameters
    ----------
    found : Gathered
        What the results hold.
    folder : Path
        Where the files go; it is made.
    form : str
        csv, tsv or xlsx; missing numbers are empty in xlsx, n/a elsewhere.
    reported : mapping of str to mapping, optional
        The section `checklist` of the config.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    ConfigError
        Where the format is unknown, or what writes it is not installed.
    WriteError
        Where a file cannot be written.
    """
    if form not in FORMATS:
        raise ConfigError(f"no format {form!r}; {did_you_mean(form, FORMATS)}")
    side_by_side, named = wide(found.metrics, found.covariates)
    kinds = {
        "study_metrics": (found.metrics, _described(tables.of_metrics(), found)),
        "study_contrasts": (found.contrasts, _described(tables.of_contrasts(), found)),
        "study_wide": (side_by_side, _of_wide(named, found)),
    }
    paths = []
    for name, (table, meanings) in kinds.items():
        paths += [folder / f"{name}.{form}", folder / f"{name}.json"]
        write_bytes(paths[-2], _written(table, form))
        own = {str(column): meanings[str(column)] for column in table}
        write_bytes(paths[-1], _json(own).encode())
    items = checklist(Studied(found.people, found.pulses, found.metrics), reported or {})
    texts = {"study_methods.md": paragraph(found.metrics, found.settings), "study_chipchase.json": _json(items)}
    for name, text in texts.items():
        paths.append(folder / name)
        write_bytes(paths[-1], text.encode())
    return paths


def _json(content: Any) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _written(table: pd.DataFrame, form: str) -> bytes:
    table = table.replace("", None)
    if form == "xlsx":
        memory = io.BytesIO()
        try:
            table.to_excel(memory, index=False, engine="openpyxl")
        except ImportError:
            raise ConfigError("xlsx needs openpyxl; pip install 'mep-pipeline[xlsx]', or export csv") from None
        return memory.getvalue()
    separator = {"csv": ",", "tsv": "\t"}[form]
    return table.to_csv(sep=separator, index=False, na_rep="n/a", lineterminator="\n").encode()


def _described(stated: Mapping[str, Column], found: Gathered) -> dict[str, dict[str, Any]]:
    own = {name: _entry(each.meaning, each.unit) for name, each in stated.items() if name != "row"}
    return {"subject": _entry("subject label", ""), **_covariates(found), **own, "level": _entry(LEVEL, "")}


def _of_wide(named: Mapping[str, Mapping[str, str]], found: Gathered) -> dict[str, dict[str, Any]]:
    own = {}
    for column, facts in named.items():
        words = ", ".join(text for key, text in facts.items() if text and key != "unit")
        own[column] = _entry(words, facts["unit"])
    first = {name: _entry(tables.of_metrics()[name].meaning, "") for name in ("session", "timepoint")}
    return {"subject": _entry("subject label", ""), **first, **_covariates(found), **own}


def _covariates(found: Gathered) -> dict[str, dict[str, Any]]:
    return {name: _entry(COVARIATE, columns.unit(name)) for name in found.covariates}


def _entry(meaning: str, unit: str) -> dict[str, Any]:
    return {"Description": meaning, **({"Units": unit} if unit else {})}
