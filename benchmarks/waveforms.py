"""MEPs and EMG noise of known truth, made apart from the package, so that it is not judged by what it was built on.

Two families of MEPs, both sums of motor-unit potentials in continuous time (no sample grid in their truth):

- `gaussian`: potentials are mixed first and second derivatives of a Gaussian; a normal dispersion of arrival
  times, I-waves 1.5 ms apart.
- `fibre`: potentials are differences of single-fibre currents z³·exp(−z) (Rosenfalck 1969) of two phases, with a hard
  beginning; a gamma dispersion of arrival times, each unit with its own width.
"""

import numpy as np
import scipy

FAMILIES = ("gaussian", "fibre")
BODY = {"hand": (20.0, 1.3, (15.0, 50.0)), "leg": (31.0, 2.0, (22.0, 65.0))}
"""Mean and SD of the onset, and the response window, in ms."""


def gaussian(rng, lag_ms, smooth):
    """(n_lags,) one MEP on times from an arbitrary zero."""
    n = rng.integers(30, 120)
    width = rng.uniform(0.45, 0.9) + 0.6 * smooth
    waves = rng.choice(4, n, p=(0.45, 0.25, 0.2, 0.1)) * 1.5 * rng.uniform(0.9, 1.1)
    at = (
        8
        + waves * (0.3 + 0.7 * smooth)
        + (0.3 + 1.0 * smooth * rng.uniform(0.5, 1)) * rng.uniform(-1, 1, (4, n)).sum(0)
    )
    z = (lag_ms - at[:, None]) / (width * rng.uniform(0.8, 1.25, n))[:, None]
    mix = rng.uniform(0, 1)
    units = (-mix * z + (1 - mix) * (1 - z**2)) * np.exp(-(z**2) / 2)
    return rng.exponential(1, n) @ units


def fibre(rng, lag_ms, smooth):
    """(n_lags,) one MEP on times from an arbitrary zero."""
    n = rng.integers(20, 200)
    scale = rng.uniform(0.3, 0.6) * (1 + 1.2 * smooth)
    at = 4 + rng.gamma(3.0, 0.15 + 1.1 * smooth * rng.uniform(0.5, 1), n)
    widths = scale * rng.lognormal(0, 0.2, n)
    gap = rng.uniform(1.0, 3.0)

    def current(z):
        z = np.maximum(z, 0)
        return z**2 * (3 - z) * np.exp(-z)

    z = (lag_ms - at[:, None]) / widths[:, None]
    return rng.lognormal(0, 0.7, n) @ (current(z) - rng.uniform(0.2, 0.9) * current(z - gap))


def meps(rng, family, n_trials, times_ms, onsets_ms):
    """(n_trials, n_samples) MEPs of peak-to-peak 1; (n_trials,) their first sample beyond 1 % of the peak, in ms."""
    make = {"gaussian": gaussian, "fibre": fibre}[family]
    fine = np.arange(0, 60, 0.02)
    out = np.zeros((n_trials, len(times_ms)))
    truth = np.zeros(n_trials)
    for trial in range(n_trials):
        smooth = rng.uniform(0, 1)
        shape = make(rng, fine, smooth) * rng.choice([-1, 1])
        start = fine[np.argmax(np.abs(shape) > 0.01 * np.abs(shape).max())]
        out[trial] = np.interp(times_ms - onsets_ms[trial] + start, fine, shape, 0, 0)
        over = np.abs(out[trial]) > 0.01 * np.abs(out[trial]).max()
        truth[trial] = times_ms[over.argmax()]
    return out / np.ptp(out, axis=1, keepdims=True), truth


def rest_noise(rng, n_trials, n_samples, rate_hz):
    """(n_trials, n_samples) noise of RMS 1: EMG-shaped, amplifier noise and slow noise in random parts."""
    f = np.fft.rfftfreq(n_samples, 1 / rate_hz)
    low, high = rng.uniform(30, 80, (n_trials, 1)), rng.uniform(80, 200, (n_trials, 1))
    emg = high**4 * f**2 / ((f**2 + low**2) * (f**2 + high**2) ** 2)
    white = 1 / (1 + (f / rng.uniform(700, 1500, (n_trials, 1))) ** 4)
    slow = 1 / np.maximum(f, 2.0)
    parts = rng.dirichlet((3, 2, 1), n_trials)
    power = sum(
        part[:, None] * p / p.sum(-1, keepdims=True)
        for part, p in zip(parts.T, (emg, white, slow + 0 * low), strict=True)
    )
    spectrum = rng.normal(size=power.shape) + 1j * rng.normal(size=power.shape)
    return unit_rms(high_passed(np.fft.irfft(spectrum * np.sqrt(power), n_samples), rate_hz))


def unit_trains(rng, n_trials, n_samples, rate_hz):
    """(n_trials, n_samples) interference pattern of RMS 1: 15-60 motor units that fire at 8-20 Hz, and some noise."""
    lag = np.arange(-6, 6, 1000 / rate_hz)
    out = np.zeros((n_trials, n_samples))
    for trial in range(n_trials):
        for _ in range(rng.integers(15, 60)):
            mean = rate_hz / rng.uniform(8, 20)
            at = np.cumsum(rng.normal(mean, 0.2 * mean, int(n_samples / mean * 2) + 4)) - rng.uniform(0, 3) * mean
            train = np.zeros(n_samples)
            at = at[(at >= 0) & (at < n_samples)].astype(int)
            np.add.at(train, at, 1.0)
            z, mix = lag / rng.uniform(0.6, 1.8), rng.uniform(0, 1)
            unit = (-mix * z + (1 - mix) * (1 - z**2)) * np.exp(-(z**2) / 2)
            out[trial] += rng.exponential(1) * np.convolve(train, unit, "same")
    return unit_rms(out) + 0.05 * rest_noise(rng, n_trials, n_samples, rate_hz)


def unit_rms(x):
    """The signal about its mean, scaled to RMS 1."""
    x = x - x.mean(-1, keepdims=True)
    return x / x.std(-1, keepdims=True)


def high_passed(x, rate_hz):
    """Noise in the band that is measured, from 10 Hz."""
    sos = scipy.signal.butter(2, 10, "high", fs=rate_hz, output="sos")
    return scipy.signal.sosfiltfilt(sos, x)


def trials(rng, family, body, state, snr, n_trials, rate_hz=4000.0):
    """Recorded signal (µV), times, true onsets (NaN where snr is 0) and the response window."""
    mean, sd, window = BODY[body]
    times_ms = np.arange(-130, 200, 1000 / rate_hz)
    shapes, truth = meps(rng, family, n_trials, times_ms, np.clip(rng.normal(mean, sd, n_trials), mean - 3, mean + 4))
    rms = np.exp(rng.uniform(*np.log((1, 5) if state == "rest" else (20, 60)), (n_trials, 1)))
    make = rest_noise if state == "rest" else unit_trains
    noise = rms * make(rng, n_trials, len(times_ms), rate_hz)
    if state == "active" and snr:
        since = times_ms - truth[:, None]
        noise = np.where((since > 12) & (since < rng.uniform(60, 120, (n_trials, 1))), 0.05 * noise, noise)
    return noise + snr * rms * shapes, times_ms, truth if snr else np.full(n_trials, np.nan), window
