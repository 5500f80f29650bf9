"""The simulated nerve: recruitment of M wave and H reflex."""

import numpy as np
import pytest

from pipeline.errors import ConfigError
from pipeline.synthetic.nerve import nerve_of


def test_the_m_wave_grows_and_the_h_reflex_comes_and_goes():
    nerve = nerve_of("SOL", 2)
    ma = np.linspace(0.4, 1.8, 200) * nerve.m50_ma
    assert (np.diff(nerve.m_share(ma)) > 0).all()
    assert nerve.m_share(nerve.m50_ma) == pytest.approx(0.5)
    h = nerve.h_uv(ma)
    top = int(h.argmax())
    assert h.max() == pytest.approx(nerve.h_max_uv, rel=0.01)
    assert 0 < top < len(ma) - 1
    assert (np.diff(h[:top]) > 0).all()
    assert (np.diff(h[top:]) < 0).all()


def test_an_unknown_muscle_is_an_error():
    with pytest.raises(ConfigError, match="did you mean 'SOL'"):
        nerve_of("SOLE", 0)
