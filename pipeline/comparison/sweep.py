"""Many analyses of one study: every combination of choices of settings, and how far each number hangs on them.

A choice that changes only metrics runs only excitability, one of a detector detection and on: the combinations are run
one after the other in one working folder, ordered so that what lies early in the data's way changes least often.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import filelock

from .. import batch, hints, output, plan, store, yaml_source
from .. import config as configs
from ..atomic import write_bytes
from ..batch import Options
from ..config import Config
from ..errors import ConfigError, PipelineError, did_you_mean
from . import stability

if TYPE_CHECKING:
    import pandas as pd

ORDER = ("acquisition", "muscles", "conditioning", "conditions", "detection", "excitability")
"""Sections that may be varied, in the order of the stages they reach first."""
BASE, WORK = "base", "work"
"""The config as it is, and the folder where the combinations are run one after the other."""
MOST = 1000
"""Combinations; more are taken for a mistake."""


@dataclass(frozen=True)
class Variant:
    """One combination of choices."""

    name: str
    choices: Mapping[str, str]
    """Dotted path of a setting -> what is chosen for it, as JSON; nothing for the config as it is."""
    config: Config


@dataclass(frozen=True)
class Ran:
    """How the subjects of one variant fared."""

    variant: Variant
    outcomes: Sequence[batch.Outcome]

    @property
    def results(self) -> dict[str, Path]:
        """Results file of each subject that is done."""
        done = [each.subject for each in self.outcomes if each.outcome in batch.FINE]
        return {each: output.results_file(self.variant.config.output, each) for each in done}


def variants(config: Path, grid: Path, folder: Path | None = None) -> list[Variant]:
    """The config as it is, then every combination of the choices of a grid.

    Parameters
    ----------
    config : Path
        The study's config.
    grid : Path
        A YAML file: dotted path of a setting (`detection.onset.method`) -> list of choices.
    folder : Path, optional
        Where all of it goes; beside the config's output, with `_sweep` added to its name, where it is not given.

    Raises
    ------
    ConfigError
        Where the grid or one of its combinations is wrong: nothing has run.
    """
    base = configs.load(config)
    folder = (folder or base.output.with_name(f"{base.output.name}_sweep")).absolute()
    choices = _choices(grid)
    combined = [dict(zip(choices, values, strict=True)) for values in itertools.product(*choices.values())]
    width = len(str(len(combined)))
    names = [f"v{n:0{width}}" for n in range(1, len(combined) + 1)]
    found = [Variant(BASE, {}, _placed(base, base, folder / BASE))]
    for name, chosen in zip(names, combined, strict=True):
        words = {path: json.dumps(value, ensure_ascii=False) for path, value in chosen.items()}
        try:
            own = configs.varied(config, _nested(chosen), grid)
        except ConfigError as error:
            said = ", ".join(f"{path}: {word}" for path, word in words.items())
            raise ConfigError(f"{error} (in the combination {said})") from None
        found.append(Variant(name, words, _placed(own, base, folder / name)))
    for name, chosen in zip(names, combined, strict=True):
        stated = {"extends": str(base.file.absolute()), **_nested(chosen)}
        write_bytes(folder / name / "variant.yaml", (json.dumps(stated, ensure_ascii=False, indent=1) + "\n").encode())
    return found


def run(found: Sequence[Variant], options: Options) -> Iterator[Ran]:
    """Run the variants one after the other; what an earlier one made and a setting does not touch is used again."""
    place = found[0].config.output.parent / "sweep.lock"
    place.parent.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(place, timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise ConfigError(f"{place.parent}: another sweep is running there; give this one --output") from None
    try:
        yield from _one_after_the_other(found, options)
    finally:
        lock.release()


def _one_after_the_other(found: Sequence[Variant], options: Options) -> Iterator[Ran]:
    for variant in found:
        jobs = plan.jobs(variant.config)
        done = [batch.Outcome(job.subject, batch.UNCHANGED) for job in jobs if _stands(job)]
        if len(done) < len(jobs):
            done = batch.run(_working(variant.config), options=options)
            output.prepare(variant.config)
            output.describe(variant.config)
            for each in done:
                if each.outcome in batch.FINE:
                    _copied(variant.config, each.subject)
        yield Ran(variant, done)


def tables(ran: Sequence[Ran]) -> dict[str, pd.DataFrame]:
    """What came of a sweep.

    Returns
    -------
    dict of str to DataFrame
        `metrics` (each number under each choice), `stability` and `conclusions`: see those functions.
    """
    read = {
        (each.variant.name, name): store.read_tables(path, ("metrics",))["metrics"].frame
        for each in ran
        for name, path in each.results.items()
    }
    tidy = stability.tidy(read, {each.variant.name: each.variant.choices for each in ran})
    return {"metrics": tidy, "stability": stability.stability(tidy), "conclusions": stability.conclusions(tidy)}


def written(found: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write the tables of a sweep as TSV; their paths."""
    paths = []
    for name, table in found.items():
        paths.append(folder / f"sweep_{name}.tsv")
        text = table.to_csv(sep="\t", index=False, na_rep="n/a", lineterminator="\n")
        write_bytes(paths[-1], text.encode())
    return paths


