"""How it stands is gathered from the rooms and from the event log."""

import pytest

from appliance.conversation.machine import State
from appliance.panel.joint_state import Answering
from appliance.service.outlook import Outlook


class Rooms:
    """Conductor, loudspeaker and ear of a box that is well."""

    state = State.IDLE
    muted = sounds = rings = False
    open = True


def link(name: str, state: str, reason: str | None = None) -> dict[str, object]:
    return {"event": "provider", "name": name, "link": state, "reason": reason}


DOWN_A = link("a", "down", "connection_failed")
DOWN_B = link("b", "backing_off", "timed_out")


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], Answering.FIRST),
        ([link("a", "connecting"), link("a", "ready")], Answering.FIRST),
        ([DOWN_A], Answering.STAND_IN),
        ([DOWN_B], Answering.FIRST),
        ([DOWN_A, DOWN_B], Answering.NOBODY),
        ([DOWN_A, DOWN_B, link("b", "ready")], Answering.STAND_IN),
        ([DOWN_A, link("a", "connecting")], Answering.STAND_IN),
        ([DOWN_A, link("a", "ready")], Answering.FIRST),
        ([link("a", "ready"), link("a", "down", None)], Answering.FIRST),
    ],
    ids=[
        "nobody was asked yet",
        "all is well",
        "the first fails",
        "the second fails",
        "all fail",
        "one is back",
        "a try is no success",
        "the first is back",
        "let go and nothing is wrong",
    ],
)
def test_who_would_answer_is_learnt_from_the_links(
    events: list[dict[str, object]], expected: Answering
) -> None:
    rooms = Rooms()
    outlook = Outlook(rooms, rooms, rooms, ["a", "b"])
    for event in events:
        outlook.take(event)
    assert outlook.now().answering is expected


@pytest.mark.parametrize("state", ["lost", "silent"])
def test_a_microphone_that_is_not_ready_is_deaf(state: str) -> None:
    rooms = Rooms()
    outlook = Outlook(rooms, rooms, rooms, ["a"])
    outlook.take({"event": "device", "device": "microphone", "state": state})
    assert outlook.now().deaf
    outlook.take({"event": "device", "device": "microphone", "state": "ready"})
    assert not outlook.now().deaf


def test_the_kernel_is_asked_when_it_is_looked() -> None:
    rooms = Rooms()
    outlook = Outlook(rooms, rooms, rooms, ["a"])
    rooms.open = False
    assert outlook.now().ear_open
    outlook.look()
    assert not outlook.now().ear_open


@pytest.mark.parametrize(
    ("part", "deaf", "mouthless"),
    [("capture", True, False), ("hearing", True, False), ("playout", False, True), ("link", False, False)],
)
def test_a_part_that_is_stuck_makes_it_deaf_or_mouthless_until_it_moves_again(
    part: str, *, deaf: bool, mouthless: bool
) -> None:
    rooms = Rooms()
    outlook = Outlook(rooms, rooms, rooms, ["a"])
    outlook.take({"event": "liveness", "part": part, "state": "stuck", "still_ms": 1600})
    assert (outlook.now().deaf, outlook.now().mouthless) == (deaf, mouthless)
    outlook.take({"event": "liveness", "part": part, "state": "moving", "still_ms": 1700})
    assert (outlook.now().deaf, outlook.now().mouthless) == (False, False)


def test_in_the_time_to_reply_it_listens_on() -> None:
    rooms = Rooms()
    outlook = Outlook(rooms, rooms, rooms, ["a"])
    assert not outlook.now().listens_on
    rooms.state = State.FOLLOWING
    assert outlook.now().listens_on


def test_a_wake_word_that_cannot_be_heard_is_known_once_it_is_said() -> None:
    rooms = Rooms()
    outlook = Outlook(rooms, rooms, rooms, ["a"])
    assert not outlook.now().wordless
    outlook.wordless = True
    assert outlook.now().wordless
