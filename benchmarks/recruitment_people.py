"""Muscles with a known recruitment curve and a known silent-period curve, and trials of them."""

import dataclasses

import numpy as np
import scipy

from pipeline.excitability.curve_fit import rectified_logistic
from pipeline.synthetic.parameters import Parameters, generator
from pipeline.synthetic.physiology import Physiology, participant, physiology

SILENT_MS = 75.0
"""A silent period that would end earlier is hidden in the MEP: there is none."""
CURVE = ("recruitment_s50", "recruitment_threshold", "recruitment_slope", "recruitment_mep_max", "s1mv")


@dataclasses.dataclass(frozen=True)
class Rectified:
    """A recruitment curve that is a rectified logistic, as `pipeline.synthetic.recruitment.Curve` is a Boltzmann."""

    threshold_mso: float
    max_uv: float
    s50_mso: float
    slope_per_mso: float
    foot: float = 0.05

    def median_uv(self, intensity_mso):
        """Median size at intensities (n,)."""
        shape = np.array([self.s50_mso, np.log(self.slope_per_mso), np.log(self.foot)])
        return self.max_uv * rectified_logistic(np.asarray(intensity_mso, float), shape)


class Silenced(Physiology):
    """A muscle whose silent period ends along a Boltzmann, steepest at the active threshold."""

    @property
    def curve_mso(self):
        """Midpoint and steepness."""
        return self.active.threshold_mso, 7.0 / self.active.threshold_mso

    def silent_period_ms(self, intensity_mso):
        """Mean end of the silent period."""
        v50, k = self.curve_mso
        end_ms = self.silent_period_at_150_amt_ms / (1 + np.exp(k * (v50 - np.asarray(intensity_mso, float))))
        return np.where(end_ms >= SILENT_MS, end_ms, np.nan)

    @property
    def inhibitory_threshold_mso(self):
        """Lowest intensity with a silent period."""
        v50, k = self.curve_mso
        return v50 + scipy.special.logit(SILENT_MS / self.silent_period_at_150_amt_ms) / k


def person(seed, name, muscle):
    """A muscle of one control."""
    # even numbers are controls
    number = 2 * int(generator(seed, name).integers(10**6))
    return physiology(participant(f"sub-{number}", seed), name, muscle, seed, Parameters())


def rectified(curve):
    """A rectified logistic with the midpoint, steepness and maximum of a Boltzmann."""
    return Rectified(curve.threshold_mso, curve.max_uv, curve.s50_mso, curve.slope_per_mso)


def truth(curve):
    """What every metric of a curve is."""
    foot, k, s50 = getattr(curve, "foot", 0.0), curve.slope_per_mso, curve.s50_mso
    back = np.log1p(2 * foot) + 2 * (1 - foot) / (1 + foot)
    share = 1000.0 / curve.max_uv
    up = scipy.special.logit((share + foot) / (1 + foot)) - np.log1p(2 * foot) if share < 1 else np.nan
    values = (s50, s50 - back / k, curve.max_uv * (1 + foot) * k / 4, curve.max_uv, s50 + up / k)
    return dict(zip(CURVE, values, strict=True))


def sizes(curve, intensity_mso, rng):
    """Sizes of responses, NaN for none."""
    jitter = rng.normal(0, Parameters().threshold_jitter * curve.threshold_mso, len(intensity_mso))
    size = curve.median_uv(intensity_mso - jitter) * np.exp(rng.normal(0, Parameters().log_sd, len(intensity_mso)))
    return np.where(size >= Parameters().smallest_mep_uv, size, np.nan)


def area(curve, levels, rng):
    """Area under the true means, of very many trials."""
    means = np.nan_to_num(sizes(curve, np.repeat(levels, 2000), rng)).reshape(len(levels), -1).mean(axis=1)
    return float((np.diff(levels) * (means[1:] + means[:-1]) / 2).sum())


def measured(size, rng):
    """Sizes as they come out of noise, and the background."""
    background, noise = (5 * np.exp(rng.normal(0, 0.15, len(size))) for _ in range(2))
    return np.hypot(np.nan_to_num(size), noise), background


def levels(threshold_mso, relative):
    """Whole %MSO, up to 100."""
    return np.unique(np.minimum(np.rint(threshold_mso * relative), 100.0))