def _stands(job: plan.Job) -> bool:
    """Whether a variant's results of a subject are what a run would give."""
    try:
        return plan.of(job, running=False).nothing
    except (PipelineError, OSError):
        return False


def _choices(grid: Path) -> dict[str, list[Any]]:
    """The choices for each setting, those of early stages first."""
    stated, places = yaml_source.read(grid)
    problems = []
    for path, values in stated.items():
        section = path.split(".")[0]
        if section not in ORDER:
            problems.append(f"{places[(path,)]}: {path}: no such section to vary; {did_you_mean(section, ORDER)}")
        elif not isinstance(values, list) or not values:
            problems.append(f"{places[(path,)]}: {path}: expected a list of choices")
        inside = [other for other in stated if other.startswith(f"{path}.")]
        problems += [f"{places[(other,)]}: {other} lies in {path}, which is varied too" for other in inside]
    if problems or not stated:
        raise ConfigError("\n".join(problems) or f"{grid}: no setting to vary; expected `detection.onset.method: [..]`")
    if (n := math.prod(map(len, stated.values()))) > MOST:
        raise ConfigError(f"{grid}: {n} combinations; at most {MOST} are run")
    return dict(sorted(stated.items(), key=lambda item: ORDER.index(item[0].split(".")[0])))


def _nested(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted paths as mappings in one another."""
    result: dict[str, Any] = {}
    for path, value in chosen.items():
        *above, last = path.split(".")
        at = result
        for name in above:
            at = at.setdefault(name, {})
        at[last] = value
    return result


def _placed(config: Config, base: Config, folder: Path) -> Config:
    """A config with the file of the base, whose decisions it shares, and results without epochs in a folder."""
    return dataclasses.replace(config, file=base.file, output=folder, settings=_of_subjects(config, epochs=False))


def _working(config: Config) -> Config:
    return dataclasses.replace(config, output=config.output.parent / WORK, settings=_of_subjects(config, epochs=True))


def _of_subjects(config: Config, epochs: bool) -> dict[str, Any]:
    """Settings of a run that gives subjects' results alone: variants are compared subject by subject."""
    own: dict[str, dict[str, Any]] = {"results": {"epochs": epochs}, "statistics": {"tables": []}}
    return {**config.settings, **{name: {**config.settings[name], **each} for name, each in own.items()}}


def _copied(config: Config, name: str) -> None:
    """A subject's results out of the working folder, and what is remembered of its files."""
    there = _working(config)
    path = output.results_file(config.output, name)
    write_bytes(path, output.results_file(there.output, name).read_bytes())
    hint = hints.read(output.hint_file(there, name))
    if "results" in hint:
        seen = {**hint["results"], "identity": hints.identity(path)}
        hints.write(output.hint_file(config, name), {**hint, "results": seen, "epochs": {}})
