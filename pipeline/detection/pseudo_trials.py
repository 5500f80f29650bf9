"""How rare a score is among those of noise, and how likely that makes a response."""

import numpy as np
import scipy

UPPER = 0.2
"""The largest part of the noise's scores, which their tail is fitted to."""

FEWEST = 20
"""Scores of noise that tell of their tail."""

STATED = (2.0, 1.5)
"""Level that a fifth of the scores exceed, and mean excess over it: of log-likelihood ratios, where noise is short."""

LARGEST_Z = 8.0
ROUNDS = 30
BEFOREHAND = 1.0
"""Trials of either kind taken to have been seen before: a recording of one kind alone does not forget the other."""

USUAL_Z = (4.0, 2.0)
"""Mean and SD of the scores of responses to begin with."""


def tail(noise: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """(n,) minus the logarithm of how often noise scores as much: empirical, and exponential in the upper fifth.

    Parameters
    ----------
    noise : (n_noise,)
        Scores of noise alone.
    scores : (n,)
        Scores to be judged.
    """
    if len(noise) < FEWEST:
        level, excess = STATED
        ordered = np.zeros(1)
    else:
        ordered = np.sort(noise)
        level = float(np.quantile(ordered, 1.0 - UPPER))
        excess = float((ordered[ordered > level] - level).mean()) if (ordered > level).any() else 0.0
    beyond = (scores - level) / max(excess, np.finfo(float).tiny ** 0.25)
    above = len(ordered) - np.searchsorted(ordered, scores, "left")
    within = -np.log(np.clip((above + 0.5) / (len(ordered) + 1.0), UPPER, 1.0))
    return np.where(beyond > 0, -np.log(UPPER) + beyond, within)


def posterior(chance: np.ndarray) -> np.ndarray:
    """(n,) probability of a response, from how often noise does as well (n,).

    Two groups of z-scores (Efron 2004): noise, standard normal, and responses, normal with mean and SD of their own,
    found by expectation and maximisation. Chances above one half are all the same, so that a trial quieter than noise
    is no response; so the probability never falls as the chance gets smaller.
    """
    z = np.clip(-scipy.special.ndtri(np.clip(chance, 1e-300, 0.5)), 0.0, LARGEST_Z)
    part, (mean, sd) = 0.5, USUAL_Z
    for _ in range(ROUNDS):
        odds = np.log(part / (1.0 - part)) - np.log(sd) - 0.5 * np.square((z - mean) / sd) + 0.5 * np.square(z)
        probability: np.ndarray = scipy.special.expit(odds)
        total = probability.sum()
        part = (total + BEFOREHAND) / (len(z) + 2.0 * BEFOREHAND)
        mean = max((probability @ z + BEFOREHAND * USUAL_Z[0]) / (total + BEFOREHAND), 1.5)
        spread = probability @ np.square(z - mean) + BEFOREHAND * USUAL_Z[1] ** 2
        sd = max(float(np.sqrt(spread / (total + BEFOREHAND))), 1.0)
    return probability
