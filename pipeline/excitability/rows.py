"""Rows of trials, column by column: what metrics are asked for cell by cell, a table answers slowly."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


class Rows:
    """Rows of trials as arrays, each made once: metrics ask for few rows of few columns, but many times.

    Parameters
    ----------
    frame : DataFrame
        The rows.
    """

    def __init__(self, frame: "pd.DataFrame") -> None:
        self._frame = frame
        self._made: dict[tuple[Any, ...], np.ndarray] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._frame

    def __getitem__(self, name: str) -> np.ndarray:
        """(n_rows,) a column, of whatever kind it is."""
        return self._once(("column", name), lambda: self._frame[name].to_numpy())

    def numbers(self, name: str) -> np.ndarray:
        """(n_rows,) a column as numbers, NaN where one is missing and where there is no such column.

        `timepoint_code` is a number for each word of the column `timepoint`, and so for any other.
        """
        if name.endswith("_code") and name.removesuffix("_code") in self:
            return self.codes(name.removesuffix("_code")).astype(float)
        if name not in self:
            return self._once(("number", name), lambda: np.full(len(self._frame), np.nan))
        return self._once(("number", name), lambda: self._frame[name].to_numpy(float, na_value=np.nan))

    def codes(self, *names: str) -> np.ndarray:
        """(n_rows,) a number for each combination of these columns' values, -1 where one is missing."""
        return self._once(
            ("code", *names), lambda: self._frame.groupby(list(names), sort=False).ngroup().fillna(-1).to_numpy(int)
        )

    def among(self, name: str, values: tuple[str, ...]) -> np.ndarray:
        """(n_rows,) whether a column holds one of these values."""
        return self._once(("among", name, *values), lambda: self._frame[name].isin(values).to_numpy())

    def assign(self, **columns: np.ndarray) -> "Rows":
        """The same rows with further columns, (n_rows,) each."""
        return Rows(self._frame.assign(**columns))

    def _once(self, key: tuple[Any, ...], make: Callable[[], np.ndarray]) -> np.ndarray:
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]
