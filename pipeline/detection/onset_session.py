"""When an MEP begins, by all trials of a session: what one trial hides in its noise, the others show."""

from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Ge, Gt, Le, Lt

from .. import windows
from ..shape_library import Library
from .onset import Onset
from .onset_evidence import HALF_WIDTH as HALF_WIDTH_ALONE
from .onset_evidence import Seen, lead_of, seen
from .shapes import LARGE, n_steps, strided, whitened_rises
from .template import Steps, average, leave_one_out, matched
from .whitening import Group

HALF_WIDTH = 2.8
"""As that of an onset alone: trials of a session err together, so that the spread within it is not all."""

NEAR_MS, FAR_MS = 1.6, 6.0
"""Trials are moved so far while the template is made, and at last."""

ROUNDS = 2
FEWEST = 4
"""Trials that make a template."""

SURE_MS = 2.0
"""Onsets of trials that make the template are surer than this (standard deviation)."""

LATENCY_MS = 2.0
"""Scale of latencies about their median (Student's t, 2 degrees): so wide that it leaves a shift of 1 ms as it is."""

TWO_OPINIONS_MS = 0.3
"""What two onsets of a trial differ by anyhow."""

ASTRAY = 0.02
"""Chance that a trial's own onset is of no use."""

LEAST_SD_MS = 0.3
"""How well an onset by a template can be known: motor units do not fire alike twice."""

UNKNOWN_SD_MS = 0.4
"""The same where a session has too few clear trials to tell."""

MAD_TO_SD = 1.4826

CLEAR_MS = 0.4
"""Trials whose own onset is surer than this tell how far the template's is off."""

BEFORE_AVERAGE_MS, AROUND_MS, BEHIND_AVERAGE_MS = 24.0, 8.0, 25.0
"""The average begins so long before the onset, its first large deflection is looked for from so long before it, and it
ends so long behind it."""

AVERAGE_MISFIT = 0.3
"""`misfit` of the average."""

START_MS = 0.5
"""Trials are first aligned as if latencies spread so far: unsure ones nearly by the pulse, sure ones by their onset."""

LARGEST_MOVE_MS = 2.0
"""How far the average may move all onsets."""

OWN_SHARE = 0.5
"""How much of that move a trial's own onset takes part in."""


def evidence(
    groups: list[Group],
    onset_alone_ms: np.ndarray,
    onset_alone_low_ms: np.ndarray,
    library: Library,
    /,
    *,
    least_alike: Annotated[float, Gt(0), Lt(1)] = 0.6,
    absolute: Annotated[float, Ge(0), Le(1)] = 0.6,
) -> Onset:
    """Each trial's own onset by evidence, and where it matches the average of the others of its session.

    Own method, after the matched filters of Li and Goetz (2022). Trials are aligned at their own onsets
    (`evidence_alone`), then where they match the average of all others best. That average has far less noise: the foot
    of the response, where it begins, shows, and its own onset by the library moves all others. A trial that does not
    look like the others keeps its own onset. Where it does, both onsets are weighted by their variances, the
    template's being what it is off in this session's clear trials. There is no prior on latency but one too wide to
    matter (t, 2 ms about the median), so that a shift between two conditions stays.

    Parameters
    ----------
    least_alike : float
        Part of a trial's power, its noise taken off, that the others must explain.
    absolute : float
        Part of the way to the onset of the average that all onsets are moved.
    """
    onset, sd = onset_alone_ms.astype(float), (onset_alone_ms - onset_alone_low_ms) / HALF_WIDTH_ALONE
    for group in groups:
        some = np.isfinite(onset_alone_ms[group.trials])
        if some.sum() >= FEWEST:
            own = group.trials[some]
            at_ms, sd[own] = in_session(seen(group, some, library), onset[own], sd[own], least_alike, absolute)
            onset[own] = group.inside(at_ms)
    return Onset(onset, onset - HALF_WIDTH * sd, onset + HALF_WIDTH * sd)


class Aligned(NamedTuple):
    """Trials of a session against one another; positions in samples."""

    at: np.ndarray
    """(n_trials,) where each trial's onset is."""
    variance: np.ndarray
    """(n_trials,) of that, as far as noise goes."""
    fits: np.ndarray
    """(n_trials,) True where the trial looks like the others."""
    makes: np.ndarray
    """(n_trials,) True where the trial makes the template."""


def in_session(
    of: Seen, own_ms: np.ndarray, own_sd_ms: np.ndarray, least_alike: float, absolute: float
) -> tuple[np.ndarray, np.ndarray]:
    """(n_trials,) onsets and their standard deviations in ms, from each trial's own and from the session."""
    sample_ms, first_ms = of.signal.sample_ms, of.signal.times_ms[0]
    own, own_sd = (own_ms - first_ms) / sample_ms, own_sd_ms / sample_ms
    sure = own_sd_ms < SURE_MS
    if sure.sum() < FEWEST:
        return own_ms, own_sd_ms
    centre, prior = np.median(own[sure]), np.square(START_MS / sample_ms)
    first = centre + (own - centre) * prior / (prior + np.square(own_sd))
    start = Aligned(first, np.square(own_sd), np.ones(len(own), bool), sure)
    found = _aligned(of, own, own_sd, start, least_alike)
    move = absolute * _move_of_average(of, found)
    by_session = found.at + move
    own = own + np.where(found.fits, OWN_SHARE * move, 0.0)
    at, variance = _both(own, np.square(own_sd), by_session, found, sample_ms)
    at, sd = first_ms + sample_ms * at, sample_ms * np.sqrt(variance)
    return np.where(found.fits, at, own_ms), np.where(found.fits, sd, own_sd_ms)


