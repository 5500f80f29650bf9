"""Trials that are alike: of one state and with the same windows, so that they share their noise and their shape."""

import numpy as np


def alike(state: np.ndarray, *windows_ms: np.ndarray) -> list[np.ndarray]:
    """Indices of the trials of each group, groups in the order of their first trial.

    Parameters
    ----------
    state : (n_trials,)
        At rest or in contraction.
    *windows_ms : (n_trials, 2)
        Windows that the trials of a group have in common.
    """
    key = np.unique(state.astype(str), return_inverse=True)[1].ravel()
    for edges_ms in np.concatenate(windows_ms, -1).T:
        codes = np.unique(edges_ms, return_inverse=True)[1].ravel()
        key = np.unique(key * (len(key) + 1) + codes, return_inverse=True)[1].ravel()
    return [np.flatnonzero(key == each) for each in dict.fromkeys(key.tolist())]
