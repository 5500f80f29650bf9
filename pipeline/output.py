"""The output folder: a BIDS derivative, and what is written for each subject."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import decisions, guarded, hints, results, store, tables, versions
from .atomic import write_bytes
from .config import Config
from .errors import ConfigError, ReadError
from .flow import Recorded, Summarised
from .recipes import Recipe
from .recordings import study_folder
from .store import Write, results_file

IGNORED = ("**/*_desc-*", "**/*.h5", "**/*.html", "logs", "mep_config*", "study*")
BIDS_VERSION = "1.11.0"
DESCRIPTION = "dataset_description.json"
STATE = ".mep"
"""Folder of locks and hints below the output folder."""
EPOCHS_NAME = "_desc-conditioned_emg.h5"
LEFT = re.compile(r"\.sub-.*_desc-(excitability|conditioned)_emg\.h5\.part")


def check(config: Config) -> None:
    """That results can be written where the config says; nothing is made.

    Raises
    ------
    ConfigError
        Where the folder holds the recordings, is a file, or cannot be written to.
    """
    folder, recordings = config.output.resolve(), config.input.resolve()
    if folder == recordings or folder in recordings.parents:
        raise ConfigError(f"study.output: {folder} holds the recordings; give the results a folder of their own")
    there = next(each for each in (folder, *folder.parents) if os.path.lexists(each))
    if not there.is_dir():
        raise ConfigError(f"study.output: {there} is a file; expected a folder, or a name where one can be made")
    if not os.access(there, os.W_OK | os.X_OK):
        raise ConfigError(f"study.output: {folder} cannot be written: permission denied in {there}")


def check_source(config: Config) -> None:
    """That the folder of the results does not hold those of another study; `ConfigError` where it does."""
    folder, recordings = config.output.resolve(), config.input.resolve()
    if (other := _source(folder)) and other.exists() and study_folder(other) != study_folder(recordings):
        raise ConfigError(
            f"study.output: {folder} holds results of recordings in {other}; give the results of {recordings} a folder "
            f"of their own, or remove {DESCRIPTION} from it where these are to replace those"
        )


def _source(folder: Path) -> Path | None:
    """Where the recordings were that the results in a folder were made from, None where it does not say."""
    try:
        (source,) = json.loads((folder / DESCRIPTION).read_bytes())["SourceDatasets"]
        return (folder / source["URL"]).resolve()
    except (OSError, LookupError, ValueError, TypeError, RecursionError):
        return None


def prepare(config: Config) -> None:
    """Make the output folder."""
    for name in ("locks", "hints"):
        (config.output / STATE / name).mkdir(parents=True, exist_ok=True)


def describe(config: Config) -> None:
    """Make the output folder a BIDS derivative that says how it was made; what says so already is left alone."""
    from ruamel.yaml import YAML

    folder = config.output
    description = {
        "Name": "TMS-EMG excitability",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "derivative",
        "GeneratedBy": [{"Name": versions.OWN, "Version": versions.own()}],
        "SourceDatasets": [{"URL": config.resolved(folder)["study"]["input"]}],
    }
    text = io.StringIO()
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    yaml.width = 120
    yaml.sort_base_mapping_type_on_output = False
    yaml.dump(config.resolved(folder), text)
    contents = {
        DESCRIPTION: json.dumps(description, indent=1) + "\n",
        ".bidsignore": "\n".join(IGNORED) + "\n",
        "mep_config.yaml": text.getvalue(),
    }
    decided = decisions.place(config)
    copy = folder / "mep_config_decisions.tsv"  # so that mep_config.yaml, fed back, finds them
    if decided.is_file():
        contents[copy.name] = decided.read_text(encoding="utf-8-sig")
    elif copy.is_file():
        contents[copy.name] = "\t".join(decisions.NEEDED) + "\n"
    for name, content in contents.items():
        path, data = folder / name, content.encode()
        if not path.is_file() or path.read_bytes() != data:
            write_bytes(path, data)


def lock_file(config: Config, subject: str = "", of: str = "study") -> Path:
    """The file whose lock says that a subject, or what belongs to all of them (`of`), is being written."""
    return config.output / STATE / "locks" / (f"sub-{subject}.lock" if subject else f"{of}.lock")


def hint_file(config: Config, subject: str) -> Path:
    """What is remembered of a subject's files between runs."""
    return config.output / STATE / "hints" / f"sub-{subject}.json"


def epochs_file(folder: Path, labels: Mapping[str, str], clock: str) -> Path:
    """The conditioned epochs of one clock of a recording with these labels."""
    session = labels["session"]
    place = folder / f"sub-{labels['subject']}" / (f"ses-{session}" if session else "") / "emg"
    return place / f"{clock}{EPOCHS_NAME}"


def has_epochs(path: Path, key: str, known: Mapping[str, Any]) -> bool:
    """Whether the conditioned epochs with this key are there; a file that is as it was last seen is not opened."""
    if not path.is_file():
        return False
    hint = known.get(path.name)
    if hint and hint["identity"] == hints.identity(path):
        return bool(hint["key"] == key)
    try:
        return store.attributes(path, store.EPOCHS).get("key") == key
    except ReadError:
        return False


def write_log(config: Config, name: str, text: str) -> None:
    """Write a log."""
    write_bytes(config.output / "logs" / name, text.encode())


def write_epochs(config: Config, each: Recorded, write: Write) -> None:
    """Write the conditioned epochs of one clock; `WriteError` where they cannot be."""
    assert each.conditioned is not None
    facts = {
        "subject": each.labels["subject"],
        "recording": each.name,
        "key": each.entry["conditioning_key"],
        "warnings": each.raw_warnings,
    }
    path = epochs_file(config.output, each.labels, each.name)
    store.write_epochs(path, each.conditioned, tables.known(), facts, write)


def write_results(
    config: Config,
    subject: str,
    summarised: Summarised,
    participant: Mapping[str, str],
    visits: results.Stated,
    write: Write,
) -> dict[str, Any]:
    """Write a subject's results; what they were made from. `WriteError` where they cannot be written."""
    made, groups = results.of_subject(config, subject, summarised, participant, visits)
    attributes = {"subject": subject, "version": versions.own()}
    store.write_results(results_file(config.output, subject), groups, attributes, write)
    return made


def litter(config: Config, subject: str, of_recordings: Sequence[Recipe]) -> list[Path]:
    """Files of ours in a subject's folder that no run would leave: of a killed process, or of what is not kept."""
    folder = config.output / f"sub-{subject}"
    epochs = {
        epochs_file(config.output, each["labels"], name)
        for each in (of_recordings if config.settings["results"]["epochs"] else ())
        for name in each["clocks"]
    }
    found = [Path(at) / name for at, _, names in os.walk(folder) for name in names]
    parts = [each for each in found if LEFT.fullmatch(each.name)]
    old = [each for each in found if each.name.endswith(EPOCHS_NAME) and each not in epochs]
    return sorted([*parts, *(each for each in old if guarded.is_ours(each, store.EPOCHS))])
