"""The participants of a study."""

from __future__ import annotations

from pathlib import Path

from . import design
from .errors import ConfigError
from .recordings import study_folder
from .study_tables import check_once, label, read


def rows(input: Path) -> dict[str, dict[str, str]]:  # noqa: A002
    """Label of each participant -> the columns of its row in participants.tsv; n/a is empty.

    Raises
    ------
    ConfigError
        Where a participant stands twice, a cell holds what it cannot, or the table has no column `participant_id`.
    """
    table = study_folder(Path(input)) / "participants.tsv"
    if not table.is_file():
        return {}
    found = read(table, ("participant_id",))
    labelled = [(line, label(row["participant_id"], "sub"), row) for line, row in found]
    check_once(table.name, "participant", [(f"line {line}", name) for line, name, _ in labelled])
    if problems := design.problems(table.name, found):
        raise ConfigError("\n".join(problems))
    return {name: {key: value for key, value in row.items() if key != "participant_id"} for _, name, row in labelled}
