"""Pairs of pulses that no metric asks for are said, with what to write."""

import numpy as np
import pandas as pd

from pipeline.excitability import unasked_pairs
from pipeline.notices import unasked


def rows(isi_ms, pulse="paired", muscle="FDI", hotspot="FDI", **columns):
    isi = np.repeat(np.array(isi_ms, float), 3)
    return pd.DataFrame(
        {"trial": range(len(isi)), "muscle": muscle, "side": "R", "hotspot_muscle": hotspot, "hotspot_side": "R",
         "pulse": pulse, "isi_ms": isi, **columns}
    )  # fmt: skip


def test_intervals_that_are_asked_for_are_not_mentioned():
    assert not unasked_pairs(rows([2, 3, 10, 15, 100]))
    assert not unasked_pairs(rows([20, 25, 200, 45, 60, 80], "nerve_tms"))
    assert not unasked_pairs(rows([30, 35, 45, 60, 100, 200], "nerve_tms", "TA", "TA"))
    assert not unasked_pairs(rows([50, 100, 150, 200, 300, 500, 1000], "nerve_pair", "SOL", "SOL"))
    assert not unasked_pairs(rows([np.nan], "single"))
    assert not unasked_pairs(rows([7]), {"icf": {"isi_ms": [7]}})


def test_others_are():
    (said,) = unasked_pairs(rows([2, 7]))
    assert said[:5] == ("R", "FDI", "paired", 7.0, 3)
    assert said.metrics == (("icf", (7, 10, 15)), ("sici", (2, 3, 7)), ("lici", (7, 100)))
    (said,) = unasked_pairs(rows([20], "nerve_tms", "TA", "TA"))
    assert [name for name, _ in said.metrics] == ["leg_afferent"]
    (said,) = unasked_pairs(rows([30], "nerve_tms"))
    assert said.metrics[0] == ("sai", (20, 25, 30))
    (said,) = unasked_pairs(rows([70], "nerve_pair", "SOL", "SOL"))
    assert [name for name, _ in said.metrics] == ["h_recovery"]


def test_sessions_are_counted_together_and_other_muscles_not_at_all():
    both = pd.concat([rows([7]).assign(session=name) for name in "ab"], ignore_index=True)
    (said,) = unasked_pairs(both)
    assert said.n_trials == 6
    assert not unasked_pairs(rows([7], hotspot="TA"))


def test_what_to_write_in_the_config():
    (text,) = unasked(rows([7]), {"icf": {"isi_ms": [10]}})
    assert "3 trials of R FDI are pairs (paired) 7 ms apart" in text
    assert "excitability: {icf: {isi_ms: [7, 10]}} (or sici, lici)" in text
