"""How large an MEP is: a sigmoid in intensity, and what varies from trial to trial around it."""

from __future__ import annotations

import dataclasses

import numpy as np

from .parameters import Parameters

RESTING_CRITERION_UV = 50.0
ACTIVE_CRITERION_UV = 200.0


@dataclasses.dataclass(frozen=True)
class Curve:
    """Median peak-to-peak size over intensity: ``max_uv / (1 + exp(slope_per_mso * (s50_mso - intensity)))``.

    The form is Boltzmann's (Devanne 1997). The slope follows from the threshold: at it the median is the criterion.
    """

    threshold_mso: float
    criterion_uv: float
    max_uv: float
    s50_mso: float

    @property
    def slope_per_mso(self) -> float:
        """Steepness, per %MSO."""
        return float(np.log(self.max_uv / self.criterion_uv - 1.0) / (self.s50_mso - self.threshold_mso))

    def median_uv(self, intensity_mso: np.ndarray | float) -> np.ndarray:
        """Median size at intensities of any shape, µV."""
        below = self.s50_mso - np.asarray(intensity_mso, float)
        return self.max_uv / (1.0 + np.exp(self.slope_per_mso * below))


def sizes(curve: Curve, intensity_mso: np.ndarray, parameters: Parameters, rng: np.random.Generator) -> np.ndarray:
    """Peak-to-peak size of each trial, µV; NaN where not one motor unit answers.

    Parameters
    ----------
    curve : Curve
        The median.
    intensity_mso : array (n_trials,)
        Intensity of each pulse; NaN (no pulse) gives no MEP.
    parameters : Parameters
        Log-normal spread, jitter of the threshold, smallest MEP.
    rng : numpy.random.Generator
        Source of chance.
    """
    jitter = rng.normal(0.0, parameters.threshold_jitter * curve.threshold_mso, len(intensity_mso))
    spread = rng.normal(0.0, parameters.log_sd, len(intensity_mso))
    drawn = curve.median_uv(intensity_mso - jitter) * np.exp(spread)
    return np.where(drawn >= parameters.smallest_mep_uv, drawn, np.nan)
