"""Whether a trial holds a response: by its likeness to the others and its power, against the recording's own noise."""

from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt, Lt

from .. import windows
from .presence import InNoise, signal_to_noise
from .pseudo_trials import FEWEST as FEWEST_PSEUDO
from .pseudo_trials import posterior, tail
from .whitening import Group, drawn_together

LAG_MS = 3.0
"""A response may come so much earlier or later than the others."""

PIECE_MS = 20.0
"""Power is looked at in pieces so long: about the length of an MEP."""

LARGEST = 3.0
"""No trial counts for more than this many times the median one in the average."""

PSEUDO = 1024
"""Pseudo-trials taken at most: more tell no more."""

LEAST_POWER = 1e-6
"""Of a background that is flat but for a piece of it."""

FEWEST = 4
"""Trials that make an average."""


def matched_filter(
    groups: list[Group],
    peak_to_peak_uv: np.ndarray,
    background_rms_uv: np.ndarray,
    /,
    *,
    false_positive: Annotated[float, Gt(0), Lt(0.5)] = 0.003,
    least_ratio: Annotated[float, Ge(0)] = 8.0,
) -> InNoise:
    """A response where the trial is more like the others, or has more power, than pieces of its recording's background.

    Own method; a matched filter learnt from the session itself is that of Li and Goetz (2022). The signal is whitened;
    its response window is held against the average of all *other* trials, up to 3 ms earlier or later, and its power is
    taken in pieces of 20 ms. The same is done with pieces of the background as long as the response window
    (pseudo-trials): how often noise does as well is the trial's p, beyond the largest fifth of them by an exponential
    tail. Where that is at most `false_positive`, and the peak-to-peak amplitude at least `least_ratio` times the RMS of
    the background, there is a response: what an artefact leaves behind is alike in all trials too, but small. The
    probability asks for no amplitude: it is that of two groups of trials, responses and noise, whose parts are learnt
    from the recording (Efron 2004). Where the background is shorter than the response window and 6 ms more, or
    there are fewer than 20 pseudo-trials, a stated tail stands in for the recording's own, and there is no probability.

    Parameters
    ----------
    false_positive : float
        Part of trials without a response that may be taken for one.
    least_ratio : float
        Smallest ratio of peak-to-peak amplitude to the RMS of the background.
    """
    chance, probability = np.ones(len(peak_to_peak_uv)), np.full(len(peak_to_peak_uv), np.nan)
    for group in groups:
        there = group.trials[group.signal.values.any(-1)]
        chance[group.trials], known = _chance(group)
        if known:
            probability[there] = posterior(chance[there])
    ratio = signal_to_noise(peak_to_peak_uv, background_rms_uv)
    large = peak_to_peak_uv >= least_ratio * background_rms_uv
    return InNoise((chance <= false_positive) & large & (peak_to_peak_uv > 0), ratio, probability)


def _chance(group: Group) -> tuple[np.ndarray, bool]:
    """(n_trials,) how often noise alone does as well as each trial, and whether there is noise enough to tell."""
    signal = group.signal
    step_ms, reach = signal.step_ms, round(LAG_MS / signal.step_ms)
    first, stop = windows.span(signal.times_ms, group.window_ms + np.array([-LAG_MS, LAG_MS]))
    trials = signal.values[:, first : stop : signal.stride]
    n = trials.shape[1] - 2 * reach
    owner, noise = pseudo_trials(signal.before, n + 2 * reach)
    templates = _others(trials[:, reach : reach + n])
    scores = []
    for of, own in ((trials, np.arange(len(trials))), (noise, owner)):
        scores.append((_likeness(of, templates[own]), _power(of[:, reach : reach + n], step_ms)))
    single = [(tail(null, each), tail(null, null)) for each, null in zip(*scores, strict=True)]
    both, null = (np.maximum(*each) for each in zip(*single, strict=True))
    return np.exp(-tail(null, both)), len(noise) >= FEWEST_PSEUDO


def pseudo_trials(before: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Trial of each (n_pseudo,), and pieces of the background (n_pseudo, n) that do not overlap.

    The noise of a trial is known from its background, of a piece from the rest of it: so pieces vary as trials do.
    """
    before = before[there := before.any(-1)]
    per_trial = before.shape[1] // n
    if not per_trial:
        return np.zeros(0, np.intp), np.zeros((0, n), np.float32)
    pieces = before[:, before.shape[1] - per_trial * n :].reshape(-1, n)
    owner = np.repeat(np.flatnonzero(there), per_trial)
    kept = np.unique(np.linspace(0, len(pieces) - 1, min(len(pieces), PSEUDO)).round().astype(np.intp))
    owner, pieces = owner[kept], pieces[kept]
    whole = np.repeat(np.square(before).sum(-1), per_trial)[kept]
    own = (whole - np.square(pieces).sum(-1)) / max(before.shape[1] - n, 1)
    drawn = drawn_together(own, np.square(before).mean(-1))
    return owner, pieces / np.sqrt(np.maximum(drawn, LEAST_POWER))[:, None].astype(np.float32)


def _others(trials: np.ndarray) -> np.ndarray:
    """(n_trials, n) average of the other trials, of length 1; 0 where there are too few."""
    amplitude = np.sqrt(np.square(trials).sum(-1))
    there = amplitude > 0
    if there.sum() < FEWEST:
        return np.zeros_like(trials)
    limit = LARGEST * np.median(amplitude[there])
    own = trials * np.minimum(1.0, limit / np.where(there, amplitude, limit))[:, None]
    others = own.sum(0) - own
    return others / np.maximum(np.sqrt(np.square(others).sum(-1, keepdims=True)), np.finfo(np.float32).tiny)


def _likeness(pieces: np.ndarray, templates: np.ndarray) -> np.ndarray:
    """(n_pieces,) log-likelihood ratio of the template at its best lag."""
    moved = np.lib.stride_tricks.sliding_window_view(pieces, templates.shape[1], -1)
    best = np.einsum("pls,ps->pl", moved, templates).max(-1, initial=0.0)
    return 0.5 * np.square(best)


def _power(pieces: np.ndarray, step_ms: float) -> np.ndarray:
    """(n_pieces,) log-likelihood ratio of a variance above that of noise, in the best stretch of `PIECE_MS`."""
    n = min(round(PIECE_MS / step_ms), pieces.shape[1])
    so_far = np.pad(np.cumsum(np.square(pieces, dtype=float), -1), ((0, 0), (1, 0)))
    variance = np.maximum((so_far[:, n:] - so_far[:, :-n]).max(-1) / n, 1.0)
    return 0.5 * n * (variance - 1.0 - np.log(variance))
