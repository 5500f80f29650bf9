"""What of a muscle differs between people, moves between sessions, and within one; effects of a design move it too."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import NamedTuple

Three = tuple[float, float, float]


class Quantity(NamedTuple):
    """Something of a muscle that varies, and that an effect can change."""

    meaning: str
    by_factor: bool = True
    """Whether chance multiplies it (SD of the natural logarithm); else it adds to it, in its own unit."""


QUANTITIES: Mapping[str, Quantity] = {
    "threshold": Quantity("motor threshold, at rest and in contraction, %MSO"),
    "mep_size": Quantity("MEP at 120 % of the threshold and above, the threshold staying where it is"),
    "electrodes": Quantity("every size in µV: how the electrodes lie"),
    "silent_period": Quantity("end of the cortical silent period, from the pulse, ms"),
    "latency": Quantity("latency of the MEP, and so the central conduction time, ms", by_factor=False),
    "contraction": Quantity("EMG of the contraction, µV"),
    "sici": Quantity("response to pairs of SICI over the response to the test pulse"),
    "icf": Quantity("the same of ICF"),
    "lici": Quantity("the same of LICI"),
    "sai": Quantity("the same of SAI"),
    "lai": Quantity("the same of LAI"),
    "aif": Quantity("the same of AIF"),
    "leg_afferent": Quantity("the same of a leg muscle after a nerve of the leg"),
    "mmax": Quantity("largest M wave, µV"),
    "current": Quantity("current that half of the largest M wave takes, mA"),
    "h_reflex": Quantity("largest H reflex over the largest M wave"),
    "h_latency": Quantity("latency of the H reflex, ms", by_factor=False),
    "f_latency": Quantity("latency of the fastest F wave, ms", by_factor=False),
    "f_spread": Quantity(
        "how long the motor units of an F wave take to arrive, ms: its duration less that of one unit"
    ),
    "f_size": Quantity("median F wave, µV"),
}
"""What can vary, and be an effect's `what`."""

RATIOS: Mapping[str, float] = {
    "sici": 0.4, "icf": 1.3, "lici": 0.3, "sai": 0.65, "lai": 0.65, "aif": 1.2, "leg_afferent": 1.1,
}  # fmt: skip
"""Median conditioned over test response in a person without effects, where a pair does not state its own.

SAI and LAI lie near the means of Toepp 2021; the others inside of the usual ranges: own choice.
"""


@dataclasses.dataclass(frozen=True)
class Variability:
    """Standard deviations between people, between sessions of a person, and between timepoints of a session.

    Of the natural logarithm, but in ms for latencies. Published repeatability of MEP measures is quoted as ICC of one
    laboratory's samples and does not fix such figures: all are own choices of the usual order of magnitude.

    Parameters
    ----------
    threshold : (float, float, float)
        Motor threshold; people differ by the muscle's own range besides.
    mep_size : (float, float, float)
        MEP at intensities from 120 % of the threshold on; with `electrodes` sessions differ by 25 %.
    electrodes : (float, float, float)
        Every size in µV, MEP and M wave alike: electrodes are put on anew at each session.
    silent_period : (float, float, float)
        End of the cortical silent period.
    latency : (float, float, float)
        MEP, ms.
    contraction : (float, float, float)
        EMG of the contraction.
    sici, icf, lici, sai, lai, aif, leg_afferent : (float, float, float)
        Ratio of conditioned to test response.
    mmax, current, h_reflex, h_latency, f_latency, f_spread, f_size : (float, float, float)
        What nerve stimulation evokes; people differ by the nerve's own ranges besides.
    """

    threshold: Three = (0.0, 0.03, 0.01)
    mep_size: Three = (0.25, 0.2, 0.1)
    electrodes: Three = (0.0, 0.15, 0.0)
    silent_period: Three = (0.12, 0.07, 0.03)
    latency: Three = (0.0, 0.2, 0.1)
    contraction: Three = (0.25, 0.1, 0.05)
    sici: Three = (0.3, 0.2, 0.1)
    icf: Three = (0.15, 0.15, 0.1)
    lici: Three = (0.3, 0.2, 0.1)
    sai: Three = (0.2, 0.2, 0.1)
    lai: Three = (0.2, 0.2, 0.1)
    aif: Three = (0.15, 0.15, 0.1)
    leg_afferent: Three = (0.15, 0.15, 0.1)
    mmax: Three = (0.0, 0.03, 0.02)
    current: Three = (0.0, 0.1, 0.0)
    h_reflex: Three = (0.0, 0.12, 0.06)
    h_latency: Three = (0.0, 0.2, 0.1)
    f_latency: Three = (0.0, 0.2, 0.1)
    f_spread: Three = (0.1, 0.1, 0.05)
    f_size: Three = (0.0, 0.1, 0.05)
