"""Sessions whose silent period has a known end: real shapes in a real contraction, silenced and then resumed.

The contraction is that of the one recording that has one (spike2 Chan1), a different stretch of it before and after the
silence, the silence between them real noise of a quiet channel of the same recording, as strong as what the contracting
channel itself shows in its silent periods. The EMG resumes at once: both returns are the first sample after that where
the resumed EMG exceeds the mean of its rectified background. The silence begins where the noise-free MEP was last above
5 % of its peak.
"""

import numpy as np
import pandas as pd
import real_noise
import real_recordings
import real_sessions
import real_shapes
from synthetic_sessions import count, log_uniform

from pipeline.synthetic.parameters import generator

ACTIVE, QUIET = "spike2 Chan1", "spike2 Chan3"
START_MS, END_MS = -120.0, 400.0
PRE_MS = 250.0
POST_MS = 330.0
SILENT_MS = (80.0, 200.0)
QUIETEST_MS = 25.0
"""Where the recording itself is silent after each pulse, and how long its quietest part is."""
END_AT_MS = (90.0, 220.0)
SNR = (10.0, 60.0)
END_SHARE = 0.05
VISIBLE = 0.25


def silent(name, seed, n_sessions, n_trials):
    """Sessions of one person's shapes, all trials with a silent period."""
    persons = real_sessions.HAND + real_sessions.LEG
    for k in range(n_sessions if real_recordings.there() else 0):
        who = persons[k % len(persons)]
        own = [each for each in real_shapes.shapes() if each.person == who]
        rng = generator(seed, name, k)
        n = count(rng, n_trials)
        yield _session(rng, f"{name} {k}: {who} in {ACTIVE}", own, n)


def _session(rng, name, own, n):
    before, after = (_centred(real_noise.pieces(rng, ACTIVE, n, each)) for each in (PRE_MS, POST_MS))
    quiet = _centred(real_noise.pieces(rng, QUIET, n, 300.0))
    times_ms = np.arange(START_MS, END_MS, 1000 / before.rate_hz)
    size_uv = before.rms_uv * log_uniform(rng, SNR, n)
    late_ms = rng.normal(0, rng.uniform(*real_sessions.JITTER_MS), n)
    chosen = [own[each] for each in rng.integers(len(own), size=n)]
    clean = np.array(
        [real_shapes.placed(s, s.latency_ms + late, times_ms) for s, late in zip(chosen, late_ms, strict=True)]
    )
    begin_ms = _last_ms(clean, times_ms)
    end_ms = np.maximum(rng.uniform(*END_AT_MS) + rng.normal(0, 8, n), begin_ms + 30)
    noise, return_ms = _spliced(before, after, quiet, times_ms, begin_ms, end_ms)
    truth = pd.DataFrame({"onset_ms": real_sessions.first_ms(clean, times_ms), "peak_to_peak_uv": size_uv})
    truth = truth.assign(
        noise_rms_uv=before.rms_uv,
        snr=size_uv / before.rms_uv,
        silent_period_onset_ms=begin_ms,
        silent_period_first_return_ms=return_ms,
        silent_period_full_return_ms=return_ms,
    )
    return real_sessions.session(name, own[0].body, "active", noise + clean * size_uv[:, None], times_ms, truth)


def _centred(noise):
    """Noise without its offset, so that nothing jumps where pieces meet."""
    return noise._replace(uv=noise.uv - noise.uv.mean(-1, keepdims=True))


def _spliced(before, after, quiet, times_ms, begin_ms, end_ms):
    """Contraction, silence, contraction, (n_trials, n_samples); and when the last becomes visible, (n_trials,)."""
    n = len(times_ms)
    noise = np.zeros((len(begin_ms), n))
    first = before.uv[:, :n]
    noise[:, : first.shape[1]] = first
    step_ms = times_ms[1] - times_ms[0]
    calm = _silent_rms_uv() / quiet.rms_uv[:, None] * quiet.uv
    return_ms = np.empty(len(begin_ms))
    for k, (begin, end) in enumerate(zip(begin_ms, end_ms, strict=True)):
        start, stop = (round((each - times_ms[0]) / step_ms) for each in (begin, end))
        noise[k, start:stop] = calm[k, : stop - start]
        noise[k, stop:] = after.uv[k, : n - stop]
        size = np.abs(after.uv[k])
        return_ms[k] = times_ms[stop + int((size > VISIBLE * size.mean()).argmax())]
    return noise, return_ms


def _silent_rms_uv():
    """RMS of the contracting channel where it is most silent after the pulse, median over its trials."""
    recording = real_recordings.recordings()[ACTIVE]
    inside = (recording.times_ms >= SILENT_MS[0]) & (recording.times_ms <= SILENT_MS[1])
    n = round(QUIETEST_MS * recording.rate_hz / 1000)
    parts = np.lib.stride_tricks.sliding_window_view(recording.emg_uv[:, inside], n, axis=-1)
    return float(np.median(parts.std(-1).min(-1)))


def _last_ms(clean, times_ms):
    """(n_trials,) the last sample beyond 5 % of the peak."""
    above = np.abs(clean) > END_SHARE * np.abs(clean).max(-1, keepdims=True)
    return times_ms[len(times_ms) - 1 - above[:, ::-1].argmax(-1)]
