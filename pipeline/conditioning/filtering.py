"""Filters applied forwards and backwards to many rows at once, as products of matrices.

A recursive filter takes a sample at a time; but what it makes of a block of samples is linear in that block and in the
state the filter enters it with, and so is the state it leaves it with. Blocks are therefore multiplied with one small
matrix, and the states handed on between blocks with another. The result is that of the recursion, but for rounding.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import scipy

BLOCK = 32
"""Samples in a block."""
N_AT_ONCE = 64
"""As many rows as stay in a processor's cache: given more at once, `both_ways` is slower."""


class Operators(NamedTuple):
    """What one pass makes of a block, and of what it enters the block with; rows are multiplied from the left."""

    within: np.ndarray
    """(BLOCK, BLOCK) samples -> samples."""
    leaving: np.ndarray
    """(BLOCK, n_states) samples -> state they leave."""
    entering: np.ndarray
    """(n_states, BLOCK) state -> samples."""
    handed: np.ndarray
    """(n_blocks, n_states, n_blocks, n_states) state that a block leaves -> state that a later one is entered with."""
    begun: np.ndarray
    """(n_blocks, n_states) state that each block is entered with where the signal before the first one was always 1."""


def both_ways(signal: np.ndarray, sections: np.ndarray, n_padding: int) -> np.ndarray:
    """A filter's second-order sections applied forwards, then backwards.

    The same as `scipy.signal.sosfiltfilt` with even padding, to rounding.

    Parameters
    ----------
    signal : array (n_rows, n_samples)
        float64.
    sections : array (n_sections, 6)
        Of the filter.
    n_padding : int
        How many samples of its mirror image continue the signal at each end.
    """
    own, end = slice(n_padding, n_padding + signal.shape[-1]), signal.shape[-1] + 2 * n_padding
    forwards, backwards = _operators(tuple(map(tuple, sections.tolist())), -(-end // BLOCK))
    padded = np.empty((len(signal), len(forwards.begun), BLOCK))
    samples = padded.reshape(len(signal), -1)
    samples[:, own] = signal
    samples[:, : own.start] = signal[:, n_padding:0:-1]
    samples[:, own.stop : end] = signal[:, -2 : -2 - n_padding : -1]
    samples[:, end:] = 0.0
    entered = _entered(padded, forwards, samples[:, 0])
    first, last = own.start // BLOCK, -(-own.stop // BLOCK)  # of the other blocks only the state they leave is needed
    once = _filtered(padded[:, first:], entered[:, first:], forwards)
    samples = once.reshape(len(signal), -1)
    samples[:, end - first * BLOCK :] = samples[:, end - first * BLOCK - 1, None]  # steady, as that pass begins
    entered = _entered(once, backwards, samples[:, -1])
    twice = _filtered(once[:, : last - first], entered[:, : last - first], backwards).reshape(len(signal), -1)
    return twice[:, own.start - first * BLOCK : own.stop - first * BLOCK]


def _entered(blocks: np.ndarray, by: Operators, constant: np.ndarray) -> np.ndarray:
    """(n_rows, n_blocks, n_states) states that blocks are entered with, the first one as if after a `constant`."""
    n_rows, n_blocks, _ = blocks.shape
    left = (blocks.reshape(-1, BLOCK) @ by.leaving).reshape(n_rows, -1)
    n_kept = left.shape[-1]
    handed = by.handed.reshape(by.begun.size, -1)[-n_kept:, -n_kept:]
    entered = left @ handed + constant[:, None] * by.begun.ravel()[-n_kept:]
    return entered.reshape(n_rows, n_blocks, -1)


def _filtered(blocks: np.ndarray, entered: np.ndarray, by: Operators) -> np.ndarray:
    """(n_rows, n_blocks, BLOCK) what a pass makes of blocks and the states they are entered with."""
    out = np.matmul(blocks, by.within)
    out += np.matmul(entered, by.entering)
    return out


@lru_cache(maxsize=8)
def _operators(sections: tuple[tuple[float, ...], ...], n_blocks: int) -> tuple[Operators, Operators]:
    """Of the forward pass and of the backward one, which runs through the same blocks from the last to the first."""
    sos = np.array(sections)
    n_states = 2 * len(sos)
    inputs = np.concatenate([np.eye(BLOCK), np.zeros((n_states, BLOCK))])
    states = np.zeros((len(sos), BLOCK + n_states, 2))
    states[np.repeat(np.arange(len(sos)), 2), BLOCK + np.arange(n_states), np.tile([0, 1], len(sos))] = 1.0
    samples, states = scipy.signal.sosfilt(sos, inputs, zi=states)
    states = np.moveaxis(states, 0, 1).reshape(-1, n_states)
    onwards = states[BLOCK:]
    handed, begun = np.zeros((n_blocks, n_states, n_blocks, n_states)), np.zeros((n_blocks, n_states))
    begun[0], power = scipy.signal.sosfilt_zi(sos).ravel(), np.eye(n_states)
    for ahead in range(1, n_blocks):
        begun[ahead] = begun[ahead - 1] @ onwards
        at = np.arange(n_blocks - ahead)
        handed[at, :, at + ahead] = power
        power = power @ onwards
    forwards = Operators(samples[:BLOCK], states[:BLOCK], samples[BLOCK:], handed, begun)
    within, leaving = samples[BLOCK - 1 :: -1, ::-1].copy(), states[BLOCK - 1 :: -1].copy()
    entering, steps = samples[BLOCK:, ::-1].copy(), handed[::-1, :, ::-1].copy()
    backwards = Operators(within, leaving, entering, steps, begun[::-1].copy())
    return forwards, backwards
