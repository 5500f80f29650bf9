"""Which channels are read, and which muscle and side each of them records."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..errors import ReadError, did_you_mean

SIDE_WORDS = {"L": "L", "R": "R", "left": "L", "right": "R"}
SIDE = re.compile(r"(?:^|(?<=[\s_\-.,;:()/]))(L|R|[Ll]eft|LEFT|[Rr]ight|RIGHT)(?=$|[\s_\-.,;:()/])")
SEPARATORS = " _-.,;:()/"


class Channel(NamedTuple):
    """A channel to read."""

    name: str
    muscle: str
    side: str
    unit: str
    """As the file writes it; "" where it does not say."""


def selected(
    units: Mapping[str, str],
    stated: Mapping[str, Mapping[Any, str]],
    known: Mapping[str, tuple[str, str]] | None = None,
) -> list[Channel]:
    """The channels to read, in the order of the file.

    Parameters
    ----------
    units : mapping of str to str
        Name of each channel of the file that can be read -> its unit.
    stated : mapping
        What the config says (`channels`); where it names any, these are read and no others.
    known : mapping, optional
        Name of a channel -> muscle and side, as the file says it.

    Raises
    ------
    ReadError
        Where a channel named is not in the file, or a channel has no muscle.
    """
    known = known or {}
    for name in [*stated, *known]:
        if name not in units and (name in stated or not stated):
            raise ReadError(f"there is no channel {name!r} in the file; {did_you_mean(name, units)}")
    if not (wanted := stated or known):
        raise ReadError(f"no channel has a muscle; {_how_to_map(list(units))}. There are: {', '.join(units) or 'none'}")
    channels = []
    for name, unit in units.items():
        if name in wanted:
            muscle, side = known.get(name, ("", ""))
            own = stated.get(name, {})
            channels.append(Channel(name, own.get("muscle") or muscle, own.get("side") or side, unit))
    if without := [each.name for each in channels if not each.muscle]:
        raise ReadError(f"channel {without[0]!r} has no muscle; {_how_to_map(without)}")
    return channels


def muscle_and_side(muscle: str, name: str = "", side: str = "") -> tuple[str, str]:
    """Muscle without its word for the side, and the side (L, R, or "" where unknown or contradictory).

    Parameters
    ----------
    muscle : str
        Such as "FDI", "right FDI", "FDI_R", "first dorsal interosseous (left)".
    name : str
        Name of the channel, which may say the side as well.
    side : str
        What a column `side` says.
    """
    sides = {SIDE_WORDS.get(word, SIDE_WORDS.get(word.lower(), "")) for word in SIDE.findall(f"{muscle} {name}")}
    bare = re.sub(r"\s{2,}", " ", SIDE.sub("", muscle)).strip(SEPARATORS) if SIDE.search(muscle) else muscle.strip()
    word = side.strip()
    own = SIDE_WORDS.get(word.upper(), SIDE_WORDS.get(word.lower(), ""))
    return bare or muscle.strip(), own or (sides.pop() if len(sides) == 1 else "")


def _how_to_map(names: Sequence[str]) -> str:
    name = names[0] if names else "EMG1"
    return f"say in the config which muscle it records: acquisition: {{channels: {{{name}: {{muscle: FDI, side: R}}}}}}"
