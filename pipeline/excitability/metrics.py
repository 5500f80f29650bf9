"""Every metric: its function, its unit, and the trials it is computed from."""

from collections.abc import Mapping
from typing import Any

from .afferent import ARM, LEG, aif, lai, leg_afferent, sai
from .after_effect import after_effect, after_effect_auc, after_effect_peak, after_effect_return
from .cells import DESIGN, PAIR, Metric
from .conduction import cmct, pmct
from .contraction import contraction
from .f_wave import f_amplitude_to_m, f_chronodispersion, f_latency, f_persistence
from .f_wave_duration import f_duration, f_duration_to_m_duration
from .h_recovery import SAME_MA, h_recovery, h_recovery_area, h_recovery_late
from .ipsilateral import ipsi_sp_area, ipsi_sp_depth, ipsi_sp_duration, ipsi_sp_onset
from .latency import mep_latency
from .m_wave import m_latency, mep_to_mmax, mmax
from .mep_at_rmt import mep_at_rmt
from .mep_size import METRICS as MEP_SIZE
from .motor_threshold import amt, rmt
from .paired_pulse import icf, lici, sici
from .plasticity import delayed_facilitation, post_exercise_depression, post_exercise_facilitation
from .recruitment import recruitment_mep_max, recruitment_s50, recruitment_slope, recruitment_threshold, s1mv
from .recruitment_area import recruitment_auc
from .references import BEFORE, VISIT, Against
from .rmt_levels import LEVEL
from .silent_period import cortical_sp, cortical_sp_depth, cortical_sp_probability
from .silent_period_curve import (
    cortical_sp_curve_max,
    cortical_sp_curve_slope,
    cortical_sp_curve_v50,
    inhibitory_threshold,
)
from .silent_period_nerve import cutaneous_sp, peripheral_sp
from .silent_period_ratio import mep_sp_ratio
from .spinal import h_at_m, h_latency, h_reflex, h_threshold
from .transcallosal import transcallosal_time

TEST = Against(("single",), near={"intensity_mso": ("intensity_mso", 1.0)})
ALONE = Against(("single",), near={"intensity_mso": ("conditioning_mso", 1.0)}, states=("rest",))
PAIRED: Mapping[str, Any] = {
    "unit": "", "per": PAIR, "pulses": ("paired",), "only": ("isi_ms", "isi_ms", 0.2), "against": {"test": TEST},
    "log": True,
}  # fmt: skip
"""What metrics of pairs of pulses share: test pulses of the same intensity, and an interval of those asked for."""
CONDITIONED = {**PAIRED, "against": {"test": TEST, "alone": ALONE}}
AFFERENT = {**PAIRED, "pulses": ("nerve_tms",)}

EXERCISE: Mapping[str, Any] = {
    "log": True, "unit": "", "per": ("session", "state", "side", "muscle", "condition"), "paradigms": ("exercise",),
    "against": {"before": Against(("single",), same=(*VISIT, "state", "condition"), timepoints=BEFORE)},
}  # fmt: skip
"""Metrics of trials whose declared paradigm is exercise: all timepoints of a session, against those before it."""
INTERVENTION: Mapping[str, Any] = {
    **EXERCISE, "unit": "", "log": False, "paradigms": None, "not_paradigms": ("exercise",), "past": "minutes_after",
}  # fmt: skip
"""The same of all other trials, where there are later ones that say when they were."""

NERVE: Mapping[str, Any] = {"per": DESIGN, "pulses": ("nerve",)}
NERVES = Against(("nerve",), same=VISIT, rather=("timepoint",))
ROOTS = Against(("root",), same=VISIT, rather=("timepoint",))
"""M and F waves, and responses to the root, are of the session, and of the timepoint where it has its own."""

MEPS: Mapping[str, Any] = {"rather": ("timepoint", "condition"), "states": ("active",), "aimed": True}
OPPOSITE = Against(("single",), same=("session", "muscle"), opposite=True, **MEPS)
OWN = Against(("single",), same=("session", "muscle", "side"), **MEPS)
"""MEPs in contraction of the muscle on the other side, and of the muscle itself."""
IPSILATERAL: Mapping[str, Any] = {"states": ("active",), "aim": "ipsilateral"}
"""Metrics of averages that are looked at for an ipsilateral silent period."""

MAXIMAL = Against(("mvc",), same=VISIT, needed=True)

H_TEST = Against(("nerve",), near={"nerve_ma": ("nerve_ma", SAME_MA)})
H_PAIR: Mapping[str, Any] = {"pulses": ("nerve_pair",), "against": {"test": H_TEST}, "log": True}

