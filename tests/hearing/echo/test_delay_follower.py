"""What was played reaches the canceller when its echo does, however late that is."""

import numpy as np
import pytest

from appliance.hearing.echo.delay_follower import DelayFollower
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, ms_of_samples
from tests.bench.echo_room import Room, answer, microphone

FRAME = 160


class Noting:
    """Keeps what it is given."""

    frame_samples = FRAME
    delay_samples = 0
    own_voice = False

    def __init__(self) -> None:
        self.far: list[Pcm] = []
        self.resets = 0

    def cancel(self, near: Pcm, far: Pcm) -> Pcm:
        self.far.append(far.copy())
        return near

    def strict(self, given: Pcm) -> Pcm:
        return given

    def reset(self) -> None:
        self.resets += 1


def shift_ms(noting: Noting, played: Pcm) -> float:
    """By how much the last second that the canceller was given comes later than it was played."""
    given = np.concatenate(noting.far)[-NEAR_RATE_HZ:]
    end = len(noting.far) * FRAME
    shifts = [s for s in range(NEAR_RATE_HZ) if np.array_equal(played[end - s - 400 : end - s], given[-400:])]
    return ms_of_samples(shifts[0], NEAR_RATE_HZ)


@pytest.mark.parametrize("delay_ms", [5.0, 40.0, 250.0, 480.0])
def test_the_echo_begins_within_the_first_120_ms_of_the_cancellers_reach(delay_ms: float) -> None:
    noting, played = Noting(), answer(4)
    near = microphone(Room(delay_ms), played)
    follower, far = DelayFollower(noting), played.astype(np.int16)
    for at in range(0, len(near), FRAME):
        follower.cancel(near[at : at + FRAME], far[at : at + FRAME])
    assert 0 < delay_ms - shift_ms(noting, far) <= 120
    assert noting.resets == (delay_ms > 120)


def test_where_no_echo_is_heard_nothing_is_moved() -> None:
    noting, played = Noting(), answer(4)
    near, far = microphone(Room(), np.zeros(len(played)), played[::-1]), played.astype(np.int16)
    follower = DelayFollower(noting)
    for at in range(0, len(near), FRAME):
        follower.cancel(near[at : at + FRAME], far[at : at + FRAME])
    assert shift_ms(noting, far) == 0
    assert noting.resets == 0


def test_whose_voice_it_is_the_canceller_tells() -> None:
    noting = Noting()
    follower = DelayFollower(noting)
    assert not follower.own_voice
    noting.own_voice = True
    assert follower.own_voice
