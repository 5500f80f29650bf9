"""Synthetic sessions that mislead: mixed conditions, a shift between timepoints, a long artefact.

All are of the family `motor_unit_sum` of `pipeline.synthetic`.
"""

import dataclasses

import numpy as np
import scipy
from synthetic_sessions import Group, count, kinds, log_uniform, parameters_of, person, recorded, sizes_uv

from pipeline.synthetic.parameters import generator
from pipeline.trials import Trials

CONDITIONED_SNR = (8.0, 60.0)
LATER_MS = (0.3, 1.0)
SHIFT_MS = 1.0
ARTEFACT_UV = (500.0, 5000.0)
CLIPPED_AT = 0.5


def mixed(name, seed, n_sessions, n_trials):
    """Half test trials, half conditioned ones: smaller, 0.3-1 ms later, other units in front, more dispersed."""
    for kind in kinds(name, n_sessions):
        rng = generator(seed, kind.name)
        parameters = parameters_of(rng, kind.state)
        who, noise_uv = person(rng, kind, parameters)
        n = count(rng, n_trials) // 2
        other = _later(who, rng.uniform(*LATER_MS))
        units = who.units._replace(delay_ms=1.4 * who.units.delay_ms, size=rng.permutation(who.units.size))
        other = dataclasses.replace(other, units=units)
        groups = [
            Group(who, sizes_uv(rng, noise_uv, n), "test"),
            Group(other, sizes_uv(rng, noise_uv, n, snr=CONDITIONED_SNR), "conditioned"),
        ]
        yield recorded(rng, kind, groups, parameters)


def shift(name, seed, n_sessions, n_trials):
    """Trials of two timepoints, the second `SHIFT_MS` later: `timepoint` of the pulses, `group` of the truth."""
    for kind in kinds(name, n_sessions):
        rng = generator(seed, kind.name)
        parameters = parameters_of(rng, kind.state)
        who, noise_uv = person(rng, kind, parameters)
        n = count(rng, n_trials) // 2
        groups = [
            Group(each, sizes_uv(rng, noise_uv, n), label)
            for each, label in ((who, "pre"), (_later(who, SHIFT_MS), "post"))
        ]
        made = recorded(rng, kind, groups, parameters)
        pulses = made.trials.pulses.assign(timepoint=made.truth["group"].to_numpy())
        yield made._replace(trials=made.trials.replace(pulses=pulses))


def artefact(name, seed, n_sessions, n_trials):
    """An artefact that decays with 2-10 ms, and hum of 10-40 µV; every other one not exponential, every third clipped.

    The exponential one is the simulator's. The other is the sum of two decays behind a first-order 10 Hz high-pass,
    which undershoots. Clipping is at half its size.
    """
    for k, kind in enumerate(kinds(name, n_sessions)):
        rng = generator(seed, kind.name)
        decay_ms, hum_uv = rng.uniform(2, 10), rng.uniform(10, 40)
        size_uv = float(log_uniform(rng, ARTEFACT_UV))
        own = k % 2 == 1
        size = (0.0, 0.0) if own else (size_uv, size_uv)
        changed = {"artefact_uv": size, "artefact_decay_ms": (decay_ms, decay_ms), "mains_uv": hum_uv}
        parameters = parameters_of(rng, kind.state, **changed)
        who, noise_uv = person(rng, kind, parameters)
        made = recorded(rng, kind, [Group(who, sizes_uv(rng, noise_uv, count(rng, n_trials)))], parameters)
        emg_uv = made.trials.emg_uv.astype(float)
        if own:
            emg_uv = emg_uv + _two_decays(rng, made.trials, size_uv, decay_ms)
        if k % 3 == 2:
            emg_uv = np.clip(emg_uv, -CLIPPED_AT * size_uv, CLIPPED_AT * size_uv)
        label = f"{kind.name}, {decay_ms:.0f} ms {'undershooting' if own else 'exponential'}"
        yield made._replace(name=label, trials=made.trials.replace(emg_uv=emg_uv.astype(np.float32)))


def _later(who, by_ms):
    """The same muscle with later responses."""
    latencies = {name: getattr(who, name) + by_ms for name in ("latency_rest_ms", "latency_active_ms")}
    return dataclasses.replace(who, **latencies)


def _two_decays(rng, trials: Trials, size_uv, decay_ms):
    """(n_trials, 1, n_samples) artefact of a fast and a slow decay behind a high-pass."""
    after_ms = np.maximum(trials.times_ms, 0)
    share = rng.uniform(0.05, 0.2)
    shape = (1 - share) * np.exp(-after_ms / (0.15 * decay_ms)) + share * np.exp(-after_ms / decay_ms)
    sos = scipy.signal.butter(1, 10, "highpass", fs=trials.rate_hz, output="sos")
    heard = scipy.signal.sosfilt(sos, shape * (trials.times_ms >= 0))
    return rng.choice((-1, 1)) * size_uv * rng.lognormal(0, 0.05, (trials.n_trials, 1, 1)) * heard
