"""The loudspeaker is told from a person by its likeness to what was played, and by nothing else."""

import numpy as np
import pytest

from appliance.hearing.echo.common_delay import CommonDelay
from appliance.pcm.formats import NEAR_RATE_HZ
from tests.bench.echo_room import Room, Sound, answer, microphone, person

STEP = 160
SECOND = NEAR_RATE_HZ


def heard(likeness: CommonDelay, far: Sound, left: Sound, start: int, end: int) -> None:
    for at in range(start, end, STEP):
        likeness.hear(far[at : at + STEP].astype(np.int16), left[at : at + STEP].astype(np.int16))


@pytest.mark.parametrize("delay_ms", [20.0, 120.0, 400.0])
@pytest.mark.parametrize("echo_db", [0.0, -12.0])
def test_an_echo_that_comes_through_is_own_voice_within_seven_tenths_of_a_second(
    delay_ms: float, echo_db: float
) -> None:
    likeness, far = CommonDelay(100), answer(5)
    left = microphone(Room(delay_ms, echo_db), far).astype(np.float64)
    heard(likeness, far, np.zeros(len(far)), SECOND, 2 * SECOND)  # it was cancelled until then
    heard(likeness, far, left, 2 * SECOND, 27 * SECOND // 10)
    assert likeness.found


def test_a_person_over_a_cancelled_echo_is_not() -> None:
    likeness, far = CommonDelay(100), answer(20)
    said, spans = person(20, 2, 4)
    for start, end in spans:
        for at in range(start, end, SECOND // 10):
            heard(likeness, far, said, at, at + SECOND // 10)
            assert not likeness.found


def test_what_is_too_quiet_to_interrupt_is_not_looked_at() -> None:
    likeness, far = CommonDelay(100), answer(5)
    heard(likeness, far, far * 0.001, 0, 5 * SECOND)
    assert not likeness.found


def test_it_forgets_once_nothing_is_played() -> None:
    likeness, far = CommonDelay(100), answer(3)
    heard(likeness, far, far, 0, 3 * SECOND)
    assert likeness.found
    likeness.rest()
    assert not likeness.found


def test_what_is_too_quiet_to_be_somebody_is_not_held_against_who_follows() -> None:
    far = answer(4)
    looked, not_looked = CommonDelay(100), CommonDelay(100)
    for at in range(SECOND, 4 * SECOND, STEP):
        played, left = far[at : at + STEP].astype(np.int16), (far[at : at + STEP] / 30).astype(np.int16)
        looked.hear(played, left)
        not_looked.hear(played, left, -40)
    assert looked.found
    assert not not_looked.found
