"""Which rows of a metrics table are held against which others."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

STIMULUS = re.compile(r"_(cs|ts)?[\d.]+(mso|ma|rmt)?(?=_|$)")
"""The intensities in a condition."""


def matched(one: "pd.DataFrame", other: "pd.DataFrame", same: list[str]) -> "pd.DataFrame":
    """Metrics of both side by side: of the same pulse, else of the only pulses of their kind."""
    import pandas as pd

    numbered = [
        each.add_suffix(f"_{n}").assign(**{name: each[name] for name in same}) for n, each in ((1, one), (2, other))
    ]
    exact = numbered[0].merge(numbered[1], left_on=[*same, "condition_1"], right_on=[*same, "condition_2"])
    left = [
        each[~each.index.isin(each.reset_index().merge(exact, on=[*same, f"condition_{n}"])["index"])]
        for n, each in enumerate(numbered, 1)
    ]
    alone = [each[~each.duplicated([*same, f"kind_{n}"], keep=False)] for n, each in enumerate(left, 1)]
    loose = alone[0].merge(alone[1], left_on=[*same, "kind_1"], right_on=[*same, "kind_2"])
    return pd.concat([exact, loose], ignore_index=True)


def kinds(conditions: "pd.Series") -> "pd.Series":
    """Conditions without their intensities."""
    return conditions.map({text: STIMULUS.sub("", text) for text in set(conditions)})


def named(wanted: tuple[str, ...], there: list[str]) -> str | None:
    """The first of these names that is there, whatever its case."""
    return next((each for name in wanted for each in there if each.lower() == name.lower()), None)
