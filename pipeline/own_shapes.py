"""A laboratory's own MEP shapes, from its results: what extends the library that onsets are found by."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from . import output, shape_library, store
from .detection.shapes import interpolated
from .errors import ConfigError
from .shape_library import FULL_SCALE, Library

if TYPE_CHECKING:
    import pandas as pd

    from .trials import Trials

TOGETHER = 12
"""Trials of like size that make one shape. Own choice, as all below."""
QUIET_MS = (-12.0, -3.0)
"""Where an average shows its noise, from the onset of its trials."""
MOST_NOISE = 0.005
"""RMS of that noise over the average's peak: 1 % of the peak, where a shape begins, is twice as much."""
HALF = 0.5
"""Part of its peak that an average reaches first where its onset is looked for from, backwards."""
ONSET_SHARE = 0.01
SHARE = 0.25
"""Part of the library that a laboratory's own shapes make up."""


class Own(NamedTuple):
    """Shapes from results."""

    shapes: np.ndarray
    """(n_shapes, n_samples) as the shipped library's: of peak-to-peak `FULL_SCALE`, 0 before their onset."""
    table: pd.DataFrame
    """A row a recording and muscle: trials with an onset, averages of them, and how many were clear enough."""


def of_results(folder: Path) -> Own:
    """Shapes from the conditioned epochs of results: averages of trials of like size, aligned at their onsets.

    Parameters
    ----------
    folder : Path
        Results of a study, their epochs kept.

    Raises
    ------
    ConfigError
        Where there are no results with epochs, or none of the averages is clear enough.
    ReadError
        Where a file cannot be read.
    """
    import pandas as pd

    files = sorted(folder.glob(output.results_file(Path(), "*").as_posix()))
    if not files:
        raise ConfigError(f"{folder}: no results in it; expected the output folder of `mep run`")
    found = [each for file in files for each in _of_subject(folder, file)]
    table = pd.DataFrame(
        [row for row, _ in found], columns=["recording", "muscle", "side", "trials", "averages", "clear"]
    )
    shapes = [shape for _, own in found for shape in own]
    if not shapes:
        raise ConfigError(
            f"{folder}: no average of {TOGETHER} trials is clear enough ({len(table)} recordings and muscles with "
            f"epochs, {int(table['averages'].sum())} averages); expected noise under {MOST_NOISE:.1%} of the peak"
        )
    return Own(np.array(shapes), table)


def extended(own: np.ndarray, share: float = SHARE) -> Library:
    """The shipped library and shapes `own` (n_shapes, n_samples), each as often as makes them this share of all."""
    base = shape_library.shipped()
    n_own = round(share / (1.0 - share) * len(base.shapes))
    repeated = own[np.arange(max(n_own, len(own))) % len(own)]
    return Library(np.concatenate([base.shapes, repeated]), base.rate_hz, base.before)


def averages(trials: Trials, channel: int, rows: pd.DataFrame) -> np.ndarray:
    """(n_averages, n_samples) of trials of like size, aligned at their onsets, at the library's rate.

    Parameters
    ----------
    trials : Trials
        Conditioned epochs.
    channel : int
        The muscle's.
    rows : DataFrame
        Rows of the trials to take: trial, onset_ms, peak_to_peak_uv.
    """
    base = shape_library.shipped()
    rows = rows.sort_values("peak_to_peak_uv")
    rows = rows.iloc[len(rows) % TOGETHER :]  # the smallest are left over
    since_ms = (np.arange(base.shapes.shape[1] + _n_quiet(base)) - base.before - _n_quiet(base)) * 1000.0 / base.rate_hz
    at_ms = rows["onset_ms"].to_numpy(float)[:, None] + since_ms
    signal = trials.emg_uv[rows["trial"].to_numpy(np.intp), channel]
    aligned = interpolated(np.nan_to_num(signal), (at_ms - trials.times_ms[0]) * trials.rate_hz / 1000.0)
    scaled = aligned / rows["peak_to_peak_uv"].to_numpy(float)[:, None]
    return scaled.reshape(-1, TOGETHER, len(since_ms)).mean(1)


def from_onset(waves: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Averages from their own onset on, and which of them are clear enough.

    Returns
    -------
    shapes : (n_averages, n_samples)
        As the shipped library's.
    clear : (n_averages,)
    """
    base = shape_library.shipped()
    n, start = base.shapes.shape[1], base.before + _n_quiet(base)
    size = np.abs(waves)
    peak = size[:, start:].max(-1, keepdims=True)
    first, last = (start + np.round(np.array(QUIET_MS) * base.rate_hz / 1000.0)).astype(int)
    quiet = waves[:, first:last]
    clear = np.sqrt(np.square(quiet - quiet.mean(-1, keepdims=True)).mean(-1)) <= MOST_NOISE * peak[:, 0]
    sample = np.arange(waves.shape[1])
    large = (size >= HALF * peak) & (sample >= last)
    below = (size <= ONSET_SHARE * peak) & (sample < large.argmax(-1)[:, None])
    onset = waves.shape[1] - below[:, ::-1].argmax(-1)
    index = onset[:, None] + np.arange(n) - base.before
    shapes = np.take_along_axis(waves, np.minimum(index, waves.shape[1] - 1), -1)
    shapes = np.where((index >= onset[:, None]) & (index < waves.shape[1]), shapes, 0.0)
    return FULL_SCALE * shapes / np.maximum(np.ptp(shapes, axis=-1, keepdims=True), 1e-12), clear & below.any(-1)


def _of_subject(folder: Path, file: Path) -> Iterator[tuple[tuple[object, ...], np.ndarray]]:
    """What is said of each recording and muscle of a subject, and its shapes."""
    tables = store.read_results(file)
    rows = tables["trials"]
    subject = file.parent.name.removeprefix("sub-")
    for recording, session in tables["recordings"][["recording", "session"]].itertuples(index=False):
        path = output.epochs_file(folder, {"subject": subject, "session": session}, recording)
        if not path.is_file():
            continue
        trials = store.read_epochs(path)
        for channel, (muscle, side) in enumerate(zip(trials.muscles, trials.sides, strict=True)):
            own = rows[(rows["recording"] == recording) & (rows["muscle"] == muscle) & (rows["side"] == side)]
            own = own[~own["excluded"].astype(bool) & own["onset_ms"].notna()]
            shapes, clear = from_onset(averages(trials, channel, own))
            yield (recording, muscle, side, len(own), len(clear), int(clear.sum())), shapes[clear]


def _n_quiet(base: Library) -> int:
    """Samples of an average before those of the library."""
    return round(-2.0 * QUIET_MS[0] * base.rate_hz / 1000.0)
