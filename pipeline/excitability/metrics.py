"""Every metric: its function, its unit, and the trials it is computed from."""

from collections.abc import Mapping
from typing import Any

from .afferent import ARM, LEG, aif, lai, leg_afferent, sai
from .cells import DESIGN, PAIR, Metric
from .conduction import cmct, pmct
from .f_wave import f_amplitude_to_m, f_chronodispersion, f_latency, f_persistence
from .f_wave_duration import f_duration, f_duration_to_m_duration
from .latency import mep_latency
from .m_wave import m_latency, mep_to_mmax, mmax
from .mep_size import mep_amplitude, mep_area, mep_probability, mep_variability
from .motor_threshold import amt, rmt
from .paired_pulse import icf, lici, sici
from .plasticity import delayed_facilitation, post_exercise_depression, post_exercise_facilitation
from .recruitment import recruitment_mep_max, recruitment_s50, recruitment_slope, recruitment_threshold, s1mv
from .recruitment_area import recruitment_auc
from .references import BEFORE, VISIT, Against
from .silent_period import cortical_sp, cortical_sp_depth, cortical_sp_probability
from .silent_period_curve import (
    cortical_sp_curve_max,
    cortical_sp_curve_slope,
    cortical_sp_curve_v50,
    inhibitory_threshold,
)
from .silent_period_nerve import cutaneous_sp, peripheral_sp
from .spinal import h_at_m, h_latency, h_reflex, h_threshold

TEST = Against(("single",), near={"intensity_mso": ("intensity_mso", 1.0)})
ALONE = Against(("single",), near={"intensity_mso": ("conditioning_mso", 1.0)}, states=("rest",))
PAIRED: Mapping[str, Any] = {
    "unit": "", "per": PAIR, "pulses": ("paired",), "only": ("isi_ms", "isi_ms", 0.2), "against": {"test": TEST}
}  # fmt: skip
"""What metrics of pairs of pulses share: test pulses of the same intensity, and an interval of those asked for."""
CONDITIONED = {**PAIRED, "against": {"test": TEST, "alone": ALONE}}
AFFERENT = {**PAIRED, "pulses": ("nerve_tms",)}

EXERCISE: Mapping[str, Any] = {
    "unit": "", "per": ("session", "state", "side", "muscle", "condition"), "paradigms": ("exercise",),
    "against": {"before": Against(("single",), same=(*VISIT, "state", "condition"), timepoints=BEFORE)},
}  # fmt: skip
"""Metrics of trials whose declared paradigm is exercise: all timepoints of a session, against those before it."""

NERVE: Mapping[str, Any] = {"per": DESIGN, "pulses": ("nerve",)}
NERVES = Against(("nerve",), same=VISIT, rather=("timepoint",))
ROOTS = Against(("root",), same=VISIT, rather=("timepoint",))
"""M and F waves, and responses to the root, are of the session, and of the timepoint where it has its own."""

METRICS = (
    Metric("rmt", rmt, "%MSO", per=DESIGN, states=("rest",)),
    Metric("amt", amt, "%MSO", per=DESIGN, states=("active",)),
    Metric("inhibitory_threshold", inhibitory_threshold, "%MSO", per=DESIGN, states=("active",)),
    Metric("s1mv", s1mv, "%MSO", per=DESIGN, states=("rest",)),
    Metric("recruitment_s50", recruitment_s50, "%MSO", per=DESIGN),
    Metric("recruitment_threshold", recruitment_threshold, "%MSO", per=DESIGN),
    Metric("recruitment_slope", recruitment_slope, "µV/%MSO", per=DESIGN),
    Metric("recruitment_mep_max", recruitment_mep_max, "µV", per=DESIGN),
    Metric("recruitment_auc", recruitment_auc, "µV·%MSO", per=DESIGN),
    Metric("mep_amplitude", mep_amplitude, "µV", pulses=("single", "paired", "nerve_tms")),
    Metric("mep_variability", mep_variability, "", pulses=("single", "paired", "nerve_tms")),
    Metric("mep_probability", mep_probability, "", pulses=("single", "paired", "nerve_tms")),
    Metric("mep_area", mep_area, "µV·ms", pulses=("single", "paired", "nerve_tms")),
    Metric("mep_latency", mep_latency, "ms"),
    Metric("cortical_sp", cortical_sp, "ms", states=("active",)),
    Metric("cortical_sp_depth", cortical_sp_depth, "%", states=("active",)),
    Metric("cortical_sp_probability", cortical_sp_probability, "", states=("active",)),
    Metric("cortical_sp_curve_max", cortical_sp_curve_max, "ms", per=DESIGN, states=("active",)),
    Metric("cortical_sp_curve_slope", cortical_sp_curve_slope, "ms/%MSO", per=DESIGN, states=("active",)),
    Metric("cortical_sp_curve_v50", cortical_sp_curve_v50, "%MSO", per=DESIGN, states=("active",)),
    Metric("peripheral_sp", peripheral_sp, "ms", pulses=("nerve",), states=("active",)),
    Metric("cutaneous_sp", cutaneous_sp, "ms", pulses=("nerve",), states=("active",)),
    Metric("sici", sici, **CONDITIONED),
    Metric("icf", icf, **CONDITIONED),
    Metric("lici", lici, **PAIRED),
    Metric("sai", sai, **AFFERENT, limbs=ARM),
    Metric("lai", lai, **AFFERENT, limbs=ARM),
    Metric("aif", aif, **AFFERENT, limbs=ARM),
    Metric("leg_afferent", leg_afferent, **AFFERENT, limbs=LEG),
    Metric("post_exercise_facilitation", post_exercise_facilitation, **EXERCISE),
    Metric("post_exercise_depression", post_exercise_depression, **EXERCISE),
    Metric("delayed_facilitation", delayed_facilitation, **EXERCISE),
    Metric("mmax", mmax, "µV", **NERVE),
    Metric("m_latency", m_latency, "ms", **NERVE),
    Metric("mep_to_mmax", mep_to_mmax, "%", against={"mwave": NERVES}),
    Metric("h_reflex", h_reflex, "%", **NERVE),
    Metric("h_latency", h_latency, "ms", **NERVE),
    Metric("h_threshold", h_threshold, "mA", **NERVE),
    Metric("h_at_m", h_at_m, "%", **NERVE),
    Metric("f_latency", f_latency, "ms", **NERVE),
    Metric("f_persistence", f_persistence, "", **NERVE),
    Metric("f_chronodispersion", f_chronodispersion, "ms", **NERVE),
    Metric("f_amplitude_to_m", f_amplitude_to_m, "%", **NERVE),
    Metric("f_duration", f_duration, "ms", **NERVE),
    Metric("f_duration_to_m_duration", f_duration_to_m_duration, "", **NERVE),
    Metric("pmct", pmct, "ms", **NERVE),
    Metric("cmct", cmct, "ms", states=("active",), against={"root": ROOTS, "nerve": NERVES}),
)
"""Every metric, in the order of the table."""
