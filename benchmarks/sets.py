"""The evaluation sets by name: each a generator of sessions (name, raw trials, truth, profile).

    for name, trials, truth, profile in sets.sessions("real hand", seed=1):
        clean = pipeline.condition(trials, profiles=[profile])
        rows = pipeline.detect(clean, {"onset": {"method": "glr"}}, profiles=[profile])

`truth` has one row a trial: onset_ms (NaN in a null trial), peak_to_peak_uv, snr, noise_rms_uv, and what else is known
(group, person, source, silent_period_first_return_ms, silent_period_full_return_ms, ...).
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import harder_sessions
import real_sessions
import silent_sessions
import synthetic_sessions


class Set(NamedTuple):
    """How the sessions of a set are made."""

    make: Callable
    """(name, seed, n_sessions, n_trials) -> sessions."""
    n_sessions: int
    note: str


FAINT = (2.0, 20.0)
"""SNR where presence is in doubt: noise alone has 5-7 from peak to peak in a response window."""
_plain, _own = synthetic_sessions.plain, synthetic_sessions.own_family
_shaped, _degraded = real_sessions.shaped, real_sessions.degraded

SETS = {
    "synthetic": Set(_plain, 20, "motor_unit_sum of pipeline.synthetic, SNR 8-200"),
    "faint": Set(partial(_plain, snr=(4.0, 8.0)), 20, "the same, SNR 4-8"),
    "gaussian_derivatives": Set(
        partial(_plain, family="gaussian_derivatives"), 20, "second family of pipeline.synthetic: wide, smooth"
    ),
    "gaussian": Set(partial(_own, family="gaussian"), 20, "own: dispersed derivatives of Gaussians"),
    "fibre": Set(partial(_own, family="fibre"), 20, "own: dispersed single-fibre currents with a hard beginning"),
    "tripole": Set(partial(_own, family="tripole"), 20, "own: travelling tripoles under two electrodes"),
    "mixed": Set(harder_sessions.mixed, 20, "test and smaller, later, differently shaped conditioned trials together"),
    "shift": Set(harder_sessions.shift, 20, "two timepoints, the second 1 ms later"),
    "artefact": Set(
        harder_sessions.artefact, 20, "artefact of 0.5-5 mV that decays with 2-10 ms, hum 10-40 µV, clipping"
    ),
    "half null": Set(partial(_plain, null_share=0.5), 20, "motor_unit_sum, half of the trials without a response"),
    "null": Set(partial(_plain, null_share=1.0), 20, "pipeline.synthetic without any response"),
    "null own": Set(partial(_own, family="gaussian", null_share=1.0), 20, "noise of waveforms without any response"),
    "real hand": Set(partial(_shaped, persons=real_sessions.HAND), 18, "real hand shapes in real noise at rest"),
    "real all": Set(_shaped, 20, "all real shapes, leg and polyphasic too, in real noise at rest"),
    "real active": Set(partial(_shaped, state="active"), 20, "all real shapes in a real contraction (one recording)"),
    "real hum": Set(partial(_shaped, hum=True), 10, "all real shapes in real noise with its own 50 or 60 Hz hum"),
    "faint half null": Set(
        partial(_plain, null_share=0.5, snr=FAINT), 20, "motor_unit_sum of SNR 2-20 in half of the trials"
    ),
    "real faint half null": Set(
        partial(_shaped, null_share=0.5, snr=FAINT), 20, "real shapes of SNR 2-20 in half of the trials, rest"
    ),
    "real faint half null active": Set(
        partial(_shaped, null_share=0.5, snr=FAINT, state="active"), 20, "the same in a real contraction"
    ),
    "real null": Set(partial(_shaped, null_share=1.0), 20, "real noise alone, rest"),
    "real null active": Set(partial(_shaped, null_share=1.0, state="active"), 10, "a real contraction alone"),
    "real silent": Set(silent_sessions.silent, 10, "real shapes and a real contraction with a silence of known end"),
    **{
        f"degraded {snr}": Set(partial(_degraded, snr=snr), 15, f"real trials with real noise added, to SNR {snr}")
        for snr in real_sessions.DEGRADED
    },
}
"""Every set. Real ones have no session where ../shared/real is absent beside the checkout."""


def sessions(name, seed=1, n_sessions=None, n_trials=40):
    """The sessions of a set.

    Parameters
    ----------
    name : str
        One of `SETS`.
    seed : int
        Another seed is other persons, noise and trials.
    n_sessions : int, optional
        How many; the set's own number by default.
    n_trials : int
        Trials of a session: three quarters to one and a half times this.
    """
    made = SETS[name]
    return made.make(name, seed, made.n_sessions if n_sessions is None else n_sessions, n_trials)
