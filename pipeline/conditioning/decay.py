"""Decaying artefacts: the sum of one or two exponentials that fits what follows a pulse, as far as noise can tell."""

from typing import NamedTuple

import numpy as np

DECAYS_MS = np.geomspace(0.3, 30.0, 24)
"""Time constants that are tried, before the best is refined."""
LEAST_GAIN = 30.0
"""An exponential is there where it takes away so much of the squared signal, in units of the variance of the noise: in
2,400 simulated trials without an artefact, at rest and in contraction, noise alone never did."""
WHITE = 0.02
"""Share of the noise that counts as white: no real artefact is as exactly exponential as smooth noise would demand."""
ROUGH = 0.02
"""What is no exponential leaves more than this share of what the fit takes away, the noise not counted."""
N_STEPS = 4
"""Gauss-Newton steps from the best time constants of the grid."""
NOTHING_UV = 1e-4
"""What is smaller is not subtracted."""


class Decay(NamedTuple):
    """Exponentials fitted to each row; where none is seen the amplitudes are 0."""

    amplitude: np.ndarray
    """(n_rows, 2) at the first sample."""
    decay_ms: np.ndarray
    """(n_rows, 2) time constants."""

    def at(self, since_ms: np.ndarray) -> np.ndarray:
        """(n_rows, n_samples) the artefact at times after the first sample."""
        out = np.zeros((len(self.amplitude), len(since_ms)), np.float32)
        for amplitude, decay_ms in zip(self.amplitude.T, self.decay_ms.T, strict=True):
            some = np.flatnonzero(amplitude)
            if len(some):
                size, rate = amplitude[some, None].astype(np.float32), (-1.0 / decay_ms[some, None]).astype(np.float32)
                lasts_ms = (np.log(np.maximum(np.abs(size) / NOTHING_UV, 1.0)) / -rate).max()
                n = np.searchsorted(since_ms, lasts_ms) + 1
                out[some, :n] += size * np.exp(rate * since_ms[:n].astype(np.float32))
        return out


def fitted(signal: np.ndarray, sd: np.ndarray, since_ms: np.ndarray, correlation: np.ndarray) -> Decay:
    """The exponentials in rows of signal.

    Parameters
    ----------
    signal : array (n_rows, n_samples)
        About the level it decays to.
    sd : array (n_rows,)
        Standard deviation of each row's noise.
    since_ms : array (n_samples,)
        Times from the first sample.
    correlation : array (n_samples,)
        Of the noise, by lag; 1 at lag 0.
    """
    lag = np.abs(np.subtract.outer(np.arange(len(since_ms)), np.arange(len(since_ms))))
    noise = (1.0 - WHITE) * correlation[lag] + WHITE * np.eye(len(since_ms))
    white = np.linalg.inv(np.linalg.cholesky(noise)).T
    rows = (signal / sd[:, None]) @ white
    one, pair, gain, gain_pair = _best(rows, np.exp(-since_ms / DECAYS_MS[:, None]) @ white)
    amplitude, decay_ms = np.zeros((len(rows), 2)), np.ones((len(rows), 2))
    for start, most, before in ((one[:, None], gain.copy(), 0.0), (pair, gain_pair, gain)):
        use, k = np.flatnonzero(most - before > LEAST_GAIN), start.shape[-1]
        if len(use):
            amplitude[use, :k], decay_ms[use, :k], gain[use] = _refined(
                rows[use], DECAYS_MS[start[use]], since_ms, white
            )
    left = np.square(rows).sum(-1) - gain - 2.0 * len(since_ms)
    amplitude[left > ROUGH * gain] = 0.0
    return Decay(amplitude * sd[:, None], decay_ms)


def _best(rows: np.ndarray, basis: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(n_rows,) best exponential, (n_rows, 2) best two, and (n_rows,) what each takes away of the squared signal."""
    gram, moments = basis @ basis.T, rows @ basis.T
    first, second = np.triu_indices(len(basis), 1)
    single = moments**2 / np.diag(gram)
    a, b = moments[:, first], moments[:, second]
    aa, bb, ab = gram[first, first], gram[second, second], gram[first, second]
    double = (a**2 * bb - 2 * a * b * ab + b**2 * aa) / (aa * bb - ab**2)
    one, pair = single.argmax(-1), double.argmax(-1)
    return one, np.stack([first[pair], second[pair]], -1), single.max(-1), double.max(-1)


def _refined(
    rows: np.ndarray, decay_ms: np.ndarray, since_ms: np.ndarray, white: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Amplitudes and time constants (n_rows, n_exponentials) of least squares, and what they take away (n_rows,)."""
    k = decay_ms.shape[-1]
    log_ms = np.log(decay_ms)
    low, high = np.log(DECAYS_MS[[0, -1]])
    for step in range(N_STEPS + 1):
        ratio = since_ms / np.exp(log_ms)[..., None]
        basis = np.exp(-ratio)
        curves = basis @ white
        amplitude = _solved(curves, rows)
        residual = rows - (amplitude[:, None] @ curves)[:, 0]
        if step == N_STEPS:
            break
        slopes = (amplitude[..., None] * ratio * basis) @ white
        jacobian = np.concatenate([curves, slopes], 1)
        log_ms = np.clip(log_ms + np.clip(_solved(jacobian, residual)[:, k:], -0.3, 0.3), low, high)
    return amplitude, np.exp(log_ms), np.square(rows).sum(-1) - np.square(residual).sum(-1)


def _solved(curves: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(n_rows, n_curves) least-squares weights of curves (n_rows, n_curves, n_samples); a little damped."""
    gram = curves @ curves.swapaxes(1, 2)
    size = np.sqrt(np.maximum(np.diagonal(gram, axis1=1, axis2=2), 1e-30))
    scaled = gram / size[:, :, None] / size[:, None] + 1e-9 * np.eye(gram.shape[-1])
    moments = (curves @ rows[..., None])[..., 0] / size
    return np.linalg.solve(scaled, moments[..., None])[..., 0] / size
