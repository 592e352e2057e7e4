"""What counts as spoken at the loudspeaker: speech of more than an earcon's length, once it is over."""

import numpy as np

from tests.rig.loudness import was_spoken

RATE_HZ = 16_000


def sound(seconds: float, level: int) -> np.ndarray:
    return np.full(round(seconds * RATE_HZ), level, np.int16)


def test_an_answer_and_silence_after_it() -> None:
    assert was_spoken(np.concatenate([sound(1, 0), sound(1.5, 5000), sound(0.6, 0)]), RATE_HZ)


def test_not_before_it_is_over() -> None:
    assert not was_spoken(np.concatenate([sound(1, 0), sound(1.5, 5000), sound(0.3, 0)]), RATE_HZ)


def test_no_earcon_and_no_silence() -> None:
    assert not was_spoken(np.concatenate([sound(0.4, 5000), sound(1, 0)]), RATE_HZ)
    assert not was_spoken(sound(2, 300), RATE_HZ)
    assert not was_spoken(sound(0, 0), RATE_HZ)
