"""Where the variance of a signal steps up: the criteria of two published methods, on arrays."""

import numpy as np

FEWEST = 3
"""A variance is taken of at least so many samples."""


def step_ratio(power: np.ndarray) -> np.ndarray:
    """(n_trials, n_samples) log-likelihood ratio of a variance above 1 from each sample to the last (Staude 2001).

    Parameters
    ----------
    power : (n_trials, n_samples)
        Squared signal, whitened and of variance 1 before the step.
    """
    count = np.arange(power.shape[-1], 0, -1)
    variance = np.maximum(np.cumsum(power[:, ::-1], -1)[:, ::-1] / count, 1.0)
    return 0.5 * count * (variance - 1.0 - np.log(variance))


def two_variances(values: np.ndarray, known: np.ndarray | None = None) -> np.ndarray:
    """(n_trials, n_samples) AIC of one variance up to each sample and another behind it (Maeda 1985).

    Parameters
    ----------
    values : (n_trials, n_samples)
        The signal.
    known : (n_trials, n_samples), optional
        False where a sample does not count; all do by default.
    """
    known = np.ones(values.shape, bool) if known is None else known
    values = np.where(known, values, 0.0)
    count, total, power = (np.cumsum(each, -1) for each in (known.astype(float), values, np.square(values)))
    tiny = np.maximum(power[:, -1:] * 1e-12, np.finfo(float).tiny)
    after = count[:, -1:] - count
    first = _variance(count, total, power)
    second = _variance(after, total[:, -1:] - total, power[:, -1:] - power)
    cost = count * np.log(first + tiny) + (after - 1) * np.log(second + tiny)
    return np.where(known & (count >= FEWEST) & (after >= FEWEST), cost, np.inf)


def _variance(count: np.ndarray, total: np.ndarray, power: np.ndarray) -> np.ndarray:
    n = np.maximum(count, 1)
    return np.maximum(power / n - np.square(total / n), 0)
