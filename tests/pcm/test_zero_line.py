"""A constant is taken out, and nothing else."""

import numpy as np
import pytest

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.zero_line import ZeroLine
from tests.recordings import recordings

BLOCK = 320


def through(line: ZeroLine, pcm: Pcm) -> Pcm:
    return np.concatenate([line.process(pcm[at : at + BLOCK]) for at in range(0, len(pcm), BLOCK)])


def test_sound_about_zero_is_given_on_as_it_is() -> None:
    line = ZeroLine(NEAR_RATE_HZ)
    for recording in recordings():
        np.testing.assert_array_equal(through(line, recording.pcm), recording.pcm)


@pytest.mark.parametrize("offset", [-9830, 1000, 9830])
def test_a_constant_is_gone_after_half_a_second(offset: int) -> None:
    speech = recordings()[5].pcm // 2
    quiet = np.concatenate([np.zeros(NEAR_RATE_HZ, np.int16), speech])
    heard = through(ZeroLine(NEAR_RATE_HZ), quiet + np.int16(offset))
    assert np.abs(heard.astype(np.int32) - quiet)[NEAR_RATE_HZ:].max() <= 200


def test_it_follows_a_constant_that_comes_later_without_a_step() -> None:
    line = ZeroLine(NEAR_RATE_HZ)
    through(line, np.zeros(NEAR_RATE_HZ, np.int16))
    heard = through(line, np.full(30 * NEAR_RATE_HZ, 3000, np.int16))
    assert np.abs(np.diff(heard.astype(np.int32))).max() <= 5
    assert abs(int(heard[-1])) <= 330


def test_it_tells_how_large_the_constant_is() -> None:
    line = ZeroLine(NEAR_RATE_HZ)
    through(line, np.full(NEAR_RATE_HZ, 3277, np.int16))
    assert line.offset == pytest.approx(0.1, abs=0.001)


def test_nothing_wraps_around() -> None:
    line = ZeroLine(NEAR_RATE_HZ)
    through(line, np.full(NEAR_RATE_HZ, -3000, np.int16))
    assert through(line, np.full(BLOCK, 32767, np.int16)).min() > 0
