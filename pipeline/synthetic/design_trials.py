"""The signals of a block of a design at one timepoint, with the truth of every trial."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .amplifier import Clock
from .design_blocks import OF_A_NERVE, Block
from .design_pulses import Columns
from .design_truth import NERVE_RATE_HZ, drawn_uv
from .muscle_state import State
from .nerve_trials import nerve_trials, root_trials
from .pairs import first_uv
from .parameters import Parameters, generator
from .recording import Channel, seen

if TYPE_CHECKING:
    import pandas as pd

RATE_HZ = 4000.0
BEFORE_MS, AFTER_MS, AFTER_ACTIVE_MS = 150.0, 150.0, 400.0
"""An epoch holds a background window before its first pulse and, in contraction, a silent period."""


def clock_of(block: Block) -> Clock:
    """The samples of a block's epochs."""
    longest_ms = max((each.isi_ms for each in getattr(block, "pairs", ())), default=0.0)
    start_ms = -BEFORE_MS - 50.0 * np.ceil(longest_ms / 50.0)
    end_ms = AFTER_ACTIVE_MS if block.state == "active" else AFTER_MS  # type: ignore[attr-defined]
    rate_hz = NERVE_RATE_HZ if block.kind in OF_A_NERVE else RATE_HZ
    return Clock(rate_hz, float(start_ms), round((end_ms - start_ms) * rate_hz / 1000.0))


def signals(
    block: Any, told: Columns, state: State, parameters: Parameters, name: str
) -> tuple[np.ndarray, pd.DataFrame]:
    """EMG (n_trials, n_samples) of the block's muscle after each pulse, and the truth, one row a trial.

    Parameters
    ----------
    block : Block
        Gives muscle, side and samples.
    told : Columns
        The pulses.
    state : State
        The muscle at this timepoint.
    parameters : Parameters
        Signal.
    name : str
        Seeds what is drawn.
    """
    import pandas as pd

    clock, rng = clock_of(block), generator(name, "signals")
    emg_uv = np.zeros((len(told["pulse"]), clock.n_samples))
    truth = pd.DataFrame(index=range(len(emg_uv)))
    kinds = {"nerve": told["pulse"] == "nerve", "root": told["pulse"] == "root"}
    for pulse, own in {**kinds, "tms": ~(kinds["nerve"] | kinds["root"])}.items():
        if own.any():
            part = {key: column[own] for key, column in told.items()}
            made, true = (
                _of_tms(block, part, state, clock, parameters, rng)
                if pulse == "tms"
                else _of_nerve(pulse, part, state, clock, parameters, name)
            )
            emg_uv[own] = made
            for column in true:
                truth.loc[own, column] = true[column].to_numpy()
    return emg_uv, truth


def _of_tms(
    block: Any, told: Columns, state: State, clock: Clock, parameters: Parameters, rng: np.random.Generator
) -> tuple[np.ndarray, pd.DataFrame]:
    import pandas as pd

    assert state.physiology is not None
    channel = Channel(state.physiology, block.side, active=block.state == "active")
    view = seen(channel, told["intensity_mso"], clock, parameters, rng, drawn_uv(told, state, parameters, rng))
    pairs = pd.DataFrame({name: told[name] for name in ("isi_ms", "conditioning_mso")})
    return view.emg_uv + first_uv(channel, pairs, clock, parameters, rng), pd.DataFrame(view.truth)


def _of_nerve(
    pulse: str, told: Columns, state: State, clock: Clock, parameters: Parameters, name: str
) -> tuple[np.ndarray, pd.DataFrame]:
    assert state.nerve is not None
    seed = int(generator(name, pulse).integers(2**31))
    span_ms = (clock.start_ms, clock.start_ms + clock.n_samples * 1000.0 / clock.rate_hz)
    shared: dict[str, Any] = {"parameters": parameters, "rate_hz": clock.rate_hz, "epoch_ms": span_ms, "seed": seed}
    if pulse == "root":
        trials, truth = root_trials(state.nerve, len(told["pulse"]), **shared)
    else:
        trials, truth = nerve_trials(state.nerve, told["nerve_ma"], **shared)
    return trials.emg_uv[:, 0], truth.drop(columns="trial")