def _aligned(of: Seen, own: np.ndarray, own_sd: np.ndarray, start: Aligned, least_alike: float) -> Aligned:
    """Trials moved to where they match the others, `NEAR_MS` at a time, at last within `FAR_MS` of their median."""
    now, sample_ms = start, of.signal.sample_ms
    anchor = 1.0 / (np.square(own_sd) + np.square(TWO_OPINIONS_MS / sample_ms))
    for last in (*[False] * (ROUNDS - 1), True):
        centre = np.median(now.at[now.makes])
        base = centre + (now.at - centre) % 1.0 if last else now.at
        templates = leave_one_out(of.signal.values, np.where(now.makes, now.at, np.nan), of.size, _steps(of))
        matches = matched(of.signal.values, base, templates, _steps(of), FAR_MS if last else NEAR_MS)
        score = matches.likelihood()
        if last:
            score += _expected(base[:, None] + matches.lags, centre, own[:, None], own_sd[:, None], sample_ms)
        chance = np.exp(score - score.max(-1, keepdims=True))
        chance /= chance.sum(-1, keepdims=True)
        lag = chance @ matches.lags
        variance = chance @ np.square(matches.lags) - np.square(lag) + _steps(of).lag ** 2 / 12.0
        fits = matches.alike(score.argmax(-1), least_alike)
        at = np.where(fits, base + lag, now.at)
        makes = start.makes & fits if (start.makes & fits).sum() >= FEWEST else start.makes
        apart = np.clip(own - at, -1.0 / sample_ms, 1.0 / sample_ms)[makes]
        at = at + np.where(fits, (anchor[makes] * apart).sum() / anchor[makes].sum(), 0.0)
        now = Aligned(at, variance, fits, makes)
    return now


def _expected(at: np.ndarray, centre: float, own: np.ndarray, own_sd: np.ndarray, sample_ms: float) -> np.ndarray:
    """(n_trials, n_lags) log of how likely positions are, by the others' median and by the trial's own onset."""
    latency = ((at - centre) * (sample_ms / LATENCY_MS)).astype(np.float32)
    sd_ms = np.sqrt(np.square(own_sd * sample_ms) + TWO_OPINIONS_MS**2)
    both = ((at - own) * (sample_ms / sd_ms)).astype(np.float32)
    likely = np.exp(-0.5 * np.square(both)) + np.float32(ASTRAY)
    return np.log(likely) - np.float32(1.5) * np.log1p(0.5 * np.square(latency))


def _move_of_average(of: Seen, found: Aligned) -> float:
    """How many samples behind the aligned onsets the average's own onset comes, by the library."""
    signal, steps = of.signal, _steps(of)
    before = steps.samples(BEFORE_AVERAGE_MS)
    span = -before, steps.samples(BEHIND_AVERAGE_MS)
    at = np.where(found.makes, found.at, np.nan)
    smooth = average(signal.smooth_uv / signal.scale_uv[:, None], at, of.size, *span)
    rectified = np.abs(smooth) * (np.arange(len(smooth)) >= before - steps.samples(AROUND_MS))
    large = np.array([(rectified >= LARGE[0] * rectified.max()).argmax()])
    back, on = n_steps(steps.stride * steps.sample_ms)
    rise = strided(average(signal.values, at, of.size, *span)[None], large, steps.stride, -back, on)
    rises = whitened_rises(of.library, windows.rate_hz(signal.times_ms), signal.colour, LARGE[0])
    lead_ms, _ = lead_of(np.sign(smooth[large]) * rise, rises, AVERAGE_MISFIT)
    limit = LARGEST_MOVE_MS / steps.sample_ms
    return float(np.clip(large[0] - before - lead_ms[0] / steps.sample_ms, -limit, limit))


def _both(
    own: np.ndarray, own_variance: np.ndarray, by_session: np.ndarray, found: Aligned, sample_ms: float
) -> tuple[np.ndarray, np.ndarray]:
    """(n_trials,) weighted mean of a trial's own onset and the session's, and its variance, in samples."""
    apart = own - by_session
    clear = found.makes & (own_variance < (CLEAR_MS / sample_ms) ** 2)
    off = (UNKNOWN_SD_MS / sample_ms) ** 2
    if clear.sum() > FEWEST:
        robust = np.square(MAD_TO_SD * np.median(np.abs(apart[clear])))
        off = max((LEAST_SD_MS / sample_ms) ** 2, robust - np.median((own_variance + found.variance)[clear]))
    variance = found.variance + off
    agree = np.square(apart) < 9.0 * (own_variance + variance)
    weight = np.where(agree, 1.0 / own_variance, 0.0)
    total = weight + 1.0 / variance
    return (weight * own + by_session / variance) / total, 1.0 / total


def _steps(of: Seen) -> Steps:
    return Steps(of.signal.sample_ms, of.signal.stride)
