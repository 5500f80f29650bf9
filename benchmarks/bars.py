"""The default method against the bars it is held to, one line each."""

from typing import NamedTuple

import measuring
import numpy as np
import scores

NULL_REST, NULL_ACTIVE = ("null", "null own", "real null"), ("null", "null own", "real null active")


class Bar(NamedTuple):
    """A set, and what it asks."""

    label: str
    name: str
    mae_ms: float
    within: float


ONSET = (
    Bar("synthetic sessions, family motor_unit_sum", "synthetic", 0.20, 98),
    Bar("second family: gaussian_derivatives", "gaussian_derivatives", 0.35, 95),
    Bar("second family: gaussian (own)", "gaussian", 0.35, 95),
    Bar("second family: fibre (own)", "fibre", 0.35, 95),
    Bar("family that nothing was chosen on: tripole (own)", "tripole", 0.35, 95),
    Bar("real hand shapes in real noise", "real hand", 0.35, 95),
    Bar("all real shapes, leg and polyphasic too", "real all", 0.60, 88),
    Bar("real trials degraded to SNR 12", "degraded 12", np.nan, 66),
    Bar("real trials degraded to SNR 25", "degraded 25", np.nan, 80),
    Bar("real trials degraded to SNR 50", "degraded 50", np.nan, 88),
    Bar("real trials degraded to SNR 100", "degraded 100", np.nan, 90),
)


def table(onsets, silences):
    """Print the summary.

    Parameters
    ----------
    onsets, silences : DataFrame
        As from `measuring`; what was not measured is left out.
    """
    default = measuring.methods("onset")[0]
    mine = onsets[onsets["method"] == default]
    print(f"summary: {default} against the bars; MAE of the onsets found, % of all responses within 1 ms")
    print(f"{'set':48}{'trials':>8}{'bar':>18}{'measured':>34}  met")
    for bar in ONSET:
        part = mine[mine["set"] == bar.name]
        if len(part):
            _onset_line(bar, part)
    for state, names in (("rest", NULL_REST), ("active", NULL_ACTIVE)):
        _null_line(state, mine[mine["set"].isin(names) & (mine["state"] == state)])
    _interval_lines(mine)
    for label, name, least in (
        ("rest", "real faint half null", 0.95),
        ("contraction", "real faint half null active", 0.88),
    ):
        part = mine[mine["set"] == name]
        if len(part):
            _auc_line(label, part, least)
    if (mine["set"] == "shift").any():
        mean, size, worst = scores.shift(mine[mine["set"] == "shift"])
        said = f"{size:.2f} (mean {mean:+.2f}, worst {worst:.2f})"
        _line("1 ms shift, mean error of a session", "", "0.1 ms", said, size <= 0.1)
    if len(silences):
        _silent_lines(silences)


def _line(label, n_trials, bar, measured, met):
    """One line; a bar that is not there is not met or missed."""
    print(f"{label:48}{n_trials:>8}{bar:>18}{measured:>34}  {'' if met is None else 'yes' if met else 'NO'}")


def _onset_line(bar, part):
    _, mae, within, _ = scores.errors(part)
    asked = f"{bar.within:.0f} %" if np.isnan(bar.mae_ms) else f"{bar.mae_ms:.2f} ms / {bar.within:.0f} %"
    met = within >= bar.within and not mae > bar.mae_ms
    _line(bar.label, len(part), asked, f"{mae:.2f} ms / {within:.1f} %", met)
    states = part["state"].unique()
    for state in states if len(states) > 1 else ():
        some = part[part["state"] == state]
        _, mae, within, _ = scores.errors(some)
        _line(f"  of these, {state}", len(some), "", f"{mae:.2f} ms / {within:.1f} %", None)


def _null_line(state, part):
    if not len(part):
        return
    rate = scores.false_rate(part)
    _line(f"onset in noise, {state}", len(part), "1 %", f"{rate:.2f} %", rate <= 1)
    real = part[part["set"].str.startswith("real")]
    if len(real):
        _line("  of these, real noise", len(real), "", f"{scores.false_rate(real):.2f} %", None)
        calm = real[real["spiking"] == False]  # noqa: E712 (an object column: unknown is neither)
        if 0 < len(calm) < len(real):
            _line("  and no unit fires in it", len(calm), "", f"{scores.false_rate(calm):.2f} %", None)


def _interval_lines(mine):
    families = {"95 % interval, in family (synthetic)": ("synthetic",)}
    families["  across: other families"] = ("gaussian_derivatives", "gaussian", "fibre", "tripole")
    families["  across: real shapes"] = ("real hand", "real all")
    for label, names in families.items():
        part = mine[mine["set"].isin(names)]
        if len(part):
            coverage, width, _ = scores.intervals(part)
            own = names == ("synthetic",)
            said = "no interval" if np.isnan(coverage) else f"{coverage:.1f} %, {width:.2f} ms"
            _line(label, len(part), "92-98 %" if own else "", said, 92 <= coverage <= 98 if own else None)


def _auc_line(label, part, least):
    score = next(f"score_{each}" for each in measuring.SCORES if f"score_{each}" in part)
    pooled, own = scores.auc(part, score), scores.within_sessions(part, score)
    said = f"{pooled:.3f} ({own:.3f} by session)"
    _line(f"presence AUC, {label}, {score[6:]}", len(part), f"{least:.2f}", said, pooled >= least)


def _silent_lines(silences):
    mine = silences[silences["method"] == measuring.methods("cortical_sp")[0]]
    for label, name, bar, which in (("synthetic MAE", "synthetic", 4, 1), ("real median error", "real silent", 2, 2)):
        part = mine[mine["set"] == name]
        if len(part):
            for convention in ("first_return", "full_return"):
                said = scores.ends(part[f"found_{convention}"].to_numpy(), part[f"true_{convention}"].to_numpy())
                text = f"{said[which]:.1f} ms, {said[3]:.0f} % found"
                asked = (f"{bar} ms", said[which] <= bar) if convention == "first_return" else ("", None)
                _line(f"silent period, {convention}, {label}", len(part), asked[0], text, asked[1])
    edges = mine["at_edge"].mean() * 100
    _line("silent periods that end at the epoch's edge", len(mine), "0 %", f"{edges:.2f} %", edges == 0)