METRICS = (
    Metric("rmt", rmt, "%MSO", per=DESIGN, states=("rest",)),
    Metric("amt", amt, "%MSO", per=DESIGN, states=("active",)),
    Metric("inhibitory_threshold", inhibitory_threshold, "%MSO", per=DESIGN, states=("active",)),
    Metric("s1mv", s1mv, "%MSO", per=DESIGN, states=("rest",)),
    Metric("recruitment_s50", recruitment_s50, "%MSO", per=DESIGN),
    Metric("recruitment_threshold", recruitment_threshold, "%MSO", per=DESIGN),
    Metric("recruitment_slope", recruitment_slope, "µV/%MSO", per=DESIGN, log=True),
    Metric("recruitment_mep_max", recruitment_mep_max, "µV", per=DESIGN, log=True),
    Metric("recruitment_auc", recruitment_auc, "µV·%MSO", per=DESIGN, log=True),
    *MEP_SIZE,
    Metric("mep_at_rmt", mep_at_rmt, "µV", per=LEVEL, log=True),
    Metric("mep_latency", mep_latency, "ms"),
    Metric("contraction", contraction, "%", states=("active",), against={"maximal": MAXIMAL}, log=True),
    Metric("cortical_sp", cortical_sp, "ms", states=("active",)),
    Metric("cortical_sp_depth", cortical_sp_depth, "%", states=("active",)),
    Metric("cortical_sp_probability", cortical_sp_probability, "", states=("active",)),
    Metric("mep_sp_ratio", mep_sp_ratio, "mV/ms", states=("active",), log=True),
    Metric("cortical_sp_curve_max", cortical_sp_curve_max, "ms", per=DESIGN, states=("active",)),
    Metric("cortical_sp_curve_slope", cortical_sp_curve_slope, "ms/%MSO", per=DESIGN, states=("active",)),
    Metric("cortical_sp_curve_v50", cortical_sp_curve_v50, "%MSO", per=DESIGN, states=("active",)),
    Metric("ipsi_sp_onset", ipsi_sp_onset, "ms", **IPSILATERAL),
    Metric("ipsi_sp_duration", ipsi_sp_duration, "ms", **IPSILATERAL),
    Metric("ipsi_sp_depth", ipsi_sp_depth, "%", **IPSILATERAL),
    Metric("ipsi_sp_area", ipsi_sp_area, "%·ms", **IPSILATERAL),
    Metric("transcallosal_time", transcallosal_time, "ms", **IPSILATERAL, against={"other": OPPOSITE, "own": OWN}),
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
    Metric("after_effect", after_effect, **{**INTERVENTION, "log": True}),
    Metric("after_effect_auc", after_effect_auc, **{**INTERVENTION, "unit": "min"}),
    Metric("after_effect_peak", after_effect_peak, **INTERVENTION),
    Metric("after_effect_return", after_effect_return, **{**INTERVENTION, "unit": "min"}),
    Metric("mmax", mmax, "µV", **NERVE, log=True),
    Metric("m_latency", m_latency, "ms", **NERVE),
    Metric("mep_to_mmax", mep_to_mmax, "%", against={"mwave": NERVES}, log=True),
    Metric("h_reflex", h_reflex, "%", **NERVE, log=True),
    Metric("h_latency", h_latency, "ms", **NERVE),
    Metric("h_threshold", h_threshold, "mA", **NERVE),
    Metric("h_at_m", h_at_m, "%", **NERVE, log=True),
    Metric("h_recovery", h_recovery, "%", **H_PAIR, per=PAIR, only=("isi_ms", "isi_ms", 0.2)),
    Metric("h_recovery_late", h_recovery_late, "%", **H_PAIR, per=DESIGN),
    Metric("h_recovery_area", h_recovery_area, "%·ms", **H_PAIR, per=DESIGN),
    Metric("f_latency", f_latency, "ms", **NERVE),
    Metric("f_persistence", f_persistence, "", **NERVE),
    Metric("f_chronodispersion", f_chronodispersion, "ms", **NERVE),
    Metric("f_amplitude_to_m", f_amplitude_to_m, "%", **NERVE, log=True),
    Metric("f_duration", f_duration, "ms", **NERVE),
    Metric("f_duration_to_m_duration", f_duration_to_m_duration, "", **NERVE),
    Metric("pmct", pmct, "ms", **NERVE),
    Metric("cmct", cmct, "ms", states=("active",), against={"root": ROOTS, "nerve": NERVES}),
)
"""Every metric, in the order of the table; a file that is here by name has the lines of its metrics itself."""
