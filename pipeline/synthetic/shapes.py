"""A library of MEP shapes for detection to compare with: far more various than any one muscle's.

Half are sums of motor units, sharp to dispersed, few to many, bi- to polyphasic, seen through more or less tissue and
through amplifiers of many bands. Half are smooth random waves with a slow or fast foot and one to many phases, because
MEPs at the skin rise more slowly than sums of motor units in the books: in the largest of one real FDI 1 to 10 % of the
peak took 1.0-1.7 ms.

    python -m pipeline.synthetic.shapes FILE      writes the library that detection ships as mep_shapes.npz
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import numpy as np
import scipy

from ..shape_library import FULL_SCALE, Library
from .amplifier import Clock, amplified
from .mep import ONSET_SHARE, motor_unit_sum
from .parameters import MUSCLES, Parameters, generator
from .units import motor_units

FINE_HZ = 10_000.0
STORED_HZ = 5_000.0
BEFORE_MS, LENGTH_MS = 2.0, 47.0


def library(n_shapes: int = 1200, seed: int = 1) -> np.ndarray:
    """MEPs (n_shapes, n_samples) at `STORED_HZ`, each from `BEFORE_MS` before its onset on.

    At `FINE_HZ` their peak-to-peak is 1 and the onset the first sample beyond 1 % of the largest deflection.
    """
    makers = (_of_units, _smooth)
    shapes = [_from_onset(makers[n % 2](generator("shapes", seed, n))) for n in range(n_shapes)]
    return np.array(shapes)[:, :: round(FINE_HZ / STORED_HZ)]


def save(path: Path, shapes: np.ndarray) -> None:
    """Write a library as detection reads it."""
    path.write_bytes(Library(FULL_SCALE * shapes, STORED_HZ, round(BEFORE_MS * STORED_HZ / 1000.0)).content())


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    """A number whose logarithm is even between two limits."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _of_units(rng: np.random.Generator) -> np.ndarray:
    stretch = _between(rng, 0.6, 3.5)
    shortest = stretch * _between(rng, 0.5, 1.2)
    muscle = dataclasses.replace(
        MUSCLES["FDI"], dispersion_ms=_between(rng, 0.3, 5.0), unit_ms=(shortest, shortest * rng.uniform(1.1, 2.0))
    )
    units = motor_units(muscle, rng)
    units = units._replace(triphasic=rng.uniform(0.0, rng.uniform(0.1, 1.0), len(units.triphasic)))
    clock = Clock(FINE_HZ, -20.0, 1200)
    wave = motor_unit_sum(np.zeros(1), rng.uniform(0.02, 1.0, 1), muscle, units, clock, rng)[0]
    if rng.random() > 0.12:
        wave = scipy.ndimage.gaussian_filter1d(wave, stretch * _between(rng, 0.15, 1.0) * FINE_HZ / 1000.0)
    return _recorded(wave, rng)


def _smooth(rng: np.random.Generator) -> np.ndarray:
    since_ms = np.arange(0.0, 70.0, 1000.0 / FINE_HZ)
    power, rise_ms, fall_ms = rng.uniform(1.0, 3.5), _between(rng, 0.8, 10.0), _between(rng, 4.0, 25.0)
    width_ms = _between(rng, 0.7, 3.5) * np.sqrt(max(rise_ms, 1.0) / 2.0)
    noise = rng.normal(size=len(since_ms) + 400)
    wave = scipy.ndimage.gaussian_filter1d(noise, width_ms * FINE_HZ / 1000.0 / np.sqrt(2.0))[200:-200]
    envelope = (1.0 - np.exp(-((since_ms / rise_ms) ** power))) * np.exp(-np.maximum(since_ms - rise_ms, 0.0) / fall_ms)
    quiet = np.zeros(round(6.0 * FINE_HZ / 1000.0))
    return _recorded(np.append(quiet, envelope * (wave / wave.std() + rng.normal())), rng)


def _recorded(wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The wave after an amplifier of some band."""
    band = Parameters(high_pass_hz=_between(rng, 1.0, 20.0), low_pass_hz=_between(rng, 450.0, 3000.0))
    seen: np.ndarray = amplified(wave[None], Clock(FINE_HZ, 0.0, len(wave)), band)[0]
    return seen


def _from_onset(wave: np.ndarray) -> np.ndarray:
    """The wave from a little before its onset on, of peak-to-peak 1."""
    size = np.abs(wave)
    before = round(BEFORE_MS * FINE_HZ / 1000.0)
    start = int(np.argmax(size > ONSET_SHARE * size.max())) - before
    padded = np.pad(wave / np.ptp(wave), (before, round(LENGTH_MS * FINE_HZ / 1000.0)))
    return padded[start + before : start + before + round(LENGTH_MS * FINE_HZ / 1000.0)]


if __name__ == "__main__":
    save(Path(sys.argv[1]), library())
