"""The output folder: a BIDS derivative, and what is written for each subject."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from . import detection, store, tables
from .atomic import together, write_bytes
from .config import Config
from .errors import ConfigError
from .flow import Recorded, Summarised
from .store import Table

if TYPE_CHECKING:
    import pandas as pd

VERSION = metadata.version("mep-pipeline")
LIBRARIES = ("h5py", "mne", "numpy", "pandas", "scipy")
IGNORED = ("**/*_desc-*", "**/*.h5", "**/*.html", "logs", "mep_config.yaml", "study*")
BIDS_VERSION = "1.11.0"


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


def prepare(config: Config) -> None:
    """Make the output folder."""
    (config.output / ".mep" / "locks").mkdir(parents=True, exist_ok=True)


def describe(config: Config) -> None:
    """Make the output folder a BIDS derivative that says how it was made."""
    from ruamel.yaml import YAML

    folder = config.output
    description = {
        "Name": "TMS-EMG excitability",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "derivative",
        "GeneratedBy": [{"Name": "mep-pipeline", "Version": VERSION}],
        "SourceDatasets": [{"URL": config.resolved(folder)["study"]["input"]}],
    }
    text = io.StringIO()
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    yaml.width = 120
    yaml.sort_base_mapping_type_on_output = False
    yaml.dump(config.resolved(folder), text)
    write_bytes(folder / "dataset_description.json", (json.dumps(description, indent=1) + "\n").encode())
    write_bytes(folder / ".bidsignore", ("\n".join(IGNORED) + "\n").encode())
    write_bytes(folder / "mep_config.yaml", text.getvalue().encode())


def lock_file(config: Config, subject: str = "") -> Path:
    """The file whose lock says that a subject, or what belongs to all of them, is being written."""
    return config.output / ".mep" / "locks" / (f"sub-{subject}.lock" if subject else "study.lock")


def results_file(folder: Path, subject: str) -> Path:
    """A subject's results."""
    return folder / f"sub-{subject}" / f"sub-{subject}_desc-excitability_emg.h5"


def epochs_file(folder: Path, subject: str, recorded: Recorded) -> Path:
    """The conditioned epochs of one recording."""
    session = recorded.entry["session"]
    place = folder / f"sub-{subject}" / (f"ses-{session}" if session else "") / "emg"
    return place / f"{recorded.name}_desc-conditioned_emg.h5"


def write_log(config: Config, name: str, text: str) -> None:
    """Write a log."""
    write_bytes(config.output / "logs" / name, text.encode())


def write_subject(
    subject: str, made: Summarised, participant: Mapping[str, str], config: Config, warnings: Sequence[str]
) -> None:
    """Write all files of one subject, all of them or none.

    Raises
    ------
    WriteError
        Where one cannot be written; earlier files are untouched.
    """
    known = tables.known()
    groups = result_tables(made, participant, _settings(subject, config, made), warnings)
    with together() as write:
        for each in made.recorded if config.settings["results"]["epochs"] else ():
            facts = {"subject": subject, "recording": each.name, "key": each.entry["conditioning_key"]}
            store.write_epochs(epochs_file(config.output, subject, each), each.conditioned, known, facts, write)
        facts = {"subject": subject, "version": VERSION}
        store.write_results(results_file(config.output, subject), groups, facts, write)
    _forget_epochs(subject, made, config)


def _forget_epochs(subject: str, made: Summarised, config: Config) -> None:
    """Remove conditioned epochs of an earlier run that no recording of this one stands behind."""
    kept = {epochs_file(config.output, subject, each) for each in made.recorded if config.settings["results"]["epochs"]}
    for path in (config.output / f"sub-{subject}").rglob("*_desc-conditioned_emg.h5"):
        if path not in kept and store.is_epochs(path):
            path.unlink()


def result_tables(
    made: Summarised, participant: Mapping[str, str], settings: Mapping[str, Any], warnings: Sequence[str]
) -> dict[str, Table]:
    """The tables of a subject's results file."""
    import pandas as pd

    known = tables.known()
    of_trials = tables.of_trials([section for each in made.recorded for section in each.sections])
    rows = pd.concat([each.rows for each in made.recorded], ignore_index=True)
    return {
        "recordings": Table(pd.DataFrame([dict(each.entry) for each in made.recorded]), known),
        "trials": Table(rows, of_trials),
        **_averages(made.recorded, known),
        "metrics": Table(made.metrics, tables.of_metrics(), attributes={"key": made.key}),
        "qc": Table(quality(rows), known),
        "provenance": Table(_provenance(made, participant, settings, warnings), known),
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


def _averages(recorded: Sequence[Recorded], known: Mapping[str, Any]) -> dict[str, Table]:
    """Averages of recordings with one time axis each; recordings of another axis get a group of their own."""
    import pandas as pd

    axes: dict[bytes, list[Recorded]] = {}
    for each in recorded:
        axes.setdefault(each.conditioned.times_ms.tobytes(), []).append(each)
    result = {}
    for n, group in enumerate(axes.values()):
        frames = [each.averages.table.assign(recording=each.name) for each in group]
        frame = pd.concat(frames, ignore_index=True)
        frame = frame[["recording", *(name for name in frame if name != "recording")]]
        signals = {
            name: np.concatenate([getattr(each.averages, name) for each in group])
            for name in ("mean_uv", "rectified_mean_uv")
        }
        name = "averages" if n == 0 else f"averages_{n + 1}"
        result[name] = Table(frame, known, signals, group[0].conditioned.times_ms)
    return result


def _settings(subject: str, config: Config, made: Summarised) -> dict[str, Any]:
    """The sections that hold for a subject, and the further overrides that some of its recordings or muscles meet."""
    labels = {"subject": subject}
    sections = {name: config.section(name, labels) for name in config.settings if name not in ("study", "results")}
    own = [{**labels, **each.labels, "muscle": muscle} for each in made.recorded for muscle in each.conditioned.muscles]
    met = [each for each in config.overrides if set(each.where) != {"subject"} and any(map(each.applies, own))]
    return sections | {f"override.{n}": {"where": each.where, **each.stated} for n, each in enumerate(met, 1)}


def _provenance(
    made: Summarised, participant: Mapping[str, str], settings: Mapping[str, Any], warnings: Sequence[str]
) -> pd.DataFrame:
    import platform

    import pandas as pd

    facts = [("mep-pipeline", VERSION), ("python", platform.python_version())]
    facts += [(name, metadata.version(name)) for name in LIBRARIES]
    facts += [(f"participant.{name}", value) for name, value in participant.items()]
    facts += [(f"settings.{name}", json.dumps(value, ensure_ascii=False)) for name, value in settings.items()]
    facts += [("excitability_key", made.key)]
    facts += [("warning", text) for text in warnings]
    return pd.DataFrame(facts, columns=["name", "value"]).astype(object)
