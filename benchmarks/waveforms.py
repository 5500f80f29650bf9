"""MEPs and EMG noise of known truth, made apart from the package, so that it is not judged by what it was built on.

Three families of MEPs, all sums of motor-unit potentials in continuous time (no sample grid in their truth):

- `gaussian`: potentials are mixed first and second derivatives of a Gaussian; a normal dispersion of arrival
  times, I-waves 1.5 ms apart.
- `fibre`: potentials are differences of single-fibre currents z³·exp(−z) (Rosenfalck 1969) of two phases, with a hard
  beginning; a gamma dispersion of arrival times, each unit with its own width.
- `tripole`: three charges that leave the end plate one after another and run along the fibre to its tendon, seen by two
  electrodes over it at some depth (after the tripole model of Rosenfalck 1969). It was written when the methods were
  finished, and nothing has been chosen on it.

A person has one set of units, from sharp to smooth, and one colour of noise. From trial to trial the units' sizes and
arrivals vary, and larger responses recruit more of them.
"""

from typing import NamedTuple

import numpy as np
import scipy

FAMILIES = ("gaussian", "fibre", "tripole")
BODY = {"hand": (20.0, 1.3), "leg": (31.0, 2.0)}
"""Mean and SD between persons of the onset, in ms."""
UNIT_LOG_SD = 0.3
ARRIVAL_SD_MS = 0.15
LEAST_RECRUITED = 0.35
FINE_MS = np.arange(0, 60, 0.04)


class Person(NamedTuple):
    """The motor units of one muscle, (n_units,) each, smallest first, and the form of their potentials."""

    family: str
    arrival_ms: np.ndarray
    width_ms: np.ndarray
    size: np.ndarray
    form: tuple[float, float]
    """gaussian: how much is biphasic, 0; fibre: distance and size of the second phase; tripole: place of the first
    electrode and length of the tripole, in depths."""
    sign: float


def person(rng, family):
    """One person, anywhere between sharp and smooth."""
    smooth = rng.uniform(0, 1)
    made = {"gaussian": _gaussian_person, "fibre": _fibre_person, "tripole": _tripole_person}[family]
    return made(rng, smooth, rng.choice([-1.0, 1.0]))


def _gaussian_person(rng, smooth, sign):
    n = rng.integers(30, 120)
    width = rng.uniform(0.45, 0.9) + 0.6 * smooth
    waves = rng.choice(4, n, p=(0.45, 0.25, 0.2, 0.1)) * 1.5 * rng.uniform(0.9, 1.1)
    spread = 0.3 + 1.0 * smooth * rng.uniform(0.5, 1)
    at = 8 + waves * (0.3 + 0.7 * smooth) + spread * rng.uniform(-1, 1, (4, n)).sum(0)
    size = np.sort(rng.exponential(1, n))
    return Person("gaussian", at, width * rng.uniform(0.8, 1.25, n), size, (rng.uniform(0, 1), 0.0), sign)


def _fibre_person(rng, smooth, sign):
    n = rng.integers(20, 200)
    scale = rng.uniform(0.3, 0.6) * (1 + 1.2 * smooth)
    at = 4 + rng.gamma(3.0, 0.15 + 1.1 * smooth * rng.uniform(0.5, 1), n)
    size = np.sort(rng.lognormal(0, 0.7, n))
    form = (rng.uniform(1.0, 3.0), rng.uniform(0.2, 0.9))
    return Person("fibre", at, scale * rng.lognormal(0, 0.2, n), size, form, sign)


def _tripole_person(rng, smooth, sign):
    n = rng.integers(30, 150)
    depth_mm, speed_mm_ms = rng.uniform(4, 8) + 6 * smooth, rng.normal(4, 0.4, n).clip(3, 5)
    at = 6 + rng.gamma(2.0, 0.3 + 1.2 * smooth * rng.uniform(0.3, 1), n)
    depth = depth_mm * rng.lognormal(0, 0.25, n)
    form = (rng.uniform(0.3, 1.5), rng.uniform(0.5, 1.5))
    return Person("tripole", at, depth / speed_mm_ms, np.sort(rng.lognormal(0, 0.6, n)), form, sign)


ELECTRODES, TENDON = 2.0, 8.0
"""Distance of the two electrodes, and of the tendon from the end plate, in depths."""
CHARGES = ((0.0, 1.0), (0.35, -1.6), (1.0, 0.6))
"""Place behind the first charge, as a part of the tripole, and size."""


def _tripole(z, electrode, length):
    """Potential between two electrodes; charges that have not left the end plate, or have arrived, add up to none."""
    seen = 0.0
    for behind, charge in CHARGES:
        place = np.clip(z - behind * length, 0.0, TENDON)
        near, far = np.hypot(place - electrode, 1.0), np.hypot(place - electrode - ELECTRODES, 1.0)
        seen = seen + charge * (1.0 / near - 1.0 / far)
    return seen


def _potentials(who, z):
    """The units' potentials at times z in units of their width."""
    if who.family == "gaussian":
        return (-who.form[0] * z + (1 - who.form[0]) * (1 - z**2)) * np.exp(-(z**2) / 2)
    if who.family == "tripole":
        return _tripole(z, *who.form)
    return _current(z) - who.form[1] * _current(z - who.form[0])


