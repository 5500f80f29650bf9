"""A study's config: YAML in, complete and checked settings out, every error at once with its place.

A config may extend a shipped preset by name or another file by path: mappings merge, lists replace, and a changed
`method` replaces that measure's whole mapping. A relative path is relative to the file that states it. Overrides
apply to the recordings (and muscles) they name, and to nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from . import detection, yaml_source
from .errors import ConfigError, did_you_mean
from .schema import Fields, Problem
from .sections import PER_MUSCLE, PER_RECORDING, PER_SUBJECT, Where, tree
from .yaml_source import Place

PATHS = (("study", "input"), ("study", "output"))
"""Keys that hold a path, relative to the file that states it."""


@dataclass(frozen=True)
class Override:
    """Settings for some recordings."""

    where: Mapping[str, tuple[str, ...]]
    stated: Mapping[str, Any]
    place: str

    def applies(self, labels: Mapping[str, str]) -> bool:
        """Whether these labels (subject, session, task, run, muscle) are meant; a label left open is not met."""
        return all(labels.get(name, "") in values for name, values in self.where.items())


@dataclass(frozen=True)
class Config:
    """A checked config."""

    file: Path
    input: Path
    output: Path
    settings: Mapping[str, Any]
    overrides: tuple[Override, ...]

    def section(self, name: str, labels: Mapping[str, str]) -> Any:
        """One section, complete, as it holds for what `labels` name (subject, session, task, run, muscle)."""
        applying = [each.stated for each in self.overrides if each.applies(labels) and name in each.stated]
        value = self.settings[name]
        for stated in applying:
            value = tree().pieces[name].check(merged({"_": value}, {"_": stated[name]})["_"]).value
        return value

    def overridden_muscles(self) -> set[str]:
        """Muscles that some override names."""
        return {muscle for each in self.overrides for muscle in each.where.get("muscle", ())}

    def resolved(self, beside: Path) -> dict[str, Any]:
        """The whole config without presets, its paths relative to the folder `beside`: feed it back to reproduce."""
        study = {
            **self.settings["study"],
            "input": _relative(self.input, beside),
            "output": _relative(self.output, beside),
        }
        overrides = [{"where": {k: list(v) for k, v in each.where.items()}, **each.stated} for each in self.overrides]
        return {**self.settings, "study": study, **({"overrides": overrides} if overrides else {})}


def load(path: Path | str, output: Path | str | None = None) -> Config:
    """Read and check a config.

    Parameters
    ----------
    path : path
        The YAML file.
    output : path, optional
        Folder of the results, instead of the config's.

    Raises
    ------
    ConfigError
        Everything that is wrong, a line each: `file:line:column: where: what; what was expected`.
    """
    path = Path(path)
    stated, places = _layers(path, ())
    overrides = stated.pop("overrides", None) or []
    if output is not None and isinstance(stated.get("study"), Mapping):
        stated["study"] = {**stated["study"], "output": os.path.normpath(Path(output).absolute())}
    checked = tree().check(stated)
    problems = list(checked.problems)
    problems += _override_problems(overrides, stated) if not problems else []
    if problems:
        raise ConfigError("\n".join(_line(problem, places, path) for problem in problems))
    study = checked.value["study"]
    return Config(
        file=path,
        input=Path(study["input"]),
        output=Path(study["output"]),
        settings=checked.value,
        overrides=tuple(_override(each, places[("overrides", i)]) for i, each in enumerate(overrides)),
    )


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid on `base`: mappings merge, all else replaces; a changed `method` replaces the mapping it is in."""
    result = dict(base)
    for name, value in over.items():
        below = result.get(name)
        if isinstance(value, Mapping) and isinstance(below, Mapping) and _same_method(below, value):
            result[name] = merged(below, value)
        else:
            result[name] = value
    return result


