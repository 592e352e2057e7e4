"""A microphone that delivers, and no sound, is told from one in a quiet room."""

from collections.abc import Iterator

import numpy as np
import pytest

from appliance.errors import DeviceError
from appliance.pcm.formats import Pcm
from appliance.service.doctor.listening import is_dead

RATE_HZ = 16_000
BLOCK = RATE_HZ // 50


class Given:
    """A stereo microphone that delivers these frames, and then nothing."""

    name = "given"
    rate_hz = RATE_HZ
    channels = 2
    overruns = 0

    def __init__(self, frames: Pcm) -> None:
        self._blocks: Iterator[Pcm] = iter(frames.reshape(-1, BLOCK, 2))

    def read(self) -> bytes | None:
        block = next(self._blocks, None)
        return None if block is None else block.tobytes()

    def close(self) -> None: ...


def constant(left: int, right: int) -> Pcm:
    return np.tile(np.array([left, right], np.int16), (RATE_HZ * 6 // 5, 1))


def with_a_click() -> Pcm:
    frames = constant(0, 0)
    frames[: BLOCK // 2] = 2000
    return frames


def quiet_room() -> Pcm:
    return np.random.default_rng(1).integers(-1, 2, (RATE_HZ * 6 // 5, 2)).astype(np.int16)


@pytest.mark.parametrize("frames", [constant(0, 0), constant(7, -7), with_a_click()])
def test_the_same_number_all_the_time_is_no_sound(frames: Pcm) -> None:
    assert is_dead(Given(frames))


def test_a_quiet_room_is_one() -> None:
    assert not is_dead(Given(quiet_room()))


def test_a_microphone_that_delivers_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appliance.service.doctor.listening._DEADLINE_S", 0.05)
    with pytest.raises(DeviceError, match="delivers no sound"):
        is_dead(Given(np.zeros((0, 2), np.int16)))