def _current(z):
    z = np.maximum(z, 0)
    return z**2 * (3 - z) * np.exp(-z)


def meps(rng, who, strength, onset_ms, times_ms):
    """MEPs of a person.

    Parameters
    ----------
    strength : array (n_trials,)
        0 to 1: how many of the units are recruited.
    onset_ms : array (n_trials,)
        Where each MEP, in continuous time, first exceeds 1 % of its peak.

    Returns
    -------
    meps : array (n_trials, n_samples)
        Of peak-to-peak 1.
    truth_ms : array (n_trials,)
        The first sample beyond 1 % of the peak.
    """
    out = np.zeros((len(onset_ms), len(times_ms)))
    n_units = len(who.size)
    for row, part, onset in zip(out, strength, onset_ms, strict=True):
        n = max(8, round(n_units * (LEAST_RECRUITED + (1 - LEAST_RECRUITED) * part)))
        size = who.size[:n] * rng.lognormal(0, UNIT_LOG_SD, n)
        at = who.arrival_ms[:n] + rng.normal(0, ARRIVAL_SD_MS, n)
        shape = who.sign * size @ _potentials(who, (FINE_MS - at[:, None]) / who.width_ms[:n, None])
        start = FINE_MS[np.argmax(np.abs(shape) > 0.01 * np.abs(shape).max())]
        row[:] = np.interp(times_ms - onset + start, FINE_MS, shape, 0, 0)
    over = np.abs(out) > 0.01 * np.abs(out).max(-1, keepdims=True)
    return out / np.ptp(out, axis=1, keepdims=True), times_ms[over.argmax(-1)]


def rest_noise(rng, n_trials, n_samples, rate_hz):
    """(n_trials, n_samples) noise of RMS 1 and one colour: EMG-shaped, amplifier and slow noise in random parts."""
    f = np.fft.rfftfreq(n_samples, 1 / rate_hz)
    low, high, top = rng.uniform(30, 80), rng.uniform(80, 200), rng.uniform(700, 1500)
    emg = high**4 * f**2 / ((f**2 + low**2) * (f**2 + high**2) ** 2)
    white = 1 / (1 + (f / top) ** 4)
    slow = 1 / np.maximum(f, 2.0)
    parts = rng.dirichlet((3, 2, 1))
    power = sum(part * each / each.sum() for part, each in zip(parts, (emg, white, slow), strict=True))
    spectrum = rng.normal(size=(n_trials, len(f))) + 1j * rng.normal(size=(n_trials, len(f)))
    return unit_rms(high_passed(np.fft.irfft(spectrum * np.sqrt(power), n_samples), rate_hz))


def unit_trains(rng, n_trials, n_samples, rate_hz):
    """(n_trials, n_samples) interference pattern of RMS 1: 15-60 motor units that fire at 8-20 Hz, and some noise."""
    lag = np.arange(-6, 6, 1000 / rate_hz)
    out = np.zeros((n_trials, n_samples))
    trial = np.arange(n_trials)[:, None]
    for _ in range(rng.integers(15, 60)):
        mean = rate_hz / rng.uniform(8, 20)
        steps = rng.normal(mean, 0.2 * mean, (n_trials, int(n_samples / mean * 2) + 4))
        at = np.cumsum(steps, -1) - rng.uniform(0, 3, (n_trials, 1)) * mean
        inside = (at >= 0) & (at < n_samples)
        train = np.zeros((n_trials, n_samples))
        np.add.at(train, (np.broadcast_to(trial, at.shape)[inside], at[inside].astype(int)), 1.0)
        z, mix = lag / rng.uniform(0.6, 1.8), rng.uniform(0, 1)
        unit = (-mix * z + (1 - mix) * (1 - z**2)) * np.exp(-(z**2) / 2)
        out += rng.exponential(1) * scipy.signal.oaconvolve(train, unit[None], "same", axes=-1)
    return unit_rms(out) + 0.05 * rest_noise(rng, n_trials, n_samples, rate_hz)


def unit_rms(x):
    """The signal about its mean, scaled to RMS 1."""
    x = x - x.mean(-1, keepdims=True)
    return x / x.std(-1, keepdims=True)


def high_passed(x, rate_hz):
    """Noise in the band that is measured, from 10 Hz."""
    sos = scipy.signal.butter(2, 10, "high", fs=rate_hz, output="sos")
    return scipy.signal.sosfiltfilt(sos, x)


class Silent(NamedTuple):
    """Noise of a contraction with a silent period in it."""

    noise: np.ndarray
    """(n_trials, n_samples)"""
    return_ms: np.ndarray
    """(n_trials,) when all units are back at once."""


def silenced(rng, noise, onset_ms, times_ms):
    """Noise that falls to a twentieth 12 ms after each onset and is back at once 60-160 ms after it; NaN: nothing."""
    since = times_ms - onset_ms[:, None]
    length = rng.uniform(60, 160, len(onset_ms))
    noise = np.where((since > 12) & (since < length[:, None]), 0.05 * noise, noise)
    return Silent(noise, onset_ms + length)