def _same_method(below: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
    return bool(value.get("method", below.get("method")) == below.get("method"))


def _layers(path: Path, above: tuple[Path, ...]) -> tuple[dict[str, Any], dict[tuple[str | int, ...], Place]]:
    """What a file and all that it extends state, and where."""
    if path.resolve() in above:
        raise ConfigError(f"{path.name}: extends itself, through {', '.join(each.name for each in above)}")
    values, places = yaml_source.read(path)
    for section, key in PATHS:
        stated = values.get(section)
        if isinstance(stated, dict) and isinstance(stated.get(key), str):
            stated[key] = os.path.normpath((path.parent / stated[key]).absolute())
    base = values.pop("extends", None)
    if base is None:
        return values, places
    if not isinstance(base, str):
        raise ConfigError(f"{places[('extends',)]}: extends: expected the name of a preset or a path, found {base!r}")
    below, below_places = _layers(_base(base, path, places[("extends",)]), (*above, path.resolve()))
    return merged(_with_methods(below), values), {**below_places, **places}


def _base(name: str, path: Path, place: Place) -> Path:
    if "/" in name or "\\" in name or Path(name).suffix:
        return path.parent / name
    found = presets()
    if name not in found:
        raise ConfigError(f"{place}: extends: no preset {name!r}; {did_you_mean(name, found)}")
    return found[name]


@cache
def presets() -> dict[str, Path]:
    """The shipped presets by name: inside the installed package, or beside it in a checkout."""
    here = Path(__file__).parent
    folder = next((each for each in (here / "presets", here.parent / "configs" / "presets") if each.is_dir()), here)
    return {each.stem: each for each in sorted(folder.glob("*.yaml"))}


def _with_methods(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Default methods named, so that settings stated above are for the method they were written for."""
    measures = stated.get("detection")
    if not isinstance(measures, Mapping):
        return dict(stated)
    first = {each.name: each.methods[0].__name__ for each in detection.MEASURES}
    named = {
        name: {"method": first[name], **value} if name in first and isinstance(value, Mapping) else value
        for name, value in measures.items()
    }
    return {**stated, "detection": named}


def _override_problems(overrides: Any, stated: Mapping[str, Any]) -> list[Problem]:
    if not isinstance(overrides, Sequence) or isinstance(overrides, str):
        return [(("overrides",), f"expected a list, found {overrides!r}")]
    base = _with_methods(stated)
    found: list[Problem] = []
    for index, each in enumerate(overrides):
        at = ("overrides", index)
        if not isinstance(each, Mapping) or not isinstance(each.get("where"), Mapping) or not each["where"]:
            found.append((at, "expected `where: {subject: ..., ...}` and the sections to change"))
            continue
        found += [((*at, "where", *path), text) for path, text in Fields(Where).check(each["where"]).problems]
        sections = {name: value for name, value in each.items() if name != "where"}
        allowed = _allowed(each["where"])
        found += [
            ((*at, name), f"no section {name!r} here; {did_you_mean(name, allowed, 'This `where` may change')}")
            for name in sections
            if name not in allowed
        ]
        known = {name: value for name, value in sections.items() if name in allowed}
        checked = tree().check(merged(base, known))
        found += [((*at, *path), text) for path, text in checked.problems]
    return found


def _allowed(where: Mapping[str, Any]) -> tuple[str, ...]:
    if "muscle" in where:
        return PER_MUSCLE
    return PER_SUBJECT if set(where) == {"subject"} else PER_RECORDING


def _override(stated: Mapping[str, Any], place: Place) -> Override:
    where = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in stated["where"].items()}
    return Override(where, {name: value for name, value in stated.items() if name != "where"}, str(place))


def _line(problem: Problem, places: Mapping[tuple[str | int, ...], Place], path: Path) -> str:
    at, text = problem
    place = next((places[at[:n]] for n in range(len(at), 0, -1) if at[:n] in places), path.name)
    names = at[:-1] if text.startswith(("no setting", "no section", "no method", f"{at[-1]!r} is missing")) else at
    where = ".".join(map(str, names))
    return f"{place}: {where}: {text}" if where else f"{place}: {text}"


def _relative(path: Path, beside: Path) -> str:
    try:
        return Path(os.path.relpath(path, beside)).as_posix()
    except ValueError:  # another drive on Windows has no relative path
        return path.as_posix()
