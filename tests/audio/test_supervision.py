"""What becomes of a device that comes and goes."""

import pytest

from appliance.audio.supervision import (
    LONGEST_RETRY_S,
    OPENING,
    RESTING,
    STEADY_S,
    TABLE,
    News,
    Stand,
    Supervision,
    Turn,
)
from appliance.conversation.vocabulary import DeviceState

LOST, READY = DeviceState.LOST, DeviceState.READY
P, F, D, U, W = Turn.PROVED, Turn.FAILED, Turn.DUE, Turn.UNWANTED, Turn.WANTED


def told(*turns: Turn) -> list[News]:
    """What is told at each of these turns."""
    device = Supervision()
    return [device.take(turn, 0.0) for turn in turns]


@pytest.mark.parametrize(
    ("story", "turns", "news"),
    [
        ("it works", (P,), [None]),
        ("it is unplugged and plugged in again", (P, F, D, P), [None, LOST, None, READY]),
        ("it takes three tries", (P, F, D, F, D, F, D, P), [None, LOST, *[None] * 5, READY]),
        ("it is muted and unmuted", (P, U, W, P), [None] * 4),
        ("it was unplugged while muted", (P, U, W, F), [None, None, None, LOST]),
        ("it is muted while it is lost", (P, F, U, W, P), [None, LOST, None, None, READY]),
        ("it is muted while it is opened again", (P, F, D, U, W, F, D, P), [None, LOST, *[None] * 5, READY]),
    ],
)
def test_a_loss_is_told_once_and_its_end_once(story: str, turns: tuple[Turn, ...], news: list[News]) -> None:
    assert told(*turns) == news


def test_every_pair_is_decided_or_cannot_happen() -> None:
    can_happen = {
        (stand, turn)
        for stand in Stand
        for turn in Turn
        if (turn is Turn.WANTED) == (stand in RESTING)
        and (turn is not Turn.PROVED or stand in OPENING)
        and (turn is not Turn.DUE or stand is Stand.LOST_WAITING)
        and (turn is not Turn.FAILED or stand in OPENING or stand is Stand.WORKING)
    }
    assert set(TABLE) == can_happen


def test_retries_begin_at_once_and_never_wait_longer_than_a_second() -> None:
    device = Supervision()
    device.take(P, 0.0)
    device.take(F, 100.0)
    waits = [device.retry_s]
    for _ in range(50):
        device.take(D, 100.0)
        device.take(F, 100.0)
        waits.append(device.retry_s)
    assert waits[:5] == [0.1, 0.2, 0.4, 0.8, LONGEST_RETRY_S]
    assert set(waits[4:]) == {LONGEST_RETRY_S}


def test_a_device_that_breaks_as_soon_as_it_works_is_not_opened_all_the_time() -> None:
    device = Supervision()
    for _ in range(5):
        device.take(P, 0.0)
        device.take(F, 0.0)
        device.take(D, 0.0)
    assert device.retry_s == LONGEST_RETRY_S


def test_a_device_that_worked_for_a_while_is_opened_again_at_once() -> None:
    device = Supervision()
    for _ in range(5):
        device.take(P, 0.0)
        device.take(F, 0.0)
        device.take(D, 0.0)
    device.take(P, 0.0)
    device.take(F, STEADY_S)
    assert device.retry_s == 0.1
