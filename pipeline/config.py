"""A study's config: YAML in, complete and checked settings out, every error at once with its place.

A config may extend a shipped preset by name or another file by path: mappings merge, lists replace, and a changed
`method` replaces that measure's whole mapping. A relative path is relative to the file that states it. Overrides
apply to the recordings (and muscles) they name, and to nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from . import layers, yaml_source
from .errors import ConfigError, did_you_mean
from .faults import Problem, located, shown
from .layers import Override, laid, merged, with_methods
from .sections import PER_MUSCLE, PER_SUBJECT, tree
from .yaml_source import Place

PATHS = (("study", "input"), ("study", "output"), ("study", "shapes"), ("study", "norms"))
"""Keys that hold a path, relative to the file that states it."""


@dataclass(frozen=True)
class Config:
    """A checked config."""

    file: Path
    input: Path
    output: Path
    settings: Mapping[str, Any]
    overrides: tuple[Override, ...]

    @property
    def shapes(self) -> Path | None:
        """The study's own library of MEP shapes, None for the shipped one."""
        stated = self.settings["study"]["shapes"]
        return Path(stated) if stated else None

    @property
    def norms(self) -> Path | None:
        """The study's own table of norms, None where there are only the shipped ones."""
        stated = self.settings["study"]["norms"]
        return Path(stated) if stated else None

    def section(self, name: str, labels: Mapping[str, str]) -> Any:
        """One section, complete, as it holds for what `labels` name (subject, session, task, run, muscle).

        Raises
        ------
        ConfigError
            Where overrides that are right by themselves do not fit together.
        """
        settings = {name: self.settings[name]}
        for each in self.overrides:
            if name in each.stated and each.applies(labels):
                settings, problems = laid(settings, {name: each.stated[name]})
                if problems:
                    whom = ", ".join(f"{label} {value}" for label, value in labels.items() if value)
                    after = f"(for {whom}, after the overrides above this one)"
                    raise ConfigError("\n".join(f"{each.place}: {located(at, text)} {after}" for at, text in problems))
        return settings[name]

    def check(self, recordings: Iterable[Mapping[str, str]]) -> None:
        """That overrides fit together for recordings with these labels; `ConfigError` with all that do not."""
        muscles = {muscle: None for each in self.overrides for muscle in each.where.get("muscle", ())}
        said: dict[str, None] = {}
        for labels in recordings if self.overrides else ():
            for muscle in ("", *muscles):
                for name in PER_MUSCLE if muscle else PER_SUBJECT:
                    try:
                        self.section(name, {**labels, "muscle": muscle} if muscle else labels)
                    except ConfigError as error:
                        said[str(error)] = None
        if said:
            raise ConfigError("\n".join(said))

    def resolved(self, beside: Path) -> dict[str, Any]:
        """The whole config without presets, its paths relative to the folder `beside`: feed it back to reproduce."""
        study = {
            **self.settings["study"],
            "input": _relative(self.input, beside),
            "output": _relative(self.output, beside),
            "shapes": _relative(self.shapes, beside) if self.shapes else None,
            "norms": _relative(self.norms, beside) if self.norms else None,
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
    return _checked(path, *_layers(path, ()), output)


def varied(path: Path, over: Mapping[str, Any], named: Path) -> Config:
    """A config with further settings on top, which a file called `named` states; errors as of `load`."""
    stated, places = _layers(path, ())
    own = {at: place for at, place in places.items() if at[0] == "overrides"}  # what else is wrong is in `named`
    return _checked(named, merged(with_methods(stated), over), own, None)


def _checked(
    path: Path,
    stated: dict[str, Any],
    places: Mapping[tuple[str | int, ...], Place],
    output: Path | str | None,
) -> Config:
    listed = stated.pop("overrides", None)
    if output is not None and isinstance(stated.get("study"), Mapping):
        stated["study"] = {**stated["study"], "output": os.path.normpath(Path(output).absolute())}
    checked = tree().check(stated)
    overrides, wrong = layers.overrides([] if listed is None else listed, checked.value, places)
    if problems := [*checked.problems, *wrong]:
        raise ConfigError("\n".join(_line(problem, places, path) for problem in problems))
    study = checked.value["study"]
    return Config(
        file=path,
        input=Path(study["input"]),
        output=Path(study["output"]),
        settings=checked.value,
        overrides=overrides,
    )


def _layers(path: Path, above: tuple[Path, ...]) -> tuple[dict[str, Any], dict[tuple[str | int, ...], Place]]:
    """What a file and all that it extends state, and where."""
    values, places = yaml_source.read(path)
    for section, key in PATHS:
        stated = values.get(section)
        if isinstance(stated, dict) and isinstance(stated.get(key), str):
            stated[key] = os.path.normpath((path.parent / stated[key]).absolute())
    base = values.pop("extends", None)
    if base is None:
        return values, places
    if not isinstance(base, str):
        raise ConfigError(f"{places[('extends',)]}: extends: expected a preset or a path, but it is {shown(base)}")
    above = (*above, path.resolve())
    below, below_places = _layers(_base(base, above, places[("extends",)]), above)
    return merged(with_methods(below), values), {**below_places, **places}


def _base(name: str, above: tuple[Path, ...], place: Place) -> Path:
    if "/" in name or "\\" in name or Path(name).suffix:
        path = above[-1].parent / name.replace("\\", "/")
        if not path.is_file():
            raise ConfigError(f"{place}: extends: there is no file {path.name} in {path.parent.resolve()}")
        if path.resolve() in above:
            raise ConfigError(f"{place}: extends: {path.name} extends itself: {' -> '.join(p.name for p in above)}")
        return path
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


def _line(problem: Problem, places: Mapping[tuple[str | int, ...], Place], path: Path) -> str:
    at, text = problem
    place = next((places[at[:n]] for n in range(len(at), 0, -1) if at[:n] in places), path.name)
    return f"{place}: {located(at, text)}"


def _relative(path: Path, beside: Path) -> str:
    try:
        return Path(os.path.relpath(path, beside)).as_posix()
    except ValueError:  # another drive on Windows has no relative path
        return path.as_posix()
